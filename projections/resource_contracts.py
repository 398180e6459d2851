"""Contracts by which villages let something: each rent that falls due, what came in of it, and what is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from domain.village.contracts import (
    ResourceContractConfirmed,
    ResourceContractEnded,
    ResourceContractRentReceived,
    ResourceContractRentReversed,
    ResourceContractSigned,
    ResourceContractWithdrawn,
)
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "resource_contracts"

DDL = """
CREATE TABLE resource_contracts (
    contract_id    uuid PRIMARY KEY,
    division       text NOT NULL,
    number         text NOT NULL,
    title          text NOT NULL,
    resource       text NOT NULL,
    quantity_milli bigint NOT NULL,
    unit           text NOT NULL,
    party_id       uuid NOT NULL,
    signed_on      date NOT NULL,
    since          date NOT NULL,
    until          date NOT NULL,
    asset_id       uuid,
    document       text,
    resolution     text,
    recorder_id    uuid NOT NULL,
    confirmer_id   uuid,
    status         text NOT NULL,
    ending         text,
    event          text NOT NULL,
    last_event     text NOT NULL,
    log_index      bigint NOT NULL
);
CREATE UNIQUE INDEX resource_contracts_number_idx ON resource_contracts (division text_pattern_ops, number);
CREATE INDEX resource_contracts_party_idx ON resource_contracts (party_id);

CREATE TABLE contract_dues (
    contract_id  uuid NOT NULL,
    due          integer NOT NULL,
    due_on       date NOT NULL,
    amount_fen   bigint NOT NULL,
    cancelled    boolean NOT NULL,
    PRIMARY KEY (contract_id, due)
);
CREATE INDEX contract_dues_day_idx ON contract_dues (due_on);

CREATE TABLE contract_rents (
    event        text PRIMARY KEY,
    contract_id  uuid NOT NULL,
    due          integer NOT NULL,
    amount_fen   bigint NOT NULL,
    received_on  date NOT NULL,
    voucher      text,
    recorder_id  uuid NOT NULL,
    reversed     text,
    reversed_on  date,
    log_index    bigint NOT NULL
);
CREATE INDEX contract_rents_idx ON contract_rents (contract_id, due);
CREATE INDEX contract_rents_voucher_idx ON contract_rents (voucher) WHERE voucher IS NOT NULL;
"""

TYPES: Final = frozenset(
    {
        "resource_contract.signed/1",
        "resource_contract.confirmed/1",
        "resource_contract.withdrawn/1",
        "resource_contract.rent_received/1",
        "resource_contract.rent_reversed/1",
        "resource_contract.ended/1",
    }
)

# One that was withdrawn can be written down anew: then its row and its dues begin again.
SIGN = """
INSERT INTO resource_contracts (contract_id, division, number, title, resource, quantity_milli, unit, party_id,
    signed_on, since, until, asset_id, document, resolution, recorder_id, status, event, last_event, log_index)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'signed', %s, %s, %s)
ON CONFLICT (contract_id) DO UPDATE SET title = EXCLUDED.title, resource = EXCLUDED.resource,
    quantity_milli = EXCLUDED.quantity_milli, unit = EXCLUDED.unit, party_id = EXCLUDED.party_id,
    signed_on = EXCLUDED.signed_on, since = EXCLUDED.since, until = EXCLUDED.until, asset_id = EXCLUDED.asset_id,
    document = EXCLUDED.document, resolution = EXCLUDED.resolution, recorder_id = EXCLUDED.recorder_id,
    status = 'signed', ending = NULL, event = EXCLUDED.event, last_event = EXCLUDED.last_event,
    log_index = EXCLUDED.log_index
"""
FORGET_DUES = "DELETE FROM contract_dues WHERE contract_id = %s"
DUE = "INSERT INTO contract_dues (contract_id, due, due_on, amount_fen, cancelled) VALUES (%s, %s, %s, %s, false)"
TURN = """
UPDATE resource_contracts SET status = %(status)s, confirmer_id = coalesce(%(confirmer)s, confirmer_id),
    ending = coalesce(%(ending)s, ending), until = coalesce(%(until)s, until), last_event = %(event)s
WHERE contract_id = %(contract)s
"""
CANCEL_DUES = "UPDATE contract_dues SET cancelled = true WHERE contract_id = %s AND due_on > %s"
RECEIVE = """
INSERT INTO contract_rents (event, contract_id, due, amount_fen, received_on, voucher, recorder_id, log_index)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
REVERSE = "UPDATE contract_rents SET reversed = %s, reversed_on = %s WHERE event = %s AND contract_id = %s"


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row for each contract, each of its dues, and each rent that came in."""
    for recorded in events:
        contract = identity(recorded)
        match recorded.event:
            case ResourceContractSigned() as event:
                _signed(cursor, recorded, event)
            case ResourceContractConfirmed(confirmer_id=confirmer):
                _turn(cursor, recorded, "confirmed", confirmer=confirmer)
            case ResourceContractWithdrawn():
                _turn(cursor, recorded, "withdrawn")
            case ResourceContractEnded(last_day=last_day, reason=reason):
                _turn(cursor, recorded, "ended", ending=reason, until=last_day)
                cursor.execute(CANCEL_DUES, (contract, last_day))
            case ResourceContractRentReceived() as event:
                what = (recorded.name, contract, event.due, event.amount_fen, event.received_on, event.voucher)
                cursor.execute(RECEIVE, (*what, event.recorder_id, recorded.index))
            case ResourceContractRentReversed(rent=rent):
                cursor.execute(REVERSE, (recorded.name, recorded.line.on, rent, contract))
                if cursor.rowcount != 1:
                    raise MissingRow(f"resource_contracts: {recorded.name} takes back what is not there")
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _signed(cursor: WriteCursor, recorded: Recorded, event: ResourceContractSigned) -> None:
    contract = identity(recorded)
    what = (contract, event.division, event.number, event.title, event.resource, event.quantity_milli, event.unit)
    when = (event.party_id, event.signed_on, event.since, event.until, event.asset_id, event.document)
    cursor.execute(
        SIGN, (*what, *when, event.resolution, event.recorder_id, recorded.name, recorded.name, recorded.index)
    )
    cursor.execute(FORGET_DUES, (contract,))
    dues = [(contract, number, due.on, due.amount_fen) for number, due in enumerate(event.dues, start=1)]
    cursor.executemany(DUE, dues)


def _turn(
    cursor: WriteCursor,
    recorded: Recorded,
    status: str,
    *,
    confirmer: UUID | None = None,
    ending: str | None = None,
    until: date | None = None,
) -> None:
    said = {"status": status, "confirmer": confirmer, "ending": ending, "until": until}
    cursor.execute(TURN, {**said, "event": recorded.name, "contract": identity(recorded)})
    if cursor.rowcount != 1:
        raise MissingRow(f"resource_contracts: {recorded.name} changes what is not there")


# Queries.


@dataclass(frozen=True, slots=True)
class ResourceContract:
    """A contract: what is let to which party of the village's register, and how much of it is due and came in.

    `due_fen`: what has fallen due by the day asked for; `received_fen`: what came in, in all; `overdue_fen`: what has
    fallen due before that day and did not come in.
    """

    contract_id: UUID
    division: Division
    number: str
    title: str
    resource: str
    quantity_milli: int
    unit: str
    party_id: UUID
    signed_on: date
    since: date
    until: date
    asset_id: UUID | None
    document: str | None
    resolution: EventName | None
    recorder_id: UUID
    confirmer_id: UUID | None
    status: str
    ending: str | None
    event: EventName
    last_event: EventName
    log_index: int
    due_fen: int
    received_fen: int
    overdue_fen: int


@dataclass(frozen=True, slots=True)
class ContractDue:
    """One rent of a contract. `state`: ahead, due, part_paid, overdue, paid or cancelled."""

    contract_id: UUID
    number: str
    title: str
    division: Division
    party_id: UUID
    due: int
    due_on: date
    amount_fen: int
    received_fen: int
    state: str


@dataclass(frozen=True, slots=True)
class ContractRent:
    """Rent that came in; `reversed`: the event that took it back."""

    event: EventName
    due: int
    amount_fen: int
    received_on: date
    voucher: EventName | None
    recorder_id: UUID
    reversed: EventName | None


# What binds: a contract that nobody has confirmed yet, or that was withdrawn, has no rent to be due.
_DUES = """
SELECT contract.contract_id, contract.number, contract.title, contract.division, contract.party_id, due.due,
    due.due_on, due.amount_fen, coalesce(rent.fen, 0)::bigint AS received_fen,
    CASE WHEN due.cancelled AND coalesce(rent.fen, 0) = 0 THEN 'cancelled'
        WHEN coalesce(rent.fen, 0) >= due.amount_fen THEN 'paid'
        WHEN due.due_on < %(on)s THEN 'overdue'
        WHEN coalesce(rent.fen, 0) > 0 THEN 'part_paid'
        WHEN due.due_on = %(on)s THEN 'due'
        ELSE 'ahead' END AS state
FROM read.resource_contracts contract JOIN read.contract_dues due USING (contract_id)
LEFT JOIN LATERAL (
    SELECT sum(amount_fen) AS fen FROM read.contract_rents rent
    WHERE rent.contract_id = due.contract_id AND rent.due = due.due AND reversed IS NULL
) rent ON true
WHERE contract.status IN ('confirmed', 'ended')
"""
_CONTRACT = f"""
SELECT contract.*, coalesce(sums.due_fen, 0)::bigint AS due_fen, coalesce(sums.received_fen, 0)::bigint AS received_fen,
    coalesce(sums.overdue_fen, 0)::bigint AS overdue_fen
FROM (SELECT contract_id, division, number, title, resource, quantity_milli, unit, party_id, signed_on, since, until,
    asset_id, document, resolution, recorder_id, confirmer_id, status, ending, event, last_event, log_index
    FROM read.resource_contracts) contract
LEFT JOIN LATERAL (
    SELECT sum(amount_fen) FILTER (WHERE due_on <= %(on)s AND state <> 'cancelled') AS due_fen,
        sum(received_fen) AS received_fen,
        sum(amount_fen - received_fen) FILTER (WHERE state = 'overdue') AS overdue_fen
    FROM ({_DUES}) due WHERE due.contract_id = contract.contract_id
) sums ON true
"""  # noqa: S608 - text of ours
ONE = f"{_CONTRACT} WHERE contract_id = %(contract)s"
LISTING = f"""
{_CONTRACT} WHERE division LIKE %(prefix)s AND (%(status)s::text IS NULL OR status = %(status)s)
    AND (NOT %(overdue)s OR coalesce(overdue_fen, 0) > 0)
    AND (%(before)s::bigint IS NULL OR log_index < %(before)s)
ORDER BY log_index DESC LIMIT %(limit)s
"""
OF_CONTRACT = f"SELECT * FROM ({_DUES}) due WHERE contract_id = %(contract)s ORDER BY due"  # noqa: S608 - likewise
FALLING_DUE = f"""
SELECT * FROM ({_DUES}) due
WHERE division LIKE %(prefix)s AND state IN ('overdue', 'due', 'part_paid', 'ahead') AND due_on <= %(until)s
ORDER BY due_on, division, number, due LIMIT %(limit)s
"""  # noqa: S608 - likewise
RENTS = """
SELECT event, due, amount_fen, received_on, voucher, recorder_id, reversed FROM read.contract_rents
WHERE contract_id = %s ORDER BY log_index
"""

SCHEDULE = "SELECT due_on, amount_fen FROM read.contract_dues WHERE contract_id = %s ORDER BY due"
NAMED_FOR = """
SELECT voucher, party_id, sum(amount_fen)::bigint
FROM read.contract_rents JOIN read.resource_contracts USING (contract_id)
WHERE voucher = ANY (%s) AND reversed IS NULL GROUP BY voucher, party_id
"""
NAMING = "SELECT DISTINCT contract_id FROM read.contract_rents WHERE voucher = %s AND reversed IS NULL"


def one(conn: Connection[Any], contract_id: UUID, *, on: date) -> ResourceContract | None:
    """A contract, or None, with what was due by the day."""
    with conn.cursor(row_factory=class_row(ResourceContract)) as cursor:
        return cursor.execute(ONE, {"contract": contract_id, "on": on}).fetchone()


def listing(
    conn: Connection[Any],
    area: Division,
    *,
    on: date,
    status: str | None = None,
    only_overdue: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[ResourceContract]:
    """The contracts of an area, the latest first; `before`: the last log index of the page before."""
    values = {"prefix": prefix(area) + "%", "on": on, "status": status, "overdue": only_overdue}
    with conn.cursor(row_factory=class_row(ResourceContract)) as cursor:
        return cursor.execute(LISTING, {**values, "before": before, "limit": limit}).fetchall()


def dues(conn: Connection[Any], contract_id: UUID, *, on: date) -> list[ContractDue]:
    """The rents of a contract that binds, in their order, as they stand on a day."""
    with conn.cursor(row_factory=class_row(ContractDue)) as cursor:
        return cursor.execute(OF_CONTRACT, {"contract": contract_id, "on": on}).fetchall()


def falling_due(conn: Connection[Any], area: Division, *, on: date, until: date, limit: int = 100) -> list[ContractDue]:
    """The rents of an area that are late on a day, or fall due until another, the earliest first."""
    values = {"prefix": prefix(area) + "%", "on": on, "until": until, "limit": limit}
    with conn.cursor(row_factory=class_row(ContractDue)) as cursor:
        return cursor.execute(FALLING_DUE, values).fetchall()


def schedule(conn: Connection[Any], contract_id: UUID) -> list[tuple[date, int]]:
    """The rents that a contract writes down, whether it binds yet or not: day and amount in fen, in their order."""
    return conn.execute(SCHEDULE, (contract_id,)).fetchall()


def naming(conn: Connection[Any], voucher: EventName) -> list[UUID]:
    """The contracts of which some rent names a voucher."""
    return [contract for (contract,) in conn.execute(NAMING, (voucher,))]


def named_for(conn: Connection[Any], vouchers: Sequence[EventName]) -> dict[EventName, dict[UUID, int]]:
    """What rents name each voucher for, in fen, by the party whose rents they are."""
    found: dict[EventName, dict[UUID, int]] = {}
    for voucher, party_id, fen in conn.execute(NAMED_FOR, (list(vouchers),)):
        found.setdefault(voucher, {})[party_id] = fen
    return found


def rents(conn: Connection[Any], contract_id: UUID) -> list[ContractRent]:
    """What came in of a contract, in the order of recording."""
    with conn.cursor(row_factory=class_row(ContractRent)) as cursor:
        return cursor.execute(RENTS, (contract_id,)).fetchall()
