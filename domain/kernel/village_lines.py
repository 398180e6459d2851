"""Lines of vouchers and opening balances: which account of the village's chart, which side, how much, with whom.

What must not be broken: a code is read with the chart's version that the book names, never without; and a line posts to
the book of its own village.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.postings import CNY, Posting, Postings
from domain.kernel.refusals import Refusal

SIDES: Final = ("debit", "credit")
LINES_MAX: Final = 60
AMOUNT_MAX: Final = 10**13
"""A hundred thousand million yuan: a larger amount is a slip of the pen."""

CHART_BOOK: Final = "vil"
"""The book under which a chart lists a village's accounts; each village's own book is `vil-<its code>`."""
PARTY: Final = "party"
"""An account that a chart lists with this below it (`vil:112:party`) is kept by whom it is with."""
CASH: Final = ("101", "102")
"""库存现金 and 银行存款, in the chart of 2004 as in that of 2023: money, which never falls below zero."""


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """One line: a code of the chart, the side, the amount in fen (above zero), and with whom where the code asks."""

    account: str
    side: str
    amount_fen: Fen
    party_id: UUID | None = None


def book_of_village(division: Division) -> str:
    """`361125100201` -> `vil-361125100201`."""
    return f"{CHART_BOOK}-{division}"


def debited(lines: Iterable[VoucherLine]) -> Fen:
    """What the lines debit in all."""
    return Fen(sum(one.amount_fen for one in lines if one.side == "debit"))


def mirrored(lines: Iterable[VoucherLine]) -> tuple[VoucherLine, ...]:
    """The same lines on the other side each: what a red voucher (红字冲销) says."""
    return tuple(replace(one, side="credit" if one.side == "debit" else "debit") for one in lines)


def postings_of(division: Division, lines: Iterable[VoucherLine]) -> Postings:
    """What the lines post in the village's own book."""
    book = book_of_village(division)
    return tuple(
        Posting(
            f"{book}:{one.account}" + (f":{PARTY}:{one.party_id}" if one.party_id is not None else ""),
            CNY,
            one.amount_fen if one.side == "debit" else -one.amount_fen,
        )
        for one in lines
    )


def require_lines(lines: Sequence[VoucherLine], *, accounts: Collection[str], parties: Collection[UUID]) -> None:
    """Refuse lines that cannot be booked. `accounts`: as the chart lists them; `parties`: those of the village.

    Refused, in this order: `village_lines.too_few`, `village_lines.too_many`, `village_lines.side_unknown`,
    `village_lines.amount_unsuited`, `village_lines.account_unknown`, `village_lines.party_needed`,
    `village_lines.party_unsuited`, `village_party.unknown`, `village_lines.twice`, `village_lines.unbalanced`.
    """
    if len(lines) < 2:
        raise Refusal("village_lines.too_few")
    if len(lines) > LINES_MAX:
        raise Refusal("village_lines.too_many", count=len(lines), limit=LINES_MAX)
    for one in lines:
        _require_line(one, accounts, parties)
    named = [(one.account, one.party_id, one.side) for one in lines]
    for account, party, side in named:
        if named.count((account, party, side)) > 1:
            raise Refusal("village_lines.twice", account=account)
    debit, credit = debited(lines), debited(mirrored(lines))
    if debit != credit:
        raise Refusal("village_lines.unbalanced", debit_fen=debit, credit_fen=credit)


def _require_line(line: VoucherLine, accounts: Collection[str], parties: Collection[UUID]) -> None:
    if line.side not in SIDES:
        raise Refusal("village_lines.side_unknown", side=line.side)
    if not 0 < line.amount_fen <= AMOUNT_MAX:
        raise Refusal("village_lines.amount_unsuited", amount_fen=line.amount_fen)
    listed = f"{CHART_BOOK}:{line.account}"
    if ":" in line.account or listed not in accounts:
        raise Refusal("village_lines.account_unknown", account=line.account)
    by_party = f"{listed}:{PARTY}" in accounts
    if by_party and line.party_id is None:
        raise Refusal("village_lines.party_needed", account=line.account)
    if not by_party and line.party_id is not None:
        raise Refusal("village_lines.party_unsuited", account=line.account)
    if line.party_id is not None and line.party_id not in parties:
        raise Refusal("village_party.unknown", party_id=line.party_id)
