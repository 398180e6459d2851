"""Every reward is exactly what the tariff of the day of the report gives, and within every band of that day.

What must not be broken: the tariff of the narrowest division around the report counts, as the log knew it when the
reward was granted; for its item if there is one, else for its category, else the one for anything. An amount lies in
each band of the division and of all above it.
"""

from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.records import Band, Incident, Tariff
from domain.kernel.money import yuan
from domain.kernel.places import Division, chain


class Tariffs:
    """Check 12."""

    types: ClassVar[frozenset[str] | None] = frozenset({"tariff.set/1", "reward.granted/1"})
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._rewards = 0

    def see(self, entry: Entry, book: Book) -> None:
        """Judge a reward, or a tariff when it is set."""
        data = entry.data
        if entry.type == "tariff.set/1":
            self._in_bands(entry, book, division=data["division"], day=data["since"])
        elif entry.type == "reward.granted/1":
            incident = book.incidents.get(data["incident_id"])
            if incident is not None:  # else `duties` says that there is none
                self._reward(entry, book, incident)

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
