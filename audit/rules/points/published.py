"""The points rules as they were published, and what they say of a deed on its day: worked out from their data alone."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from audit.book import Book
from audit.entries import Entry, day_of
from audit.findings import Findings
from audit.rules.points.standing import FOR_EVER
from domain.kernel.places import Division, chain, contains


class Version(NamedTuple):
    """A rule as one event published it."""

    name: str
    since: str
    data: Mapping[str, Any]


class Said(NamedTuple):
    """What the rules say of a deed: by which version, as which item, with which factor, how many points."""

    version: Version
    item: Mapping[str, Any]
    factor_percent: int
    points: int


class PublishedRules:
    """Every version of every division, judged when it is published."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._versions: dict[str, list[Version]] = {}
        self.count = 0

    def publish(self, entry: Entry, book: Book) -> None:
        """Judge a version: its number, its day, and that the county's came first."""
        data, since, known = entry.data, entry.data["since"], day_of(entry.at)
        own = self._versions.setdefault(data["division"], [])
        first = data["division"] == book.county and not own
        if data["division"] != book.county and not self._versions.get(book.county):
            self._findings.add("points.county_first", entry.place, division=data["division"])
        if since <= known and not first:
            self._findings.add("points.rule_backdated", entry.place, since=since, known=known)
        if data["version"] != len(own) + 1 or any(one.since == since for one in own):
            self._findings.add("points.rule_version", entry.place, version=data["version"], since=since)
        own.append(Version(entry.name, since, data))
        self.count += 1

    def in_force(self, division: str, day: str, *, county: str) -> Iterator[Version]:
        """The versions in force on a day, the narrowest division's first."""
        for area in chain(Division(division)):
            begun = [one for one in self._versions.get(area, ()) if one.since <= day]
            if begun and contains(Division(county), area):
                yield max(begun, key=lambda one: one.since)

    def says(self, data: Mapping[str, Any], *, county: str) -> Said | None:
        """What the rules of the day say of an event's item and quantity; None where they do not list it."""
        layers = list(self.in_force(data["division"], data["deed_on"], county=county))
        for version in layers:
            item = next((one for one in version.data["items"] if one["code"] == data["item"]), None)
            if item is not None:
                factor = _factor(layers, item["category"], data["deed_on"]) if item["points"] > 0 else 100
                units = 60 if item["unit"] == "hour" else 1
                points = abs(item["points"]) * data["quantity"] * factor // (100 * units)
                return Said(version, item, factor, points if item["points"] > 0 else -points)
        return None

    def caps(self, division: str, day: str, category: str, *, county: str) -> Iterator[Mapping[str, Any]]:
        """Every cap that a deed of the category is under."""
        for version in self.in_force(division, day, county=county):
            yield from (cap for cap in version.data["caps"] if cap.get("category") in (None, category))


def _factor(layers: list[Version], category: str, day: str) -> int:
    return max(
        (
            window["factor_percent"]
            for version in layers
            for window in version.data["windows"]
            if window["since"] <= day <= window["until"]
            and (not window["categories"] or category in window["categories"])
        ),
        default=100,
    )


def last_day(credited_on: str, months: int | None) -> str:
    """The last day of the month so many months after that of a day, as text; FOR_EVER without a number."""
    if months is None:
        return FOR_EVER
    year, month = divmod(int(credited_on[:4]) * 12 + int(credited_on[5:7]) - 1 + months, 12)
    days = (31, 29 if _leap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month]
    return f"{year:04d}-{month + 1:02d}-{days:02d}"


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
