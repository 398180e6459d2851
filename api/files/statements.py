"""A bank's account statement in one neutral shape, whatever file it came in.

What must not be broken: amounts are whole fen with a sign, entries stand in the order of booking, and every entry knows
its place in the file. A statement that does not add up never becomes one of these.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from api.files.bank_words import EntryKind, FailureReason
from api.files.findings import HEAD, Finding, finding
from domain.kernel.events import Sha256
from domain.kernel.money import Fen, yuan

CURRENCY = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEntry:
    """One booking. `amount_fen` above 0 is a credit to the account, below 0 a debit; never 0.

    `number` counts from 1 in the order of booking; `row` is the line of the file. `end_to_end_id` and `batch_ref` are
    ours, where the bank gives them back; `return_of` is the end-to-end id of the payment that this entry returns.
    `counter_name` and `counter_account` are as the bank shows them and may be masked. `kind` is what the bank calls it,
    `reason` why it says that money came back, `unknown` a word for its state that no list of the layout has.
    """

    number: int
    booked_on: date
    amount_fen: Fen
    end_to_end_id: str | None
    bank_ref: str | None
    batch_ref: str | None
    counter_name: str | None
    counter_account: str | None
    text: str
    return_of: str | None
    row: int
    balance_fen: Fen | None
    kind: EntryKind | None = None
    reason: FailureReason | None = None
    unknown: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BankStatement:
    """What a file says of one account over some days.

    `account` is as the file gives it: it may be masked, and is empty where the layout does not name it. `number` is the
    bank's own; `opening_fen` and `closing_fen` are None where the file shows no balances. `digest` is of the file.
    """

    account: str
    currency: str
    number: str | None
    since: date
    until: date
    opening_fen: Fen | None
    closing_fen: Fen | None
    entries: tuple[StatementEntry, ...]
    digest: Sha256


def by_place(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order of the file."""
    return sorted(findings, key=lambda found: found.row or 0)


def disagreements(
    statement: BankStatement, *, file: str, titles: Mapping[str, str], rows: Mapping[str, int], today: date | None
) -> Iterator[Finding]:
    """Everything in which a statement contradicts itself, or the calendar: balances that do not continue, days outside
    its span or after `today` (None: it was recorded long ago).

    `titles`: what the file calls `balance`, `closing`, `booked_on` and `until`; `rows`: where its head says `closing`,
    `since` and `until`. A closing balance that the head does not say is the last entry's.
    """
    broken = list(broken_balances(statement.entries, file=file, column=titles.get("balance")))
    yield from broken
    moved = sum(entry.amount_fen for entry in statement.entries)
    opening, closing = statement.opening_fen, statement.closing_fen
    # Where the balances of entries break, the sum cannot hold, and saying so again helps nobody.
    if not broken and opening is not None and closing is not None and opening + moved != closing:
        stated, counted = yuan(closing), yuan(opening + moved)
        row, column = rows.get("closing", _last_row(statement)), titles.get("closing", HEAD)
        facts = {"stated": stated, "counted": counted}
        yield finding("statement.closing", file=file, row=row, column=column, value=stated, **facts)
    if statement.since > statement.until:
        shown = f"{statement.since} – {statement.until}"
        yield finding("statement.span", file=file, row=rows.get("since", 1), column=HEAD, value=shown)
    for entry in statement.entries:
        if not statement.since <= entry.booked_on <= statement.until:
            span = f"{statement.since} 至 {statement.until}"
            day, where = str(entry.booked_on), titles.get("booked_on")
            yield finding("statement.outside", file=file, row=entry.row, column=where, value=day, span=span)
    if today is not None:
        yield from _still_to_come(statement, file=file, titles=titles, rows=rows, today=today)


def _still_to_come(
    statement: BankStatement, *, file: str, titles: Mapping[str, str], rows: Mapping[str, int], today: date
) -> Iterator[Finding]:
    """A finding for each day after today: of entries, and of the end of the span where no entry says as much."""
    for entry in statement.entries:
        if entry.booked_on > today:
            day, where = str(entry.booked_on), titles.get("booked_on")
            yield finding("statement.booked_in_future", file=file, row=entry.row, column=where, value=day, today=today)
    if statement.until > today and statement.until not in {entry.booked_on for entry in statement.entries}:
        row, where, day = rows.get("until", rows.get("since", 1)), titles.get("until", HEAD), str(statement.until)
        yield finding("statement.until_in_future", file=file, row=row, column=where, value=day, today=today)


def _last_row(statement: BankStatement) -> int:
    return max((entry.row for entry in statement.entries), default=1)


def broken_balances(entries: Sequence[StatementEntry], *, file: str, column: str | None) -> Iterator[Finding]:
    """A finding for each entry whose balance is not the one before it and its own amount."""
    for before, entry in pairwise(entries):
        if before.balance_fen is None or entry.balance_fen is None:
            continue
        expected = before.balance_fen + entry.amount_fen
        if entry.balance_fen != expected:
            stated = yuan(entry.balance_fen)
            facts = {"stated": stated, "expected": yuan(expected)}
            yield finding("statement.balance", file=file, row=entry.row, column=column, value=stated, **facts)
