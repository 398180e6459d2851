"""Micro-projects: from a passed resolution to a contract, to the acceptance by several people, to the end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.affairs.meetings import resolution_found
from api.commands.affairs.shared import take_step
from api.commands.deeds.shared import Kind, unknown_of
from api.commands.shared import require
from api.context import App
from domain.affairs import projects
from domain.affairs.projects import Authorisation, Project
from domain.kernel.ids import EventName, StreamName, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections.projects import of_resolutions


def project_stream(project_id: UUID) -> StreamName:
    """The stream of a micro-project."""
    return stream_name("project", project_id)


PROJECT: Final[Kind[Project]] = Kind(
    "project_id", project_stream, projects.evolve, unknown=lambda: Refusal("project.unknown")
)


@dataclass(frozen=True, slots=True)
class NewProject:
    """A micro-project; its title is public and names nobody."""

    project_id: UUID
    division: Division
    title: str
    resolution: EventName
    budget_fen: int


@dataclass(frozen=True, slots=True)
class Contract:
    """Who does the work and for how much."""

    contractor: str
    contractor_ids: tuple[UUID, ...]
    amount_fen: int
    document: str


def propose(app: App, *, actor: Actor, key: str, new: NewProject, on: date) -> Receipt:
    """Propose a micro-project that a resolution of the same place allows."""
    stream = project_stream(new.project_id)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "project.proposed/1", division=new.division, on=on)
        event = projects.propose(
            read.state(stream, projects.evolve),
            division=new.division,
            title=new.title,
            resolution=new.resolution,
            found=_authorisation(app, read, new.resolution),
            budget_fen=new.budget_fen,
            actor_id=actor.person_id,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "project.propose",
        "project_id": str(new.project_id),
        "division": new.division,
        "title": new.title,
        "resolution": new.resolution,
        "budget_fen": new.budget_fen,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _authorisation(app: App, read: Reading, resolution: EventName) -> Authorisation | None:
    """The resolution, and what it leaves: the read model finds the projects, their streams are part of the decision."""
    found = resolution_found(read, resolution)
    if found is None:
        return None
    app.caught_up(app.journal.position())
    with app.reading.connection() as conn:
        streams = [project_stream(one.project_id) for one in of_resolutions(conn, [resolution])]
    states = read.states(streams, projects.evolve).values()
    taken_fen = sum(one.budget_fen for one in states if one is not None and not one.abandoned)
    return Authorisation(found.division, found.passed, found.witnessed, found.limit_fen - taken_fen)


def contract(app: App, *, actor: Actor, key: str, project_id: UUID, new: Contract, on: date) -> Receipt:
    """Write down the contract."""

    def decided(read: Reading, project: Project) -> object:
        return projects.contract(
            project,
            contractor=new.contractor,
            contractor_ids=new.contractor_ids,
            unknown=unknown_of(read, new.contractor_ids),
            amount_fen=new.amount_fen,
            document=new.document,
            actor_id=actor.person_id,
        )

    inputs = {
        "command": "project.contract",
        "contractor": new.contractor,
        "contractor_ids": [str(one) for one in new.contractor_ids],
        "amount_fen": new.amount_fen,
        "document": new.document,
    }
    return take_step(
        PROJECT,
        app,
        project_id,
        actor=actor,
        key=key,
        event_type="project.contracted/1",
        inputs=inputs,
        on=on,
        decided=decided,
    )


def progress(app: App, *, actor: Actor, key: str, project_id: UUID, note: str, on: date) -> Receipt:
    """Say how far the work is."""

    def decided(_read: Reading, project: Project) -> object:
        return projects.progress(project, note=note, actor_id=actor.person_id)

    inputs = {"command": "project.progress", "note": note}
    return take_step(
        PROJECT,
        app,
        project_id,
        actor=actor,
        key=key,
        event_type="project.progressed/1",
        inputs=inputs,
        on=on,
        decided=decided,
    )


def accept(app: App, *, actor: Actor, key: str, project_id: UUID, opinion: str, on: date) -> Receipt:
    """Accept the finished work, for oneself."""

    def decided(_read: Reading, project: Project) -> object:
        return projects.accept(project, opinion=opinion, actor_id=actor.person_id)

    inputs = {"command": "project.accept", "opinion": opinion}
    return take_step(
        PROJECT,
        app,
        project_id,
        actor=actor,
        key=key,
        event_type="project.accepted/1",
        inputs=inputs,
        on=on,
        decided=decided,
    )


def send_back(app: App, *, actor: Actor, key: str, project_id: UUID, reason: str, note: str, on: date) -> Receipt:
    """Not accept the work as it is."""

    def decided(_read: Reading, project: Project) -> object:
        return projects.send_back(project, reason=reason, note=note, actor_id=actor.person_id)

    inputs = {"command": "project.send_back", "reason": reason, "note": note}
    return take_step(
        PROJECT,
        app,
        project_id,
        actor=actor,
        key=key,
        event_type="project.sent_back/1",
        inputs=inputs,
        on=on,
        decided=decided,
    )


def close(app: App, *, actor: Actor, key: str, project_id: UUID, outcome: str, spent_fen: int, on: date) -> Receipt:
    """End it: completed, or abandoned."""

    def decided(_read: Reading, project: Project) -> object:
        return projects.close(project, outcome=outcome, spent_fen=spent_fen, actor_id=actor.person_id)

    inputs = {"command": "project.close", "outcome": outcome, "spent_fen": spent_fen}
    return take_step(
        PROJECT,
        app,
        project_id,
        actor=actor,
        key=key,
        event_type="project.closed/1",
        inputs=inputs,
        on=on,
        decided=decided,
    )
