"""Any day, any position: the sums of blocks, the rows and a plain replay of the postings say the same."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from domain.budgets import BudgetAppropriated
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.postings import Posting, Postings
from domain.kernel.refusals import Refusal
from domain.trial_balance import control_of, trial_balance_digest
from journal.codec import Recorded
from journal.line import Line
from migrations.roles import Access
from projections import ledger_entries, ledger_queries, trial_balances
from projections.ledger_queries import before
from projections.schema import install
from tests.conftest import Cluster
from tests.projections.conftest import roles_of

FIRST = date(2026, 1, 1)
PAYEES = [f"fin:2307:payee:{derived('test', 'payee', number)}" for number in range(3)]
ACCOUNTS = ["fin:1011", "fin:5001", "fin:4001", *PAYEES, "stk:on_hand:glove", "stk:given:glove"]
CONTROLS = sorted({control_of(account) for account in ACCOUNTS})
TABLES = ("ledger_entries", "ledger_blocks")


@dataclass(frozen=True)
class Moved:
    """An event of the made-up log: its index, its effective day, what it moves."""

    index: int
    day: date
    postings: Postings

    @property
    def event(self) -> str:
        return f"budget/{UUID(int=self.index)}@1"

    @property
    def recorded(self) -> Recorded:
        line = Line(
            origin="mingzhang.example/361125",
            stream=f"budget/{UUID(int=self.index)}",  # type: ignore[arg-type]
            seq=1,
            type="budget.appropriated/1",
            at="2026-11-22T04:51:38.000001Z",
            on=self.day.isoformat(),
            by=str(UUID(int=1)),
            role="administrator",
            cmd="test",
            data={},
            postings=self.postings,
        )
        event = BudgetAppropriated(
            unit=Division("361125000000"),
            project="奖励",
            spending_class="一般",
            year=2026,
            document="文号",
            amount_fen=Fen(1),
            postings=self.postings,
        )
        return Recorded(self.index, line, event)


@dataclass
class Log:
    """A made-up log, projected: `size` is its length."""

    moved: list[Moved]
    size: int

    def known(self, *, as_of: date, known_at: int, since: date = date.min) -> Iterator[tuple[Moved, Posting, int]]:
        """The plain replay: every posting that counts, in the order of the books, with its number."""
        for one in sorted(self.moved, key=lambda one: (one.day, one.index)):
            if since <= one.day <= as_of and one.index < known_at:
                for number, posting in enumerate(one.postings, start=1):
                    yield one, posting, number


def two_sided(debit: str, credit: str, amount: int) -> Postings:
    commodity = "SKU-1" if debit.startswith("stk") else "CNY"
    return Posting(debit, commodity, amount), Posting(credit, commodity, -amount)


pairs = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS)).filter(
    lambda pair: pair[0] != pair[1] and pair[0][:3] == pair[1][:3]
)
entries = st.builds(lambda pair, amount: two_sided(pair[0], pair[1], amount), pairs, st.integers(1, 10**6))
# Mostly near each other, so that several share a block; sometimes a whole block of 65,536 or 16,777,216 further on.
gaps = st.one_of(st.integers(1, 3), st.integers(1, 300), st.sampled_from([65_536, 65_537, 200_000, 17_000_000]))
steps = st.lists(st.tuples(gaps, st.integers(0, 80), entries), min_size=1, max_size=40)


def made(found: list[tuple[int, int, Postings]]) -> Log:
    moved, index = [], -1
    for gap, day, postings in found:
        index += gap
        moved.append(Moved(index, FIRST + timedelta(days=day), postings))
    return Log(moved, index + 1)


@pytest.fixture(scope="module")
def kept(cluster: Cluster) -> Iterator[Access]:
    access = cluster.new_database()
    with psycopg.connect(access.projector, autocommit=True) as conn:
        install(conn, [ledger_entries], roles=roles_of(access))
    yield access
    cluster.drop(access)


def project(access: Access, log: Log, *, batch: int) -> None:
    """Apply a log in batches to empty tables."""
    with psycopg.connect(access.projector) as conn, conn.cursor() as cursor:
        cursor.execute("SET search_path TO read")
        for table in TABLES:
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for start in range(0, len(log.moved), batch):
            ledger_entries.apply(cursor, [one.recorded for one in log.moved[start : start + batch]])
        cursor.execute("UPDATE positions SET position = %s", (log.size,))


def rows(access: Access) -> dict[str, list[tuple[object, ...]]]:
    with psycopg.connect(access.projector) as conn:
        return {
            table: conn.execute(
                sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier("read", table))
            ).fetchall()
            for table in TABLES
        }


@settings(max_examples=25, deadline=None)
@given(found=steps, batches=st.tuples(st.integers(1, 7), st.integers(8, 40)), data=st.data())
def test_every_figure_is_the_replays(
    kept: Access, found: list[tuple[int, int, Postings]], batches: tuple[int, int], data: st.DataObject
) -> None:
    log = made(found)
    project(kept, log, batch=batches[0])
    live = rows(kept)
    project(kept, log, batch=batches[1])
    assert rows(kept) == live, "other batches, the same tables"
    places = st.one_of(st.integers(0, log.size), st.sampled_from([one.index for one in log.moved]))
    days = st.integers(-1, 81).map(lambda number: FIRST + timedelta(days=number))
    with psycopg.connect(kept.reader, autocommit=True) as reader:
        for _ in range(3):
            as_of, since, known_at = data.draw(days), data.draw(days), data.draw(places)
            check_sums(reader, log, as_of=as_of, since=since, known_at=known_at)
            check_entries(reader, log, as_of=as_of, since=since, known_at=known_at)


def check_sums(reader: psycopg.Connection, log: Log, *, as_of: date, since: date, known_at: int) -> None:
    """Trial balance by control and by account, books, period, digest, months and days."""
    controls: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    accounts: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    opening: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one, (account, commodity, amount), _ in log.known(as_of=as_of, known_at=known_at):
        for sums, name in ((controls, control_of(account)), (accounts, account)):
            sums[name, commodity][amount < 0] += abs(amount)
        if one.day < since:
            opening[control_of(account), commodity] += amount
    asked = {"as_of": as_of, "known_at": known_at}
    found = trial_balances.controls(reader, **asked)  # type: ignore[arg-type]
    assert {(one.account, one.commodity): [one.debit, one.credit] for one in found} == controls
    assert trial_balances.digest(reader, **asked) == trial_balance_digest(  # type: ignore[arg-type]
        (control, commodity, debit, credit) for (control, commodity), (debit, credit) in controls.items()
    )
    whole = trial_balances.full(reader, **asked)  # type: ignore[arg-type]
    assert {(one.account, one.commodity): [one.debit, one.credit] for one in whole} == accounts
    assert {one.balance for one in trial_balances.books(reader, **asked)} <= {0}  # type: ignore[arg-type]
    for line in trial_balances.period(reader, since=since, **asked):  # type: ignore[arg-type]
        debit, credit = controls[line.account, line.commodity]
        assert (line.opening, line.closing) == (opening[line.account, line.commodity], debit - credit)
        assert line.opening + line.debit - line.credit == line.closing
    for account, commodity in (("fin:1011", "CNY"), (PAYEES[0], "CNY"), ("fin:2307:payee", "CNY")):
        months = trial_balances.months(reader, account, commodity=commodity, **asked)  # type: ignore[arg-type]
        by_day = trial_balances.days(reader, account, commodity=commodity, **asked)  # type: ignore[arg-type]
        debit, credit = (accounts if account in PAYEES else controls)[account, commodity]
        for turned in (months, by_day):
            assert (sum(one.debit for one in turned), sum(one.credit for one in turned)) == (debit, credit)
            assert not turned or turned[-1].closing == debit - credit


def check_entries(reader: psycopg.Connection, log: Log, *, as_of: date, since: date, known_at: int) -> None:
    """明细账 page by page with its running balance, the journal, the vouchers."""
    for account in (*CONTROLS[:2], "fin:2307:payee", PAYEES[0]):
        balance, expected = 0, []
        for one, posting, number in log.known(as_of=max(as_of, since), known_at=known_at):
            if account in (posting.account, control_of(posting.account)):
                balance += posting.amount
                if since <= one.day <= as_of:
                    expected.append((one.day, one.index, number, posting.amount, balance))
        found, after = [], before(since)
        while page := ledger_queries.entries_of(
            reader, account, commodity="CNY", as_of=as_of, after=after, known_at=known_at, limit=3
        ):
            found += page
            after = page[-1].place
        assert [(one.day, one.log_index, one.number, one.amount, one.balance) for one in found] == expected
    listed = [
        (one.event, number)
        for one, _, number in log.known(as_of=as_of, known_at=known_at, since=since)
        if one.postings[0].account.startswith("fin")
    ]
    journal = ledger_queries.all_of_journal(reader, "fin", since=since, as_of=as_of, known_at=known_at)
    assert [(one.event, one.number) for one in journal] == listed
    vouchers = list(ledger_queries.all_vouchers_of(reader, "fin", since=since, as_of=as_of, known_at=known_at))
    assert [(one.event, one.entries) for one in vouchers] == [(event, 2) for event, number in listed if number == 1]


def test_a_position_that_is_not_shown_yet_is_refused(kept: Access) -> None:
    log = made([(1, 0, two_sided("fin:1011", "fin:4001", 5))])
    project(kept, log, batch=1)
    with psycopg.connect(kept.reader, autocommit=True) as reader:
        assert trial_balances.controls(reader, as_of=FIRST, known_at=0) == []
        with pytest.raises(Refusal) as refused:
            trial_balances.controls(reader, as_of=FIRST, known_at=2)
    assert (refused.value.code, refused.value.facts) == ("ledger.position_outside", {"position": 2, "shown": 1})


def test_an_account_that_is_kept_whole_is_found_by_its_own_name(kept: Access) -> None:
    log = made([(1, 0, two_sided("fin:1011", "fin:4001", 500)), (1, 3, two_sided(PAYEES[0], "fin:1011", 200))])
    project(kept, log, batch=9)
    with psycopg.connect(kept.reader, autocommit=True) as reader:
        found = ledger_queries.entries_of(
            reader, "fin:1011", commodity="CNY", as_of=date(2026, 2, 1), after=before(FIRST)
        )
        assert [(one.debit, one.credit, one.balance, one.contra) for one in found] == [
            (500, 0, 500, ["fin:4001"]),
            (0, 200, 300, ["fin:2307:payee"]),
        ]
        (shown,) = trial_balances.subsidiaries(reader, "fin:2307:payee", since=FIRST, as_of=date(2026, 2, 1))
        assert (shown.account, shown.debit, shown.closing) == (PAYEES[0], 200, 200)
        assert [one.account for one in ledger_queries.voucher(reader, log.moved[1].event, log_index=1)] == [
            PAYEES[0],
            "fin:1011",
        ]
