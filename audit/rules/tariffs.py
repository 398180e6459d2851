"""Every reward is exactly what the tariff of the day of the report gives, and within every band of that day.

What must not be broken: the tariff of the narrowest division around the report counts, as the log knew it when the
reward was granted; for its item if there is one, else for its category, else the one for anything. An amount lies in
each band of the division and of all above it. And none of this changes afterwards: for days that had come, a tariff or
a band fills a gap, and never takes the place of what was in force.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import ClassVar

from audit.book import Book
from audit.entries import Entry, day_of
from audit.findings import Check, Findings
from audit.records import Band, Incident, Tariff
from domain.kernel.money import yuan
from domain.kernel.places import Division, chain, contains


class Tariffs:
    """Check 12."""

    types: ClassVar[frozenset[str] | None] = frozenset({"tariff.set/1", "tariff.band_set/1", "reward.granted/1"})
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._rewards = 0

    def see(self, entry: Entry, book: Book) -> None:
        """Judge a reward, or a tariff when it is set."""
        data = entry.data
        if entry.type == "tariff.set/1":
            self._in_bands(entry, book, division=data["division"], day=data["since"])
            self._tariff_backdated(entry, book)
        elif entry.type == "tariff.band_set/1":
            self._band_backdated(entry, book)
        elif entry.type == "reward.granted/1":
            incident = book.incidents.get(data["incident_id"])
            if incident is not None:  # else `duties` says that there is none
                self._reward(entry, book, incident)

    def _tariff_backdated(self, entry: Entry, book: Book) -> None:
        """For days that had come, nothing was in force that a report which the tariff covers could earn by."""
        data = entry.data
        item, category = data.get("item"), data.get("category")
        own = book.tariffs.get(data["division"], ())
        until = _open_until(entry, (one.since for one in own if (one.item, one.category) == (item, category)))
        for area in chain(Division(data["division"])):
            for other in book.tariffs.get(area, ()):
                if other.since < until and _may_decide(other, item, category, above=area != data["division"]):
                    self._findings.add("tariffs.backdated", entry.place, since=data["since"], earlier=other.name)
                    return

    def _band_backdated(self, entry: Entry, book: Book) -> None:
        """For days that had come, no band of the division was in force, and no amount that this one excludes."""
        data = entry.data
        since, own = data["since"], book.bands.get(data["division"], ())
        until = _open_until(entry, (band.since for band in own))
        if any(band.since < until for band in own):
            self._findings.add("tariffs.band_backdated", entry.place, since=since)
        for other in _set_around(book, data["division"]):
            inside = data["min_fen"] <= other.amount_fen <= data["max_fen"]
            if not inside and other.since < until and since < _followed_on(book, other):
                amount = yuan(other.amount_fen)
                self._findings.add("tariffs.band_excludes", entry.place, since=since, earlier=other.name, amount=amount)
                return

    def _reward(self, entry: Entry, book: Book, incident: Incident) -> None:
        self._rewards += 1
        data, place = entry.data, entry.place
        self._in_bands(entry, book, division=incident.division, day=incident.day)
        tariff = in_force(book, incident)
        if tariff is None:
            self._findings.add("tariffs.none", place, division=incident.division, day=incident.day)
        else:
            if data["tariff"] != tariff.name:
                self._findings.add("tariffs.other", place, found=data["tariff"], expected=tariff.name)
            if data["amount_fen"] != tariff.amount_fen:
                self._findings.add(
                    "tariffs.amount",
                    place,
                    found=yuan(data["amount_fen"]),
                    expected=yuan(tariff.amount_fen),
                    tariff=tariff.name,
                )
        if data["accrual_month"] != incident.day[:7]:
            self._findings.add("tariffs.month", place, found=data["accrual_month"], expected=incident.day[:7])
        year = book.budget_years.get(data["budget_id"])
        if year != data["budget_year"]:
            self._findings.add("tariffs.budget", place, budget=data["budget_id"], year=data["budget_year"])

    def _in_bands(self, entry: Entry, book: Book, *, division: str, day: str) -> None:
        amount_fen = entry.data["amount_fen"]
        for band in bands_in_force(book, division, day):
            if not band.min_fen <= amount_fen <= band.max_fen:
                self._findings.add(
                    "tariffs.outside_band",
                    entry.place,
                    amount=yuan(amount_fen),
                    least=yuan(band.min_fen),
                    most=yuan(band.max_fen),
                    division=band.division,
                )

    def finish(self, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Count what was seen."""
        self._findings.summarise(Check.TARIFFS, rewards=self._rewards)


_FOR_EVER = "9999-12-31"


def _open_until(entry: Entry, versions: Iterable[str]) -> str:
    """The first day from which setting something is no business of the past: the next version's, or the day after it
    was recorded. Never later than `since` where nothing was set backwards.
    """
    since = entry.data["since"]
    known = date.fromisoformat(day_of(entry.at))
    until = min([str(known + timedelta(days=1)), *(day for day in versions if day > since)])
    return until if since < until else ""


def _may_decide(other: Tariff, item: str | None, category: str | None, *, above: bool) -> bool:
    """Whether a report that a tariff of that item or category covers could have earned by the other one."""
    if item is not None:  # before everything of its division and above, but another item's
        return other.item in (None, item)
    if above:  # a narrower division's stands before everything, but what is of another category
        return category is None or other.category in (None, category)
    return other.item is None and other.category in (None, category)


def _set_around(book: Book, division: str) -> Iterator[Tariff]:
    """Every tariff of the division, of those above it and of those within it."""
    for area, tariffs in book.tariffs.items():
        if contains(Division(area), Division(division)) or contains(Division(division), Division(area)):
            yield from tariffs


def _followed_on(book: Book, tariff: Tariff) -> str:
    """The day from which the next one of the same item and category stands in its place."""
    scope = (tariff.item, tariff.category)
    later = (one.since for one in book.tariffs[tariff.division] if (one.item, one.category) == scope)
    return min((since for since in later if since > tariff.since), default=_FOR_EVER)


def bands_in_force(book: Book, division: str, day: str) -> list[Band]:
    """The band of the division and of each above it on a day: the latest that had begun."""
    bands = []
    for area in chain(Division(division)):
        begun = [band for band in book.bands.get(area, ()) if band.since <= day]
        if begun:
            bands.append(max(begun, key=lambda band: band.since))
    return bands


def in_force(book: Book, incident: Incident) -> Tariff | None:
    """The tariff for a report, by where, what and when it was."""
    for area in chain(Division(incident.division)):
        wanted = [(incident.item, None)] if incident.item is not None else []
        for scope in (*wanted, (None, incident.category), (None, None)):
            begun = [
                tariff
                for tariff in book.tariffs.get(area, ())
                if (tariff.item, tariff.category) == scope and tariff.since <= incident.day
            ]
            if begun:
                return max(begun, key=lambda tariff: tariff.since)
    return None
