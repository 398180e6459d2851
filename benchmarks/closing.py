"""`python -m benchmarks.closing [--payees N]`: a month with so many payees, from its list to its seal, step by step.

The real commands on a real database, with read models followed and the file read as a bank wrote it. Beside each step
stands the floor: the seconds that signing and appending as many events takes with nothing else to do.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from api.commands import allowances, budgets, county, payouts, periods, reconciling
from api.commands.allowances import NewAllowance
from api.commands.county import Account, NewPerson
from api.commands.payouts.streams import batch_stream
from api.commands.shared import today
from api.context import App, make_ready, open_app
from api.custody.enrolling import enrol
from api.files import rehearsal_bank
from api.files.bank_profiles import load_bank_profile
from api.files.statement_files import write_statement
from api.files.statement_profiles import load_statement_profile
from api.rehearsal import bank_statements
from api.rehearsal.payday import Bank
from api.settings import read_settings
from benchmarks.ground import FOUNDER, Ground, new_database, new_reward, opened_ground, throw_away_server
from domain import payout_batches
from domain.kernel.calendar import Month, last_day
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.payout_batches.signals import CODES, by_kind
from journal.facts import Actor
from projections import reconciliation_queries as queries

COUNTY: Final = Division("990101000000")
MONTH: Final = Month("2025-03")
ON: Final = last_day(MONTH)
AFTER: Final = date(2025, 4, 1)
SINCE: Final = date(2025, 1, 1)
AMOUNT: Final = Fen(60_000)
PAYER: Final = "990101000000000001"
REASON: Final = "演练，已核对"
_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Step:
    """One step: its seconds, the seconds until every read model shows it, how many events it recorded, their floor."""

    name: str
    seconds: float
    followed_s: float
    events: int
    floor_s: float


@dataclass
class _Clock:
    """Times the steps of a story, and the floor of each on a ground of its own."""

    app: App
    ground: Ground
    steps: list[Step] = field(default_factory=list)

    def step(self, name: str, do: Callable[[], object]) -> None:
        """Do one step and write down how long it took."""
        before, begun = self.app.journal.position(), time.perf_counter()
        do()
        done = time.perf_counter()
        self.app.runner.catch_up()
        followed_s, events = time.perf_counter() - done, self.app.journal.position() - before
        self.steps.append(Step(name, done - begun, followed_s, events, floor_s(self.ground, events)))


@dataclass(frozen=True)
class _Office:
    """The finance office: who keeps the list, who makes the payout, who checks it."""

    app: App
    granter: Actor
    maker: Actor
    checker: Actor
    payees: tuple[UUID, ...]


def measure(superuser_dsn: str, *, payees: int) -> list[Step]:
    """Every step of the month. Raises AssertionError where the month is not sealed with everything explained."""
    with opened_ground(new_database(superuser_dsn).writer) as ground, _office(superuser_dsn, payees) as office:
        clock = _Clock(office.app, ground)
        _pay(clock, office)
        _close(clock, office)
        sealed = periods.periods_of(office.app)
        assert sealed is not None
        assert sealed.sealed == MONTH
    return clock.steps


def floor_s(ground: Ground, events: int) -> float:
    """Seconds to sign and append so many events of four postings each, in one command."""
    facts = [new_reward().fact for _ in range(events)]
    if not facts:
        return 0.0
    begun = time.perf_counter()
    ground.journal.execute(actor=FOUNDER, key=f"floor:{uuid4()}", inputs={}, decide=lambda _read: facts)
    return time.perf_counter() - begun


def _pay(clock: _Clock, office: _Office) -> None:
    app, maker, checker = office.app, office.maker, office.checker
    profile = load_bank_profile("neutral-csv")
    new = [NewAllowance(payee, COUNTY, MONTH, AMOUNT, "岗位津贴") for payee in office.payees]
    clock.step("grant the list", lambda: allowances.grant(app, actor=office.granter, key="grant", new=new, on=ON))
    clock.step(
        "freeze",
        lambda: payouts.freeze(
            app, actor=maker, key="freeze", division=COUNTY, month=MONTH, on=ON, payroll="allowance"
        ),
    )
    batch_id = payout_batches.batch_id(COUNTY, MONTH, payout_batches.NUMBERS["allowance"].start)
    state = app.journal.state(batch_stream(batch_id), payout_batches.evolve)
    assert state is not None
    shown, said = state.shown_digest, by_kind(state.signals, dict.fromkeys(CODES, REASON))

    def acknowledge() -> None:
        for actor in (maker, checker):
            key = f"acknowledge:{actor.person_id}"
            payouts.acknowledge(
                app, actor=actor, key=key, batch_id=batch_id, shown_digest=shown, acknowledgements=said, on=ON
            )

    if state.signals:
        clock.step(f"acknowledge {len(state.signals):,} signals, both", acknowledge)
    clock.step(
        "approve",
        lambda: payouts.approve(app, actor=checker, key="approve", batch_id=batch_id, shown_digest=shown, on=ON),
    )
    sent: list[bytes] = []

    def export() -> None:
        _, content = payouts.export(app, actor=maker, key="export", batch_id=batch_id, profile=profile, on=ON)
        sent.append(content)

    clock.step("export", export)
    for name, bank in (
        ("first answer of the bank", rehearsal_bank.answer),
        ("second answer", rehearsal_bank.answer_again),
    ):
        content = bank(sent[0], profile, seed="closing", on=ON, rehearsal=True)

        def answer(bank: Bank = bank, content: bytes = content) -> None:
            payouts.record_answer(
                app,
                actor=maker,
                key=bank.__name__,
                batch_id=batch_id,
                profile=profile,
                content=content,
                file="回盘.csv",
                on=ON,
            )

        clock.step(name, answer)
    clock.step("close the batch", lambda: payouts.close(app, actor=maker, key="end", batch_id=batch_id, on=ON))


def _close(clock: _Clock, office: _Office) -> None:
    app = office.app
    profile = load_statement_profile(bank_statements.PROFILE)
    with app.reading.connection() as conn:
        entries = bank_statements.entries_of(queries.free_payments(conn))
    said = bank_statements.statement_of(
        PAYER, entries, number="2025-03", since=ON.replace(day=1), opening_fen=bank_statements.OPENING_FEN
    )
    content = write_statement(profile, said)
    clock.step(
        "statement, matched",
        lambda: reconciling.record_statements(
            app, actor=office.maker, key="statement", profile=profile, content=content, file="对账单.csv", on=AFTER
        ),
    )
    clock.step("month-end page", lambda: periods.month_end(app, MONTH))
    clock.step(
        "propose",
        lambda: periods.propose(app, actor=office.maker, key="propose", month=MONTH, reasons={}, on=AFTER),
    )
    state = periods.periods_of(app)
    assert state is not None
    assert state.proposal is not None
    digest = state.proposal.figures.digest
    clock.step(
        "seal",
        lambda: periods.seal(app, actor=office.checker, key="seal", month=MONTH, shown_digest=digest, on=AFTER),
    )


@contextmanager
def _office(superuser_dsn: str, count: int) -> Iterator[_Office]:
    """A rehearsal county with so many grid workers, each with an account, and money for all of them."""
    access = new_database(superuser_dsn, migrated=False)
    with tempfile.TemporaryDirectory(prefix="mz-bench-closing-") as folder:
        home = Path(folder)
        settings = read_settings({"MINGZHANG_HOME": str(home), "MINGZHANG_PAYER_ACCOUNT": PAYER})
        make_ready(access)
        secret = derived("benchmark", "secret").hex
        beginning = county.Beginning("bench.example/closing", COUNTY, "演练县", "演练主任", rehearsal=True)
        founder = county.begin(settings, access, beginning, secret=secret)
        with open_app(settings, access=access) as app:
            yield _peopled(app, founder, secret, count)


def _peopled(app: App, founder: Actor, secret: str, count: int) -> _Office:
    roles, on = ("county_officer", "county_officer", "county_approver"), today(app)
    officers = [(derived("benchmark", "officer", number), role) for number, role in enumerate(roles)]
    payees = tuple(derived("benchmark", "payee", number) for number in range(count))
    new = [NewPerson(person_id, "演练人员", role, COUNTY, SINCE) for person_id, role in officers]
    new += [
        NewPerson(payee, f"网格员{number}", "grid_worker", COUNTY, SINCE, account=_account(number))
        for number, payee in enumerate(payees)
    ]
    for start in range(0, len(new), _AT_ONCE):
        part = new[start : start + _AT_ONCE]
        county.register_persons(app, actor=founder, key=f"persons:{start}", new=part, on=on)
    budgets.appropriate(
        app,
        actor=founder,
        key="budget",
        year=ON.year,
        document="演练〔2025〕1号",
        amount_fen=Fen(AMOUNT * count),
        purpose=budgets.purpose_of(app, "allowance"),
        on=on,
    )
    granter, maker, checker = enrol(app, administrator=founder, officers=officers, secret=secret, on=on)
    app.runner.catch_up()
    return _Office(app, granter, maker, checker, payees)


def _account(number: int) -> Account:
    return Account(f"网格员{number}", f"6222{number:015d}", "演练银行")


def print_table(steps: list[Step], *, payees: int) -> None:
    """One line a step, with its share for each payee; then the sums."""
    print(f"a month with {payees:,} payees\n")
    print(f"{'':32}{'seconds':>10}{'followed':>10}{'events':>10}{'floor':>10}{'ratio':>8}")
    total = Step(
        "together",
        sum(one.seconds for one in steps),
        sum(one.followed_s for one in steps),
        sum(one.events for one in steps),
        sum(one.floor_s for one in steps),
    )
    for one in (*steps, total):
        ratio = f"{one.seconds / one.floor_s:.1f}×" if one.floor_s else "–"
        print(
            f"{one.name:32}{one.seconds:>10.2f}{one.followed_s:>10.2f}{one.events:>10,}{one.floor_s:>10.2f}{ratio:>8}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.closing", description=__doc__)
    parser.add_argument("--payees", type=int, default=2_000, metavar="N", help="default 2,000; a large county: 20,000")
    asked = parser.parse_args()
    with throw_away_server() as dsn:
        print_table(measure(dsn, payees=asked.payees), payees=asked.payees)


if __name__ == "__main__":
    main()
