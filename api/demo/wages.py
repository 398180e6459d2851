"""The demonstration county's payouts: twelve months, of which the last lies partly open."""

from collections.abc import Callable
from datetime import timedelta

from api.context import App
from api.demo.people import People
from api.rehearsal.payday import BatchDays, Payday, all_batches
from domain.kernel.calendar import Month, first_day, next_month

Progress = Callable[[str, int, int], None]


def payday_of(app: App, people: People, progress: Progress = lambda *_: None) -> Payday:
    """Who pays, how and when."""
    return Payday.of(
        app,
        maker=people.maker,
        checker=people.checker,
        seed=people.seed,
        days=_days,
        progress=progress,
        profiles=("neutral-csv",) * 4 + ("generic-xlsx",),
    )


def pay_last(app: App, people: People, progress: Progress) -> None:
    """The last month's first batch is answered, in part; its second one waits for a checker. Then the statements."""
    payday, last = payday_of(app, people, progress), [people.period.paid_months[-1]]
    payday.reconcile()
    if not any(batch.month in last and batch.number > 1 for batch in all_batches(app)):
        payday.freeze(last)
        payday.approve(last)
        payday.export(last)
        payday.answer(last)
        payday.freeze(last)


def _days(of: Month, number: int) -> BatchDays:
    """A month's first batch goes out in the middle of the next month, each later one ten days after the one before."""
    start = first_day(next_month(of)) + timedelta(days=14 + 10 * (number - 1))
    frozen, approved, exported, answered, resolved, closed = (start + timedelta(days=n) for n in (0, 1, 2, 3, 6, 7))
    return BatchDays(frozen, approved, exported, answered, resolved, closed)
