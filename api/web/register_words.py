"""The Chinese words of stars, grid difficulty, trainings and facilities. Stored words are permanent and English."""

from collections.abc import Mapping
from typing import Final

PERIOD_KINDS: Final[Mapping[str, str]] = {"month": "月度", "quarter": "季度", "year": "年度"}

COUNTS: Final[Mapping[str, str]] = {"valid_reports": "认定有效的线索"}

TIES: Final[Mapping[str, str]] = {
    "share": "最后一名分数相同的，都评上",
    "more_reports": "分数相同的比条数，再相同的都评上",
    "nobody": "最后一名分数相同、名额不够的，都不评",
}

AWARD_STATUSES: Final[Mapping[str, str]] = {
    "proposed": "已提出，待评定",
    "granted": "已评定",
    "rejected": "已退回",
    "revoked": "已全部撤销",
}

REVOCATION_REASONS: Final[Mapping[str, str]] = {
    "report_untrue": "所计线索不实",
    "report_not_own": "所计线索不是本人的",
    "misconduct": "有违规行为",
    "computed_wrong": "计算依据有误",
}

RESULTS: Final[Mapping[str, str]] = {"passed": "合格", "failed": "不合格", "absent": "缺席"}

WITHDRAWAL_REASONS: Final[Mapping[str, str]] = {
    "wrong_person": "登记错了人",
    "wrong_result": "结果登记错了",
    "not_held": "培训没有举行",
}

FACILITY_STATUSES: Final[Mapping[str, str]] = {"registered": "未启用", "open": "开放", "closed": "已停用"}

CLOSING_REASONS: Final[Mapping[str, str]] = {
    "moved": "迁址",
    "merged": "并入别处",
    "rebuilding": "改建、维修",
    "no_staff": "没有人员",
    "no_longer_needed": "不再需要",
}

INSPECTION_RESULTS: Final[Mapping[str, str]] = {
    "in_order": "正常",
    "to_improve": "需要改进",
    "unfit": "不能使用",
}

BY_SUBJECT: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("award", "status"): AWARD_STATUSES,
    ("award", "reason"): REVOCATION_REASONS,
    ("award_rule", "period_kind"): PERIOD_KINDS,
    ("award_rule", "ties"): TIES,
    ("award_rule", "counts"): COUNTS,
    ("training", "result"): RESULTS,
    ("training", "reason"): WITHDRAWAL_REASONS,
    ("facility", "reason"): CLOSING_REASONS,
    ("facility", "result"): INSPECTION_RESULTS,
}
"""(subject of a refusal's code, fact) -> its words."""


def score_words(score: int) -> str:
    """`7325` -> `73.25`: a difficulty score is in hundredths of a point."""
    whole, rest = divmod(score, 100)
    return f"{whole}.{rest:02d}"


def hours_words(minutes: int) -> str:
    """`150` -> `2 小时 30 分`."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} 小时"] if hours else []
    return " ".join([*parts, f"{rest} 分"]) if rest or not parts else parts[0]
