"""A village's book begins by two people's word, and above its limit nothing is spent without a resolution."""

from datetime import date

from domain.kernel.money import Fen
from domain.kernel.village_lines import VoucherLine, postings_of
from domain.village import books
from domain.village.books import (
    PlanLine,
    VillageBookOpened,
    VillageChartAdopted,
    VillageLimitSet,
    VillageOpeningProposed,
    VillageOpeningRecorded,
    VillageOpeningRejected,
    VillagePlanPublished,
)
from tests.domain.samples import CLERK, COUNTY, GRID_WORKER, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(books.evolve)
SINCE = date(2026, 1, 1)
LINES = (VoucherLine("102", "debit", Fen(500)), VoucherLine("311", "credit", Fen(500)))
OPENED = VillageBookOpened(
    division=VILLAGE, chart="village-2023/1", since=SINCE, limit_fen=Fen(500_000), document="制度"
)
PROPOSED = VillageOpeningProposed(lines=LINES, document="余额表", proposer_id=CLERK)
RECORDED = VillageOpeningRecorded(division=VILLAGE, confirmer_id=GRID_WORKER, postings=postings_of(VILLAGE, LINES))
PLAN = (PlanLine("income", "鱼塘发包", Fen(100)),)
PUBLISHED = VillagePlanPublished(division=VILLAGE, year=2026, lines=PLAN, document="计划")
OPENING = {
    "division": VILLAGE,
    "division_known": True,
    "chart": "village-2023/1",
    "charts": ("village-2023/1",),
    "since": SINCE,
    "limit_fen": 500_000,
    "document": "制度",
}
TABLES = (
    Table(
        books.evolve,
        books.open_book,
        (),
        OPENING,
        [
            row("village_book.already_opened", given=(OPENED,)),
            row("place.unknown", division_known=False),
            row("village_book.not_a_village", division=COUNTY),
            row("village_book.chart_unknown", charts=()),
            row("village_book.since_unsuited", since=date(2026, 1, 2)),
            row("village_book.limit_unsuited", limit_fen=-1),
        ],
    ),
    Table(
        books.evolve,
        books.set_limit,
        (OPENED,),
        {"limit_fen": 1, "document": "制度"},
        [
            row("village_book.limit_unsuited", limit_fen=-1),
            row("village_book.nothing_changed", limit_fen=500_000),
        ],
    ),
    Table(
        books.evolve,
        books.adopt_chart,
        (OPENED,),
        {"chart": "village-2023/2", "charts": ("village-2023/1", "village-2023/2")},
        [
            row("village_book.chart_unknown", charts=()),
            row("village_book.nothing_changed", chart="village-2023/1"),
        ],
    ),
    Table(
        books.evolve,
        books.propose_opening,
        (OPENED,),
        {
            "lines": LINES,
            "accounts": {"vil:102", "vil:311"},
            "parties": set(),
            "document": "余额表",
            "proposer_id": CLERK,
        },
        [row("village_book.opening_recorded_already", given=(OPENED, PROPOSED, RECORDED))],
    ),
    Table(
        books.evolve,
        books.confirm_opening,
        (OPENED, PROPOSED),
        {"confirmer_id": GRID_WORKER},
        [
            row("village_book.no_opening", given=(OPENED,)),
            row("chain.acted_twice", confirmer_id=CLERK),
        ],
    ),
    Table(
        books.evolve,
        books.reject_opening,
        (OPENED, PROPOSED),
        {"rejecter_id": CLERK, "reason": "数字不对"},
        [
            row("village_book.no_opening", given=(OPENED,)),
            row("reason.insufficient", reason="…"),
        ],
    ),
    Table(
        books.evolve,
        books.publish_plan,
        (OPENED,),
        {"year": 2026, "lines": PLAN, "document": "计划", "resolution": None},
        [
            row("village_plan.year_unsuited", year=2025),
            row("village_plan.no_lines", lines=()),
            row("village_plan.line_unsuited", lines=(PlanLine("income", " ", Fen(100)),)),
            row("village_plan.nothing_changed", given=(OPENED, PUBLISHED)),
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


def test_a_book_begins_with_what_two_people_say() -> None:
    given(OPENED, PROPOSED).when(books.confirm_opening, confirmer_id=GRID_WORKER).then(RECORDED)
    given(OPENED, PROPOSED, VillageOpeningRejected(rejecter_id=CLERK, reason="数字不对")).when(
        books.confirm_opening, confirmer_id=GRID_WORKER
    ).refused("village_book.no_opening")
    assert given(OPENED).state.opening_day == date(2025, 12, 31)


def test_what_was_set_last_holds() -> None:
    state = given(OPENED, VillageLimitSet(limit_fen=Fen(1), document="新制度"), PUBLISHED).state
    assert (state.limit_fen, state.plans) == (1, {2026: PLAN})
    assert given(OPENED, VillageChartAdopted(chart="village-2023/2")).state.chart == "village-2023/2"
