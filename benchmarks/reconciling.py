"""Matching: a hundred thousand payments against a hundred thousand lines of a statement, beside a plain hash join.

`python -m benchmarks.reconciling [ROWS]`. The limit is a dictionary of the same rows, asked once for each line: no
tiers, no second candidates, no differences.
"""

import random
import sys
import time
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.kernel.matches import EntryKey
from domain.matching import Entry, Payable, match

ROWS = 100_000
BATCH_LINES = 1_000
DAY = date(2026, 11, 3)
ROUNDS = 5


@dataclass(frozen=True)
class Measured:
    """Seconds, medians of ROUNDS: matched by end-to-end id, by the bank's reference, by batch; the plain join."""

    rows: int
    by_id_s: float
    by_reference_s: float
    by_batch_s: float
    join_s: float

    @property
    def ratio(self) -> float:
        """How many times a plain join matching by end-to-end id takes."""
        return self.by_id_s / self.join_s


def payments_of(rows: int) -> list[Payable]:
    """So many settled payments in batches of a thousand, 5 to 20 yuan each."""
    drawn = random.Random(rows)
    made = []
    for number in range(rows):
        batch, line = divmod(number, BATCH_LINES)
        reference = f"361125000000202611{batch:03d}"
        made.append(
            Payable(
                payment_id=UUID(int=number + 1),
                batch_id=UUID(int=(1 << 100) + batch),
                batch_reference=reference,
                end_to_end_id=f"{reference}{line + 1:08d}",
                amount_fen=100 * drawn.randint(5, 20),
                state="paid",
                paid_on=DAY,
                paid_ref=f"BANK{number:012d}",
            )
        )
    return made


def lines_of(payments: list[Payable], *, by: str) -> list[Entry]:
    """The bank's lines of these payments, shuffled: one each, or one for a batch."""
    statement = UUID(int=7)
    if by == "batch":
        totals: dict[str, int] = {}
        for one in payments:
            totals[one.batch_reference] = totals.get(one.batch_reference, 0) + one.amount_fen
        return [
            Entry(EntryKey(statement, number), DAY, -total, batch_ref=reference)
            for number, (reference, total) in enumerate(totals.items(), 1)
        ]
    lines = [
        Entry(
            EntryKey(statement, number),
            DAY,
            -one.amount_fen,
            end_to_end_id=one.end_to_end_id if by == "id" else None,
            bank_ref=one.paid_ref,
        )
        for number, one in enumerate(payments, 1)
    ]
    random.Random(0).shuffle(lines)
    return lines


def measure(rows: int = ROWS) -> Measured:
    """Match and join, taking turns; every payment is matched each time."""
    payments = payments_of(rows)
    by_way = {by: lines_of(payments, by=by) for by in ("id", "reference", "batch")}
    taken: dict[str, list[float]] = {"join": [], **{by: [] for by in by_way}}
    for _ in range(ROUNDS):
        for by, lines in by_way.items():
            begun = time.perf_counter()
            found = match(lines, payments)
            taken[by].append(time.perf_counter() - begun)
            if found.exceptions or sum(len(one.parts) for one in found.matches) != rows:
                raise AssertionError("not everything was matched")
        begun = time.perf_counter()
        joined = plain_join(by_way["id"], payments)
        taken["join"].append(time.perf_counter() - begun)
        if joined != rows:
            raise AssertionError("not everything was joined")
    medians = {by: sorted(times)[ROUNDS // 2] for by, times in taken.items()}
    return Measured(rows, medians["id"], medians["reference"], medians["batch"], medians["join"])


def plain_join(lines: list[Entry], payments: list[Payable]) -> int:
    """How many lines find a payment of their id and amount in a dictionary."""
    table = {(one.end_to_end_id, -one.amount_fen): one.payment_id for one in payments}
    return sum((line.end_to_end_id, line.amount_fen) in table for line in lines)


def main() -> None:
    """Measure and print."""
    found = measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
    print(f"{found.rows:,} payments against as many lines, seconds (medians of {ROUNDS})")
    print(f"  by end-to-end id     {found.by_id_s:.2f}   {found.ratio:.1f} × a plain join ({found.join_s:.2f})")
    print(f"  by bank's reference  {found.by_reference_s:.2f}   {found.by_reference_s / found.join_s:.1f} ×")
    print(f"  by batch             {found.by_batch_s:.2f}   {found.by_batch_s / found.join_s:.1f} ×")


if __name__ == "__main__":
    main()
