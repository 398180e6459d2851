"""Moving persons from one household to another: marriage, splitting up, moving house; both sides in one append.

What must not be broken: nobody is without a household, or in two, between the two halves of a move.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from api.commands.households import household_stream, residence_stream
from api.commands.shared import require
from api.context import App
from domain import households, residences
from domain.households import Household
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading

REASONS: Final = {"moved": ("moved_out", "moved_in"), "split": ("split", "split"), "merged": ("merged", "merged")}
"""Why persons move -> why they leave the one household, and why they join the other."""


def move(
    app: App,
    *,
    actor: Actor,
    key: str,
    person_ids: Sequence[UUID],
    from_id: UUID,
    to_id: UUID,
    since: date,
    reason: str,
    on: date,
) -> Receipt:
    """Let persons of one household belong to another from a day on, all or none; their points stay where they are.

    Refuses `household.reason_unknown`, `household.unknown`, `chain.acted_twice` (himself, or a household where he
    lives), and what leaving and joining refuse.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        if reason not in REASONS:
            raise Refusal("household.reason_unknown", reason=reason)
        left, joined = REASONS[reason]
        giving, taking = _household(read, from_id), _household(read, to_id)
        require(read, actor, "household.person_left/1", division=giving.division, on=on)
        require(read, actor, "household.person_joined/1", division=taking.division, on=on)
        for one in (giving, taking):
            households.require_outsider(one, recorder_id=actor.person_id, person_ids=person_ids, on=on)
        yield from _left(read, giving, person_ids, from_id, to_id, since=since, reason=left, on=on)
        yield from _joined(read, taking, person_ids, from_id, to_id, since=since, reason=joined, on=on)

    inputs = {
        "command": "household.move",
        "persons": [str(one) for one in person_ids],
        "from": str(from_id),
        "to": str(to_id),
        "since": since.isoformat(),
        "reason": reason,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _left(
    read: Reading,
    giving: Household,
    person_ids: Sequence[UUID],
    from_id: UUID,
    to_id: UUID,
    *,
    since: date,
    reason: str,
    on: date,
) -> Iterator[Fact]:
    last_day = since - timedelta(days=1)
    for person_id in person_ids:
        event = households.leave(
            giving, person_id=person_id, last_day=last_day, reason=reason, on=on, other_household=to_id
        )
        giving = households.evolve(giving, event)
        yield Fact(household_stream(from_id), event, on)
        residence = read.state(residence_stream(person_id), residences.evolve)
        given_up = residences.give_up(residence, household_id=from_id, last_day=last_day)
        yield Fact(residence_stream(person_id), given_up, on)


def _joined(
    read: Reading,
    taking: Household,
    person_ids: Sequence[UUID],
    from_id: UUID,
    to_id: UUID,
    *,
    since: date,
    reason: str,
    on: date,
) -> Iterator[Fact]:
    last_day = since - timedelta(days=1)
    for person_id in person_ids:
        event = households.join(
            taking,
            person_id=person_id,
            person_known=True,
            since=since,
            reason=reason,
            on=on,
            other_household=from_id,
        )
        taking = households.evolve(taking, event)
        yield Fact(household_stream(to_id), event, on)
        before = read.state(residence_stream(person_id), residences.evolve)
        given_up = residences.evolve(before, residences.give_up(before, household_id=from_id, last_day=last_day))
        taken = residences.take(given_up, person_id=person_id, household_id=to_id, since=since)
        yield Fact(residence_stream(person_id), taken, on)


def _household(read: Reading, household_id: UUID) -> Household:
    found = read.state(household_stream(household_id), households.evolve)
    if found is None:
        raise Refusal("household.unknown")
    return found
