"""Stations (驿站、积分超市): where points become goods; who keeps each, what it offers, and at which price since when.

What must not be broken: a village has one station, by its stream; and a price, once it has begun, is never replaced
for days that have come. So what somebody paid can be judged by the catalogue for ever.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import EventName, StreamName, derived, event_name, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division, level
from domain.kernel.postings import CNY, PTS
from domain.kernel.refusals import Refusal
from domain.kernel.states import known

_SKU: Final = re.compile(r"[A-Z][A-Z0-9-]{0,22}[A-Z0-9]", re.ASCII)
KEEPER: Final = "station_keeper"
"""The role of whoever keeps a station."""
POINTS_PRICE_MAX: Final = 1_000_000
RETURN_DAYS_MAX: Final = 366


@event("station.opened/1")
class StationOpened:
    """The village's station serves from this day on, under a public name."""

    division: Division
    name: str
    opened_on: date


@event("station.keeper_named/1")
class StationKeeperNamed:
    """Somebody keeps it from this day on. A station may have several keepers: none serves his own account."""

    keeper_id: UUID
    since: date


@event("station.keeper_released/1")
class StationKeeperReleased:
    """He keeps it no longer after this day."""

    keeper_id: UUID
    last_day: date


@event("station.item_listed/1")
class StationItemListed:
    """From this day on one piece costs so many points, until the next listing of it or its withdrawal.

    `cash_price_fen`: what a piece would cost in cash, for whoever has too few points; None: for points alone.
    `return_days`: so many days after the exchange it may be brought back; 0: not at all.
    """

    sku: str
    title: str
    unit: str
    points_price: int
    cash_price_fen: Fen | None = None
    return_days: int
    since: date


@event("station.item_withdrawn/1")
class StationItemWithdrawn:
    """It is offered no longer after this day."""

    sku: str
    last_day: date


@event("station.closed/1")
class StationClosed:
    """It serves no more after this day; it may open again."""

    last_day: date
    reason: str


StationEvent = (
    StationOpened
    | StationKeeperNamed
    | StationKeeperReleased
    | StationItemListed
    | StationItemWithdrawn
    | StationClosed
)

CLOSING_REASONS: Final = frozenset({"no_keeper", "merged", "moved", "no_longer_wanted"})


def station_id(division: Division) -> UUID:
    """The id of a village's one station."""
    return derived("station", division)


def station_stream(identity: UUID) -> StreamName:
    """The stream of a station."""
    return stream_name("station", identity)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Who keeps it, and on which days, both included; `until` None: still."""

    keeper_id: UUID
    since: date
    until: date | None = None

    def covers(self, on: date) -> bool:
        """Whether he keeps it on that day."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Listing:
    """One price of an article and the days for which it holds, both included; `until` None: still."""

    name: EventName
    sku: str
    points_price: int
    cash_price_fen: Fen | None
    return_days: int
    since: date
    until: date | None = None

    def covers(self, on: date) -> bool:
        """Whether the price is in force on that day."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Station:
    """A station after `seq` events: `status` open or closed since (or after) `turned_on`, keepers and prices."""

    division: Division
    name: str
    status: str
    turned_on: date
    keepings: tuple[Keeping, ...] = ()
    listings: tuple[Listing, ...] = ()
    seq: int = 1

    def kept_by(self, person_id: UUID, on: date) -> bool:
        """Whether the person keeps it on that day."""
        return any(one.keeper_id == person_id and one.covers(on) for one in self.keepings)

    def listing(self, sku: str, on: date) -> Listing | None:
        """The price of an article in force on a day; None where it is not offered."""
        return next((one for one in self.listings if one.sku == sku and one.covers(on)), None)

    def listed_as(self, name: EventName) -> Listing | None:
        """The price that an event set."""
        return next((one for one in self.listings if one.name == name), None)

    def knows(self, sku: str) -> bool:
        """Whether the article was ever on its list."""
        return any(one.sku == sku for one in self.listings)

    @property
    def skus(self) -> tuple[str, ...]:
        """Every article that was ever on its list."""
        return tuple(dict.fromkeys(one.sku for one in self.listings))


# Decide: what may happen, judged by the rules in force.


def open_(
    station: Station | None, *, division: Division, division_known: bool, name: str, opened_on: date, on: date
) -> StationOpened:
    """Open a village's station, or open it again.

    Refused, in this order: `place.unknown`, `station.not_in_a_village`, `station.already_open`,
    `station.day_in_future`, `station.before_last_change`.
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if level(division) != "village":
        raise Refusal("station.not_in_a_village", division=division)
    if station is not None and station.status == "open":
        raise Refusal("station.already_open", division=division, since=station.turned_on)
    if opened_on > on:
        raise Refusal("station.day_in_future", day=opened_on)
    if station is not None and opened_on <= station.turned_on:
        raise Refusal("station.before_last_change", day=opened_on, since=station.turned_on)
    return StationOpened(division=division, name=name, opened_on=opened_on)


def name_keeper(
    station: Station | None, *, keeper_id: UUID, holds_role: bool, since: date, on: date
) -> StationKeeperNamed:
    """Name somebody who keeps it; `holds_role`: he is a station keeper there on that day.

    Refused, in this order: `station.unknown`, `station.closed`, `station.in_the_past`, `station.keeper_without_role`,
    `station.keeper_already`.
    """
    existing = require_open(station)
    _not_before(since, earliest=on)
    if not holds_role:
        raise Refusal("station.keeper_without_role", since=since)
    if any(one.keeper_id == keeper_id and (one.until is None or one.until >= since) for one in existing.keepings):
        raise Refusal("station.keeper_already")
    return StationKeeperNamed(keeper_id=keeper_id, since=since)


def release_keeper(station: Station | None, *, keeper_id: UUID, last_day: date, on: date) -> StationKeeperReleased:
    """Let somebody keep it no longer after a day, today at the earliest: he may have served today.

    Refused, in this order: `station.unknown`, `station.closed`, `station.keeper_not_named`, `station.in_the_past`.
    """
    existing = require_open(station)
    if not any(one.keeper_id == keeper_id and one.until is None and one.since <= last_day for one in existing.keepings):
        raise Refusal("station.keeper_not_named", on=last_day)
    _not_before(last_day, earliest=on)
    return StationKeeperReleased(keeper_id=keeper_id, last_day=last_day)


def list_item(
    station: Station | None,
    *,
    sku: str,
    title: str,
    unit: str,
    points_price: int,
    cash_price_fen: Fen | None,
    return_days: int,
    since: date,
    on: date,
) -> StationItemListed:
    """Offer an article at a price from a day on: today if it is not offered today, else from tomorrow.

    A price that has not begun gives way to another from the same day on. Refused, in this order: `station.unknown`,
    `station.closed`, `station.sku_malformed`, `station.price_unsuited`, `station.cash_price_unsuited`,
    `station.return_days_unsuited`, `station.in_the_past`, `station.listed_later` (a later price is known already),
    `station.price_replaces_today`.
    """
    existing = require_open(station)
    if not _SKU.fullmatch(sku) or sku in {CNY, PTS}:
        raise Refusal("station.sku_malformed", sku=sku)
    if not 0 < points_price <= POINTS_PRICE_MAX:
        raise Refusal("station.price_unsuited", points_price=points_price)
    if cash_price_fen is not None and cash_price_fen <= 0:
        raise Refusal("station.cash_price_unsuited", cash_price_fen=cash_price_fen)
    if not 0 <= return_days <= RETURN_DAYS_MAX:
        raise Refusal("station.return_days_unsuited", return_days=return_days, most=RETURN_DAYS_MAX)
    _not_before(since, earliest=on)
    later = [one.since for one in existing.listings if one.sku == sku and one.since > since]
    if later:
        raise Refusal("station.listed_later", sku=sku, since=max(later))
    if since == on and existing.listing(sku, on) is not None:
        raise Refusal("station.price_replaces_today", sku=sku, earliest=since + timedelta(days=1))
    return StationItemListed(
        sku=sku,
        title=title,
        unit=unit,
        points_price=points_price,
        cash_price_fen=cash_price_fen,
        return_days=return_days,
        since=since,
    )


def withdraw_item(station: Station | None, *, sku: str, last_day: date, on: date) -> StationItemWithdrawn:
    """Offer an article no longer after a day, today at the earliest.

    Refused, in this order: `station.unknown`, `station.closed`, `station.in_the_past`, `station.item_not_listed`.
    """
    existing = require_open(station)
    _not_before(last_day, earliest=on)
    listing = existing.listing(sku, last_day)
    if listing is None or listing.until is not None:
        raise Refusal("station.item_not_listed", sku=sku, on=last_day)
    return StationItemWithdrawn(sku=sku, last_day=last_day)


def close(
    station: Station | None, *, last_day: date, reason: str, left: Iterable[tuple[str, int]], on: date
) -> StationClosed:
    """Close it after a day; `left`: what still lies there of each article.

    Refused, in this order: `station.unknown`, `station.closed`, `station.reason_unknown`, `station.day_in_future`,
    `station.before_last_change`, `station.stock_left`.
    """
    existing = require_open(station)
    if reason not in CLOSING_REASONS:
        raise Refusal("station.reason_unknown", reason=reason, choices="、".join(sorted(CLOSING_REASONS)))
    if last_day > on:
        raise Refusal("station.day_in_future", day=last_day)
    if last_day < existing.turned_on:
        raise Refusal("station.before_last_change", day=last_day, since=existing.turned_on)
    for sku, quantity in left:
        if quantity:
            raise Refusal("station.stock_left", sku=sku, quantity=quantity)
    return StationClosed(last_day=last_day, reason=reason)


def require_open(station: Station | None) -> Station:
    """The station. Refused, in this order: `station.unknown`, `station.closed`."""
    if station is None:
        raise Refusal("station.unknown")
    if station.status != "open":
        raise Refusal("station.closed", on=station.turned_on)
    return station


def require_keeper(station: Station, person_id: UUID, *, on: date) -> None:
    """Refuse (`station.not_its_keeper`) whoever does not keep it on that day."""
    if not station.kept_by(person_id, on):
        raise Refusal("station.not_its_keeper", on=on)


def _not_before(day: date, *, earliest: date) -> None:
    if day < earliest:
        raise Refusal("station.in_the_past", day=day, earliest=earliest)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(station: Station | None, event: StationEvent) -> Station:
    """The station after an event."""
    if isinstance(event, StationOpened):
        before = station if station is not None else Station(event.division, event.name, "", event.opened_on, seq=0)
        return replace(before, name=event.name, status="open", turned_on=event.opened_on, seq=before.seq + 1)
    before = replace(known(station), seq=known(station).seq + 1)
    match event:
        case StationKeeperNamed():
            return replace(before, keepings=(*before.keepings, Keeping(event.keeper_id, event.since)))
        case StationKeeperReleased():
            return replace(before, keepings=tuple(_released(one, event) for one in before.keepings))
        case StationItemListed():
            name = event_name(station_stream(station_id(before.division)), before.seq)
            new = Listing(name, event.sku, event.points_price, event.cash_price_fen, event.return_days, event.since)
            return replace(before, listings=(*_ended(before, event.sku, event.since - timedelta(days=1)), new))
        case StationItemWithdrawn():
            return replace(before, listings=_ended(before, event.sku, event.last_day))
        case StationClosed():
            return replace(before, status="closed", turned_on=event.last_day)
        case _:
            assert_never(event)


def _released(one: Keeping, event: StationKeeperReleased) -> Keeping:
    ends = one.keeper_id == event.keeper_id and one.until is None
    return replace(one, until=event.last_day) if ends else one


def _ended(station: Station, sku: str, last_day: date) -> tuple[Listing, ...]:
    """The prices, those of an article that hold without an end ended after a day."""
    return tuple(
        replace(one, until=last_day) if one.sku == sku and one.until is None else one for one in station.listings
    )
