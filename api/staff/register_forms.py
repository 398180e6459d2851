"""The forms of stars, grid difficulty, trainings and facilities: lists come as lines of text, one thing a line.

Only how a field is read differs from the API; what may stand in it is the API's rule.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, Field

from api.staff.fields import Code, Line, PeriodText
from api.staff.form_shapes import Whole
from api.staff.register_shapes import (
    AttendanceGiven,
    FactorGiven,
    FigureGiven,
    NewAward,
    NewAwardRule,
    NewDifficultyRule,
    NewFacility,
    NewFigures,
    NewTraining,
    ShortCode,
    StaffingGiven,
    WeightGiven,
)

_PAIR: Final = re.compile(r"([0-9]{1,9})[:：]([0-9]{1,9})", re.ASCII)
FIGURE: Final = "figure."
RESULT: Final = "result."


def _lines(value: Any) -> list[list[str]]:
    """The words of every line that has any; what is no text passes as it is."""
    return [line.split() for line in str(value).splitlines() if line.strip()]


def _weights(value: Any) -> Any:
    """`类别 分值` or `类别 事项代码 分值`, one a line."""
    if not isinstance(value, str):
        return value
    found = []
    for words in _lines(value):
        if len(words) not in (2, 3) or not words[-1].isascii() or not words[-1].isdigit():
            raise ValueError("每行应写作：类别 分值，或：类别 事项代码 分值")
        item = words[1] if len(words) == 3 else None
        found.append({"category": words[0], "item": item, "points": int(words[-1][:10])})
    return found


def _pairs(words: list[str], *, scale: int = 1) -> list[tuple[int, int]]:
    found = [_PAIR.fullmatch(word) for word in words]
    if not found or None in found:
        raise ValueError("分档应写作 起点:数值，如 300:60")
    return [(int(match[1]) * scale, int(match[2])) for match in found if match is not None]


def _factors(value: Any) -> Any:
    """`代码 名称 单位 权重 起点:分值 …`, one a line."""
    if not isinstance(value, str):
        return value
    found = []
    for words in _lines(value):
        if len(words) < 5 or not words[3].isascii() or not words[3].isdigit():
            raise ValueError("每行应写作：代码 名称 单位 权重 起点:分值 起点:分值")
        bands = [{"at_least": at, "points": points} for at, points in _pairs(words[4:])]
        named = {"code": words[0], "name": words[1], "unit": words[2]}
        found.append({**named, "weight": int(words[3][:10]), "bands": bands})
    return found


def _staffing(value: Any) -> Any:
    """`起分:人数` with spaces between; scores in whole points here, in hundredths in the record."""
    if not isinstance(value, str):
        return value
    return [{"at_least": at, "workers": workers} for at, workers in _pairs(value.split(), scale=100)]


def _figures(value: Any) -> Any:
    """`指标代码 整数`, one a line."""
    if not isinstance(value, str):
        return value
    found = []
    for words in _lines(value):
        if len(words) != 2 or not re.fullmatch("[0-9]{1,9}", words[1], re.ASCII):
            raise ValueError("每个指标都应当填一个整数")
        found.append({"factor": words[0], "value": int(words[1])})
    return found


def _services(value: Any) -> Any:
    """Services with 、 or a line break between them."""
    if not isinstance(value, str):
        return value
    return [word.strip() for word in re.split(r"[、，,\n]", value) if word.strip()]


class AwardRuleForm(NewAwardRule):
    """How stars are found."""

    points_each: Whole
    weights: Annotated[list[WeightGiven], BeforeValidator(_weights)] = Field(default=[], max_length=200)
    reports_min: Whole
    stars: Whole


class StandingsWanted(BaseModel):
    """Which area and period to look at."""

    division: Code
    period: PeriodText


class AwardForm(NewAward):
    """The stars that were shown, at the position that they were computed at."""

    position: Annotated[Whole, Field(ge=1)] | None = None


class DivisionChosen(BaseModel):
    """A division from a list."""

    division: Code


class KindChosen(BaseModel):
    """A kind of facility from the list."""

    code: ShortCode


class DifficultyRuleForm(NewDifficultyRule):
    """How grids are scored."""

    factors: Annotated[list[FactorGiven], BeforeValidator(_factors), Field(max_length=50)]
    staffing: Annotated[list[StaffingGiven], BeforeValidator(_staffing), Field(max_length=50)]


class FiguresForm(NewFigures):
    """A grid's figures, one line a factor (`figures` makes them of the page's fields)."""

    inputs: Annotated[list[FigureGiven], BeforeValidator(_figures), Field(max_length=50)]


class TrainingForm(NewTraining):
    """A training."""

    minutes: Whole


class FacilityForm(NewFacility):
    """A facility."""

    services: Annotated[list[Line], BeforeValidator(_services)] = Field(default=[], max_length=50)


def figures(fields: Mapping[str, str]) -> str:
    """The fields `figure.<factor>` of a form that are filled in, as lines for `inputs`."""
    given = {name.removeprefix(FIGURE): value for name, value in fields.items() if name.startswith(FIGURE)}
    return "\n".join(f"{factor} {''.join(value.split())}" for factor, value in given.items() if value.strip())


def attendances(fields: Mapping[str, str]) -> list[AttendanceGiven]:
    """The fields `result.<person>` of a form that say something. Raises RequestValidationError for no person."""
    given = {name.removeprefix(RESULT): value for name, value in fields.items() if name.startswith(RESULT) and value}
    try:
        return [AttendanceGiven(person_id=UUID(person), result=result) for person, result in given.items()]
    except ValueError:
        raise RequestValidationError(
            [{"type": "value_error", "loc": ("body", "result"), "msg": "参训结果读不出来"}]
        ) from None
