"""Villages' books: what each keeps, its vouchers with their signatures, their lines, its months, plans and parties.

What must not be broken: a line stands in `village_lines` when it is booked and not before, so that the sums of that
table are the village's ledger.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.calendar import Month, month_of
from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from domain.kernel.village_lines import VoucherLine, debited
from domain.village.books import (
    VillageBookOpened,
    VillageChartAdopted,
    VillageLimitSet,
    VillageOpeningProposed,
    VillageOpeningRecorded,
    VillageOpeningRejected,
    VillagePlanPublished,
    book_id,
)
from domain.village.months import (
    VillageMonthClosed,
    VillageMonthCloseProposed,
    VillageMonthCloseWithdrawn,
    VillageVoucherNumbered,
)
from domain.village.parties import VillagePartyRegistered
from domain.village.vouchers import (
    VillageVoucherApproved,
    VillageVoucherBooked,
    VillageVoucherDrafted,
    VillageVoucherReversed,
    VillageVoucherReviewed,
    VillageVoucherRevised,
    VillageVoucherSentBack,
    VillageVoucherWithdrawn,
)
from journal.codec import Recorded
from projections.rows import MissingRow, Row, WriteCursor, identity, to_json

NAME = "village_books"

DDL = """
-- `opening_*`: the opening balances that wait for a second person, or were recorded.
CREATE TABLE village_books (
    book_id             uuid PRIMARY KEY,
    division            text NOT NULL UNIQUE,
    chart               text NOT NULL,
    since               date NOT NULL,
    limit_fen           bigint NOT NULL,
    limit_document      text NOT NULL,
    opening_status      text NOT NULL,
    opening_lines       jsonb NOT NULL,
    opening_document    text,
    opening_proposer_id uuid,
    event               text NOT NULL,
    log_index           bigint NOT NULL
);
CREATE TABLE village_plans (
    log_index  bigint PRIMARY KEY,
    division   text NOT NULL,
    year       integer NOT NULL,
    lines      jsonb NOT NULL,
    document   text NOT NULL,
    resolution text,
    event      text NOT NULL
);
CREATE INDEX village_plans_division_idx ON village_plans (division, year, log_index);
CREATE TABLE village_parties (
    party_id  uuid PRIMARY KEY,
    division  text NOT NULL,
    reference text NOT NULL,
    kind      text NOT NULL,
    name      text NOT NULL,
    person_id uuid,
    event     text NOT NULL
);
CREATE INDEX village_parties_division_idx ON village_parties (division, reference);
-- `event` is the last one; `log_index` that of the first. `reason`: why it was sent back or withdrawn last.
CREATE TABLE village_vouchers (
    voucher_id   uuid PRIMARY KEY,
    division     text NOT NULL,
    day          date NOT NULL,
    month        text NOT NULL,
    number       integer,
    kind         text NOT NULL,
    purpose      text NOT NULL,
    amount_fen   bigint NOT NULL,
    status       text NOT NULL,
    handler_id   uuid NOT NULL,
    reviewer_id  uuid,
    approver_id  uuid,
    booker_id    uuid,
    resolution   text,
    reverses     text,
    reversal_id  uuid,
    reason       text,
    lines        jsonb NOT NULL,
    attachments  jsonb NOT NULL,
    source_file  text,
    source_row   integer,
    event        text NOT NULL,
    booked_event text,
    log_index    bigint NOT NULL
);
CREATE INDEX village_vouchers_division_idx ON village_vouchers (division text_pattern_ops, month, log_index);
CREATE INDEX village_vouchers_waiting_idx ON village_vouchers (division text_pattern_ops, status, log_index)
    WHERE status IN ('drafted', 'reviewed', 'approved', 'sent_back');
CREATE INDEX village_vouchers_under_idx ON village_vouchers (resolution) WHERE resolution IS NOT NULL;
CREATE INDEX village_vouchers_papers_idx ON village_vouchers USING gin (attachments jsonb_path_ops);
-- What is booked: opening balances (without a voucher) and vouchers, line by line.
CREATE TABLE village_lines (
    log_index  bigint NOT NULL,
    line       integer NOT NULL,
    event      text NOT NULL,
    voucher_id uuid,
    division   text NOT NULL,
    day        date NOT NULL,
    kind       text NOT NULL,
    account    text NOT NULL,
    party_id   uuid,
    debit_fen  bigint NOT NULL,
    credit_fen bigint NOT NULL,
    PRIMARY KEY (log_index, line)
);
CREATE INDEX village_lines_division_idx ON village_lines (division, day, log_index, line);
CREATE TABLE village_months (
    division      text NOT NULL,
    month         text NOT NULL,
    vouchers      integer NOT NULL,
    status        text NOT NULL,
    trial_balance text,
    proposer_id   uuid,
    closer_id     uuid,
    event         text NOT NULL,
    PRIMARY KEY (division, month)
);
"""

TYPES = frozenset(
    {
        "village_book.opened/1",
        "village_book.limit_set/1",
        "village_book.chart_adopted/1",
        "village_book.opening_proposed/1",
        "village_book.opening_rejected/1",
        "village_book.opening_recorded/1",
        "village_book.plan_published/1",
        "village_party.registered/1",
        "village_voucher.drafted/1",
        "village_voucher.revised/1",
        "village_voucher.reviewed/1",
        "village_voucher.approved/1",
        "village_voucher.sent_back/1",
        "village_voucher.withdrawn/1",
        "village_voucher.booked/1",
        "village_voucher.reversed/1",
        "village_month.voucher_numbered/1",
        "village_month.close_proposed/1",
        "village_month.close_withdrawn/1",
        "village_month.closed/1",
    }
)

ADD_BOOK = "INSERT INTO village_books SELECT * FROM json_populate_recordset(NULL::village_books, %s)"
ADD_PLAN = "INSERT INTO village_plans SELECT * FROM json_populate_recordset(NULL::village_plans, %s)"
ADD_PARTY = "INSERT INTO village_parties SELECT * FROM json_populate_recordset(NULL::village_parties, %s)"
ADD_VOUCHER = "INSERT INTO village_vouchers SELECT * FROM json_populate_recordset(NULL::village_vouchers, %s)"
ADD_LINES = "INSERT INTO village_lines SELECT * FROM json_populate_recordset(NULL::village_lines, %s)"
SET_LIMIT = "UPDATE village_books SET limit_fen = %s, limit_document = %s, event = %s WHERE book_id = %s"
SET_CHART = "UPDATE village_books SET chart = %s, event = %s WHERE book_id = %s"
SET_OPENING = """
UPDATE village_books SET opening_status = %s, opening_lines = %s, opening_document = %s, opening_proposer_id = %s,
    event = %s
WHERE book_id = %s
"""
OPENING_RECORDED = """
UPDATE village_books SET opening_status = 'recorded', event = %s WHERE book_id = %s RETURNING opening_lines
"""
REVISE = """
UPDATE village_vouchers SET day = %(day)s, month = %(month)s, kind = %(kind)s, purpose = %(purpose)s,
    amount_fen = %(amount_fen)s, lines = %(lines)s, attachments = %(attachments)s, status = 'drafted',
    reviewer_id = NULL, approver_id = NULL, resolution = NULL, event = %(event)s
WHERE voucher_id = %(voucher_id)s
"""
REVIEW = "UPDATE village_vouchers SET status = 'reviewed', reviewer_id = %s, event = %s WHERE voucher_id = %s"
APPROVE = """
UPDATE village_vouchers SET status = 'approved', approver_id = %s, resolution = %s, event = %s WHERE voucher_id = %s
"""
SEND_BACK = "UPDATE village_vouchers SET status = 'sent_back', reason = %s, event = %s WHERE voucher_id = %s"
WITHDRAW = "UPDATE village_vouchers SET status = 'withdrawn', reason = %s, event = %s WHERE voucher_id = %s"
BOOK = """
UPDATE village_vouchers SET status = 'booked', number = %s, booker_id = %s, event = %s, booked_event = %s
WHERE voucher_id = %s RETURNING division, day, kind, lines
"""
REVERSE = "UPDATE village_vouchers SET status = 'reversed', reversal_id = %s, event = %s WHERE voucher_id = %s"
NUMBER = """
INSERT INTO village_months (division, month, vouchers, status, event) VALUES (%s, %s, %s, 'open', %s)
ON CONFLICT (division, month) DO UPDATE SET vouchers = EXCLUDED.vouchers, event = EXCLUDED.event
"""
PROPOSE_CLOSE = """
INSERT INTO village_months (division, month, vouchers, status, trial_balance, proposer_id, event)
VALUES (%s, %s, %s, 'closing', %s, %s, %s)
ON CONFLICT (division, month) DO UPDATE SET status = 'closing', trial_balance = EXCLUDED.trial_balance,
    proposer_id = EXCLUDED.proposer_id, event = EXCLUDED.event
"""
WITHDRAW_CLOSE = """
UPDATE village_months SET status = 'open', trial_balance = NULL, proposer_id = NULL, event = %(event)s
WHERE status = 'closing' AND split_part(event, '@', 1) = split_part(%(event)s, '@', 1)
"""
CLOSE = """
UPDATE village_months SET status = 'closed', closer_id = %s, event = %s WHERE division = %s AND month = %s
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """One or two statements an event: a village has some dozens in a month."""
    for recorded in events:
        subject = recorded.type.partition(".")[0]
        _APPLY[subject](cursor, recorded)


def _book(cursor: WriteCursor, recorded: Recorded) -> None:
    own, name = identity(recorded), recorded.name
    match recorded.event:
        case VillageBookOpened() as event:
            cursor.execute(ADD_BOOK, (to_json([_book_row(recorded, event)]),))
        case VillageLimitSet(limit_fen=limit_fen, document=document):
            cursor.execute(SET_LIMIT, (limit_fen, document, name, own))
        case VillageChartAdopted(chart=chart):
            cursor.execute(SET_CHART, (chart, name, own))
        case VillageOpeningProposed() as event:
            told = ("proposed", to_json(map_lines(event.lines)), event.document, event.proposer_id)
            cursor.execute(SET_OPENING, (*told, name, own))
        case VillageOpeningRejected():
            cursor.execute(SET_OPENING, ("none", "[]", None, None, name, own))
        case VillageOpeningRecorded(division=division):
            found = cursor.execute(OPENING_RECORDED, (name, own)).fetchone()
            _changed(cursor, recorded)
            if found is not None:
                _add_lines(cursor, recorded, found[0], division=division, kind="opening", voucher_id=None)
        case VillagePlanPublished() as event:
            row = {
                "log_index": recorded.index,
                "division": event.division,
                "year": event.year,
                "lines": [asdict(one) for one in event.lines],
                "document": event.document,
                "resolution": event.resolution,
                "event": name,
            }
            cursor.execute(ADD_PLAN, (to_json([row]),))
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")
    _changed(cursor, recorded)


def _party(cursor: WriteCursor, recorded: Recorded) -> None:
    event = recorded.event
    if not isinstance(event, VillagePartyRegistered):
        raise TypeError(f"{type(event).__name__} is not an event of this read model")
    row = {
        "party_id": identity(recorded),
        "division": event.division,
        "reference": event.reference,
        "kind": event.kind,
        "name": event.name,
        "person_id": event.person_id,
        "event": recorded.name,
    }
    cursor.execute(ADD_PARTY, (to_json([row]),))


def _voucher(cursor: WriteCursor, recorded: Recorded) -> None:
    own, name = identity(recorded), recorded.name
    match recorded.event:
        case VillageVoucherDrafted() as event:
            cursor.execute(ADD_VOUCHER, (to_json([_voucher_row(recorded, event)]),))
        case VillageVoucherRevised() as event:
            told = _content(event)
            json = {"lines": to_json(map_lines(event.lines)), "attachments": to_json(_files(event))}
            cursor.execute(REVISE, {**told, **json, "event": name, "voucher_id": own})
        case VillageVoucherReviewed(reviewer_id=reviewer_id):
            cursor.execute(REVIEW, (reviewer_id, name, own))
        case VillageVoucherApproved(approver_id=approver_id, resolution=resolution):
            cursor.execute(APPROVE, (approver_id, resolution, name, own))
        case VillageVoucherSentBack(reason=reason):
            cursor.execute(SEND_BACK, (reason, name, own))
        case VillageVoucherWithdrawn(reason=reason):
            cursor.execute(WITHDRAW, (reason, name, own))
        case VillageVoucherBooked(number=number, booker_id=booker_id):
            found = cursor.execute(BOOK, (number, booker_id, name, name, own)).fetchone()
            _changed(cursor, recorded)
            if found is not None:
                division, _, kind, lines = found
                _add_lines(cursor, recorded, lines, division=division, kind=kind, voucher_id=own)
        case VillageVoucherReversed(reversal_id=reversal_id):
            cursor.execute(REVERSE, (reversal_id, name, own))
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")
    _changed(cursor, recorded)


def _month(cursor: WriteCursor, recorded: Recorded) -> None:
    name = recorded.name
    match recorded.event:
        case VillageVoucherNumbered(division=division, month=month, number=number):
            cursor.execute(NUMBER, (division, month, number, name))
        case VillageMonthCloseProposed() as event:
            told = (event.division, event.month, event.vouchers, event.trial_balance, event.proposer_id)
            cursor.execute(PROPOSE_CLOSE, (*told, name))
        case VillageMonthCloseWithdrawn():
            cursor.execute(WITHDRAW_CLOSE, {"event": name})
        case VillageMonthClosed() as event:
            cursor.execute(CLOSE, (event.closer_id, name, event.division, event.month))
        case other:
            raise TypeError(f"{type(other).__name__} is not an event of this read model")
    _changed(cursor, recorded)


_APPLY: Final = {
    "village_book": _book,
    "village_party": _party,
    "village_voucher": _voucher,
    "village_month": _month,
}


def _changed(cursor: WriteCursor, recorded: Recorded) -> None:
    if not cursor.rowcount:
        raise MissingRow(f"village_books: {recorded.name} changes what is not there")


def _book_row(recorded: Recorded, event: VillageBookOpened) -> Row:
    return {
        "book_id": book_id(event.division),
        "division": event.division,
        "chart": event.chart,
        "since": event.since,
        "limit_fen": event.limit_fen,
        "limit_document": event.document,
        "opening_status": "none",
        "opening_lines": [],
        "opening_document": None,
        "opening_proposer_id": None,
        "event": recorded.name,
        "log_index": recorded.index,
    }


def _voucher_row(recorded: Recorded, event: VillageVoucherDrafted) -> Row:
    return {
        "voucher_id": identity(recorded),
        "division": event.division,
        **_content(event),
        "status": "drafted",
        "handler_id": event.handler_id,
        "reverses": event.reverses,
        "lines": map_lines(event.lines),
        "attachments": _files(event),
        "source_file": event.source.file if event.source is not None else None,
        "source_row": event.source.row if event.source is not None else None,
        "event": recorded.name,
        "log_index": recorded.index,
    }


def _content(event: VillageVoucherDrafted | VillageVoucherRevised) -> Row:
    return {
        "day": event.day,
        "month": month_of(event.day),
        "kind": event.kind,
        "purpose": event.purpose,
        "amount_fen": debited(event.lines),
    }


def _files(event: VillageVoucherDrafted | VillageVoucherRevised) -> list[Row]:
    return [{"sha256": one.sha256, "length": one.length} for one in event.attachments]


def map_lines(lines: Iterable[VoucherLine]) -> list[Row]:
    """Lines as the tables keep them."""
    return [asdict(one) for one in lines]


def _add_lines(
    cursor: WriteCursor,
    recorded: Recorded,
    lines: Sequence[dict[str, Any]],
    *,
    division: str,
    kind: str,
    voucher_id: str | None,
) -> None:
    rows = [
        {
            "log_index": recorded.index,
            "line": number,
            "event": recorded.name,
            "voucher_id": voucher_id,
            "division": division,
            "day": recorded.line.on,
            "kind": kind,
            "account": one["account"],
            "party_id": one["party_id"],
            "debit_fen": one["amount_fen"] if one["side"] == "debit" else 0,
            "credit_fen": one["amount_fen"] if one["side"] == "credit" else 0,
        }
        for number, one in enumerate(lines, start=1)
    ]
    cursor.execute(ADD_LINES, (to_json(rows),))


# Queries.


@dataclass(frozen=True, slots=True)
class BookKept:
    """A village's book. `opening_status`: none, proposed or recorded."""

    book_id: UUID
    division: Division
    chart: str
    since: date
    limit_fen: int
    limit_document: str
    opening_status: str
    opening_lines: list[dict[str, Any]]
    opening_document: str | None
    opening_proposer_id: UUID | None
    event: EventName
    log_index: int


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with whom a village has an account; `name` is the commitment to his name."""

    party_id: UUID
    division: Division
    reference: str
    kind: str
    name: str
    person_id: UUID | None
    event: EventName


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher as it stands, with whoever signed it so far."""

    voucher_id: UUID
    division: Division
    day: date
    month: Month
    number: int | None
    kind: str
    purpose: str
    amount_fen: int
    status: str
    handler_id: UUID
    reviewer_id: UUID | None
    approver_id: UUID | None
    booker_id: UUID | None
    resolution: EventName | None
    reverses: EventName | None
    reversal_id: UUID | None
    reason: str | None
    lines: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    source_file: str | None
    source_row: int | None
    event: EventName
    booked_event: EventName | None
    log_index: int


@dataclass(frozen=True, slots=True)
class MonthKept:
    """A month of a village's book: the last number given, and how far it is closed."""

    division: Division
    month: Month
    vouchers: int
    status: str
    trial_balance: str | None
    proposer_id: UUID | None
    closer_id: UUID | None
    event: EventName


@dataclass(frozen=True, slots=True)
class Plan:
    """A year's plan as it was published last."""

    log_index: int
    division: Division
    year: int
    lines: list[dict[str, Any]]
    document: str
    resolution: EventName | None
    event: EventName


BOOK_OF = "SELECT * FROM read.village_books WHERE division = %s"
BOOKS_WITHIN = "SELECT * FROM read.village_books WHERE division LIKE %s ORDER BY division"
PARTY = "SELECT * FROM read.village_parties WHERE party_id = %s"
PARTIES_OF = "SELECT * FROM read.village_parties WHERE division = %s ORDER BY reference"
PLANS_OF = """
SELECT DISTINCT ON (year) * FROM read.village_plans WHERE division = %s ORDER BY year DESC, log_index DESC
"""
PEOPLE_ON = """
SELECT DISTINCT party.person_id FROM read.village_vouchers voucher
CROSS JOIN LATERAL jsonb_to_recordset(voucher.lines) AS line (party_id uuid)
JOIN read.village_parties party USING (party_id)
WHERE voucher.attachments @> %s::jsonb AND party.person_id IS NOT NULL
"""
VILLAGES_WITH = "SELECT DISTINCT division FROM read.village_vouchers WHERE attachments @> %s::jsonb"
VOUCHER = "SELECT * FROM read.village_vouchers WHERE voucher_id = %s"
VOUCHERS_OF = """
SELECT * FROM read.village_vouchers
WHERE division LIKE %(prefix)s AND (%(month)s::text IS NULL OR month = %(month)s)
    AND (%(status)s::text IS NULL OR status = %(status)s) AND (%(before)s::bigint IS NULL OR log_index < %(before)s)
    AND (%(kind)s::text IS NULL OR kind = %(kind)s)
ORDER BY log_index DESC LIMIT %(limit)s
"""
WAITING = """
SELECT * FROM read.village_vouchers WHERE division LIKE %(prefix)s AND status = ANY (%(statuses)s)
    AND (%(handler)s::uuid IS NULL OR handler_id = %(handler)s)
ORDER BY log_index LIMIT %(limit)s
"""
WAITING_IN = """
SELECT count(*) FROM read.village_vouchers
WHERE division = %s AND month = %s AND status IN ('drafted', 'reviewed', 'approved', 'sent_back')
"""
MONTHS_OF = "SELECT * FROM read.village_months WHERE division = %s ORDER BY month DESC"
IMPORTED = "SELECT voucher_id FROM read.village_vouchers WHERE voucher_id = ANY (%s)"


ALIKE = """
SELECT voucher_id FROM read.village_vouchers
WHERE division = %s AND month = %s AND day = %s AND purpose = %s AND status NOT IN ('withdrawn', 'reversed')
"""


def book_of(conn: Connection[Any], division: Division) -> BookKept | None:
    """A village's book, or None."""
    with conn.cursor(row_factory=class_row(BookKept)) as cursor:
        return cursor.execute(BOOK_OF, (division,)).fetchone()


def alike(conn: Connection[Any], division: Division, *, day: date, purpose: str) -> list[UUID]:
    """The vouchers of a village's day that stand and are for the same."""
    return [voucher_id for (voucher_id,) in conn.execute(ALIKE, (division, month_of(day), day, purpose))]


def under(conn: Connection[Any], resolution: EventName) -> list[UUID]:
    """The vouchers that were approved by a resolution."""
    rows = conn.execute("SELECT voucher_id FROM read.village_vouchers WHERE resolution = %s", (resolution,))
    return [voucher_id for (voucher_id,) in rows]


def books_within(conn: Connection[Any], area: Division) -> list[BookKept]:
    """The books of an area's villages, by division."""
    with conn.cursor(row_factory=class_row(BookKept)) as cursor:
        return cursor.execute(BOOKS_WITHIN, (prefix(area) + "%",)).fetchall()


def party(conn: Connection[Any], party_id: UUID) -> Party | None:
    """A party, or None."""
    with conn.cursor(row_factory=class_row(Party)) as cursor:
        return cursor.execute(PARTY, (party_id,)).fetchone()


def parties_of(conn: Connection[Any], division: Division) -> list[Party]:
    """The parties of a village, by their numbers."""
    with conn.cursor(row_factory=class_row(Party)) as cursor:
        return cursor.execute(PARTIES_OF, (division,)).fetchall()


def plans_of(conn: Connection[Any], division: Division) -> list[Plan]:
    """The plan of each year as it was published last, the latest year first."""
    with conn.cursor(row_factory=class_row(Plan)) as cursor:
        return cursor.execute(PLANS_OF, (division,)).fetchall()


def villages_with(conn: Connection[Any], sha256: str) -> set[Division]:
    """The villages with a voucher that a paper belongs to."""
    found = conn.execute(VILLAGES_WITH, (to_json([{"sha256": sha256}]),)).fetchall()
    return {division for (division,) in found}


def people_on(conn: Connection[Any], sha256: str) -> list[UUID]:
    """The persons whom the vouchers are about that a paper belongs to, as far as they are known."""
    found = conn.execute(PEOPLE_ON, (to_json([{"sha256": sha256}]),)).fetchall()
    return [person for (person,) in found]


def voucher(conn: Connection[Any], voucher_id: UUID) -> Voucher | None:
    """A voucher, or None."""
    with conn.cursor(row_factory=class_row(Voucher)) as cursor:
        return cursor.execute(VOUCHER, (voucher_id,)).fetchone()


def vouchers_of(
    conn: Connection[Any],
    area: Division,
    *,
    month: Month | None = None,
    status: str | None = None,
    kind: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Voucher]:
    """The vouchers of an area, the one written last first; `before`: the log index of the last of the page before."""
    chosen = {"month": month, "status": status, "kind": kind}
    asked = {"prefix": prefix(area) + "%", **chosen, "before": before, "limit": limit}
    with conn.cursor(row_factory=class_row(Voucher)) as cursor:
        return cursor.execute(VOUCHERS_OF, asked).fetchall()


def waiting(
    conn: Connection[Any],
    area: Division,
    *,
    statuses: Iterable[str],
    handler_id: UUID | None = None,
    limit: int = 50,
) -> list[Voucher]:
    """Vouchers of an area that wait at these steps, the one that waits longest first; of one handler if given."""
    asked = {"prefix": prefix(area) + "%", "statuses": list(statuses), "handler": handler_id, "limit": limit}
    with conn.cursor(row_factory=class_row(Voucher)) as cursor:
        return cursor.execute(WAITING, asked).fetchall()


def waiting_in(conn: Connection[Any], division: Division, month: Month) -> int:
    """How many vouchers of a month are neither booked nor withdrawn."""
    found = conn.execute(WAITING_IN, (division, month)).fetchone()
    return int(found[0]) if found else 0


def months_of(conn: Connection[Any], division: Division) -> list[MonthKept]:
    """The months of a village's book in which anything happened, the latest first."""
    with conn.cursor(row_factory=class_row(MonthKept)) as cursor:
        return cursor.execute(MONTHS_OF, (division,)).fetchall()


def known_vouchers(conn: Connection[Any], voucher_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the ids under which a voucher was written."""
    return frozenset(row[0] for row in conn.execute(IMPORTED, (list(voucher_ids),)).fetchall())
