"""Tariffs: how much one valid report earns, inside the band that the city set, by the day it was reported."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from domain.kernel.bands import Band
from domain.kernel.events import event
from domain.kernel.ids import EventName, derived, event_name, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal


@event("tariff.band_set/1")
class TariffBandSet:
    """Every tariff in this division lies within the band from `since` on.

    `document` is the order that says so.
    """

    division: Division
    min_fen: Fen
    max_fen: Fen
    since: date
    document: str


@event("tariff.set/1")
class TariffSet:
    """A valid report made in this division from `since` on earns this amount.

    Of the `item` of the service catalogue, or of the `category`; with neither, of anything. Never both.
    """

    division: Division
    item: str | None = None
    category: str | None = None
    amount_fen: Fen
    since: date
    document: str


TariffEvent = TariffBandSet | TariffSet


@dataclass(frozen=True, slots=True)
class BandInForce:
    """A band and the day from which it holds, until the next one."""

    band: Band
    since: date


@dataclass(frozen=True, slots=True)
class TariffInForce:
    """An amount, for an item, for a category or (both None) for anything, and the event that set it."""

    name: EventName
    item: str | None
    category: str | None
    amount_fen: Fen
    since: date


@dataclass(frozen=True, slots=True)
class Tariffs:
    """Every band and tariff that one division has set, after `seq` events."""

    division: Division
    bands: tuple[BandInForce, ...] = ()
    tariffs: tuple[TariffInForce, ...] = ()
    seq: int = 0

    def band(self, on: date) -> Band | None:
        """The band in force on a day: the latest that had begun."""
        begun = [entry for entry in self.bands if entry.since <= on]
        return max(begun, key=lambda entry: entry.since).band if begun else None

    def in_force(self, category: str, on: date, *, item: str | None = None) -> TariffInForce | None:
        """The tariff in force on a day.

        The latest that had begun for the item, else for the category, else for anything.
        """
        wanted = [(item, None)] if item is not None else []
        for scope in (*wanted, (None, category), (None, None)):
            begun = [entry for entry in self.tariffs if (entry.item, entry.category) == scope and entry.since <= on]
            if begun:
                return max(begun, key=lambda entry: entry.since)
        return None


# Decide: what may happen, judged by the rules in force.


def set_band(
    tariffs: Tariffs | None,
    *,
    division: Division,
    division_known: bool,
    min_fen: Fen,
    max_fen: Fen,
    since: date,
    document: str,
) -> TariffBandSet:
    """Set the least and the most that a tariff in the division may give from a day on.

    Refused, in this order: `place.unknown`, `tariff.amount_not_positive`, `tariff.band_empty`,
    `tariff.since_reused`.
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if min_fen <= 0:
        raise Refusal("tariff.amount_not_positive", amount_fen=min_fen)
    if min_fen > max_fen:
        raise Refusal("tariff.band_empty", min_fen=min_fen, max_fen=max_fen)
    if tariffs is not None and any(entry.since == since for entry in tariffs.bands):
        raise Refusal("tariff.since_reused", since=since, category=None, item=None)
    return TariffBandSet(division=division, min_fen=min_fen, max_fen=max_fen, since=since, document=document)


def set_tariff(
    tariffs: Tariffs | None,
    *,
    division: Division,
    division_known: bool,
    category: str | None,
    amount_fen: Fen,
    since: date,
    document: str,
    bands: Iterable[Band],
    item: str | None = None,
) -> TariffSet:
    """Set what a valid report of the item, or of the category (both None: of anything) earns from a day on.

    `bands` are all in force on `since` in the division and above it (`policies.bands_in_force`). Refused,
    in this order: `place.unknown`, `tariff.item_and_category` (an item has its class by itself),
    `tariff.amount_not_positive`, `tariff.outside_band`, `tariff.since_reused`.
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if item is not None and category is not None:
        raise Refusal("tariff.item_and_category", item=item, category=category)
    if amount_fen <= 0:
        raise Refusal("tariff.amount_not_positive", amount_fen=amount_fen)
    for band in bands:
        if not band.holds(amount_fen):
            raise Refusal("tariff.outside_band", amount_fen=amount_fen, min_fen=band.min_fen, max_fen=band.max_fen)
    taken = tariffs.tariffs if tariffs is not None else ()
    if any((entry.since, entry.item, entry.category) == (since, item, category) for entry in taken):
        raise Refusal("tariff.since_reused", since=since, category=category, item=item)
    return TariffSet(
        division=division,
        item=item,
        category=category,
        amount_fen=amount_fen,
        since=since,
        document=document,
    )


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(tariffs: Tariffs | None, event: TariffEvent) -> Tariffs:
    """The division's tariffs after an event."""
    before = tariffs if tariffs is not None else Tariffs(event.division)
    seq = before.seq + 1
    match event:
        case TariffBandSet():
            band = BandInForce(Band(event.min_fen, event.max_fen), event.since)
            return replace(before, bands=(*before.bands, band), seq=seq)
        case TariffSet():
            name = event_name(stream_name("tariff", derived("tariff", event.division)), seq)
            tariff = TariffInForce(name, event.item, event.category, event.amount_fen, event.since)
            return replace(before, tariffs=(*before.tariffs, tariff), seq=seq)
        case _:
            assert_never(event)
