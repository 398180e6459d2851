"""The Chinese words of a village's book, vouchers and months. Stored words are permanent and English."""

from collections.abc import Mapping
from typing import Final

PARTS: Final[Mapping[str, str]] = {
    "drafter": "经手人",
    "reviewer": "民主理财审核人",
    "approver": "审批人",
    "booker": "记账人",
    "sender": "退回人",
}

VOUCHER_STATUSES: Final[Mapping[str, str]] = {
    "drafted": "待民主理财审核",
    "reviewed": "待审批",
    "approved": "待记账",
    "sent_back": "已退回，待经手人重填",
    "withdrawn": "已撤回",
    "booked": "已记账",
    "reversed": "已红字冲销",
}

VOUCHER_KINDS: Final[Mapping[str, str]] = {
    "receipt": "收款",
    "payment": "付款",
    "transfer": "转账",
    "carry_over": "结转",
}

SIDES: Final[Mapping[str, str]] = {"debit": "借", "credit": "贷"}

PLAN_SIDES: Final[Mapping[str, str]] = {"income": "收入", "expense": "支出"}

PARTY_KINDS: Final[Mapping[str, str]] = {"person": "个人", "household": "户", "organisation": "单位"}

MONTH_STATUSES: Final[Mapping[str, str]] = {"open": "记账中", "closing": "待第二人月结", "closed": "已月结"}

CLASSES: Final[Mapping[str, str]] = {
    "1": "资产",
    "2": "负债",
    "3": "所有者权益",
    "4": "成本",
    "5": "损益",
}
"""The first digit of a code in the charts of 2004 and 2023."""

BY_SUBJECT: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("village_voucher", "status"): VOUCHER_STATUSES,
    ("village_voucher", "kind"): VOUCHER_KINDS,
    ("village_lines", "side"): SIDES,
    ("village_party", "kind"): PARTY_KINDS,
}
"""Subject of a refusal's code, and the fact's name -> the words of its codes."""
