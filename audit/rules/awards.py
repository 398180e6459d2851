"""Stars follow from the log: each counted report is there, counts, is the member's and of the period; the ranking too.

What must not be broken: what counts is folded here from the events themselves, as of the position that the proposal
names, and never read from the proposal. Only the ranking is the one function that everybody uses
(`domain.kernel.ranking`); what it is given is found here independently.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple
from uuid import UUID

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings, Place
from domain.kernel.ids import EventName
from domain.kernel.periods import Period, first_day, kind_of, last_day
from domain.kernel.places import Division, contains
from domain.kernel.ranking import Counted, Scale, Standing, Weight, events_digest, standings, stars

_TYPES = frozenset(
    {
        "incident.validity_decided/1",
        "incident.merged/1",
        "reward.granted/1",
        "reward.reversed/1",
        "person.erased/1",
        "award_rule.published/1",
        "award.proposed/1",
        "award.counted_listed/1",
        "award.granted/1",
        "award.rejected/1",
        "award.revoked/1",
    }
)
_OPEN = ("proposed", "granted")


@dataclass(slots=True)
class _Count:
    """One report that counts, from the index after `counted_at` up to `excluded_at`."""

    member: str
    division: str
    category: str
    item: str | None
    day: str
    counted_at: int
    excluded_at: int | None = None

    def counts_at(self, position: int) -> bool:
        """Whether it counts by the first so many entries."""
        return self.counted_at < position and (self.excluded_at is None or self.excluded_at >= position)


class _Rule(NamedTuple):
    """A version of an area's rule."""

    name: str
    kind: str
    since: str
    scale: Scale


@dataclass(slots=True)
class _Award:
    """A proposal as recomputed: what must still be listed for each star, and who may not grant it."""

    place: Place
    proposer: str
    stars: list[dict[str, object]]
    period: Period
    division: str
    position: int
    to_list: dict[str, set[str]] | None = None  # None: no rule was in force, so that nothing can be expected
    listed: dict[str, int] = field(default_factory=dict)
    status: str = "proposed"
    revoked: set[str] = field(default_factory=set)


class Awards:
    """Check 21."""

    types: ClassVar[frozenset[str] | None] = _TYPES
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._counts: dict[str, _Count] = {}  # the event that made a report valid
        self._open: dict[str, str] = {}  # incident -> that event, while it counts
        self._rewards: dict[str, str] = {}  # reward -> incident
        self._rules: dict[str, list[_Rule]] = {}  # division -> its versions
        self._awards: dict[str, _Award] = {}
        self._proposals = self._stars = self._events = 0

    def see(self, entry: Entry, book: Book) -> None:
        """Note what counts, or judge a step of an award."""
        match entry.category:
            case "incident":
                self._exclude(self._open.pop(entry.identity, None), entry.index)
                if entry.type == "incident.validity_decided/1" and entry.data["valid"]:
                    self._count(entry, book)
            case "reward" if entry.type == "reward.granted/1":
                self._rewards[entry.identity] = entry.data["incident_id"]
            case "reward":
                self._exclude(self._open.pop(self._rewards.get(entry.identity, ""), None), entry.index)
            case "person":
                for incident, name in list(self._open.items()):
                    if self._counts[name].member == entry.identity:
                        self._exclude(self._open.pop(incident), entry.index)
            case "award_rule":
                self._rules.setdefault(entry.data["division"], []).append(_rule_of(entry))
            case _:
                self._award(entry)

    def _count(self, entry: Entry, book: Book) -> None:
        incident = book.incidents.get(entry.identity)
        if incident is None or not book.holds(incident.parts["reporter"], "member", incident.day, None):
            return
        self._open[entry.identity] = entry.name
        self._counts[entry.name] = _Count(
            member=incident.parts["reporter"],
            division=incident.division,
            category=incident.category,
            item=incident.item,
            day=incident.day,
            counted_at=entry.index,
        )

    def _exclude(self, name: str | None, index: int) -> None:
        if name is not None:
            self._counts[name].excluded_at = index

    def _award(self, entry: Entry) -> None:
        if entry.type == "award.proposed/1":
            self._proposed(entry)
            return
        award = self._awards.get(entry.identity)
        if award is None:
            self._findings.add("awards.order", entry.place, type=entry.type, state="")
        elif entry.type == "award.counted_listed/1":
            self._listed(entry, award)
        elif entry.type == "award.revoked/1":
            self._revoked(entry, award)
        else:
            self._decided(entry, award)

    def _proposed(self, entry: Entry) -> None:
        data, place, findings = entry.data, entry.place, self._findings
        earlier = self._awards.get(entry.identity)
        if earlier is not None and earlier.status in _OPEN:
            findings.add("awards.order", place, type=entry.type, state=earlier.status)
        period, division = Period(data["period"]), data["division"]
        if data["proposer_id"] != entry.by:
            findings.add("awards.signed_by_another", place, named=data["proposer_id"], by=entry.by)
        if data["position"] > entry.index:
            findings.add("awards.position", place, position=data["position"], index=entry.index)
        if entry.on <= last_day(period).isoformat():
            findings.add("awards.period_open", place, period=period, on=entry.on)
        award = _Award(place, data["proposer_id"], data["stars"], period, division, data["position"])
        self._awards[entry.identity] = award
        self._proposals += 1
        self._stars += len(award.stars)
        rule = self._in_force(division, period)
        if rule is None or rule.name != data["rule"]:
            findings.add("awards.rule", place, found=data["rule"], expected=rule.name if rule else "—")
        if rule is not None:
            self._ranked(entry, award, rule.scale)

    def _in_force(self, division: str, period: Period) -> _Rule | None:
        begun = [
            rule
            for rule in self._rules.get(division, ())
            if rule.kind == kind_of(period) and rule.since <= first_day(period).isoformat()
        ]
        return max(begun, key=lambda rule: rule.since) if begun else None

    def _ranked(self, entry: Entry, award: _Award, scale: Scale) -> None:
        """Compare the proposal's figures with those that follow from what counts."""
        ranked = standings(scale, self._counted(award))
        everything = [event for standing in ranked for event in standing.events]
        chosen = stars(scale, ranked)
        expected: dict[str, int | str] = {
            "candidates": len(ranked),
            "count_total": len(everything),
            "counted_digest": events_digest(everything),
        }
        for name, value in expected.items():
            if entry.data[name] != value:
                self._findings.add("awards.figures", entry.place, field=name, found=entry.data[name], expected=value)
        if award.stars != [_plain(standing) for standing in chosen]:
            self._findings.add(
                "awards.ranking",
                entry.place,
                found=_shown((str(star["member_id"]), star["score"]) for star in award.stars),
                expected=_shown((str(standing.member_id), standing.score) for standing in chosen),
            )
        award.to_list = {str(standing.member_id): set(standing.events) for standing in chosen}

    def _counted(self, award: _Award) -> list[Counted]:
        first, last = first_day(award.period).isoformat(), last_day(award.period).isoformat()
        return [
            Counted(EventName(name), UUID(one.member), one.category, one.item)
            for name, one in self._counts.items()
            if first <= one.day <= last
            and one.counts_at(award.position)
            and contains(Division(award.division), Division(one.division))
        ]

    def _listed(self, entry: Entry, award: _Award) -> None:
        """Each name in the list is a report of that member, in that period and area, that counted then, once."""
        member = entry.data["member_id"]
        left = set() if award.to_list is None else award.to_list.get(member, set())
        for name in entry.data["events"]:
            self._events += 1
            if award.to_list is None:
                continue
            award.listed[member] = award.listed.get(member, 0) + 1
            if name in left:
                left.remove(name)
                continue
            self._findings.add(f"awards.{self._fault(name, member, award)}", entry.place, event=name, member=member)

    def _fault(self, name: str, member: str, award: _Award) -> str:
        """Why a name does not belong into a star's list."""
        one = self._counts.get(name)
        if one is None:
            return "event_unknown"
        if one.member != member:
            return "event_of_another"
        if not first_day(award.period).isoformat() <= one.day <= last_day(award.period).isoformat():
            return "event_outside_period"
        if not contains(Division(award.division), Division(one.division)):
            return "event_outside_area"
        return "event_twice" if one.counts_at(award.position) else "event_excluded"

    def _decided(self, entry: Entry, award: _Award) -> None:
        if award.status != "proposed":
            self._findings.add("awards.order", entry.place, type=entry.type, state=award.status)
        if entry.type == "award.rejected/1":
            award.status = "rejected"
            return
        award.status = "granted"
        if entry.data["granter_id"] != entry.by:
            self._findings.add("awards.signed_by_another", entry.place, named=entry.data["granter_id"], by=entry.by)
        if entry.data["stars_digest"] != _digest(award.stars):
            self._findings.add("awards.digest", entry.place)
        if entry.by == award.proposer or entry.by in {star["member_id"] for star in award.stars}:
            self._findings.add("awards.one_person", entry.place, person=entry.by)

    def _revoked(self, entry: Entry, award: _Award) -> None:
        member = entry.data["member_id"]
        known = {star["member_id"] for star in award.stars}
        if award.status != "granted" or member not in known - award.revoked:
            self._findings.add("awards.order", entry.place, type=entry.type, state=award.status)
        award.revoked.add(member)
        if known <= award.revoked:
            award.status = "revoked"

    def finish(self, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Every star's list is complete; then count what was seen."""
        for award in self._awards.values():
            for member, left in (award.to_list or {}).items():
                if left:
                    listed = award.listed.get(member, 0)
                    self._findings.add("awards.unlisted", award.place, member=member, found=listed, missing=len(left))
        self._findings.summarise(Check.AWARDS, awards=self._proposals, stars=self._stars, events=self._events)


def _rule_of(entry: Entry) -> _Rule:
    data = entry.data
    weights = tuple(Weight(w["category"], w["points"], w.get("item")) for w in data["weights"])
    scale = Scale(data["points_each"], weights, data["reports_min"], data["stars"], data["ties"])
    return _Rule(entry.name, data["period_kind"], data["since"], scale)


def _plain(standing: Standing) -> dict[str, object]:
    """A star as an event says it."""
    return {
        "member_id": str(standing.member_id),
        "rank": standing.rank,
        "score": standing.score,
        "count": len(standing.events),
        "events_digest": events_digest(standing.events),
    }


def _digest(chosen: Iterable[dict[str, object]]) -> str:
    """The digest that whoever grants has been shown, from the proposal's own stars."""
    return hashlib.sha256("".join(_line(star) for star in chosen).encode()).hexdigest()


def _line(star: dict[str, object]) -> str:
    return " ".join(str(star[name]) for name in ("rank", "member_id", "score", "count", "events_digest")) + "\n"


def _shown(found: Iterable[tuple[str, object]]) -> str:
    return "，".join(f"{member[:8]} {score} 分" for member, score in found) or "—"
