"""One rehearsal, from the queues to the bank's last word.

Run again, it goes on with what is open and repeats nothing.
"""

from api.context import App
from api.files import rehearsal_bank
from api.rehearsal import casework, grounds
from api.rehearsal.casework import Progress
from api.rehearsal.cast import engage
from api.rehearsal.payday import BatchDays, Payday
from api.rehearsal.totals import Totals, totals_of
from domain.kernel.calendar import day_in_china
from journal.facts import Actor


def rehearse(app: App, *, founder: Actor, seed: str, progress: Progress) -> Totals:
    """Take every open report through to the bank's answer. Refuses `rehearsal.only` in a journal that is none."""
    today = day_in_china(app.journal.now())
    cast = engage(app, founder=founder, on=today)
    app.runner.catch_up()
    grounds.set_tariffs(app, cast, on=today)
    grounds.appropriate(app, cast, on=today)
    casework.verify(app, cast, seed=seed, on=today, progress=progress)
    casework.handle(app, cast, progress=progress)
    casework.decide(app, cast, seed=seed, on=today, progress=progress)
    grounds.furnish_accounts(app, cast, on=today)
    payday = Payday.of(
        app,
        maker=cast.maker,
        checker=cast.checker,
        seed=seed,
        days=lambda _month, _number: BatchDays.all_on(today),
        progress=progress,
        later_answer=rehearsal_bank.answer_in_part,
    )
    payday.pay()
    return totals_of(app)
