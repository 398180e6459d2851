"""A village's book: opening it, its limit and chart, what it begins with, its plan, and whom it has accounts with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from uuid import UUID

from api.commands.charts import chart_stream
from api.commands.shared import person_stream, place_known, require
from api.commands.village.resolutions import require_resolution
from api.context import App
from domain import charts, persons
from domain.charts import code_of
from domain.kernel.ids import EventName
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.village_lines import VoucherLine
from domain.village import books, parties
from domain.village.books import Book, PlanLine, book_stream
from domain.village.parties import party_id, party_stream
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from journal.vault import NAME, Personal


@dataclass(frozen=True, slots=True)
class NewBook:
    """A village's book: by which chart, from which first of a month on, and above which amount spending needs a
    resolution, by which paper.
    """

    division: Division
    chart: str
    since: date
    limit_fen: int
    document: str


@dataclass(frozen=True, slots=True)
class NewParty:
    """Somebody with whom a village has an account. `name` goes to the vault."""

    division: Division
    reference: str
    kind: str
    name: str
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewPlan:
    """What a village means to take in and spend in a year."""

    year: int
    lines: tuple[PlanLine, ...]
    document: str
    resolution: EventName | None = None


def open_book(app: App, *, actor: Actor, key: str, new: NewBook, on: date) -> Receipt:
    """Begin a village's book."""
    stream = book_stream(new.division)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "village_book.opened/1", division=new.division, on=on)
        event = books.open_book(
            read.state(stream, books.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            chart=new.chart,
            charts=published(read, new.chart),
            since=new.since,
            limit_fen=new.limit_fen,
            document=new.document,
        )
        yield Fact(stream, event, on)

    inputs = {"command": "village_book.open", **asdict(new), "since": str(new.since)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def set_limit(
    app: App, *, actor: Actor, key: str, division: Division, limit_fen: int, document: str, on: date
) -> Receipt:
    """Set above which amount spending needs a resolution."""
    inputs = {"command": "village_book.set_limit", "limit_fen": limit_fen, "document": document}

    def decided(_read: Reading, book: Book) -> object:
        return books.set_limit(book, limit_fen=limit_fen, document=document)

    return _next(app, actor, key, division, "village_book.limit_set/1", inputs, on, decided)


def adopt_chart(app: App, *, actor: Actor, key: str, division: Division, chart: str, on: date) -> Receipt:
    """Go over to another version of a chart."""
    inputs = {"command": "village_book.adopt_chart", "chart": chart}

    def decided(read: Reading, book: Book) -> object:
        return books.adopt_chart(book, chart=chart, charts=published(read, chart))

    return _next(app, actor, key, division, "village_book.chart_adopted/1", inputs, on, decided)


def propose_opening(
    app: App,
    *,
    actor: Actor,
    key: str,
    division: Division,
    lines: Sequence[VoucherLine],
    document: str,
    on: date,
) -> Receipt:
    """Say what the book begins with; it waits for a second person."""
    inputs = {"command": "village_book.propose_opening", "lines": lines_told(lines), "document": document}

    def decided(read: Reading, book: Book) -> object:
        return books.propose_opening(
            book,
            lines=lines,
            accounts=accounts_of(read, book),
            parties=parties_among(read, division, lines),
            document=document,
            proposer_id=actor.person_id,
        )

    return _next(app, actor, key, division, "village_book.opening_proposed/1", inputs, on, decided)


def confirm_opening(app: App, *, actor: Actor, key: str, division: Division, on: date) -> Receipt:
    """Agree to it as the second person; it is booked on the day before the book begins, on which he held his role."""

    def decide(read: Reading) -> Iterator[Fact]:
        book = known_book(read, division)
        require(read, actor, "village_book.opening_recorded/1", division=division, on=on)
        event = books.confirm_opening(book, confirmer_id=actor.person_id)
        yield Fact(book_stream(division), event, book.opening_day)

    inputs = {"command": "village_book.confirm_opening", "division": division}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def reject_opening(app: App, *, actor: Actor, key: str, division: Division, reason: str, on: date) -> Receipt:
    """Do not agree to it; the proposer may take it back himself."""
    inputs = {"command": "village_book.reject_opening", "reason": reason}

    def decided(_read: Reading, book: Book) -> object:
        return books.reject_opening(book, rejecter_id=actor.person_id, reason=reason)

    return _next(app, actor, key, division, "village_book.opening_rejected/1", inputs, on, decided)


def publish_plan(app: App, *, actor: Actor, key: str, division: Division, new: NewPlan, on: date) -> Receipt:
    """Publish a year's plan."""
    inputs = {
        "command": "village_book.publish_plan",
        "year": new.year,
        "lines": [asdict(one) for one in new.lines],
        "document": new.document,
        "resolution": new.resolution,
    }

    def decided(read: Reading, book: Book) -> object:
        if new.resolution is not None:
            require_resolution(read, new.resolution, division=division)
        return books.publish_plan(
            book, year=new.year, lines=new.lines, document=new.document, resolution=new.resolution
        )

    return _next(app, actor, key, division, "village_book.plan_published/1", inputs, on, decided)


def register_party(app: App, *, actor: Actor, key: str, new: NewParty, on: date) -> Receipt:
    """Give somebody with whom the village has an account a number. Refuses `person.unknown`, and as
    `parties.register`.
    """
    stream = party_stream(party_id(new.division, new.reference))
    name = Personal(new.person_id or party_id(new.division, new.reference), NAME, new.name)
    sealed = cache(lambda: app.vault.seal([name])[0])

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "village_party.registered/1", division=new.division, on=on)
        known_book(read, new.division)
        party = read.state(stream, parties.evolve)
        parties.require_reference(new.reference)
        if new.person_id is not None and read.state(person_stream(new.person_id), persons.evolve) is None:
            raise Refusal("person.unknown")
        event = parties.register(
            party,
            division=new.division,
            reference=new.reference,
            kind=new.kind,
            name=sealed(),
            person_id=new.person_id,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "village_party.register",
        "division": new.division,
        "reference": new.reference,
        "kind": new.kind,
        "person_id": str(new.person_id) if new.person_id is not None else None,
        "name": app.vault.fingerprints([name])[0],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def known_book(read: Reading, division: Division) -> Book:
    """The village's book. Refuses `village_book.unknown`."""
    book = read.state(book_stream(division), books.evolve)
    if book is None:
        raise Refusal("village_book.unknown")
    return book


def accounts_of(read: Reading, book: Book) -> frozenset[str]:
    """The accounts of the chart's version that the book keeps, as the chart lists them (`vil:112:party`)."""
    chart = read.state(chart_stream(code_of(book.chart)), charts.evolve)
    versions = chart.versions if chart is not None else ()
    return frozenset(one.account for version in versions if version.name == book.chart for one in version.accounts)


def published(read: Reading, name: str) -> list[str]:
    """The versions of a chart that were published, by the name of any of them."""
    chart = read.state(chart_stream(code_of(name)), charts.evolve)
    return [one.name for one in chart.versions] if chart is not None else []


def parties_among(read: Reading, division: Division, lines: Sequence[VoucherLine]) -> frozenset[UUID]:
    """Those of the parties named in lines that are parties of the village."""
    named = {one.party_id for one in lines if one.party_id is not None}
    found = read.states([party_stream(one) for one in sorted(named)], parties.evolve)
    return frozenset(
        one for one in named if (party := found[party_stream(one)]) is not None and party.division == division
    )


def lines_told(lines: Sequence[VoucherLine]) -> list[list[object]]:
    """Lines as they are compared when the same command comes again."""
    return [[one.account, one.side, one.amount_fen, str(one.party_id) if one.party_id else None] for one in lines]


def _next(
    app: App,
    actor: Actor,
    key: str,
    division: Division,
    event_type: str,
    inputs: Mapping[str, object],
    on: date,
    decided: Callable[[Reading, Book], object],
) -> Receipt:
    def decide(read: Reading) -> Iterator[Fact]:
        book = known_book(read, division)
        require(read, actor, event_type, division=division, on=on)
        yield Fact(book_stream(division), decided(read, book), on)

    return app.journal.execute(actor=actor, key=key, inputs={**inputs, "division": division}, decide=decide)
