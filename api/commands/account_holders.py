"""Whose account it is, and by what right somebody speaks for it: as its holder, of his household, or as staff."""

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.households import household_stream, residence_stream
from api.commands.shared import person_stream
from domain import households, persons, residences
from domain.kernel.separation import require_distinct
from domain.points.accounts import Account
from journal.facts import Actor
from journal.journal import Reading

STAFF: Final = frozenset({"grid_worker", "grid_leader", "village_accountant", "township_reviewer", "county_officer"})
"""Who may authorise for a holder that stands before him and has no telephone."""


def channel_of(read: Reading, actor: Actor, account: Account, on: date) -> str | None:
    """By what right the actor speaks for the account: as its holder, of his household, or as staff; None: by none."""
    if account.kind == "person" and account.holder_id == actor.person_id:
        return "code"
    own = _household_of(read, actor.person_id, on)
    if own is not None and account.kind == "person" and own == _household_of(read, account.holder_id, on):
        return "family"
    if own is not None and account.kind == "household" and own == account.holder_id:
        household = read.state(household_stream(own), households.evolve)
        return "code" if household is not None and household.head_on(on) == actor.person_id else "family"
    return "staff" if actor.role in STAFF else None


def _household_of(read: Reading, person_id: UUID, on: date) -> UUID | None:
    residence = read.state(residence_stream(person_id), residences.evolve)
    return residence.household_on(on) if residence is not None else None


def require_another(read: Reading, actor: Actor, *, kind: str, holder_id: UUID, on: date) -> None:
    """Refuse (`chain.acted_twice`) whoever writes points by hand into an account that he may spend himself.

    That is his own, that of his household, or that of somebody who lives there with him.
    """
    home = _household_of(read, actor.person_id, on)
    theirs = _household_of(read, holder_id, on) if kind == "person" and home is not None else holder_id
    own = (kind == "person" and actor.person_id == holder_id) or (home is not None and home == theirs)
    acted = [("account_owner", actor.person_id if own else None)]
    require_distinct(actor.person_id, acting_as="recorder", acted=acted)


def require_apart(
    read: Reading, person_id: UUID, *, acting_as: str, earners: Collection[UUID], days: Collection[date]
) -> None:
    """Refuse (`chain.acted_twice`) whoever belongs, on one of the days, to the household of somebody who earns.

    The days are that of the deed, whose household may get the points, and that of the step itself.
    """
    own = {(day, house) for day in days if (house := _household_of(read, person_id, day)) is not None}
    if not own:
        return
    read.states([residence_stream(earner) for earner in earners], residences.evolve)
    for earner in earners:
        together = any((day, _household_of(read, earner, day)) in own for day in days)
        require_distinct(person_id, acting_as=acting_as, acted=[("account_owner", person_id if together else None)])


def holders_of(read: Reading, account: Account | None, on: date) -> tuple[UUID, ...]:
    """The persons for whom an exchange of it is one's own affair that day: the holder, and everybody of his household.

    Everybody who lives there may spend it, so none of them hands out goods for it.
    """
    if account is None:
        return ()
    own = (account.holder_id,) if account.kind == "person" else ()
    house = _household_of(read, account.holder_id, on) if account.kind == "person" else account.holder_id
    household = read.state(household_stream(house), households.evolve) if house is not None else None
    return (*own, *(household.persons_on(on) if household is not None else ()))


def is_living(read: Reading, account: Account, on: date) -> bool:
    """Whether the holder is not known to have died, or anybody lives in the household whose account it is."""
    if account.kind == "household":
        household = read.state(household_stream(account.holder_id), households.evolve)
        return household is not None and bool(household.living_on(on))
    residence = read.state(residence_stream(account.holder_id), residences.evolve)
    if residence is None or not residence.spans:
        return True
    last = read.state(household_stream(residence.spans[-1].household_id), households.evolve)
    return last is None or not last.has_lost(account.holder_id)


def require_not_registrar(read: Reading, actor: Actor, *, kind: str, holder_id: UUID) -> None:
    """Refuse (`chain.acted_twice`) whoever brings points to a holder whom the records know by his own word.

    Of a household that is everybody who wrote to its history; of a person, whoever registered him.
    """
    if kind == "household":
        stream = household_stream(holder_id)
        read.state(stream, households.evolve)
        known_by = read.authors(stream)
    else:
        stream = person_stream(holder_id)
        read.state(stream, persons.evolve)
        known_by = read.authors(stream)[:1]
    require_distinct(actor.person_id, acting_as="recorder", acted=[("holder_registrar", one) for one in known_by])
