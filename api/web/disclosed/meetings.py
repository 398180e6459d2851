"""会议和决议: who came to the meetings, how they voted, and what is built upon it."""

from collections.abc import Mapping
from typing import Final

from api.web.affair_words import MEETING_KINDS, MEETING_STATUSES, PROJECT_STATUSES
from api.web.disclosed.words import KindWords, TableWords, money
from api.web.disclosing_words import KINDS


def _sentence(figures: Mapping[str, int]) -> str:
    if not figures["count"]:
        return "这一期没有召集会议。"
    said = f"共召集会议 {figures['count']:,} 次，开成 {figures['held']:,} 次"
    if figures["resolutions"]:
        said += f"，表决 {figures['resolutions']:,} 项，通过 {figures['passed']:,} 项"
    if figures["projects"]:
        said += f"；据此立项 {figures['projects']:,} 个微项目，预算共 {money(figures['budget_fen'])}"
    return f"{said}。"


WORDS: Final = KindWords(
    title=KINDS["meetings"],
    sentence=_sentence,
    tables={
        "meetings": TableWords(
            title="开了哪些会，到了多少人",
            columns={
                "place": "地方",
                "held_on": "日期",
                "kind": "会议",
                "title": "名称",
                "state": "情况",
                "eligible": "应到人数",
                "present": "到会人数",
                "eligible_reason": "应到人数变化的原因",
            },
            codes={"kind": MEETING_KINDS, "state": MEETING_STATUSES},
        ),
        "resolutions": TableWords(
            title="表决了什么，结果怎样",
            columns={
                "place": "地方",
                "held_on": "日期",
                "title": "事项",
                "text": "决议",
                "agreed": "同意",
                "opposed": "反对",
                "abstained": "弃权",
                "result": "结果",
            },
            codes={"result": {"passed": "通过", "not_passed": "没有通过"}},
        ),
        "projects": TableWords(
            title="依据决议立项的微项目",
            columns={
                "place": "地方",
                "title": "项目",
                "state": "情况",
                "budget_fen": "预算（元）",
                "contractor": "承包单位",
                "amount_fen": "合同金额（元）",
                "accepters": "验收人数",
                "spent_fen": "实际支出（元）",
            },
            codes={"state": PROJECT_STATUSES},
            chart=("title", "budget_fen"),
        ),
    },
    note="到会人数不够的会议不能表决；合同和支出不能超过决议批准的预算；没有经手合同的两人以上验收后才能结项。",
)
