"""The Chinese words of a village's assets and resource contracts, and of subsidy lists."""

from collections.abc import Mapping
from typing import Final

from domain.kernel.quantities import quantity

ASSET_CATEGORIES: Final[Mapping[str, str]] = {
    "operating": "经营性资产",
    "public": "非经营性（公益性）资产",
    "resource": "资源性资产",
}

ACQUIRED: Final[Mapping[str, str]] = {
    "opening": "建册时已有",
    "purchased": "购置",
    "built": "自建",
    "granted": "政府拨给",
    "donated": "捐赠",
    "exchanged": "置换",
    "found": "盘盈",
}

DISPOSED: Final[Mapping[str, str]] = {"sold": "出售", "transferred": "划转", "given_away": "捐出"}

WRITTEN_OFF: Final[Mapping[str, str]] = {
    "scrapped": "报废",
    "lost": "盘亏、遗失",
    "destroyed": "毁损",
    "entered_wrongly": "登记有误",
}

LEAVING: Final[Mapping[str, str]] = {**DISPOSED, **WRITTEN_OFF}

ASSET_STATES: Final[Mapping[str, str]] = {
    "held": "在册",
    "leased": "已出租",
    "disposed": "已处置",
    "written_off": "已核销",
}

CONTRACT_STATES: Final[Mapping[str, str]] = {
    "signed": "已登记，待确认",
    "confirmed": "履行中",
    "withdrawn": "已撤回",
    "ended": "提前终止",
    "expired": "已到期",
}

CONTRACT_ENDINGS: Final[Mapping[str, str]] = {
    "agreed": "双方同意",
    "party_in_arrears": "对方拖欠租金",
    "party_gone": "对方不再承租",
    "resource_taken": "土地、资源被征用",
    "other": "其他",
}

DUE_STATES: Final[Mapping[str, str]] = {
    "ahead": "未到期",
    "due": "到期待收",
    "overdue": "逾期未收",
    "part_paid": "收了一部分",
    "paid": "已收齐",
    "cancelled": "合同终止，不再收",
}

SENDING_BACK_REASONS: Final[Mapping[str, str]] = {
    "wrong_figures": "数字不对",
    "paper_missing": "没有书面材料",
    "not_agreed": "没有经过同意",
    "wrong_entry": "登记错了对象",
    "recorded_twice": "重复登记",
}

LIST_STATES: Final[Mapping[str, str]] = {
    "waiting": "待确认",
    "holding": "现行",
    "superseded": "已被后一版代替",
    "rejected": "已退回",
}

PAYEE_KINDS: Final[Mapping[str, str]] = {"person": "个人", "household": "户"}

BY_SUBJECT: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("asset", "how"): {**ACQUIRED, **LEAVING},
    ("asset", "category"): ASSET_CATEGORIES,
    ("resource_contract", "status"): CONTRACT_STATES,
    ("resource_contract", "reason"): CONTRACT_ENDINGS,
    ("sending_back", "reason"): SENDING_BACK_REASONS,
}
"""(subject of a refusal's code, fact) -> its words."""


def amount_of(quantity_milli: int, unit: str) -> str:
    """12500 thousandths of 亩 -> `12.5 亩`."""
    return f"{quantity(quantity_milli)} {unit}"
