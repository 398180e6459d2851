"""What a set of postings means, worked out once: many events move the same amounts between the same accounts.

What must not be broken: everything here follows from the postings alone, so that rules may take it instead of walking
the postings again, each for itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from audit.events import Moves
from domain.accounts import is_budget_funds, is_funds
from domain.kernel.postings import book_of
from domain.trial_balance import control_of

At = tuple[str, str]
"""An account, a book or a holder, and a commodity."""

_PAYABLE, _INDEX, _AVAILABLE = "fin:2307:", "ind:", "ind:available:"
_POINTS, _GOODS = "pts:", "stk"


@dataclass(frozen=True, slots=True, eq=False)
class Movement:
    """One set of postings. Two that are the same need not be one object, so they are told apart as objects.

    `apart`: books whose sum is not zero, and the sum. `cash`: what moved in the accounts of money, financial and
    budgetary. `sides`: control account -> debit and credit, both >= 0. `budgets`, `payees`, `batches`: whose accounts
    of the budget, of what is owed, of what is on its way moved. `available`: budget and amount. `holdings`: station of
    goods, whether it is what is on hand, and the amount. `points`: accounts of the points book, without its name, and
    the amount.
    """

    postings: Moves
    apart: Sequence[tuple[At, int]]
    cash: tuple[int, int]
    sides: Sequence[tuple[At, int, int]]
    budgets: Sequence[str]
    available: Sequence[tuple[str, int]]
    payees: Sequence[str]
    batches: Sequence[str]
    holdings: Sequence[tuple[At, bool, int]]
    points: Sequence[tuple[str, int]]


@lru_cache(maxsize=1 << 14)
def movement_of(postings: Moves) -> Movement:
    """What these postings mean."""
    books: dict[At, int] = {}
    sides: dict[At, list[int]] = {}
    for account, commodity, amount in postings:
        book = book_of(account), commodity
        books[book] = books.get(book, 0) + amount
        sides.setdefault((control_of(account), commodity), [0, 0])[amount < 0] += abs(amount)
    owed = [account[len(_PAYABLE) :].partition(":") for account, _, _ in postings if account.startswith(_PAYABLE)]
    return Movement(
        postings,
        apart=tuple((at, amount) for at, amount in books.items() if amount),
        cash=_cash(postings),
        sides=tuple((at, debit, credit) for at, (debit, credit) in sides.items()),
        budgets=tuple(account.rpartition(":")[2] for account, _, _ in postings if account.startswith(_INDEX)),
        available=tuple(
            (account.removeprefix(_AVAILABLE), amount)
            for account, _, amount in postings
            if account.startswith(_AVAILABLE)
        ),
        payees=tuple(who for kind, _, who in owed if kind != "transit"),
        batches=tuple(who for kind, _, who in owed if kind == "transit"),
        holdings=tuple(_holdings(postings)),
        points=tuple(
            (account[len(_POINTS) :], amount) for account, _, amount in postings if account.startswith(_POINTS)
        ),
    )


def _cash(postings: Moves) -> tuple[int, int]:
    """What moved in the accounts of money, financial and budgetary."""
    fin = sum(amount for account, _, amount in postings if is_funds(account))
    bud = sum(amount for account, _, amount in postings if is_budget_funds(account))
    return fin, bud


def _holdings(postings: Moves) -> list[tuple[At, bool, int]]:
    """Goods: an account is `stk:on_hand:<station>[:…]`, or stands against it."""
    found: list[tuple[At, bool, int]] = []
    for account, commodity, amount in postings:
        name, _, rest = account.partition(":")
        if name == _GOODS:
            kind, _, rest = rest.partition(":")
            at = f"{name}:{rest.partition(':')[0]}", commodity
            found.append((at, kind == "on_hand", amount))
    return found
