"""The forms of the village's affairs: all fields are text; what may stand in them is the API's rule."""

from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from api.staff.affair_shapes import MeetingStep, NewMeeting, NewMeetingRule, NewProject, ProjectStep
from api.staff.fields import Identifier, Line
from api.staff.form_shapes import Whole, Yuan
from domain.affairs.meetings import AGENDA_MAX, ATTENDANCE_MAX, PEOPLE_MAX
from domain.affairs.projects import CONTRACTORS_MAX

Votes = Annotated[Whole, Field(ge=0, le=PEOPLE_MAX)]


def _apart(value: object) -> object:
    return value.split() if isinstance(value, str) else value


def _lines(value: object) -> object:
    """A line of a text area each; those without anything are left out."""
    return [line for line in value.splitlines() if line.strip()] if isinstance(value, str) else value


def _share(value: object) -> object:
    """`2/3` is two thirds at least, `>1/2` more than half."""
    if not isinstance(value, str):
        return value
    part, _, of = value.removeprefix(">").partition("/")
    if not (part.isascii() and part.isdigit() and of.isascii() and of.isdigit() and len(value) <= 8):
        raise ValueError("应写作 2/3，或 >1/2")
    return {"part": int(part), "of": int(of), "more": value.startswith(">")}


class RuleForm(NewMeetingRule):
    """A rule of meetings; its two shares as one word each."""

    @field_validator("quorum", "passing", mode="before")
    @classmethod
    def read_share(cls, value: object) -> object:
        """The share that a form's word stands for."""
        return _share(value)


class MeetingForm(NewMeeting):
    """A meeting; its agenda a line each."""

    agenda: Annotated[list[Line], BeforeValidator(_lines), Field(min_length=1, max_length=AGENDA_MAX)]


class MeetingStepForm(MeetingStep):
    """A step of a meeting."""

    eligible: Votes = 0
    person_ids: Annotated[list[Identifier], BeforeValidator(_apart), Field(max_length=ATTENDANCE_MAX)] = Field(
        default=[]
    )
    on_sheet: Votes = 0
    agreed: Votes = 0
    opposed: Votes = 0
    abstained: Votes = 0
    limit_fen: Yuan | None = None


class ProjectForm(NewProject):
    """A micro-project."""

    budget_fen: Yuan


class ProjectStepForm(ProjectStep):
    """A step of a micro-project."""

    contractor_ids: Annotated[list[Identifier], BeforeValidator(_apart), Field(max_length=CONTRACTORS_MAX)] = Field(
        default=[]
    )
    amount_fen: Yuan = 0
    spent_fen: Yuan = 0
