"""资产和资源公开: what a village owns, what changed, and the contracts with their rents."""

from collections.abc import Mapping
from typing import Final

from api.web.disclosed.words import KindWords, TableWords, money
from api.web.disclosing_words import KINDS
from api.web.property_words import ACQUIRED, ASSET_CATEGORIES, LEAVING

_STATES: Final = {"held": "在册", "leased": "出租"}
_CHANGES: Final = {**ACQUIRED, **LEAVING, "counted": "盘点差异"}
_RENTS: Final = {"due_fen": "本期应收租金（元）", "received_fen": "本期收到（元）", "overdue_fen": "期末逾期（元）"}


def _sentence(figures: Mapping[str, int]) -> str:
    parts = [
        f"期末在册资产 {figures['assets_count']:,} 项、原值 {money(figures['assets_fen'])}",
        f"资源 {figures['resources_count']:,} 项",
        f"其中出租 {figures['leased_count']:,} 项",
        f"这一期变动 {figures['changes_count']:,} 次",
        f"合同 {figures['contracts_count']:,} 份",
        f"应收租金 {money(figures['due_fen'])}、收到 {money(figures['received_fen'])}",
        f"期末逾期未收 {money(figures['overdue_fen'])}",
    ]
    return "，".join(parts) + "。"


WORDS: Final = KindWords(
    title=KINDS["assets"],
    sentence=_sentence,
    tables={
        "assets": TableWords(
            "资产、资源登记簿",
            {
                "number": "编号",
                "title": "名称",
                "category": "类别",
                "quantity": "数量",
                "fen": "原值（元）",
                "acquired_on": "取得日期",
                "state": "状态",
            },
            {"category": ASSET_CATEGORIES, "state": _STATES},
        ),
        "changes": TableWords(
            "这一期的变动",
            {
                "day": "日期",
                "number": "编号",
                "title": "名称",
                "change": "变动",
                "quantity": "数量",
                "fen": "金额（元）",
            },
            {"change": _CHANGES},
        ),
        "contracts": TableWords(
            "资源合同和租金",
            {
                "number": "合同号",
                "title": "合同",
                "resource": "租出什么",
                "quantity": "数量",
                "party": "承租方（编号前八位）",
                "since": "从",
                "until": "到",
                **_RENTS,
            },
            chart=("title", "due_fen"),
        ),
        "places": TableWords(
            "各村",
            {
                "place": "村、社区",
                "assets_count": "资产（项）",
                "assets_fen": "原值（元）",
                "resources_count": "资源（项）",
                "leased_count": "出租（项）",
                "changes_count": "变动（次）",
                "contracts_count": "合同（份）",
                **_RENTS,
            },
            chart=("place", "assets_fen"),
        ),
    },
    note="登记簿是期末那天的。减少的数量和盘亏写负数；处置的金额是收入。应收租金按合同约定的到期日。",
)
