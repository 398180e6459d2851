"""What the bank's statements say of a month, every line of them, and its balance beside the books (银行存款余额调节表).

What must not be broken: a line is matched, or explained by two people, or open, and the three add up to all lines; what
only one side has is listed item by item, and with it both sides come to the same balance, or to a difference that
somebody has to explain.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final
from uuid import UUID

from domain.kernel.events import Sha256
from domain.kernel.money import Fen

QUOTA: Final = "quota"
BALANCE: Final = "balance"
FUNDS: Final = frozenset({QUOTA, BALANCE})
"""What the paying account holds.

`balance`: money of the county's own, which the statement's balance shows. `quota`: an allowance of the treasury
(零余额账户用款额度), which it does not show; then what was allowed by document takes the place of the balance.
"""

_NOTHING: Final = Fen(0)
EXPLAINED_MAX: Final = 60
"""So many reasons stand in a seal by themselves; its line then stays below the largest entry (65,535 bytes)."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A difference that does not hold up the close, and why.

    `proposer_id` and `confirmer_id`: who said so of a bank's line or of an exception, and who agreed; the amount then
    has the sign of the bank's lines. Without them it is a reason of whoever proposes the close, to which whoever seals
    it agrees.
    """

    kind: str
    count: int
    amount_fen: Fen
    reason: str
    proposer_id: UUID | None = None
    confirmer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """A month's debits (amounts below zero) or credits, every line of every statement.

    `explained_fen`: what two people explained of that which is not matched; `open_fen`: the rest, `open_count` lines.
    """

    count: int = 0
    total_fen: Fen = _NOTHING
    matched_fen: Fen = _NOTHING
    explained_fen: Fen = _NOTHING
    open_fen: Fen = _NOTHING
    open_count: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """What only one side has on the day (未达账项): `bank` what the books have not booked, `books` the reverse.

    `amount_fen` is above zero where it adds to the account. `about`: `statement/<id>/<line>`, `payment/<id>` or the
    name of an event.
    """

    has: str
    on: date
    amount_fen: Fen
    about: str


@dataclass(frozen=True, slots=True)
class BankSide:
    """The month by the bank, and its balance on the day `on`: the month's last, or the last that a statement tells.

    `paid_fen` is what all lines until then took, less what they brought, those of documents left out.
    `books_items_fen` is the sum of what only the books have, `bank_items_fen` of what only the bank has; `items` and
    `explained` are the digests of all items, and of everything that two people explained since the seal before.
    """

    funds: str
    on: date
    debits: Side
    credits: Side
    books_fen: Fen
    bank_fen: Fen
    paid_fen: Fen
    books_items_fen: Fen
    bank_items_fen: Fen
    item_count: int
    items: Sha256
    explained_count: int
    explained: Sha256

    @property
    def adjusted_books_fen(self) -> Fen:
        """The books' balance with what only the bank has."""
        return Fen(self.books_fen + self.bank_items_fen)

    @property
    def adjusted_bank_fen(self) -> Fen:
        """The bank's balance with what only the books have."""
        return Fen(self.bank_fen + self.books_items_fen)

    @property
    def difference_fen(self) -> Fen:
        """What no item explains."""
        return Fen(self.adjusted_bank_fen - self.adjusted_books_fen)


def bank_side(
    *,
    funds: str,
    on: date,
    debits: Side,
    credits: Side,
    books_fen: int,
    bank_fen: int,
    paid_fen: int,
    items: Iterable[Item],
    explained: Iterable[Explained],
) -> BankSide:
    """The month by the bank, from its parts."""
    listed, told = sorted(items, key=lambda one: (one.on, one.about, one.amount_fen)), sorted_reasons(explained)
    return BankSide(
        funds=funds,
        on=on,
        debits=debits,
        credits=credits,
        books_fen=Fen(books_fen),
        bank_fen=Fen(bank_fen),
        paid_fen=Fen(paid_fen),
        books_items_fen=Fen(sum(one.amount_fen for one in listed if one.has == "books")),
        bank_items_fen=Fen(sum(one.amount_fen for one in listed if one.has == "bank")),
        item_count=len(listed),
        items=digest_of(asdict(one) for one in listed),
        explained_count=sum(one.count for one in told),
        explained=explained_digest(told),
    )


def grouped(explained: Iterable[Explained]) -> tuple[Explained, ...]:
    """The same reason of the same two people for the same kind counts once, with its number and sum, by sign."""
    sums: defaultdict[tuple[str, bool, str, UUID | None, UUID | None], list[int]] = defaultdict(lambda: [0, 0])
    for one in explained:
        both = sums[one.kind, one.amount_fen < 0, one.reason, one.proposer_id, one.confirmer_id]
        both[0] += one.count
        both[1] += one.amount_fen
    return sorted_reasons(
        Explained(kind, count, Fen(amount_fen), reason, proposer_id, confirmer_id)
        for (kind, _, reason, proposer_id, confirmer_id), (count, amount_fen) in sums.items()
    )


def sorted_reasons(explained: Iterable[Explained]) -> tuple[Explained, ...]:
    """The largest amounts first; the order in which they are handed over does not matter."""
    return tuple(sorted(explained, key=lambda one: (-abs(one.amount_fen), one.kind, one.reason, str(one))))


def explained_digest(explained: Iterable[Explained]) -> Sha256:
    """SHA-256 over everything that two people explained, a line of canonical JSON each (`digest_of`)."""
    return digest_of(asdict(one) for one in sorted_reasons(explained))


def digest_of(rows: Iterable[Mapping[str, object]]) -> Sha256:
    """SHA-256 over rows as canonical JSON (RFC 8785), each with its newline; days and ids as text."""
    lines = (json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str) for row in rows)
    return Sha256(hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest())
