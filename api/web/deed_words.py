"""The Chinese words of tasks, activities, commendations, inspections, party members' service and shares in points."""

from collections.abc import Mapping
from typing import Final

TASK_STATUSES: Final[Mapping[str, str]] = {
    "accepted": "已领取，待完成",
    "done": "已完成，待确认",
    "confirmed": "已确认",
    "annulled": "确认已撤回",
}

VOLUNTEER_STATUSES: Final[Mapping[str, str]] = {
    "signed_up": "已报名",
    "checked_in": "已签到，待确认时长",
    "confirmed": "时长已确认",
    "annulled": "时长已撤回",
}

COMMENDATION_STATUSES: Final[Mapping[str, str]] = {
    "recorded": "已登记，待确认",
    "confirmed": "已确认",
    "withdrawn": "已撤回",
}

INSPECTION_STATUSES: Final[Mapping[str, str]] = {**COMMENDATION_STATUSES, "disputed": "评比人意见不一，已退回"}

PARTY_STATUSES: Final[Mapping[str, str]] = {
    "recorded": "已登记，待双方确认",
    "confirmed": "双方已确认",
    "rejected": "未获确认",
    "withdrawn": "已撤回",
}

SHARE_STATUSES: Final[Mapping[str, str]] = {
    "proposed": "已提出，待确认",
    "confirmed": "已确认，积分已转",
    "rejected": "已退回",
}

HOLDER_KINDS: Final[Mapping[str, str]] = {"person": "个人", "household": "户"}

SENDING_BACK_REASONS: Final[Mapping[str, str]] = {
    "not_done": "没有做",
    "partly_done": "没有做完",
    "facts_missing": "情况说不清",
}

CORRECTION_REASONS: Final[Mapping[str, str]] = {
    "untrue": "查明不实",
    "wrong_person": "登记错了人或户",
    "recorded_twice": "重复登记",
    "wrong_amount": "数量、时长登记错了",
}

CALLING_OFF_REASONS: Final[Mapping[str, str]] = {
    "no_longer_needed": "不再需要",
    "bad_weather": "天气原因",
    "no_organiser": "没有人组织",
    "too_few": "人数不够",
    "recorded_wrongly": "发布有误",
}

GIVING_UP_REASONS: Final[Mapping[str, str]] = {
    "no_time": "没有时间",
    "ill": "身体不适",
    "cannot_do_it": "做不了",
    "other": "其他",
}

DISPUTE_REASONS: Final[Mapping[str, str]] = {
    "wrong_result": "结果不是这样",
    "wrong_household": "不是这一户",
    "not_inspected": "没有去评比",
}

RESULTS: Final[Mapping[str, str]] = {"clean": "清洁", "fair": "较清洁", "to_improve": "需要改进"}

TITLES: Final[Mapping[str, str]] = {"clean_household": "清洁户"}

TITLE_REASONS: Final[Mapping[str, str]] = {
    "inspection_failed": "后来的评比不是“清洁”",
    "inspection_withdrawn": "所依据的评比已撤回",
    "household_ended": "这一户已不在",
    "rules_broken": "违反村规民约",
}

SIDES: Final[Mapping[str, str]] = {"unit": "所在单位", "community": "社区"}

SHARE_REASONS: Final[Mapping[str, str]] = {"moved": "迁出", "merged": "并户", "split": "分户", "died": "去世"}

REJECTION_REASONS: Final[Mapping[str, str]] = {
    "not_agreed": "户主没有同意",
    "wrong_share": "分数不对",
    "wrong_household": "户不对",
    "document_missing": "没有书面材料",
}

_DEED_REASONS: Final = {**SENDING_BACK_REASONS, **CORRECTION_REASONS, **CALLING_OFF_REASONS, **GIVING_UP_REASONS}

REASONS: Final[Mapping[str, str]] = {**_DEED_REASONS, **DISPUTE_REASONS, **TITLE_REASONS, **REJECTION_REASONS}

OF_KIND: Final[Mapping[str, Mapping[str, str]]] = {
    "task": TASK_STATUSES,
    "activity": VOLUNTEER_STATUSES,
    "commendation": COMMENDATION_STATUSES,
    "inspection": INSPECTION_STATUSES,
    "party_activity": PARTY_STATUSES,
}
"""Kind of a deed -> the words for the states of a part in it."""

BY_SUBJECT: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("task", "status"): TASK_STATUSES,
    ("activity", "status"): VOLUNTEER_STATUSES,
    ("commendation", "status"): COMMENDATION_STATUSES,
    ("inspection", "status"): INSPECTION_STATUSES,
    ("inspection", "result"): RESULTS,
    ("party_activity", "status"): PARTY_STATUSES,
    ("party_activity", "side"): SIDES,
    ("points_share", "status"): SHARE_STATUSES,
    ("points_share", "reason"): SHARE_REASONS,
    ("deed", "reason"): REASONS,
}
"""(subject of a refusal's code, fact) -> its words."""
