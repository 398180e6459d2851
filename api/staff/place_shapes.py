"""What becomes of places, as requests and forms bring it, and what is shown of one."""

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from api.commands.county import NewPlace
from api.staff.fields import Code, Day, Line
from api.staff.shapes import Shape
from domain.kernel.places import Division, Level, division
from projections.places import Happened, Named, Standing

SUCCESSORS_MAX: Final = 20
_CODES: Final = re.compile(r"[\s,，、;；]+")

Succession = Literal["recoded", "raised", "merged", "split", "abolished"]


def _codes(value: Any) -> Any:
    """The codes that a form's field holds, parted by spaces, commas or lines."""
    if not isinstance(value, str):
        return value
    try:
        return [division(code) for code in _CODES.split(value.strip()) if code]
    except ValueError:
        raise ValueError("区划代码应当是 12 位数字，几个代码用空格隔开") from None


def _distinct(codes: list[Division]) -> list[Division]:
    return list(dict.fromkeys(codes))


class NewName(Shape):
    """A place under another name."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "兴安镇", "since": "2026-07-01", "document": "横政〔2026〕5号"}]},
    )
    name: Line
    since: Day
    document: Line


class Ending(Shape):
    """A code ends; `new_name` registers the one successor under that name if nobody has yet.

    `carry_below`: each village of a township gets the code with the same last three digits under the successor.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "raised",
                    "successors": ["361125108000"],
                    "new_name": "兴安镇",
                    "since": "2026-07-01",
                    "document": "赣民字〔2026〕8号",
                    "carry_below": True,
                }
            ]
        },
    )
    kind: Annotated[
        Succession,
        Field(description="recoded 只改代码，raised 改制升格，merged 并入，split 拆分，abolished 撤销（没有后继）"),
    ]
    successors: Annotated[
        list[Code], Field(max_length=SUCCESSORS_MAX, description="后继区划的代码"), AfterValidator(_distinct)
    ] = Field(default_factory=list)
    new_name: Annotated[Line | None, Field(description="后继区划还没有登记时，它的名称")] = None
    since: Day
    document: Line
    carry_below: Annotated[StrictBool, Field(description="乡镇的村、社区是否跟着换代码：后三位不变，名称不变")] = False

    def registered(self) -> list[NewPlace]:
        """The one successor, if it is to be registered."""
        return [NewPlace(code, self.new_name) for code in self.successors if self.new_name is not None][:1]


class EndingForm(BaseModel):
    """The same as a form brings it."""

    kind: Succession
    successors: Annotated[
        list[Division], BeforeValidator(_codes), Field(max_length=SUCCESSORS_MAX), AfterValidator(_distinct)
    ] = Field(default_factory=list)
    new_name: Line | None = None
    since: Day
    document: Line
    carry_below: bool = False

    def wanted(self) -> Ending:
        """As a request says it."""
        return Ending.model_construct(**{name: getattr(self, name) for name in Ending.model_fields})


class PlaceRead(BaseModel):
    """A code with its validity, its names, what was recorded of it, and the codes that ended in it."""

    level: Level
    standing: Standing
    names: list[Named]
    events: list[Happened]
    followed: list[Division]
    on: date
