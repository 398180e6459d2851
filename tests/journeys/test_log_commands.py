"""The journal's own affairs by command line: its signer, its policy, a new key, a lost memory, its end."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from journal.checkpoint import Checkpoint, sign
from journal.note import Ed25519Signer
from journal.signer_client import SignerClient
from migrations.embedded import EmbeddedPostgres
from tests.conftest import temporary_home
from tests.journeys.commands import CommandLine, Commands, ok, refused, signer_of

ORIGIN = "test.example/journal"


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """The folder of a county that has just begun, and the administrator's secret; nothing of it runs."""
    with temporary_home() as path:
        county = Commands(path)
        ok(county.init())
        signer_of(county).kill()
        yield path.parent


@pytest.fixture
def begun(made: Path) -> Iterator[CommandLine]:
    """A copy of it, whose database runs beside the commands, as `serve` would run it."""
    with temporary_home() as path:
        # With everybody's ownership and rights: the database has an account of its own where root runs it.
        subprocess.run(["cp", "-a", f"{made}/.", path.parent], check=True)
        county = Commands(path)
        with EmbeddedPostgres(path):
            yield county
            signer_of(county).kill()


@contextmanager
def running_signer(county: CommandLine, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """`mingzhang signer`, once it says that it runs, which waits for one that an earlier command has started; ended by
    SIGTERM, cleanly.
    """
    process = subprocess.Popen(
        county._command(["signer"]),
        env={**county.environment, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "签名进程已启动" in line, line + (process.communicate()[1])
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0


def log_keys(county: CommandLine) -> list[str]:
    return [line.split()[1] for line in ok(county("log", "policy")).splitlines() if line.startswith("log ")]


def test_a_policy_is_recorded_after_it_was_checked(begun: CommandLine, tmp_path: Path) -> None:
    (key,) = log_keys(begun)
    witness = Ed25519Signer.generate("witness.example/w1", algorithm=0x04).verifier_key
    wanted = f"# two eyes\nlog {key}\nwitness w1 {witness} https://w1.example\nquorum w1\n"
    file = tmp_path / "policy"
    stranger = Ed25519Signer.generate(ORIGIN).verifier_key
    for text, said in (
        (f"log {key}\n", "tlog-policy"),
        (f"log {stranger}\nquorum none\n", "mingzhang log rotate"),
        (f"log {key}\nlog {stranger}\nquorum none\n", "mingzhang log rotate"),
        ("quorum none\n", "mingzhang log rotate"),
        (f"log {key}\nquorum none\n", "与现行的一样"),
    ):
        file.write_text(text)
        assert said in refused(begun("log", "policy", file), 1)
    file.write_text(wanted)
    assert "已记录：log/" in ok(begun("log", "policy", file))
    assert ok(begun("log", "policy")) == wanted
    file.write_text(f"log {key}\nquorum none\n")
    ok(begun("log", "policy", file))
    assert str(tmp_path / "none") in refused(begun("log", "policy", tmp_path / "none"), 2)


def test_a_key_is_changed_with_a_time_in_which_both_sign(begun: CommandLine) -> None:
    (old,) = log_keys(begun)
    assert "1 把账本密钥" in refused(begun("log", "rotate", "--finish"), 1)
    assert "同时签名" in ok(begun("log", "rotate"))
    assert log_keys(begun)[0] == old
    (_, new) = log_keys(begun)
    assert (begun.home / "keys" / "log.key.2").stat().st_mode & 0o777 == 0o600
    assert "2 把账本密钥" in refused(begun("log", "rotate"), 1)
    assert "有 2 把账本密钥" in ok_or_attention(begun)
    finished = begun("log", "rotate", "--finish")
    assert new in ok(finished)
    assert old in finished.stderr
    assert log_keys(begun) == [new]
    sealed_away = begun.home / "log.key.sealed"
    signer_of(begun).kill()
    (begun.home / "keys" / "log.key").rename(sealed_away)  # the old key may leave the machine
    assert "有 1 把账本密钥" in ok_or_attention(begun)
    assert new in ok(begun("log", "policy"))
    sealed_away.rename(begun.home / "keys" / "log.key")


def test_witnesses_that_do_not_know_the_new_key_are_named_before_it_signs_alone(
    begun: CommandLine, tmp_path: Path
) -> None:
    witness = Ed25519Signer.generate("witness.example/w1", algorithm=0x04).verifier_key
    (old,) = log_keys(begun)
    (tmp_path / "policy").write_text(f"log {old}\nwitness away {witness} http://127.0.0.1:1\nquorum none\n")
    ok(begun("log", "policy", tmp_path / "policy"))
    ok(begun("log", "rotate"))
    said = refused(begun("log", "rotate", "--finish"), 2)
    assert "away　问不到：连不上" in said
    assert "--confirm" in said
    assert len(log_keys(begun)) == 2
    assert "没有完成更换" in refused(begun("log", "rotate", "--finish", "--confirm", "another"), 2)
    assert "away　问不到" in (done := begun("log", "rotate", "--finish", "--confirm", ORIGIN)).stderr
    assert "现在只用新密钥签名" in ok(done)
    assert len(log_keys(begun)) == 1


def ok_or_attention(county: CommandLine) -> str:
    """What `doctor` says."""
    done = county("doctor")
    assert "签名检查点：" in done.stdout, done.stdout + done.stderr
    return done.stdout


def test_one_signer_runs_by_itself_and_a_second_is_told(begun: CommandLine, tmp_path: Path) -> None:
    with temporary_home() as path:
        path.mkdir(mode=0o700)
        configured = {"MINGZHANG_SIGNER": str(path / "socket")}
        log_keys(begun)
        assert signer_of(begun).pid() is not None
        with running_signer(begun, **configured) as process:
            assert f"进程 {process.pid}" in refused(begun("signer"), 2)
            ok(begun("log", "policy", **configured))
            with SignerClient(path / "socket") as client:
                assert client.origin == ORIGIN
                assert client.last() is not None
            assert str(path / "socket") in begun("doctor", **configured).stdout
        assert not (path / "socket").exists()


def test_a_signer_without_its_memory_begins_with_a_published_checkpoint(begun: CommandLine, tmp_path: Path) -> None:
    home = signer_of(begun)
    (tmp_path / "policy").write_text(f"# beyond the beginning\nlog {log_keys(begun)[0]}\nquorum none\n")
    with SignerClient(home.socket) as client:
        ok(begun("log", "policy", tmp_path / "policy"))
        kept = client.last()
    assert kept is not None
    home.kill()
    memory = (home.state / "last-signed").read_bytes()
    (home.state / "last-signed").unlink()
    said = refused(begun("log", "policy"), 2)
    assert "账本校验未通过" in said
    assert "mingzhang signer --adopt" in said
    assert "不正常　签名检查点：什么都不能再记：签名进程的记忆不见了" in (done := begun("doctor")).stdout
    assert done.returncode == 1
    (tmp_path / "checkpoint").write_bytes(kept.replace(b"\n", b" \n", 1))
    said = refused(begun("signer", "--adopt", tmp_path / "checkpoint", "--newest"), 2)
    assert f"没有采用：{tmp_path / 'checkpoint'} 不是完好的 {ORIGIN} 的检查点" in said
    other = Ed25519Signer.generate("other.example/journal")
    (tmp_path / "checkpoint").write_bytes(sign(Checkpoint("other.example/journal", 1, bytes(32)), other))
    said = refused(begun("signer", "--adopt", tmp_path / "checkpoint", "--newest"), 2)
    assert "另一个账本（other.example/journal）的检查点" in said
    assert "审计" not in said
    (tmp_path / "checkpoint").write_bytes(kept)
    said = refused(begun("signer", "--adopt", tmp_path / "checkpoint"), 2)
    assert "由您断言" in said  # nothing is published, no witness has seen anything
    adopting = ("signer", "--adopt", tmp_path / "checkpoint", "--newest")
    assert "已采用检查点" in ok(begun(*adopting))
    assert "签名进程已有记忆，不能用别的代替" in refused(begun(*adopting), 2)
    assert (home.state / "last-signed").read_bytes() != memory
    ok(begun("log", "policy"))


def test_a_closed_journal_takes_nothing_more(begun: CommandLine, tmp_path: Path) -> None:
    assert "--reason" in refused(begun("log", "close"), 2)
    assert "--confirm" in refused(begun("log", "close", "--reason", "并入邻县"), 2)
    wrong = begun("log", "close", "--reason", "并入邻县", "--confirm", "another")
    assert "没有封账" in refused(wrong, 2)
    done = begun("log", "close", "--reason", "并入邻县", "--confirm", ORIGIN)
    assert "已封账" in ok(done)
    for words in (("log", "rotate"), ("log", "close", "--reason", "again", "--confirm", ORIGIN)):
        assert "已经封账" in refused(begun(*words), 1)
    ok(begun("export", tmp_path / "package"))
