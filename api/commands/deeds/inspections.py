"""Inspections of homes: one inspector records, another confirms; then points and title follow in the same append."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.account_holders import require_another
from api.commands.deeds.shared import Kind, confirming, item_in_force, living_in, unknown_of
from api.commands.households import household_stream
from api.commands.points import Deed, Points
from api.commands.shared import require
from api.context import App
from domain import households
from domain.deeds import inspections, titles
from domain.deeds.inspections import Inspection, inspection_id
from domain.deeds.titles import Title, TitleGranted, title_id
from domain.kernel.calendar import month_of
from domain.kernel.ids import EventName, StreamName, stream_name
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def inspection_stream(inspection_id: UUID) -> StreamName:
    """The stream of a household's inspection of a month."""
    return stream_name("inspection", inspection_id)


def title_stream(household_id: UUID) -> StreamName:
    """The stream of a household's title."""
    return stream_name("title", title_id(household_id))


INSPECTION: Final[Kind[Inspection]] = Kind(
    "inspection_id", inspection_stream, inspections.evolve, unknown=lambda: Refusal("inspection.unknown")
)


@dataclass(frozen=True, slots=True)
class NewInspection:
    """What was seen at a household's home, by whom."""

    household_id: UUID
    inspected_on: date
    inspectors: tuple[UUID, ...]
    result: str
    item: str


def record(app: App, *, actor: Actor, key: str, new: NewInspection, on: date) -> Receipt:
    """Record an inspection; the actor is one of the inspectors."""
    stream = inspection_stream(inspection_id(new.household_id, month_of(new.inspected_on)))

    def decide(read: Reading) -> Iterator[Fact]:
        household = read.state(household_stream(new.household_id), households.evolve)
        if household is None:
            raise Refusal("household.unknown")
        require(read, actor, "inspection.recorded/1", division=household.division, on=on)
        points = Points(app, read, actor)
        event = inspections.record(
            read.state(stream, inspections.evolve),
            division=household.division,
            household_id=new.household_id,
            living_there=frozenset(household.persons_on(new.inspected_on)),
            inspected_on=new.inspected_on,
            today=on,
            inspectors=new.inspectors,
            unknown=unknown_of(read, new.inspectors),
            confirmers=confirming(
                read, new.inspectors, actor, event_type="inspection.confirmed/1", division=household.division, on=on
            ),
            result=new.result,
            item=new.item,
            item_in_force=item_in_force(points, new.item, division=household.division, on=new.inspected_on),
            actor_id=actor.person_id,
        )
        require_another(read, actor, kind="household", holder_id=new.household_id, on=on)
        yield Fact(stream, event, on)

    inputs = {
        "command": "inspection.record",
        "household_id": str(new.household_id),
        "inspected_on": new.inspected_on.isoformat(),
        "inspectors": [str(one) for one in new.inspectors],
        "result": new.result,
        "item": new.item,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def confirm(app: App, *, actor: Actor, key: str, inspection_id: UUID, on: date) -> Receipt:
    """Confirm as another of the inspectors: a clean home brings points, and the title follows what was seen."""

    def decided(read: Reading, inspection: Inspection) -> Iterator[Fact]:
        stream = inspection_stream(inspection_id)
        confirmed = read.next_event(stream)
        event = inspections.confirm(inspection, actor_id=actor.person_id)
        require_another(read, actor, kind="household", holder_id=inspection.household_id, on=on)
        yield Fact(stream, event, on)
        yield from _title_follows(read, actor, inspection, confirmed, on)
        if inspection.result == "clean":
            deed = Deed(
                item=inspection.item,
                division=inspection.division,
                on=inspection.inspected_on,
                cause=stream,
                quantity=1,
                household_id=inspection.household_id,
            )
            yield from Points(app, read, actor).grant_for(deed, on=on, cause=confirmed)

    return INSPECTION.step(
        app,
        inspection_id,
        actor=actor,
        key=key,
        event_type="inspection.confirmed/1",
        inputs={"command": "inspection.confirm"},
        on=on,
        decided=decided,
    )


def dispute(app: App, *, actor: Actor, key: str, inspection_id: UUID, reason: str, on: date) -> Receipt:
    """Say, as another of the inspectors, that one saw something else; it can be recorded anew."""

    def decided(_read: Reading, inspection: Inspection) -> Iterator[Fact]:
        event = inspections.dispute(inspection, actor_id=actor.person_id, reason=reason)
        yield Fact(inspection_stream(inspection_id), event, on)

    return INSPECTION.step(
        app,
        inspection_id,
        actor=actor,
        key=key,
        event_type="inspection.disputed/1",
        inputs={"command": "inspection.dispute", "reason": reason},
        on=on,
        decided=decided,
    )


def withdraw(app: App, *, actor: Actor, key: str, inspection_id: UUID, reason: str, on: date) -> Receipt:
    """Take a confirmed result back: its points are reversed, and a title that rests on it ends."""

    def decided(read: Reading, inspection: Inspection) -> Iterator[Fact]:
        living = living_in(read, inspection.household_id, on=inspection.inspected_on)
        event = inspections.withdraw(inspection, living_there=living, actor_id=actor.person_id, reason=reason)
        stream = inspection_stream(inspection_id)
        withdrawn = read.next_event(stream)
        yield Fact(stream, event, on)
        yield from _title_ends(read, actor, inspection, withdrawn, on)
        yield from Points(app, read, actor).reverse_for(
            cause=stream, household_id=inspection.household_id, reason=reason, on=on, after=withdrawn
        )

    return INSPECTION.step(
        app,
        inspection_id,
        actor=actor,
        key=key,
        event_type="inspection.withdrawn/1",
        inputs={"command": "inspection.withdraw", "reason": reason},
        on=on,
        decided=decided,
    )


def revoke_title(
    app: App, *, actor: Actor, key: str, household_id: UUID, last_day: date, reason: str, on: date
) -> Receipt:
    """Take a household's title back for another reason than an inspection."""

    def decide(read: Reading) -> Iterator[Fact]:
        title = _title(read, household_id)
        if title is None:
            raise Refusal("title.not_held")
        require(read, actor, "title.revoked/1", division=title.division, on=on)
        yield Fact(title_stream(household_id), titles.revoke(title, last_day=last_day, reason=reason), on)

    inputs = {
        "command": "title.revoke",
        "household_id": str(household_id),
        "last_day": last_day.isoformat(),
        "reason": reason,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _title_follows(
    read: Reading, actor: Actor, inspection: Inspection, confirmed: EventName, on: date
) -> Iterator[Fact]:
    """The title after a confirmed inspection."""
    followed = titles.follow(
        _title(read, inspection.household_id),
        division=inspection.division,
        household_id=inspection.household_id,
        result=inspection.result,
        inspected_on=inspection.inspected_on,
        inspection=confirmed,
    )
    if followed is not None:
        event_type = "title.granted/1" if isinstance(followed, TitleGranted) else "title.revoked/1"
        require(read, actor, event_type, division=inspection.division, on=on)
        yield Fact(title_stream(inspection.household_id), followed, on, cause=confirmed)


def _title_ends(read: Reading, actor: Actor, inspection: Inspection, withdrawn: EventName, on: date) -> Iterator[Fact]:
    """The title after an inspection that it rests on was taken back: it was held on no later day than this."""
    title = _title(read, inspection.household_id)
    held = title.held if title is not None else None
    if held is None or held.inspection.partition("@")[0] != withdrawn.partition("@")[0]:
        return
    require(read, actor, "title.revoked/1", division=inspection.division, on=on)
    revoked = titles.revoke(title, last_day=held.since, reason="inspection_withdrawn", inspection=withdrawn)
    yield Fact(title_stream(inspection.household_id), revoked, on, cause=withdrawn)


def _title(read: Reading, household_id: UUID) -> Title | None:
    return read.state(title_stream(household_id), titles.evolve)
