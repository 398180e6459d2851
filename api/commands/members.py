"""Members from application to exit: each step by another person, each with the role that follows from it.

What must not be broken: the role and the reason for it are one append. Whoever is appointed holds the role from that
very record on, whoever is suspended or leaves does not, and the offline verifier needs nothing else to see it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from api.commands.county import Account, account_values, key_fact
from api.commands.duty import member_stream
from api.commands.shared import person_stream, place_known, places_known, require
from api.context import App
from domain import keys, members, persons
from domain.kernel.events import Commitment
from domain.kernel.ids import stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.members import Member, MemberEvent
from domain.persons import Person, PersonEvent
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading, key_stream
from journal.vault import NAME, Personal

PHONE = "phone"

Change = tuple[list[PersonEvent], MemberEvent]
"""What becomes of the role, and why."""


@dataclass(frozen=True, slots=True)
class Application:
    """Somebody who applies. `name` is given for whoever is not known yet; `account` where one is to be set."""

    person_id: UUID
    area: Division
    occupation: str
    phone: str
    name: str | None = None
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who is appointed from when on. `area` None: as applied for; `acknowledged`: the other roles that were shown."""

    person_id: UUID
    since: date
    until: date | None = None
    area: Division | None = None
    acknowledged: tuple[str, ...] = ()
    document: str | None = None


def apply(app: App, *, actor: Actor, key: str, applications: Sequence[Application], on: date) -> Receipt:
    """Record applications, all or none: one's own, or written down for others. Unknown persons become known."""
    sealed = cache(lambda: _sealed(app, applications))

    def decide(read: Reading) -> Iterator[Fact]:
        people = read.states([person_stream(one.person_id) for one in applications], persons.evolve)
        states = read.states([member_stream(one.person_id) for one in applications], members.evolve)
        known = places_known(read, {one.area for one in applications})
        for new in applications:
            person = people[person_stream(new.person_id)]
            _may_apply(read, actor, new, person, on)
            persons.refuse_erased(person)
            yield from _person_facts(new, person, sealed(), actor, on)
            event = members.apply(
                states[member_stream(new.person_id)],
                person_id=new.person_id,
                actor_id=actor.person_id,
                area=new.area,
                area_known=known[new.area],
                occupation=new.occupation,
                phone=sealed()[new.person_id, PHONE],
            )
            states[member_stream(new.person_id)] = members.evolve(None, event)
            yield Fact(member_stream(new.person_id), event, on)

    values = _values(applications)
    prints = dict(zip(values, app.vault.fingerprints(list(values.values())), strict=True))
    inputs = {
        "command": "member.apply",
        "applications": [
            [
                str(new.person_id),
                new.area,
                new.occupation,
                [prints[person_id, kind] for person_id, kind in values if person_id == new.person_id],
            ]
            for new in applications
        ],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _may_apply(read: Reading, actor: Actor, new: Application, person: Person | None, on: date) -> None:
    """Refuse `authority.*`, and `person.unknown` for an unknown person without a name."""
    oneself = actor.person_id == new.person_id
    require(read, actor, "member.applied/1", division=new.area, on=on, for_oneself=oneself)
    if person is None:
        if new.name is None:
            raise Refusal("person.unknown")
        require(read, actor, "person.registered/1", division=new.area, on=on)
    if new.account is not None:
        require(read, actor, "person.payee_account_set/1", division=new.area, on=on)


def _person_facts(
    new: Application, person: Person | None, sealed: dict[tuple[UUID, str], Commitment], actor: Actor, on: date
) -> Iterator[Fact]:
    """Registers who is not known yet, and sets the account that came with the application."""
    stream = person_stream(new.person_id)
    if person is None:
        registered = persons.register_person(None, name=sealed[new.person_id, NAME], pseudonymous=False)
        yield Fact(stream, registered, on)
        person = persons.evolve(None, registered)
    if new.account is not None:
        account = persons.set_payee_account(
            person,
            version=1 if person.account is None else person.account.version + 1,
            holder=sealed[new.person_id, "account_holder"],
            number=sealed[new.person_id, "account_number"],
            bank=sealed[new.person_id, "account_bank"],
            actor_id=actor.person_id,
            on=on,
        )
        yield Fact(stream, account, on)


def _values(applications: Sequence[Application]) -> dict[tuple[UUID, str], Personal]:
    """Every personal value, by person and kind."""
    values: list[Personal] = []
    for new in applications:
        if new.name is not None:
            values.append(Personal(new.person_id, NAME, new.name))
        values.append(Personal(new.person_id, PHONE, new.phone))
        if new.account is not None:
            values += account_values(new.person_id, new.account)
    return {(value.person_id, value.kind): value for value in values}


def _sealed(app: App, applications: Sequence[Application]) -> dict[tuple[UUID, str], Commitment]:
    values = _values(applications)
    return dict(zip(values, app.vault.seal(list(values.values())), strict=True))


def vet(
    app: App, *, actor: Actor, key: str, person_ids: Sequence[UUID], passed: bool, reason: str, on: date
) -> Receipt:
    """Say of applications that they pass, or do not, all for one reason; the actor is the vetter."""

    def decide(read: Reading) -> Iterator[Fact]:
        for person_id, member in _each(read, person_ids).items():
            require(read, actor, "member.vetted/1", division=member.area, on=on)
            event = members.vet(member, actor_id=actor.person_id, passed=passed, reason=reason)
            yield Fact(member_stream(person_id), event, on)

    inputs = {"command": "member.vet", "persons": list(map(str, person_ids)), "passed": passed, "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def appoint(app: App, *, actor: Actor, key: str, appointments: Sequence[Appointment], on: date) -> Receipt:
    """Appoint whoever passed, all or none: the role, a key in the server's custody, and who acknowledged what."""

    def decide(read: Reading) -> Iterator[Fact]:
        states = _each(read, [one.person_id for one in appointments])
        people = read.states([person_stream(one.person_id) for one in appointments], persons.evolve)
        for new in appointments:
            member, person = states[new.person_id], people[person_stream(new.person_id)]
            area = new.area or member.area
            require(read, actor, "member.appointed/1", division=area, on=on)
            area_known = place_known(read, area)
            event = members.appoint(
                member,
                actor_id=actor.person_id,
                area=area,
                area_known=area_known,
                since=new.since,
                until=new.until,
                other_roles=persons.other_roles(person, role=members.ROLE, area=area, since=new.since, until=new.until),
                acknowledged=new.acknowledged,
                document=new.document,
            )
            granted = persons.grant_role(
                person, role=members.ROLE, area=area, area_known=area_known, since=new.since, until=new.until
            )
            yield Fact(person_stream(new.person_id), granted, on)
            registered = stream_name("key", key_stream(new.person_id, members.ROLE))
            if read.state(registered, keys.evolve) is None:
                yield key_fact(read, app, actor, new.person_id, members.ROLE, on)
            states[new.person_id] = members.evolve(member, event)
            yield Fact(member_stream(new.person_id), event, on)

    inputs = {
        "command": "member.appoint",
        "appointments": [
            [
                str(new.person_id),
                new.since.isoformat(),
                new.until.isoformat() if new.until else None,
                new.area,
                list(new.acknowledged),
                new.document,
            ]
            for new in appointments
        ],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def train(
    app: App,
    *,
    actor: Actor,
    key: str,
    person_ids: Sequence[UUID],
    level: str,
    trained_on: date,
    document: str | None = None,
    on: date,
) -> Receipt:
    """Record that persons took part in a training of a level, all or none."""

    def decide(read: Reading) -> Iterator[Fact]:
        for person_id, member in _each(read, person_ids).items():
            require(read, actor, "member.trained/1", division=member.area, on=on)
            event = members.train(
                member, actor_id=actor.person_id, level=level, trained_on=trained_on, on=on, document=document
            )
            yield Fact(member_stream(person_id), event, on)

    inputs = {
        "command": "member.train",
        "persons": list(map(str, person_ids)),
        "level": level,
        "trained_on": trained_on.isoformat(),
        "document": document,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def suspend(
    app: App, *, actor: Actor, key: str, person_id: UUID, reason: str, since: date, until: date | None, on: date
) -> Receipt:
    """Let a member hold no role for a time; where the time is fixed, the role begins again by itself after it."""

    def change(member: Member, person: Person | None) -> Change:
        event = members.suspend(member, actor_id=actor.person_id, reason=reason, since=since, until=until, on=on)
        again = until + timedelta(days=1) if until else None
        return _role(member, person, last_day=since - timedelta(days=1), again=again), event

    inputs = {
        "command": "member.suspend",
        "person": str(person_id),
        "reason": reason,
        "since": since.isoformat(),
        "until": until.isoformat() if until else None,
    }
    return _changed(app, actor, key, person_id, "member.suspended/1", inputs, change, on)


def reinstate(app: App, *, actor: Actor, key: str, person_id: UUID, since: date, on: date) -> Receipt:
    """End a suspension: the role is held again from that day on."""

    def change(member: Member, person: Person | None) -> Change:
        event = members.reinstate(member, actor_id=actor.person_id, since=since, on=on)
        return _role(member, person, last_day=since - timedelta(days=1), again=since), event

    inputs = {"command": "member.reinstate", "person": str(person_id), "since": since.isoformat()}
    return _changed(app, actor, key, person_id, "member.reinstated/1", inputs, change, on)


def leave(app: App, *, actor: Actor, key: str, person_id: UUID, reason: str, last_day: date, on: date) -> Receipt:
    """End a membership and its role after a day; rewards and accounts are left as they are, so that they are paid."""

    def change(member: Member, person: Person | None) -> Change:
        event = members.leave(member, actor_id=actor.person_id, reason=reason, last_day=last_day, on=on)
        return _role(member, person, last_day=last_day, again=None), event

    inputs = {
        "command": "member.leave",
        "person": str(person_id),
        "reason": reason,
        "last_day": last_day.isoformat(),
    }
    return _changed(app, actor, key, person_id, "member.exited/1", inputs, change, on)


def _role(member: Member, person: Person | None, *, last_day: date, again: date | None) -> list[PersonEvent]:
    """The role ends after a day; `again`: the day on which it begins anew, unless it would have ended by then."""
    events: list[PersonEvent] = []
    for event in persons.end_roles(person, role=members.ROLE, area=member.area, last_day=last_day):
        events.append(event)
        person = persons.evolve(person, event)
    if again is not None and (member.until is None or again <= member.until):
        events.append(
            persons.grant_role(
                person, role=members.ROLE, area=member.area, area_known=True, since=again, until=member.until
            )
        )
    return events


def _changed(
    app: App,
    actor: Actor,
    key: str,
    person_id: UUID,
    event_type: str,
    inputs: Mapping[str, object],
    change: Callable[[Member, Person | None], Change],
    on: date,
) -> Receipt:
    """Record what becomes of one member: what happens to the role first, then why."""

    def decide(read: Reading) -> Iterator[Fact]:
        member = _each(read, [person_id])[person_id]
        require(read, actor, event_type, division=member.area, on=on)
        of_the_role, event = change(member, read.state(person_stream(person_id), persons.evolve))
        yield from (Fact(person_stream(person_id), one, on) for one in of_the_role)
        yield Fact(member_stream(person_id), event, on)

    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _each(read: Reading, person_ids: Sequence[UUID]) -> dict[UUID, Member]:
    """The members' states, with one query. Refuses `member.unknown`."""
    found = read.states([member_stream(person_id) for person_id in person_ids], members.evolve)
    states: dict[UUID, Member] = {}
    for person_id in person_ids:
        member = found[member_stream(person_id)]
        if member is None:
            raise Refusal("member.unknown")
        states[person_id] = member
    return states
