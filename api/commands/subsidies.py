"""Subsidies: publishing programmes and their standards, and lists that one person proposes and another confirms.

What must not be broken: of a sensitive programme no payee is recorded but blinded, within that programme.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.households import household_stream
from api.commands.shared import person_stream, place_known, record_next, require
from api.context import App
from domain import households, persons
from domain.kernel.events import Sha256
from domain.kernel.money import Fen
from domain.kernel.periods import Period, last_day
from domain.kernel.places import Division, contains
from domain.kernel.refusals import Refusal
from domain.subsidies import lists, programmes
from domain.subsidies.lists import SubsidyList, list_id, list_stream
from domain.subsidies.programmes import Programme, programme_id, programme_stream
from journal.blinding import blinding
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading

Quantity = tuple[str, UUID, int]
"""Kind of payee, payee, and thousandths of the unit."""


@dataclass(frozen=True, slots=True)
class NewProgramme:
    """A programme and its first standard; texts name nobody."""

    division: Division
    reference: str
    title: str
    document: str
    issuer: str
    unit: str
    standard_fen: Fen
    since: date
    sensitive: bool


@dataclass(frozen=True, slots=True)
class NewList:
    """Who of a village is to get how much of a programme for a period; `source`: the file that it was read from."""

    programme_id: UUID
    division: Division
    period: Period
    quantities: Sequence[Quantity]
    reason: str | None = None
    source: Sha256 | None = None

    @property
    def list_id(self) -> UUID:
        """The list that it is a version of."""
        return list_id(self.programme_id, self.division, self.period)


def publish(app: App, *, actor: Actor, key: str, new: NewProgramme, on: date) -> Receipt:
    """Publish a programme."""
    stream = programme_stream(programme_id(new.division, new.reference))

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "subsidy_programme.published/1", division=new.division, on=on)
        event = programmes.publish(
            read.state(stream, programmes.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            reference=new.reference,
            title=new.title,
            document=new.document,
            issuer=new.issuer,
            unit=new.unit,
            standard_fen=new.standard_fen,
            since=new.since,
            sensitive=new.sensitive,
            actor_id=actor.person_id,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "subsidy_programme.publish",
        "division": new.division,
        "reference": new.reference,
        "title": new.title,
        "document": new.document,
        "issuer": new.issuer,
        "unit": new.unit,
        "standard_fen": new.standard_fen,
        "since": new.since.isoformat(),
        "sensitive": new.sensitive,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def set_standard(
    app: App, *, actor: Actor, key: str, programme_id: UUID, standard_fen: Fen, document: str, since: date, on: date
) -> Receipt:
    """Set another standard from a later day on."""

    def decided(programme: Programme) -> object:
        return programmes.set_standard(
            programme, standard_fen=standard_fen, document=document, since=since, actor_id=actor.person_id
        )

    inputs = {
        "command": "subsidy_programme.set_standard",
        "standard_fen": standard_fen,
        "document": document,
        "since": since.isoformat(),
    }
    return _programme(app, actor, key, programme_id, "subsidy_programme.standard_set/1", inputs, on, decided)


def end(app: App, *, actor: Actor, key: str, programme_id: UUID, last_day: date, on: date) -> Receipt:
    """End a programme after a day."""

    def decided(programme: Programme) -> object:
        return programmes.end(programme, last_day=last_day, actor_id=actor.person_id)

    inputs = {"command": "subsidy_programme.end", "last_day": last_day.isoformat()}
    return _programme(app, actor, key, programme_id, "subsidy_programme.ended/1", inputs, on, decided)


def propose(app: App, *, actor: Actor, key: str, new: NewList, on: date) -> Receipt:
    """Propose a version of a list, all its lines in one append."""
    stream, blind = list_stream(new.list_id), blinding(app.vault).blind

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "subsidy_list.proposed/1", division=new.division, on=on)
        programme = read.state(programme_stream(new.programme_id), programmes.evolve)
        within = programme is not None and contains(programme.division, new.division)
        standard = programme.standard_on(last_day(new.period)) if programme is not None else None
        blinded = programme is not None and programme.sensitive
        events = lists.propose(
            read.state(stream, lists.evolve),
            division=new.division,
            division_valid=within and place_known(read, new.division),
            programme_id=new.programme_id,
            programme_known=programme is not None,
            period=new.period,
            standard=standard.event if standard is not None else None,
            standard_fen=standard.standard_fen if standard is not None else Fen(0),
            quantities=[
                (kind, blind(payee, scope=new.programme_id) if blinded else payee, milli)
                for kind, payee, milli in new.quantities
            ],
            outsiders=_outsiders(read, new),
            reason=new.reason,
            source=new.source,
            blinded=blinded,
            actor_id=actor.person_id,
        )
        yield from (Fact(stream, event, on) for event in events)

    inputs = {
        "command": "subsidy_list.propose",
        "programme_id": str(new.programme_id),
        "division": new.division,
        "period": new.period,
        "quantities": [[kind, str(payee), milli] for kind, payee, milli in new.quantities],
        "reason": new.reason,
        "source": new.source,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def confirm(app: App, *, actor: Actor, key: str, list_id: UUID, version: int, on: date) -> Receipt:
    """Confirm the version that waits, as another person."""
    blind = blinding(app.vault).blind

    def decided(listed: SubsidyList) -> object:
        blinded_id = blind(actor.person_id, scope=listed.programme_id)
        return lists.confirm(listed, version=version, actor_id=actor.person_id, blinded_id=blinded_id)

    inputs = {"command": "subsidy_list.confirm", "version": version}
    return _list(app, actor, key, list_id, "subsidy_list.confirmed/1", inputs, on, decided)


def reject(app: App, *, actor: Actor, key: str, list_id: UUID, version: int, reason: str, on: date) -> Receipt:
    """Do not agree with the version that waits."""

    def decided(listed: SubsidyList) -> object:
        return lists.reject(listed, version=version, actor_id=actor.person_id, reason=reason)

    inputs = {"command": "subsidy_list.reject", "version": version, "reason": reason}
    return _list(app, actor, key, list_id, "subsidy_list.rejected/1", inputs, on, decided)


def _outsiders(read: Reading, new: NewList) -> int:
    """How many of the payees are not registered, were erased, or are households of another village."""
    houses = [household_stream(payee) for kind, payee, _ in new.quantities if kind == "household"]
    people = [person_stream(payee) for kind, payee, _ in new.quantities if kind == "person"]
    known_houses = read.states(houses, households.evolve).values()
    known_people = read.states(people, persons.evolve).values()
    strange = sum(one is None or not contains(new.division, one.division) for one in known_houses)
    return strange + sum(one is None or one.erased for one in known_people)


def _programme(
    app: App,
    actor: Actor,
    key: str,
    programme_id: UUID,
    event_type: str,
    inputs: Mapping[str, object],
    on: date,
    decided: Callable[[Programme], object],
) -> Receipt:
    return record_next(
        app,
        actor=actor,
        key=key,
        stream=programme_stream(programme_id),
        evolve=programmes.evolve,
        event_type=event_type,
        inputs={**inputs, "programme_id": str(programme_id)},
        on=on,
        unknown=Refusal("subsidy_programme.unknown"),
        decided=decided,
    )


def _list(
    app: App,
    actor: Actor,
    key: str,
    list_id: UUID,
    event_type: str,
    inputs: Mapping[str, object],
    on: date,
    decided: Callable[[SubsidyList], object],
) -> Receipt:
    return record_next(
        app,
        actor=actor,
        key=key,
        stream=list_stream(list_id),
        evolve=lists.evolve,
        event_type=event_type,
        inputs={**inputs, "list_id": str(list_id)},
        on=on,
        unknown=Refusal("subsidy_list.unknown"),
        decided=decided,
    )
