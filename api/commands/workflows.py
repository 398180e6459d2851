"""Publishing and adopting workflows and working calendars, and finding the one that a report follows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from api.commands.catalogue import item_in_force
from api.commands.shared import person_stream, place_known, require
from api.context import App
from domain import authority, persons, workflows, working_calendars
from domain.incidents import Incident, Turn
from domain.kernel.ids import EventName, StreamName, derived, parse_stream, stream_name
from domain.kernel.places import Division, chain
from domain.kernel.refusals import Refusal
from domain.kernel.workflow_steps import KERNEL, Beside, Step, Workflow
from domain.kernel.working_time import Year
from domain.workflows import Adoptions
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class NewWorkflow:
    """A template as a file or a form gives it; its version is the next one."""

    code: str
    title: str
    steps: tuple[Step, ...]
    besides: tuple[Beside, ...]
    document: str


def template_stream(code: str) -> StreamName:
    """The stream of a template."""
    return stream_name("workflow", derived("workflow", code))


def adoption_stream(division: Division) -> StreamName:
    """The stream of a division's choices."""
    return stream_name("workflow", derived("workflow_adoption", division))


def calendar_stream(division: Division, year: int) -> StreamName:
    """The stream of a year's working calendar."""
    return stream_name("calendar", derived("calendar", division, year))


def publish(app: App, *, actor: Actor, key: str, new: Sequence[NewWorkflow], on: date) -> Receipt:
    """Publish the next version of each template that differs from what was published last.

    Refuses `workflow.nothing_changed` where none does, and as `workflows.publish`.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "workflow.published/1", division=app.log.division, on=on)
        changed = 0
        for one in new:
            stream = template_stream(one.code)
            template = read.state(stream, workflows.evolve)
            version = len(template.versions) + 1 if template is not None else 1
            try:
                event = workflows.publish(
                    template,
                    code=one.code,
                    title=one.title,
                    version=version,
                    steps=one.steps,
                    besides=one.besides,
                    document=one.document,
                    may=authority.MAY,
                )
            except Refusal as refusal:
                if refusal.code != "workflow.nothing_changed":
                    raise
                continue
            changed += 1
            yield Fact(stream, event, on)
        if not changed:
            raise Refusal("workflow.nothing_changed")

    inputs = {"command": "workflow.publish", "workflows": [_inputs(one) for one in new]}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def adopt(
    app: App,
    *,
    actor: Actor,
    key: str,
    division: Division,
    code: str,
    version: int,
    since: date,
    document: str,
    on: date,
    item: str | None = None,
) -> Receipt:
    """Let reports made in a division from a day on follow a version; `item`: only those of a catalogue item."""
    name = workflows.version_name(code, version)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "workflow.adopted/1", division=division, on=on)
        if item is not None and item_in_force(read, division, item, max(since, on)) is None:
            raise Refusal("catalogue.item_not_admitted", item=item, division=division, on=max(since, on))
        stream = adoption_stream(division)
        event = workflows.adopt(
            read.state(stream, workflows.evolve_adoptions),
            division=division,
            division_known=place_known(read, division),
            item=item,
            workflow=name,
            workflow_known=_version(read, name) is not None,
            since=since,
            document=document,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "workflow.adopt",
        "division": division,
        "item": item,
        "workflow": name,
        "since": since.isoformat(),
        "document": document,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def publish_calendars(
    app: App, *, actor: Actor, key: str, division: Division, years: Mapping[int, tuple[Year, str]], on: date
) -> Receipt:
    """Publish the working calendars of some years: year -> calendar and the document that it follows.

    A year that is published already as it is, is left out; refuses `calendar.nothing_changed` where that leaves none.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "calendar.published/1", division=division, on=on)
        known, changed = place_known(read, division), 0
        for number, (year, document) in sorted(years.items()):
            stream = calendar_stream(division, number)
            before = read.state(stream, working_calendars.evolve)
            try:
                event = working_calendars.publish(
                    before, division=division, division_known=known, year=year, document=document
                )
            except Refusal as refusal:
                if refusal.code != "calendar.nothing_changed":
                    raise
                continue
            changed += 1
            yield Fact(stream, event, on)
        if not changed:
            raise Refusal("calendar.nothing_changed", year=max(years))

    inputs = {
        "command": "calendar.publish",
        "division": division,
        "years": [_year_inputs(year, document) for _, (year, document) in sorted(years.items())],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def adoptions_along(read: Reading, divisions: Iterable[Division]) -> dict[Division, list[Adoptions | None]]:
    """The choices of each division and everything above it, narrowest first, with one query."""
    streams = {division: [adoption_stream(code) for code in chain(division)] for division in divisions}
    found = read.states({stream for along in streams.values() for stream in along}, workflows.evolve_adoptions)
    return {division: [found[stream] for stream in along] for division, along in streams.items()}


def turn_of(read: Reading, incident: Incident | None, *, actor: Actor, on: date) -> Turn:
    """The workflow that a report follows, as of when it was made, and the role in which somebody acts on a day."""
    workflow = workflow_of(read, incident.workflow if incident is not None else None)
    if incident is None or actor.role != persons.HANDLER:
        return Turn(workflow, actor.role)
    person = read.state(person_stream(actor.person_id), persons.evolve)
    found = person.departments(incident.division, on) if person is not None else frozenset[str]()
    return Turn(workflow, actor.role, found)


def workflow_of(read: Reading, name: EventName | None) -> Workflow:
    """The version that an event published; the kernel's own rule where there is none."""
    if name is None:
        return KERNEL
    found = _version(read, name)
    if found is None:
        raise Refusal("workflow.unknown", workflow=name)
    return found


def _version(read: Reading, name: EventName) -> Workflow | None:
    stream, _, _ = name.partition("@")
    template = read.state(stream_name(*parse_stream(stream)), workflows.evolve)
    return template.named(name) if template is not None else None


def _inputs(new: NewWorkflow) -> list[object]:
    steps = [[s.act, s.stage, list(s.roles), s.mandatory, _limit_text(s), *_given(s.apart)] for s in new.steps]
    besides = [[b.act, b.stage, list(b.roles), b.times_max, *_given(b.percent_max)] for b in new.besides]
    return [new.code, new.title, steps, besides, new.document]


def _given(value: object) -> list[object]:
    """Nothing for what was left out: commands from before it could be said keep their digest."""
    return [] if value is None else [value]


def _limit_text(step: Step) -> str | None:
    return None if step.limit is None else f"{step.limit.amount} {step.limit.unit}"


def _year_inputs(year: Year, document: str) -> list[object]:
    return [
        year.year,
        [[span.from_minute, span.to_minute] for span in year.hours],
        list(year.weekend),
        [day.isoformat() for day in year.holidays],
        [day.isoformat() for day in year.workdays],
        document,
    ]
