"""The forms of tasks, activities, commendations, inspections, services and shares: all fields are text.

Only how a field is read differs from the API; what may stand in it is the API's rule.
"""

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from api.staff.deed_shapes import (
    ItemCode,
    NewActivity,
    NewPartyActivity,
    NewTask,
    ServedGiven,
)
from api.staff.fields import Code, Day, Identifier, Line, Reason
from api.staff.form_shapes import Whole

PERSON: Final = "person."
MINUTES: Final = "minutes."
ANOTHER: Final = "another"


class TaskForm(NewTask):
    """A task."""

    seats: Whole


class ActivityForm(NewActivity):
    """An activity."""

    minutes: Whole
    seats: Whole


class PartyActivityForm(NewPartyActivity):
    """A party member's service."""

    minutes: Whole


class CommendationForm(BaseModel):
    """Praise: of a person by his number, or of a household by its village's own number."""

    division: Code
    person_id: Identifier | None = None
    reference: Annotated[Line, Field(max_length=40)] | None = None
    title: Line
    item: ItemCode
    document: Line
    issuer: Line
    issued_on: Day


class InspectionForm(BaseModel):
    """An inspection: the household by its village's own number, the inspectors by ticks."""

    division: Code
    reference: Annotated[Line, Field(max_length=40)]
    inspected_on: Day
    result: Reason
    item: ItemCode


class HouseholdChosen(BaseModel):
    """Another household, by its village and the village's own number."""

    division: Code
    reference: Annotated[Line, Field(max_length=40)]


class MoveForm(HouseholdChosen):
    """Who moves to another household."""

    since: Day
    reason: Reason


class ShareForm(HouseholdChosen):
    """Where points are to go: to another household; from this one, or from a person who died in it."""

    giver: Identifier | None = None
    reason: Reason
    points: Whole | None = None
    agreed_by: Identifier
    document: Line


def ticked(fields: Mapping[str, str]) -> list[UUID]:
    """The persons of the fields `person.<id>` that are ticked, and whoever stands in `another` by his number.

    Raises RequestValidationError for no person.
    """
    others = [_identity(text) for text in fields.get(ANOTHER, "").split()]
    return [*(_identity(name.removeprefix(PERSON)) for name in fields if name.startswith(PERSON)), *others]


def minutes_served(fields: Mapping[str, str]) -> list[ServedGiven]:
    """The fields `minutes.<person>` that are filled in. Raises RequestValidationError for no number."""
    given = {name: value.strip() for name, value in fields.items() if name.startswith(MINUTES) and value.strip()}
    for value in given.values():
        if not (value.isascii() and value.isdigit() and len(value) <= 4):
            raise _wrong("minutes", "应当是一个整数")
    return [
        ServedGiven(person_id=_identity(name.removeprefix(MINUTES)), minutes=int(value))
        for name, value in given.items()
    ]


def _identity(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _wrong("person_id", "不是人员编号") from None


def _wrong(field: str, reason: str) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": ("body", field), "msg": reason}])
