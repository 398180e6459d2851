"""Words of points in Chinese: whose accounts, what an item is counted by, over which time a cap holds."""

from collections.abc import Mapping
from typing import Final

from domain.points.rules.events import Window

HOLDERS: Final[Mapping[str, str]] = {"person": "个人", "household": "户"}
UNITS: Final[Mapping[str, str]] = {"each": "次", "hour": "小时", "person": "人"}
REACHES: Final[Mapping[str, str]] = {"village": "本村", "township": "本乡镇", "county": "全县"}
PERIODS: Final[Mapping[str, str]] = {"day": "日", "month": "月", "year": "年"}
CAP_SCOPES: Final[Mapping[str, str]] = {"person": "每人", "household": "每户"}
MOVING_REASONS: Final[Mapping[str, str]] = {
    "moved": "迁移",
    "merged": "合户",
    "split": "分户",
    "died": "去世",
    "correction": "更正",
    "sent_on": "转给接替的账户",
}

CATEGORIES: Final[Mapping[str, str]] = {
    "report": "上报事件",
    "task": "接受社区任务",
    "volunteer": "参加志愿服务",
    "commendation": "获得表扬",
    "inspection": "清洁户评比",
    "party": "在职党员活动",
    "training": "参加培训",
    "order": "环境与秩序",
    "opening": "纸质积分结转",
}
"""What the shipped rule calls its categories, and the balance of a paper book."""


def times(hundredths: int) -> str:
    """By how much a window multiplies: `1.5 倍` for 150, `1 倍` for 100."""
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".") + " 倍"


def window_times(window: Window) -> str:
    """The same for a window of a rule."""
    return times(window.factor_percent)
