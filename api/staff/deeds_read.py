"""Who sees what of a deed: staff all of it, a neighbour what is offered to him and his own part.

What must not be broken: nobody learns here who else took part, unless it is his work to confirm it.
"""

from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel

from api.commands.deeds.shared import BY_THE_HOUR
from api.commands.points import layers_on
from api.commands.shared import today
from api.staff.acting import NEIGHBOURS, Acting, roles_today
from api.staff.office import Office
from api.staff.page_today import place_names
from api.staff.texts import names_of
from api.web import deed_words, register_words
from api.web.paging import query
from domain import authority
from domain.kernel.places import Division, level
from domain.kernel.refusals import Refusal
from domain.persons import HANDLER
from domain.points.rules.events import Item
from journal.journal import Reading
from projections import deed_queries, deeds, households, places
from projections.deed_queries import Deed, Mine, Part

SHOWN_MAX: Final = 50

_USUAL: Final = {
    "task": "task",
    "activity": "volunteer",
    "commendation": "commendation",
    "inspection": "inspection",
    "party_activity": "party",
}
"""Kind of a deed -> the category of the shipped points rules that it falls under."""

_TIMED: Final = frozenset({"activity", "party_activity"})


class DeedPage(BaseModel):
    """A deed and its parts: all for staff, one's own for everybody else."""

    deed: Deed
    parts: list[Part]


def deed_page(desk: Office, who: Acting, kind: str, deed_id: UUID) -> DeedPage:
    """A deed of a kind. Refuses `access.*`, `<kind>.unknown`."""
    who.require("deeds")
    with desk.current(deeds) as conn:
        deed = deed_queries.one(conn, deed_id, kind=kind)
        if deed is None:
            raise _unknown(kind)
        parts = deed_queries.parts(conn, deed_id)
    if who.role in NEIGHBOURS:
        own = [part for part in parts if part.holder_id == who.person_id]
        if not (own or deed.status == "open" or _of_his_unit(desk, who, deed)):
            raise Refusal("access.not_yours")
        parts = parts if _of_his_unit(desk, who, deed) else own
    else:
        who.require_area(deed.division)
    return DeedPage(deed=deed, parts=parts)


def deeds_of(
    desk: Office,
    who: Acting,
    kind: str,
    *,
    area: Division | None = None,
    before: int | None = None,
    only_waiting: bool = False,
    limit: int = 50,
) -> list[Deed]:
    """The deeds of a kind in an area, the latest first. A handler sees those of his unit alone."""
    who.require("deeds")
    if who.role in NEIGHBOURS and not (kind == "party_activity" and who.role == HANDLER):
        raise Refusal("access.may_not_read", role=who.role)
    within = who.area(desk, area)
    units = departments(desk, who) if who.role == HANDLER else None
    with desk.current(deeds) as conn:
        return deed_queries.listing(
            conn, kind, within, before=before, only_waiting=only_waiting, units=units, limit=limit
        )


def open_near(desk: Office, who: Acting) -> list[Deed]:
    """The tasks and activities of one's areas that can still be taken part in."""
    who.require("deeds")
    with desk.current(deeds) as conn:
        return deed_queries.open_near(conn, who.areas, on=today(desk.app))


def mine(desk: Office, who: Acting) -> list[Mine]:
    """What one has taken part in, the latest first."""
    with desk.current(deeds) as conn:
        return deed_queries.of_holders(conn, [who.person_id])


def listing_values(desk: Office, who: Acting, kind: str, *, before: int | None, offered_by: str) -> dict[str, Any]:
    """What a page that lists deeds shows; `offered_by`: the event that its form records.

    A neighbour who may record, but not read others', is shown his own.
    """
    own = who.role in NEIGHBOURS and not (kind == "party_activity" and who.role == HANDLER)
    found = [] if own else deeds_of(desk, who, kind, before=before, limit=SHOWN_MAX)
    parts = [one for one in mine(desk, who) if one.kind == kind] if own else []
    if own and not authority.may(who.role, offered_by):
        raise Refusal("access.may_not_read", role=who.role)
    area, on = who.areas[0], today(desk.app)
    with desk.current(places) as conn:
        known = places.within(conn, area, on=on)
    return {
        "deeds": found,
        "own": parts,
        "next": query(before=found[-1].log_index) if len(found) == SHOWN_MAX else None,
        "known": known,
        "villages": [place for place in known if level(place.code) == "village"],
        "places": place_names(desk, {one.division for one in found} | {one.division for one in parts}),
        "items": item_titles_of(desk, who.areas),
        "offered": items_for(items_in_force(desk, area), kind),
        "houses": _houses_of(desk, found),
        "today": on,
        "said": deed_words,
        "spent": register_words.hours_words,
        "may": authority.may(who.role, offered_by),
        "only_own": own or (who.role, offered_by) in authority.ONLY_FOR_ONESELF,
    }


def page_values(desk: Office, who: Acting, page: DeedPage) -> dict[str, Any]:
    """What the page of one deed shows."""
    deed = page.deed
    people = [one.holder_id for one in page.parts if one.holder_kind == "person"]
    acted = [one for part in page.parts for one in (part.recorder_id, part.confirmer_id)]
    houses = [one.holder_id for one in page.parts if one.holder_kind == "household"]
    return {
        "page": page,
        "deed": deed,
        "names": names_of(desk, [*people, *acted, *deed.inspectors, deed.opener_id, deed.unit_by, deed.community_by]),
        "houses": household_numbers(desk, houses),
        "places": place_names(desk, {deed.division}),
        "items": item_titles_of(desk, [deed.division]),
        "today": today(desk.app),
        "said": deed_words,
        "spent": register_words.hours_words,
        "may": lambda event_type: authority.may(who.role, event_type),
        "departments": departments(desk, who) if who.role == HANDLER else [],
    }


def household_numbers(desk: Office, household_ids: Collection[UUID]) -> dict[UUID, str]:
    """The villages' own numbers of households."""
    with desk.current(households) as conn:
        return households.references(conn, household_ids)


def item_titles_of(desk: Office, areas: Iterable[Division]) -> dict[str, str]:
    """What the items of the points rules of some areas are called, by code."""
    return {item.code: item.title for area in areas for item in items_in_force(desk, area)}


def _houses_of(desk: Office, found: Iterable[Deed]) -> dict[UUID, str]:
    """For the deeds of households: the village's own number of each, by the deed."""
    wanted = [one.deed_id for one in found if one.kind in ("inspection", "commendation")]
    with desk.current(deeds) as conn:
        holders = deed_queries.households_of(conn, wanted)
    known = household_numbers(desk, list(holders.values()))
    return {deed_id: known[house] for deed_id, house in holders.items() if house in known}


def items_in_force(desk: Office, division: Division) -> list[Item]:
    """What the points rules of a place give points for today, by category and code."""
    app = desk.app
    read = Reading(app.journal.store, app.journal.codec)
    layers = layers_on(read, division, county=app.log.division, on=today(app))
    return [item for item in layers.items() if item.points > 0]


def items_for(items: Iterable[Item], kind: str) -> list[Item]:
    """Those that suit a kind of deed: of its usual category, where the rule has that; all that can be counted, else."""
    countable = [item for item in items if item.unit != BY_THE_HOUR or kind in _TIMED]
    usual = [item for item in countable if item.category == _USUAL[kind]]
    return usual or countable


def departments(desk: Office, who: Acting) -> list[str]:
    """The departments that somebody speaks for today."""
    held = roles_today(desk, who.person_id)
    return [one.department for one in held if one.role == HANDLER and one.department]


def _of_his_unit(desk: Office, who: Acting, deed: Deed) -> bool:
    return deed.kind == "party_activity" and who.role == HANDLER and deed.body in departments(desk, who)


def _unknown(kind: str) -> Refusal:
    match kind:
        case "task":
            return Refusal("task.unknown")
        case "activity":
            return Refusal("activity.unknown")
        case "commendation":
            return Refusal("commendation.unknown")
        case "inspection":
            return Refusal("inspection.unknown")
        case _:
            return Refusal("party_activity.unknown")
