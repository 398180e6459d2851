"""Taking a step of a report's workflow: accept, dispatch, claim, return, extend, feed back, rate, archive and the rest.

One command for all of them: the act names a decision of `domain.incidents.filing`, and its facts are what that asks.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any, Final
from uuid import UUID

from api.commands.shared import incident_stream, place_valid, require, today
from api.commands.workflows import turn_of
from api.context import App
from domain import duplicates, incidents
from domain.incidents import Incident, Turn, filing, locating
from domain.kernel.events import Commitment
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.workflow_steps import ACTS, Limit
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from journal.vault import Personal
from projections import persons

SAME_MATTER: Final = "same_matter"
"""The ground of a person who sees what no comparison does."""

TEXT_KINDS: Final[Mapping[str, str]] = {
    "deliberate": "opinion_text",
    "feed_back": "feedback_text",
    "supervise": "instruction_text",
}
"""Acts that carry words, and the kind under which the vault keeps them."""


@dataclass(frozen=True, slots=True)
class Filing:
    """One act and its facts; those that the act does not ask stay None. `text` is personal and goes to the vault."""

    act: str
    reason: str | None = None
    department: str | None = None
    departments: tuple[str, ...] = ()
    handler_id: UUID | None = None
    into_id: UUID | None = None
    grounds: tuple[str, ...] = ()
    present: int | None = None
    text: str | None = None
    until: date | None = None
    longer: Limit | None = None
    channel: str | None = None
    solved: bool | None = None
    outcome: str | None = None
    stars: int | None = None
    days: int | None = None
    document: str | None = None
    division: Division | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """What a decision is made on."""

    app: App
    read: Reading
    incident_id: UUID
    incident: Incident | None
    turn: Turn
    actor_id: UUID
    given: Filing
    sealed: Callable[[], Commitment | None]

    def decide(self, decision: Callable[..., object], **facts: object) -> object:
        """The event of a decision."""
        return decision(self.incident, turn=self.turn, actor_id=self.actor_id, **facts)


def take(app: App, *, actor: Actor, key: str, incident_id: UUID, given: Filing, on: date) -> Receipt:
    """Record one act. Refuses as its decision in `domain.incidents.filing`."""
    personal = _personal(given, actor)
    sealed = cache(lambda: app.vault.seal([personal])[0] if personal is not None else None)
    prints = app.vault.fingerprints([personal]) if personal is not None else []

    def decide(read: Reading) -> Iterator[Fact]:
        incident = read.state(incident_stream(incident_id), incidents.evolve)
        if incident is None:
            raise Refusal("incident.unknown")
        require(read, actor, ACTS[given.act], division=incident.division, on=on)
        turn = turn_of(read, incident, actor=actor, on=on)
        case = _Case(app, read, incident_id, incident, turn, actor.person_id, given, sealed)
        yield Fact(incident_stream(incident_id), _DECISIONS[given.act](case), on)

    inputs = {
        "command": f"incident.{given.act}",
        "incident": str(incident_id),
        "facts": {name: value for name, value in _plain(given).items() if name != "text"},
        "text": prints[0] if prints else None,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _merge(case: _Case) -> object:
    given = case.given
    into = case.read.state(incident_stream(given.into_id), incidents.evolve) if given.into_id is not None else None
    return case.decide(
        filing.merge,
        incident_id=case.incident_id,
        into_id=given.into_id,
        into=into,
        into_recorded_first=into is not None and _recorded_first(case.app, given.into_id, case.incident_id),
        grounds=given.grounds,
        known_grounds=(*duplicates.GROUNDS, SAME_MATTER),
    )


def _recorded_first(app: App, one: UUID | None, other: UUID) -> bool:
    """Whether the first event of one report stands in the journal before that of another; neither can move."""
    if one is None or one == other:
        return False
    found = app.journal.store.streams([one, other])
    first = {stream_id: events[0][1] for stream_id, events in found.items()}
    return first[one] < first[other]


def _locate(case: _Case) -> object:
    """The place has to be one that there was on the day of the report."""
    division = case.given.division or Division("")
    event = case.decide(locating.locate, division=division)
    if case.incident is not None:
        place_valid(case.read, division, case.incident.reported_on, county=case.app.log.division)
    return event


def _sent(case: _Case) -> dict[str, object]:
    """To whom, and who handles there: what has handlers of its own is theirs alone."""
    department = case.given.department or ""
    handlers = frozenset[UUID]()
    if case.incident is not None:
        with case.app.reading.connection() as conn:
            handlers = persons.handlers_of(conn, department, division=case.incident.division, on=today(case.app))
    return {"department": department, "handler_id": case.given.handler_id, "handlers": handlers}


_DECISIONS: Final[Mapping[str, Callable[[_Case], Any]]] = {
    "accept": lambda case: case.decide(filing.accept),
    "decline": lambda case: case.decide(filing.decline, reason=case.given.reason),
    "merge": _merge,
    "deliberate": lambda case: case.decide(filing.deliberate, present=case.given.present or 0, opinion=case.sealed()),
    "dispatch": lambda case: case.decide(filing.dispatch, **_sent(case)),
    "reassign": lambda case: case.decide(filing.reassign, **_sent(case), reason=case.given.reason),
    "claim": lambda case: case.decide(filing.claim),
    "whistle": lambda case: case.decide(filing.whistle, departments=case.given.departments),
    "arrive": lambda case: case.decide(filing.arrive, department=case.given.department or ""),
    "return": lambda case: case.decide(filing.give_back, reason=case.given.reason),
    "suspend": lambda case: case.decide(
        filing.suspend, reason=case.given.reason, until=case.given.until, today=today(case.app)
    ),
    "resume": lambda case: case.decide(filing.resume),
    "extend": lambda case: case.decide(
        filing.extend, longer=case.given.longer or Limit(0, ""), reason=case.given.reason
    ),
    "feed_back": lambda case: case.decide(filing.feed_back, channel=case.given.channel, message=case.sealed()),
    "close": lambda case: case.decide(filing.close, solved=bool(case.given.solved), reason=case.given.reason),
    "call_back": lambda case: case.decide(filing.call_back, outcome=case.given.outcome),
    "rate": lambda case: case.decide(filing.rate, stars=case.given.stars or 0),
    "post": lambda case: case.decide(filing.post, days=case.given.days or 0),
    "archive": lambda case: case.decide(filing.archive),
    "reopen": lambda case: case.decide(filing.reopen, reason=case.given.reason),
    "remind": lambda case: case.decide(filing.remind, channel=case.given.channel),
    "supervise": lambda case: case.decide(
        filing.supervise, document=case.given.document or "", instruction=case.sealed()
    ),
    "locate": _locate,
}


def _personal(given: Filing, actor: Actor) -> Personal | None:
    kind = TEXT_KINDS.get(given.act)
    if kind is None or not given.text:
        return None
    return Personal(actor.person_id, kind, given.text)


def _plain(given: Filing) -> dict[str, object]:
    """The facts as they are compared when the same command comes again."""
    found: dict[str, object] = {}
    for field in fields(given):
        value = getattr(given, field.name)
        if field.name == "division" and value is None:
            continue  # commands from before a place could be named keep their digest
        if isinstance(value, Limit):
            found[field.name] = f"{value.amount} {value.unit}"
        elif isinstance(value, tuple):
            found[field.name] = list(value)
        elif isinstance(value, bool | int) or value is None:
            found[field.name] = value
        else:
            found[field.name] = str(value)
    return found
