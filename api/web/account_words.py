"""What the accounts of the books are called, for people: names of the 政府会计 chart, and whose account it is.

What must not be broken: no reader is shown the English words that accounts are stored under.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from projections.trial_balances import control_of

CONTROLS: Final[Mapping[str, str]] = {
    "fin:1011": "零余额账户用款额度",
    "fin:2307:payee": "其他应付款—应付网格员",
    "fin:2307:transit": "其他应付款—代发在途",
    "fin:2307:returned": "其他应付款—退票待处理",
    "fin:4001": "财政拨款收入",
    "fin:5001": "业务活动费用",
    "bud:6001": "财政拨款预算收入",
    "bud:7101": "行政支出",
    "bud:8001": "资金结存",
    "bud:8101": "财政拨款结转",
    "ind:appropriated": "预算指标—已下达",
    "ind:available": "预算指标—可用",
    "ind:committed": "预算指标—已占用",
    "ind:spent": "预算指标—已支出",
    "ind:lapsed": "预算指标—已收回",
}
"""Control account -> its name. Source of names and codes: 财会〔2017〕25号; `ind` is the control of 预算指标."""


def account_name(account: str, whose: Mapping[UUID, str] | None = None) -> str:
    """`fin:2307:payee:<id>` -> `其他应付款—应付网格员（张*国）`.

    `whose` gives the words for subsidiaries (a payee masked, a batch, a budget); without them the id's head stands
    there. An account that has no name yet is called by its number.
    """
    control = control_of(account)
    name = CONTROLS.get(control) or f"科目 {account_code(account)}"
    subsidiary = account[len(control) + 1 :]
    if not subsidiary:
        return name
    return f"{name}（{(whose or {}).get(UUID(subsidiary[:36])) or f'编号 {subsidiary[:8]}'}）"


def account_code(account: str) -> str:
    """The chart's number, `fin:2307:payee` -> `2307`; `指标` for what is controlled and not accounted."""
    code = account.split(":")[1]
    return code if code.isdecimal() else "指标"
