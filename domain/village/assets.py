"""Assets and resources of a village: what it owns, what was let, counted, sold or written off.

What must not be broken: nothing leaves the register, and no count changes it, unless two people say so; what was let is
neither let again nor disposed of.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import EventName, StreamName, derived, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.quantities import QUANTITY_MILLI_MAX, quantity
from domain.kernel.reasons import require_reason as require_explained
from domain.kernel.refusals import Refusal
from domain.kernel.sending_back import require_reason
from domain.kernel.states import known
from domain.kernel.two_people import seconded

CATEGORIES: Final = frozenset({"operating", "public", "resource"})
"""经营性, 非经营性 (公益), 资源性: the three kinds of what a collective owns."""
COST_FEN_MAX: Final = 10**13
"""A hundred billion yuan: a count cannot make more of an asset."""
ACQUIRED: Final = frozenset({"opening", "purchased", "built", "granted", "donated", "exchanged", "found"})
"""How it came to the village; `opening`: it was there when the register began."""
DISPOSED: Final = frozenset({"sold", "transferred", "given_away"})
"""It goes to somebody else."""
WRITTEN_OFF: Final = frozenset({"scrapped", "lost", "destroyed", "entered_wrongly"})
"""It is there no more, or never was."""


@event("asset.acquired/1")
class AssetAcquired:
    """The village has something under a `number` of its own: `quantity_milli` thousandths of a `unit`, at such a cost.

    `title`, `place` and `document` are public and name nobody. `voucher`: the booking of what was paid.
    """

    division: Division
    number: str
    title: str
    category: str
    how: str
    unit: str
    quantity_milli: int
    cost_fen: Fen
    acquired_on: date
    place: str
    recorder_id: UUID
    document: str | None = None
    voucher: EventName | None = None


@event("asset.leased_out/1")
class AssetLeasedOut:
    """It is let by a contract that two people stand for, from a day to a day (both included)."""

    contract_id: UUID
    since: date
    until: date


@event("asset.lease_ended/1")
class AssetLeaseEnded:
    """Its contract ended before its time."""

    contract_id: UUID
    last_day: date


@event("asset.counted/1")
class AssetCounted:
    """One person counted it: what the register says, what is there, and why they differ, if they do."""

    counted_on: date
    book_milli: int
    quantity_milli: int
    counter_id: UUID
    reason: str | None = None


@event("asset.count_confirmed/1")
class AssetCountConfirmed:
    """Another was there: the register says `quantity_milli` from now on, at this cost."""

    quantity_milli: int
    cost_fen: Fen
    confirmer_id: UUID


@event("asset.count_rejected/1")
class AssetCountRejected:
    """Another person found it counted wrongly; the register stays as it is."""

    rejecter_id: UUID
    reason: str


@event("asset.disposal_proposed/1")
class AssetDisposalProposed:
    """It is to leave the register: `how` is one of DISPOSED or WRITTEN_OFF, `proceeds_fen` what it brings."""

    how: str
    proceeds_fen: Fen
    reason: str
    proposer_id: UUID
    resolution: EventName | None = None


@event("asset.disposal_rejected/1")
class AssetDisposalRejected:
    """It stays, for a reason."""

    rejecter_id: UUID
    reason: str


@event("asset.disposed/1")
class AssetDisposed:
    """It went to somebody else on a day: sold, transferred or given away."""

    disposed_on: date
    how: str
    proceeds_fen: Fen
    confirmer_id: UUID
    voucher: EventName | None = None


@event("asset.written_off/1")
class AssetWrittenOff:
    """It is there no more since a day: scrapped, lost, destroyed, or never was."""

    written_off_on: date
    how: str
    proceeds_fen: Fen
    confirmer_id: UUID
    voucher: EventName | None = None


AssetEvent = (
    AssetAcquired
    | AssetLeasedOut
    | AssetLeaseEnded
    | AssetCounted
    | AssetCountConfirmed
    | AssetCountRejected
    | AssetDisposalProposed
    | AssetDisposalRejected
    | AssetDisposed
    | AssetWrittenOff
)


@dataclass(frozen=True, slots=True)
class Lease:
    """By which contract it is let, from when to when."""

    contract_id: UUID
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Count:
    """A count that waits for a second person, who proposed it, and what it found."""

    proposer_id: UUID
    quantity_milli: int


@dataclass(frozen=True, slots=True)
class Disposal:
    """A disposal that waits for a second person."""

    proposer_id: UUID
    how: str
    proceeds_fen: Fen


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset. `leases` are all that ever were; `ended`: it has left the register."""

    division: Division
    category: str
    acquired_on: date
    quantity_milli: int
    unit: str
    cost_fen: Fen
    leases: tuple[Lease, ...] = ()
    count: Count | None = None
    disposal: Disposal | None = None
    ended: bool = False

    def let_between(self, since: date, until: date) -> Lease | None:
        """The lease that holds on any day of a time, if one does."""
        return next((one for one in self.leases if one.since <= until and since <= one.until), None)


def asset_id(division: Division, number: str) -> UUID:
    """The id of what a village has under a number: recording it twice meets the first."""
    return derived("asset", division, number)


def asset_stream(asset_id: UUID) -> StreamName:
    """The stream of an asset."""
    return stream_name("asset", asset_id)


# Decide: what may happen, judged by the rules in force.


def acquire(
    asset: Asset | None,
    *,
    division: Division,
    division_known: bool,
    number: str,
    title: str,
    category: str,
    how: str,
    unit: str,
    quantity_milli: int,
    cost_fen: Fen,
    acquired_on: date,
    place: str,
    document: str | None,
    voucher: EventName | None,
    voucher_booked: bool,
    today: date,
    actor_id: UUID,
) -> AssetAcquired:
    """Write down what the village has got.

    Refused, in this order: `asset.already_recorded`, `place.unknown`, `asset.category_unknown`, `asset.how_unknown`,
    `asset.quantity_out_of_range`, `asset.cost_out_of_range`, `asset.day_in_future`, `asset.voucher_unknown`.
    """
    if asset is not None:
        raise Refusal("asset.already_recorded", number=number)
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if category not in CATEGORIES:
        raise Refusal("asset.category_unknown", category=category)
    if how not in ACQUIRED:
        raise Refusal("asset.how_unknown", how=how)
    if not 0 < quantity_milli <= QUANTITY_MILLI_MAX:
        raise Refusal("asset.quantity_out_of_range", quantity_milli=quantity_milli)
    if not 0 <= cost_fen <= COST_FEN_MAX:
        raise Refusal("asset.cost_out_of_range", cost_fen=cost_fen)
    _require_past(acquired_on, today=today)
    _require_voucher(voucher, booked=voucher_booked)
    return AssetAcquired(
        division=division,
        number=number,
        title=title,
        category=category,
        how=how,
        unit=unit,
        quantity_milli=quantity_milli,
        cost_fen=cost_fen,
        acquired_on=acquired_on,
        place=place,
        document=document,
        voucher=voucher,
        recorder_id=actor_id,
    )


def lease_out(
    asset: Asset | None, *, contract_id: UUID, since: date, until: date, quantity_milli: int, unit: str
) -> AssetLeasedOut:
    """Let so much of it by a contract that a second person has just confirmed.

    Refused, in this order: `asset.unknown`, `asset.ended`, `asset.disposal_waits`, `asset.let_already`,
    `asset.less_than_let`.
    """
    existing = _standing(asset)
    if existing.disposal is not None:
        raise Refusal("asset.disposal_waits")
    lease = existing.let_between(since, until)
    if lease is not None:
        raise Refusal("asset.let_already", since=lease.since, until=lease.until)
    if (unit, quantity_milli) != (existing.unit, min(quantity_milli, existing.quantity_milli)):
        raise Refusal(
            "asset.less_than_let", register_quantity=quantity(existing.quantity_milli), register_unit=existing.unit
        )
    return AssetLeasedOut(contract_id=contract_id, since=since, until=until)


def end_lease(asset: Asset | None, *, contract_id: UUID, last_day: date) -> AssetLeaseEnded:
    """Let it be free again after a day, because its contract ends with that.

    Refused, in this order: `asset.unknown`, `asset.not_let`.
    """
    existing = _existing(asset)
    if not any(one.contract_id == contract_id for one in existing.leases):
        raise Refusal("asset.not_let")
    return AssetLeaseEnded(contract_id=contract_id, last_day=last_day)


def count(
    asset: Asset | None, *, counted_on: date, quantity_milli: int, reason: str | None, today: date, actor_id: UUID
) -> AssetCounted:
    """Write down what was counted; nothing changes before another agrees.

    Refused, in this order: `asset.unknown`, `asset.ended`, `asset.count_waits`, `asset.day_in_future`,
    `asset.before_acquired`, `asset.quantity_out_of_range`, `reason.insufficient` (where the two figures differ).
    """
    existing = _standing(asset)
    if existing.count is not None:
        raise Refusal("asset.count_waits")
    _require_day(existing, counted_on, today=today)
    worth_fen = cost_after(existing.cost_fen, book_milli=existing.quantity_milli, quantity_milli=quantity_milli)
    if not 0 <= quantity_milli <= QUANTITY_MILLI_MAX or worth_fen > COST_FEN_MAX:
        raise Refusal("asset.quantity_out_of_range", quantity_milli=quantity_milli)
    if quantity_milli != existing.quantity_milli:
        require_explained(reason or "")
    return AssetCounted(
        counted_on=counted_on,
        book_milli=existing.quantity_milli,
        quantity_milli=quantity_milli,
        counter_id=actor_id,
        reason=reason,
    )


def confirm_count(asset: Asset | None, *, actor_id: UUID) -> AssetCountConfirmed:
    """Agree with a count. The cost follows the quantity, rounded to the fen.

    Refused, in this order: `asset.unknown`, `asset.ended`, `asset.no_count`, `chain.acted_twice`.
    """
    existing = _standing(asset)
    counted = seconded(existing.count, by=actor_id, otherwise=Refusal("asset.no_count"))
    cost_fen = cost_after(existing.cost_fen, book_milli=existing.quantity_milli, quantity_milli=counted.quantity_milli)
    return AssetCountConfirmed(quantity_milli=counted.quantity_milli, cost_fen=cost_fen, confirmer_id=actor_id)


def reject_count(asset: Asset | None, *, actor_id: UUID, reason: str) -> AssetCountRejected:
    """Do not agree with a count; the counter may take it back himself.

    Refused, in this order: `asset.unknown`, `asset.ended`, `asset.no_count`, `sending_back.reason_unknown`.
    """
    if _standing(asset).count is None:
        raise Refusal("asset.no_count")
    require_reason(reason)
    return AssetCountRejected(rejecter_id=actor_id, reason=reason)


def propose_disposal(
    asset: Asset | None,
    *,
    how: str,
    proceeds_fen: Fen,
    reason: str,
    resolution: EventName | None,
    resolution_known: bool,
    today: date,
    actor_id: UUID,
) -> AssetDisposalProposed:
    """Propose that it leaves the register.

    Refused, in this order: `asset.unknown`, `asset.ended`, `asset.disposal_waits`, `asset.count_waits`,
    `asset.let_already` (still or from a later day on), `asset.how_unknown`, `asset.proceeds_out_of_range` (what is lost
    brings nothing), `reason.insufficient`, `asset.resolution_unknown`.
    """
    existing = _standing(asset)
    if existing.disposal is not None:
        raise Refusal("asset.disposal_waits")
    if existing.count is not None:
        raise Refusal("asset.count_waits")
    lease = existing.let_between(today, date.max)
    if lease is not None:
        raise Refusal("asset.let_already", since=lease.since, until=lease.until)
    if how not in DISPOSED | WRITTEN_OFF:
        raise Refusal("asset.how_unknown", how=how)
    if proceeds_fen < 0 or (proceeds_fen and how not in {"sold", "transferred", "scrapped"}):
        raise Refusal("asset.proceeds_out_of_range", proceeds_fen=proceeds_fen, how=how)
    require_explained(reason)
    if resolution is not None and not resolution_known:
        raise Refusal("asset.resolution_unknown", resolution=resolution)
    return AssetDisposalProposed(
        how=how, proceeds_fen=proceeds_fen, reason=reason, resolution=resolution, proposer_id=actor_id
    )


def confirm_disposal(
    asset: Asset | None,
    *,
    ended_on: date,
    voucher: EventName | None,
    voucher_booked: bool,
    today: date,
    actor_id: UUID,
) -> AssetDisposed | AssetWrittenOff:
    """Agree that it leaves the register on a day.

    Refused, in this order: `asset.unknown`, `asset.ended`, `asset.no_disposal`, `chain.acted_twice`,
    `asset.day_in_future`, `asset.before_acquired`, `asset.voucher_unknown`.
    """
    existing = _standing(asset)
    proposed = seconded(existing.disposal, by=actor_id, otherwise=Refusal("asset.no_disposal"))
    _require_day(existing, ended_on, today=today)
    _require_voucher(voucher, booked=voucher_booked)
    if proposed.how in DISPOSED:
        return AssetDisposed(
            disposed_on=ended_on,
            how=proposed.how,
            proceeds_fen=proposed.proceeds_fen,
            voucher=voucher,
            confirmer_id=actor_id,
        )
    return AssetWrittenOff(
        written_off_on=ended_on,
        how=proposed.how,
        proceeds_fen=proposed.proceeds_fen,
        voucher=voucher,
        confirmer_id=actor_id,
    )


def reject_disposal(asset: Asset | None, *, actor_id: UUID, reason: str) -> AssetDisposalRejected:
    """Let it stay; the proposer may take it back himself.

    Refused, in this order: `asset.unknown`, `asset.ended`, `asset.no_disposal`, `sending_back.reason_unknown`.
    """
    if _standing(asset).disposal is None:
        raise Refusal("asset.no_disposal")
    require_reason(reason)
    return AssetDisposalRejected(rejecter_id=actor_id, reason=reason)


def cost_after(cost_fen: int, *, book_milli: int, quantity_milli: int) -> Fen:
    """What the register's cost becomes when a count finds another quantity: in proportion, half a fen upwards."""
    if book_milli == 0:
        return Fen(cost_fen)
    return Fen((2 * cost_fen * quantity_milli + book_milli) // (2 * book_milli))


def _existing(asset: Asset | None) -> Asset:
    if asset is None:
        raise Refusal("asset.unknown")
    return asset


def _standing(asset: Asset | None) -> Asset:
    existing = _existing(asset)
    if existing.ended:
        raise Refusal("asset.ended")
    return existing


def _require_past(day: date, *, today: date) -> None:
    if day > today:
        raise Refusal("asset.day_in_future", day=day)


def _require_day(asset: Asset, day: date, *, today: date) -> None:
    _require_past(day, today=today)
    if day < asset.acquired_on:
        raise Refusal("asset.before_acquired", day=day, acquired_on=asset.acquired_on)


def _require_voucher(voucher: EventName | None, *, booked: bool) -> None:
    if voucher is not None and not booked:
        raise Refusal("asset.voucher_unknown", voucher=voucher)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(asset: Asset | None, event: AssetEvent) -> Asset:
    """The asset after an event."""
    match event:
        case AssetAcquired():
            figures = (event.quantity_milli, event.unit, event.cost_fen)
            return Asset(event.division, event.category, event.acquired_on, *figures)
        case AssetLeasedOut(contract_id=contract_id, since=since, until=until):
            existing = known(asset)
            return replace(existing, leases=(*existing.leases, Lease(contract_id, since, until)))
        case AssetLeaseEnded():
            return _lease_ended(known(asset), event)
        case AssetCounted():
            return replace(known(asset), count=Count(event.counter_id, event.quantity_milli))
        case AssetCountConfirmed():
            return replace(known(asset), count=None, quantity_milli=event.quantity_milli, cost_fen=event.cost_fen)
        case AssetCountRejected():
            return replace(known(asset), count=None)
        case AssetDisposalProposed():
            return replace(known(asset), disposal=Disposal(event.proposer_id, event.how, event.proceeds_fen))
        case AssetDisposalRejected():
            return replace(known(asset), disposal=None)
        case AssetDisposed() | AssetWrittenOff():
            return replace(known(asset), disposal=None, ended=True)
        case _:
            assert_never(event)


def _lease_ended(asset: Asset, event: AssetLeaseEnded) -> Asset:
    leases = (
        replace(one, until=event.last_day) if one.contract_id == event.contract_id else one for one in asset.leases
    )
    return replace(asset, leases=tuple(one for one in leases if one.since <= one.until))
