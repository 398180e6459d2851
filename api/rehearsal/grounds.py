"""What a rehearsal needs before it can begin: a band and a tariff since the earliest report, and money in the budget.

What the county has set up itself is left as it is; only what is missing is added, and named 演练.
"""

from datetime import date
from typing import Final
from uuid import UUID

from api.commands import budgets, county
from api.commands.county import Account, NewAccount
from api.commands.shared import person_stream, tariff_stream
from api.context import App
from api.rehearsal.cast import Cast
from api.rehearsal.chance import number
from domain import persons, tariffs
from domain.budgets import budget_id
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from projections import budget_executions, incidents, reward_payments

BAND_MIN: Final = Fen(500)
BAND_MAX: Final = Fen(2_000)
AT_FIRST: Final = Fen(800)
LATER: Final = Fen(1_000)
APPROPRIATED_MIN: Final = Fen(1_000_000)
ACCOUNTS_PER_APPEND: Final = 200
_ANY_CATEGORY: Final = ""


def set_tariffs(app: App, cast: Cast, *, on: date) -> None:
    """A band of 5 to 20 yuan and a tariff of 8 yuan since the earliest report; 10 yuan from the middle of the years on.

    The tariff in force when a report was made applies, so reports of ten years need tariffs of ten years. The later one
    is set first: one for days that have come may fill a gap, and not take the place of another.
    """
    first, middle = _years(app, on)
    code = app.log.division
    known = app.journal.state(tariff_stream(code), tariffs.evolve)
    if known is None or known.band(first) is None:
        county.set_band(
            app,
            actor=cast.founder,
            key=f"rehearsal:band:{first}",
            division=code,
            min_fen=BAND_MIN,
            max_fen=BAND_MAX,
            since=first,
            document="演练〔奖励区间〕",
            on=on,
        )
    if known is not None and known.in_force(_ANY_CATEGORY, first) is not None:
        return
    amounts = {first: AT_FIRST, middle: LATER} if known is None or not known.tariffs else {first: AT_FIRST}
    for since in sorted(amounts, reverse=True):
        county.set_tariff(
            app,
            actor=cast.founder,
            key=f"rehearsal:tariff:{since}",
            division=code,
            category=None,
            amount_fen=amounts[since],
            since=since,
            document="演练〔奖励标准〕",
            on=on,
        )


def appropriate(app: App, cast: Cast, *, on: date) -> None:
    """Money for everything that may still be granted this year, at the band's upper end, if it is not there yet."""
    year = on.year
    purpose = budgets.purpose_of(app, "reward")
    identity = budget_id(app.log.division, purpose.project, purpose.spending_class, year)
    with app.reading.connection() as connection:
        waiting = incidents.counters(connection, area=app.log.division)
        budget = budget_executions.one(connection, identity)
    open_count = waiting.verification + waiting.handling + waiting.decision
    available_fen = budget.available_fen if budget is not None else 0
    if budget is not None and available_fen >= open_count * BAND_MAX:
        return
    document = f"演练预〔{year}〕{len(budget.documents) + 1 if budget is not None else 1}号"
    budgets.appropriate(
        app,
        actor=cast.founder,
        key=f"rehearsal:budget:{derived('document', document)}",
        year=year,
        document=document,
        amount_fen=Fen(max(APPROPRIATED_MIN, open_count * BAND_MAX)),
        on=on,
    )


def furnish_accounts(app: App, cast: Cast, *, on: date) -> int:
    """A synthetic account, marked 演练, for everybody who is to be paid and has none; how many were set."""
    payees = _to_be_paid(app)
    found = app.journal.states([person_stream(payee) for payee in payees], persons.evolve)
    without = [payee for payee in payees if (person := found[person_stream(payee)]) is not None and not person.accounts]
    for start in range(0, len(without), ACCOUNTS_PER_APPEND):
        part = without[start : start + ACCOUNTS_PER_APPEND]
        new = [NewAccount(payee, 1, synthetic_account(payee)) for payee in part]
        key = f"rehearsal:accounts:{derived('accounts', *part)}"
        county.set_payee_accounts(app, actor=cast.founder, key=key, new=new, on=on)
    return len(without)


def synthetic_account(person_id: UUID) -> Account:
    """An account that no bank has: its number begins with zeros, its holder and bank say 演练."""
    digits = number("account", person_id) % 10**15
    return Account(holder=f"演练收款人{person_id.hex[:8]}", number=f"0000{digits:015d}", bank="演练银行（不存在）")


def _years(app: App, on: date) -> tuple[date, date]:
    """The first day of the oldest open report's year, and of the year halfway to the latest report."""
    area = app.log.division
    with app.reading.connection() as connection:
        oldest = incidents.counters(connection, area=area).oldest_on
        latest = incidents.listing(connection, incidents.Filter(area=area), limit=1)
    last = latest[0].reported_on if latest else on
    first = oldest or last
    return date(first.year, 1, 1), date(first.year + (last.year - first.year + 1) // 2, 1, 1)


def _to_be_paid(app: App) -> list[UUID]:
    code = app.log.division
    with app.reading.connection() as connection:
        months = [one.month for one in reward_payments.months(connection, code)]
        rewards = [reward for month in months for reward in reward_payments.to_schedule(connection, code, month)]
    return list(dict.fromkeys(reward.payee_id for reward in rewards))
