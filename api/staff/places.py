"""What pages and programs do with places alike: read one with its history, end its code with what lies below it."""

from typing import Any

from psycopg import Connection

from api.commands import places as commands
from api.commands.county import NewPlace
from api.commands.places import Succession, carried_below
from api.commands.shared import today
from api.staff.office import Office
from api.staff.place_shapes import Ending, PlaceRead
from domain.kernel.places import Division, level
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Receipt
from projections import places


def read_place(desk: Office, conn: Connection[Any], code: Division) -> PlaceRead:
    """One code, as it stands today. Refuses `place.unknown`."""
    on = today(desk.app)
    standing = places.standing(conn, code, on=on)
    if standing is None:
        raise Refusal("place.unknown", division=code)
    return PlaceRead(
        level=level(code),
        standing=standing,
        names=places.names_of(conn, code),
        events=places.events_of(conn, code),
        followed=places.followed_by(conn, code),
        on=on,
    )


def end_code(desk: Office, *, actor: Actor, key: str, code: Division, wanted: Ending) -> Receipt:
    """End a code; with `carry_below` its villages first get their codes under the successor, all or none."""
    below: list[NewPlace] = []
    moved: list[Succession] = []
    if wanted.carry_below and len(wanted.successors) == 1 and level(code) == "township":
        with desk.current(places) as conn:
            found = places.within(conn, code, on=wanted.since)
        villages = [NewPlace(place.code, place.name) for place in found if place.code != code]
        below, moved = carried_below(villages, into=wanted.successors[0], since=wanted.since, document=wanted.document)
    ending = Succession(code, wanted.kind, tuple(wanted.successors), wanted.since, wanted.document)
    return commands.succeed_places(
        desk.app,
        actor=actor,
        key=key,
        new=[*wanted.registered(), *below],
        since=wanted.since,
        successions=[*moved, ending],
        on=today(desk.app),
    )
