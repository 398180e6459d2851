"""Every event exactly once, whatever ends the process; and a model that cannot go on stops alone, and says where."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import uuid4

import psycopg
import pytest

from domain.incidents import IncidentVerified
from domain.streams import event_types
from journal.codec import Recorded
from journal.errors import IntegrityError
from migrations.roles import Access
from projections.models import MODELS
from projections.positions import Status
from projections.read_model import ReadModel
from projections.rebuild import rebuild
from projections.rows import WriteCursor
from projections.runner import Runner
from projections.schema import install
from tests.projections.conftest import all_rows, roles_of
from tests.projections.story import CODEC, WORKER, Story, paid_month


@dataclass
class Faulty:
    """A read model that counts events, and does something else at the nth event it sees."""

    at: int
    instead: str
    armed: bool = True
    NAME: str = "faulty"
    DDL: str = "CREATE TABLE faulty (log_index bigint PRIMARY KEY)"
    TYPES: frozenset[str] = field(default_factory=lambda: frozenset(event_types()))

    def apply(self, cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
        for recorded in events:
            cursor.execute("INSERT INTO faulty VALUES (%s)", (recorded.index,))
            if self.armed and recorded.index == self.at:
                if self.instead == "kill":
                    self.armed = False
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
                raise ValueError(f"not my kind of event: 张三 {recorded.index}")


def with_model(access: Access, model: ReadModel) -> Runner:
    models = (*MODELS, model)
    with psycopg.connect(access.projector, autocommit=True) as conn:
        install(conn, models, roles=roles_of(access))
    return Runner(access.projector, CODEC, models, batch=10)


def by_name(runner: Runner) -> dict[str, Status]:
    return {status.model: status for status in runner.status()}


def rebuilt_rows(access: Access, models: Sequence[ReadModel] = MODELS) -> dict[str, list[tuple[object, ...]]]:
    rebuild(access.projector, CODEC, models, roles=roles_of(access), batch=64)
    return all_rows(access)


@pytest.mark.parametrize("at", [0, 9, 10, 25])
def test_a_killed_backend_leaves_whole_batches_behind(installed: Access, at: int) -> None:
    story = paid_month(Story().opened())
    size = story.append_to(installed.writer)
    faulty = Faulty(at=at, instead="kill")
    runner = with_model(installed, faulty)

    with pytest.raises(psycopg.OperationalError):
        runner.catch_up()
    assert {status.position for status in runner.status()} == {at // 10 * 10}

    assert runner.catch_up() == size
    live = all_rows(installed)
    assert live["faulty"] == [(f"({index})",) for index in sorted(range(size), key=lambda n: f"({n})")]
    assert live == rebuilt_rows(installed, (*MODELS, faulty))


def kill_projections(conn: psycopg.Connection) -> None:
    """Terminate the runner's backends, as soon as it has some."""
    deadline = time.monotonic() + 60
    while not conn.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'mingzhang projections' AND datname = current_database()"
    ).fetchall():
        assert time.monotonic() < deadline, "the runner never came back"
        time.sleep(0.01)


def test_following_survives_its_backends_being_killed_again_and_again(installed: Access) -> None:
    story = Story().opened()
    story.append_to(installed.writer)
    runner = Runner(installed.projector, CODEC, batch=5)
    stop = threading.Event()
    with ThreadPoolExecutor() as pool, psycopg.connect(installed.projector, autocommit=True) as conn:
        following = pool.submit(runner.follow, stop)
        try:
            for number in range(8):
                for rider in range(4):
                    story.grant(f"rider {rider}")
                size = story.append_to(installed.writer)
                time.sleep(0.002 * number)
                kill_projections(conn)
            assert runner.wait_for(size, timeout_s=60)
        finally:
            stop.set()
            runner.close()
        following.result(timeout=60)
    assert all_rows(installed) == rebuilt_rows(installed)


def test_a_model_that_cannot_apply_an_event_stops_there_and_the_others_go_on(installed: Access) -> None:
    story = paid_month(Story().opened())
    size = story.append_to(installed.writer)
    runner = with_model(installed, Faulty(at=25, instead="raise"))

    assert runner.catch_up() == size

    status = by_name(runner)
    assert {name: one.position for name, one in status.items()} == {model.NAME: size for model in MODELS} | {
        "faulty": 25
    }
    stopped = status["faulty"]
    assert (stopped.behind, stopped.stopped_error) == (size - 25, "ValueError")
    stream_id, seq, _, _ = story.entries[25]
    assert stopped.stopped_event is not None
    assert stopped.stopped_event.endswith(f"{stream_id}@{seq}")
    assert len(all_rows(installed)["faulty"]) == 25

    story.grant("rider")
    size = story.append_to(installed.writer)
    assert runner.catch_up() == size
    assert by_name(runner)["faulty"].position == 25


def test_an_event_about_something_unknown_stops_the_model_that_needs_it(installed: Access, runner: Runner) -> None:
    story = Story().opened()
    incident_id = story.report()
    story.verify(incident_id)
    story.record(
        "incident",
        uuid4(),
        IncidentVerified(verifier_id=WORKER, confirmed=True, reason="seen_on_site"),
    )
    story.handle(incident_id)
    size = story.append_to(installed.writer)

    assert runner.catch_up() == size
    status = by_name(runner)["incidents"]
    assert status.position == size - 2
    assert status.stopped_error == "MissingRow: incidents: 1 of 1 rows to change are missing"
    assert [one.model for one in runner.status() if one.stopped_event is not None] == ["incidents", "incident_courses"]


def test_a_gap_in_the_log_stops_everything(installed: Access, runner: Runner) -> None:
    story = Story().opened()
    story.report()
    story.append_to(installed.writer)
    story.report()
    story.report()
    story.written += 1  # the event at index 3 never reaches the table
    story.append_to(installed.writer)

    with pytest.raises(IntegrityError, match="gap: log index 3 is missing"):
        runner.catch_up()
    assert {(one.position, one.stopped_event) for one in runner.status()} == {(3, "log index 3")}
    assert runner.catch_up() == -1
    assert len(all_rows(installed)["incidents"]) == 1


def test_an_event_without_a_decoder_stops_everything(installed: Access, runner: Runner) -> None:
    story = Story().opened()
    story.report()
    stream_id, seq, topic, note = story.entries[-1]
    story.entries[-1] = (stream_id, seq, topic, note.replace(b"incident.reported/1", b"incident.reported/9"))
    story.append_to(installed.writer)

    with pytest.raises(IntegrityError, match=r"no decoder for the type incident\.reported/9"):
        runner.catch_up()
    assert {one.position for one in runner.status()} == {2}


@pytest.mark.parametrize(("size", "says"), [(2, "shorter"), (9, "head is further")])
def test_a_log_whose_head_does_not_fit_stops_everything(
    installed: Access, runner: Runner, size: int, says: str
) -> None:
    story = Story().opened()
    story.report()
    story.append_to(installed.writer)
    assert runner.catch_up() == 3
    with psycopg.connect(installed.writer) as conn:
        conn.execute("UPDATE journal.head SET size = %s", (size,))

    with pytest.raises(IntegrityError, match=says):
        runner.catch_up()
    assert all(one.stopped_event is not None for one in runner.status())


def test_several_runners_do_the_work_of_one(installed: Access) -> None:
    story = Story().opened()
    story.append_to(installed.writer)
    stop = threading.Event()
    runners = [Runner(installed.projector, CODEC, batch=batch) for batch in (1, 3, 8)]
    with ThreadPoolExecutor() as pool:
        following = [pool.submit(runner.follow, stop) for runner in runners]
        try:
            for number in range(10):
                story.grant(f"rider {number % 3}")
                size = story.append_to(installed.writer)
            assert all(runner.wait_for(size, timeout_s=60) for runner in runners)
        finally:
            stop.set()
            for runner in runners:
                runner.close()
        for one in following:
            one.result(timeout=60)
    live = all_rows(installed)
    assert len(live["incidents"]) == 10
    assert live == rebuilt_rows(installed)


def test_a_model_that_joins_later_catches_up_by_itself(installed: Access, runner: Runner) -> None:
    story = paid_month(Story().opened())
    size = story.append_to(installed.writer)
    assert runner.catch_up() == size
    joined = with_model(installed, Faulty(at=-1, instead="raise"))
    story.grant("rider")
    size = story.append_to(installed.writer)
    assert joined.catch_up() == size
    assert len(all_rows(installed)["faulty"]) == size
