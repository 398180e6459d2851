"""What the JSON API takes and gives: strict shapes in which nothing unknown passes and nothing is guessed.

Forms of pages are put into the same shapes, so that people and programs are judged alike.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from api.staff.fields import (
    YEAR_MAX,
    YEAR_MIN,
    AmountFen,
    Code,
    Day,
    Digest,
    Identifier,
    Line,
    LongText,
    Moment,
    MonthText,
    Reason,
    RoleName,
)
from domain.kernel.obligations import Payroll
from domain.kernel.places import POSITION_SCALE


class Shape(BaseModel):
    """A request body: nothing unknown passes."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Shape):
    """A sign-in. `role` is needed where somebody holds several."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"login": "lihe", "password": "correct horse battery", "role": "grid_worker"}]},
    )
    login: Annotated[str, Field(max_length=64)]
    password: Annotated[str, Field(max_length=256)]
    role: RoleName | None = None


class PositionGiven(Shape):
    """A point on the map in WGS 84, in units of 1e-5 degrees."""

    latitude_e5: Annotated[StrictInt, Field(ge=-90 * POSITION_SCALE, le=90 * POSITION_SCALE, examples=[2841234])]
    longitude_e5: Annotated[StrictInt, Field(ge=-180 * POSITION_SCALE, le=180 * POSITION_SCALE, examples=[11760456])]


class NewReport(Shape):
    """A report. Without `reporter_id` it is one's own; with it, it is written down for another (代录).

    An `item` of the catalogue brings its category; without one the category is given.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "category": "市容环境",
                    "division": "361125001201",
                    "grid": "第三网格",
                    "text": "村口垃圾桶满了两天没有清运。",
                    "source": "app",
                    "reported_at": "2026-03-05T08:30:00+08:00",
                }
            ]
        },
    )
    reporter_id: Identifier | None = None
    item: Line | None = None
    category: Line | None = None
    division: Code
    grid: Line | None = None
    position: PositionGiven | None = None
    text: LongText
    photos: Annotated[list[Digest], Field(max_length=99)] = []
    source: Literal["app", "wechat", "hotline", "register", "staff"]
    source_ref: Line | None = None
    reported_at: Moment

    @model_validator(mode="after")
    def _item_or_category(self) -> Self:
        if self.item is None and self.category is None:
            raise ValueError("item 和 category 要给一个")
        return self


class Verification(Shape):
    """Whether it is so, with a reason from the list."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"confirmed": True, "reason": "seen_on_site"}]}
    )
    confirmed: StrictBool
    reason: Reason


class HandlingDone(Shape):
    """What the department did, and when."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reply": "已清运。", "handled_at": "2026-03-06T10:00:00+08:00"}]},
    )
    reply: LongText | None = None
    handled_at: Moment


class ValidityDecision(Shape):
    """Whether it counts; with `reward`, the tariff's reward is granted in the same step."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"valid": True, "reason": "meets_catalogue", "reward": True}]},
    )
    valid: StrictBool
    reason: Reason
    reward: StrictBool = True
    budget_id: Identifier | None = Field(default=None, description="占用哪一项预算；不给就是设置里的奖励预算")


class Incidents(Shape):
    """Incidents that were decided valid and have no reward yet."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"incident_ids": ["0d4f3a52-5d0f-4b8e-9f6c-0a4a6b2d7c11"]}]},
    )
    incident_ids: Annotated[list[Identifier], Field(min_length=1, max_length=100)]
    budget_id: Identifier | None = Field(default=None, description="占用哪一项预算；不给就是设置里的奖励预算")


class WithReason(Shape):
    """Why, in a few words that name nobody."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "金额与标准不符"}]})
    reason: Line


class NewBatch(Shape):
    """Which month of which division is to be paid."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"division": "361125000000", "month": "2026-03"}]}
    )
    division: Code
    month: MonthText
    payroll: Payroll = "reward"
    shown_digest: Annotated[
        str | None,
        Field(
            pattern=r"^[0-9a-f]{64}$",
            description="看到的拟发名单的指纹（拟发名单的 shown_digest）；给了，名单变了就不冻结",
        ),
    ] = None


class Approval(Shape):
    """The digest of exactly the list that was shown."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"shown_digest": "ab" * 32}]})
    shown_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ExportWanted(Shape):
    """The bank's layout."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"profile": "neutral-csv"}]})
    profile: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$")]


class NewAppropriation(Shape):
    """Money for a purpose and a year, with the number of the document that gave it; the rewards', unless named."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"year": 2026, "document": "横财行〔2026〕12号", "amount_fen": 5_000_000}]},
    )
    year: Annotated[StrictInt, Field(ge=YEAR_MIN, le=YEAR_MAX)]
    document: Line
    amount_fen: AmountFen
    project: Line | None = None
    spending_class: Line | None = None
    funds: Line | None = None
    chart: Line | None = None


class NewBand(Shape):
    """The least and the most that one valid report may earn."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "division": "361125000000",
                    "min_fen": 500,
                    "max_fen": 2000,
                    "since": "2026-01-01",
                    "document": "饶综治〔2026〕3号",
                }
            ]
        },
    )
    division: Code
    min_fen: AmountFen
    max_fen: AmountFen
    since: Day
    document: Line


class NewTariff(Shape):
    """What one valid report earns: of the `item`, of the `category`, or without either, any report."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "division": "361125001000",
                    "amount_fen": 1000,
                    "since": "2026-01-01",
                    "document": "兴街办〔2026〕1号",
                }
            ]
        },
    )
    division: Code
    item: Line | None = None
    category: Line | None = None
    amount_fen: AmountFen
    since: Day
    document: Line


class PlaceToRegister(Shape):
    """A division."""

    code: Code
    name: Line


class NewPlaces(Shape):
    """Divisions to register, all or none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"places": [{"code": "361125001000", "name": "兴安街道"}], "since": "2026-01-01"}]
        },
    )
    places: Annotated[list[PlaceToRegister], Field(min_length=1, max_length=400)]
    since: Day


class BankAccount(Shape):
    """A bank account as its holder gave it."""

    holder: Line
    number: Annotated[Line, Field(max_length=40)]
    bank: Line


class PersonToRegister(Shape):
    """A person with a first role; `signs`: the server keeps a signing key for that role."""

    name: Line
    role: RoleName
    area: Code
    since: Day
    account: BankAccount | None = None
    signs: StrictBool = True
    department: Line | None = None


class NewPersons(Shape):
    """Persons to register, all or none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "persons": [
                        {
                            "name": "张建国",
                            "role": "member",
                            "area": "361125001000",
                            "since": "2026-01-01",
                            "account": {"holder": "张建国", "number": "6222020200112233445", "bank": "横峰农商银行"},
                        }
                    ]
                }
            ]
        },
    )
    persons: Annotated[list[PersonToRegister], Field(min_length=1, max_length=100)]


class NewRole(Shape):
    """One more role for a known person."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"role": "grid_worker", "area": "361125001000", "since": "2026-02-01"}]},
    )
    role: RoleName
    area: Code
    since: Day
    until: Day | None = None
    department: Line | None = None


class NewPayeeAccount(Shape):
    """The account to pay on from now; `version` is one more than the one in use."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "version": 1,
                    "account": {"holder": "张建国", "number": "6222020200112233445", "bank": "横峰农商银行"},
                }
            ]
        },
    )
    version: Annotated[StrictInt, Field(ge=1, le=1_000_000)]
    account: BankAccount


class ReceiptGiven(BaseModel):
    """Proof that what was asked for is in the journal. `proof` is a `.tlog-proof` file (C2SP)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "events": ["incident/0d4f3a52-5d0f-4b8e-9f6c-0a4a6b2d7c11@2"],
                    "index": 1041,
                    "size": 1042,
                    "proof": "c2sp.org/tlog-proof@v1\nindex 1041\n…",
                    "checkpoint": "mingzhang.example/361125\n1042\n…",
                    "replayed": False,
                }
            ]
        }
    )
    events: list[str]
    index: int
    size: int
    proof: str
    checkpoint: str
    replayed: bool


class AnswerKept(BaseModel):
    """Whether a return file was new, and then its receipt."""

    recorded: bool
    receipt: ReceiptGiven | None
