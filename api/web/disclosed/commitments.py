"""公开承诺: what was promised in public, by when, and what became of it."""

from collections.abc import Mapping
from typing import Final

from api.web.disclosed.words import KindWords, TableWords
from api.web.disclosing_words import KINDS

STATES: Final[Mapping[str, str]] = {
    "fulfilled": "按期兑现",
    "late": "已兑现（晚于期限）",
    "running": "办理中，未到期",
    "due": "本期到期，尚未兑现",
    "overdue": "早已到期，尚未兑现",
    "withdrawn": "已撤回",
}


def _sentence(figures: Mapping[str, int]) -> str:
    if not figures["count"]:
        return "这一期没有公开承诺。"
    kept, open_ = figures["fulfilled"] + figures["late"], figures["due"] + figures["overdue"]
    parts = [f"共有 {figures['count']:,} 项公开承诺", f"已兑现 {kept:,} 项"]
    if figures["late"]:
        parts.append(f"其中晚于期限 {figures['late']:,} 项")
    if figures["running"]:
        parts.append(f"办理中、未到期 {figures['running']:,} 项")
    parts.append(f"到期没有兑现 {open_:,} 项" if open_ else "没有到期未兑现的")
    if figures["withdrawn"]:
        parts.append(f"撤回 {figures['withdrawn']:,} 项")
    return "，".join(parts) + "。"


WORDS: Final = KindWords(
    title=KINDS["commitments"],
    sentence=_sentence,
    tables={
        "commitments": TableWords(
            title="承诺了什么，兑现了没有",
            columns={
                "place": "地方",
                "title": "承诺事项",
                "responsible": "负责单位",
                "made_on": "承诺日期",
                "due_on": "期限",
                "state": "情况",
                "fulfilled_on": "兑现日期",
                "note": "最近的说明",
            },
            codes={"state": STATES},
        )
    },
    note="承诺登记后不能改；期限不能改。由作出承诺、报告进展以外的人确认兑现。",
)
