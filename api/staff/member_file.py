"""What staff may read of a member: his file, his dual roles, and (recorded) his name and phone."""

from collections.abc import Iterable
from uuid import UUID

from pydantic import BaseModel

from api.commands.shared import person_stream, today
from api.staff.acting import Acting
from api.staff.office import Office
from api.web.names import ERASED
from domain import persons as person_rules
from domain.kernel.places import Division, contains
from domain.kernel.refusals import Refusal
from domain.members import ROLE
from projections import households, members, persons
from projections.households import Belonging
from projections.members import Member, Step
from projections.persons import RoleHeld


class MemberFile(BaseModel):
    """A member, every step in order, every role held, the other roles of today, and the households."""

    member: Member
    steps: list[Step]
    roles: list[RoleHeld]
    other_roles: list[str]
    households: list[Belonging]


class Contact(BaseModel):
    """A name and a phone, in full."""

    name: str
    phone: str


def file_of(desk: Office, who: Acting, person_id: UUID) -> MemberFile:
    """The file of a member in the caller's area. Refuses `access.*`, `member.unknown`."""
    member = _visible(desk, who, person_id)
    with desk.current(members, persons, households) as conn:
        steps, roles = members.steps_of(conn, person_id), persons.roles_of(conn, person_id)
        belongings = households.of_person(conn, person_id)
    on = today(desk.app)
    current = [one for one in roles if one.until is None or one.until >= on]
    return MemberFile(
        member=member,
        steps=steps,
        roles=roles,
        other_roles=others(current, member.area),
        households=belongings,
    )


def contact_of(desk: Office, who: Acting, person_id: UUID) -> Contact:
    """The member's name and phone, for whoever deals with members; the opening is recorded. Refuses `access.*`."""
    who.require("contacts")
    member = _visible(desk, who, person_id)
    person = desk.app.journal.state(person_stream(person_id), person_rules.evolve)
    if person is None:
        raise Refusal("person.unknown")
    opened = desk.app.vault.open(
        [person.name, member.phone], by=str(who.person_id), reason=f"member.contact as {who.role}"
    )
    return Contact(name=opened.get(person.name, ERASED), phone=opened.get(member.phone, ERASED))


def dual_roles(desk: Office, area: Division) -> dict[UUID, list[str]]:
    """The members of an area who hold other roles today where they report, and which."""
    on = today(desk.app)
    with desk.current(persons) as conn:
        holders = persons.holders(conn, ROLE, area=area, on=on)
        held = persons.held(conn, [one.person_id for one in holders], on=on)
    areas = {one.person_id: one.area for one in holders}
    found = {person_id: others(held[person_id], where) for person_id, where in areas.items()}
    return {person_id: roles for person_id, roles in found.items() if roles}


def others(held: Iterable[RoleHeld], area: Division) -> list[str]:
    """The roles besides the member's whose area touches the given one."""
    there = (one for one in held if contains(one.area, area) or contains(area, one.area))
    return sorted({one.role for one in there if one.role != ROLE})


def _visible(desk: Office, who: Acting, person_id: UUID) -> Member:
    who.require("members")
    with desk.current(members) as conn:
        member = members.one(conn, person_id, on=today(desk.app))
    if member is None:
        raise Refusal("member.unknown")
    who.require_area(member.area)
    return member
