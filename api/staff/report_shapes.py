"""What the forms of a report bring: a member's own, and one that a clerk writes down for a member."""

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from api.staff.fields import Code, Identifier, Line, LongText
from api.staff.form_shapes import ChinaMoment
from domain.kernel.places import POSITION_SCALE, Position

_DEGREES_E5: Final = re.compile(r"-?[0-9]{1,8}", re.ASCII)


def _degrees(value: Any) -> Any:
    if isinstance(value, str) and not _DEGREES_E5.fullmatch(value):
        raise ValueError("应当是整数，单位为十万分之一度")
    return int(value)


Latitude = Annotated[int, BeforeValidator(_degrees), Field(ge=-90 * POSITION_SCALE, le=90 * POSITION_SCALE)]
Longitude = Annotated[int, BeforeValidator(_degrees), Field(ge=-180 * POSITION_SCALE, le=180 * POSITION_SCALE)]


class PointSent(BaseModel):
    """Where a telephone says that it is."""

    latitude_e5: Latitude
    longitude_e5: Longitude


class ReportSent(BaseModel):
    """What was seen, where and when. `item` is the value of one of `api.staff.reporting.choices`."""

    item: Line
    division: Code
    grid: Line | None = None
    text: LongText
    reported_at: ChinaMoment
    latitude_e5: Latitude | None = None
    longitude_e5: Longitude | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.latitude_e5 is None) != (self.longitude_e5 is None):
            raise ValueError("经度和纬度要一起填")
        return self

    @property
    def position(self) -> Position | None:
        """The point on the map, if the telephone gave one."""
        if self.latitude_e5 is None or self.longitude_e5 is None:
            return None
        return Position(self.latitude_e5, self.longitude_e5)


class TranscriptionSent(ReportSent):
    """The same, for the member `reporter_id`; `source` says from where it is written down, `source_ref` its number."""

    reporter_id: Identifier
    source: Literal["wechat", "hotline", "staff"]
    source_ref: Line | None = None
