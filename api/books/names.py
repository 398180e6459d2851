"""What accounts are called: by the chart in force, and where no chart names one, by the program's own words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from api.web.account_words import account_name
from domain.accounts import charted
from domain.kernel.postings import book_of
from domain.trial_balance import control_of
from projections import charts
from projections.charts import AccountNamed


@dataclass(frozen=True, slots=True)
class Names:
    """The accounts of the charts in force, by the names that postings use."""

    accounts: dict[str, AccountNamed] = field(default_factory=dict)

    def of(self, account: str) -> str:
        """The name of an account's control account."""
        control = charted(control_of(account))
        named = self.accounts.get(control)
        return named.name if named is not None else account_name(control)

    def code(self, account: str) -> str:
        """The number that accountants read: `fin:1011` -> `1011`, the first below `fin:2307` -> `230701`.

        What a chart names in words has the number of its place; where there is no chart, the words stand there.
        """
        named = self.accounts.get(charted(control_of(account)))
        if named is None:
            return ".".join(control_of(account).split(":")[1:])
        if named.parent is not None:
            return f"{self.code(named.parent)}{self._place(named):02d}"
        digits = named.account.partition(":")[2]
        return digits if digits.isdecimal() else f"{self._place(named):02d}"

    def _place(self, named: AccountNamed) -> int:
        """Which it is among those beside it."""
        beside = [
            one.number
            for one in self.accounts.values()
            if (one.chart, one.parent, book_of(one.account)) == (named.chart, named.parent, book_of(named.account))
        ]
        return sorted(beside).index(named.number) + 1

    def side(self, account: str) -> str:
        """On which side its balance usually stands: 借, 贷, or nothing where no chart says so."""
        named = self.accounts.get(charted(control_of(account)))
        return {"debit": "借", "credit": "贷"}[named.side] if named is not None else ""

    def listed(self, accounts: Iterable[str]) -> str:
        """Several accounts in one cell."""
        return "、".join(dict.fromkeys(self.of(account) for account in accounts))


def names(conn: Connection[Any], *, known_at: int | None = None) -> Names:
    """The names as they were known at a position (None: now)."""
    return Names({one.account: one for one in charts.accounts(conn, known_at=known_at)})


def subsidiary_of(account: str) -> str:
    """Whose account it is: the id of a payee, batch or budget; empty for an account that is kept whole."""
    return account[len(control_of(account)) + 1 :]


def standing(balance: int) -> str:
    """On which side a balance stands; 平 where there is none."""
    return "借" if balance > 0 else "贷" if balance < 0 else "平"
