"""The service catalogue: items admitted, withdrawn and published; and what a report is, by the catalogue of its day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from api.commands.shared import place_known, require
from api.context import App
from api.files.catalogue_profiles import CatalogueProfile, shipped_classes
from domain import catalogues
from domain.catalogues import Catalogue, Item
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.places import Division, chain
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to admit. A `sensitive` one never appears on a public page."""

    code: str
    title: str
    category: str
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Classified:
    """What a report is about: an item of the catalogue or none, its class, and whether it stays off public pages."""

    item: str | None
    category: str
    sensitive: bool


@lru_cache(4_096)
def catalogue_stream(code: Division) -> StreamName:
    """The stream of a division's catalogue."""
    return stream_name("catalogue", derived("catalogue", code))


def catalogues_along_each(read: Reading, divisions: Iterable[Division]) -> dict[Division, list[Catalogue | None]]:
    """The catalogues of each division and everything above it, narrowest first, with one query."""
    streams = {division: [catalogue_stream(code) for code in chain(division)] for division in divisions}
    found = read.states({stream for along in streams.values() for stream in along}, catalogues.evolve)
    return {division: [found[stream] for stream in along] for division, along in streams.items()}


def item_in_force(read: Reading, division: Division, code: str, on: date) -> Item | None:
    """The item as it is admitted in a division on a day, None if it is not: the narrowest division's version."""
    return catalogues.item_in_force(catalogues_along_each(read, [division])[division], code=code, on=on)


def classified(
    read: Reading, *, division: Division, item: str | None, category: str, on: date, any_class: bool = False
) -> Classified:
    """What a report made in a division on a day is, by the catalogue of that day.

    An item brings its class and its flag. Without one the class is as given, from the catalogue or, where nothing was
    published, from those that come with the program; it stays off public pages where all its items do. `any_class`:
    a register brings classes of its own. Refuses `catalogue.item_not_admitted`, `catalogue.class_unknown`.
    """
    along = catalogues_along_each(read, [division])[division]
    if item is not None:
        found = catalogues.item_in_force(along, code=item, on=on)
        known = catalogues.require_item(found, division=division, code=item, on=on)
        return Classified(item, known.category, known.sensitive)
    known_classes = classes(catalogues.items_in_force(along, on=on))
    if category not in known_classes and not any_class:
        raise Refusal("catalogue.class_unknown", category=category, division=division, on=on)
    return Classified(None, category, known_classes.get(category, shipped_classes().get(category, False)))


def classes(items: Sequence[Item]) -> dict[str, bool]:
    """The classes that may be reported: name -> whether all items of it are sensitive.

    `items` are those in force; with none of them, the classes that come with the program.
    """
    found: dict[str, bool] = {}
    for item in items:
        found[item.category] = found.get(item.category, True) and item.sensitive
    return found or dict(shipped_classes())


def admit(
    app: App,
    *,
    actor: Actor,
    key: str,
    division: Division,
    items: Sequence[NewItem],
    since: date,
    document: str,
    on: date,
) -> Receipt:
    """Admit items in a division from a day on, all or none."""

    def decide(read: Reading) -> Iterator[Fact]:
        return _admitted(read, actor, division=division, items=items, since=since, document=document, on=on)

    inputs = {
        "command": "catalogue.admit",
        "division": division,
        "items": [[item.code, item.title, item.category, item.sensitive] for item in items],
        "since": since.isoformat(),
        "document": document,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def publish(
    app: App,
    *,
    actor: Actor,
    key: str,
    division: Division,
    profile: CatalogueProfile,
    since: date,
    document: str,
    on: date,
) -> Receipt:
    """Admit every item of a file that the division has not admitted; what it has, stays as it is.

    Refuses `catalogue.all_admitted` where nothing is left to admit.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        known = read.state(catalogue_stream(division), catalogues.evolve)
        latest = {code: known.latest(code) if known else None for code in (item.code for _, item in profile.items())}
        items = [
            NewItem(item.code, item.title, category, item.sensitive)
            for category, item in profile.items()
            if (before := latest[item.code]) is None or before.last_day is not None
        ]
        if not items:
            raise Refusal("catalogue.all_admitted", title=profile.title, division=division)
        return _admitted(read, actor, division=division, items=items, since=since, document=document, on=on)

    inputs = {
        "command": "catalogue.publish",
        "division": division,
        "items": [[item.code, item.title, category, item.sensitive] for category, item in profile.items()],
        "since": since.isoformat(),
        "document": document,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _admitted(
    read: Reading,
    actor: Actor,
    *,
    division: Division,
    items: Sequence[NewItem],
    since: date,
    document: str,
    on: date,
) -> Iterator[Fact]:
    require(read, actor, "catalogue.item_admitted/1", division=division, on=on)
    state, known = read.state(catalogue_stream(division), catalogues.evolve), place_known(read, division)
    for item in items:
        event = catalogues.admit(
            state,
            division=division,
            division_known=known,
            code=item.code,
            title=item.title,
            category=item.category,
            sensitive=item.sensitive,
            since=since,
            document=document,
        )
        state = catalogues.evolve(state, event)
        yield Fact(catalogue_stream(division), event, on)


def withdraw(
    app: App, *, actor: Actor, key: str, division: Division, code: str, last_day: date, reason: str, on: date
) -> Receipt:
    """Withdraw an item that a division admitted."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "catalogue.item_withdrawn/1", division=division, on=on)
        event = catalogues.withdraw(
            read.state(catalogue_stream(division), catalogues.evolve),
            division=division,
            code=code,
            last_day=last_day,
            reason=reason,
            today=on,
        )
        yield Fact(catalogue_stream(division), event, on)

    inputs = {
        "command": "catalogue.withdraw",
        "division": division,
        "item": code,
        "last_day": last_day.isoformat(),
        "reason": reason,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
