"""Takings: what one account took of each article, so that limits per holder and period hold.

What must not be broken: written in the append of the exchange. Two counters that serve one account at once meet here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.periods import period_of
from domain.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Taken:
    """So many pieces of an article."""

    sku: str
    quantity: int


@event("taking.recorded/1")
class TakingRecorded:
    """The account took goods on a day, with an exchange."""

    account_id: UUID
    exchange_id: UUID
    taken_on: date
    goods: tuple[Taken, ...]


@event("taking.given_back/1")
class TakingGivenBack:
    """Goods came back, or the exchange was cancelled: they count no more for the day they were taken."""

    exchange_id: UUID
    taken_on: date
    goods: tuple[Taken, ...]


TakingEvent = TakingRecorded | TakingGivenBack


def taking_stream(account_id: UUID) -> StreamName:
    """The one stream of what an account took."""
    return stream_name("taking", derived("taking", account_id))


class Limit(Protocol):
    """So many pieces in a day, month or year and no more; `sku` None: of every article for itself."""

    @property
    def sku(self) -> str | None: ...
    @property
    def period(self) -> str: ...
    @property
    def quantity(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Takings:
    """How many pieces were taken, by article and day, less what came back."""

    taken: Mapping[tuple[str, date], int]

    def within(self, sku: str, *, period: str, on: date) -> int:
        """How many pieces of an article were taken in the day, month or year of a day."""
        return sum(quantity for (taken, day), quantity in self.taken.items() if taken == sku and _same(period, day, on))


def room(takings: Takings | None, sku: str, *, limits: Iterable[Limit], on: date) -> int | None:
    """How many more pieces of an article the limits leave on a day; None where no limit is on it."""
    before = takings if takings is not None else Takings({})
    left = [
        limit.quantity - before.within(sku, period=limit.period, on=on) for limit in limits if limit.sku in (None, sku)
    ]
    return max(0, min(left)) if left else None


# Decide: what may happen, judged by the rules in force.


def record(
    takings: Takings | None,
    *,
    account_id: UUID,
    exchange_id: UUID,
    goods: Sequence[tuple[str, int]],
    limits: Iterable[Limit],
    on: date,
) -> TakingRecorded:
    """Count what is taken; `limits`: those in force there that day, of every layer.

    Refused: `exchange.limit_reached`.
    """
    before = takings if takings is not None else Takings({})
    for limit in limits:
        for sku, quantity in goods:
            if limit.sku not in (None, sku):
                continue
            used = before.within(sku, period=limit.period, on=on)
            if used + quantity > limit.quantity:
                raise Refusal("exchange.limit_reached", sku=sku, period=limit.period, most=limit.quantity, used=used)
    taken = tuple(Taken(sku, quantity) for sku, quantity in goods)
    return TakingRecorded(account_id=account_id, exchange_id=exchange_id, taken_on=on, goods=taken)


def give_back(*, exchange_id: UUID, goods: Sequence[tuple[str, int]], taken_on: date) -> TakingGivenBack:
    """Count no more what came back of an exchange of that day."""
    return TakingGivenBack(
        exchange_id=exchange_id, taken_on=taken_on, goods=tuple(Taken(sku, quantity) for sku, quantity in goods)
    )


def _same(period: str, day: date, on: date) -> bool:
    return day == on if period == "day" else period_of(day, period) == period_of(on, period)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(takings: Takings | None, event: TakingEvent) -> Takings:
    """What the account took after an event."""
    taken = dict(takings.taken) if takings is not None else {}
    match event:
        case TakingRecorded():
            for one in event.goods:
                taken[one.sku, event.taken_on] = taken.get((one.sku, event.taken_on), 0) + one.quantity
        case TakingGivenBack():
            for one in event.goods:
                taken[one.sku, event.taken_on] = taken.get((one.sku, event.taken_on), 0) - one.quantity
        case _:
            assert_never(event)
    return Takings(taken)
