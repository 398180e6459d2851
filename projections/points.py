"""Points accounts: what each holds and until when, what it owes, and every entry with where it came from.

What must not be broken: the sums of an account, of its lots and of a month are those of its entries, whatever the
batches in which they came.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from domain.kernel.calendar import month_of
from domain.points.accounts import (
    Lot,
    PointsAccountClosed,
    PointsAccountEvent,
    PointsAccountOpened,
    PointsDeducted,
    PointsExpired,
    PointsGivenBack,
    PointsGranted,
    PointsMovedIn,
    PointsMovedOut,
    PointsOpeningRecorded,
    PointsRedeemed,
    PointsRestored,
    PointsReversed,
    PointsWithheld,
)
from journal.codec import Recorded
from projections.rows import MissingRow, Row, WriteCursor, identity, to_json

NAME = "points"

DDL = """
-- `entries` counts its events: the number of the last.
CREATE TABLE points_accounts (
    account_id   uuid PRIMARY KEY,
    kind         text NOT NULL,
    holder_id    uuid NOT NULL,
    division     text NOT NULL,
    opened_on    date NOT NULL,
    held         bigint NOT NULL,
    debt         bigint NOT NULL,
    entries      integer NOT NULL,
    closed_on    date,
    successor_id uuid,
    log_index    bigint NOT NULL
);
CREATE INDEX points_accounts_division_idx ON points_accounts (division text_pattern_ops, log_index);
CREATE INDEX points_accounts_holder_idx ON points_accounts (holder_id);

-- Points without an end have the last day there is, 9999-12-31.
CREATE TABLE points_lots (
    account_id uuid NOT NULL,
    until      date NOT NULL,
    points     bigint NOT NULL,
    PRIMARY KEY (account_id, until)
);
CREATE INDEX points_lots_until_idx ON points_lots (until, account_id);

-- One row an event. `amount` has the sign of its direction; of it, `held` and `debt` changed by so many.
CREATE TABLE points_entries (
    account_id       uuid NOT NULL,
    seq              integer NOT NULL,
    event            text NOT NULL,
    log_index        bigint NOT NULL,
    type             text NOT NULL,
    day              date NOT NULL,
    actor_id         uuid NOT NULL,
    amount           bigint NOT NULL,
    held_change      bigint NOT NULL,
    debt_change      bigint NOT NULL,
    held             bigint NOT NULL,
    debt             bigint NOT NULL,
    category         text,
    item             text,
    quantity         integer,
    factor_percent   integer,
    by_rule          bigint,
    division         text,
    deed_on          date,
    beneficiary_id   uuid,
    rule             text,
    cause            text,
    expires_on       date,
    reason           text,
    document         text,
    exchange_id      uuid,
    station_id       uuid,
    other_account_id uuid,
    of_seq           integer,
    taken_back       boolean NOT NULL,
    PRIMARY KEY (account_id, seq)
);
CREATE INDEX points_entries_deeds_idx ON points_entries (division text_pattern_ops, deed_on) WHERE deed_on IS NOT NULL;

-- What an account earned by deeds in a month, less what was reversed in it.
CREATE TABLE points_earned (
    account_id uuid NOT NULL,
    month      text NOT NULL,
    points     bigint NOT NULL,
    PRIMARY KEY (account_id, month)
);

-- What happened to the accounts of a division in a month, by the type of event.
CREATE TABLE points_months (
    division    text NOT NULL,
    month       text NOT NULL,
    type        text NOT NULL,
    events      bigint NOT NULL,
    amount      bigint NOT NULL,
    held_change bigint NOT NULL,
    debt_change bigint NOT NULL,
    PRIMARY KEY (division, month, type)
);
"""

TYPES = frozenset(
    {
        "points_account.opened/1",
        "points_account.closed/1",
        "points.granted/1",
        "points.withheld/1",
        "points.opening_recorded/1",
        "points.deducted/1",
        "points.reversed/1",
        "points.given_back/1",
        "points.expired/1",
        "points.redeemed/1",
        "points.restored/1",
        "points.moved_out/1",
        "points.moved_in/1",
    }
)

WITHOUT_END: Final = date.max

KNOWN = "SELECT row_to_json(stored) FROM points_accounts stored WHERE account_id = ANY (%s::uuid[])"
WRITE_ACCOUNTS = """
INSERT INTO points_accounts SELECT * FROM json_populate_recordset(NULL::points_accounts, %s)
ON CONFLICT (account_id) DO UPDATE SET held = EXCLUDED.held, debt = EXCLUDED.debt, entries = EXCLUDED.entries,
    closed_on = EXCLUDED.closed_on, successor_id = EXCLUDED.successor_id
"""
ADD_ENTRIES = "INSERT INTO points_entries SELECT * FROM json_populate_recordset(NULL::points_entries, %s)"
TAKE_BACK = """
UPDATE points_entries stored SET taken_back = true FROM json_populate_recordset(NULL::points_entries, %s) given
WHERE stored.account_id = given.account_id AND stored.seq = given.of_seq
"""
BALANCES = """
SELECT stored.account_id::text, stored.seq FROM points_entries stored
JOIN json_populate_recordset(NULL::points_entries, %s) given
    ON stored.account_id = given.account_id AND stored.seq = given.of_seq
WHERE stored.type = 'points.opening_recorded/1'
"""
ADD_LOTS = """
INSERT INTO points_lots AS stored SELECT * FROM json_populate_recordset(NULL::points_lots, %s)
ON CONFLICT (account_id, until) DO UPDATE SET points = stored.points + EXCLUDED.points
"""
DROP_EMPTY_LOTS = "DELETE FROM points_lots WHERE account_id = ANY (%s::uuid[]) AND points = 0"
ADD_EARNED = """
INSERT INTO points_earned AS stored SELECT * FROM json_populate_recordset(NULL::points_earned, %s)
ON CONFLICT (account_id, month) DO UPDATE SET points = stored.points + EXCLUDED.points
"""
ADD_MONTHS = """
INSERT INTO points_months AS stored SELECT * FROM json_populate_recordset(NULL::points_months, %s)
ON CONFLICT (division, month, type) DO UPDATE SET events = stored.events + EXCLUDED.events,
    amount = stored.amount + EXCLUDED.amount, held_change = stored.held_change + EXCLUDED.held_change,
    debt_change = stored.debt_change + EXCLUDED.debt_change
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What one event does: its points with their sign, the lots that come and go, the debt, and what is told of it."""

    amount: int = 0
    came: tuple[Lot, ...] = ()
    went: tuple[Lot, ...] = ()
    debt: int = 0
    expires_on: date | None = None

    @property
    def held(self) -> int:
        """By how many points what is held changes."""
        return sum(lot.points for lot in self.came) - sum(lot.points for lot in self.went)


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Every event is a row; accounts, lots and months are what the rows add up to."""
    touched = list({identity(recorded) for recorded in events})
    accounts: dict[str, dict[str, Any]] = {row["account_id"]: row for (row,) in cursor.execute(KNOWN, (touched,))}
    entries: list[Row] = []
    lots: defaultdict[tuple[str, date], int] = defaultdict(int)
    for recorded in events:
        own = identity(recorded)
        if isinstance(recorded.event, PointsAccountOpened):
            accounts[own] = _opened(recorded, recorded.event)
        if own not in accounts:
            raise MissingRow(f"points: {recorded.name} speaks of an account that was never opened")
        change = _change(recorded.event)
        entries.append(_entry(recorded, accounts[own], change))
        for sign, some in ((1, change.came), (-1, change.went)):
            for lot in some:
                lots[own, lot.expires_on or WITHOUT_END] += sign * lot.points
    cursor.execute(WRITE_ACCOUNTS, (to_json(accounts.values()),))
    cursor.execute(ADD_ENTRIES, (to_json(entries),))
    undone = [{"account_id": row["account_id"], "of_seq": row["of_seq"]} for row in entries if row["of_seq"]]
    if undone:
        cursor.execute(TAKE_BACK, (to_json(undone),))
        if cursor.rowcount != len(undone):
            raise MissingRow("points: an entry takes back one that is not there")
    if lots:
        rows = [{"account_id": own, "until": until, "points": points} for (own, until), points in lots.items()]
        cursor.execute(ADD_LOTS, (to_json(rows),))
        cursor.execute(DROP_EMPTY_LOTS, (touched,))
    _add_sums(cursor, entries, accounts)


def _opened(recorded: Recorded, event: PointsAccountOpened) -> dict[str, Any]:
    return {
        "account_id": identity(recorded),
        "kind": event.kind,
        "holder_id": event.holder_id,
        "division": event.division,
        "opened_on": recorded.line.on,
        "held": 0,
        "debt": 0,
        "entries": 0,
        "closed_on": None,
        "successor_id": None,
        "log_index": recorded.index,
    }


def _entry(recorded: Recorded, account: dict[str, Any], change: Change) -> Row:
    """The event's row; the account is brought to where it stands after it."""
    account["held"] += change.held
    account["debt"] += change.debt
    account["entries"] = recorded.line.seq
    if isinstance(recorded.event, PointsAccountClosed):
        account |= {"closed_on": recorded.line.on, "successor_id": recorded.event.successor_id}
    return {
        "account_id": account["account_id"],
        "seq": recorded.line.seq,
        "event": recorded.name,
        "log_index": recorded.index,
        "type": recorded.type,
        "day": recorded.line.on,
        "actor_id": recorded.line.by,
        "amount": change.amount,
        "held_change": change.held,
        "debt_change": change.debt,
        "held": account["held"],
        "debt": account["debt"],
        **{name: getattr(recorded.event, name, None) for name in _TOLD},
        **({"by_rule": -recorded.event.points} if isinstance(recorded.event, PointsDeducted) else {}),
        "cause": getattr(recorded.event, "cause", recorded.cause),
        "expires_on": change.expires_on,
        "of_seq": getattr(recorded.event, "granted", getattr(recorded.event, "deducted", None)),
        "taken_back": False,
    }


_TOLD: Final = (
    "category",
    "item",
    "quantity",
    "factor_percent",
    "by_rule",
    "division",
    "deed_on",
    "beneficiary_id",
    "rule",
    "reason",
    "document",
    "exchange_id",
    "station_id",
    "other_account_id",
)
"""What a row tells of its event, under the same names where the event has them."""


def _change(event: PointsAccountEvent) -> Change:
    match event:
        case PointsAccountOpened() | PointsAccountClosed() | PointsWithheld():
            return Change()
        case PointsGranted():
            came = (Lot(event.points - event.repaid, event.expires_on),)
            return Change(event.points, came, debt=-event.repaid, expires_on=event.expires_on)
        case PointsOpeningRecorded():
            repaid = event.repaid or 0
            came = (Lot(event.points - repaid, event.expires_on),)
            return Change(event.points, came, debt=-repaid, expires_on=event.expires_on)
        case PointsDeducted() | PointsReversed():
            # What the rule takes beyond what was held or is owed is waived: it never moved.
            return Change(-sum(lot.points for lot in event.lots) - event.to_debt, went=event.lots, debt=event.to_debt)
        case PointsGivenBack() | PointsRestored():
            return Change(event.points, event.lots, debt=-event.repaid, expires_on=_last(event.lots))
        case PointsExpired() | PointsRedeemed():
            return Change(-event.points, went=event.lots)
        case PointsMovedOut():
            return Change(-event.points, went=event.lots, debt=-event.debt)
        case PointsMovedIn():
            settled = sum(lot.points for lot in event.settled)
            owed = event.debt - settled - event.repaid
            return Change(event.points, event.lots, event.settled, owed, _last(event.lots))
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _last(lots: Iterable[Lot]) -> date | None:
    """The last of their last days, if each has one."""
    days = [lot.expires_on for lot in lots]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _add_sums(cursor: WriteCursor, entries: Sequence[Row], accounts: dict[str, dict[str, Any]]) -> None:
    """What the rows add to the months: of each account what it earned, of each division everything.

    A paper book's balance was not earned, nor is it lost when it is taken back.
    """
    balances = _balances_taken_back(cursor, entries)
    earned: defaultdict[tuple[str, str], int] = defaultdict(int)
    months: defaultdict[tuple[str, str, str], _Sums] = defaultdict(_Sums)
    for row in entries:
        own, kind = str(row["account_id"]), str(row["type"])
        month = month_of(date.fromisoformat(str(row["day"])))
        if kind in ("points.granted/1", "points.reversed/1") and (own, row["of_seq"]) not in balances:
            earned[own, month] += _number(row["amount"])
        months[accounts[own]["division"], month, kind].add(row)
    if earned:
        rows = [{"account_id": own, "month": month, "points": points} for (own, month), points in earned.items()]
        cursor.execute(ADD_EARNED, (to_json(rows),))
    sums = [
        {"division": division, "month": month, "type": kind, **asdict(one)}
        for (division, month, kind), one in sorted(months.items())
    ]
    cursor.execute(ADD_MONTHS, (to_json(sums),))


def _balances_taken_back(cursor: WriteCursor, entries: Sequence[Row]) -> set[tuple[str, int]]:
    """The paper books' balances, by account and number, that some of the rows take back."""
    reversals = [
        {"account_id": row["account_id"], "of_seq": row["of_seq"]}
        for row in entries
        if row["type"] == "points.reversed/1"
    ]
    found = cursor.execute(BALANCES, (to_json(reversals),)) if reversals else ()
    return {(own, seq) for own, seq in found}


@dataclass
class _Sums:
    """What the events of one type in one division and month come to."""

    events: int = 0
    amount: int = 0
    held_change: int = 0
    debt_change: int = 0

    def add(self, row: Row) -> None:
        """One more event."""
        self.events += 1
        self.amount += _number(row["amount"])
        self.held_change += _number(row["held_change"])
        self.debt_change += _number(row["debt_change"])


def _number(value: object) -> int:
    assert isinstance(value, int)  # noqa: S101 - rows are made above
    return value
