"""What the API takes about the service catalogue and about caps; the forms of pages are put into the same shapes."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StrictInt

from api.files.catalogue_profiles import ITEM_CODE
from api.staff.fields import Code, Day, Line
from api.staff.form_shapes import Whole
from api.staff.shapes import Shape
from domain.caps import Kind

ItemCode = Annotated[str, Field(max_length=16, pattern=ITEM_CODE, description="事项代码，以后不变", examples=["sr-02"])]


class NewCatalogueItem(Shape):
    """An item that may be reported in a division from a day on. A sensitive one never appears on a public page."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "division": "361125000000",
                    "code": "sr-30",
                    "title": "农贸市场积水",
                    "category": "市容环境",
                    "sensitive": False,
                    "since": "2026-12-01",
                    "document": "横网格〔2026〕9号",
                }
            ]
        },
    )
    division: Code
    code: ItemCode
    title: Annotated[Line, Field(max_length=40, description="事项名称")]
    category: Annotated[Line, Field(max_length=40, description="大类")]
    sensitive: Annotated[StrictBool, Field(description="是否涉及隐私：不在公开页出现，不记位置")] = False
    since: Day
    document: Line


class CatalogueItemForm(NewCatalogueItem):
    """The same from a form: a box that is ticked or absent."""

    sensitive: Annotated[bool, BeforeValidator(lambda value: value == "on")] = False


class ItemWithdrawal(Shape):
    """The last day on which an item may be reported in the division that admitted it, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"division": "361125000000", "last_day": "2026-12-31", "reason": "由市场自行巡查"}]
        },
    )
    division: Code
    last_day: Annotated[Day, Field(description="可以上报的最后一天（含）")]
    reason: Line


class ItemWithdrawalForm(ItemWithdrawal):
    """The same from a form, with the item."""

    code: ItemCode


class CataloguePublication(Shape):
    """A catalogue that comes with the program, all of whose items are admitted in a division from a day on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "division": "361125000000",
                    "profile": "digital-city",
                    "since": "2026-12-01",
                    "document": "横网格〔2026〕9号",
                }
            ]
        },
    )
    division: Code
    profile: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$", description="清单名称")]
    since: Day
    document: Line


class NewCap(Shape):
    """How many reports of a person, class or place are rewarded, in a division from a coming day on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "division": "361125000000",
                    "kind": "person_day",
                    "reports_max": 3,
                    "since": "2027-01-01",
                    "document": "横网格〔2026〕10号",
                }
            ]
        },
    )
    division: Code
    kind: Annotated[
        Kind,
        Field(description="person_day 每人每天，person_month 每人每月，class_day 每类每天，place_day 每个地方每天"),
    ]
    category: Line | None = None
    reports_max: Annotated[StrictInt, Field(ge=1, le=1_000_000, description="最多奖励几条", examples=[3])]
    since: Day
    document: Line


class CapForm(NewCap):
    """The same from a form."""

    kind: Literal["person_day", "person_month", "class_day", "place_day"]
    reports_max: Annotated[Whole, Field(ge=1, le=1_000_000)]
