"""Nobody acts twice in one chain, and one report earns one reward.

What must not be broken: who acted is taken from the events of the report itself and from who signed them,
never from the list of names that a reward carries; that list is only compared. Whoever reports for himself says so
within three days; an earlier time is written down by another.
"""

from datetime import timedelta
from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.records import Incident
from domain.kernel.calendar import instant

# What the event names, and as which part of the chain.
_STEPS = {
    "incident.verified/1": ("verifier", "verifier_id"),
    "incident.handled/1": ("handler", "handler_id"),
    "incident.validity_decided/1": ("decider", "decider_id"),
}
# By which somebody reports for himself, and within which time; what came otherwise was written down by another.
_OWN_SOURCES = frozenset({"app", "open311"})
_OWN_LATEST = timedelta(hours=72)
# The same clerk may write down a report and the answer to it: he decides nothing.
_MAY_COINCIDE = frozenset({"transcriber", "reply_transcriber"})


class Duties:
    """Check 11, from the report to the reward."""

    types: ClassVar[frozenset[str] | None] = frozenset({"incident.reported/1", *_STEPS, "reward.granted/1"})
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._rewards = 0

    def see(self, entry: Entry, book: Book) -> None:
        """Judge a step of a report, or its reward."""
        if entry.type == "incident.reported/1":
            self._reported(entry, book)
        elif entry.type in _STEPS:
            self._step(entry, book)
        elif entry.type == "reward.granted/1":
            self._granted(entry, book)

    def _reported(self, entry: Entry, book: Book) -> None:
        if entry.identity in book.incidents:
            self._findings.add("duties.step_again", entry.place, part="reporter")
        self._named(entry, named=entry.data["reporter_id"], part="reporter")
        if entry.data.get("transcribed_by") == entry.data["reporter_id"]:
            self._acted_twice(entry, entry.by, "reporter", "transcriber")
        self._claimed(entry)

    def _claimed(self, entry: Entry) -> None:
        """Where the report came from, and how long ago it is said to have been made."""
        data, place = entry.data, entry.place
        source, claimed = data["source"], data["reported_at"]
        own = "transcribed_by" not in data
        if own is not (source in _OWN_SOURCES):
            self._findings.add("duties.source", place, source=source)
        if own and instant(entry.at) - instant(claimed) > _OWN_LATEST:
            hours = _OWN_LATEST // timedelta(hours=1)
            self._findings.add("duties.claimed_long_ago", place, claimed=claimed, recorded=entry.at, hours=hours)
        if source == "hotline" and not data.get("source_ref", "").strip():
            self._findings.add("duties.no_ticket", place, source=source)

    def _step(self, entry: Entry, book: Book) -> None:
        part, field = _STEPS[entry.type]
        person = entry.data[field]
        self._named(entry, named=person, part=part)
        incident = book.incidents.get(entry.identity)
        if incident is None:
            self._findings.add("duties.no_report", entry.place)
            return
        if part in incident.parts:
            self._findings.add("duties.step_again", entry.place, part=part)
        if part == "decider" and entry.data["valid"]:
            self._countable(entry, incident)
        self._distinct(entry, incident, person, part)
        if "transcribed_by" in entry.data:
            self._distinct(entry, incident, entry.data["transcribed_by"], "reply_transcriber")
            if entry.data["transcribed_by"] == person:
                self._acted_twice(entry, person, part, "reply_transcriber")

    def _countable(self, entry: Entry, incident: Incident) -> None:
        """Only what was confirmed and handled can count."""
        if not incident.confirmed:
            self._findings.add("duties.not_confirmed", entry.place)
        if "handler" not in incident.parts:
            self._findings.add("duties.not_handled", entry.place)

    def _named(self, entry: Entry, *, named: str, part: str) -> None:
        """Who signed is whom the event names, or says that he wrote it down for the other."""
        by, transcriber = entry.by, entry.data.get("transcribed_by")
        if by != (transcriber or named):
            self._findings.add("duties.signed_by_another", entry.place, part=part, named=named, by=by)

    def _distinct(self, entry: Entry, incident: Incident, person: str, part: str) -> None:
        for other, acted in incident.parts.items():
            if acted == person and other != part and not {other, part} <= _MAY_COINCIDE:
                self._acted_twice(entry, person, other, part)

    def _acted_twice(self, entry: Entry, person: str, first: str, second: str) -> None:
        self._findings.add("duties.acted_twice", entry.place, person=person, first=first, second=second)

    def _granted(self, entry: Entry, book: Book) -> None:
        self._rewards += 1
        data, place = entry.data, entry.place
        if earlier := book.granted.get(data["incident_id"]):
            self._findings.add("duties.granted_twice", place, incident=data["incident_id"], earlier=earlier)
        incident = book.incidents.get(data["incident_id"])
        if incident is None:
            self._findings.add("duties.no_report", place)
            return
        if not incident.valid:
            self._findings.add("duties.not_valid", place, incident=data["incident_id"])
        for name, expected in _as_the_report_says(incident):
            found = data.get(name)
            if found != expected:
                self._findings.add("duties.differs", place, field=name, found=str(found), expected=str(expected))

    def finish(self, book: Book) -> None:
        """Count what was seen; `Payouts` adds the rest of the chain."""
        self._findings.summarise(
            Check.DUTIES, incidents=len(book.incidents), rewards=self._rewards, payments=len(book.payments)
        )


def _as_the_report_says(incident: Incident) -> list[tuple[str, object]]:
    """The fields of a reward that follow from its report."""
    parts = incident.parts
    transcribers = [parts[part] for part in ("transcriber", "reply_transcriber") if part in parts]
    chain: dict[str, object] = {
        f"{part}_id": parts.get(part) for part in ("reporter", "verifier", "handler", "decider")
    }
    chain["transcriber_ids"] = list(dict.fromkeys(transcribers))
    return [
        ("payee_id", parts["reporter"]),
        ("division", incident.division),
        ("category", incident.category),
        ("item", incident.item),
        ("sensitive", incident.sensitive),
        ("chain", chain),
    ]
