"""What the commands of deeds share: who is there, which items can be chosen, and one more step of a deed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from api.commands.households import household_stream
from api.commands.points import Points
from api.commands.shared import Placed, person_stream, require
from api.context import App
from domain import households, persons
from domain.authority import MAY
from domain.kernel.ids import StreamName
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading

D = TypeVar("D", bound=Placed)

BY_THE_HOUR: Final = "hour"
"""The unit of items that are worth so much an hour."""


def serves(read: Reading, person_id: UUID) -> bool:
    """Whether somebody is registered and was not erased."""
    return not unknown_of(read, [person_id])


def unknown_of(read: Reading, person_ids: Iterable[UUID]) -> int:
    """How many of them are not registered, or were erased."""
    found = read.states([person_stream(person_id) for person_id in person_ids], persons.evolve)
    return sum(person is None or person.erased for person in found.values())


def confirming(
    read: Reading, person_ids: Iterable[UUID], actor: Actor, *, event_type: str, division: Division, on: date
) -> int:
    """How many of them besides the actor hold a role there in which they may cause an event."""
    others = [person_id for person_id in person_ids if person_id != actor.person_id]
    found = read.states([person_stream(person_id) for person_id in others], persons.evolve)
    return sum(
        person is not None and any(person.holds(role, division, on) for role in MAY[event_type])
        for person in found.values()
    )


def item_in_force(points: Points, code: str, *, division: Division, on: date, timed: bool = False) -> bool:
    """Whether the points rule of a place lists the item on a day, and gives points for it.

    An item that is worth so much an hour suits only a deed whose time is recorded (`timed`).
    """
    found = points.rules_on(division, on).find(code)
    return found is not None and found[1].points > 0 and (timed or found[1].unit != BY_THE_HOUR)


def quantity_of(points: Points, code: str, *, division: Division, on: date, minutes: int) -> int:
    """How much of an item a deed of so many minutes is: its minutes, where it is worth so much an hour; else one."""
    found = points.rules_on(division, on).find(code)
    return minutes if found is not None and found[1].unit == BY_THE_HOUR else 1


def living_in(read: Reading, household_id: UUID, *, on: date) -> frozenset[UUID]:
    """Who belonged to a household on a day; nobody, where it is not known."""
    household = read.state(household_stream(household_id), households.evolve)
    return frozenset(household.persons_on(on)) if household is not None else frozenset()


@dataclass(frozen=True)
class Kind(Generic[D]):
    """A kind of deed: what its id is called where a key is bound to its inputs, its streams, how one is folded."""

    id_name: str
    stream_of: Callable[[UUID], StreamName]
    evolve: Callable[[D | None, Any], D]
    unknown: Callable[[], Refusal]

    def step(
        self,
        app: App,
        deed_id: UUID,
        *,
        actor: Actor,
        key: str,
        event_type: str,
        inputs: Mapping[str, object],
        on: date,
        decided: Callable[[Reading, D], Iterator[Fact]],
        person_id: UUID | None = None,
    ) -> Receipt:
        """One more event of a deed, and what follows from it, by whoever may cause it there.

        `person_id`: whose step it is; somebody else writes it down for him only in a role that may. Refuses `unknown`
        where the deed is not there.
        """

        def decide(read: Reading) -> Iterator[Fact]:
            state = read.state(self.stream_of(deed_id), self.evolve)
            if state is None:
                raise self.unknown()
            for_oneself = person_id is None or person_id == actor.person_id
            require(read, actor, event_type, division=state.division, on=on, for_oneself=for_oneself)
            yield from decided(read, state)

        bound = {**inputs, self.id_name: str(deed_id)}
        return app.journal.execute(actor=actor, key=key, inputs=bound, decide=decide)
