"""What an act says, in Chinese: its facts before and after it is recorded, and what follows from it.

The same words stand on the page that asks for a confirmation and in the history, so that nobody confirms one thing and
reads another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from api.web import words
from domain.incidents import reasons
from domain.kernel.workflow_steps import Limit

SAME_MATTER: Final = "same_matter"
GROUNDS: Final[Mapping[str, str]] = {**words.DUPLICATE_GROUNDS, SAME_MATTER: "看过内容，是同一件事"}
"""Why a report repeats an earlier one: what a comparison finds, and what only a person sees."""

STARS: Final = ("很不满意", "不满意", "一般", "满意", "很满意")

OUTCOMES: Final[Mapping[str, tuple[str, str]]] = {
    "verify": ("不属实", "属实"),
    "decide": ("无效，不发奖励", "有效，发奖励"),
    "close": ("没有解决，退回再办", "已经解决"),
}
"""Act -> how its two conclusions are called (no, yes); the reason that is chosen says which."""

_PLAIN: Final[Mapping[str, frozenset[str]]] = {
    "decline": reasons.DECLINE_REASONS,
    "return": reasons.RETURN_REASONS,
    "suspend": reasons.SUSPENSION_REASONS,
    "extend": reasons.EXTENSION_REASONS,
    "reopen": reasons.REOPENING_REASONS,
    "reassign": reasons.REASSIGNMENT_REASONS,
    "call_back": reasons.CALL_BACK_OUTCOMES,
}
_WITH_OUTCOME: Final[Mapping[str, tuple[Mapping[str, bool], Mapping[str, str]]]] = {
    "verify": (reasons.VERIFICATION_REASONS, words.VERIFICATION_REASONS),
    "decide": (reasons.VALIDITY_REASONS, words.VALIDITY_REASONS),
    "close": (reasons.CLOSURE_REASONS, words.FILING_REASONS),
}

FOLLOWS: Final[Mapping[str, str]] = {
    "accept": "这件事进入办理流程，不能再“不予受理”。",
    "decline": "这件事到此为止，不再办理，也不发奖励；报告人查询时看到“不予受理”。以后只能“重开”。",
    "merge": "这一条并入先前那一条，到此为止，不再单独办理，也不发奖励；两条互相链接。并入以后不能拆开。",
    "deliberate": "商议的结果存入保险库，账本里只有它的指纹。",
    "dispatch": "这件事派给所写的部门：登记了办理人的部门，只有它的办理人能签收、办理；没有登记的，流程里的人都能。"
    "指定了办理人的，只有他能签收、办理。",
    "reassign": "原来的签收、报到作废，由新的部门重新签收。",
    "claim": "这件事归您办，别人不能再签收、办理。先记入的算数；晚了会被告知是谁签收的。",
    "whistle": "所写的几个部门被叫到现场，各自“报到”留下时间。",
    "arrive": "记下您的部门到场的时间。",
    "return": "派遣、签收作废，要重新派遣。",
    "suspend": "停止计时：挂起期间不算超期，除催办、督办、恢复外都不能办。",
    "resume": "恢复计时，剩下的时间照旧。",
    "extend": "当前这一步的到期时间往后推；各次合计不超过流程所定。",
    "feed_back": "报告人查询时看到“已反馈”。告知的内容存入保险库，账本里只有它的指纹。",
    "close": "已经解决的往下办；没有解决的，处置、反馈要重做。",
    "call_back": "记下报告人的话；本身不改变结果。",
    "rate": "评价记在这件事上，不能修改。",
    "post": "办理结果对外公示所写的天数。",
    "archive": "这件事办完归档。以后只能“重开”。",
    "reopen": "派遣以后的各步要重做；受理、核查、认定照旧。",
    "remind": "记下已经催过。请先真的通知到，再来记录。",
    "supervise": "这件事列入督办。批示存入保险库，账本里只有它的指纹。",
    "verify": "属实的往下办；不属实的不用办理，只能认定无效。",
    "handle": "答复存入保险库，账本里只有它的指纹。",
    "decide": "有效的同时记入应付奖励、占用本年度预算指标；无效的不发奖励。",
    "locate": "这件事从此归所选的地方：那里的网格员看得到、去核查，奖励标准和上限也按那里的。定位以后不能改到别处。",
}
"""What follows when an act is recorded."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A word of a closed list. `outcome`: the conclusion that it stands for, None where it stands for none."""

    code: str
    meaning: str
    outcome: bool | None = None


def reasons_of(act: str) -> list[Choice]:
    """The closed list that an act's reason is chosen from, in the order in which forms show it; empty for none."""
    if act in _WITH_OUTCOME:
        known, meanings = _WITH_OUTCOME[act]
        return [Choice(code, meanings[code], outcome) for code, outcome in known.items()]
    allowed = _PLAIN.get(act, frozenset())
    return [Choice(code, meaning) for code, meaning in words.FILING_REASONS.items() if code in allowed]


ACTS_WITH_REASONS: Final = (*_WITH_OUTCOME, *_PLAIN)


@dataclass(frozen=True, slots=True)
class Told:
    """One fact as it is read: `label` may be empty where the text says all."""

    label: str
    text: str


def facts_told(act: str, facts: Mapping[str, object], names: Mapping[Any, str]) -> list[Told]:
    """The facts of an act, or of the event that records it, in words; what has none, as a commitment, is left out.

    Names of persons (by id) are those that the reader may see; whoever is not among them is left out. A place (by code)
    that has no name is told by its code.
    """
    found = [_told(act, name, value, names) for name, value in facts.items() if value not in (None, (), "")]
    return [one for one in found if one is not None]


def _told(act: str, name: str, value: object, names: Mapping[Any, str]) -> Told | None:
    match name, value:
        case (("confirmed" | "valid" | "solved"), bool(yes)):
            return Told("结论", OUTCOMES[_ACT_OF_OUTCOME[name]][yes])
        case (("reason" | "outcome"), str(code)):
            meanings = {choice.code: choice.meaning for choice in reasons_of(act)}
            return Told("回访结果" if act == "call_back" else "理由", meanings.get(code, code))
        case "department", str(text):
            return Told("部门", text)
        case "departments", tuple(texts):
            return Told("部门", "、".join(map(str, texts)))
        case "handler_id", UUID() as person_id if act in ("dispatch", "reassign") and person_id in names:
            return Told("指定办理人", names[person_id])
        case "grounds", tuple(codes):
            return Told("依据", "、".join(GROUNDS.get(str(code), str(code)) for code in codes))
        case "channel", str(code):
            return Told("方式", words.CHANNELS.get(code, code))
        case "until", date() as day:
            return Told("到哪天再看", f"{day.year}年{day.month}月{day.day}日")
        case (("by" | "longer"), Limit() as limit):
            return Told("延长", limit_told(limit))
        case "stars", int(stars):
            return Told("评价", stars_told(stars))
        case "by_reporter", bool(oneself):
            return Told("", "报告人本人评价" if oneself else "由工作人员代为记录")
        case "present", int(count):
            return Told("参加人数", f"{count} 人")
        case "days", int(count):
            return Told("公示", f"{count} 天")
        case "document", str(text):
            return Told("文号", text)
        case "division", str(code) if act == "locate":
            return Told("所在的村、社区", names.get(code, code))
        case "handled_at", datetime() as moment:
            return Told("办结于", words.moment(moment))
    return None


_ACT_OF_OUTCOME: Final = {"confirmed": "verify", "valid": "decide", "solved": "close"}


def stars_told(stars: int) -> str:
    """`4 星（满意）`."""
    return f"{stars} 星（{STARS[stars - 1]}）" if 1 <= stars <= len(STARS) else f"{stars} 星"


def limit_told(limit: Limit) -> str:
    """`4 个工作时`."""
    return f"{limit.amount} {words.UNITS[limit.unit]}"


def age_told(since: datetime, now: datetime) -> str:
    """How long something has waited: `3 天 4 小时`, `2 小时`, `不到 1 小时`."""
    hours = max(0, int((now - since).total_seconds())) // 3600
    days, rest = divmod(hours, 24)
    if not hours:
        return "不到 1 小时"
    return f"{days} 天{f' {rest} 小时' if rest else ''}" if days else f"{rest} 小时"


def assumed_told(year: int) -> str:
    """What is said beside an end that was counted without a calendar."""
    return f"{year} 年工作日历尚未公布，暂按周一至周五计算"


def due_told(due_at: datetime, now: datetime) -> str:
    """`已超期 2 天`, `还剩 3 小时`: by the clock, whatever the office hours are."""
    return f"已超期 {age_told(due_at, now)}" if due_at < now else f"还剩 {age_told(now, due_at)}"
