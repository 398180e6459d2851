"""Whom a form means: staff types a name, and only the names behind the same mask are opened, each on the record.

What must not be broken: nobody is found who has nothing to do with the clerk's own area. Who has a namesake is told
apart by the beginning of his number, which the answer shows beside the masked names.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from api.commands.shared import today
from api.staff.acting import Acting
from api.staff.forms import Sent
from api.staff.office import Office
from api.staff.texts import names_of
from domain.kernel.names import mask_name
from domain.kernel.places import Division, contains
from domain.kernel.refusals import Refusal
from journal.vault import persons_masked
from projections import households, persons

ALIKE_MAX: Final = 200
"""So many people of one mask (张*国) are looked at in a county; their names are opened, so that is a limit of care."""
_HEAD_DIGITS: Final = 8


def named(form: Sent, *fields: str) -> Sent:
    """The form with the numbers of the people whose names its fields hold; an empty field stays empty."""
    meant = {name: str(person_meant(form, text)) for name in fields if (text := form.fields.get(name, "").strip())}
    return replace(form, fields={**form.fields, **meant})


def all_named(form: Sent, field: str) -> Sent:
    """The same for a field that holds several people, with commas or spaces between them."""
    texts = form.fields.get(field, "").replace("，", ",").replace("、", ",").split(",")
    meant = " ".join(str(person_meant(form, text.strip())) for text in texts if text.strip())
    return replace(form, fields={**form.fields, field: meant})


def person_meant(form: Sent, text: str) -> UUID:
    """The person of a number, of a name, or of a name and the beginning of the number: `张建国 3f2a91c0`.

    Refuses `person.name_unknown`, `person.name_shared`.
    """
    if (number := _number(text)) is not None:
        return number
    name, _, head = text.rpartition(" ")
    if not (name and _is_head(head)):
        name, head = text, ""
    found = [one for one in _called(form.desk, form.who, name) if one.hex.startswith(head.lower())]
    if not found:
        raise Refusal("person.name_unknown")
    if len(found) > 1:
        names = names_of(form.desk, found)
        choices = "、".join(f"{names[one]} {one.hex[:_HEAD_DIGITS]}" for one in found)
        raise Refusal("person.name_shared", count=len(found), people=choices)
    return found[0]


def _number(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _is_head(text: str) -> bool:
    return len(text) >= 4 and all(sign in "0123456789abcdef" for sign in text.lower())


def _called(desk: Office, who: Acting, name: str) -> list[UUID]:
    """The people of the role's areas who have this name; the opening of names like it is recorded.

    A masked name, as pages show it (`张*国 3f2a91c0`), opens none.
    """
    masks = {name} if "*" in name else {mask_name(name), mask_name("".join(name.split()))}
    with desk.current(persons, households) as conn:
        people = [one for masked in sorted(masks) for one in persons_masked(conn, masked, limit=ALIKE_MAX)]
        alike = _around(conn, who, people, desk)
        if "*" in name:
            return alike
        known = {one: person.name for one in alike if (person := persons.one(conn, one)) is not None}
    if not known:
        return []
    opened = desk.app.vault.open(known.values(), by=str(who.person_id), reason=f"person.named as {who.role}")
    return [one for one, commitment in known.items() if _same(opened.get(commitment, ""), name)]


def _around(conn: Connection[Any], who: Acting, people: Iterable[UUID], desk: Office) -> list[UUID]:
    """Those who have a role in his areas, or in one around them, or live there, today."""
    wanted, on = list(people), today(desk.app)
    held = persons.held(conn, wanted, on=on)
    homes = {one: households.of_person(conn, one) for one in wanted}
    houses = {
        one.household_id: households.one(conn, one.household_id, on=on) for ones in homes.values() for one in ones
    }
    return [
        one
        for one in wanted
        if any(_overlaps(who, role.area) for role in held.get(one, ()))
        or any(
            (house := houses[home.household_id]) is not None and who.covers(house.division)
            for home in homes[one]
            if home.until is None or home.until >= on
        )
    ]


def _overlaps(who: Acting, area: Division) -> bool:
    """Whether a role of that area is of use in the clerk's: a county's member works in every village."""
    return any(contains(area, own) or contains(own, area) for own in who.areas)


def _same(known: str, typed: str) -> bool:
    """Whether two spellings are one name: gaps do not count."""
    return "".join(known.split()) == "".join(typed.split())
