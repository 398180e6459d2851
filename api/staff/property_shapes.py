"""What the JSON API takes for a village's assets, resource contracts and subsidies; amounts in fen."""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, StrictInt

from api.staff.evidence import EVENT_NAME
from api.staff.fields import AmountFen, Code, Day, Identifier, Line, PeriodText, Reason
from api.staff.shapes import Shape
from domain.kernel.quantities import QUANTITY_MILLI_MAX
from domain.subsidies.lists import LINES_MAX
from domain.village.contracts import DUES_MAX

QuantityMilli = Annotated[
    StrictInt, Field(ge=0, le=QUANTITY_MILLI_MAX, description="数量，以单位的千分之一计：12.5 亩是 12500")
]
Number = Annotated[Line, Field(max_length=40)]
EventNamed = Annotated[str, Field(max_length=120, pattern=EVENT_NAME)]
Version = Annotated[StrictInt, Field(ge=1, le=1_000_000)]

_VILLAGE: Final = "361125001201"
_ID: Final = "d2c3cc59-c425-4a67-ab46-de6c3cfe646c"


def _like(*examples: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": list(examples)})


class NewAsset(Shape):
    """What the village has got."""

    model_config = _like(
        {
            "division": _VILLAGE,
            "number": "2026-01",
            "title": "村口水泵",
            "category": "operating",
            "how": "purchased",
            "unit": "台",
            "quantity_milli": 3000,
            "cost_fen": 450000,
            "acquired_on": "2026-11-20",
            "place": "村口泵房",
        }
    )
    division: Code = Field(description="哪个村的")
    number: Number = Field(description="村里自己的编号，一村一号一项")
    title: Line = Field(description="名称，公开，不要写姓名")
    category: Literal["operating", "public", "resource"] = Field(
        description="operating 经营性，public 非经营性（公益性），resource 资源性"
    )
    how: Reason = Field(
        description="怎么来的：opening 建册时已有，purchased 购置，built 自建，granted 拨给，donated 捐赠，"
        "exchanged 置换，found 盘盈"
    )
    unit: Annotated[Line, Field(max_length=20)] = Field(description="单位：台、间、亩")
    quantity_milli: QuantityMilli
    cost_fen: AmountFen = Field(description="原值，分")
    acquired_on: Day = Field(description="取得日期")
    place: Line = Field(description="在哪里，公开，不要写门牌号")
    document: Line | None = Field(default=None, description="依据的文件，公开")
    voucher: EventNamed | None = Field(default=None, description="付款凭证的记账事件名称")


class AssetStep(Shape):
    """One step of an asset."""

    model_config = _like(
        {"step": "count", "counted_on": "2026-11-22", "quantity_milli": 2000, "reason_text": "一台被水冲走"}
    )
    step: Literal[
        "count", "confirm_count", "reject_count", "propose_disposal", "confirm_disposal", "reject_disposal"
    ] = Field(
        description="count 盘点，confirm_count 确认盘点，reject_count 退回盘点，propose_disposal 提出处置，"
        "confirm_disposal 确认处置，reject_disposal 退回处置"
    )
    counted_on: Day | None = Field(default=None, description="盘点日期；不给就是今天")
    quantity_milli: QuantityMilli | None = Field(default=None, description="盘点到多少（count），千分之一单位")
    how: Reason | None = Field(
        default=None,
        description="怎么处置（propose_disposal）：sold 出售，transferred 划转，given_away 捐出，scrapped 报废，"
        "lost 盘亏，destroyed 毁损，entered_wrongly 登记有误",
    )
    proceeds_fen: AmountFen = Field(default=0, description="处置收入，分")
    reason_text: Line | None = Field(default=None, description="说明，公开，不要写姓名：盘点有差异、提出处置时要给")
    ended_on: Day | None = Field(default=None, description="处置日期（confirm_disposal）；不给就是今天")
    voucher: EventNamed | None = Field(default=None, description="收款凭证的记账事件名称（confirm_disposal）")
    resolution: EventNamed | None = Field(default=None, description="决议的事件名称（propose_disposal）")
    reason: Reason | None = Field(default=None, description="退回理由的代码，如 wrong_figures")


class DueGiven(Shape):
    """One rent."""

    on: Day = Field(description="哪天到期")
    amount_fen: AmountFen = Field(description="多少，分")


class NewContract(Shape):
    """A contract as it was signed."""

    model_config = _like(
        {
            "division": _VILLAGE,
            "number": "2026-01",
            "title": "鱼塘承包",
            "resource": "村东鱼塘",
            "quantity_milli": 12500,
            "unit": "亩",
            "party_id": _ID,
            "signed_on": "2026-01-10",
            "since": "2026-02-01",
            "until": "2028-01-31",
            "dues": [{"on": "2026-06-30", "amount_fen": 500000}],
        }
    )
    division: Code = Field(description="哪个村的")
    number: Number = Field(description="合同编号")
    title: Line = Field(description="合同名称，公开，不要写姓名")
    resource: Line = Field(description="租出什么，公开，不要写门牌号")
    quantity_milli: QuantityMilli
    unit: Annotated[Line, Field(max_length=20)] = Field(description="单位：亩、间")
    party_id: Identifier = Field(description="对方在往来户名册里的编号")
    signed_on: Day = Field(description="签订日期")
    since: Day = Field(description="从哪天起")
    until: Day = Field(description="到哪天止（含）")
    dues: Annotated[list[DueGiven], Field(min_length=1, max_length=DUES_MAX)] = Field(description="各期租金，按日期")
    asset_id: Identifier | None = Field(default=None, description="租出的是哪一项在册资产")
    document: Line | None = Field(default=None, description="书面合同的名称或编号，不要写姓名")
    resolution: EventNamed | None = Field(default=None, description="决议的事件名称")


class ContractStep(Shape):
    """One step of a contract."""

    model_config = _like({"step": "receive_rent", "due": 1, "amount_fen": 500000, "received_on": "2026-06-30"})
    step: Literal["confirm", "withdraw", "receive_rent", "reverse_rent", "end"] = Field(
        description="confirm 确认，withdraw 撤回登记，receive_rent 收到租金，reverse_rent 冲回一笔租金，end 提前终止"
    )
    due: Annotated[StrictInt, Field(ge=1, le=DUES_MAX)] | None = Field(
        default=None, description="第几期（receive_rent）"
    )
    amount_fen: AmountFen | None = Field(default=None, description="收到多少，分（receive_rent）")
    received_on: Day | None = Field(default=None, description="收款日期（receive_rent）；不给就是今天")
    voucher: EventNamed | None = Field(default=None, description="收款凭证的记账事件名称（receive_rent）")
    rent: EventNamed | None = Field(default=None, description="要冲回的那一笔的事件名称（reverse_rent）")
    last_day: Day | None = Field(default=None, description="最后一天（end）")
    document: Line | None = Field(default=None, description="终止协议的名称，不要写姓名（end）")
    reason: Reason | None = Field(default=None, description="理由的代码：撤回、冲回、终止时要给")


class NewProgramme(Shape):
    """A subsidy programme and its first standard."""

    model_config = _like(
        {
            "division": "361125000000",
            "reference": "gengdi",
            "title": "耕地地力保护补贴",
            "document": "横农字〔2026〕1号",
            "issuer": "横峰县农业农村局",
            "unit": "亩",
            "standard_fen": 11245,
            "since": "2026-01-01",
        }
    )
    division: Code = Field(description="在哪里实行：县、乡镇或村")
    reference: Annotated[Line, Field(max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$")] = Field(
        description="代号，小写字母、数字、连字符"
    )
    title: Line = Field(description="名称，公开")
    document: Line = Field(description="文号，公开")
    issuer: Line = Field(description="发文单位，公开")
    unit: Annotated[Line, Field(max_length=20)] = Field(description="按什么计：亩、人、月")
    standard_fen: AmountFen = Field(description="每一单位多少，分")
    since: Day = Field(description="从哪天起")
    sensitive: bool = Field(default=False, description="领取人不宜公开（公开页只列合计，账本里隐去身份）")


class ProgrammeStep(Shape):
    """A new standard, or the end of a programme."""

    model_config = _like(
        {"step": "set_standard", "standard_fen": 12000, "document": "横农字〔2026〕9号", "since": "2026-07-01"}
    )
    step: Literal["set_standard", "end"] = Field(description="set_standard 调整标准，end 结束")
    standard_fen: AmountFen | None = Field(default=None, description="新标准，分（set_standard）")
    document: Line | None = Field(default=None, description="文号（set_standard）")
    since: Day | None = Field(default=None, description="从哪天起（set_standard）")
    last_day: Day | None = Field(default=None, description="最后一天（end）；不给就是今天")


class PayeeGiven(Shape):
    """Who is to get how much."""

    kind: Literal["person", "household"] = Field(description="person 个人，household 户")
    payee_id: Identifier = Field(description="人员编号或户的编号")
    quantity_milli: QuantityMilli


class NewSubsidyList(Shape):
    """A version of a list."""

    model_config = _like(
        {
            "programme_id": _ID,
            "division": _VILLAGE,
            "period": "2026",
            "payees": [{"kind": "household", "payee_id": _ID, "quantity_milli": 12500}],
        }
    )
    programme_id: Identifier = Field(description="补贴项目的编号")
    division: Code = Field(description="哪个村的名单")
    period: PeriodText = Field(description="哪个期间：2026-10、2026-Q4 或 2026")
    payees: Annotated[list[PayeeGiven], Field(min_length=1, max_length=LINES_MAX)] = Field(
        description="每人（户）一行；金额由标准乘数量算出，不用给"
    )
    reason: Line | None = Field(default=None, description="为什么改（代替现行的一版时要给），公开，不要写姓名")


class SubsidyListStep(Shape):
    """What another person says of the version that waits."""

    model_config = _like({"step": "confirm", "version": 1})
    step: Literal["confirm", "reject"] = Field(description="confirm 确认，reject 退回")
    version: Version = Field(description="第几版")
    reason: Reason | None = Field(default=None, description="退回理由的代码，如 wrong_figures")
