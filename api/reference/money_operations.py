"""What is said of the operations of budgets, allowances and the close of a month, and the codes they may answer."""

from collections.abc import Mapping
from typing import Final

MONEY: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "adjustBudget": (
        "按新的文号调整一项预算：amount_fen 为正是追加，为负是追减；追减不能超过还可用的。",
        (
            "budget.adjusted_by_nothing",
            "budget.closed",
            "budget.document_reused",
            "budget.exceeded",
            "budget.unknown",
            "period.closing",
            "period.sealed",
            "reason.insufficient",
        ),
    ),
    "closeBudget": (
        "年度结账：还可用的指标注销，已占用的照付，以后不能再占用。结账后又退回的余额，再结一次。",
        ("budget.nothing_to_lapse", "budget.unknown", "budget.year_not_over", "period.closing"),
    ),
    "listAllowances": (
        "一个月的津贴，含已冲正的，每笔有入账、审批、到账的日期。津贴不计入公开的奖励页。",
        ("access.may_not_read", "access.outside_area", "place.unknown"),
    ),
    "grantAllowances": (
        "登记一个月的津贴名单，全部成功或全部不记；同时占用预算。登记人不能再制表或审批这些津贴的发放。",
        (
            "allowance.already_granted",
            "allowance.amount_not_positive",
            "allowance.month_ahead",
            "allowance.no_budget",
            "allowance.not_served",
            "budget.closed",
            "budget.exceeded",
            "budget.other_year",
            "budget.unknown",
            "chain.acted_twice",
            "person.erased",
            "place.unknown",
        ),
    ),
    "reverseAllowance": (
        "发放以前冲正一笔津贴，占用的预算随之退回；之后可以按正确的金额重新登记。",
        ("allowance.already_reversed", "allowance.already_scheduled", "allowance.unknown", "reason.insufficient"),
    ),
    "readMonthEnd": (
        "一个月到月末的核对：账本、批次和银行各是多少，银行每一笔的去向和余额调节，什么要先处理，什么要说明。只看，不记账。"
        "已封账的月份给出封账时的数字，之后的变化另列。",
        ("access.may_not_read",),
    ),
    "proposeClose": (
        "先自动勾对，再提出月结，每种差异写明原因；带 shown_digest 的，与它不同就不提出。"
        "提出后这个月及以前不能再入账，直到另一位同事封账或有人撤回。",
        (
            "period.blocked",
            "period.match_first",
            "period.not_explained",
            "period.not_next",
            "period.not_over",
            "period.shown_changed",
        ),
    ),
    "withdrawClose": ("撤回月结，这个月可以再入账。", ("period.not_proposed", "reason.insufficient")),
    "sealMonth": (
        "封账。shown_digest 必须是封账人看到的 proposed_digest；提出人不能封账。封账后不能撤销。",
        (
            "period.blocked",
            "period.digest_differs",
            "period.maker_is_checker",
            "period.moved",
            "period.not_proposed",
        ),
    ),
}

MONEY_PARAMETERS: Final[Mapping[str, tuple[str, str | int]]] = {
    "allowance_id": ("津贴编号", "c0a9be6f-1b0c-5c1e-8e39-2f1c7be3a2f4"),
    "budget_id": ("预算编号", "0a8f6a51-92ab-55f8-9a46-7a4b4f6c1c55"),
    "payroll": ("发放什么：reward 奖励，allowance 津贴；不给就是奖励", "reward"),
}

MONEY_FIELDS: Final[Mapping[str, str]] = {
    "payroll": "发放什么：reward 奖励，allowance 津贴；不给就是奖励",
    "project": "预算的项目；不给就是奖励的项目",
    "spending_class": "预算的支出分类；不给就是奖励的支出分类",
    "chart": "按哪个科目表记账；不给就是随程序提供的 gov-2019",
    "funds": "从哪个科目用款，如 fin:1002；不给就是科目表的第一个用款账户",
}
