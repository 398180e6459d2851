"""Caps: setting them, and keeping to them when rewards are granted.

What must not be broken: a reward under a cap is granted in the append that counts it. Whoever grants at the same time
reads the same count as a condition of his append; one of the two decides again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from uuid import UUID

from api.commands.catalogue import classified
from api.commands.shared import place_known, require, today
from api.context import App
from domain import caps, policies, quotas, withholdings
from domain.caps import Allowance, Caps, Counted
from domain.incidents import Incident
from domain.kernel.ids import EventName, StreamName, derived, stream_name
from domain.kernel.places import Division, chain
from domain.rewards import ValidIncident
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@lru_cache(4_096)
def cap_stream(code: Division) -> StreamName:
    """The stream of a division's caps."""
    return stream_name("cap", derived("cap", code))


def withholding_stream(incident_id: UUID) -> StreamName:
    """The stream that says whether a report's reward is withheld."""
    return stream_name("withholding", derived("withholding", incident_id))


def caps_along_each(read: Reading, divisions: Iterable[Division]) -> dict[Division, list[Caps | None]]:
    """The caps of each division and everything above it, narrowest first, with one query."""
    streams = {division: [cap_stream(code) for code in chain(division)] for division in divisions}
    found = read.states({stream for along in streams.values() for stream in along}, caps.evolve)
    return {division: [found[stream] for stream in along] for division, along in streams.items()}


@dataclass
class Counting:
    """The counts that one command reads and adds to: several reports of one person may be in it."""

    read: Reading
    _used: dict[UUID, int] = field(default_factory=dict)

    def prepare(self, found: Sequence[tuple[UUID, Incident]]) -> None:
        """Read with a few queries what these reports will ask for one by one."""
        along = caps_along_each(self.read, {incident.division for _, incident in found})
        self.read.states([withholding_stream(incident_id) for incident_id, _ in found], withholdings.evolve)
        reached = [
            one for _, incident in found for one in caps.allowances(along[incident.division], report=_counted(incident))
        ]
        self.read.states({_quota_stream(one) for one in reached}, quotas.evolve)

    def over_cap(self, valid: ValidIncident) -> tuple[Allowance, int] | None:
        """The first cap that a report would pass, and the reports rewarded under it; None: it may be rewarded."""
        reached = self._reached(valid)
        used = {one.quota_id: self._count(one) for one in reached}
        over = policies.over_cap(reached, used=used)
        return None if over is None else (over, used[over.quota_id])

    def withheld(self, valid: ValidIncident, over: Allowance, used: int, *, on: date, cause: EventName | None) -> Fact:
        """The record that a valid report, which has no reward yet, earns nothing."""
        event = withholdings.record(
            self.read.state(withholding_stream(valid.incident_id), withholdings.evolve),
            rewarded=False,
            incident_id=valid.incident_id,
            payee_id=valid.chain.reporter_id,
            division=valid.division,
            category=valid.category,
            cap=over.cap.name,
            subject=over.subject,
            used=used,
        )
        return Fact(withholding_stream(valid.incident_id), event, on, cause)

    def refuse_withheld(self, incident_id: UUID) -> None:
        """Refuse (`reward.withheld`) to reward a report that was over a cap."""
        known = self.read.state(withholding_stream(incident_id), withholdings.evolve)
        withholdings.refuse_withheld(known, incident_id=incident_id)

    def use(self, valid: ValidIncident, *, on: date, cause: EventName | None) -> Iterator[Fact]:
        """Count a reward under every cap that it falls under."""
        for one in self._reached(valid):
            self._used[one.quota_id] = self._count(one) + 1
            event = quotas.use(
                division=one.cap.division,
                kind=one.cap.kind,
                category=one.cap.category,
                subject=one.subject,
                cap=one.cap.name,
                incident_id=valid.incident_id,
            )
            yield Fact(_quota_stream(one), event, on, cause)

    def _reached(self, valid: ValidIncident) -> tuple[Allowance, ...]:
        along = caps_along_each(self.read, [valid.division])[valid.division]
        return caps.allowances(along, report=policies.counted(valid))

    def _count(self, one: Allowance) -> int:
        if one.quota_id not in self._used:
            quota = self.read.state(_quota_stream(one), quotas.evolve)
            self._used[one.quota_id] = quota.used if quota is not None else 0
        return self._used[one.quota_id]


def _quota_stream(one: Allowance) -> StreamName:
    return stream_name("quota", one.quota_id)


def _counted(incident: Incident) -> Counted:
    return Counted(incident.reporter_id, incident.category, incident.division, incident.reported_on)


def set_cap(
    app: App,
    *,
    actor: Actor,
    key: str,
    division: Division,
    kind: str,
    category: str | None,
    reports_max: int,
    since: date,
    document: str,
    on: date,
) -> Receipt:
    """Set how many reports of a person, class or place are rewarded, from a coming day on."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "cap.set/1", division=division, on=on)
        event = caps.set_cap(
            read.state(cap_stream(division), caps.evolve),
            division=division,
            division_known=place_known(read, division),
            kind=kind,
            category=category,
            reports_max=reports_max,
            since=since,
            document=document,
            today=today(app),
        )
        if category is not None:
            classified(read, division=division, item=None, category=category, on=since)
        yield Fact(cap_stream(division), event, on)

    inputs = {
        "command": "cap.set",
        "division": division,
        "kind": kind,
        "category": category,
        "reports_max": reports_max,
        "since": since.isoformat(),
        "document": document,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
