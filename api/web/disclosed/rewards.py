"""奖励公开: what was earned, by whom, and whether it arrived."""

from collections.abc import Mapping
from typing import Final

from api.web.disclosed.words import KindWords, TableWords, money
from api.web.disclosing_words import KINDS
from api.web.words import REWARD_STATES


def _sentence(figures: Mapping[str, int]) -> str:
    if not figures["count"]:
        return "这一期没有应发的奖励。"
    who = f"{'列名的' if figures.get('unnamed_count') else '给'} {figures['payees']:,} 人"
    said = f"共奖励 {money(figures['fen'])}，{who}（{figures['count']:,} 条有效信息）；"
    if figures["arrived_count"] == figures["count"]:
        return f"{said}已全部到账。"
    left_fen = figures["fen"] - figures["arrived_fen"]
    return f"{said}还没有全部到账：已到账 {money(figures['arrived_fen'])}，其余 {money(left_fen)}见下表。"


WORDS: Final = KindWords(
    title=KINDS["rewards"],
    sentence=_sentence,
    tables={
        "payees": TableWords(
            title="发给谁、多少、到没到账",
            columns={
                "reference": "姓名、编号",
                "state": "状态",
                "count": "条数",
                "fen": "金额（元）",
                "booked_on": "到账日期",
            },
            codes={"state": REWARD_STATES},
        )
    },
    drawn={f"{state}_fen": REWARD_STATES[state] for state in ("arrived", "in_progress", "not_arrived", "to_verify")},
    withheld={
        "sensitive_below": "涉及隐私的奖励少于 {n} 条的（按每个村、每个月），不列出，也不计入合计。",
        "sensitive_count": "涉及隐私的奖励 {n} 条，不逐条列出。",
        "sensitive_fen": "其中金额 {n}，已计入上面的总数。",
    },
)
