"""What can be reported through Open311: the items of the service catalogue, what is of a class and no item, and the one
more thing that may be said.

What must not be broken: a sensitive item is no service. It is not listed, not defined, not searched and not accepted;
and once an item was sensitive, no request of it is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from psycopg import Connection

from api.commands.catalogue import classes
from api.open311.formats import Document
from domain.catalogues import Item
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections import catalogues
from projections.catalogues import CatalogueItem

GRID: Final = "grid"
"""The code of the one attribute: the grid, which no address of the specification carries."""
GRID_CHARS_MAX: Final = 200

DEFINED_ON: Final = date(2026, 11, 22)
"""When the definition below was changed last."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its code, its name, and the class and item by which a report records it."""

    code: str
    name: str
    category: str
    item: str | None


@dataclass(frozen=True, slots=True)
class Services:
    """The services of a day in the order in which they are shown, and what is known of others.

    `titles`: code -> name, of every service that a request may have, also of the past; `hidden` are the items and
    classes of which no request is ever shown; `changed_on` is the day from which the list is as it is.
    """

    listed: tuple[Service, ...]
    titles: Mapping[str, str]
    hidden: frozenset[str]
    changed_on: date

    @property
    def changeset(self) -> str:
        """The day of the last change, in the form that the specification's example has."""
        return f"{self.changed_on} 00:00"

    def named(self, code: str) -> Service:
        """A listed service. Refuses `open311.service_unknown`."""
        for service in self.listed:
            if service.code == code:
                return service
        raise Refusal("open311.service_unknown")

    def require_known(self, codes: Iterable[str]) -> None:
        """Refuse `open311.service_filter_unknown` for a code that no request has."""
        for code in codes:
            if code not in self.titles:
                raise Refusal("open311.service_filter_unknown", service_code=code[:100])


def services_on(conn: Connection[Any], county: Division, *, on: date) -> Services:
    """The services of a county on a day, from the read model of catalogues."""
    return services_of(catalogues.in_force(conn, county, on=on), catalogues.within(conn, county), on=on)


def services_of(whole_county: Sequence[CatalogueItem], history: Sequence[CatalogueItem], *, on: date) -> Services:
    """The services of a day: the county's items and those of its townships alone, then the classes.

    A class stands for what is none of its items: reports of that kind there are, and every request that is shown has a
    service that is listed while its item or its class is in force. `whole_county` is in force everywhere on the day;
    `history` is all that was ever admitted in the county.
    """
    parts = [item for item in history if item.since <= on and (item.last_day is None or on <= item.last_day)]
    in_force = {item.code: item for item in [*parts[::-1], *whole_county]}
    by_class = classes([_item(one) for one in in_force.values()])
    hidden = {name for name, sensitive in by_class.items() if sensitive}
    hidden |= {item.code for item in [*history, *whole_county] if item.sensitive}
    items = sorted(in_force.values(), key=lambda item: (item.category, item.code))
    listed = [Service(item.code, item.title, item.category, item.code) for item in items if item.code not in hidden]
    listed += [Service(name, name, name, None) for name in by_class if name not in hidden]
    titles = {item.code: item.title for item in [*history[::-1], *items]} | {name: name for name in by_class}
    return Services(
        listed=tuple(listed),
        titles={code: title for code, title in titles.items() if code not in hidden},
        hidden=frozenset(hidden),
        changed_on=max(_changes([*history, *whole_county], until=on)),
    )


def services_document(services: Services) -> Document:
    """The list of services; each has a definition (`metadata`), and gives its id at once (`realtime`)."""
    return Document("services", [_listed(service) for service in services.listed])


def definition_document(service: Service) -> Document:
    """The definition of one service: the grid, if the reporter knows it."""
    grid = {
        "variable": True,
        "code": GRID,
        "datatype": "string",
        "required": False,
        "datatype_description": f"一行文字，最多 {GRID_CHARS_MAX} 个字",
        "order": 1,
        "description": "所在网格的名称或编号，知道就填，如：第三网格。请不要写人名和门牌号。",
        "values": [],
    }
    return Document("service_definition", {"service_code": service.code, "attributes": [grid]})


def _item(one: CatalogueItem) -> Item:
    return Item(one.event, one.code, one.title, one.category, one.sensitive, one.since, one.last_day)


def _changes(items: Iterable[CatalogueItem], *, until: date) -> Iterable[date]:
    """The days on which the list became another."""
    yield DEFINED_ON
    for item in items:
        for day in (item.since, item.last_day and item.last_day + timedelta(days=1)):
            if day is not None and day <= until:
                yield day


def _listed(service: Service) -> Mapping[str, Any]:
    return {
        "service_code": service.code,
        "service_name": service.name,
        "description": f"反映“{service.name}”方面的问题。请写清看到了什么、在哪里，不要写姓名、电话和门牌号。",
        "metadata": True,
        "type": "realtime",
        "keywords": ",".join(dict.fromkeys((service.name, service.category))),
        "group": service.category,
    }
