"""The owner of the database exchanges an old entry: whoever depends on it stops, and says so to everyone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest

from api.context import read_roles
from api.diagnosis import migrations_and_journal
from api.examining import head_signed
from api.patrol import Patrol
from api.publishing import publisher_of, signed_last
from api.server import create_app
from api.web.alarm import Alarm
from api.web.publishing import Publishing
from journal.checkpoint import Checkpoint
from journal.errors import IntegrityError
from journal.merkle import leaf_hash, root_of
from migrations.roles import Access
from projections.models import MODELS
from projections.rebuild import rebuild
from projections.runner import Runner
from projections.schema import install
from tests.api.web.county import COUNTY, VILLAGE, County, copied_county, served
from tests.projections.conftest import all_rows, roles_of
from tests.projections.story import CODEC, Story

if TYPE_CHECKING:
    from tests.conftest import Cluster

STOPPED = "账本校验未通过，已停止"
PHONE = "0793-5780000"


@pytest.fixture
def county(cluster: "Cluster") -> Iterator[County]:
    """A county of its own: what is broken here is broken for good."""
    with copied_county(cluster) as made:
        yield made


def forge(cluster: "Cluster", access: Access, index: int, old: bytes, new: bytes) -> None:
    """Exchange bytes of one stored entry, past roles and triggers; the stored hash of it follows by itself."""
    with psycopg.connect(cluster.superuser_dsn, dbname=access.database, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        changed = owner.execute(
            "UPDATE journal.events SET state = convert_to(replace(convert_from(state, 'UTF8'), %s, %s), 'UTF8')"
            " WHERE notification_id = %s AND position(%s::bytea IN state) > 0",
            (old.decode(), new.decode(), index + 1, old),
        )
        assert changed.rowcount == 1


def place_of(county: County, text: bytes) -> int:
    """Where an entry stands that holds a text."""
    return next(index for index, entry in county.app.journal.store.entries(0) if text in entry)


def test_a_forged_entry_stops_pages_commands_publishing_rebuild_and_is_told_by_doctor(
    county: County, cluster: "Cluster"
) -> None:
    county.rewarded(text="路灯不亮")
    app = county.app
    publisher = publisher_of(app, last=signed_last(app))
    with publisher.claimed():
        publisher.publish()
    publishing = Publishing(publisher)
    alarm = Alarm(app.journal.stop, publisher.stop)
    patrol = Patrol(app, alarm, lambda: publishing.broken)
    figures = all_rows(app.access)
    size = app.journal.position()

    assert patrol.round() == size
    patrol.look()
    assert alarm.failure is None

    place = place_of(county, b'"amount_fen":100000')
    forge(cluster, app.access, place, b'"amount_fen":100000', b'"amount_fen":900000')
    signed = head_signed(app.settings, app.access)
    with pytest.raises(IntegrityError, match="do not give the root"):
        rebuild(app.access.projector, CODEC, roles=read_roles(app.access), signed=signed)
    assert all_rows(app.access) == figures

    web = create_app(app, publishing=publishing, alarm=alarm)
    month = f"/v/{VILLAGE}/rewards/{county.month}"
    with served(web) as url:
        county.url = url
        worker = county.program("zhangjianguo")
        assert worker.get(month).status_code == 200  # nobody has looked yet
        patrol.round()
        assert alarm.failure is not None
        assert f"log index {place} differs from what was published" in alarm.failure
        for path in (month, "/", f"/v/{COUNTY}", "/staff", "/staff/sign-in"):
            page = worker.get(path)
            assert page.status_code == 503
            assert STOPPED in page.text
            assert PHONE in page.text
        answer = worker.post("/api/v1/incidents", json={}, headers={"idempotency-key": county.key()})
        assert (answer.status_code, answer.json()["code"]) == (503, "integrity.broken")
        health = worker.get("/healthz")
        assert (health.status_code, health.json()["status"]) == (503, "stopped")
        assert health.json()["integrity"] == alarm.failure
        assert worker.get("/log/checkpoint").status_code == 200  # what was published stays, to be compared

    with pytest.raises(IntegrityError, match="differs from what was published"):
        county.reported()
    assert app.journal.position() == size
    with publisher.claimed(), pytest.raises(IntegrityError, match="differs from what was published"):
        publisher.publish()
    observed = web.state.published.standing().observed
    assert observed is not None
    assert observed.failure == alarm.failure

    found = [item for item in migrations_and_journal(app.settings, app.access) if item.name == "记录内容"]
    assert [item.state for item in found] == ["bad"]
    assert f"前 {size} 条记录与签过名的不一致" in found[0].text


def test_what_a_part_of_the_program_found_stops_all_of_it(county: County) -> None:
    app = county.app
    found: list[str | None] = [None]
    alarm = Alarm(app.journal.stop)
    patrol = Patrol(app, alarm, lambda: found[0])
    patrol.look()
    assert alarm.failure is None

    found[0] = "the log has a gap: log index 3 is missing"
    patrol.look()
    assert alarm.failure == found[0]
    with pytest.raises(IntegrityError, match="log index 3 is missing"):
        county.reported()


def test_an_entry_forged_before_it_is_projected_becomes_no_figure(database: Access, cluster: "Cluster") -> None:
    story, runner = installed(database)
    assert runner.catch_up() == 2
    story.report()
    story.report()
    story.append_to(database.writer)
    forge(cluster, database, 2, b"2026", b"2027")

    with pytest.raises(IntegrityError, match="do not give the root of the head at size 4"):
        runner.catch_up()
    assert {(one.position, one.stopped_event) for one in runner.status()} == {(2, "log index 2")}
    assert all_rows(database)["incidents"] == []


def test_a_past_forged_under_a_running_program_is_noticed_by_the_next_that_starts(
    database: Access, cluster: "Cluster"
) -> None:
    story, runner = installed(database)
    story.report()
    story.append_to(database.writer)
    assert runner.catch_up() == 3
    forge(cluster, database, 2, b"2026", b"2027")
    story.report()
    story.append_to(database.writer)
    with pytest.raises(IntegrityError, match="do not give the root of the head at size 4"):
        Runner(database.projector, CODEC).catch_up()


def test_a_rebuild_compares_with_what_was_signed_where_the_head_was_forged_too(
    database: Access, cluster: "Cluster"
) -> None:
    story, runner = installed(database)
    story.report()
    story.append_to(database.writer)
    signed = Checkpoint("example/log", 3, root_of([leaf_hash(note) for _, _, _, note in story.entries]))
    story.report()
    story.append_to(database.writer)
    assert runner.catch_up() == 4
    assert rebuild(database.projector, CODEC, roles=roles_of(database), signed=signed) == 4
    figures = all_rows(database)

    forge(cluster, database, 2, b"2026", b"2027")
    with psycopg.connect(database.writer) as conn:
        leaves = [leaf for (leaf,) in conn.execute("SELECT leaf FROM journal.events ORDER BY notification_id")]
        conn.execute("UPDATE journal.head SET root = %s", (root_of(leaves),))
    with pytest.raises(IntegrityError, match="root of the head at size 3"):
        rebuild(database.projector, CODEC, roles=roles_of(database), signed=signed)
    beyond = Checkpoint(signed.origin, 5, signed.root)
    with pytest.raises(IntegrityError, match="holds 4 entries, but 5 were signed"):
        rebuild(database.projector, CODEC, roles=roles_of(database), signed=beyond)
    assert all_rows(database) == figures


def installed(database: Access) -> tuple[Story, Runner]:
    """A journal that has begun, and a follower that has read nothing yet."""
    with psycopg.connect(database.projector, autocommit=True) as conn:
        install(conn, MODELS, roles=roles_of(database))
    story = Story().opened()
    story.append_to(database.writer)
    return story, Runner(database.projector, CODEC)
