"""A village's book: which chart it keeps, from which day on, what it began with, what it plans, and its spending limit.

What must not be broken: the opening balances are proposed by one and confirmed by another; above the limit that is
recorded here nothing is spent without a resolution of the villagers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, assert_never
from uuid import UUID

from domain.kernel.calendar import Month, month_of
from domain.kernel.events import event
from domain.kernel.ids import EventName, StreamName, derived, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division, level
from domain.kernel.postings import Postings
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.states import known
from domain.kernel.two_people import seconded
from domain.kernel.village_lines import AMOUNT_MAX, VoucherLine, postings_of, require_lines

PLAN_SIDES: Final = ("income", "expense")
PLAN_LINES_MAX: Final = 100
TITLE_CHARS_MAX: Final = 100


@event("village_book.opened/1")
class VillageBookOpened:
    """A village keeps a book from this day on, by a chart's version; above `limit_fen` spending needs a resolution.

    `document`: the paper that sets the limit.
    """

    division: Division
    chart: str
    since: date
    limit_fen: Fen
    document: str


@event("village_book.limit_set/1")
class VillageLimitSet:
    """From now on spending above this amount needs a resolution."""

    limit_fen: Fen
    document: str


@event("village_book.chart_adopted/1")
class VillageChartAdopted:
    """From now on vouchers are written by another version of a chart."""

    chart: str


@event("village_book.opening_proposed/1")
class VillageOpeningProposed:
    """What the book begins with (期初余额), by the papers named; it waits for a second person."""

    lines: tuple[VoucherLine, ...]
    document: str
    proposer_id: UUID


@event("village_book.opening_rejected/1")
class VillageOpeningRejected:
    """The second person does not agree, and says why."""

    rejecter_id: UUID
    reason: str


@event("village_book.opening_recorded/1")
class VillageOpeningRecorded:
    """The second person agrees: the balances are booked on the day before the book begins."""

    division: Division
    confirmer_id: UUID
    postings: Postings


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What a village means to take in or spend in a year, by title."""

    side: str
    title: str
    amount_fen: Fen


@event("village_book.plan_published/1")
class VillagePlanPublished:
    """The year's plan (财务计划), decided by a meeting where one is named; a later one of the year replaces it."""

    division: Division
    year: int
    lines: tuple[PlanLine, ...]
    document: str
    resolution: EventName | None = None


VillageBookEvent = (
    VillageBookOpened
    | VillageLimitSet
    | VillageChartAdopted
    | VillageOpeningProposed
    | VillageOpeningRejected
    | VillageOpeningRecorded
    | VillagePlanPublished
)


@dataclass(frozen=True, slots=True)
class Opening:
    """Opening balances that somebody proposed."""

    lines: tuple[VoucherLine, ...]
    document: str
    proposer_id: UUID


@dataclass(frozen=True, slots=True)
class Book:
    """A village's book as it stands. `opening`: what waits for a second person; `plans`: the latest of each year."""

    division: Division
    chart: str
    since: date
    limit_fen: Fen
    opening: Opening | None = None
    opening_recorded: bool = False
    plans: dict[int, tuple[PlanLine, ...]] = field(default_factory=dict)

    @property
    def opening_day(self) -> date:
        """The day on which the opening balances stand: the one before the book begins."""
        return self.since - timedelta(days=1)

    @property
    def first_month(self) -> Month:
        """The first month of the book."""
        return month_of(self.since)


def book_id(division: Division) -> UUID:
    """The id of a village's one book."""
    return derived("village_book", division)


def book_stream(division: Division) -> StreamName:
    """The stream of a village's one book."""
    return stream_name("village_book", book_id(division))


# Decide: what may happen, judged by the rules in force.


def open_book(
    book: Book | None,
    *,
    division: Division,
    division_known: bool,
    chart: str,
    charts: Collection[str],
    since: date,
    limit_fen: int,
    document: str,
) -> VillageBookOpened:
    """Begin a village's book. `charts`: the versions that were published.

    Refused, in this order: `village_book.already_opened`, `place.unknown`, `village_book.not_a_village`,
    `village_book.chart_unknown`, `village_book.since_unsuited` (it is no first of a month),
    `village_book.limit_unsuited`.
    """
    if book is not None:
        raise Refusal("village_book.already_opened")
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if level(division) != "village":
        raise Refusal("village_book.not_a_village", division=division)
    _require_chart(chart, charts)
    if since.day != 1:
        raise Refusal("village_book.since_unsuited", since=since)
    return VillageBookOpened(
        division=division, chart=chart, since=since, limit_fen=_limit(limit_fen), document=document
    )


def set_limit(book: Book, *, limit_fen: int, document: str) -> VillageLimitSet:
    """Set another limit. Refused, in this order: `village_book.limit_unsuited`, `village_book.nothing_changed`."""
    limit = _limit(limit_fen)
    if limit == book.limit_fen:
        raise Refusal("village_book.nothing_changed")
    return VillageLimitSet(limit_fen=limit, document=document)


def adopt_chart(book: Book, *, chart: str, charts: Collection[str]) -> VillageChartAdopted:
    """Go over to another version. Refused, in this order: `village_book.chart_unknown`,
    `village_book.nothing_changed`.
    """
    _require_chart(chart, charts)
    if chart == book.chart:
        raise Refusal("village_book.nothing_changed")
    return VillageChartAdopted(chart=chart)


def propose_opening(
    book: Book,
    *,
    lines: Sequence[VoucherLine],
    accounts: Collection[str],
    parties: Collection[UUID],
    document: str,
    proposer_id: UUID,
) -> VillageOpeningProposed:
    """Say what the book begins with; a proposal before it is replaced.

    Refused: `village_book.opening_recorded_already`, and then what `village_lines.require_lines` refuses.
    """
    if book.opening_recorded:
        raise Refusal("village_book.opening_recorded_already")
    require_lines(lines, accounts=accounts, parties=parties)
    return VillageOpeningProposed(lines=tuple(lines), document=document, proposer_id=proposer_id)


def confirm_opening(book: Book, *, confirmer_id: UUID) -> VillageOpeningRecorded:
    """Agree to it. Refused, in this order: `village_book.no_opening`, `chain.acted_twice`."""
    opening = seconded(book.opening, by=confirmer_id, otherwise=Refusal("village_book.no_opening"))
    return VillageOpeningRecorded(
        division=book.division, confirmer_id=confirmer_id, postings=postings_of(book.division, opening.lines)
    )


def reject_opening(book: Book, *, rejecter_id: UUID, reason: str) -> VillageOpeningRejected:
    """Do not agree. Refused, in this order: `village_book.no_opening`, `reason.insufficient`."""
    if book.opening is None:
        raise Refusal("village_book.no_opening")
    require_reason(reason)
    return VillageOpeningRejected(rejecter_id=rejecter_id, reason=reason)


def publish_plan(
    book: Book, *, year: int, lines: Sequence[PlanLine], document: str, resolution: EventName | None
) -> VillagePlanPublished:
    """Publish a year's plan.

    Refused, in this order: `village_plan.year_unsuited`, `village_plan.no_lines`, `village_plan.line_unsuited`,
    `village_plan.nothing_changed`.
    """
    if not book.since.year <= year <= book.since.year + 100:
        raise Refusal("village_plan.year_unsuited", year=year)
    if not 0 < len(lines) <= PLAN_LINES_MAX:
        raise Refusal("village_plan.no_lines", count=len(lines), limit=PLAN_LINES_MAX)
    for one in lines:
        fits = one.side in PLAN_SIDES and 0 < len(one.title.strip()) <= TITLE_CHARS_MAX
        if not fits or not 0 < one.amount_fen <= AMOUNT_MAX:
            raise Refusal("village_plan.line_unsuited", title=one.title[:TITLE_CHARS_MAX])
    if book.plans.get(year) == tuple(lines):
        raise Refusal("village_plan.nothing_changed", year=year)
    return VillagePlanPublished(
        division=book.division, year=year, lines=tuple(lines), document=document, resolution=resolution
    )


def _require_chart(chart: str, charts: Collection[str]) -> None:
    if chart not in charts:
        raise Refusal("village_book.chart_unknown", chart=chart[:80])


def _limit(limit_fen: int) -> Fen:
    if not 0 <= limit_fen <= AMOUNT_MAX:
        raise Refusal("village_book.limit_unsuited", limit_fen=limit_fen)
    return Fen(limit_fen)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(book: Book | None, event: VillageBookEvent) -> Book:
    """The book after an event."""
    match event:
        case VillageBookOpened():
            return Book(event.division, event.chart, event.since, event.limit_fen)
        case VillageLimitSet(limit_fen=limit_fen):
            return replace(known(book), limit_fen=limit_fen)
        case VillageChartAdopted(chart=chart):
            return replace(known(book), chart=chart)
        case VillageOpeningProposed():
            return replace(known(book), opening=Opening(event.lines, event.document, event.proposer_id))
        case VillageOpeningRejected():
            return replace(known(book), opening=None)
        case VillageOpeningRecorded():
            return replace(known(book), opening=None, opening_recorded=True)
        case VillagePlanPublished(year=year, lines=lines):
            before = known(book)
            return replace(before, plans={**before.plans, year: lines})
        case _:
            assert_never(event)
