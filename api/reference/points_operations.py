"""What is said of the operations of points rules and accounts, and the codes they may answer."""

from collections.abc import Mapping
from typing import Final

_READ: Final = ("access.may_not_read",)
_AREA: Final = (*_READ, "access.outside_area", "place.unknown")
_ACCOUNT: Final = (*_AREA, "points_account.unknown")
_BOOKED: Final = ("period.closing", "period.sealed")
_RULE: Final = (
    "points_rule.cap_twice",
    "points_rule.category_twice",
    "points_rule.category_unknown",
    "points_rule.code_form",
    "points_rule.factor_out_of_range",
    "points_rule.holder_unknown",
    "points_rule.item_twice",
    "points_rule.limit_twice",
    "points_rule.months_out_of_range",
    "points_rule.number_not_positive",
    "points_rule.period_unknown",
    "points_rule.points_out_of_range",
    "points_rule.reach_unknown",
    "points_rule.says_nothing",
    "points_rule.scope_unknown",
    "points_rule.title_form",
    "points_rule.too_long",
    "points_rule.unit_unknown",
    "points_rule.window_empty",
)

POINTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "readPointsRules": (
        "某天在一个地方有效的各层积分规则，最窄的在前。同一事项以最窄的一层为准，各层的上限和限量同时有效。",
        _AREA,
    ),
    "publishPointsRule": (
        "公布一个地方的积分规则，整份代替上一版。县级的先公布，其第一版可从过去某天起；其余从明天起：做过的事已有定分。",
        (
            *_RULE,
            "place.unknown",
            "points_rule.county_first",
            "points_rule.since_not_future",
            "points_rule.since_reused",
        ),
    ),
    "tryPointsRule": (
        "把一份拟议的规则套到过去的事上：各类会发多少分、超过上限不计多少、与实际相差多少。什么也不记录。",
        (*_AREA, *_RULE),
    ),
    "listPointsAccounts": ("一个范围里的积分账户，按开立的先后，一页一页地给。", _AREA),
    "readPointsAccount": ("一个积分账户：可用、待抵扣的欠分，各批积分到哪天为止。", _ACCOUNT),
    "listPointsEntries": ("积分明细，新的在前：每一笔因什么来、因什么去，依据哪一版规则。", _ACCOUNT),
    "takePointsBack": (
        "冲回记错的一笔入账、纸质积分结转或扣减；结转要由登记人以外的人冲回。"
        "入账的积分已经用掉的，记为欠分，以后入账先抵；不会成为负数，也不能冲回两次。",
        (
            *_BOOKED,
            "place.unknown",
            "points.already_reversed",
            "points.deduction_unknown",
            "points.grant_unknown",
            "points_account.unknown",
        ),
    ),
    "deductPoints": (
        "按发生那天的规则扣分，依据文号，要么全扣要么都不扣。持有人没有账户的先开立；"
        "同一文号、事项、人只扣一次，一次最多 10 次（按小时的 600 分钟）；不能扣自己和自家的。",
        (
            *_BOOKED,
            "chain.acted_twice",
            "command.nothing_to_record",
            "person.unknown",
            "place.unknown",
            "points.already_deducted",
            "points.day_in_future",
            "points.nothing_deducted",
            "points.too_many_times",
            "points_account.closed",
            "points_account.holder_unknown",
            "points_rule.item_unknown",
        ),
    ),
    "expirePoints": (
        "把这些账户里过了最后一天还没有用的积分记为到期；可以反复做，没有到期的就没有可记的。",
        (*_BOOKED, "command.nothing_to_record", "place.unknown", "points_account.unknown"),
    ),
}
"""Operation id -> its description and its own codes."""

POINTS_TAGS: Final[Mapping[str, str]] = {
    "积分": "积分规则（县、乡镇、村三层）和试算；个人和户的积分账户、明细、扣减、冲回、到期。",
}

POINTS_PARAMETERS: Final[Mapping[str, tuple[str, str | int]]] = {
    "account_id": ("积分账户编号", "d2a527ea-72cf-5afa-aa47-0cf9c84ab7f6"),
}
