"""Why something is refused at a station, of its goods, or at the counter; in Chinese, with what to do next."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

STATION_MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # stations
        "station.already_open": "{division} 从 {since} 起已经有一个驿站。一村一站，无需再开。",
        "station.before_last_change": "日期 {day} 早于上一次变动的 {since}。请核对日期。",
        "station.cash_price_unsuited": "折现金价 {cash_price_fen} 元不合适：要么不填，要么大于零。请改正。",
        "station.closed": "这个驿站在 {on} 以后已停办。请到别的驿站办理，或请镇里重新开办。",
        "station.day_in_future": "日期 {day} 还没有到。请到那一天再登记。",
        "station.in_the_past": "日期 {day} 已经过去，最早从 {earliest} 起。请改日期。",
        "station.item_not_listed": "物资 {sku} 在 {on} 没有上架。请核对编号，或先上架定价。",
        "station.keeper_already": "这个人已经是本站的管理员。请刷新页面查看。",
        "station.keeper_not_named": "这个人在 {on} 不是本站的管理员。请刷新页面查看。",
        "station.keeper_without_role": "这个人在 {since} 还没有本村的驿站管理员职责。请管理员先授予职责，再来指定。",
        "station.listed_later": "物资 {sku} 已有从 {since} 起的新价格。请改用那天或以后的日期；"
        "从那天起的，会顶替还没有开始的那个价格。",
        "station.not_in_a_village": "{division} 不是村、社区。驿站设在村、社区，请选择村、社区。",
        "station.not_its_keeper": "您在 {on} 不是这个驿站的管理员。请由本站的管理员办理。",
        "station.price_replaces_today": "物资 {sku} 今天已有价格在用，不能改动。新价格最早从 {earliest} 起。",
        "station.price_unsuited": "积分价 {points_price} 不合适：至少为 1，不超过一百万。请改正。",
        "station.reason_unknown": "没有“{reason}”这种停办理由。请写这些代码之一：{choices}。",
        "station.return_days_unsuited": "退回期限 {return_days} 天不合适，应在 0 至 {most} 天之间。请改正。",
        "station.sku_malformed": "物资编号“{sku}”不合要求：大写字母开头，只用大写字母、数字和连字符，"
        "2 至 24 个字。请改正。",
        "station.stock_left": "物资 {sku} 还有 {quantity} 件，不能停办。请先兑完，或报损、移交后再停办。",
        "station.unknown": "没有这个驿站。请核对编号。",
        # goods
        "stock.cost_unsuited": "单价 {unit_cost_fen} 元不合适：购入的应大于零，捐赠的不小于零。请改正。",
        "stock.document_missing": "没有写单据编号。请写发票、收据或捐赠单的编号。",
        "stock.not_enough": "物资 {sku} 只剩 {left} 件，不够 {wanted} 件。请减少数量，或换一种物资。",
        "stock.nothing_waits": "这种物资没有等待确认的差异或报损。请刷新页面查看。",
        "stock.origin_unknown": "没有“{origin}”这种来源。请选择购入或捐赠。",
        "stock.proposal_differs": "等待确认的数量现在是 {quantity}，与您看到的 {shown} 不同。请刷新页面，看清再确认。",
        "stock.proposal_waits": "已有一项{kind}（{quantity} 件）等待另一个人确认。请先由他确认或退回。",
        "stock.quantity_unsuited": "数量 {quantity} 不合适，应为不超过 {most} 的整数，"
        "入库、兑换、报损至少 1 件。请改正。",
        "stock.slip_used": "单据“{document}”已经用来给这种物资入过库（括号、空格、全半角不同的算同一张）。"
        "请核对，不要重复入库；同一张发票分批到货的，请写那一批送货单的编号。",
        "stock.slip_used_elsewhere": "捐赠单“{document}”已经在另一个驿站（{division}）入过库。"
        "同一批捐赠分到几个驿站的，写明为什么再用这张单再入库；不是的，请核对单号。",
        "stock.sku_unknown": "物资 {sku} 不在本站的目录里。请先上架定价，再入库。",
        "stock.unknown": "本站没有这种物资的库存。请核对编号，或先入库。",
        # exchange
        "exchange.above_authorised": "这次要 {points} 分，户主或本人只同意到 {points_max} 分。"
        "请减少物资，或请他重新出示兑换码。",
        "exchange.code_expired": "兑换码已过期。请重新出示一个。",
        "exchange.code_taken": "这个兑换码已被用作别的兑换。请重新出示一个。",
        "exchange.code_unknown": "没有这个兑换码。请核对后重输，或请对方重新出示。",
        "exchange.code_used": "这个兑换码已经用过。请重新出示一个。",
        "exchange.code_withdrawn": "这个兑换码已被撤回。请对方重新出示一个。",
        "exchange.ended": "这次兑换已经撤销或全部退回。请刷新页面查看。",
        "exchange.limit_reached": "物资 {sku} {period}限兑 {most} 件，已兑 {used} 件。请减少数量，或下次再来。",
        "exchange.no_top_up": "还差 {short} 分，这里不能用现金补足。请减少物资。",
        "exchange.nobody_left": "这一户已经没有人，或这个账户的主人已经去世，不能再兑换。"
        "请在户的页面提出积分分割（继承、合户），由另一位经办人确认后，在承接的那一户兑换；户里还有人的，请先登记。",
        "exchange.not_for_account": "您不能动用这个积分账户。请由本人、同户家人或工作人员办理。",
        "exchange.not_made": "这次兑换还没有在柜台确认。请先兑换。",
        "exchange.not_of_it": "这次兑换里物资 {sku} 只剩 {left} 件可退。请核对数量。",
        "exchange.nothing_wanted": "没有写要兑换或退回的物资和数量。请至少写一种，数量至少 1 件。",
        "exchange.outside_reach": "按积分规则，这个账户的积分只能在 {area} 的驿站兑换，这里是 {division}。"
        "请到那里的驿站办理。",
        "exchange.points_max_unsuited": "积分上限 {points_max} 不合适，应大于零；不限就不填。请改正。",
        "exchange.sku_twice": "物资 {sku} 写了两次。请合并成一行。",
        "exchange.staff_reason_unknown": "工作人员代办要写明原因，本人和家人不用写；现为“{reason}”。"
        "请写这些代码之一：{choices}。",
        "exchange.too_late_to_cancel": "兑换是 {made_on} 办的，只能当天撤销。请按退回办理。",
        "exchange.too_late_to_return": "物资 {sku} 兑换后 {days} 天内可以退回，现已过期或不能退。无法办理。",
        "exchange.unknown": "没有这次兑换。请核对编号。",
    }
)
