"""预算执行公开: how far each budget is used."""

from collections.abc import Mapping
from typing import Final

from api.web.disclosed.words import KindWords, TableWords, money
from api.web.disclosing_words import KINDS


def _sentence(figures: Mapping[str, int]) -> str:
    if not figures["budgets"]:
        return "到这一期末，本年还没有下达指标。"
    left_fen = figures["available_fen"] + figures["committed_fen"]
    return (
        f"本年共下达指标 {money(figures['appropriated_fen'])}；到期末已支出 {money(figures['spent_fen'])}"
        f"（其中这一期 {money(figures['spent_in_period_fen'])}），还有 {money(left_fen)}没有支出。"
    )


WORDS: Final = KindWords(
    title=KINDS["budget"],
    sentence=_sentence,
    tables={
        "budgets": TableWords(
            title="各项指标的执行",
            columns={
                "unit": "单位",
                "project": "项目",
                "spending_class": "支出类别",
                "appropriated_fen": "下达（元）",
                "spent_fen": "已支出（元）",
                "committed_fen": "已承诺（元）",
                "available_fen": "可用（元）",
                "lapsed_fen": "年末收回（元）",
                "spent_in_period_fen": "本期支出（元）",
            },
            chart=("project", "spent_fen"),
        )
    },
)
