"""What the accounts of the books are called, for people: names of the 政府会计 chart, and whose account it is.

What must not be broken: no reader is shown the English words that accounts are stored under.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from api.web.points_words import CATEGORIES
from audit.wording import ACCOUNT_NAMES, ENTITLEMENT_NAMES
from projections.trial_balances import control_of

_BOOKS: Final[Mapping[str, str]] = {"pts": "积分", "stk": "物资"}


def account_name(account: str, whose: Mapping[UUID, str] | None = None) -> str:
    """`fin:2307:payee:<id>` -> `其他应付款—应付网格员（张*国）`.

    `whose` gives the words for subsidiaries (a payee masked, a batch, a budget); without them the id's head stands
    there. An account that has no name yet is called by its number.
    """
    control = control_of(account)
    if account.partition(":")[0] in _BOOKS:
        kind, _, category = control.partition(":")[2].partition(":")
        name = ENTITLEMENT_NAMES.get(f"{control[:3]}:{kind}", _BOOKS[control[:3]])
        name += f"（{CATEGORIES.get(category, category)}）" if category else ""
    else:
        name = ACCOUNT_NAMES.get(control) or f"科目 {account_code(account)}"
    subsidiary = account[len(control) + 1 :]
    if not subsidiary:
        return name
    return f"{name}（{(whose or {}).get(UUID(subsidiary[:36])) or f'编号 {subsidiary[:8]}'}）"


def account_code(account: str) -> str:
    """The chart's number, `fin:2307:payee` -> `2307`; a word for what stands in no chart: budgets, points, goods."""
    book, code, *_ = account.split(":")
    return code if code.isdecimal() else _BOOKS.get(book, "指标")
