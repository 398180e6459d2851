"""The execution of budgets as it is disclosed: both ways to compute it agree, and every row adds up."""

import psycopg

from tests.projections.disclosed.agreeing import agree
from tests.projections.story import COUNTY, VILLAGE, Story


def test_the_year_and_its_quarter(told: Story, reader: psycopg.Connection) -> None:
    made = agree(reader, told, "budget", division=COUNTY, period="2026-Q1")
    (table,) = made.document.tables
    (row,) = table.rows
    unit, project, _, appropriated, spent, committed, available, lapsed, within = row
    assert (unit, project, appropriated) == (COUNTY, "移动网格员奖励", 10_000_000)
    assert appropriated == spent + committed + available + lapsed  # type: ignore[operator]
    assert spent == within == 2_000
    january = agree(reader, told, "budget", division=COUNTY, period="2026-01").document
    assert january.sentence["spent_fen"] == 0 < january.sentence["committed_fen"]
    assert agree(reader, told, "budget", division=VILLAGE, period="2026").document.tables[0].rows == ()
    assert agree(reader, told, "budget", division=COUNTY, period="2025-12").document.sentence["budgets"] == 0
