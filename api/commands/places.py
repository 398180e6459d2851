"""What becomes of places after they were registered: other names, other codes, and what they were before.

What must not be broken: nothing is carried over in silence. Roles, tariffs and reports stay bound to the code that they
were given; a place below one that ends gets its own new code by events of its own, or ends with it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from api.commands.county import NewPlace
from api.commands.shared import place_stream, require
from api.context import App
from domain import places
from domain.kernel.places import Division, level
from domain.places import Predecessor
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class Renaming:
    """A place under another name from a day on, by a document."""

    code: Division
    name: str
    since: date
    document: str


@dataclass(frozen=True, slots=True)
class Succession:
    """A code ends on the day before `since`; `kind` is a word of `domain.places.SUCCESSIONS`."""

    code: Division
    kind: str
    successors: tuple[Division, ...]
    since: date
    document: str


@dataclass(frozen=True, slots=True)
class Tracing:
    """A code is older than was registered, and had these predecessors, the latest first."""

    code: Division
    since: date
    predecessors: tuple[Predecessor, ...]
    document: str


def rename_places(app: App, *, actor: Actor, key: str, renamings: Sequence[Renaming], on: date) -> Receipt:
    """Give places other names from their days on, all or none."""

    def decide(read: Reading) -> Iterator[Fact]:
        found = read.states([place_stream(one.code) for one in renamings], places.evolve)
        for one in renamings:
            require(read, actor, "place.renamed/1", division=one.code, on=on)
            stream = place_stream(one.code)
            event = places.rename(found[stream], code=one.code, name=one.name, since=one.since, document=one.document)
            yield Fact(stream, event, on)

    inputs = {
        "command": "place.rename",
        "places": [[one.code, one.name, one.since.isoformat(), one.document] for one in renamings],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def succeed_places(
    app: App,
    *,
    actor: Actor,
    key: str,
    successions: Sequence[Succession],
    new: Sequence[NewPlace] = (),
    since: date | None = None,
    on: date,
) -> Receipt:
    """End codes, naming what follows; `new` are registered first, since the day given, all or none."""

    def decide(read: Reading) -> Iterator[Fact]:
        named = {one.code for one in new}.union(*({one.code, *one.successors} for one in successions))
        found = read.states([place_stream(code) for code in sorted(named)], places.evolve)
        for one in new:
            require(read, actor, "place.registered/1", division=one.code, on=on)
            stream = place_stream(one.code)
            registered = places.register_place(found[stream], code=one.code, name=one.name, since=since or on)
            found[stream] = places.evolve(None, registered)
            yield Fact(stream, registered, on)
        for change in successions:
            require(read, actor, "place.succeeded/1", division=change.code, on=on)
            stream = place_stream(change.code)
            event = places.succeed(
                found[stream],
                code=change.code,
                county=app.log.division,
                kind=change.kind,
                successors={code: found[place_stream(code)] for code in change.successors},
                since=change.since,
                document=change.document,
            )
            found[stream] = places.evolve(found[stream], event)
            yield Fact(stream, event, on)

    inputs = {
        "command": "place.succeed",
        "new": [[one.code, one.name] for one in new],
        "since": since.isoformat() if since else None,
        "successions": [
            [one.code, one.kind, list(one.successors), one.since.isoformat(), one.document] for one in successions
        ],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def trace_places(app: App, *, actor: Actor, key: str, tracings: Sequence[Tracing], on: date) -> Receipt:
    """Say since when codes have really been valid and what was there before, all or none."""

    def decide(read: Reading) -> Iterator[Fact]:
        found = read.states([place_stream(one.code) for one in tracings], places.evolve)
        for one in tracings:
            require(read, actor, "place.traced_back/1", division=one.code, on=on)
            stream = place_stream(one.code)
            event = places.trace_back(
                found[stream],
                code=one.code,
                since=one.since,
                predecessors=one.predecessors,
                document=one.document,
            )
            yield Fact(stream, event, on)

    inputs = {
        "command": "place.trace_back",
        "places": [
            [
                one.code,
                one.since.isoformat(),
                [[before.code, before.name, before.last_day.isoformat()] for before in one.predecessors],
                one.document,
            ]
            for one in tracings
        ],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def carried_below(
    villages: Sequence[NewPlace], *, into: Division, since: date, document: str
) -> tuple[list[NewPlace], list[Succession]]:
    """What a township's new code means for its villages: the same last three digits under it, the same names."""
    new, successions = [], []
    for village in villages:
        if level(village.code) != "village":
            continue
        code = Division(into[:9] + village.code[9:])
        new.append(NewPlace(code, village.name))
        successions.append(Succession(village.code, "recoded", (code,), since, document))
    return new, successions
