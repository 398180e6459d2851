"""Commendations: recording who was praised by which document; another person's confirmation brings the points."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.account_holders import require_another, require_apart
from api.commands.deeds.shared import Kind, item_in_force, living_in, serves
from api.commands.households import household_stream
from api.commands.points import Deed, Points
from api.commands.shared import place_known, require
from api.context import App
from domain import households
from domain.deeds import commendations
from domain.deeds.commendations import Commendation, commendation_id
from domain.kernel.ids import StreamName, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def commendation_stream(commendation_id: UUID) -> StreamName:
    """The stream of a commendation."""
    return stream_name("commendation", commendation_id)


COMMENDATION: Final[Kind[Commendation]] = Kind(
    "commendation_id", commendation_stream, commendations.evolve, unknown=lambda: Refusal("commendation.unknown")
)


@dataclass(frozen=True, slots=True)
class NewCommendation:
    """Who was praised (`holder_kind`: person or household), for what, by which document; the texts name nobody."""

    division: Division
    holder_kind: str
    holder_id: UUID
    title: str
    item: str
    document: str
    issuer: str
    issued_on: date


def record(app: App, *, actor: Actor, key: str, new: NewCommendation, on: date) -> Receipt:
    """Record a commendation."""
    stream = commendation_stream(commendation_id(new.holder_id, new.document))

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "commendation.recorded/1", division=new.division, on=on)
        points = Points(app, read, actor)
        event = commendations.record(
            read.state(stream, commendations.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            holder_kind=new.holder_kind,
            holder_id=new.holder_id,
            holder_known=_known(read, new.holder_kind, new.holder_id),
            persons=_praised(read, new.holder_kind, new.holder_id, new.issued_on),
            title=new.title,
            item=new.item,
            item_in_force=item_in_force(points, new.item, division=new.division, on=new.issued_on),
            document=new.document,
            issuer=new.issuer,
            issued_on=new.issued_on,
            today=on,
            actor_id=actor.person_id,
        )
        _require_neutral(read, actor, commendations.evolve(None, event), acting_as="recorder", on=on)
        yield Fact(stream, event, on)

    inputs = {
        "command": "commendation.record",
        "division": new.division,
        "holder_kind": new.holder_kind,
        "holder_id": str(new.holder_id),
        "title": new.title,
        "item": new.item,
        "document": new.document,
        "issuer": new.issuer,
        "issued_on": new.issued_on.isoformat(),
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def confirm(app: App, *, actor: Actor, key: str, commendation_id: UUID, on: date) -> Receipt:
    """Confirm that the document says so: the points come in the same append."""

    def decided(read: Reading, commendation: Commendation) -> Iterator[Fact]:
        praised = _praised_by(read, commendation)
        event = commendations.confirm(commendation, persons=praised, actor_id=actor.person_id)
        _require_neutral(read, actor, commendation, acting_as="confirmer", on=on)
        stream = commendation_stream(commendation_id)
        confirmed = read.next_event(stream)
        yield Fact(stream, event, on)
        deed = Deed(
            item=commendation.item,
            division=commendation.division,
            on=commendation.issued_on,
            cause=stream,
            quantity=1,
            person_id=_person(commendation),
            household_id=_household(commendation),
        )
        yield from Points(app, read, actor).grant_for(deed, on=on, cause=confirmed)

    return COMMENDATION.step(
        app,
        commendation_id,
        actor=actor,
        key=key,
        event_type="commendation.confirmed/1",
        inputs={"command": "commendation.confirm"},
        on=on,
        decided=decided,
    )


def withdraw(app: App, *, actor: Actor, key: str, commendation_id: UUID, reason: str, on: date) -> Receipt:
    """Take a commendation back: its points are reversed in the same append."""

    def decided(read: Reading, commendation: Commendation) -> Iterator[Fact]:
        praised = _praised_by(read, commendation)
        event = commendations.withdraw(commendation, persons=praised, actor_id=actor.person_id, reason=reason)
        stream = commendation_stream(commendation_id)
        yield Fact(stream, event, on)
        yield from Points(app, read, actor).reverse_for(
            cause=stream,
            person_id=_person(commendation),
            household_id=_household(commendation),
            reason=reason,
            on=on,
            after=read.next_event(stream),
        )

    return COMMENDATION.step(
        app,
        commendation_id,
        actor=actor,
        key=key,
        event_type="commendation.withdrawn/1",
        inputs={"command": "commendation.withdraw", "reason": reason},
        on=on,
        decided=decided,
    )


def _known(read: Reading, holder_kind: str, holder_id: UUID) -> bool:
    if holder_kind == "person":
        return serves(read, holder_id)
    return read.state(household_stream(holder_id), households.evolve) is not None


def _praised(read: Reading, holder_kind: str, holder_id: UUID, on: date) -> frozenset[UUID]:
    """Who is praised: the person, or who belonged to the household on the day of the document."""
    return frozenset({holder_id}) if holder_kind == "person" else living_in(read, holder_id, on=on)


def _praised_by(read: Reading, commendation: Commendation) -> frozenset[UUID]:
    return _praised(read, commendation.holder_kind, commendation.holder_id, commendation.issued_on)


def _require_neutral(read: Reading, actor: Actor, commendation: Commendation, *, acting_as: str, on: date) -> None:
    """Not of the household where the points go: the praised one today, or that of the praised person."""
    kind, holder_id = commendation.holder_kind, commendation.holder_id
    if kind == "household":
        require_another(read, actor, kind=kind, holder_id=holder_id, on=on)
    else:
        days = {commendation.issued_on, on}
        require_apart(read, actor.person_id, acting_as=acting_as, earners=[holder_id], days=days)


def _person(commendation: Commendation) -> UUID | None:
    return commendation.holder_id if commendation.holder_kind == "person" else None


def _household(commendation: Commendation) -> UUID | None:
    return commendation.holder_id if commendation.holder_kind == "household" else None
