"""The acts of a workflow as the API takes them: which facts each one asks, and no others."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, StrictBool, StrictInt, model_validator

from api.commands.filing import Filing
from api.staff.fields import Code, Day, Identifier, Line, LongText, Reason
from api.staff.shapes import Shape
from domain.kernel.workflow_steps import Limit

ActName = Literal[
    "accept",
    "decline",
    "merge",
    "deliberate",
    "dispatch",
    "reassign",
    "claim",
    "whistle",
    "arrive",
    "return",
    "suspend",
    "resume",
    "extend",
    "feed_back",
    "close",
    "call_back",
    "rate",
    "post",
    "archive",
    "reopen",
    "remind",
    "supervise",
    "locate",
]

ASKED: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "accept": ((), ()),
    "decline": (("reason",), ()),
    "merge": (("into_id", "grounds"), ()),
    "deliberate": (("present",), ("text",)),
    "dispatch": (("department",), ("handler_id",)),
    "reassign": (("department", "reason"), ("handler_id",)),
    "claim": ((), ()),
    "whistle": (("departments",), ()),
    "arrive": (("department",), ()),
    "return": (("reason",), ()),
    "suspend": (("reason",), ("until",)),
    "resume": ((), ()),
    "extend": (("longer", "reason"), ()),
    "feed_back": (("channel",), ("text",)),
    "close": (("solved", "reason"), ()),
    "call_back": (("outcome",), ()),
    "rate": (("stars",), ()),
    "post": (("days",), ()),
    "archive": ((), ()),
    "reopen": (("reason",), ()),
    "remind": (("channel",), ()),
    "supervise": (("document",), ("text",)),
    "locate": (("division",), ()),
}
"""Act -> the facts that it needs, and those that it may have."""


class LimitGiven(Shape):
    """A time limit: an amount of working hours, working days, hours or days."""

    amount: Annotated[StrictInt, Field(ge=1, le=9_999, examples=[2])]
    unit: Annotated[Literal["working_hours", "working_days", "hours", "days"], Field(examples=["working_days"])]


class ActTaken(Shape):
    """An act and its facts: what it needs, and nothing that it does not ask."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"act": "dispatch", "department": "县城管局"},
                {"act": "extend", "longer": {"amount": 2, "unit": "working_days"}, "reason": "several_departments"},
                {"act": "close", "solved": True, "reason": "solved_on_site"},
            ]
        },
    )
    act: ActName
    reason: Reason | None = None
    department: Line | None = None
    departments: Annotated[list[Line], Field(min_length=2, max_length=20)] | None = None
    handler_id: Identifier | None = None
    into_id: Identifier | None = None
    grounds: Annotated[list[Reason], Field(min_length=1, max_length=9)] | None = None
    present: Annotated[StrictInt, Field(ge=0, le=9_999)] | None = None
    text: LongText | None = None
    until: Day | None = None
    longer: LimitGiven | None = None
    channel: Reason | None = None
    solved: StrictBool | None = None
    outcome: Reason | None = None
    stars: Annotated[StrictInt, Field(ge=0, le=99)] | None = None
    days: Annotated[StrictInt, Field(ge=0, le=9_999)] | None = None
    document: Line | None = None
    division: Code | None = None

    @model_validator(mode="after")
    def _facts_of_the_act(self) -> Self:
        needed, possible = ASKED[self.act]
        given = {name for name in type(self).model_fields if name != "act" and getattr(self, name) is not None}
        if missing := [name for name in needed if name not in given]:
            raise ValueError("还缺 " + "、".join(missing))
        if more := sorted(given - {*needed, *possible}):
            raise ValueError("这一步不用 " + "、".join(more))
        return self

    def filing(self) -> Filing:
        """As the command takes it."""
        return Filing(
            act=self.act,
            reason=self.reason,
            department=self.department,
            departments=tuple(self.departments or ()),
            handler_id=self.handler_id,
            into_id=self.into_id,
            grounds=tuple(self.grounds or ()),
            present=self.present,
            text=self.text,
            until=self.until,
            longer=Limit(self.longer.amount, self.longer.unit) if self.longer is not None else None,
            channel=self.channel,
            solved=self.solved,
            outcome=self.outcome,
            stars=self.stars,
            days=self.days,
            document=self.document,
            division=self.division,
        )


class NewAdoption(Shape):
    """From which day on reports of a division (of an item, or of any) follow which version."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "division": "361125000000",
                    "code": "jiamusi-8",
                    "version": 1,
                    "since": "2026-12-01",
                    "document": "横综治〔2026〕3号",
                }
            ]
        },
    )
    division: Code
    item: Line | None = None
    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="流程的名称")]
    version: Annotated[StrictInt, Field(ge=1, le=9_999, description="流程的第几版")]
    since: Day
    document: Line


class NewTemplates(Shape):
    """Which of the templates that come with the program to publish."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"templates": ["jiamusi-8"]}]})
    templates: Annotated[list[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]], Field(min_length=1)]


class NewCalendars(Shape):
    """Which of the years that come with the program to publish, and for which division."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"division": "361125000000", "years": [2026]}]}
    )
    division: Code
    years: Annotated[list[Annotated[StrictInt, Field(ge=2000, le=2999)]], Field(min_length=1)]
