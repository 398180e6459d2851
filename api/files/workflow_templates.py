"""Workflow templates and working calendars as TOML files: the eight and the years that come with the program, and a
county's own.

`profiles/workflows/jiamusi-8.toml` shows what each entry means.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field

from api.commands.workflows import NewWorkflow
from api.files import toml_profiles
from domain.kernel.workflow_steps import Beside, Limit, Step
from domain.kernel.working_time import Span, Year

DEFAULT: Final = "jiamusi-8"
"""The template that a county begins with, unless it says otherwise."""

_Limit = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3} (working_hours|working_days|hours|days)$")]
_Hours = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
_Line = Annotated[str, Field(min_length=1, max_length=100)]


@dataclass(frozen=True)
class _StepEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    act: str
    stage: _Line
    roles: Annotated[list[str], Field(min_length=1)]
    mandatory: bool
    apart: bool = False
    limit: _Limit | None = None


@dataclass(frozen=True)
class _BesideEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    act: str
    stage: _Line
    roles: Annotated[list[str], Field(min_length=1)]
    times_max: Annotated[int, Field(ge=1, le=99)] | None = None
    percent_max: Annotated[int, Field(ge=1, le=1000)] | None = None


@dataclass(frozen=True)
class _TemplateFile:
    """A template's file."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: _Line
    document: _Line
    steps: Annotated[list[_StepEntry], Field(min_length=1, max_length=30)]
    besides: list[_BesideEntry] = field(default_factory=list)


@dataclass(frozen=True)
class _CalendarFile:
    """A year's file."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    year: Annotated[int, Field(ge=2000, le=2999)]
    document: _Line
    hours: Annotated[list[_Hours], Field(min_length=1, max_length=6)]
    weekend: list[Annotated[int, Field(ge=0, le=6)]]
    holidays: Annotated[list[date], Field(strict=False)]
    workdays: Annotated[list[date], Field(strict=False)]


def template_names() -> list[str]:
    """The templates that come with the program."""
    return toml_profiles.names("workflows")


def load_template(template: str | Path) -> NewWorkflow:
    """The template of that name, or in that `.toml` file. Raises BadFile with every wrong entry."""
    found = toml_profiles.load(template, kind="workflows", into=_TemplateFile)
    return NewWorkflow(
        code=found.code,
        title=found.title,
        steps=tuple(
            Step(one.act, one.stage, tuple(one.roles), one.mandatory, _limit(one.limit), one.apart or None)
            for one in found.steps
        ),
        besides=tuple(
            Beside(one.act, one.stage, tuple(one.roles), one.times_max, one.percent_max) for one in found.besides
        ),
        document=found.document,
    )


def calendar_names() -> list[str]:
    """The years that come with the program."""
    return toml_profiles.names("calendars")


def load_year(calendar: str | Path) -> tuple[Year, str]:
    """The calendar of that year, or in that `.toml` file, and the notice it follows. Raises BadFile."""
    found = toml_profiles.load(calendar, kind="calendars", into=_CalendarFile)
    year = Year(
        year=found.year,
        hours=tuple(_span(text) for text in found.hours),
        weekend=tuple(found.weekend),
        holidays=tuple(found.holidays),
        workdays=tuple(found.workdays),
    )
    return year, found.document


def _limit(text: str | None) -> Limit | None:
    if text is None:
        return None
    amount, _, unit = text.partition(" ")
    return Limit(int(amount), unit)


def _span(text: str) -> Span:
    start, _, end = text.partition("-")
    return Span(_minute(start), _minute(end))


def _minute(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)
