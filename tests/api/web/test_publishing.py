"""The published log in the whole program: what pages say of it, and that it is served while the database is down."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest
from psycopg import sql

from api.cli import main
from api.diagnosis import diagnose
from api.examining import examine, examine_files
from api.publishing import publisher_of, signed_last
from api.server import create_app, run_server
from api.web.examination_words import words_of
from api.web.publishing import Publishing
from journal.errors import IntegrityError
from journal.keys import create_log_key
from journal.proof import verify_proof
from journal.published import PublishedLog
from journal.targets import LocalFolder
from journal.trust import Policy
from tests.api.web.county import COUNTY, County, served
from tests.journal.publishing import Log, line_of, numbered, policy, witnessing
from tests.journal.test_fsck import source_of

if TYPE_CHECKING:
    from tests.conftest import Cluster

SEEN = re.compile(r"<[^>]+>|\s+")


def publish(county: County) -> int:
    publisher = publisher_of(county.app, last=signed_last(county.app))
    with publisher.claimed() as ours:
        assert ours
        published = publisher.publish()
    assert published is not None
    return published.size


def seen(page: str) -> str:
    """What a reader sees of a page, without blanks."""
    return SEEN.sub("", page)


Shown = Callable[[Log], str]


@pytest.fixture
def shown(county: County) -> Shown:
    """The county's front page as it is if its log stands in public like another one."""

    def page(log: Log) -> str:
        web = create_app(county.app)
        web.state.reading = replace(web.state.reading, published=PublishedLog(LocalFolder(log.folder)))
        with served(web) as url:
            answer = httpx.get(f"{url}/v/{COUNTY}")
        assert answer.status_code == 200
        return seen(answer.text)

    return page


def test_nothing_in_public_yet(shown: Shown, tmp_path: Path) -> None:
    assert "账本还没有公布检查点。" in shown(Log(tmp_path / "log", numbered(5)))


def test_without_witnesses_the_page_says_plainly_that_there_are_none(shown: Shown, tmp_path: Path) -> None:
    log = Log(tmp_path / "log", numbered(5))
    log.publish(5)
    page = shown(log)
    assert "见证1/1，尚无外部见证：只有账本自己的签名" in page
    assert "检查点5条记录" in page


def test_with_witnesses_it_says_how_many_of_how_many(shown: Shown, tmp_path: Path) -> None:
    with witnessing(tmp_path, "jijian") as (a, url_a, _), witnessing(tmp_path, "daxue") as (b, _, _):
        lines = (line_of("jijian", a, url_a), line_of("daxue", b))
        log = Log(tmp_path / "log", numbered(9), policy(*lines, quorum="jijian"))
        log.publish(5)
        assert "见证2/3，账本自己签名，外部见证人2个中1个已签名" in shown(log)
        log.policy = policy(*lines, "group both all jijian daxue", quorum="both")
        log.publish(9)
    page = shown(log)
    assert "账本已签名的共9条，还在等外部见证人签名（还没有签的：daxue）。签够之前不公布新的检查点。" in page
    assert "检查点5条记录" in page


def test_when_publishing_has_stopped_the_page_says_so(shown: Shown, tmp_path: Path) -> None:
    log = Log(tmp_path / "log", numbered(9))
    log.publish(5)
    log.size = 4
    log.restart()
    with pytest.raises(IntegrityError):
        log.publisher.publish()
    page = shown(log)
    assert "账本校验未通过，已停止公布新的检查点。请致电审计：0793-5780000" in page
    assert "检查点5条记录" in page


def test_a_store_that_cannot_be_reached_does_not_take_the_page_with_it(county: County) -> None:
    class Gone(LocalFolder):
        def read(self, _path: str) -> bytes | None:
            raise OSError("the bucket is gone")

    web = create_app(county.app)
    web.state.reading = replace(web.state.reading, published=PublishedLog(Gone(Path("/nowhere"))))
    with served(web) as url:
        answer = httpx.get(f"{url}/v/{COUNTY}")
    assert answer.status_code == 200
    assert "现在读不到公布的检查点" in answer.text


def test_a_published_checkpoint_that_does_not_follow_its_policy_stops_the_page(county: County, tmp_path: Path) -> None:
    log = Log(tmp_path / "log", numbered(5))
    log.publish(5)
    LocalFolder(log.folder).write("checkpoint", log.source.signed(5).replace(b"\n5\n", b"\n6\n"))
    web = create_app(county.app)
    web.state.reading = replace(web.state.reading, published=PublishedLog(LocalFolder(log.folder)))
    with served(web) as url:
        answer = httpx.get(f"{url}/v/{COUNTY}")
    assert answer.status_code == 503
    assert "账本校验未通过，已停止" in answer.text


def test_every_entry_of_the_journal_can_be_proved_from_what_is_public(county: County) -> None:
    size = publish(county)
    assert size == county.app.journal.position()
    client = county.browser()
    judge = Policy.parse(client.get("/log/policy").content)
    assert [log.key for log in judge.logs] == [county.app.log_key]
    for index, entry in county.app.journal.store.entries(0, stop=size):
        proof = client.get(f"/log/proof/{index}").content
        assert verify_proof(proof, entry=entry, policy=judge).size == size


def test_the_log_is_served_while_the_database_is_down(county: County, cluster: "Cluster") -> None:
    publish(county)
    client, name = county.browser(), sql.Identifier(county.app.access.database)
    paths = ("/log/checkpoint", "/log/policy", "/log/observed", "/log/proof/0", "/log/proof/7", "/log/checkpoint")
    with psycopg.connect(cluster.superuser_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (county.app.access.database,)
        )
        try:
            for path in paths:
                assert client.get(path).status_code == 200
            size = int(client.get("/log/checkpoint").text.splitlines()[1])
            assert client.get(f"/log/tile/entries/000.p/{size}").status_code == 200
            assert client.get("/healthz").status_code == 503
        finally:
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def test_operators_are_told(county: County, tmp_path: Path) -> None:
    """Health and doctor say what has stopped, and where."""
    log = Log(tmp_path / "log", numbered(9))
    log.publish(5)
    publishing = Publishing(log.publisher)
    with served(create_app(county.app, publishing=publishing)) as url:
        health = httpx.get(f"{url}/healthz").json()
        assert health["publishing"] == "ok"
        log.publisher.trouble = "no space left"
        assert httpx.get(f"{url}/healthz").json()["publishing"] == "waits: no space left"
        log.size = 4
        publishing.start()
        until = time.monotonic() + 60
        while publishing.failure is None:
            assert time.monotonic() < until
            time.sleep(0.01)
        publishing.stop()
        answer = httpx.get(f"{url}/healthz")
    assert answer.status_code == 503
    assert "only 4 are signed" in answer.json()["publishing"]
    home = tmp_path / "elsewhere"
    create_log_key(home / "keys" / "log.key", origin="example.com/log")
    log.folder.rename(home / "log")
    nowhere = {"MINGZHANG_HOME": str(home), "MINGZHANG_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    said = [item for item in diagnose(nowhere) if item.section == "公布"]
    assert [item.state for item in said] == ["bad"]
    assert "已停止公布" in said[0].text
    log.folder, log.size = home / "log", 6
    log.restart()
    log.publish(6)
    said = [item for item in diagnose(nowhere) if item.section == "公布"]
    assert [(item.state, item.text) for item in said] == [("ok", "共 6 条，见证 1/1")]


def test_fsck_compares_database_signer_and_files(county: County, cluster: "Cluster") -> None:
    """The owner of the database edits it: every place that no longer agrees with the rest is named."""
    app = county.app
    publish(county)

    def found() -> set[tuple[str, str]]:
        examination = examine(app.settings, app.access, progress=lambda _done, _total: None)
        assert all(words_of(finding) for finding in examination.findings)
        return {(finding.code, finding.where) for finding in examination.findings}

    assert found() == set()
    assert examine_files(app.settings, progress=lambda _done, _total: None).findings == []
    database, root = app.access.database, app.journal.store.head()[1]
    edit(cluster, database, "UPDATE journal.head SET root = decode(repeat('00', 32), 'hex')")
    assert found() == {("head.differs", "journal.head")}
    edit(cluster, database, "UPDATE journal.head SET root = %s", root)
    ((_, entry),) = app.journal.store.entries(2, stop=3)
    edit(cluster, database, "UPDATE journal.events SET state = state || ' ' WHERE notification_id = 3")
    size = app.journal.position()
    assert {
        ("checkpoint.root", "checkpoint"),
        ("checkpoint.root", "signer"),
        ("file.differs", f"tile/0/000.p/{size}"),
        ("file.differs", f"tile/entries/000.p/{size}"),
        ("head.differs", "journal.head"),
    } <= found()
    edit(cluster, database, "UPDATE journal.events SET state = %s WHERE notification_id = 3", entry)
    assert found() == set()
    edit(cluster, database, "UPDATE journal.balances SET amount = amount + 7 WHERE account ~ '^ind:available:'")
    ((code, account),) = found()
    assert (code, account[:14]) == ("balance.differs", "ind:available:")
    edit(cluster, database, "UPDATE journal.balances SET amount = amount - 7 WHERE account = %s", account)
    assert found() == set()


def test_fsck_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Anybody may copy the folder and examine it: no database, no key, no journal of one's own."""
    log = Log(tmp_path / "log", source_of(300))
    log.publish(300)
    monkeypatch.setenv("MINGZHANG_HOME", str(tmp_path))
    assert main(["fsck", "--files"]) == 0
    assert "记录共 300 条，已公布，共 300 条。\n结论：全部相符。" in capsys.readouterr().out
    LocalFolder(log.folder).write("tile/0/000", bytes(8192))
    assert main(["fsck", "--files"]) == 1
    said = capsys.readouterr()
    assert "公布的文件与记录算出的不同：tile/0/000（前 0 字节相同；现有 8192 字节，应有 8192 字节）" in said.out
    assert "重算哈希" in said.err
    assert main(["fsck", "--files", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(one["code"], one["where"]) for one in told["findings"]] == [("file.differs", "tile/0/000")]
    monkeypatch.setenv("MINGZHANG_HOME", str(tmp_path / "nowhere"))
    assert main(["fsck"]) == 2


def edit(cluster: "Cluster", database: str, statement: str, *values: object) -> None:
    """Change the journal's tables as only the owner of the whole server can: past roles and triggers."""
    with psycopg.connect(cluster.superuser_dsn, dbname=database, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement, values or None)


def test_a_server_does_not_start_on_a_log_behind_what_is_public(county: County, tmp_path: Path) -> None:
    """Somebody restored an older backup of everything but the published folder."""
    ahead = Log(tmp_path / "log", numbered(5000))
    ahead.publish(5000)
    settings = replace(county.app.settings, tiles_url=f"file://{ahead.folder}", port=1)
    with pytest.raises(IntegrityError):
        run_server(replace(county.app, settings=settings), settings)
