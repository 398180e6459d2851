"""A points account as it stands: what it holds and until when, what it owes, and every deed that was settled."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from domain.kernel.ids import EventName, derived
from domain.kernel.places import Division
from domain.kernel.states import known
from domain.points.accounts import lots as of_lots
from domain.points.accounts.events import (
    OPENING,
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


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done, and what the rule of its day says of it; `points` before any cap, below zero for a deduction."""

    category: str
    item: str
    quantity: int
    factor_percent: int
    points: int
    division: Division
    on: date
    cause: str
    rule: EventName
    beneficiary_id: UUID | None = None

    @property
    def key(self) -> tuple[str, str, UUID | None]:
        """What is settled once: an item for a cause and a person."""
        return self.item, self.cause, self.beneficiary_id


@dataclass(frozen=True, slots=True)
class Settled:
    """A deed that earned (or cost, `deducted`) so many points; `seq` is the account's event. 0: a cap had no room.

    A paper book's balance (`opening`) stands here too, by who recorded it: it is no deed, and no cap counts it.
    """

    seq: int
    key: tuple[str, str, UUID | None]
    category: str
    division: Division
    deed_on: date
    points: int
    deducted: bool = False
    lots: tuple[Lot, ...] = ()
    owed: int = 0
    taken_back: bool = False
    opening: bool = False
    recorder_id: UUID | None = None

    @property
    def beneficiary_id(self) -> UUID | None:
        """Who did it."""
        return self.key[2]


@dataclass(frozen=True, slots=True)
class Redemption:
    """An exchange: the lots that it took, and how many of its points have come back."""

    exchange_id: UUID
    station_id: UUID
    points: int
    lots: tuple[Lot, ...]
    restored: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a person or a household, after `seq` events. Either it holds lots, or it has a `debt`."""

    kind: str
    holder_id: UUID
    division: Division
    lots: tuple[Lot, ...] = ()
    debt: int = 0
    settled: tuple[Settled, ...] = ()
    redemptions: tuple[Redemption, ...] = ()
    expired: tuple[Lot, ...] = ()
    closed: bool = False
    successor_id: UUID | None = None
    closing_document: str = ""
    seq: int = 0

    @property
    def id(self) -> UUID:
        """The id of its stream."""
        return account_id(self.kind, self.holder_id)

    @property
    def held(self) -> int:
        """All points it holds, also those that have to expire."""
        return of_lots.total(self.lots)

    def spendable(self, on: date) -> int:
        """The points that can be used on a day."""
        return self.held - of_lots.total(of_lots.overdue(self.lots, on=on))

    @property
    def opening(self) -> bool:
        """Whether a paper book's balance stands in it."""
        return any(one.opening and not one.taken_back for one in self.settled)

    @property
    def takes_opening(self) -> bool:
        """Whether a paper book's balance may come: before anything else, or in place of one that was reversed."""
        if self.closed or self.opening:
            return False
        reversed_one = any(one.opening for one in self.settled)
        return reversed_one or not (self.settled or self.redemptions or self.lots or self.debt)

    def has_settled(self, key: tuple[str, str, UUID | None]) -> bool:
        """Whether an item stands settled for a cause and a person: what was taken back may come again."""
        return any(one.key == key and not one.taken_back for one in self.settled)

    def live(self, cause: str, *, beneficiary_id: UUID | None) -> tuple[Settled, ...]:
        """What a cause gave or took and still stands."""
        return tuple(
            one for one in self.settled if one.key[1:] == (cause, beneficiary_id) and one.points and not one.taken_back
        )


def account_id(kind: str, holder_id: UUID) -> UUID:
    """The id of the one account of a person or a household."""
    return derived("points_account", kind, holder_id)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(account: Account | None, event: PointsAccountEvent) -> Account:
    """The account after an event."""
    if isinstance(event, PointsAccountOpened):
        return Account(event.kind, event.holder_id, event.division, seq=1)
    before = known(account)
    return replace(_after(before, event, before.seq + 1), seq=before.seq + 1)


def _after(account: Account, event: PointsAccountEvent, seq: int) -> Account:
    match event:
        case PointsAccountOpened():
            raise ValueError("an account is opened once")
        case PointsAccountClosed():
            return replace(account, closed=True, successor_id=event.successor_id, closing_document=event.document)
        case PointsGranted():
            came = (Lot(event.points - event.repaid, event.expires_on),)
            return replace(_received(account, came, event.repaid), settled=(*account.settled, _earned(event, seq)))
        case PointsWithheld():
            return replace(account, settled=(*account.settled, _earned(event, seq)))
        case PointsOpeningRecorded():
            repaid = event.repaid or 0
            received = _received(account, (Lot(event.points - repaid, event.expires_on),), repaid)
            return replace(received, settled=(*account.settled, _brought_in(account, event, seq)))
        case PointsDeducted():
            return replace(_gave(account, event.lots, event.to_debt), settled=(*account.settled, _cost(event, seq)))
        case PointsReversed():
            gone = (Lot(event.from_expired, _expiry_of(account, event.granted)),)
            left = replace(account, expired=of_lots.without(account.expired, gone))
            return _taken_back(_gave(left, event.lots, event.to_debt), event.granted)
        case PointsGivenBack():
            return _taken_back(_received(account, event.lots, event.repaid), event.deducted)
        case PointsExpired():
            return replace(_gave(account, event.lots, 0), expired=of_lots.added(account.expired, event.lots))
        case PointsRedeemed():
            made = Redemption(event.exchange_id, event.station_id, event.points, event.lots)
            return replace(_gave(account, event.lots, 0), redemptions=(*account.redemptions, made))
        case PointsRestored():
            return _restored(_received(account, event.lots, event.repaid), event)
        case PointsMovedOut():
            return replace(_gave(account, event.lots, 0), debt=account.debt - event.debt)
        case PointsMovedIn():
            arrived = _received(account, event.lots, event.repaid)
            return _gave(arrived, event.settled, event.debt - of_lots.total(event.settled))
        case _:
            assert_never(event)


def _received(account: Account, lots: tuple[Lot, ...], repaid: int) -> Account:
    return replace(account, lots=of_lots.added(account.lots, lots), debt=account.debt - repaid)


def _gave(account: Account, lots: tuple[Lot, ...], to_debt: int) -> Account:
    return replace(account, lots=of_lots.without(account.lots, lots), debt=account.debt + to_debt)


def _earned(event: PointsGranted | PointsWithheld, seq: int) -> Settled:
    key = event.item, event.cause, event.beneficiary_id
    if isinstance(event, PointsWithheld):
        return Settled(seq, key, event.category, event.division, event.deed_on, 0)
    lot = Lot(event.points, event.expires_on)
    return Settled(seq, key, event.category, event.division, event.deed_on, event.points, lots=(lot,))


def _brought_in(account: Account, event: PointsOpeningRecorded, seq: int) -> Settled:
    return Settled(
        seq,
        (OPENING, event.document, None),
        OPENING,
        account.division,
        event.as_of,
        event.points,
        lots=(Lot(event.points, event.expires_on),),
        opening=True,
        recorder_id=event.recorder_id,
    )


def _cost(event: PointsDeducted, seq: int) -> Settled:
    key = event.item, event.cause, event.beneficiary_id
    took = of_lots.total(event.lots) + event.to_debt
    return Settled(
        seq,
        key,
        event.category,
        event.division,
        event.deed_on,
        took,
        deducted=True,
        lots=event.lots,
        owed=event.to_debt,
    )


def _expiry_of(account: Account, seq: int) -> date | None:
    return next((one.lots[0].expires_on for one in account.settled if one.seq == seq and one.lots), None)


def _taken_back(account: Account, seq: int) -> Account:
    settled = tuple(replace(one, taken_back=True) if one.seq == seq else one for one in account.settled)
    return replace(account, settled=settled)


def _restored(account: Account, event: PointsRestored) -> Account:
    redemptions = tuple(
        replace(one, restored=one.restored + event.points) if one.exchange_id == event.exchange_id else one
        for one in account.redemptions
    )
    return replace(account, redemptions=redemptions)
