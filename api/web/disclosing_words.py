"""The Chinese words of disclosing: kinds, periods, states, committees. Stored words are permanent and English."""

from collections.abc import Mapping
from typing import Final

from domain.kernel.disclosed import once

KINDS: Final[Mapping[str, str]] = {
    "rewards": "奖励发放",
    "points": "积分与兑换",
    "budget": "预算执行",
    "village_finances": "村级财务",
    "assets": "资产与资源",
    "subsidies": "惠民补贴",
    "commitments": "公开承诺",
    "meetings": "会议与决议",
}

FREQUENCIES: Final[Mapping[str, str]] = {
    "monthly": "每月",
    "quarterly": "每季度",
    "at_once": "随时（事项发生后）",
    "never": "不要求",
}

NAMES: Final[Mapping[str, str]] = {"masked": "姓名隐去中间字", "full": "姓名全写"}

BODIES: Final[Mapping[str, str]] = {"villagers": "村民委员会", "supervision": "村务监督委员会"}

KINSHIPS: Final[Mapping[str, str]] = {
    "spouse": "配偶",
    "parent": "父母",
    "child": "子女",
    "sibling": "兄弟姐妹",
    "grandparent": "祖父母、外祖父母",
    "grandchild": "孙子女、外孙子女",
    "parent_in_law": "公婆、岳父母",
    "child_in_law": "儿媳、女婿",
    "sibling_in_law": "配偶的兄弟姐妹、兄弟姐妹的配偶",
}

STATES: Final[Mapping[str, str]] = {
    "drafted": "待审查",
    "sent_back": "已退回",
    "passed": "待公布",
    "published": "公示中",
    "over": "公示期满",
    "closed": "已结束",
    "archived": "已归档",
}

STEPS: Final[Mapping[str, str]] = {
    "review": "待审查",
    "redraft": "被退回，重新拟定",
    "publish": "待公布",
    "answer": "有异议待答复",
    "correct": "异议成立，待更正",
    "close": "公示期满，待结束",
    "archive": "待归档",
}

CHANNELS: Final[Mapping[str, str]] = {"web": "网上", "staff": "工作人员代记", "slip": "纸质意见单"}

SETTINGS: Final[Mapping[str, str]] = {
    "publish_days": "公示天数",
    "answer_days": "答复期限",
    "due_days": "公布期限",
    "small_count_min": "最小显示人数",
}

FIELDS: Final[Mapping[str, str]] = {"reason": "更正原因", "opinion": "审查意见", "answer": "答复"}


def period_words(period: str) -> str:
    """`2026-03` -> `2026年3月`, `2026-Q1` -> `2026年第1季度`, `2026` -> `2026年`; once: `专项`."""
    if once(period) is not None:
        return "专项"
    year, _, rest = period.partition("-")
    if not rest:
        return f"{year}年"
    return f"{year}年第{rest[1:]}季度" if rest.startswith("Q") else f"{year}年{int(rest)}月"


BY_SUBJECT: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("committee", "body"): BODIES,
    ("committee", "kinship"): KINSHIPS,
    ("disclosure", "kind"): KINDS,
    ("disclosure", "setting"): SETTINGS,
    ("disclosure", "field"): FIELDS,
    ("objection", "channel"): CHANNELS,
}
"""Subject of a refusal's code, and the fact's name -> the words of its codes."""
