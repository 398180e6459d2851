"""A checkpoint is stamped by an authority on this machine, recorded and exported; what goes wrong stops nothing."""

import hashlib
import http.client
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api import timestamps
from api.command_line.failures import report
from api.commands import periods
from api.commands.shared import today
from api.context import App
from api.exporting import export_package
from api.timestamps import Daily, NoTimestamp, agent, kept, last_failure, stamp, stamps_of
from audit.explanation import README
from audit.verify import verify_package
from domain.kernel.calendar import month_of
from journal.checkpoint import open_checkpoint
from journal.targets import LocalFolder
from journal.tile_files import HISTORY
from tests.api.web.county import County, copied_county
from tests.authority import Authority, make_authority, openssl, serving

if TYPE_CHECKING:
    from tests.conftest import Cluster


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(make_authority(tmp_path_factory.mktemp("authority") / "one")) as running:
        yield running


@pytest.fixture(scope="module")
def bare(cluster: "Cluster") -> Iterator[County]:
    """A county without an authority."""
    with copied_county(cluster) as made:
        yield made


@pytest.fixture
def app(bare: County, authority: Authority) -> App:
    """The county with the authority configured, and something new to be stamped."""
    authority.answering = None
    bare.reported()
    return set_up(bare.app, tsa_url=authority.url, tsa_certificate=authority.root)


def set_up(app: App, **settings: object) -> App:
    return replace(app, settings=replace(app.settings, **settings))  # type: ignore[arg-type]


def test_stamped_recorded_and_judged_alike_by_openssl(bare: County, app: App, authority: Authority) -> None:
    signed = open_checkpoint(app.journal.last_checkpoint(), log_key=app.log_key)
    before = len(authority.seen)
    actor = agent(app, administrator=lambda: bare.admin)
    signed = open_checkpoint(app.journal.last_checkpoint(), log_key=app.log_key)
    made = stamp(app, actor=actor)
    assert made is not None
    assert (made.size, made.root, made.authority) == (signed.size, signed.root.hex(), "CN=Test TSA")
    file = app.settings.timestamps / f"{made.token}.tsr"
    assert (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_size) == (made.token, made.token_bytes)
    digest = hashlib.sha256(signed.text()).hexdigest()
    words = ("ts", "-verify", "-digest", digest, "-in", file, "-CAfile", authority.root)
    assert b"Verification: OK" in openssl(*words)
    assert stamp(app, actor=actor) is None, "nothing came since but the stamp"
    assert len(authority.seen) == before + 1
    assert agent(app, administrator=pytest.fail) == actor
    file.write_bytes(file.read_bytes() + b"\0")
    assert kept(app.settings.timestamps, made.token) is None


@pytest.mark.parametrize(
    ("answering", "said"),
    [
        (lambda _query: b"<html>busy</html>", "不是时间戳"),
        (lambda _query: b"\0" * (timestamps.ANSWER_BYTES_MAX + 1), "太长"),
    ],
    ids=["garbage", "endless"],
)
def test_a_bad_answer(bare: County, app: App, authority: Authority, answering: object, said: str) -> None:
    authority.answering = answering  # type: ignore[assignment]
    refused(bare, app, said)


def refused(bare: County, app: App, said: str) -> None:
    """It says why, and nothing is recorded or kept."""
    actor = agent(app, administrator=lambda: bare.admin)
    before = (app.journal.position(), sorted(app.settings.timestamps.glob("*")))
    with pytest.raises(NoTimestamp, match=said):
        stamp(app, actor=actor)
    assert (app.journal.position(), sorted(app.settings.timestamps.glob("*"))) == before


def test_an_answer_about_another_text(bare: County, app: App, authority: Authority) -> None:
    """The authority stamps something else: an old request, say."""
    other = authority.seen[0] if authority.seen else timestamps.request_for(b"other").der
    authority.answering = lambda _query: authority.reply(other)
    refused(bare, app, "摘要不是这个检查点的")


def test_a_certificate_that_is_not_trusted(bare: County, app: App, tmp_path: Path) -> None:
    refused(bare, set_up(app, tsa_certificate=make_authority(tmp_path / "other").root), "MINGZHANG_TSA_CERTIFICATE")


def test_an_authority_that_is_away(bare: County, app: App) -> None:
    refused(
        bare, set_up(app, tsa_url="http://127.0.0.1:9/tsr"), "连不上时间戳机构 http://127.0.0.1:9/tsr：对方没有在监听"
    )


@pytest.mark.parametrize(
    ("met", "said"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "对方没有在监听"),
        (TimeoutError("timed out"), "超时没有应答"),
        (socket.gaierror(-2, "Name or service not known"), "找不到这个主机名"),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), "TLS"),
        (http.client.RemoteDisconnected("closed"), "对方断开了连接"),
        (http.client.BadStatusLine("SSH-2.0"), "不是 HTTP"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_why_an_authority_did_not_answer_is_said_on_the_command_line(
    met: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(*_: object, **__: object) -> None:
        raise urllib.error.URLError(met) if isinstance(met, OSError) else met

    monkeypatch.setattr(urllib.request, "urlopen", away)
    with pytest.raises(NoTimestamp) as raised:
        timestamps._post("https://tsa.example/tsr", b"")
    report(raised.value)
    shown = capsys.readouterr().err
    assert "没有盖上时间戳：连不上时间戳机构 https://tsa.example/tsr" in shown
    assert said in shown
    assert "系统错误" not in shown


def test_what_is_not_configured(bare: County, app: App, tmp_path: Path) -> None:
    refused(bare, bare.app, "MINGZHANG_TSA_URL")
    refused(bare, set_up(app, tsa_certificate=None), "MINGZHANG_TSA_CERTIFICATE")
    (tmp_path / "none.pem").write_text("no certificate")
    refused(bare, set_up(app, tsa_certificate=tmp_path / "none.pem"), "读不出证书")
    refused(bare, set_up(app, tsa_url="file:///etc/passwd"), "http://")


def test_every_day_once_after_a_failure_again_and_after_each_seal(cluster: "Cluster", authority: Authority) -> None:
    """The thread of the server, with short waits: without its agent it says what to do; with him it stamps once.

    When a month is sealed it stamps once more that day, over a checkpoint that holds the seal.
    """
    with copied_county(cluster) as made:
        app = set_up(made.app, tsa_url=authority.url, tsa_certificate=authority.root)
        authority.answering = None
        off = Daily(made.app)
        off.start()
        off.stop()
        daily = Daily(app, look_s=0.05, again_s=0.05)
        daily.start()
        try:
            assert until(lambda: "mingzhang timestamp" in (last_failure(app.settings) or ""))
            assert stamps_of(app) == []
            agent(app, administrator=lambda: made.admin)
            assert until(lambda: last_failure(app.settings) is None and len(stamps_of(app)) == 1)
            made.reported()
            assert not until(lambda: len(stamps_of(app)) > 1, seconds=0.5)
            asked = len(authority.seen)
            seal = sealed(made)
            assert until(lambda: len(stamps_of(app)) == 2)
            assert stamps_of(app)[-1].event.size > seal
            assert not until(lambda: len(stamps_of(app)) > 2, seconds=0.5)
            assert len(authority.seen) == asked + 1
        finally:
            daily.stop()


def sealed(county: County) -> int:
    """The month before this one is closed by two people; the index of its seal."""
    app, on = county.app, today(county.app)
    month = month_of(on.replace(day=1) - timedelta(days=1))
    periods.propose(app, actor=county.people["chenjing"], key="propose", month=month, reasons={}, on=on)
    state = periods.periods_of(app)
    assert state is not None
    assert state.proposal is not None
    shown = state.proposal.figures.digest
    checker = county.people["sunli"]
    return periods.seal(app, actor=checker, key="seal", month=month, shown_digest=shown, on=on).last_index


def until(true: Callable[[], bool], *, seconds: float = 15.0) -> bool:
    """Whether it becomes true within a time."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if true():
            return True
        time.sleep(0.05)
    return False


def test_the_token_travels_and_the_readmes_command_judges_it(
    bare: County, app: App, authority: Authority, tmp_path: Path
) -> None:
    """The package carries the authority's answer, the verifier finds it whole, openssl says who signed it."""
    made = stamp(app, actor=agent(app, administrator=lambda: bare.admin))
    assert made is not None
    package = tmp_path / "package"
    export_package(app.settings, app.access, package)
    report = verify_package(package, processes=1)
    assert report.verdict == "whole"
    assert f"timestamps/{made.token}.tsr" not in {one.place.file for one in report.findings}
    page = (package / README).read_text("utf-8").splitlines()
    (first,) = [number for number, line in enumerate(page) if line.startswith(f"    t=timestamps/{made.token};")]
    shutil.copy(authority.root, tmp_path / "tsa.pem")
    command = "\n".join([f"T={tmp_path}", *page[first : first + 2]])
    done = subprocess.run(["bash", "-c", command], cwd=package, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout + done.stderr
    (package / f"timestamps/{made.token}.tsr").unlink()
    assert subprocess.run(["bash", "-c", command], cwd=package, capture_output=True, check=False).returncode != 0


def test_checkpoints_of_earlier_days_go_along_and_are_judged(bare: County, tmp_path: Path) -> None:
    """What was published before lies in the package; one that is not of this log is found."""
    app = bare.app
    history = LocalFolder(app.settings.home / "log")
    bare.reported()
    first = app.journal.last_checkpoint()
    size = open_checkpoint(first, log_key=app.log_key).size
    history.write(f"{HISTORY}/{size}", first)
    bare.reported()
    package = tmp_path / "package"
    export_package(app.settings, app.access, package)
    kept = package / f"checkpoints/{size}"
    assert kept.read_bytes() == first
    assert verify_package(package, processes=1).verdict == "whole"
    lines = first.split(b"\n")
    lines[2] = b"ERERERERERERERERERERERERERERERERERERERERERE="
    kept.write_bytes(b"\n".join(lines))
    codes = {one.code for one in verify_package(package, processes=1).findings}
    assert codes >= {"files.changed", "tree.unsealed"}
