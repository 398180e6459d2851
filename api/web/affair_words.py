"""The Chinese words of notices, suggestions, public commitments, meetings and micro-projects."""

from collections.abc import Mapping
from typing import Final

from api.web import erasure_words
from domain.kernel.quorums import MeetingRule, Share

NOTICE_STATUSES: Final[Mapping[str, str]] = {"posted": "已发布", "withdrawn": "已撤下"}

NOTICE_REASONS: Final[Mapping[str, str]] = {
    "mistaken": "内容有误",
    "superseded": "由新的公告代替",
    "no_longer_applies": "不再适用",
    "names_somebody": "写了个人信息",
}

SUGGESTION_STATUSES: Final[Mapping[str, str]] = {
    "opened": "待受理",
    "accepted": "已受理，待答复",
    "answered": "已答复",
    "closed": "已办结",
}

SUGGESTION_CHANNELS: Final[Mapping[str, str]] = {"web": "网页", "staff": "工作人员代录", "slip": "意见单"}

SENT_ONLINE: Final = "网上提交"
"""Who took a step that the public form's agent signed."""

SUGGESTION_OUTCOMES: Final[Mapping[str, str]] = {
    "adopted": "采纳",
    "partly_adopted": "部分采纳",
    "not_adopted": "不采纳",
    "explained": "解释说明",
}

CLOSING_REASONS: Final[Mapping[str, str]] = {
    "answered": "已答复",
    "repeated": "与先前的意见相同",
    "elsewhere": "不属本村的事",
    "empty": "没有说事情",
    "abusive": "谩骂、广告",
    "withdrawn": "提意见的人撤回",
    "erased": "原话已依法删除",
}

COMMITMENT_STATUSES: Final[Mapping[str, str]] = {
    "made": "办理中",
    "overdue": "已过期限，未完成",
    "fulfilled": "已兑现",
    "late": "已兑现（晚于期限）",
    "withdrawn": "已撤回",
}

COMMITMENT_REASONS: Final[Mapping[str, str]] = {
    "mistaken": "登记有误",
    "superseded": "由新的承诺代替",
    "impossible": "办不到",
}

MEETING_KINDS: Final[Mapping[str, str]] = {
    "villagers": "村民会议",
    "households": "村民会议（户代表）",
    "representatives": "村民代表会议",
    "group": "村民小组会议",
}

MEETING_STATUSES: Final[Mapping[str, str]] = {"called": "已召集", "held": "已召开", "cancelled": "没有开成"}

CANCELLING_REASONS: Final[Mapping[str, str]] = {
    "no_quorum": "到会人数不够",
    "postponed": "改期",
    "no_longer_needed": "不再需要",
    "called_wrongly": "召集有误",
}

PASSED_BY: Final[Mapping[str, str]] = {"present": "到会人数", "eligible": "应到人数"}

PASSED: Final[Mapping[bool, str]] = {True: "通过", False: "没有通过"}

PROJECT_STATUSES: Final[Mapping[str, str]] = {
    "proposed": "已立项，待签合同",
    "contracted": "施工中，待验收",
    "accepted": "已验收，待结项",
    "completed": "已完成",
    "abandoned": "已中止",
    "closed": "已结项",
}

PROJECT_OUTCOMES: Final[Mapping[str, str]] = {"completed": "完成", "abandoned": "中止"}

SENDING_BACK_REASONS: Final[Mapping[str, str]] = {
    "defects": "质量有问题",
    "incomplete": "没有做完",
    "not_as_agreed": "与约定不符",
    "papers_missing": "资料不全",
}

STEPS: Final[Mapping[str, str]] = {
    "notice.posted/1": "发布",
    "notice.withdrawn/1": "撤下",
    "suggestion.opened/1": "登记",
    "suggestion.accepted/1": "受理",
    "suggestion.answered/1": "答复",
    "suggestion.closed/1": "办结",
    "suggestion.text_erased/1": "依法删除原话",
    "commitment.made/1": "作出承诺",
    "commitment.progressed/1": "进展",
    "commitment.fulfilled/1": "确认兑现",
    "commitment.withdrawn/1": "撤回承诺",
    "meeting.called/1": "召集",
    "meeting.held/1": "登记到会",
    "meeting.sheet_kept/1": "存入签到表",
    "meeting.eligible_explained/1": "说明应到人数的变化",
    "meeting.spending_allowed/1": "决议授权支出",
    "meeting.resolved/1": "表决",
    "meeting.cancelled/1": "没有开成",
    "project.proposed/1": "立项",
    "project.contracted/1": "签合同",
    "project.progressed/1": "进展",
    "project.accepted/1": "验收",
    "project.sent_back/1": "退回整改",
    "project.closed/1": "结项",
}
"""An event of an affair -> what its history calls it."""

REASONS: Final[Mapping[str, str]] = {
    **NOTICE_REASONS,
    **CLOSING_REASONS,
    **COMMITMENT_REASONS,
    **CANCELLING_REASONS,
    **SENDING_BACK_REASONS,
    **erasure_words.REASONS,
}

BY_SUBJECT: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("notice", "status"): NOTICE_STATUSES,
    ("suggestion", "status"): SUGGESTION_STATUSES,
    ("suggestion", "channel"): SUGGESTION_CHANNELS,
    ("suggestion", "outcome"): SUGGESTION_OUTCOMES,
    ("commitment", "status"): COMMITMENT_STATUSES,
    ("meeting", "status"): MEETING_STATUSES,
    ("meeting", "kind"): MEETING_KINDS,
    ("meeting_rule", "kind"): MEETING_KINDS,
    ("project", "status"): PROJECT_STATUSES,
    ("project", "outcome"): PROJECT_OUTCOMES,
    ("affair", "reason"): REASONS,
}
"""(subject of a refusal's code, fact) -> its words."""

_DIGITS: Final = "零一二三四五六七八九十"


def share_words(share: Share) -> str:
    """2 of 3 -> 三分之二以上（含）; more than 1 of 2 -> 二分之一以上（不含）, which people call 过半数."""
    if (share.part, share.of, share.more) == (1, 2, True):
        return "过半数"
    if max(share.part, share.of) < len(_DIGITS):
        words = f"{_DIGITS[share.of]}分之{_DIGITS[share.part]}"
    else:
        words = f"{share.part}/{share.of}"
    return f"超过{words}" if share.more else f"{words}以上"


def rule_words(rule: MeetingRule) -> str:
    """A rule in one sentence."""
    base = PASSED_BY[rule.passed_by]
    return f"{share_words(rule.quorum)}应到的人到会，{base}{share_words(rule.passing)}同意"
