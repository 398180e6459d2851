"""Who sits in a village's committees, and who is whose near relative."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from uuid import UUID

from api.commands.deeds.shared import serves
from api.commands.disclosing.streams import committee_stream
from api.commands.shared import place_known, require
from api.context import App
from domain import committees
from domain.committees import Committee
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def seat(
    app: App, *, actor: Actor, key: str, division: Division, person_id: UUID, body: str, since: date, on: date
) -> Receipt:
    """Seat somebody in a committee of a village."""

    def decided(read: Reading, committee: Committee | None) -> object:
        known = serves(read, person_id)
        return committees.seat(
            committee, division=division, person_id=person_id, person_known=known, body=body, since=since
        )

    inputs = {"command": "committee.seat", "person_id": str(person_id), "body": body, "since": since.isoformat()}
    return _record(app, actor, key, "committee.seated/1", inputs, division=division, on=on, decided=decided)


def leave(
    app: App, *, actor: Actor, key: str, division: Division, person_id: UUID, body: str, last_day: date, on: date
) -> Receipt:
    """Let somebody leave it."""

    def decided(_read: Reading, committee: Committee | None) -> object:
        return committees.leave(committee, person_id=person_id, body=body, last_day=last_day)

    inputs = {
        "command": "committee.leave",
        "person_id": str(person_id),
        "body": body,
        "last_day": last_day.isoformat(),
    }
    return _record(app, actor, key, "committee.left/1", inputs, division=division, on=on, decided=decided)


def declare_kinship(
    app: App,
    *,
    actor: Actor,
    key: str,
    division: Division,
    person_id: UUID,
    other_id: UUID,
    kinship: str,
    on: date,
) -> Receipt:
    """Write down that two are near relatives."""

    def decided(read: Reading, committee: Committee | None) -> object:
        if not (serves(read, person_id) and serves(read, other_id)):
            raise Refusal("person.unknown")
        return committees.declare_kinship(
            committee, division=division, person_id=person_id, other_id=other_id, kinship=kinship
        )

    inputs = {
        "command": "committee.declare_kinship",
        "person_id": str(person_id),
        "other_id": str(other_id),
        "kinship": kinship,
    }
    return _record(app, actor, key, "committee.kinship_declared/1", inputs, division=division, on=on, decided=decided)


def withdraw_kinship(
    app: App, *, actor: Actor, key: str, division: Division, person_id: UUID, other_id: UUID, on: date
) -> Receipt:
    """Take back what was declared in error."""

    def decided(_read: Reading, committee: Committee | None) -> object:
        return committees.withdraw_kinship(committee, person_id=person_id, other_id=other_id)

    inputs = {"command": "committee.withdraw_kinship", "person_id": str(person_id), "other_id": str(other_id)}
    return _record(app, actor, key, "committee.kinship_withdrawn/1", inputs, division=division, on=on, decided=decided)


def _record(
    app: App,
    actor: Actor,
    key: str,
    event_type: str,
    inputs: Mapping[str, object],
    *,
    division: Division,
    on: date,
    decided: Callable[[Reading, Committee | None], object],
) -> Receipt:
    """One more event of a village's committees, by whoever may cause it there."""
    stream = committee_stream(division)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, event_type, division=division, on=on)
        if not place_known(read, division):
            raise Refusal("place.unknown", division=division)
        yield Fact(stream, decided(read, read.state(stream, committees.evolve)), on)

    bound = {**inputs, "division": division}
    return app.journal.execute(actor=actor, key=key, inputs=bound, decide=decide)
