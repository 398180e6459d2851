"""The ledgers, added up from the postings alone: what every account received, gave, and has left.

What must not be broken: nothing but postings is used, in log order, so that whoever adds them up on paper
gets the same. The three tables are CSV in UTF-8 with a byte-order mark, because Excel in China opens any
other UTF-8 file as GBK and shows its headings as noise; a cell that a spreadsheet would run as a formula gets
an apostrophe in front (OWASP, CSV injection); money is in yuan with two decimals, and debit and credit have
columns of their own, so no cell begins with a minus sign.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from audit.called import Names
from audit.events import Moves, Moving
from audit.movements import At, Movement
from audit.wording import ACCOUNTS_HEADING, JOURNAL_HEADING, LIMITS, TOTAL, TRIAL_BALANCE_HEADING
from domain.accounts import limit_of
from domain.kernel.money import yuan
from domain.kernel.postings import CNY, book_of
from domain.kernel.spreadsheet_cells import plain_cell

BOM = "\ufeff"
_MOVEMENTS_KEPT = 1 << 14
_NEEDS_QUOTES = re.compile(r"""[,"\r\n]""")


@dataclass(slots=True)
class Account:
    """One account in one commodity: its limit, debits, credits, and how many postings made them."""

    limit: int = 0
    debit: int = 0
    credit: int = 0
    postings: int = 0

    @property
    def balance(self) -> int:
        """Debits less credits."""
        return self.debit - self.credit


class _Effect(NamedTuple):
    """Where a set of postings belongs: accounts with debit and credit, and those of them that have a limit."""

    sides: Sequence[tuple[Account, int, int]]
    limited: Sequence[tuple[At, Account]]


class Ledger:
    """Every account that was ever posted to, by account and commodity."""

    def __init__(self) -> None:
        self.accounts: dict[tuple[str, str], Account] = {}
        self._moved: dict[Movement, _Effect] = {}  # on which of the accounts above
        self.names = Names()  # by the charts that were published

    def call(self, accounts: Iterable[Mapping[str, Any]]) -> None:
        """Take the names of a published chart; a later version's take the place of those before."""
        self.names = self.names.after(accounts)

    def name_of(self, account: str) -> str:
        """What an account is called: by the program's own words, else by a published chart; empty where none says."""
        return self.names.of(account)

    def post(self, account: str, commodity: str, amount: int) -> Account:
        """Add one posting; a debit is positive. Returns what it was added to."""
        entry = self.accounts.get((account, commodity))
        if entry is None:
            entry = self.accounts[account, commodity] = Account(limit_of(account))
        if amount > 0:
            entry.debit += amount
        else:
            entry.credit -= amount
        entry.postings += 1
        return entry

    def post_all(self, moved: Movement) -> Sequence[tuple[At, Account]]:
        """Add the postings of one event. Returns the accounts with a limit that they were added to."""
        effect = self._moved.get(moved)
        if effect is None:
            effect = self._effect(moved)
        for entry, debit, credit in effect.sides:
            entry.debit += debit
            entry.credit += credit
            entry.postings += 1
        return effect.limited

    def _effect(self, moved: Movement) -> "_Effect":
        if len(self._moved) >= _MOVEMENTS_KEPT:
            self._moved.clear()
        sides, limited = [], {}
        for account, commodity, amount in moved.postings:
            at = account, commodity
            entry = self.accounts.get(at)
            if entry is None:
                entry = self.accounts[at] = Account(limit_of(account))
            sides.append((entry, max(amount, 0), max(-amount, 0)))
            if entry.limit:
                limited[at] = entry
        effect = self._moved[moved] = _Effect(sides, tuple(limited.items()))
        return effect

    def balance(self, account: str, commodity: str) -> int:
        """What an account has; 0 for one that was never posted to."""
        entry = self.accounts.get((account, commodity))
        return entry.balance if entry else 0

    def totals(self) -> dict[tuple[str, str], Account]:
        """The sum of all accounts per book and commodity: both sides equal, or the journal is wrong."""
        sums: dict[tuple[str, str], Account] = {}
        for (account, commodity), entry in self.accounts.items():
            total = sums.setdefault((book_of(account), commodity), Account())
            total.debit += entry.debit
            total.credit += entry.credit
            total.postings += entry.postings
        return sums

    def trial_balance(self) -> Iterator[str]:
        """The rows of `trial-balance.csv`, heading first: every account sorted by name, then a total per
        book."""
        yield csv_row(*TRIAL_BALANCE_HEADING)
        for (account, commodity), entry in sorted(self.accounts.items()):
            yield csv_row(account, commodity, self.name_of(account), *_sides(entry, commodity))
        for (book, commodity), entry in sorted(self.totals().items()):
            yield csv_row(book, commodity, TOTAL, *_sides(entry, commodity))

    def chart(self) -> Iterator[str]:
        """The rows of `accounts.csv`, heading first: every account with its book, name and limit."""
        yield csv_row(*ACCOUNTS_HEADING)
        for (account, commodity), entry in sorted(self.accounts.items()):
            limit = LIMITS[entry.limit]
            yield csv_row(account, commodity, book_of(account), self.name_of(account), limit, entry.postings)


def journal_heading() -> str:
    """The first row of `journal.csv`."""
    return csv_row(*JOURNAL_HEADING)


def journal_rows(one: Moving, names: Names) -> bytes:
    """The rows of `journal.csv` for one event: one a posting, beginning with log index and number in the event.

    `names`: those in force where it stands.
    """
    # The form of these four holds nothing that CSV would put in quotes.
    shared = f"{one.name},{one.type},{one.on},{one.at}".encode()
    return (b"%d" % one.log_index).join(_moved_cells(one.postings, names)).replace(_SHARED, shared)


_SHARED = b"\x00"  # stands in no cell: no account, amount or name of ours holds it


@lru_cache(maxsize=1 << 13)  # the same payees are thanked for the same amounts
def _moved_cells(postings: Moves, names: Names) -> Sequence[bytes]:
    """What stands before, between and after the log indexes, with a sign where the event's own cells go."""
    found = [b""]
    for number, (account, commodity, amount) in enumerate(postings, start=1):
        shown = _amount(abs(amount), commodity)
        sides = (shown, "") if amount > 0 else ("", shown)
        cells = csv_row(account, names.of(account), commodity, *sides).encode()
        found.append(b",%d,%b,%b" % (number, _SHARED, cells))
    return found


def _sides(entry: Account, commodity: str) -> tuple[str, str, str, str]:
    """Debits, credits, and the balance on the side where it stands."""
    return (
        _amount(entry.debit, commodity),
        _amount(entry.credit, commodity),
        _amount(max(entry.balance, 0), commodity),
        _amount(max(-entry.balance, 0), commodity),
    )


def _amount(amount: int, commodity: str) -> str:
    return yuan(amount) if commodity == CNY else str(amount)


def csv_row(*cells: str | int) -> str:
    """One row with its newline (RFC 4180 quoting)."""
    return ",".join(map(_cell, cells)) + "\n"


def _cell(value: str | int) -> str:
    text = plain_cell(str(value))
    if _NEEDS_QUOTES.search(text):
        text = '"' + text.replace('"', '""') + '"'
    return text
