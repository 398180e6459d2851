"""Households: registering one, who joins and leaves, who speaks for it.

What must not be broken: the household's event and the person's own are one append, so that nobody ever belongs to two.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from uuid import UUID

from api.commands.shared import person_stream, place_known, require
from api.context import App
from domain import households, persons, residences
from domain.households import Household
from domain.kernel.events import Commitment
from domain.kernel.ids import StreamName, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from journal.vault import NAME, Personal


@dataclass(frozen=True, slots=True)
class Joining:
    """Who joins since when and why. `name` is given for whoever is not known yet; `head`: he speaks for it."""

    person_id: UUID
    since: date
    reason: str
    name: str | None = None
    head: bool = False
    other_household: UUID | None = None


def household_stream(household_id: UUID) -> StreamName:
    """The stream of a household."""
    return stream_name("household", household_id)


def residence_stream(person_id: UUID) -> StreamName:
    """The stream that says to which household a person belongs."""
    return stream_name("residence", residences.residence_id(person_id))


def register(
    app: App,
    *,
    actor: Actor,
    key: str,
    division: Division,
    reference: str,
    joinings: Sequence[Joining] = (),
    on: date,
) -> Receipt:
    """Register a household of a village, with those who belong to it; nobody registers himself into one."""
    household_id = households.household_id(division, reference)
    sealed = cache(lambda: _sealed(app, joinings))

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "household.registered/1", division=division, on=on)
        event = households.register(
            read.state(household_stream(household_id), households.evolve),
            division=division,
            division_known=place_known(read, division),
            reference=reference,
        )
        yield Fact(household_stream(household_id), event, on)
        household = households.evolve(None, event)
        yield from _joined(read, actor, household_id, household, joinings, sealed, on)

    inputs = {
        "command": "household.register",
        "division": division,
        "reference": reference,
        "joinings": _inputs(app, joinings),
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def join(app: App, *, actor: Actor, key: str, household_id: UUID, joinings: Sequence[Joining], on: date) -> Receipt:
    """Let persons belong to a household from a day on, all or none."""
    sealed = cache(lambda: _sealed(app, joinings))

    def decide(read: Reading) -> Iterator[Fact]:
        household = _household(read, household_id)
        yield from _joined(read, actor, household_id, household, joinings, sealed, on)

    inputs = {"command": "household.join", "household": str(household_id), "joinings": _inputs(app, joinings)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def leave(
    app: App,
    *,
    actor: Actor,
    key: str,
    household_id: UUID,
    person_id: UUID,
    last_day: date,
    reason: str,
    other_household: UUID | None = None,
    on: date,
) -> Receipt:
    """Let a person belong to a household no longer after a day."""

    def decide(read: Reading) -> Iterator[Fact]:
        household = _household(read, household_id)
        require(read, actor, "household.person_left/1", division=household.division, on=on)
        households.require_outsider(household, recorder_id=actor.person_id, person_ids=[person_id], on=on)
        left = households.leave(
            household,
            person_id=person_id,
            last_day=last_day,
            reason=reason,
            on=on,
            other_household=other_household,
        )
        yield Fact(household_stream(household_id), left, on)
        given_up = residences.give_up(
            read.state(residence_stream(person_id), residences.evolve), household_id=household_id, last_day=last_day
        )
        yield Fact(residence_stream(person_id), given_up, on)

    inputs = {
        "command": "household.leave",
        "household": str(household_id),
        "person": str(person_id),
        "last_day": last_day.isoformat(),
        "reason": reason,
        "other": str(other_household) if other_household else None,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def name_head(app: App, *, actor: Actor, key: str, household_id: UUID, head_id: UUID, since: date, on: date) -> Receipt:
    """Name who speaks for a household from a day on."""

    def decide(read: Reading) -> Iterator[Fact]:
        household = _household(read, household_id)
        require(read, actor, "household.head_named/1", division=household.division, on=on)
        households.require_outsider(household, recorder_id=actor.person_id, person_ids=[head_id], on=on)
        event = households.name_head(household, head_id=head_id, since=since, on=on)
        yield Fact(household_stream(household_id), event, on)

    inputs = {
        "command": "household.name_head",
        "household": str(household_id),
        "head": str(head_id),
        "since": since.isoformat(),
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _joined(
    read: Reading,
    actor: Actor,
    household_id: UUID,
    household: Household,
    joinings: Sequence[Joining],
    sealed: Callable[[], dict[UUID, Commitment]],
    on: date,
) -> Iterator[Fact]:
    """Everybody who joins: known first, then in the household and on the person's own side; the head last."""
    people = read.states([person_stream(new.person_id) for new in joinings], persons.evolve)
    taken = read.states([residence_stream(new.person_id) for new in joinings], residences.evolve)
    for new in joinings:
        require(read, actor, "household.person_joined/1", division=household.division, on=on)
        households.require_outsider(household, recorder_id=actor.person_id, person_ids=[new.person_id], on=on)
        person = people[person_stream(new.person_id)]
        persons.refuse_erased(person)
        if person is None and new.name is not None:
            require(read, actor, "person.registered/1", division=household.division, on=on)
            registered = persons.register_person(None, name=sealed()[new.person_id], pseudonymous=False)
            yield Fact(person_stream(new.person_id), registered, on)
            person = persons.evolve(None, registered)
        joined = households.join(
            household,
            person_id=new.person_id,
            person_known=person is not None,
            since=new.since,
            reason=new.reason,
            on=on,
            other_household=new.other_household,
        )
        yield Fact(household_stream(household_id), joined, on)
        household = households.evolve(household, joined)
        residence = residences.take(
            taken[residence_stream(new.person_id)],
            person_id=new.person_id,
            household_id=household_id,
            since=new.since,
        )
        taken[residence_stream(new.person_id)] = residences.evolve(taken[residence_stream(new.person_id)], residence)
        yield Fact(residence_stream(new.person_id), residence, on)
        if new.head:
            named = households.name_head(household, head_id=new.person_id, since=new.since, on=on)
            yield Fact(household_stream(household_id), named, on)
            household = households.evolve(household, named)


def _household(read: Reading, household_id: UUID) -> Household:
    found = read.state(household_stream(household_id), households.evolve)
    if found is None:
        raise Refusal("household.unknown")
    return found


def _names(joinings: Sequence[Joining]) -> list[Personal]:
    return [Personal(new.person_id, NAME, new.name) for new in joinings if new.name is not None]


def _sealed(app: App, joinings: Sequence[Joining]) -> dict[UUID, Commitment]:
    names = _names(joinings)
    return dict(zip((one.person_id for one in names), app.vault.seal(names), strict=True))


def _inputs(app: App, joinings: Sequence[Joining]) -> list[list[object]]:
    names = _names(joinings)
    prints = dict(zip((one.person_id for one in names), app.vault.fingerprints(names), strict=True))
    return [
        [
            str(new.person_id),
            new.since.isoformat(),
            new.reason,
            prints.get(new.person_id),
            new.head,
            str(new.other_household) if new.other_household else None,
        ]
        for new in joinings
    ]
