"""Six households of one township of the demonstration county: who belongs to them, and one who has moved out."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from api.commands import households
from api.commands.households import Joining
from api.context import App
from api.demo.people import People
from api.demo.places import VILLAGE_COUNT, village_code
from api.rehearsal.chance import Dice
from domain.households import household_id
from domain.kernel.calendar import first_day

TOWNSHIP: Final = 2
HOUSEHOLDS: Final = 6


def load(app: App, *, people: People) -> None:
    """Register them, by the grid worker of the township; running it again changes nothing."""
    since = people.period.since
    actor, on = people.transcriber(TOWNSHIP), since + timedelta(days=20)
    for number in range(HOUSEHOLDS):
        households.register(
            app,
            actor=actor,
            key=f"demo:household:{number}",
            division=village_code(TOWNSHIP, number % VILLAGE_COUNT),
            reference=_reference(number),
            joinings=_joinings(people, number, since),
            on=on,
        )
    moved_on = first_day(people.period.paid_months[5]) + timedelta(days=8)
    households.leave(
        app,
        actor=actor,
        key="demo:household:moved",
        household_id=household_of(0),
        person_id=people.id_of("resident-0-1"),
        last_day=moved_on,
        reason="moved_out",
        on=moved_on,
    )


def household_of(number: int) -> UUID:
    """The id of the nth of them."""
    return household_id(village_code(TOWNSHIP, number % VILLAGE_COUNT), _reference(number))


def _reference(number: int) -> str:
    return f"第1网格-{number + 1:03d}"


def _joinings(people: People, number: int, since: date) -> list[Joining]:
    """Two to four people, the first of them the head; one household's head drives for the county."""
    size = 2 + Dice(people.seed, "household", number).below(3)
    parts = [f"resident-{number}-{place}" for place in range(size)]
    own = [Joining(people.id_of(part), since, "registered", people.name(part), head=part == parts[0]) for part in parts]
    if number == HOUSEHOLDS - 1:
        own[0] = Joining(people.member(TOWNSHIP).person_id, since, "registered", head=True)
    return own
