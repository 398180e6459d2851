"""Totals of real counties, counted out of registers as our read models keep them."""

from datetime import date

import psycopg

from domain.kernel.ids import derived
from domain.kernel.rates import Breakdown
from domain.persons import RoleGranted
from migrations.roles import Access
from projections import persons
from projections.runner import Runner
from tests.projections.story import CODEC, COUNTY, Story

SINCE, TODAY = date(2026, 1, 1), date(2026, 3, 1)
GRIDS = 789


def test_binjiang_has_one_leader_and_two_workers_in_each_of_789_grids(
    installed: Access, reader: psycopg.Connection
) -> None:
    story = Story().opened()
    for grid in range(GRIDS):
        for number, role in enumerate(("grid_leader", "grid_worker", "grid_worker")):
            who = derived("test", "person", grid, number)
            story.record("person", who, RoleGranted(role=role, area=COUNTY, since=SINCE))
    story.append_to(installed.writer)
    runner = Runner(installed.projector, CODEC, batch=500)
    runner.catch_up()
    runner.close()
    counts = {
        role: len(persons.holders(reader, role, area=COUNTY, on=TODAY)) for role in ("grid_leader", "grid_worker")
    }
    assert counts == {"grid_leader": GRIDS, "grid_worker": 2 * GRIDS}
    assert Breakdown(counts, len(story.entries)).agrees_with(2_367)
