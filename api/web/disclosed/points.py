"""积分公开: what points brought and took, by account, by category, and what was exchanged."""

from collections.abc import Mapping
from typing import Final

from api.web.disclosed.words import KindWords, TableWords, money
from api.web.disclosing_words import KINDS
from api.web.points_words import HOLDERS

_FIGURES: Final = {
    "earned": "得分",
    "deducted": "扣分",
    "redeemed": "兑换",
    "expired": "到期",
    "moved": "转入转出",
    "held": "期末结余",
}


def _sentence(figures: Mapping[str, int]) -> str:
    if not figures["accounts"] and not figures["exchanges"]:
        return f"这一期积分没有变动；期末共结余 {figures['held']:,} 分。"
    cash = f"，另补现金 {money(figures['cash_fen'])}" if figures["cash_fen"] else ""
    return (
        f"有 {figures['accounts']:,} 个账户的积分有变动，共得 {figures['earned']:,} 分；"
        f"兑换 {figures['exchanges']:,} 次、{figures['pieces']:,} 件，用去 {-figures['redeemed']:,} 分{cash}；"
        f"期末共结余 {figures['held']:,} 分。"
    )


WORDS: Final = KindWords(
    title=KINDS["points"],
    sentence=_sentence,
    tables={
        "accounts": TableWords(
            title="各账户的积分变动",
            columns={"reference": "姓名、编号", "holder": "账户", **_FIGURES},
            codes={"holder": HOLDERS},
        ),
        "categories": TableWords(
            title="因什么事得分",
            columns={"code": "代码", "title": "类别", "points": "积分"},
            chart=("title", "points"),
        ),
        "goods": TableWords(
            title="换了什么",
            columns={"code": "编号", "title": "物资", "pieces": "件数", "points": "积分"},
            chart=("title", "points"),
        ),
    },
)
