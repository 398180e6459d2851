"""Read models made again from zero are the live ones, row for row, and take their place without a page noticing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from migrations.roles import Access
from projections import incidents, reward_payments
from projections.models import MODELS
from projections.rebuild import RebuildRunning, RebuildStopped, rebuild
from projections.runner import Runner
from projections.schema import NEXT_LOCK, NeedsRebuild, install
from tests.projections.conftest import all_rows, roles_of
from tests.projections.story import CODEC, COUNTY, Story
from tests.projections.test_follower import Faulty


def test_rebuilt_equals_live(installed: Access, told: Story) -> None:
    live = all_rows(installed)
    assert all(
        live[table] for table in ("incidents", "reward_payments", "payout_payments", "ledger_entries", "ledger_blocks")
    )
    seen: list[tuple[int, int]] = []
    size = len(told.entries)

    def progress(done: int, of: int) -> None:
        seen.append((done, of))

    assert rebuild(installed.projector, CODEC, roles=roles_of(installed), batch=10, progress=progress) == size
    assert all_rows(installed) == live
    assert seen[-1] == (size, size)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})


def test_readers_read_the_new_tables_through_statements_prepared_on_the_old(
    installed: Access, told: Story, runner: Runner, reader: psycopg.Connection
) -> None:
    reader.prepare_threshold = 0
    before = incidents.counters(reader, area=COUNTY)
    rebuild(installed.projector, CODEC, roles=roles_of(installed))
    told.report()
    told.append_to(installed.writer)
    assert incidents.counters(reader, area=COUNTY) == before

    runner.catch_up()
    after = replace(before, verification=before.verification + 1, oldest_on=told.today)
    assert incidents.counters(reader, area=COUNTY) == after
    found = reader.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'read\\_%'").fetchone()
    assert found == (0,)


def test_rebuilding_beside_a_live_runner_and_appends_loses_nothing(installed: Access) -> None:
    story = Story().opened()
    story.append_to(installed.writer)
    runner = Runner(installed.projector, CODEC, batch=5)
    stop = threading.Event()
    with ThreadPoolExecutor() as pool:
        following = pool.submit(runner.follow, stop)
        try:
            for number in range(6):
                building = pool.submit(rebuild, installed.projector, CODEC, roles=roles_of(installed), batch=8)
                story.grant(f"rider {number}")
                story.grant(f"rider {number + 1}")
                size = story.append_to(installed.writer)
                building.result(timeout=60)
            assert runner.wait_for(size, timeout_s=60)
        finally:
            stop.set()
            runner.close()
        following.result(timeout=60)
    live = all_rows(installed)
    assert len(live["incidents"]) == 12
    assert rebuild(installed.projector, CODEC, roles=roles_of(installed)) == size
    assert all_rows(installed) == live


def test_a_rebuild_that_stops_leaves_the_live_models_as_they_were(installed: Access, told: Story) -> None:
    live = all_rows(installed)
    models = (*MODELS, Faulty(at=20, instead="raise"))
    with pytest.raises(RebuildStopped, match=r"faulty at \w+/[0-9a-f-]+@\d+: ValueError$"):
        rebuild(installed.projector, CODEC, models, roles=roles_of(installed), batch=10)
    assert all_rows(installed) == live


def test_a_stopped_model_runs_again_after_a_rebuild_with_a_cure(installed: Access, told: Story) -> None:
    faulty = Faulty(at=20, instead="raise")
    models = (*MODELS, faulty)
    with psycopg.connect(installed.projector, autocommit=True) as conn:
        install(conn, models, roles=roles_of(installed))
    runner = Runner(installed.projector, CODEC, models)
    runner.catch_up()
    assert runner.status()[-1].stopped_event is not None

    faulty.armed = False
    rebuild(installed.projector, CODEC, models, roles=roles_of(installed))
    assert runner.status()[-1].stopped_event is None
    assert len(all_rows(installed)["faulty"]) == len(told.entries)


def test_two_rebuilds_at_once_are_refused(installed: Access) -> None:
    with psycopg.connect(installed.projector, autocommit=True) as conn:
        conn.execute("SELECT pg_advisory_lock(%s)", (NEXT_LOCK,))
        with pytest.raises(RebuildRunning):
            rebuild(installed.projector, CODEC, roles=roles_of(installed))


def test_other_ddl_is_noticed_and_rebuilt(installed: Access, told: Story, runner: Runner) -> None:
    newer = Faulty(at=-1, instead="raise", NAME="reward_payments", DDL="CREATE TABLE faulty (log_index bigint)")
    models = tuple(newer if model is reward_payments else model for model in MODELS)
    after = Runner(installed.projector, CODEC, models)
    with (
        psycopg.connect(installed.projector, autocommit=True) as conn,
        pytest.raises(NeedsRebuild, match="reward_payments"),
    ):
        install(conn, models, roles=roles_of(installed))
    with pytest.raises(NeedsRebuild) as refused:
        after.catch_up()
    assert refused.value.models == ("reward_payments",)
    assert [one.model for one in after.status() if not one.current] == ["reward_payments"]

    rebuild(installed.projector, CODEC, models, roles=roles_of(installed))
    assert after.catch_up() == len(told.entries)
    assert len(all_rows(installed)["faulty"]) == len(told.entries)
    with pytest.raises(NeedsRebuild):  # the older code must not write to the newer tables
        runner.catch_up()


def test_a_rebuild_makes_the_schema_where_none_was_installed(database: Access) -> None:
    story = Story().opened()
    story.append_to(database.writer)
    assert rebuild(database.projector, CODEC, roles=roles_of(database)) == 2
    assert Runner(database.projector, CODEC).catch_up() == 2
