"""补贴公开: each list that holds, and who of the village gets how much by which standard."""

from collections.abc import Mapping
from typing import Final

from api.web.disclosed.words import KindWords, TableWords, money
from api.web.disclosing_words import KINDS


def _sentence(figures: Mapping[str, int]) -> str:
    if not figures["lists"]:
        return "这一期没有列出的补贴名单。"
    return f"补贴名单 {figures['lists']:,} 份，{figures['count']:,} 人（户）次，合计 {money(figures['fen'])}。"


WORDS: Final = KindWords(
    title=KINDS["subsidies"],
    sentence=_sentence,
    tables={
        "lists": TableWords(
            "补贴项目和标准",
            {
                "place": "村、社区",
                "title": "项目",
                "document": "依据的文件",
                "period": "期间",
                "version": "第几版",
                "standard_fen": "标准（元）",
                "unit": "每一",
                "count": "人（户）",
                "fen": "合计（元）",
            },
            chart=("title", "fen"),
        ),
        "payees": TableWords(
            "逐人（户）",
            {"title": "项目", "period": "期间", "reference": "编号", "quantity": "数量", "fen": "金额（元）"},
        ),
    },
    withheld={
        "sensitive_below": "领取人不宜公开、人数少于 {n} 的补贴，不列出，也不计入合计。",
        "sensitive_count": "领取人不宜公开的补贴 {n} 人（户）次，不逐人列出。",
        "sensitive_fen": "其中金额 {n}，已计入上面的总数。",
    },
    note="金额等于标准乘数量，四舍五入到分。领取人不宜公开的项目只列合计；人数很少的连合计也不列。",
)
