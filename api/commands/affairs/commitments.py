"""Public commitments: promising, saying how far it is, and (another) saying that it was kept or will not be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.affairs.shared import take_step
from api.commands.deeds.shared import Kind
from api.commands.shared import place_known, require
from api.context import App
from domain.affairs import commitments
from domain.affairs.commitments import PublicCommitment
from domain.kernel.ids import StreamName, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def commitment_stream(commitment_id: UUID) -> StreamName:
    """The stream of a public commitment."""
    return stream_name("commitment", commitment_id)


COMMITMENT: Final[Kind[PublicCommitment]] = Kind(
    "commitment_id", commitment_stream, commitments.evolve, unknown=lambda: Refusal("commitment.unknown")
)


@dataclass(frozen=True, slots=True)
class NewCommitment:
    """A promise; title and responsible body are public and name nobody."""

    commitment_id: UUID
    division: Division
    title: str
    responsible: str
    made_on: date
    due_on: date


def make(app: App, *, actor: Actor, key: str, new: NewCommitment, on: date) -> Receipt:
    """Promise something in public."""
    stream = commitment_stream(new.commitment_id)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "commitment.made/1", division=new.division, on=on)
        event = commitments.make(
            read.state(stream, commitments.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            title=new.title,
            responsible=new.responsible,
            made_on=new.made_on,
            due_on=new.due_on,
            today=on,
            actor_id=actor.person_id,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "commitment.make",
        "commitment_id": str(new.commitment_id),
        "division": new.division,
        "title": new.title,
        "responsible": new.responsible,
        "made_on": new.made_on.isoformat(),
        "due_on": new.due_on.isoformat(),
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def progress(app: App, *, actor: Actor, key: str, commitment_id: UUID, note: str, on: date) -> Receipt:
    """Say how far it is."""

    def decided(_read: Reading, commitment: PublicCommitment) -> object:
        return commitments.progress(commitment, note=note, actor_id=actor.person_id)

    return take_step(
        COMMITMENT,
        app,
        commitment_id,
        actor=actor,
        key=key,
        event_type="commitment.progressed/1",
        inputs={"command": "commitment.progress", "note": note},
        on=on,
        decided=decided,
    )


def fulfil(
    app: App, *, actor: Actor, key: str, commitment_id: UUID, fulfilled_on: date, note: str, on: date
) -> Receipt:
    """Say, as another, that it was kept."""

    def decided(_read: Reading, commitment: PublicCommitment) -> object:
        return commitments.fulfil(commitment, fulfilled_on=fulfilled_on, note=note, today=on, actor_id=actor.person_id)

    return take_step(
        COMMITMENT,
        app,
        commitment_id,
        actor=actor,
        key=key,
        event_type="commitment.fulfilled/1",
        inputs={"command": "commitment.fulfil", "fulfilled_on": fulfilled_on.isoformat(), "note": note},
        on=on,
        decided=decided,
    )


def withdraw(app: App, *, actor: Actor, key: str, commitment_id: UUID, reason: str, note: str, on: date) -> Receipt:
    """Say, as another, that it will not be kept as it was made."""

    def decided(_read: Reading, commitment: PublicCommitment) -> object:
        return commitments.withdraw(commitment, reason=reason, note=note, actor_id=actor.person_id)

    return take_step(
        COMMITMENT,
        app,
        commitment_id,
        actor=actor,
        key=key,
        event_type="commitment.withdrawn/1",
        inputs={"command": "commitment.withdraw", "reason": reason, "note": note},
        on=on,
        decided=decided,
    )
