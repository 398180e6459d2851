"""The service catalogue (事项清单): what may be reported in a division, from which day until which day.

What must not be broken: a report is judged by the catalogue of its own day. An item that is withdrawn later stays good
for the reports made before, and one that is admitted again is a new version beside the old one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import assert_never

from domain.kernel.events import event
from domain.kernel.ids import EventName, StreamName, derived, event_name, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal


@event("catalogue.item_admitted/1")
class ItemAdmitted:
    """Reports of this item are taken in the division from `since` on (准入).

    `category` is its class. A `sensitive` one never appears on a public page, and no position is kept of its reports.
    """

    division: Division
    code: str
    title: str
    category: str
    sensitive: bool
    since: date
    document: str


@event("catalogue.item_withdrawn/1")
class ItemWithdrawn:
    """Reports of this item are taken until `last_day` (退出)."""

    division: Division
    code: str
    last_day: date
    reason: str


CatalogueEvent = ItemAdmitted | ItemWithdrawn


@dataclass(frozen=True, slots=True)
class Item:
    """An item as one division admitted it, from `since` until `last_day` (inclusive; None: without end).

    `name` is the event that admitted it.
    """

    name: EventName
    code: str
    title: str
    category: str
    sensitive: bool
    since: date
    last_day: date | None = None

    def admitted_on(self, day: date) -> bool:
        """Whether reports of that day are taken."""
        return self.since <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that one division has admitted and withdrawn, in the order of admission, after `seq` events."""

    division: Division
    items: tuple[Item, ...] = ()
    seq: int = 0

    def item(self, code: str, on: date) -> Item | None:
        """The item as it was admitted on a day; None if it was not."""
        versions = [item for item in self.items if item.code == code and item.admitted_on(on)]
        return max(versions, key=lambda item: item.since) if versions else None

    def latest(self, code: str) -> Item | None:
        """The version that was admitted last, whether withdrawn or not."""
        return next((item for item in reversed(self.items) if item.code == code), None)


def item_in_force(catalogues: Iterable[Catalogue | None], *, code: str, on: date) -> Item | None:
    """The item as the narrowest division has it that admits it on a day; `catalogues` in the order of `places.chain`.

    A township's own version comes before its county's; when it is withdrawn, the county's counts again.
    """
    found = (catalogue.item(code, on) for catalogue in catalogues if catalogue is not None)
    return next((item for item in found if item is not None), None)


def items_in_force(catalogues: Iterable[Catalogue | None], *, on: date) -> tuple[Item, ...]:
    """Every item that may be reported on a day, by class and code; `catalogues` as for `item_in_force`."""
    items: dict[str, Item] = {}
    for catalogue in catalogues:
        for item in catalogue.items if catalogue is not None else ():
            if item.admitted_on(on):
                items.setdefault(item.code, item)
    return tuple(sorted(items.values(), key=lambda item: (item.category, item.code)))


# Decide: what may happen, judged by the rules in force.


def admit(
    catalogue: Catalogue | None,
    *,
    division: Division,
    division_known: bool,
    code: str,
    title: str,
    category: str,
    sensitive: bool,
    since: date,
    document: str,
) -> ItemAdmitted:
    """Take reports of an item from a day on.

    An item that is admitted already is withdrawn first: its title, class and flag never change under a report.
    Refused, in this order: `place.unknown`, `catalogue.already_admitted`, `catalogue.since_too_early` (not after the
    last day of the version before).
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    before = catalogue.latest(code) if catalogue is not None else None
    if before is not None and before.last_day is None:
        raise Refusal("catalogue.already_admitted", item=code, since=before.since)
    if before is not None and before.last_day is not None and since <= before.last_day:
        raise Refusal("catalogue.since_too_early", item=code, since=since, last_day=before.last_day)
    return ItemAdmitted(
        division=division,
        code=code,
        title=title,
        category=category,
        sensitive=sensitive,
        since=since,
        document=document,
    )


def withdraw(
    catalogue: Catalogue | None, *, division: Division, code: str, last_day: date, reason: str, today: date
) -> ItemWithdrawn:
    """Take no more reports of an item after `last_day`.

    Reports that were taken stay what they are, so the last day is yesterday at the earliest. Refused, in this order:
    `catalogue.item_unknown`, `catalogue.already_withdrawn`, `catalogue.withdrawn_before_admitted`,
    `catalogue.withdrawn_too_late`.
    """
    item = catalogue.latest(code) if catalogue is not None else None
    if item is None:
        raise Refusal("catalogue.item_unknown", item=code, division=division)
    if item.last_day is not None:
        raise Refusal("catalogue.already_withdrawn", item=code, last_day=item.last_day)
    if last_day < item.since:
        raise Refusal("catalogue.withdrawn_before_admitted", item=code, since=item.since, last_day=last_day)
    if (today - last_day).days > 1:
        raise Refusal("catalogue.withdrawn_too_late", item=code, last_day=last_day)
    return ItemWithdrawn(division=division, code=code, last_day=last_day, reason=reason)


def require_item(item: Item | None, *, division: Division, code: str, on: date) -> Item:
    """The item, or a refusal (`catalogue.item_not_admitted`) where it was not admitted there on the day."""
    if item is None:
        raise Refusal("catalogue.item_not_admitted", item=code, division=division, on=on)
    return item


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(catalogue: Catalogue | None, event: CatalogueEvent) -> Catalogue:
    """The division's catalogue after an event."""
    before = catalogue if catalogue is not None else Catalogue(event.division)
    seq = before.seq + 1
    match event:
        case ItemAdmitted():
            name = event_name(_stream_of(event.division), seq)
            item = Item(name, event.code, event.title, event.category, event.sensitive, event.since)
            return Catalogue(before.division, (*before.items, item), seq)
        case ItemWithdrawn():
            latest = before.latest(event.code)
            items = tuple(replace(item, last_day=event.last_day) if item is latest else item for item in before.items)
            return replace(before, items=items, seq=seq)
        case _:
            assert_never(event)


@lru_cache(1_024)
def _stream_of(division: Division) -> StreamName:
    """A county's catalogue has a hundred items, and every report reads it: the name is worked out once."""
    return stream_name("catalogue", derived("catalogue", division))
