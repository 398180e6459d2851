"""Party members' service: written down once; when unit and community have both confirmed it, the points come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.account_holders import require_apart
from api.commands.deeds.serving import require_room
from api.commands.deeds.shared import Kind, item_in_force, quantity_of, serves
from api.commands.points import Deed, Points
from api.commands.shared import person_stream, place_known, require
from api.context import App
from domain import persons
from domain.deeds import party_activities
from domain.deeds.party_activities import PartyActivity, party_activity_id
from domain.kernel.ids import StreamName, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.persons import HANDLER
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import persons as of_persons


def party_activity_stream(party_activity_id: UUID) -> StreamName:
    """The stream of a party member's service."""
    return stream_name("party_activity", party_activity_id)


PARTY_ACTIVITY: Final[Kind[PartyActivity]] = Kind(
    "party_activity_id",
    party_activity_stream,
    party_activities.evolve,
    unknown=lambda: Refusal("party_activity.unknown"),
)


@dataclass(frozen=True, slots=True)
class NewPartyActivity:
    """A service to write down; `unit` as on the list of departments, title names nobody."""

    division: Division
    person_id: UUID
    unit: str
    title: str
    item: str
    held_on: date
    minutes: int

    @property
    def party_activity_id(self) -> UUID:
        """Its id, which follows from what it says."""
        return party_activity_id(self.person_id, self.unit, self.title, self.held_on)


def record(app: App, *, actor: Actor, key: str, new: NewPartyActivity, on: date) -> Receipt:
    """Write a service down, for oneself or for another."""
    stream = party_activity_stream(new.party_activity_id)

    def decide(read: Reading) -> Iterator[Fact]:
        for_oneself = new.person_id == actor.person_id
        require(read, actor, "party_activity.recorded/1", division=new.division, on=on, for_oneself=for_oneself)
        points = Points(app, read, actor)
        event = party_activities.record(
            read.state(stream, party_activities.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            person_id=new.person_id,
            person_known=serves(read, new.person_id),
            unit=new.unit,
            confirmers=_speaking(app, new, actor, on),
            title=new.title,
            item=new.item,
            item_in_force=item_in_force(points, new.item, division=new.division, on=new.held_on, timed=True),
            held_on=new.held_on,
            minutes=new.minutes,
            today=on,
            actor_id=actor.person_id,
        )
        if not for_oneself:
            days = {new.held_on, on}
            require_apart(read, actor.person_id, acting_as="recorder", earners=[new.person_id], days=days)
        yield Fact(stream, event, on)

    inputs = {
        "command": "party_activity.record",
        "division": new.division,
        "person_id": str(new.person_id),
        "unit": new.unit,
        "title": new.title,
        "item": new.item,
        "held_on": new.held_on.isoformat(),
        "minutes": new.minutes,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def confirm_unit(app: App, *, actor: Actor, key: str, party_activity_id: UUID, on: date) -> Receipt:
    """Confirm it for his unit, as one who speaks for it."""

    def decided(read: Reading, activity: PartyActivity) -> Iterator[Fact]:
        person = read.state(person_stream(actor.person_id), persons.evolve)
        roles = person.roles_on(on) if person is not None else ()
        departments = frozenset(held.department for held in roles if held.role == HANDLER and held.department)
        event = party_activities.confirm_unit(activity, actor_id=actor.person_id, departments=departments)
        _require_neutral(read, actor, activity, on)
        yield Fact(party_activity_stream(party_activity_id), event, on)
        yield from _points_of(app, read, actor, party_activity_id, party_activities.evolve(activity, event), on)

    return PARTY_ACTIVITY.step(
        app,
        party_activity_id,
        actor=actor,
        key=key,
        event_type="party_activity.unit_confirmed/1",
        inputs={"command": "party_activity.confirm_unit"},
        on=on,
        decided=decided,
    )


def confirm_community(app: App, *, actor: Actor, key: str, party_activity_id: UUID, on: date) -> Receipt:
    """Confirm it for the community."""

    def decided(read: Reading, activity: PartyActivity) -> Iterator[Fact]:
        event = party_activities.confirm_community(activity, actor_id=actor.person_id)
        _require_neutral(read, actor, activity, on)
        yield Fact(party_activity_stream(party_activity_id), event, on)
        yield from _points_of(app, read, actor, party_activity_id, party_activities.evolve(activity, event), on)

    return PARTY_ACTIVITY.step(
        app,
        party_activity_id,
        actor=actor,
        key=key,
        event_type="party_activity.community_confirmed/1",
        inputs={"command": "party_activity.confirm_community"},
        on=on,
        decided=decided,
    )


def reject(app: App, *, actor: Actor, key: str, party_activity_id: UUID, reason: str, on: date) -> Receipt:
    """Not confirm it."""

    def decided(_read: Reading, activity: PartyActivity) -> Iterator[Fact]:
        event = party_activities.reject(activity, actor_id=actor.person_id, reason=reason)
        yield Fact(party_activity_stream(party_activity_id), event, on)

    return PARTY_ACTIVITY.step(
        app,
        party_activity_id,
        actor=actor,
        key=key,
        event_type="party_activity.rejected/1",
        inputs={"command": "party_activity.reject", "reason": reason},
        on=on,
        decided=decided,
    )


def withdraw(app: App, *, actor: Actor, key: str, party_activity_id: UUID, reason: str, on: date) -> Receipt:
    """Take it back after both had confirmed it: its points are reversed in the same append."""

    def decided(read: Reading, activity: PartyActivity) -> Iterator[Fact]:
        stream = party_activity_stream(party_activity_id)
        event = party_activities.withdraw(activity, actor_id=actor.person_id, reason=reason)
        yield Fact(stream, event, on)
        yield from Points(app, read, actor).reverse_for(
            cause=stream,
            person_id=activity.person_id,
            reason=reason,
            on=on,
            after=read.next_event(stream),
        )

    return PARTY_ACTIVITY.step(
        app,
        party_activity_id,
        actor=actor,
        key=key,
        event_type="party_activity.withdrawn/1",
        inputs={"command": "party_activity.withdraw", "reason": reason},
        on=on,
        decided=decided,
    )


def _speaking(app: App, new: NewPartyActivity, actor: Actor, on: date) -> int:
    """How many besides who served and who writes it down handle for the unit there today."""
    with app.reading.connection() as conn:
        handlers = of_persons.handlers_of(conn, new.unit, division=new.division, on=on)
    return len(handlers - {new.person_id, actor.person_id})


def _require_neutral(read: Reading, actor: Actor, activity: PartyActivity, on: date) -> None:
    """Neither on the day of the service nor today of the household of who served: the points may go there."""
    days = {activity.held_on, on}
    require_apart(read, actor.person_id, acting_as="confirmer", earners=[activity.person_id], days=days)


def _points_of(
    app: App, read: Reading, actor: Actor, party_activity_id: UUID, activity: PartyActivity, on: date
) -> Iterator[Fact]:
    """The points, once both sides have confirmed."""
    if activity.status != "confirmed":
        return
    stream, points = party_activity_stream(party_activity_id), Points(app, read, actor)
    place, day = activity.division, activity.held_on
    deed = Deed(
        item=activity.item,
        division=place,
        on=day,
        cause=stream,
        quantity=quantity_of(points, activity.item, division=place, on=day, minutes=activity.minutes),
        person_id=activity.person_id,
    )
    require_room(points, activity.person_id, day=day, minutes=activity.minutes, cause=stream)
    confirmed = read.next_event(stream)
    yield from points.grant_for(deed, on=on, cause=confirmed)
