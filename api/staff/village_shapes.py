"""What the JSON API takes for villages' books: strict, nothing unknown passes."""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, StrictBool, StrictInt

from api.staff.fields import YEAR_MAX, YEAR_MIN, AmountFen, Code, Day, Digest, Identifier, Line
from api.staff.shapes import Shape
from domain.kernel.ids import EventName
from domain.kernel.money import Fen
from domain.kernel.village_lines import LINES_MAX, VoucherLine
from domain.village.books import PlanLine
from domain.village.vouchers import ATTACHMENTS_MAX

EVENT: Final = r"^[a-z][a-z_]*/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@[1-9][0-9]*$"
Account = Annotated[str, Field(max_length=10, pattern=r"^[0-9]+$", examples=["102"])]
Side = Literal["debit", "credit"]
Kind = Literal["receipt", "payment", "transfer", "carry_over"]
Resolution = Annotated[str, Field(max_length=120, pattern=EVENT)]
Told = Annotated[Line, Field(max_length=100)]


def _like(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


_LINES: Final = [
    {"account": "514", "side": "debit", "amount_fen": 12000},
    {"account": "102", "side": "credit", "amount_fen": 12000},
]


class NewVillageBook(Shape):
    """A village's book."""

    model_config = _like(
        {
            "division": "361125001201",
            "chart": "village-2023/1",
            "since": "2026-10-01",
            "limit_fen": 500000,
            "document": "城东村财务制度（2025）第8条",
        }
    )
    division: Code = Field(description="村、社区的区划代码；一村一账")
    chart: Line = Field(description="科目表的版本，先在“科目表”发布")
    since: Day = Field(description="从哪天起记账，某月一日")
    limit_fen: AmountFen = Field(description="超过多少分的支出须有会议决议")
    document: Line = Field(description="规定这个限额的文件，不写姓名")


class VillageLimit(Shape):
    """Another limit."""

    model_config = _like({"limit_fen": 300000, "document": "城东村财务制度（2026）第8条"})
    limit_fen: AmountFen = Field(description="超过多少分的支出须有会议决议")
    document: Line = Field(description="规定这个限额的文件，不写姓名")


class VillageChart(Shape):
    """Another version of a chart."""

    model_config = _like({"chart": "village-2023/2"})
    chart: Line = Field(description="科目表的版本")


class LineGiven(Shape):
    """A line of a voucher or of the opening balances."""

    account: Account = Field(description="科目编号")
    side: Side = Field(description="debit 借，credit 贷")
    amount_fen: AmountFen = Field(description="金额（分），大于零")
    party_id: Identifier | None = Field(default=None, description="往来户编号；按往来户核算的科目必填")

    def line(self) -> VoucherLine:
        """As the domain has it."""
        return VoucherLine(self.account, self.side, Fen(self.amount_fen), self.party_id)


Lines = Annotated[list[LineGiven], Field(max_length=LINES_MAX)]


class OpeningGiven(Shape):
    """What a book begins with."""

    model_config = _like({"lines": _LINES, "document": "2025年末科目余额表"})
    lines: Lines = Field(description="各科目的期初余额，借贷相等")
    document: Line = Field(description="依据，不写姓名")


class Decision(Shape):
    """A second person's word."""

    model_config = _like({"agrees": True})
    agrees: StrictBool = Field(description="同意；不同意的写原因")
    reason: Line | None = Field(default=None, description="不同意的原因，不写姓名")


class PlanLineGiven(Shape):
    """A line of a plan."""

    side: Literal["income", "expense"] = Field(description="income 收入，expense 支出")
    title: Told = Field(description="项目，会公开，不写姓名")
    amount_fen: AmountFen = Field(description="计划金额（分）")

    def line(self) -> PlanLine:
        """As the domain has it."""
        return PlanLine(self.side, self.title, Fen(self.amount_fen))


class PlanGiven(Shape):
    """A year's plan."""

    model_config = _like(
        {
            "year": 2026,
            "lines": [{"side": "income", "title": "鱼塘发包", "amount_fen": 600000}],
            "document": "2026年财务计划",
        }
    )
    year: Annotated[StrictInt, Field(ge=YEAR_MIN, le=YEAR_MAX)] = Field(description="年份")
    lines: Annotated[list[PlanLineGiven], Field(max_length=100)] = Field(description="各项收入和支出")
    document: Line = Field(description="依据，不写姓名")
    resolution: Resolution | None = Field(default=None, description="通过它的会议决议的记录号")


class NewVillageParty(Shape):
    """Somebody with whom the village has an account."""

    model_config = _like({"reference": "D001", "kind": "person", "name": "赵承包"})
    reference: Annotated[str, Field(max_length=20, pattern=r"^[A-Z0-9][A-Z0-9-]*$")] = Field(
        description="本村给的编号：大写字母、数字、连字符；公开页上只显示编号"
    )
    kind: Literal["person", "household", "organisation"] = Field(
        description="person 个人，household 户，organisation 单位"
    )
    name: Line = Field(description="姓名或名称，存入保险库")
    person_id: Identifier | None = Field(default=None, description="已登记的人员的编号")


class ContentGiven(Shape):
    """What a voucher says."""

    model_config = _like({"day": "2026-10-12", "kind": "payment", "purpose": "村道路灯电费", "lines": _LINES})
    day: Day = Field(description="收付或发生的日期，记账也在这天")
    kind: Kind = Field(description="receipt 收款，payment 付款，transfer 转账，carry_over 结转")
    purpose: Told = Field(description="摘要，会公开，不写姓名、电话、证件号")
    lines: Lines = Field(description="分录，借贷相等")
    attachments: Annotated[list[Digest], Field(max_length=ATTACHMENTS_MAX)] = Field(
        default_factory=list, description="附件的 SHA-256，先上传"
    )


class ReversalGiven(Shape):
    """A red voucher."""

    model_config = _like({"day": "2026-10-30", "purpose": "冲销记错的电费"})
    day: Day = Field(description="记账日期，所在的月份还没有月结")
    purpose: Told = Field(description="摘要，会公开，不写姓名")
    attachments: Annotated[list[Digest], Field(max_length=ATTACHMENTS_MAX)] = Field(
        default_factory=list, description="附件的 SHA-256，先上传"
    )


class VoucherStep(Shape):
    """What somebody does with a voucher that is his turn."""

    model_config = _like({"step": "review"})
    step: Literal["review", "approve", "book", "send_back", "withdraw"] = Field(
        description="review 民主理财审核，approve 审批，book 记账，send_back 退回，withdraw 经手人撤回"
    )
    reason: Line | None = Field(default=None, description="退回或撤回的原因，不写姓名")
    resolution: Resolution | None = Field(default=None, description="审批超过限额的支出：会议决议的记录号")


class MonthStep(Shape):
    """What somebody does to close a month."""

    model_config = _like({"step": "propose_close"})
    step: Literal["propose_close", "close", "withdraw_close"] = Field(
        description="propose_close 提出月结，close 第二人月结，withdraw_close 撤回"
    )
    reason: Line | None = Field(default=None, description="撤回的原因，不写姓名")


def resolution_of(given: str | None) -> EventName | None:
    """The name of a resolution, where one is given."""
    return EventName(given) if given is not None else None
