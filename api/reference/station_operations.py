"""What is said of the operations of stations, goods and exchanges, and the codes they may answer."""

from collections.abc import Mapping
from typing import Final

_STATION: Final = ("station.closed", "station.unknown")
_SHELF: Final = (*_STATION, "station.not_its_keeper", "stock.unknown")
_BOOKED: Final = ("period.closing", "period.sealed")
_UNDONE: Final = (
    *_STATION,
    *_BOOKED,
    "chain.acted_twice",
    "exchange.ended",
    "exchange.not_made",
    "exchange.unknown",
    "points.exchange_unknown",
    "points.restored_too_many",
    "points_account.unknown",
    "reason.insufficient",
    "station.not_its_keeper",
    "stock.unknown",
)

STATIONS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listStations": (
        "一个范围里的驿站，开放的和停办的。",
        ("access.may_not_read", "access.outside_area", "place.unknown"),
    ),
    "readStation": (
        "一个驿站：历任管理员、各物资的历次价格、现有库存和成本、等待确认的差异或报损。",
        ("access.may_not_read", "access.outside_area", "station.unknown"),
    ),
    "readStockCard": (
        "一种物资的卡片：每次入库、兑出、退回、盘点、报损，余数和成本，新的在前。",
        ("access.may_not_read", "access.outside_area", "station.unknown", "stock.unknown"),
    ),
    "readExchange": (
        "一次兑换：谁同意、谁办理、换了什么、退回了什么。",
        ("access.may_not_read", "access.outside_area", "exchange.unknown"),
    ),
    "openStation": (
        "开办一个村的驿站，或在停办后重新开办。一村一站：编号由区划得出。",
        (
            "place.unknown",
            "station.already_open",
            "station.before_last_change",
            "station.day_in_future",
            "station.not_in_a_village",
        ),
    ),
    "nameKeeper": (
        "指定管理员，可以不止一人。这个人须在本村担任驿站管理员；谁也不能为自己兑换。",
        (
            *_STATION,
            "person.erased",
            "person.unknown",
            "station.in_the_past",
            "station.keeper_already",
            "station.keeper_without_role",
        ),
    ),
    "releaseKeeper": (
        "一个人从某天以后不再担任本站的管理员。",
        (*_STATION, "station.in_the_past", "station.keeper_not_named"),
    ),
    "listArticle": (
        "物资上架，定积分价。已经开始的价格不能改，新价格从明天起，还没有开始的可以用同一天起的另一个价格顶替；兑换按当天的价格。",
        (
            *_STATION,
            "station.cash_price_unsuited",
            "station.in_the_past",
            "station.listed_later",
            "station.price_replaces_today",
            "station.price_unsuited",
            "station.return_days_unsuited",
            "station.sku_malformed",
        ),
    ),
    "withdrawArticle": (
        "物资从某天以后不再兑换；库存照旧。",
        (*_STATION, "station.in_the_past", "station.item_not_listed"),
    ),
    "closeStation": (
        "停办驿站。还有库存的不能停办。",
        (
            *_STATION,
            "station.before_last_change",
            "station.day_in_future",
            "station.reason_unknown",
            "station.stock_left",
        ),
    ),
    "receiveGoods": (
        "物资入库：购入或捐赠，写单价和单据编号。捐赠单在别的驿站入过库的，写明为什么再用（reason）。",
        (
            *_STATION,
            *_BOOKED,
            "station.not_its_keeper",
            "stock.cost_unsuited",
            "stock.document_missing",
            "stock.origin_unknown",
            "stock.quantity_unsuited",
            "stock.sku_unknown",
            "stock.slip_used",
            "stock.slip_used_elsewhere",
        ),
    ),
    "countGoods": (
        "登记盘点结果。与账面不同的写明原因，等另一个人确认后才入账。",
        (*_SHELF, "reason.insufficient", "stock.proposal_waits", "stock.quantity_unsuited"),
    ),
    "proposeGoodsLoss": (
        "提出报损，等另一个人确认后才入账。",
        (*_SHELF, "reason.insufficient", "stock.not_enough", "stock.proposal_waits", "stock.quantity_unsuited"),
    ),
    "confirmGoods": (
        "另一个人确认盘点差异或报损，随即入账。quantity 写看到的件数，与等待的不同就不入账；管理员和提出人不能确认。",
        (
            *_SHELF,
            *_BOOKED,
            "chain.acted_twice",
            "stock.not_enough",
            "stock.nothing_waits",
            "stock.proposal_differs",
        ),
    ),
    "rejectGoods": (
        "另一个人退回盘点差异或报损，账面不变。",
        (*_SHELF, "chain.acted_twice", "reason.insufficient", "stock.nothing_waits"),
    ),
    "authoriseExchange": (
        "同意动用一个积分账户一次，得到在柜台出示的兑换码，十分钟内有效，只能用一次。谁可以：本人、同户家人，"
        "或为没有手机的老人代办的工作人员（写明原因）。",
        (
            "exchange.code_taken",
            "exchange.nobody_left",
            "exchange.not_for_account",
            "exchange.points_max_unsuited",
            "exchange.staff_reason_unknown",
            "points_account.unknown",
        ),
    ),
    "withdrawAuthorisation": (
        "撤回一个出示了还没有用的兑换码。谁可以：出示的人，账户的本人或同户家人。",
        (
            "exchange.code_expired",
            "exchange.code_used",
            "exchange.code_withdrawn",
            "exchange.not_for_account",
            "exchange.unknown",
        ),
    ),
    "makeExchange": (
        "柜台确认兑换：扣积分、出物资、记限兑数量，一步完成。两个柜台同时兑换，也不会超出库存或积分。"
        "调用者是本站的管理员，不是持有人一方。",
        (
            *_STATION,
            *_BOOKED,
            "chain.acted_twice",
            "exchange.above_authorised",
            "exchange.code_expired",
            "exchange.code_unknown",
            "exchange.code_used",
            "exchange.code_withdrawn",
            "exchange.limit_reached",
            "exchange.no_top_up",
            "exchange.nobody_left",
            "exchange.nothing_wanted",
            "exchange.outside_reach",
            "exchange.sku_twice",
            "points.too_few",
            "points_account.closed",
            "station.item_not_listed",
            "station.not_its_keeper",
            "stock.not_enough",
            "stock.quantity_unsuited",
        ),
    ),
    "cancelExchange": ("当天撤销一次兑换：物资、积分全部退回。", (*_UNDONE, "exchange.too_late_to_cancel")),
    "returnGoods": (
        "退回兑换的物资，以上架时写的天数为限；先退积分，再退现金。",
        (
            *_UNDONE,
            "exchange.not_of_it",
            "exchange.nothing_wanted",
            "exchange.sku_twice",
            "exchange.too_late_to_return",
        ),
    ),
}
"""Operation id -> its description and its own codes."""

STATION_TAGS: Final[Mapping[str, str]] = {
    "驿站": "一村一站：管理员、物资目录和积分价、入库、盘点、报损。差异和报损由两个人办。",
    "兑换": "积分换物资：持有人一方同意，管理员确认；撤销、退回。",
}

STATION_PARAMETERS: Final[Mapping[str, tuple[str, str | int]]] = {
    "exchange_id": ("兑换编号", "5d2b6a0f-0f6e-4b0c-9a55-8a4b7d0a6f21"),
    "sku": ("物资编号", "YUSAN-01"),
    "station_id": ("驿站编号", "1b7c2a4e-6a2f-5a0e-8d3c-4f5e6a7b8c9d"),
}
