"""The Chinese words of reconciliation. Stored words are permanent and English."""

from collections.abc import Mapping
from typing import Final

EXCEPTION_KINDS: Final[Mapping[str, str]] = {
    "line_not_in_batch": "批次里没有这一笔",
    "no_answer": "银行已记账，回盘没有结果",
    "not_on_statement": "回盘已到账，对账单没有",
    "amount_differs": "金额不符",
    "partial": "部分金额",
    "paid_twice": "银行重复付款",
    "perhaps_paid_twice": "可能是重复付款",
    "duplicate_answer": "重复记账",
    "two_candidates": "不止一笔相符",
    "conflicting_answers": "与回盘矛盾",
    "credit_without_origin": "来源不明的进账",
    "debit_without_origin": "来源不明的出账",
    "late_return": "退票",
    "unknown_return": "退回的付款查无此笔",
    "wrong_account_or_name": "账号或户名不符",
    "control_total": "与批次合计不符",
    "statement_gap": "对账单不连续",
    "replayed_file": "同期对账单内容不同",
    "unknown_code": "不认识的代码",
    "statement_missing": "对账单没有到月末",
}

BLOCKING: Final[Mapping[str, str]] = {"close": "影响结账", "warn": "提醒", "none": "不影响"}

OUTCOMES: Final[Mapping[str, str]] = {
    "matched": "已勾对",
    "explained": "无误，已说明",
    "corrected": "我方已更正",
    "bank_corrected": "银行已更正",
    "no_longer": "情况已消除",
}

ENTRY_KINDS: Final[Mapping[str, str]] = {
    "payment": "付款",
    "returned": "退回",
    "fee": "手续费",
    "interest": "利息",
    "funding": "额度或拨款到账",
}
"""What a line is by the bank's own word, as its layout's lists have it."""

TIERS: Final[Mapping[int, str]] = {
    1: "T1 付款编号与金额",
    2: "T2 银行流水号与金额",
    3: "T3 批次合计",
    4: "T4 账号、户名与金额（经人确认）",
    5: "T5 人工勾对（两人）",
}

AGREEMENTS: Final[Mapping[str, str]] = {
    "amount": "金额一致",
    "account": "账号一致",
    "name": "户名一致",
    "reference": "编号一致",
}
"""What a suggested pair agrees in."""
