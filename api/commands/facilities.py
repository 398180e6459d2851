"""The county's list of kinds, and its facilities: registered, opened, closed, inspected."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.shared import place_known, record_next, require
from api.context import App
from domain import facilities, facility_kinds
from domain.facilities import Facility, FacilityEvent
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def facility_stream(facility_id: UUID) -> StreamName:
    """The stream of a facility."""
    return stream_name("facility", facility_id)


def kinds_stream(county: Division) -> StreamName:
    """The stream of a county's list of kinds."""
    return stream_name("facility_kind", derived("facility_kind", county))


def admit_kind(app: App, *, actor: Actor, key: str, code: str, name: str, document: str, on: date) -> Receipt:
    """Put a kind on the county's list."""
    county = app.log.division

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "facility_kind.admitted/1", division=county, on=on)
        event = facility_kinds.admit(
            read.state(kinds_stream(county), facility_kinds.evolve),
            division=county,
            division_known=place_known(read, county),
            code=code,
            name=name,
            document=document,
        )
        yield Fact(kinds_stream(county), event, on)

    inputs = {"command": "facility_kind.admit", "code": code, "name": name, "document": document}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def withdraw_kind(app: App, *, actor: Actor, key: str, code: str, last_day: date, on: date) -> Receipt:
    """Close a kind for new facilities."""
    county = app.log.division

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "facility_kind.withdrawn/1", division=county, on=on)
        kinds = read.state(kinds_stream(county), facility_kinds.evolve)
        yield Fact(kinds_stream(county), facility_kinds.withdraw(kinds, code=code, last_day=last_day), on)

    inputs = {"command": "facility_kind.withdraw", "code": code, "last_day": last_day.isoformat()}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


@dataclass(frozen=True, slots=True)
class NewFacility:
    """A facility to register; everything of it is public."""

    facility_id: UUID
    kind: str
    name: str
    division: Division
    address: str
    services: tuple[str, ...]


def register(app: App, *, actor: Actor, key: str, new: NewFacility, on: date) -> Receipt:
    """Register a facility of a kind that is on the list."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "facility.registered/1", division=new.division, on=on)
        kinds = read.state(kinds_stream(app.log.division), facility_kinds.evolve)
        event = facilities.register(
            read.state(facility_stream(new.facility_id), facilities.evolve),
            kind=new.kind,
            kind_open=kinds is not None and kinds.open(new.kind, on),
            name=new.name,
            division=new.division,
            division_known=place_known(read, new.division),
            address=new.address,
            services=new.services,
        )
        yield Fact(facility_stream(new.facility_id), event, on)

    inputs = {
        "command": "facility.register",
        "facility_id": str(new.facility_id),
        "kind": new.kind,
        "name": new.name,
        "division": new.division,
        "address": new.address,
        "services": list(new.services),
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def open_(app: App, *, actor: Actor, key: str, facility_id: UUID, opened_on: date, on: date) -> Receipt:
    """Open a facility to the public."""

    def decided(facility: Facility) -> FacilityEvent:
        return facilities.open_(facility, opened_on=opened_on)

    inputs = {"command": "facility.open", "facility_id": str(facility_id), "opened_on": opened_on.isoformat()}
    return record_next(
        app,
        actor=actor,
        key=key,
        stream=facility_stream(facility_id),
        evolve=facilities.evolve,
        event_type="facility.opened/1",
        inputs=inputs,
        on=on,
        unknown=Refusal("facility.unknown"),
        decided=decided,
    )


def close(app: App, *, actor: Actor, key: str, facility_id: UUID, last_day: date, reason: str, on: date) -> Receipt:
    """Close a facility to the public."""

    def decided(facility: Facility) -> FacilityEvent:
        return facilities.close(facility, last_day=last_day, reason=reason)

    inputs = {
        "command": "facility.close",
        "facility_id": str(facility_id),
        "last_day": last_day.isoformat(),
        "reason": reason,
    }
    return record_next(
        app,
        actor=actor,
        key=key,
        stream=facility_stream(facility_id),
        evolve=facilities.evolve,
        event_type="facility.closed/1",
        inputs=inputs,
        on=on,
        unknown=Refusal("facility.unknown"),
        decided=decided,
    )


@dataclass(frozen=True, slots=True)
class Inspection:
    """What somebody found on a day; `note` names nobody."""

    inspected_on: date
    result: str
    note: str | None


def inspect(app: App, *, actor: Actor, key: str, facility_id: UUID, found: Inspection, on: date) -> Receipt:
    """Record an inspection; the actor is the inspector."""

    def decided(facility: Facility) -> FacilityEvent:
        return facilities.inspect(
            facility,
            actor_id=actor.person_id,
            inspected_on=found.inspected_on,
            today=on,
            result=found.result,
            note=found.note,
        )

    inputs = {
        "command": "facility.inspect",
        "facility_id": str(facility_id),
        "inspected_on": found.inspected_on.isoformat(),
        "result": found.result,
        "note": found.note,
    }
    return record_next(
        app,
        actor=actor,
        key=key,
        stream=facility_stream(facility_id),
        evolve=facilities.evolve,
        event_type="facility.inspected/1",
        inputs=inputs,
        on=on,
        unknown=Refusal("facility.unknown"),
        decided=decided,
    )
