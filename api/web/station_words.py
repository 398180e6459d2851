"""The Chinese words of stations, goods and exchanges. Stored words are permanent and English."""

from collections.abc import Mapping
from typing import Final

STATION_STATUSES: Final[Mapping[str, str]] = {"open": "开放", "closed": "已停办"}

STATION_CLOSING_REASONS: Final[Mapping[str, str]] = {
    "no_keeper": "没有管理员",
    "merged": "并入别处",
    "moved": "迁址",
    "no_longer_wanted": "不再需要",
}

ORIGINS: Final[Mapping[str, str]] = {"purchase": "购入", "donation": "捐赠"}

PROPOSAL_KINDS: Final[Mapping[str, str]] = {"difference": "盘点差异", "write_off": "报损"}

EXCHANGE_CHANNELS: Final[Mapping[str, str]] = {
    "code": "本人出示兑换码",
    "family": "家人代兑",
    "staff": "工作人员代办",
}

STAFF_REASONS: Final[Mapping[str, str]] = {
    "no_phone": "没有手机",
    "phone_broken": "手机不能用",
    "cannot_use_phone": "不会用手机",
}

EXCHANGE_STATUSES: Final[Mapping[str, str]] = {
    "authorised": "已同意，待兑换",
    "withdrawn": "兑换码已撤回",
    "made": "已兑换",
    "cancelled": "已撤销",
    "returned": "有退回",
}

LIMIT_PERIODS: Final[Mapping[str, str]] = {"day": "每天", "month": "每月", "year": "每年"}

BY_SUBJECT: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("station", "reason"): STATION_CLOSING_REASONS,
    ("stock", "origin"): ORIGINS,
    ("stock", "kind"): PROPOSAL_KINDS,
    ("exchange", "period"): LIMIT_PERIODS,
    ("exchange", "reason"): STAFF_REASONS,
}
"""Subject of a refusal's code, and the fact's name -> the words of its codes."""
