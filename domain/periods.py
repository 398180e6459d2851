"""Closing a month: one person proposes it with its figures, another seals it; nothing can be booked below a seal.

What must not be broken: months are sealed in order, each seal names the one before, and from the proposal on nothing
more takes effect in the month, so that what was shown is what is sealed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any, assert_never
from uuid import UUID

from domain.kernel.bank_sides import BankSide, Explained, digest_of
from domain.kernel.calendar import Month, last_day, next_month
from domain.kernel.events import Sha256, event
from domain.kernel.ids import EventName, StreamName, derived, event_name, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.reasons import require_reason, suffices
from domain.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What a month is closed with, as of the first `position` entries of the log, whose root is `root`.

    `trial_balance`, `reconciliation` and `disclosures` are the digests of what stood on the page; `previous` is the
    seal before. `bank` is left out where no statement tells of the month.
    """

    division: Division
    month: Month
    position: int
    root: Sha256
    trial_balance: Sha256
    reconciliation: Sha256
    disclosures: Sha256
    explained: tuple[Explained, ...]
    previous: EventName | None = None
    bank: BankSide | None = None


@event("period.close_proposed/1")
class PeriodCloseProposed(Closing):
    """A month is to be closed with these figures. Until it is sealed or withdrawn nothing takes effect in it."""

    proposer_id: UUID


@event("period.close_withdrawn/1")
class PeriodCloseWithdrawn:
    """The proposal is taken back, for a reason; the month can be booked in again."""

    division: Division
    reason: str


@event("period.sealed/1")
class PeriodSealed(Closing):
    """The month is closed for ever with the figures that were proposed."""


PeriodEvent = PeriodCloseProposed | PeriodCloseWithdrawn | PeriodSealed


@dataclass(frozen=True, slots=True)
class Blocking:
    """So many things of a kind, together worth so much, stand against closing a month or are to be explained."""

    kind: str
    count: int
    amount_fen: Fen


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One figure until the end of the month as ledger and batches have it, and as the bank says it, where it does."""

    kind: str
    ledger_fen: Fen
    batches_fen: Fen
    bank_fen: Fen | None = None


@dataclass(frozen=True, slots=True)
class Disclosed:
    """How many rewards of a division were granted, or taken back (`flow`), with effect in the month."""

    flow: str
    division: Division
    count: int
    amount_fen: Fen


@dataclass(frozen=True, slots=True)
class Figures:
    """What a month is closed with; the digests are those of the page that both people read."""

    month: Month
    position: int
    root: Sha256
    trial_balance: Sha256
    reconciliation: Sha256
    disclosures: Sha256
    explained: tuple[Explained, ...] = ()
    bank: BankSide | None = None

    @property
    def digest(self) -> Sha256:
        """SHA-256 of the figures as canonical JSON (RFC 8785): what the second person's approval is bound to."""
        return digest_of([asdict(self)])


@dataclass(frozen=True, slots=True)
class Proposal:
    """Figures that somebody proposed."""

    figures: Figures
    proposer_id: UUID | None


@dataclass(frozen=True, slots=True)
class Periods:
    """How far a county's books are closed. `last_seal` names the latest seal, `event_count` counts every event.

    `seals`: month -> the figures that it was sealed with, and who had proposed them.
    """

    sealed: Month | None = None
    last_seal: EventName | None = None
    proposal: Proposal | None = None
    event_count: int = 0
    seals: Mapping[Month, Proposal] = field(default_factory=dict)

    @property
    def closed_until(self) -> date | None:
        """The last day on which nothing can take effect any more; None while every day is open."""
        month = self.proposal.figures.month if self.proposal else self.sealed
        return last_day(month) if month else None


def period_stream(county: Division) -> StreamName:
    """The one stream of a county's months."""
    return stream_name("period", derived("period", county))


def reconciliation_digest(
    rows: Iterable[Reconciled], differences: Iterable[Blocking], bank: Mapping[str, object] | None = None
) -> Sha256:
    """SHA-256 over what ledger, batches and bank have, then over the differences: a line of canonical JSON each; last
    over the bank's side (`bank_sides.BankSide` field by field), where there is one.
    """
    told = [*(asdict(row) for row in rows), *(asdict(one) for one in differences)]
    return digest_of([*told, *([bank] if bank is not None else [])])


def disclosures_digest(rows: Iterable[Disclosed]) -> Sha256:
    """SHA-256 over what was granted and taken back in the month, a line of canonical JSON for each division and flow,
    by flow and division; the order in which they are handed over does not matter.
    """
    return digest_of(asdict(row) for row in sorted(rows, key=lambda one: (one.flow, one.division)))


def first_open_day(periods: Periods | None, day: date) -> date:
    """The day itself if it is open, else the first open one: where a fact is booked that is told too late."""
    closed = periods.closed_until if periods else None
    return day if closed is None or day > closed else closed + timedelta(days=1)


def require_open(periods: Periods | None, *, on: date) -> None:
    """Refuse what would take effect below a seal, or in a month that is being closed.

    Refused, in this order: `period.sealed`, `period.closing`.
    """
    if periods is None:
        return
    if periods.sealed is not None and on <= last_day(periods.sealed):
        raise Refusal("period.sealed", month=periods.sealed, on=on)
    closed = periods.closed_until
    if closed is not None and on <= closed:
        raise Refusal("period.closing", on=on, closed_until=closed)


# Decide: what may happen, judged by the rules in force.


def propose_close(
    periods: Periods | None,
    *,
    county: Division,
    figures: Figures,
    blocking: Sequence[Blocking],
    differences: Sequence[Blocking],
    proposer_id: UUID,
    on: date,
) -> PeriodCloseProposed:
    """Propose to close a month that is over; a proposal before it is replaced.

    `blocking` must be cleared first; each of `differences` is explained in `figures`. Refused, in this order:
    `period.not_over`, `period.not_next` (months are sealed in order), `period.blocked`, `period.not_explained`.
    """
    if on <= last_day(figures.month):
        raise Refusal("period.not_over", month=figures.month)
    sealed = periods.sealed if periods else None
    if sealed is not None and figures.month != next_month(sealed):
        raise Refusal("period.not_next", month=figures.month, expected=next_month(sealed))
    _require_unblocked(blocking)
    reasons = {Blocking(one.kind, one.count, one.amount_fen): one.reason for one in figures.explained}
    for one in differences:
        if not suffices(reasons.get(one, "")):
            raise Refusal("period.not_explained", kind=one.kind, count=one.count, amount_fen=one.amount_fen)
    return PeriodCloseProposed(**_told(periods, county, figures), proposer_id=proposer_id)


def withdraw_close(periods: Periods | None, *, county: Division, month: Month, reason: str) -> PeriodCloseWithdrawn:
    """Take the proposal back. Refused, in this order: `period.not_proposed` (or another month is),
    `reason.insufficient`.
    """
    _proposed(periods, month)
    require_reason(reason)
    return PeriodCloseWithdrawn(division=county, reason=reason)


def seal(
    periods: Periods | None,
    *,
    county: Division,
    month: Month,
    sealer_id: UUID,
    shown_digest: Sha256,
    now: Figures,
    blocking: Sequence[Blocking],
) -> PeriodSealed:
    """Seal exactly what was proposed; `shown_digest` is the digest on the page that the second person read.

    `now` are the month's figures of this moment: nothing was booked since the proposal, and the bank said nothing else.
    Refused, in this order: `period.not_proposed` (or another month is), `period.maker_is_checker`,
    `period.digest_differs`, `period.moved`, `period.blocked`.
    """
    proposal = _proposed(periods, month)
    figures = proposal.figures
    if sealer_id == proposal.proposer_id:
        raise Refusal("period.maker_is_checker", person_id=sealer_id)
    if shown_digest != figures.digest:
        raise Refusal("period.digest_differs", digest=shown_digest, proposed=figures.digest)
    if any(getattr(now, name) != getattr(figures, name) for name in ("trial_balance", "reconciliation", "disclosures")):
        raise Refusal("period.moved", month=figures.month)
    _require_unblocked(blocking)
    return PeriodSealed(**_told(periods, county, figures))


def _told(periods: Periods | None, county: Division, figures: Figures) -> dict[str, Any]:
    """The figures as proposal and seal both carry them."""
    told = {one.name: getattr(figures, one.name) for one in fields(Figures)}
    return {"division": county, "previous": periods.last_seal if periods else None, **told}


def _proposed(periods: Periods | None, month: Month) -> Proposal:
    if periods is None or periods.proposal is None or periods.proposal.figures.month != month:
        raise Refusal("period.not_proposed")
    return periods.proposal


def _require_unblocked(blocking: Sequence[Blocking]) -> None:
    if blocking:
        one = blocking[0]
        raise Refusal("period.blocked", kind=one.kind, count=one.count, amount_fen=one.amount_fen)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(periods: Periods | None, event: PeriodEvent) -> Periods:
    """The months after an event."""
    before = periods or Periods()
    after = replace(before, event_count=before.event_count + 1)
    match event:
        case PeriodCloseProposed():
            return replace(after, proposal=Proposal(_figures(event), event.proposer_id))
        case PeriodCloseWithdrawn():
            return replace(after, proposal=None)
        case PeriodSealed():
            name = event_name(period_stream(event.division), after.event_count)
            seals = {**before.seals, event.month: before.proposal or Proposal(_figures(event), None)}
            return replace(after, sealed=event.month, last_seal=name, proposal=None, seals=seals)
        case _:
            assert_never(event)


def _figures(event: Closing) -> Figures:
    return Figures(**{one.name: getattr(event, one.name) for one in fields(Figures)})
