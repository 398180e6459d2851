"""`python -m benchmarks.books [--postings N | --events N]`: the trial balance of any day at any position, and a replay.

A made-up payer: rewards of 2,000 payees granted over a year, most booked on the day, every tenth up to 40 days late, in
batches that the bank settles. The replay adds up every posting before the position, once in Python over rows that the
database hands over (as an auditor's fold would, without decoding or hashing) and once as one sum in the database.

A replay takes as long as there are postings. What the trial balance reads goes by events: at most 255 sums of each
block size (256, 65,536 and 16,777,216 events), one for every account and day in it, and the last 255 events' postings.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import islice
from random import Random
from statistics import median
from typing import Any, Final
from uuid import UUID

import psycopg

from benchmarks.ground import new_database, throw_away_server
from domain import accounts
from domain.kernel.ids import derived, event_name, stream_name
from domain.kernel.money import Fen
from domain.kernel.postings import Postings
from journal.codec import Recorded
from journal.line import Line
from projections import ledger_entries, ledger_queries, schema, trial_balances
from projections.schema import Roles

FIRST: Final = date(2026, 1, 1)
PAYEES: Final = 2_000
ROUNDS: Final = 15
POSTINGS_AN_EVENT: Final = 4
"""Granted 4, approved 2, settled 6."""
_BATCH: Final = 5_000
_BUDGET: Final = derived("benchmark", "budget")


@dataclass(frozen=True)
class Measured:
    """Postings and events, postings projected a second, and milliseconds: medians over days and positions."""

    postings: int
    events: int
    projected_per_second: float
    ours_ms: float
    ours_ms_max: float
    head_ms: float
    database_replay_ms: float
    replay_ms: float
    account_page_ms: float
    payee_page_ms: float
    subsidiaries_ms: float


def measure(superuser_dsn: str, *, events: int, seed: int = 24589) -> Measured:
    """Fill the read model and ask it. Raises AssertionError if the replay comes to other figures."""
    access = new_database(superuser_dsn)
    roles = Roles(access.names["projector"], (access.names["reader"],))
    with psycopg.connect(access.projector, autocommit=True) as conn:
        schema.install(conn, [ledger_entries], roles=roles)
    postings, per_second = _fill(access.projector, events=events, seed=seed)
    chance = Random(seed)
    with psycopg.connect(access.reader, autocommit=True) as reader:
        asked = [(FIRST + timedelta(days=chance.randrange(365)), chance.randrange(1, events)) for _ in range(ROUNDS)]
        ours = [_timed(partial(trial_balances.controls, reader, as_of=day, known_at=at)) for day, at in asked]
        head = [_timed(partial(trial_balances.controls, reader, as_of=day)) for day, _ in asked]
        inside = [_timed(partial(_in_database, reader, day, at)) for day, at in asked[:5]]
        plain = [_timed(partial(_replayed, reader, day, at)) for day, at in asked[:3]]
        for (ours_found, _), (expected, _) in zip(ours, plain, strict=False):
            assert {one.account: (one.debit, one.credit) for one in ours_found} == expected
        after = ledger_queries.before(date(2026, 11, 1))
        payable, payee = "fin:2307:payee", accounts.payable(_payee(7))
        page = [
            _timed(
                partial(
                    ledger_queries.entries_of,
                    reader,
                    of,
                    commodity="CNY",
                    as_of=date(2026, 12, 31),
                    after=after,
                    known_at=at,
                )
            )
            for of in (payable, payee)
            for _, at in asked
        ]
        below = _timed(lambda: trial_balances.subsidiaries(reader, payable, since=FIRST, as_of=date(2026, 12, 31)))
    return Measured(
        postings=postings,
        events=events,
        projected_per_second=per_second,
        ours_ms=median(ms for _, ms in ours),
        ours_ms_max=max(ms for _, ms in ours),
        head_ms=median(ms for _, ms in head),
        database_replay_ms=median(ms for _, ms in inside),
        replay_ms=median(ms for _, ms in plain),
        account_page_ms=median(ms for _, ms in page[:ROUNDS]),
        payee_page_ms=median(ms for _, ms in page[ROUNDS:]),
        subsidiaries_ms=below[1],
    )


def _timed(ask: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    found = ask()
    return found, (time.perf_counter() - begun) * 1_000


def _in_database(reader: psycopg.Connection, day: date, known_at: int) -> Sequence[Any]:
    return reader.execute(
        "SELECT control, commodity, sum(greatest(amount, 0)), sum(greatest(-amount, 0)) FROM read.ledger_entries"
        " WHERE day <= %s AND log_index < %s GROUP BY 1, 2",
        (day, known_at),
    ).fetchall()


def _replayed(reader: psycopg.Connection, day: date, known_at: int) -> dict[str, tuple[int, int]]:
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    with reader.transaction(), reader.cursor(name="replay") as cursor:
        cursor.itersize = 10_000
        cursor.execute("SELECT control, amount, day FROM read.ledger_entries WHERE log_index < %s", (known_at,))
        for control, amount, on in cursor:
            if on <= day:
                sums[control][amount < 0] += abs(amount)
    return {control: (debit, credit) for control, (debit, credit) in sums.items()}


def _fill(projector_dsn: str, *, events: int, seed: int) -> tuple[int, float]:
    """Project so many events; how many postings they have, and postings a second."""
    taken, made = 0.0, 0
    told = _events(Random(seed), days_step=365 / events)
    with psycopg.connect(projector_dsn) as conn, conn.cursor() as cursor:
        cursor.execute("SET search_path TO read")
        for begin in range(0, events, _BATCH):
            batch = list(islice(told, min(_BATCH, events - begin)))
            begun = time.perf_counter()
            ledger_entries.apply(cursor, batch)
            taken += time.perf_counter() - begun
            made += sum(len(one.postings) for one in batch)
        cursor.execute("UPDATE positions SET position = %s", (events,))
        conn.commit()
        cursor.execute("ANALYZE ledger_entries")
        cursor.execute("ANALYZE ledger_blocks")
    return made, made / taken


def _events(chance: Random, *, days_step: float) -> Iterator[Recorded]:
    index, today, batch = 0, 0.0, derived("benchmark", "batch", 0)
    while True:
        payee, amount = _payee(chance.randrange(PAYEES)), Fen(500 + 100 * chance.randrange(16))
        kind = index % 3
        if index % 3_000 == 0:
            batch = derived("benchmark", "batch", index)
        moves: Postings = (
            accounts.reward_granted(payee, _BUDGET, amount)
            if kind == 0
            else accounts.payment_approved(payee, batch, amount)
            if kind == 1
            else accounts.payment_settled(batch, _BUDGET, amount)
        )
        late = chance.randrange(1, 41) if chance.randrange(10) == 0 else 0
        on = FIRST + timedelta(days=max(0, int(today) - late))
        yield _recorded(index, ("reward.granted/1", "payment.approved/1", "payment.settled/1")[kind], on, moves)
        index += 1
        today = min(today + days_step, 364.0)


def _recorded(index: int, kind: str, on: date, postings: Postings) -> Recorded:
    stream = stream_name(kind.partition(".")[0], UUID(int=index))
    line = Line(
        origin="bench.example/1",
        stream=stream,
        seq=1,
        type=kind,
        at="2026-11-22T04:51:38.000001Z",
        on=on.isoformat(),
        by=str(UUID(int=1)),
        role="county_officer",
        cmd="bench",
        data={},
        postings=postings,
    )
    assert line.name == event_name(stream, 1)
    return Recorded(index, line, None)


def _payee(number: int) -> UUID:
    return derived("benchmark", "payee", number)


def print_table(measured: Measured) -> None:
    """One line a question."""
    print(
        f"{measured.postings:,} postings of {measured.events:,} events; {measured.projected_per_second:,.0f} postings"
        " projected a second\n"
    )
    for label, ms in (
        ("trial balance, random day and position", measured.ours_ms),
        ("  the slowest of them", measured.ours_ms_max),
        ("trial balance, random day, all that is known", measured.head_ms),
        ("the same as one sum over all rows", measured.database_replay_ms),
        ("the same as a replay in Python", measured.replay_ms),
        ("200 entries of the account of all payees", measured.account_page_ms),
        ("200 entries of one payee", measured.payee_page_ms),
        (f"balances of all {PAYEES:,} payees", measured.subsidiaries_ms),
    ):
        print(f"{label:48}{ms:>10,.1f} ms")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.books", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--postings", type=int, default=1_000_000, metavar="N", help="about so many; default 1,000,000")
    size.add_argument(
        "--events", type=int, metavar="N", help=f"so many events, each with {POSTINGS_AN_EVENT} on average"
    )
    asked = parser.parse_args()
    with throw_away_server() as dsn:
        print_table(measure(dsn, events=asked.events or asked.postings // POSTINGS_AN_EVENT))


if __name__ == "__main__":
    main()
