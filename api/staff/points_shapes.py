"""What the JSON API takes for points rules and accounts: strict, nothing unknown passes."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, StrictBool, StrictInt

from api.staff.fields import Code, Day, Identifier, Line, Reason
from api.staff.shapes import Shape
from domain.points.rules import ITEMS_MAX, Cap, Category, Content, ExchangeLimit, Item, Window

ACCOUNTS_MAX: Final = 200
DEDUCTIONS_MAX: Final = 100
Whole = Annotated[StrictInt, Field(ge=-(10**9), le=10**9)]
Word = Annotated[Line, Field(max_length=100)]

_RULE: Final[dict[str, Any]] = {
    "holder": "household",
    "categories": [{"code": "task", "title": "接受社区任务"}],
    "items": [{"code": "task", "category": "task", "title": "完成任务", "points": 10, "unit": "each"}],
    "caps": [{"scope": "person", "period": "month", "points": 300}],
    "expires_after_months": 24,
    "cash_top_up": False,
    "debt_from_deductions": False,
}


def _like(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class CategoryGiven(Shape):
    """A category of deeds."""

    code: Word = Field(description="代码，小写字母、数字、下划线，以后不改")
    title: Word = Field(description="给人看的名称")


class ItemGiven(Shape):
    """What gives points, or takes them."""

    code: Word = Field(description="代码；report 是有效线索，report:大类 或 report:事项代码 是其中一种")
    category: Word = Field(description="类别的代码")
    title: Word = Field(description="给人看的名称")
    points: Whole = Field(description="分值；扣分写负数")
    unit: Reason = Field(description="按什么计：each 次、hour 小时、person 人")


class WindowGiven(Shape):
    """Days on which deeds count more."""

    since: Day = Field(description="从哪天起（含）")
    until: Day = Field(description="到哪天止（含）")
    factor_percent: Whole = Field(description="百分之几，200 是两倍")
    categories: list[Word] = Field(default=[], max_length=ITEMS_MAX, description="哪些类别；不给就是各类")


class CapGiven(Shape):
    """The most that somebody earns in a time."""

    scope: Reason = Field(description="person 每人，household 每户")
    period: Reason = Field(description="day 每日，month 每月，year 每年")
    points: Whole = Field(description="最多几分")
    category: Word | None = Field(default=None, description="哪一类；不给就是各类合计")


class LimitGiven(Shape):
    """The most that an account exchanges in a time."""

    period: Reason = Field(description="day 每日，month 每月，year 每年")
    quantity: Whole = Field(description="最多几件")
    sku: Word | None = Field(default=None, description="哪种物品；不给就是每种物品")


class RuleGiven(Shape):
    """What a rule says."""

    model_config = _like(_RULE)
    holder: Reason = Field(description="记到谁的账户：person 个人，household 做事那天所在的户")
    categories: list[CategoryGiven] = Field(default=[], max_length=ITEMS_MAX, description="类别")
    items: list[ItemGiven] = Field(default=[], max_length=ITEMS_MAX, description="事项")
    windows: list[WindowGiven] = Field(default=[], max_length=ITEMS_MAX, description="倍数时段")
    caps: list[CapGiven] = Field(default=[], max_length=ITEMS_MAX, description="积分上限")
    exchange_limits: list[LimitGiven] = Field(default=[], max_length=ITEMS_MAX, description="兑换限量")
    expires_after_months: Whole | None = Field(default=None, description="几个月后的月底到期；不给就长期有效")
    exchange_within: Reason | None = Field(
        default=None,
        description="积分在哪里的驿站可用：village 本村，township 本乡镇，county 全县；不给就照上一级，都没写是全县",
    )
    cash_top_up: StrictBool = Field(description="积分不够可否补现金")
    debt_from_deductions: StrictBool = Field(description="扣分超过现有积分时是否记欠分")

    def content(self) -> Content:
        """The same for the rules."""
        return Content(
            holder=self.holder,
            categories=tuple(Category(one.code, one.title) for one in self.categories),
            items=tuple(Item(one.code, one.category, one.title, one.points, one.unit) for one in self.items),
            windows=tuple(
                Window(one.since, one.until, one.factor_percent, tuple(one.categories)) for one in self.windows
            ),
            caps=tuple(Cap(one.scope, one.period, one.points, one.category) for one in self.caps),
            exchange_limits=tuple(ExchangeLimit(one.period, one.quantity, one.sku) for one in self.exchange_limits),
            expires_after_months=self.expires_after_months,
            cash_top_up=self.cash_top_up,
            debt_from_deductions=self.debt_from_deductions,
            exchange_within=self.exchange_within,
        )


class NewPointsRule(Shape):
    """A rule for a division from a day on."""

    model_config = _like(
        {"division": "361125000000", "since": "2020-01-01", "document": "横文明〔2020〕1号", "rule": _RULE}
    )
    division: Code = Field(description="县、乡镇或村的区划代码；县级的先公布")
    since: Day = Field(description="从哪天起；县级第一版可从过去某天起，其余从明天起")
    document: Line = Field(description="文号")
    rule: RuleGiven = Field(description="规则的全部内容，代替上一版")


class RuleTrial(Shape):
    """A proposed rule and the days to try it on."""

    model_config = _like({"division": "361125000000", "since": "2020-01-01", "until": "2020-06-30", "rule": _RULE})
    division: Code = Field(description="试算的范围")
    since: Day = Field(description="从哪天做的事起（含）")
    until: Day = Field(description="到哪天做的事止（含）")
    rule: RuleGiven = Field(description="拟议的规则")


class DeductionGiven(Shape):
    """Something that the rule takes points for."""

    item: Word = Field(description="规则里扣分的事项")
    division: Code = Field(description="发生在哪里")
    deed_on: Day = Field(description="发生在哪天")
    document: Line = Field(description="依据的文号；同一文号、事项、人只扣一次")
    quantity: Annotated[StrictInt, Field(ge=1, le=100_000)] = Field(default=1, description="数量；按小时的写分钟")
    person_id: Identifier | None = Field(default=None, description="谁；与 household_id 给一个")
    household_id: Identifier | None = Field(default=None, description="哪一户；与 person_id 给一个")


class NewDeductions(Shape):
    """Deductions, all or none."""

    model_config = _like(
        {
            "deductions": [
                {
                    "item": "littering",
                    "division": "361125001201",
                    "deed_on": "2026-11-02",
                    "document": "村规〔2026〕3号",
                    "person_id": "d2c3cc59-c425-4a67-ab46-de6c3cfe646c",
                }
            ]
        }
    )
    deductions: list[DeductionGiven] = Field(min_length=1, max_length=DEDUCTIONS_MAX, description="要扣的各项")


class PointsTakenBack(Shape):
    """Which entry of an account was a mistake."""

    model_config = _like({"number": 2, "reason": "登记错了"})
    number: Annotated[StrictInt, Field(ge=1, le=10**9)] = Field(description="账户里的第几笔，见积分明细的 seq")
    reason: Line = Field(description="理由，写几个字，不要写姓名")


class AccountsExpiring(Shape):
    """Accounts in which points may be overdue."""

    model_config = _like({"account_ids": ["d2c3cc59-c425-4a67-ab46-de6c3cfe646c"]})
    account_ids: list[Identifier] = Field(min_length=1, max_length=ACCOUNTS_MAX, description="积分账户的编号")
