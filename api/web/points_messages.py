"""Why something is refused where points are concerned: their rules, accounts and exchange; in Chinese."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

POINTS_MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # rules
        "points_rule.cap_twice": "同一范围、周期和类别的积分上限写了两次。请只留一条。",
        "points_rule.category_twice": "类别 {category} 写了两次。请只留一条。",
        "points_rule.category_unknown": "规则里没有类别 {category}。请先在类别中列出，或改用已列出的类别。",
        "points_rule.code_form": "代码“{word}”不合要求：用小写字母开头，只用小写字母、数字和下划线，"
        "最多 40 个字。请改正。",
        "points_rule.county_first": "县级（{county}）还没有公布积分规则，{division} 不能先公布。请先公布县级规则。",
        "points_rule.factor_out_of_range": "倍数用百分数写（150 就是 1.5 倍），"
        "要在 1 到 {factor_percent_max} 之间。请改正。",
        "points_rule.holder_unknown": "没有“{holder}”这种账户。请填 person（个人）或 household（户）。",
        "points_rule.item_unknown": "{on} 这一天，{division} 的积分规则里没有事项 {item}。请从规则的事项中选择。",
        "points_rule.none_in_force": "{on} 这一天还没有生效的积分规则。请先公布县级积分规则。",
        "points_rule.item_twice": "事项 {item} 写了两次。请只留一条。",
        "points_rule.limit_twice": "同一物品和周期的兑换限量写了两次。请只留一条。",
        "points_rule.months_out_of_range": "有效期要在 1 到 {months_max} 个月之间，现为 {months} 个月。"
        "请改正；长期有效的不填。",
        "points_rule.number_not_positive": "上限、限量要大于零，现为 {number}。请改正。",
        "points_rule.period_unknown": "没有“{period}”这种周期。请填 day（日）、month（月）或 year（年）。",
        "points_rule.points_out_of_range": "事项 {item} 的分值不能是零，最多 {points_max} 分（扣分填负数）。请改正。",
        "points_rule.reach_unknown": "没有“{reach}”这种兑换范围。"
        "请填 village（本村）、township（本乡镇）或 county（全县）。",
        "points_rule.says_nothing": "规则里没有任何事项、倍数、上限或限量。请至少写一条。",
        "points_rule.scope_unknown": "没有“{scope}”这种上限。请填 person（每人）或 household（每户）。",
        "points_rule.since_not_future": "规则不能从 {since} 起算：那天做的事已有定分（县级的第一版除外）。"
        "请填明天或以后。",
        "points_rule.since_reused": "{since} 起已有一版规则。请改用别的日期。",
        "points_rule.title_form": "{word} 的名称要写，最多 {length_max} 个字。请改正。",
        "points_rule.too_long": "规则共 {length} 条，最多 {length_max} 条。请删减，或把村里的事项放到村级规则。",
        "points_rule.unit_unknown": "没有“{unit}”这种计量。请填 each（次）、hour（小时）或 person（人）。",
        "points_rule.window_empty": "倍数时段的结束日 {until} 早于开始日 {since}。请改正。",
        # accounts
        "points_account.already_open": "这个人（这一户）已有积分账户。无需再做。",
        "points_account.closed": "这个积分账户已关闭，不能再记。请改记到接替它的账户。",
        "points_account.holder_unknown": "没有这个人（这一户）。请核对编号。",
        "points_account.kind_unknown": "没有“{account_kind}”这种账户。请填 person（个人）或 household（户）。",
        "points_account.not_empty": "账户里还有 {held} 分、欠 {debt} 分，不能关闭。请先转出。",
        "points_account.reason_unknown": "没有“{reason}”这个理由。请写这些代码之一：{choices}。",
        "points_account.successor_unusable": "接替的账户不存在、已关闭或就是它自己。请改选。",
        "points_account.unknown": "没有这个积分账户。请核对，或等第一笔积分入账。",
        "points.already_deducted": "按“{document}”已经扣过“{item}”，同一份文件对同一事项只扣一次。"
        "无需再做；确有另一次的，请写另一份文件或巡查单的编号。",
        "points.already_reversed": "第 {number} 笔已经冲回或撤销过。无需再做。",
        "points.already_settled": "这件事（{cause}）的 {item} 已经记过积分，不会重复记。无需再做。",
        "points.day_in_future": "{day} 还没有到。请核对日期。",
        "points.deduction_unknown": "账户里没有第 {number} 笔扣减。请刷新页面查看。",
        "points.exchange_twice": "这次兑换已经扣过积分。无需再做。",
        "points.exchange_unknown": "这个账户没有这次兑换。请核对兑换编号。",
        "points.grant_unknown": "账户里没有第 {number} 笔入账。请刷新页面查看。",
        "points.not_positive": "分数要大于零，现为 {points}。请改正。",
        "points.nothing_deducted": "事项 {item} 是加分的，不能用来扣分。请改选事项。",
        "points.nothing_earned": "按规则 {item} 算下来不足 1 分，不用记。请核对数量。",
        "points.nothing_to_move": "账户里没有积分，也没有欠分，不用转。请核对账户。",
        "points.opening_too_late": "账户已有往来，不能再结转纸质积分。差错请用加分、扣分更正。",
        "points.opening_too_large": "一本存折最多结转 {most} 分，现为 {points} 分。"
        "请核对；确有更多的，请由村里按规则另行加分。",
        "points.opening_twice": "这个账户的纸质积分已经结转过。"
        "余额记错了的，请另一个人先在账户页撤销那一笔，再导入改正的台账。",
        "points.restored_too_many": "这次兑换最多还能退 {left} 分，要退的是 {wanted} 分。请改正。",
        "points.same_account": "转出和转入是同一个账户。请改选。",
        "points.too_many_times": "一次最多扣 {most} 次（人），按小时的最多 600 分钟，现为 {quantity}。"
        "请核对数量；确有更多的，请另凭文件分次扣。",
        "points.too_few": "积分不够：可用 {held} 分，需要 {wanted} 分。请少换一些，或等积分入账。",
    }
)
"""Code -> the sentence, its gaps named after the facts of the refusal."""
