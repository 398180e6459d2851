"""What may be reported, and where: one list for a member's form, for a clerk's, and for judging what they send."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from api.commands.catalogue import catalogue_stream, classes
from api.commands.shared import today
from api.staff.acting import Acting
from api.staff.office import Office
from domain import authority, catalogues
from domain.catalogues import Item
from domain.kernel.ids import StreamName
from domain.kernel.places import Division, chain, level
from domain.kernel.refusals import Refusal
from projections import places
from projections.places import Place

TYPE = "incident.reported/1"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be reported. `value` is what a form sends: an item's code, or a class where there is none.

    Of a `sensitive` one no position is kept and nothing is said in public.
    """

    value: str
    title: str
    category: str
    item: str | None
    sensitive: bool


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """The villages of a township, for a list to choose from; a place that is no village stands alone.

    What is reported there goes to whoever finds out the village.
    """

    name: str | None
    places: list[Place] = field(default_factory=list)


def require_may_report(who: Acting, *, reporter_id: UUID) -> None:
    """Refuse `authority.*` unless the acting role may report, in this person's name."""
    if not authority.may(who.role, TYPE):
        raise Refusal("authority.role_may_not", role=who.role, event_type=TYPE)
    if reporter_id != who.person_id and (who.role, TYPE) in authority.ONLY_FOR_ONESELF:
        raise Refusal("authority.only_for_oneself", role=who.role, event_type=TYPE)


def choices(desk: Office, areas: Sequence[Division]) -> list[Choice]:
    """Everything that may be reported today in some areas: the items of the catalogues in force there.

    Where a county has admitted no item yet, the classes that come with the program.
    """
    return _choices(_items(desk, areas, on=today(desk.app)))


def chosen(desk: Office, value: str, *, division: Division, on: date) -> Choice:
    """What a form's value means at a place on the day of the report. Refuses `catalogue.item_not_admitted`."""
    known = {choice.value: choice for choice in _choices(_items(desk, [division], on=on))}
    if value not in known:
        raise Refusal("catalogue.item_not_admitted", item=value, division=division, on=on)
    return known[value]


def place_groups(desk: Office, areas: Sequence[Division], *, on: date | None = None) -> list[PlaceGroup]:
    """The places of some areas on a day (None: today), the villages under their townships."""
    day = on or today(desk.app)
    with desk.app.reading.connection() as conn:
        known = {place.code: place for area in areas for place in places.within(conn, area, on=day)}
    groups: list[PlaceGroup] = []
    villages: dict[Division, PlaceGroup] = {}
    for place in known.values():
        if level(place.code) != "village":
            groups.append(PlaceGroup(None, [place]))
            continue
        township = chain(place.code)[1]
        if township not in villages:
            villages[township] = PlaceGroup(known[township].name if township in known else place.name)
            groups.append(villages[township])
        villages[township].places.append(place)
    return groups


def _items(desk: Office, areas: Sequence[Division], *, on: date) -> list[Item]:
    """The items in force in the areas, each code once."""
    along = {area: [catalogue_stream(code) for code in chain(area)] for area in areas}
    found: Mapping[StreamName, catalogues.Catalogue | None] = desk.app.journal.states(
        list({stream for streams in along.values() for stream in streams}), catalogues.evolve
    )
    items: dict[str, Item] = {}
    for streams in along.values():
        for item in catalogues.items_in_force([found[stream] for stream in streams], on=on):
            items.setdefault(item.code, item)
    return list(items.values())


def _choices(items: Sequence[Item]) -> list[Choice]:
    if not items:
        return [Choice(name, name, name, None, sensitive) for name, sensitive in classes(()).items()]
    return [Choice(item.code, item.title, item.category, item.code, item.sensitive) for item in items]
