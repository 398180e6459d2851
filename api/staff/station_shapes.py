"""What the JSON API takes for stations, their goods and exchanges: strict, nothing unknown passes."""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, StrictBool, StrictInt

from api.staff.fields import AmountFen, Code, Day, Identifier, Line, Reason
from api.staff.shapes import Shape

LINES_MAX: Final = 50
Whole = Annotated[StrictInt, Field(ge=-(10**9), le=10**9)]
Sku = Annotated[str, Field(max_length=24, pattern=r"^[A-Z][A-Z0-9-]*$", examples=["YUSAN-01"])]
CodeShown = Annotated[Line, Field(max_length=20)]


def _like(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class NewStation(Shape):
    """A village's station."""

    model_config = _like({"division": "361125001201", "name": "城东驿站", "opened_on": "2026-11-02"})
    division: Code = Field(description="村、社区的区划代码；一村一站")
    name: Line = Field(description="公开的名称")
    opened_on: Day = Field(description="从哪天起开办，不晚于今天")


class NewKeeper(Shape):
    """Who keeps it from a day on."""

    model_config = _like({"keeper_id": "d2c3cc59-c425-4a67-ab46-de6c3cfe646c", "since": "2026-11-02"})
    keeper_id: Identifier = Field(description="人员编号；这个人在本村有驿站管理员职责")
    since: Day = Field(description="从哪天起，不早于今天")


class KeeperRelease(Shape):
    """A keeper's last day."""

    model_config = _like({"last_day": "2026-11-30"})
    last_day: Day = Field(description="最后一天，不早于今天")


class NewPrice(Shape):
    """An article at a price from a day on."""

    model_config = _like(
        {
            "sku": "YUSAN-01",
            "title": "雨伞",
            "unit": "把",
            "points_price": 60,
            "cash_price_fen": 1800,
            "return_days": 7,
            "since": "2026-11-02",
        }
    )
    sku: Sku = Field(description="物资编号：大写字母开头，大写字母、数字、连字符")
    title: Line = Field(description="名称")
    unit: Annotated[Line, Field(max_length=20)] = Field(description="单位，如把、瓶")
    points_price: Whole = Field(description="一件多少积分")
    cash_price_fen: AmountFen | None = Field(
        default=None, description="一件折现金多少分钱，供积分不足时补足；不给就不能用现金"
    )
    return_days: Whole = Field(default=0, description="兑换后几天内可以退回；0 为不能退")
    since: Day = Field(description="从哪天起；今天没有价格的可从今天起，否则从明天起")


class PriceEnd(Shape):
    """The last day on which an article is offered."""

    model_config = _like({"last_day": "2026-11-30"})
    last_day: Day = Field(description="最后一天，不早于今天")


class StationClosing(Shape):
    """When and why a station closes."""

    model_config = _like({"last_day": "2026-11-20", "reason": "no_keeper"})
    last_day: Day = Field(description="最后开放的一天，不晚于今天")
    reason: Reason = Field(
        description="理由：no_keeper 没有管理员，merged 并入别处，moved 迁址，no_longer_wanted 不再需要"
    )


class GoodsReceived(Shape):
    """Goods that came in."""

    model_config = _like(
        {"sku": "YUSAN-01", "quantity": 20, "unit_cost_fen": 1250, "origin": "purchase", "document": "发票 0042117"}
    )
    sku: Sku = Field(description="物资编号，须已上架")
    quantity: Whole = Field(description="件数")
    unit_cost_fen: AmountFen = Field(description="单价（分）；捐赠的按估价，可为 0")
    origin: Reason = Field(description="来源：purchase 购入，donation 捐赠")
    document: Line = Field(description="发票、收据或捐赠单的编号")
    reason: Line | None = Field(default=None, description="捐赠单在别的驿站用过的，为什么再用；不写姓名")


class GoodsCounted(Shape):
    """What was counted."""

    model_config = _like({"counted": 18, "reason": "雨天借出两把未还"})
    counted: Whole = Field(description="实有件数")
    reason: Line | None = Field(default=None, description="与账面不同时的原因，不写姓名")


class GoodsLost(Shape):
    """What is to be written off."""

    model_config = _like({"quantity": 1, "reason": "受潮发霉"})
    quantity: Whole = Field(description="件数")
    reason: Line = Field(description="原因，不写姓名")


class GoodsConfirmed(Shape):
    """What the second person was shown and agrees to."""

    model_config = _like({"quantity": -2})
    quantity: Whole = Field(description="看到的件数：盘亏为负，盘盈和报损为正；与等待的不同就不入账")


class GoodsRejected(Shape):
    """Why the second person does not agree."""

    model_config = _like({"reason": "两把伞已找到，重新盘点"})
    reason: Line = Field(description="原因，不写姓名")


class NewAuthorisation(Shape):
    """Whose account may be spent once."""

    model_config = _like({"account_id": "0f54a8cf-7d27-5b59-a4e1-7f3a29a1c0de", "points_max": 200})
    account_id: Identifier = Field(description="积分账户的编号")
    points_max: Whole | None = Field(default=None, description="这一次最多用多少积分；不给就不限")
    reason: Reason | None = Field(
        default=None,
        description="工作人员代办的原因：no_phone 没有手机，phone_broken 手机不能用，cannot_use_phone 不会用；"
        "本人和家人不给",
    )


class GoodsWanted(Shape):
    """Pieces of one article."""

    sku: Sku = Field(description="物资编号")
    quantity: Whole = Field(description="件数")


class NewExchange(Shape):
    """What a keeper confirms at the counter."""

    model_config = _like({"code": "K7QM-4T2P", "goods": [{"sku": "YUSAN-01", "quantity": 1}], "cash_accepted": False})
    code: CodeShown = Field(description="对方出示的兑换码")
    goods: Annotated[list[GoodsWanted], Field(max_length=LINES_MAX)] = Field(description="兑换的物资")
    cash_accepted: StrictBool = Field(default=False, description="积分不足的部分是否已收现金（规则允许时）")


class ExchangeCancelling(Shape):
    """Why an exchange is taken back."""

    model_config = _like({"reason": "拿错了东西"})
    reason: Line = Field(description="原因，不写姓名")


class GoodsReturned(Shape):
    """What is brought back, and why."""

    model_config = _like({"goods": [{"sku": "YUSAN-01", "quantity": 1}], "reason": "伞骨断了"})
    goods: Annotated[list[GoodsWanted], Field(max_length=LINES_MAX)] = Field(description="退回的物资")
    reason: Line = Field(description="原因，不写姓名")
