"""Whatever happens, in whatever order: live is rebuilt, row for row, and every total is the fold of the facts."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.kernel.calendar import month
from domain.kernel.money import Fen
from migrations.roles import Access
from projections import budget_executions, payout_batches, reward_payments, trial_balances
from projections.rebuild import rebuild
from projections.reward_payments import Sum
from projections.runner import Runner
from tests.conftest import Cluster
from tests.projections.conftest import all_rows, install_models, roles_of
from tests.projections.story import CODEC, COUNTY, NEXT_VILLAGE, OTHER_TOWNSHIP, VILLAGE, Story

ANSWERS = ("settled", "failed", "unresolved")
END = date(9999, 1, 1)


def happen(story: Story, choice: int, number: int) -> None:
    """One of the things that can happen now; `number` chooses among what it can happen to."""
    day = story.today

    def grant() -> None:
        division = (VILLAGE, NEXT_VILLAGE, OTHER_TOWNSHIP)[number % 3]
        story.grant(f"rider {number % 5}", amount_fen=Fen(500 + number % 16 * 100), division=division)

    def pass_days() -> None:
        story.today = day + timedelta(days=number % 7)  # fifty steps stay within the year of the budget

    things: list[Callable[[], object]] = [grant, grant, pass_days, lambda: story.verify(story.report())]
    lines = [line for batch in story.batches for line in batch.payments]
    if settled := [line for line in lines if line.state == "settled"]:
        things.append(lambda: story.come_back(settled[number % len(settled)]))
        things.append(lambda: story.contradict(settled[number % len(settled)]))
    if back := [line for line in lines if line.state == "returned"]:
        things.append(lambda: story.decide_on(back[0], again=number % 2 == 0))
    if free := story.unpaid():
        things.append(lambda: story.reverse(free[number % len(free)]))
        things.append(lambda: story.freeze(month=free[number % len(free)].month))
    if frozen := [one for one in story.batches if one.status == "frozen"]:
        things += [lambda: story.approve(frozen[0]), lambda: story.reject(frozen[-1])]
    if approved := [one for one in story.batches if one.status == "approved"]:
        things.append(lambda: story.export(approved[0]))
    if sent := [one for one in story.batches if one.status in ("exported", "answered")]:
        outcomes = [ANSWERS[(number // 3**line) % 3] for line in range(5)]
        things.append(lambda: story.answer(sent[number % len(sent)], *outcomes))
    things[choice % len(things)]()


def live_run(access: Access, steps: list[tuple[int, int, bool]], *, batch: int) -> Story:
    """Let the steps happen, with the runner catching up after some of them."""
    runner = Runner(access.projector, CODEC, batch=batch)
    story = Story().opened()
    for choice, number, catch_up in steps:
        happen(story, choice, number)
        if catch_up:
            size = story.append_to(access.writer)
            assert runner.catch_up() == size
    story.append_to(access.writer)
    assert runner.catch_up() == len(story.entries)
    return story


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 400), st.booleans()), min_size=5, max_size=50),
    batch=st.integers(1, 40),
)
def test_live_is_rebuilt_and_totals_are_folds(cluster: Cluster, steps: list[tuple[int, int, bool]], batch: int) -> None:
    access, _ = cluster.copy_of("read models", install_models)
    try:
        story = live_run(access, steps, batch=batch)
        with psycopg.connect(access.reader, autocommit=True) as reader:
            check_balances(story, reader)
            check_months(story, reader)
            check_batches(story, reader)
        live = all_rows(access)
        assert rebuild(access.projector, CODEC, roles=roles_of(access), batch=97) == len(story.entries)
        assert all_rows(access) == live
    finally:
        cluster.drop(access)


def check_balances(story: Story, reader: psycopg.Connection) -> None:
    """Balances of every account at a day in the middle and at the end; books at zero; the budget from its accounts."""
    for as_of in (story.postings[len(story.postings) // 2][0], END):
        folded: defaultdict[str, int] = defaultdict(int)
        for day, postings in story.postings:
            if day <= as_of:
                for account, _, amount in postings:
                    folded[account] += amount
        assert {one.account: one.balance for one in trial_balances.full(reader, as_of=as_of)} == folded
        assert {one.balance for one in trial_balances.books(reader, as_of=as_of)} == {0}
    for budget in budget_executions.of_year(reader, 2026, area=COUNTY):
        columns = ("available", "committed", "spent")
        figures = (budget.available_fen, budget.committed_fen, budget.spent_fen)
        assert figures == tuple(folded[f"ind:{column}:{budget.budget_id}"] for column in columns)
        assert budget.balanced


def check_months(story: Story, reader: psycopg.Connection) -> None:
    """Every public page: the states and amounts of the rewards as the story remembers them."""
    for of in {one.month for one in story.rewards}:
        for division in (COUNTY, VILLAGE):
            page = reward_payments.for_month(reader, division, month(of))
            expected: defaultdict[str, Sum] = defaultdict(Sum)
            for reward in story.rewards:
                if reward.month == of and division in (COUNTY, reward.division):
                    expected[reward.state] += Sum(1, reward.amount_fen)
            assert page.reversed == expected.pop("reversed", Sum())
            assert {state: total for state, total in page.by_state.items() if total.count} == expected
            assert sum((row.rewards for row in page.rows), Sum()) == page.total


def check_batches(story: Story, reader: psycopg.Connection) -> None:
    """Every batch: its lines' states, and three ways that agree."""
    for batch in story.batches:
        page = payout_batches.page(reader, batch.id)
        assert page is not None
        assert (page.batch.status, page.batch.total_fen) == (batch.status, batch.total_fen)
        assert [(one.payment_id, one.state) for one in page.payments] == [(one.id, one.state) for one in batch.payments]
        assert page.three_way.agrees
