"""Tariffs: how much one valid report earns, inside the band that the city set, by the day it was reported.

What must not be broken: what a report earns is settled when it is made. For days that have come, a tariff or a band
fills a gap or is refused: it never takes the place of one that was in force, in the division or above it, for a report
that it would cover. So a county may set up rules for a register that is older than its journal, from whichever day it
likes, the narrower ones first; and whoever changes them afterwards does it from tomorrow on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
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

    def decides_for(self, *, item: str | None, category: str | None, above: bool) -> bool:
        """Whether this may be the tariff of a report that one of that item, or category, or of neither, would cover.

        `above`: it was set by a division around the other's. There it gives way to whatever is narrower; in the same
        division an item's own stands before its category's, and that before the general one. An item's category is
        not known here, so any may be its.
        """
        if self.item is not None:
            return self.item == item if item is not None else above
        if self.category is not None and item is None:
            return self.category == category if category is not None else above
        return True


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

    def followed_on(self, tariff: TariffInForce) -> date | None:
        """The day from which the next one of the same item and category stands in its place."""
        scope = (tariff.item, tariff.category)
        later = (entry.since for entry in self.tariffs if (entry.item, entry.category) == scope)
        return min((since for since in later if since > tariff.since), default=None)


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
    today: date,
    around: Iterable[Tariffs | None] = (),
) -> TariffBandSet:
    """Set the least and the most that a tariff in the division may give from a day on.

    `around` are the tariffs of the division, of all above it and of all within it. Refused, in this order:
    `place.unknown`, `tariff.amount_not_positive`, `tariff.band_empty`, `tariff.since_reused`, and for days that have
    come: `tariff.replaces_past` (a band of the division was in force), `tariff.excludes_past` (an amount was in force
    that the band would not let be paid).
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if min_fen <= 0:
        raise Refusal("tariff.amount_not_positive", amount_fen=min_fen)
    if min_fen > max_fen:
        raise Refusal("tariff.band_empty", min_fen=min_fen, max_fen=max_fen)
    if tariffs is not None and any(entry.since == since for entry in tariffs.bands):
        raise Refusal("tariff.since_reused", since=since, category=None, item=None)
    known = tariffs.bands if tariffs is not None else ()
    until = _open_until(since, today=today, later=(entry.since for entry in known))
    _refuse_replacing((entry.since for entry in known), since=since, until=until, today=today)
    band = Band(min_fen, max_fen)
    for amount_fen in _amounts_between(around, since, until):
        if not band.holds(amount_fen):
            raise Refusal("tariff.excludes_past", since=since, amount_fen=amount_fen, earliest=_tomorrow(today))
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
    today: date,
    above: Iterable[Tariffs | None] = (),
    item: str | None = None,
) -> TariffSet:
    """Set what a valid report of the item, or of the category (both None: of anything) earns from a day on.

    `bands` are all in force on `since` in the division and above it (`policies.bands_in_force`), `above` the tariffs
    of all above it. Refused, in this order: `place.unknown`, `tariff.item_and_category` (an item has its class by
    itself), `tariff.amount_not_positive`, `tariff.outside_band`, `tariff.since_reused`, `tariff.replaces_past` (for
    days that have come, something was in force that such a report earns by).
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
    same = (entry.since for entry in taken if (entry.item, entry.category) == (item, category))
    until = _open_until(since, today=today, later=same)
    begun = [entry.since for entry in taken if entry.decides_for(item=item, category=category, above=False)]
    for division_above in above:
        known = division_above.tariffs if division_above is not None else ()
        begun += [entry.since for entry in known if entry.decides_for(item=item, category=category, above=True)]
    _refuse_replacing(begun, since=since, until=until, today=today)
    return TariffSet(
        division=division,
        item=item,
        category=category,
        amount_fen=amount_fen,
        since=since,
        document=document,
    )


def _tomorrow(today: date) -> date:
    return today + timedelta(days=1)


def _open_until(since: date, *, today: date, later: Iterable[date]) -> date:
    """The first day for which setting something from `since` on settles nothing that has come: the next version's, or
    tomorrow.
    """
    return min([_tomorrow(today), *(day for day in later if day > since)])


def _refuse_replacing(begun: Iterable[date], *, since: date, until: date, today: date) -> None:
    """Refuse to change what was in force on a day from `since` to `until` (that day not included).

    What has begun holds without end, until the next of its kind: so it is enough to know when each began.
    """
    if since < until and (standing := [day for day in begun if day < until]):
        raise Refusal("tariff.replaces_past", since=since, standing=min(standing), earliest=_tomorrow(today))


def _amounts_between(around: Iterable[Tariffs | None], since: date, until: date) -> Iterator[Fen]:
    """Every amount that was in force on a day from `since` to `until` (that day not included)."""
    for tariffs in (one for one in around if one is not None):
        for entry in tariffs.tariffs:
            followed = tariffs.followed_on(entry)
            if since < until and entry.since < until and (followed is None or followed > since):
                yield entry.amount_fen


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
