"""Why something is refused where the county's money is concerned: budgets, allowances, closed months; in Chinese."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

MONEY_MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "budget.adjusted_by_nothing": "文号“{document}”的调整金额是零。追加填正数，追减填负数。",
        "budget.closed": "{year} 年度的这项预算已经结账，不能再下达、调整或占用。请改用新年度的预算。",
        "budget.nothing_to_lapse": "{year} 年度的这项预算已经结账，也没有新的余额可以注销。无需再做。",
        "budget.other_funds": "这项预算的用款账户是 {account}，开始后不能改。请不指定用款账户，或另立项目。",
        "budget.other_year": "{on} 记的账只能占用当年的预算，所选的是 {year} 年度的。请改选。",
        "budget.unknown": "没有这项预算。请先登记下达的指标，或核对编号。",
        "budget.year_not_over": "{year} 年度还没有结束，从 12 月 31 日起才能结账。请到时再办。",
        "allowance.already_granted": "这个人 {month} 的“{basis}”已经入账，不会重复发。金额有误的，请先冲正再重新登记。",
        "allowance.already_reversed": "这笔津贴已经冲正。无需再做。",
        "allowance.already_scheduled": "这笔津贴已列入发放批次，现在不能更动。请等批次完成或驳回后再办。",
        "allowance.amount_not_positive": "津贴金额应大于零，现为 {amount_fen} 元。请改正。",
        "allowance.month_ahead": "{month} 还没有到，不能先发津贴。请改正月份。",
        "allowance.no_budget": "{division} 本年度还没有下达津贴预算指标。请管理员先登记指标文号和金额。",
        "allowance.not_scheduled": "这笔津贴不在所说的发放批次里。请刷新页面查看。",
        "allowance.not_served": "这个人 {month} 没有在 {division} 担任网格员或网格长。请核对人员、区划和月份。",
        "allowance.payment_may_arrive": "这笔付款{status}，钱可能会到账，现在不能退出。请等银行给出确定的结果。",
        "allowance.unknown": "没有这笔津贴。请核对编号。",
        "period.blocked": "还有“{kind}”{count} 件（{amount_fen} 元）没有处理，不能月结。请先处理，再重新提出。",
        "period.closing": "{closed_until} 及以前的账正在月结，{on} 的事现在不能入账。"
        "请等封账后按开放的日期办理，或请经办人撤回月结。",
        "period.digest_differs": "页面上的数字与提出月结时的不一致。请重新打开月结页面，逐项看过再封账。",
        "period.maker_is_checker": "提出月结和封账不能是同一个人。请由另一位同事封账。",
        "period.match_first": "对账还没有更新。请先由县级办事人员在“对账”页再勾对一次，再提出 {month} 月结。",
        "period.moved": "提出月结以后，{month} 的账或银行对账又有变动。什么也没有记录；请重新提出月结。",
        "period.not_explained": "“{kind}”有 {count} 件（{amount_fen} 元）差异还没有说明原因。请逐项写明。",
        "period.not_next": "月结要按月份顺序：下一个是 {expected}，不是 {month}。请改选。",
        "period.not_over": "{month} 还没有过完，不能月结。请到下个月再办。",
        "period.not_proposed": "现在没有待封账的月结。请先提出，或刷新页面查看。",
        "period.sealed": "{month} 及以前的账已经封账，{on} 的事不能再记入。请按开放的日期办理，并写明原由。",
        "period.shown_changed": "{month} 的账、勾对或差异变了，与您看到的不同（提出前自动勾对了一次）。"
        "月结没有提出；请看过新的数字再提出。",
    }
)
"""Code -> the sentence, its gaps named after the facts of the refusal."""
