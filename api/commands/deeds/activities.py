"""Volunteer activities: publishing, signing up, checking in; the hours that another confirms bring the points."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.account_holders import require_apart
from api.commands.deeds.serving import require_room
from api.commands.deeds.shared import Kind, item_in_force, quantity_of, serves, unknown_of
from api.commands.points import Deed, Points
from api.commands.shared import place_known, require
from api.context import App
from domain.deeds import activities
from domain.deeds.activities import Activity, Served
from domain.kernel.ids import StreamName, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def activity_stream(activity_id: UUID) -> StreamName:
    """The stream of an activity."""
    return stream_name("activity", activity_id)


ACTIVITY: Final[Kind[Activity]] = Kind(
    "activity_id", activity_stream, activities.evolve, unknown=lambda: Refusal("activity.unknown")
)


@dataclass(frozen=True, slots=True)
class NewActivity:
    """An activity to publish; title, place and organiser are public and name nobody."""

    activity_id: UUID
    division: Division
    title: str
    place: str
    item: str
    held_on: date
    minutes: int
    seats: int
    organiser: str


def publish(app: App, *, actor: Actor, key: str, new: NewActivity, on: date) -> Receipt:
    """Publish an activity for volunteers."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "activity.published/1", division=new.division, on=on)
        points = Points(app, read, actor)
        event = activities.publish(
            read.state(activity_stream(new.activity_id), activities.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            title=new.title,
            place=new.place,
            item=new.item,
            item_in_force=item_in_force(points, new.item, division=new.division, on=on, timed=True),
            held_on=new.held_on,
            minutes=new.minutes,
            seats=new.seats,
            organiser=new.organiser,
            today=on,
            actor_id=actor.person_id,
        )
        yield Fact(activity_stream(new.activity_id), event, on)

    inputs = {
        "command": "activity.publish",
        "activity_id": str(new.activity_id),
        "division": new.division,
        "title": new.title,
        "place": new.place,
        "item": new.item,
        "held_on": new.held_on.isoformat(),
        "minutes": new.minutes,
        "seats": new.seats,
        "organiser": new.organiser,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def sign_up(app: App, *, actor: Actor, key: str, activity_id: UUID, person_id: UUID, on: date) -> Receipt:
    """Sign up, for oneself; staff write it down for whoever has no telephone."""

    def decided(read: Reading, activity: Activity) -> Iterator[Fact]:
        event = activities.sign_up(activity, person_id=person_id, person_known=serves(read, person_id), today=on)
        yield Fact(activity_stream(activity_id), event, on)

    return ACTIVITY.step(
        app,
        activity_id,
        actor=actor,
        key=key,
        event_type="activity.signed_up/1",
        inputs={"command": "activity.sign_up", "person_id": str(person_id)},
        on=on,
        decided=decided,
        person_id=person_id,
    )


def withdraw_sign_up(app: App, *, actor: Actor, key: str, activity_id: UUID, person_id: UUID, on: date) -> Receipt:
    """Not come after all."""

    def decided(_read: Reading, activity: Activity) -> Iterator[Fact]:
        yield Fact(activity_stream(activity_id), activities.withdraw_sign_up(activity, person_id=person_id), on)

    return ACTIVITY.step(
        app,
        activity_id,
        actor=actor,
        key=key,
        event_type="activity.sign_up_withdrawn/1",
        inputs={"command": "activity.withdraw_sign_up", "person_id": str(person_id)},
        on=on,
        decided=decided,
        person_id=person_id,
    )


def check_in(app: App, *, actor: Actor, key: str, activity_id: UUID, person_ids: Sequence[UUID], on: date) -> Receipt:
    """Record who came, all or none."""

    def decided(read: Reading, activity: Activity) -> Iterator[Fact]:
        if not person_ids:
            return  # the journal refuses what records nothing
        unknown = unknown_of(read, person_ids)
        event = activities.check_in(
            activity, person_ids=person_ids, unknown=unknown, today=on, actor_id=actor.person_id
        )
        days = {activity.held_on, on}
        require_apart(read, actor.person_id, acting_as="recorder", earners=person_ids, days=days)
        yield Fact(activity_stream(activity_id), event, on)

    return ACTIVITY.step(
        app,
        activity_id,
        actor=actor,
        key=key,
        event_type="activity.checked_in/1",
        inputs={"command": "activity.check_in", "person_ids": [str(one) for one in person_ids]},
        on=on,
        decided=decided,
    )


def confirm_hours(
    app: App, *, actor: Actor, key: str, activity_id: UUID, served: Sequence[Served], on: date
) -> Receipt:
    """Confirm how long each of them served, all or none: their points come in the same append."""

    def decided(read: Reading, activity: Activity) -> Iterator[Fact]:
        if not served:
            return  # the journal refuses what records nothing
        event = activities.confirm_hours(activity, served=served, actor_id=actor.person_id)
        earners, days = [one.person_id for one in served], {activity.held_on, on}
        require_apart(read, actor.person_id, acting_as="confirmer", earners=earners, days=days)
        stream = activity_stream(activity_id)
        confirmed = read.next_event(stream)
        yield Fact(stream, event, on)
        points = Points(app, read, actor)
        deeds = [_deed_of(points, activity, one, stream) for one in served]
        points.prepare(deeds)
        for one in served:
            require_room(points, one.person_id, day=activity.held_on, minutes=one.minutes, cause=stream)
        for deed in deeds:
            yield from points.grant_for(deed, on=on, cause=confirmed)

    return ACTIVITY.step(
        app,
        activity_id,
        actor=actor,
        key=key,
        event_type="activity.hours_confirmed/1",
        inputs={"command": "activity.confirm_hours", "served": [[str(one.person_id), one.minutes] for one in served]},
        on=on,
        decided=decided,
    )


def withdraw_hours(
    app: App, *, actor: Actor, key: str, activity_id: UUID, person_id: UUID, reason: str, on: date
) -> Receipt:
    """Take one person's hours back: their points are reversed in the same append."""

    def decided(read: Reading, activity: Activity) -> Iterator[Fact]:
        event = activities.withdraw_hours(activity, person_id=person_id, actor_id=actor.person_id, reason=reason)
        yield Fact(activity_stream(activity_id), event, on)
        yield from Points(app, read, actor).reverse_for(
            cause=activity_stream(activity_id),
            person_id=person_id,
            reason=reason,
            on=on,
            after=read.next_event(activity_stream(activity_id)),
        )

    return ACTIVITY.step(
        app,
        activity_id,
        actor=actor,
        key=key,
        event_type="activity.hours_withdrawn/1",
        inputs={"command": "activity.withdraw_hours", "person_id": str(person_id), "reason": reason},
        on=on,
        decided=decided,
    )


def cancel(app: App, *, actor: Actor, key: str, activity_id: UUID, reason: str, on: date) -> Receipt:
    """Call an activity off."""

    def decided(_read: Reading, activity: Activity) -> Iterator[Fact]:
        yield Fact(activity_stream(activity_id), activities.cancel(activity, reason=reason), on)

    return ACTIVITY.step(
        app,
        activity_id,
        actor=actor,
        key=key,
        event_type="activity.cancelled/1",
        inputs={"command": "activity.cancel", "reason": reason},
        on=on,
        decided=decided,
    )


def _deed_of(points: Points, activity: Activity, served: Served, stream: StreamName) -> Deed:
    """What one person's hours are for the points rule."""
    place, day = activity.division, activity.held_on
    return Deed(
        item=activity.item,
        division=place,
        on=day,
        cause=stream,
        quantity=quantity_of(points, activity.item, division=place, on=day, minutes=served.minutes),
        person_id=served.person_id,
    )
