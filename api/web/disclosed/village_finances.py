"""财务公开: a village's plan, income, expenses, assets, resources, debts, distribution and the rest, item by item."""

from collections.abc import Mapping
from typing import Final

from api.web.disclosed.words import KindWords, TableWords, money
from api.web.disclosing_words import KINDS
from api.web.village_words import PLAN_SIDES

_ITEM: Final = {"day": "日期", "number": "凭证号", "purpose": "摘要", "account": "科目", "fen": "金额（元）"}
_BALANCE: Final = {"opening_fen": "期初（元）", "closing_fen": "期末（元）"}


def _sentence(figures: Mapping[str, int]) -> str:
    parts = [
        f"这一期收入 {figures['income_count']:,} 笔、{money(figures['income_fen'])}",
        f"支出 {figures['expense_count']:,} 笔、{money(figures['expense_fen'])}",
        f"{'结余' if figures['net_fen'] >= 0 else '超支'} {money(abs(figures['net_fen']))}",
        f"期末现金和存款 {money(figures['cash_fen'])}",
    ]
    if figures["receivable_fen"]:
        parts.append(f"别人欠村里 {money(figures['receivable_fen'])}")
    if figures["payable_fen"]:
        parts.append(f"村里欠别人 {money(figures['payable_fen'])}")
    return "，".join(parts) + "。"


WORDS: Final = KindWords(
    title=KINDS["village_finances"],
    sentence=_sentence,
    tables={
        "plan": TableWords("财务计划", {"side": "收支", "title": "项目", "fen": "计划（元）"}, {"side": PLAN_SIDES}),
        "income": TableWords("各项收入", _ITEM),
        "expenses": TableWords("各项支出", _ITEM),
        "assets": TableWords(
            "各项资产",
            {"account": "科目", **_BALANCE, "debit_fen": "本期增加（元）", "credit_fen": "本期减少（元）"},
        ),
        "resources": TableWords(
            "各类资源：发包合同",
            {"number": "合同号", "resource": "资源", "since": "从", "until": "到", "due_fen": "本期应收（元）"},
        ),
        "registered": TableWords(
            "各类资源：登记在册",
            {"number": "编号", "resource": "资源", "quantity": "数量", "state": "状态"},
            {"state": {"held": "在册", "leased": "出租"}},
        ),
        "debts": TableWords("债权债务", {"account": "科目", "party": "往来户", **_BALANCE}),
        "distribution": TableWords("收益分配", _ITEM),
        "other": TableWords("其他事项", _ITEM),
    },
    drawn={"income_fen": "本期收入", "expense_fen": "本期支出", "cash_fen": "期末现金和存款"},
    note="红字凭证按负数列出，与所冲销的一笔相抵。债权债务：正数是别人欠村里的，负数是村里欠别人的。",
)
