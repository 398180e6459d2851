"""Everything that can happen to a points account. Points are whole; lots say until when they can be used."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import EventName
from domain.kernel.places import Division
from domain.kernel.postings import Postings

Kind = Literal["person", "household"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)

OPENING: Final = "opening"
"""The category under which a paper book's balance came in."""

SENT_ON: Final = "sent_on"
"""Why points, or a debt, that came to a closed account go to its successor."""
MOVING_REASONS: Final = frozenset({"moved", "merged", "split", "died", "correction", SENT_ON})


@dataclass(frozen=True, slots=True)
class Lot:
    """Points that can be used until a day, that day included; None: without end."""

    points: int
    expires_on: date | None = None


@event("points_account.opened/1")
class PointsAccountOpened:
    """A person or a household of a division has an account. `holder_id` is the person's or the household's id."""

    kind: str
    holder_id: UUID
    division: Division


@event("points_account.closed/1")
class PointsAccountClosed:
    """The account takes no more points. What still comes for it goes to `successor_id`, if there is one."""

    reason: str
    document: str
    successor_id: UUID | None = None


@event("points.granted/1")
class PointsGranted:
    """A deed earned points. Of `by_rule` the caps left `points`; `repaid` of them paid a debt, the rest can be used.

    `quantity` is in the item's unit (minutes, where that is the hour). `cause` is the stream of the deed, counted once
    for each item; `rule` the version in force on the day of the deed in `division`, where the deed was done.
    """

    category: str
    item: str
    quantity: int
    factor_percent: int
    by_rule: int
    points: int
    division: Division
    deed_on: date
    beneficiary_id: UUID | None = None
    rule: EventName
    cause: str
    expires_on: date | None = None
    repaid: int
    postings: Postings


@event("points.withheld/1")
class PointsWithheld:
    """A deed would have earned `by_rule` points, and a cap had no room left: it earned nothing, and is settled."""

    category: str
    item: str
    quantity: int
    factor_percent: int
    by_rule: int
    division: Division
    deed_on: date
    beneficiary_id: UUID | None = None
    rule: EventName
    cause: str


@event("points.opening_recorded/1")
class PointsOpeningRecorded:
    """What a paper book said the account held at the end of `as_of`, by its document, and who recorded it.

    Once for an account; anew when it was reversed. `repaid` of the points paid a debt: None where there was none.
    """

    points: int
    as_of: date
    document: str
    expires_on: date | None = None
    repaid: int | None = None
    recorder_id: UUID | None = None
    postings: Postings


@event("points.deducted/1")
class PointsDeducted:
    """A deed cost `points` by the rule: `lots` were taken of what was held, `to_debt` is owed, the rest is waived."""

    category: str
    item: str
    quantity: int
    points: int
    division: Division
    deed_on: date
    beneficiary_id: UUID | None = None
    rule: EventName
    cause: str
    lots: tuple[Lot, ...]
    to_debt: int
    postings: Postings


@event("points.reversed/1")
class PointsReversed:
    """A grant or a paper book's balance, the account's event number `granted`, is taken back whole.

    `lots` were taken of what was held, `from_expired` had expired unused, and `to_debt` is owed because it was spent.
    """

    granted: int
    points: int
    lots: tuple[Lot, ...]
    from_expired: int
    to_debt: int
    reason: str
    postings: Postings


@event("points.given_back/1")
class PointsGivenBack:
    """A deduction, the account's event number `deducted`, is taken back.

    `repaid` of its points paid a debt, `lots` can be used.
    """

    deducted: int
    points: int
    repaid: int
    lots: tuple[Lot, ...]
    reason: str
    postings: Postings


@event("points.expired/1")
class PointsExpired:
    """Points that nobody used until their last day."""

    points: int
    lots: tuple[Lot, ...]
    postings: Postings


@event("points.redeemed/1")
class PointsRedeemed:
    """Points were exchanged for goods at a station; `lots`: which, the first to expire first."""

    exchange_id: UUID
    station_id: UUID
    points: int
    lots: tuple[Lot, ...]
    postings: Postings


@event("points.restored/1")
class PointsRestored:
    """An exchange was cancelled, or goods came back: `repaid` of the points paid a debt, `lots` can be used again."""

    exchange_id: UUID
    station_id: UUID
    points: int
    repaid: int
    lots: tuple[Lot, ...]
    postings: Postings


@event("points.moved_out/1")
class PointsMovedOut:
    """Points went to another account, and with them the `debt`; the other side is written in the same append."""

    other_account_id: UUID
    points: int
    lots: tuple[Lot, ...]
    debt: int
    reason: str
    document: str
    postings: Postings


@event("points.moved_in/1")
class PointsMovedIn:
    """Points, or a debt, came from another account.

    Of `points`, `repaid` paid a debt and `lots` can be used. Of `debt`, `settled` was taken of what was held.
    """

    other_account_id: UUID
    points: int
    repaid: int
    lots: tuple[Lot, ...]
    debt: int
    settled: tuple[Lot, ...]
    reason: str
    document: str
    postings: Postings


PointsAccountEvent = (
    PointsAccountOpened
    | PointsAccountClosed
    | PointsGranted
    | PointsWithheld
    | PointsOpeningRecorded
    | PointsDeducted
    | PointsReversed
    | PointsGivenBack
    | PointsExpired
    | PointsRedeemed
    | PointsRestored
    | PointsMovedOut
    | PointsMovedIn
)
