"""Whose account a deed's points go to: the doer's own, or that of the household where he belonged on the day.

Everything that is looked at is read as part of the decision: who moves house at the same moment makes it decide again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.households import household_stream, residence_stream
from api.commands.shared import person_stream
from domain import households, persons, residences
from domain.kernel.places import Division
from domain.points.accounts import account_id
from domain.residences import Residence, Span
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class Holders:
    """Persons and households as one decision reads them."""

    read: Reading

    def prepare(self, *, person_ids: Collection[UUID], household_ids: Collection[UUID]) -> None:
        """Read with a few queries what will be asked of these."""
        self.read.states([residence_stream(one) for one in person_ids], residences.evolve)
        self.read.states([person_stream(one) for one in person_ids], persons.evolve)
        houses = {span.household_id for person in person_ids for span in self._spans(person)} | set(household_ids)
        self.read.states([household_stream(one) for one in houses], households.evolve)

    def erased(self, person_id: UUID | None) -> bool:
        """Whether somebody's personal data was erased."""
        person = self.read.state(person_stream(person_id), persons.evolve) if person_id is not None else None
        return person is not None and person.erased

    def known(self, kind: str, holder_id: UUID) -> bool:
        """Whether there is such a person, or such a household."""
        if kind == "household":
            return self.read.state(household_stream(holder_id), households.evolve) is not None
        return self.read.state(person_stream(holder_id), persons.evolve) is not None

    def accounts_of(self, person_id: UUID | None, household_id: UUID | None) -> list[UUID]:
        """The accounts to which the points of a person, or of a household as such, may ever have gone."""
        if person_id is None:
            return [account_id("household", household_id)] if household_id is not None else []
        houses = dict.fromkeys(span.household_id for span in self._spans(person_id))
        return [account_id("person", person_id), *(account_id("household", house) for house in houses)]

    def household_of(self, person_id: UUID, on: date) -> UUID | None:
        """The household to which somebody belonged on a day."""
        residence = self._residence(person_id)
        return residence.household_on(on) if residence is not None else None

    def division_of(self, household_id: UUID) -> Division | None:
        """The village of a household, if it is known."""
        household = self.read.state(household_stream(household_id), households.evolve)
        return household.division if household is not None else None

    def _spans(self, person_id: UUID) -> tuple[Span, ...]:
        residence = self._residence(person_id)
        return residence.spans if residence is not None else ()

    def _residence(self, person_id: UUID) -> Residence | None:
        return self.read.state(residence_stream(person_id), residences.evolve)
