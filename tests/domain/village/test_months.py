"""Vouchers of a month are numbered without a gap; a month is closed by two people and stays closed."""

from datetime import date
from uuid import UUID

from domain.kernel.calendar import Month
from domain.kernel.events import Sha256
from domain.village import months
from domain.village.months import (
    VillageMonthClosed,
    VillageMonthCloseProposed,
    VillageMonthCloseWithdrawn,
    VillageVoucherNumbered,
)
from tests.domain.samples import CLERK, GRID_WORKER, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(months.evolve)
MONTH, VOUCHER, BALANCE = Month("2026-01"), UUID(int=7), Sha256("5a" * 32)
OF = {"division": VILLAGE, "of": MONTH}
FIRST = VillageVoucherNumbered(division=VILLAGE, month=MONTH, number=1, voucher_id=VOUCHER)
PROPOSED = VillageMonthCloseProposed(
    division=VILLAGE, month=MONTH, vouchers=1, trial_balance=BALANCE, proposer_id=CLERK
)
CLOSED = VillageMonthClosed(division=VILLAGE, month=MONTH, vouchers=1, trial_balance=BALANCE, closer_id=GRID_WORKER)
UNDONE = VillageMonthCloseWithdrawn(withdrawer_id=CLERK, reason="还要核对")
PROPOSING = {
    **OF,
    "before_closed": True,
    "opening_waits": False,
    "vouchers_waiting": 0,
    "trial_balance": BALANCE,
    "proposer_id": CLERK,
    "on": date(2026, 2, 1),
}
TABLES = (
    Table(
        months.evolve,
        months.number,
        (FIRST,),
        {**OF, "voucher_id": VOUCHER},
        [
            row("village_month.closed", given=(FIRST, PROPOSED, CLOSED)),
            row("village_month.closing", given=(FIRST, PROPOSED)),
        ],
    ),
    Table(
        months.evolve,
        months.propose_close,
        (FIRST,),
        PROPOSING,
        [
            row("village_month.closed", given=(FIRST, PROPOSED, CLOSED)),
            row("village_month.closing", given=(FIRST, PROPOSED)),
            row("village_month.not_over", on=date(2026, 1, 31)),
            row("village_month.not_next", before_closed=False),
            row("village_month.opening_waits", opening_waits=True),
            row("village_month.vouchers_wait", vouchers_waiting=2),
        ],
    ),
    Table(
        months.evolve,
        months.withdraw_close,
        (PROPOSED,),
        {"withdrawer_id": CLERK, "reason": "还要核对"},
        [
            row("village_month.not_closing", given=(FIRST,)),
            row("reason.insufficient", reason="…"),
        ],
    ),
    Table(
        months.evolve,
        months.close,
        (FIRST, PROPOSED),
        {**OF, "trial_balance": BALANCE, "closer_id": GRID_WORKER},
        [
            row("village_month.not_closing", given=(FIRST,)),
            row("chain.acted_twice", closer_id=CLERK),
            row("village_month.moved", trial_balance=Sha256("00" * 32)),
        ],
    ),
)


@every_table(*TABLES)
def test_a_table_is_right(table: Table) -> None:
    table.check_accepted()
    table.check_documented()


@every_row(*TABLES)
def test_a_refusal(table: Table, position: int) -> None:
    table.check_row(position)


def test_the_next_number_follows_the_last() -> None:
    second = VillageVoucherNumbered(division=VILLAGE, month=MONTH, number=2, voucher_id=VOUCHER)
    given().when(months.number, **OF, voucher_id=VOUCHER).then(FIRST)
    given(FIRST).when(months.number, **OF, voucher_id=VOUCHER).then(second)
    given(FIRST, PROPOSED, UNDONE).when(months.number, **OF, voucher_id=VOUCHER).then(second)


def test_a_month_is_closed_with_what_was_proposed() -> None:
    given(FIRST).when(months.propose_close, **PROPOSING).then(PROPOSED)
    given(FIRST, PROPOSED).when(months.close, **OF, trial_balance=BALANCE, closer_id=GRID_WORKER).then(CLOSED)
