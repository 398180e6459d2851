"""The forms about members, households and payee accounts: the shapes of the API, as forms bring them."""

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, Field

from api.staff.fields import Code, Day, Identifier, Line, Reason, RoleName
from api.staff.form_shapes import Whole
from api.staff.member_shapes import ApplicationGiven, HeadNamed, JoiningGiven, Phone, Reference

PICK: Final = "pick."
"""A ticked person's field: `pick.<uuid>`."""


class ApplicationForm(ApplicationGiven):
    """An application, without an account; that comes from its own three fields."""

    phone: Phone


class VettingForm(BaseModel):
    """The reason, which says whether it passes; an unknown one is for the rule to refuse."""

    reason: Reason


class AppointmentForm(BaseModel):
    """From when to when, with which document; `acknowledged` are the other roles as the page showed them."""

    since: Day
    until: Day | None = None
    document: Line | None = None
    acknowledged: Annotated[str, Field(max_length=400, pattern=r"^[a-z_,]*$")] = ""


class TrainingForm(BaseModel):
    """Which level, and when."""

    level: Reason
    trained_on: Day
    document: Line | None = None


class HouseholdForm(BaseModel):
    """A household and, if its name is there, its head."""

    division: Code
    reference: Reference


class JoiningForm(JoiningGiven):
    """Somebody who joins; a ticked box says that he is the head."""

    head: bool = False


class HeadForm(HeadNamed):
    """Who speaks for it."""

    person_id: Identifier


class RoleEndingForm(BaseModel):
    """Which role ends after which day."""

    role: RoleName
    area: Code
    last_day: Day


class AcknowledgementForm(BaseModel):
    """The version that is right."""

    version: Annotated[Whole, Field(ge=1, le=1_000_000)]


class CoolingForm(BaseModel):
    """So many days from a day on."""

    days: Annotated[Whole, Field(ge=0, le=1_000)]
    since: Day
    document: Line


def picked(fields: Mapping[str, str]) -> list[UUID]:
    """The persons whose boxes were ticked, in the order of the page; what is no id is left out."""
    found: list[UUID] = []
    for name in fields:
        if name.startswith(PICK):
            try:
                found.append(UUID(name.removeprefix(PICK)))
            except ValueError:
                continue
    return found
