"""Whose account it is, and by what right somebody speaks for it: as its holder, of his household, or as staff."""

from datetime import date
from typing import Final
from uuid import UUID

from api.commands.households import household_stream, residence_stream
from domain import households, residences
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
    spans = residence.spans if residence is not None else ()
    return next(
        (span.household_id for span in spans if span.since <= on and (span.until is None or on <= span.until)), None
    )


def require_another(read: Reading, actor: Actor, *, kind: str, holder_id: UUID, on: date) -> None:
    """Refuse (`chain.acted_twice`) whoever writes points by hand into his own account, or that of his household."""
    own = actor.person_id if kind == "person" else _household_of(read, actor.person_id, on)
    acted = [("account_owner", actor.person_id if own == holder_id else None)]
    require_distinct(actor.person_id, acting_as="recorder", acted=acted)


def holders_of(read: Reading, account: Account | None, on: date) -> tuple[UUID, ...]:
    """The persons whose account it is on that day."""
    if account is None:
        return ()
    if account.kind == "person":
        return (account.holder_id,)
    household = read.state(household_stream(account.holder_id), households.evolve)
    return household.persons_on(on) if household is not None else ()
