"""`mingzhang witness` as another body runs it: with the base installation only, from init to a caught fork."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.cli import main
from journal.note import VerifierKey
from journal.publisher import Published
from journal.targets import LocalFolder
from tests.api.command_line.test_help import ROOT, WITHOUT_SERVER, base_only
from tests.journal.publishing import KEY, Log, handed_in, numbered, other_entry, policy
from tests.journal.test_publisher import free_port

NAME = "jijian.example/witness"


def witness(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return base_only("witness", *words, "--folder", str(folder))


@pytest.fixture
def begun(tmp_path: Path) -> tuple[Path, VerifierKey]:
    """A witness that trusts the log's key, and its own key."""
    folder = tmp_path / "witness"
    made = witness(folder, "init", "--name", NAME)
    assert made.returncode == 0, made.stderr
    key = VerifierKey.parse(made.stdout.splitlines()[0].rpartition("：")[2])
    assert f"witness witness {key} https://" in made.stdout
    trusted = witness(folder, "trust", str(KEY.verifier_key))
    assert trusted.returncode == 0, trusted.stderr
    return folder, key


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The witness as a process of its own; its address."""
    port = free_port()
    words = ["witness", "serve", "--folder", str(folder), "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-c", WITHOUT_SERVER, *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}/" in process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        assert "见证人已停止。" in out
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_it_cosigns_what_is_published_and_catches_a_fork(tmp_path: Path, begun: tuple[Path, VerifierKey]) -> None:
    folder, key = begun
    with served(folder) as url:
        log = Log(tmp_path / "log", numbered(300), policy(f"witness a {key} {url}", quorum="a"))
        assert log.publish(200) == Published(200)
        assert log.policy.check(LocalFolder(log.folder).read("checkpoint") or b"").witnesses == ("a",)
    shown = witness(folder, "show")
    assert shown.returncode == 0
    assert str(key) in shown.stdout
    assert "200" in shown.stdout
    with served(folder) as url:  # it remembers over a restart, and will not have another journal of the same size
        forged = numbered(200, other_entry)
        forger = Log(tmp_path / "forged", forged, policy(f"witness a {key} {url}"))
        with pytest.raises(Exception, match="witness a has cosigned another journal"):
            forger.publish(200)
        assert handed_in(forged, 0, 200).endswith(forged.signed(200))
    caught = witness(folder, "show")
    assert caught.returncode == 1
    assert forged.signed(200).decode().splitlines()[2] in caught.stdout
    assert log.source.signed(200).decode().splitlines()[2] in caught.stdout


def test_a_second_beginning_and_a_lost_memory_are_refused(begun: tuple[Path, VerifierKey]) -> None:
    folder, _ = begun
    key = (folder / "witness.key").read_bytes()
    again = witness(folder, "init", "--name", NAME)
    assert (again.returncode, (folder / "witness.key").read_bytes()) == (2, key)
    assert "已经有一个见证人" in again.stderr
    (folder / "witness.db").unlink()
    for words in (["serve", "--port", "0"], ["show"]):
        lost = witness(folder, *words)
        assert lost.returncode == 2
        assert "见证人的记忆不能使用" in lost.stderr
        assert "Traceback" not in lost.stderr


def test_what_is_typed_wrongly_is_said(
    tmp_path: Path, begun: tuple[Path, VerifierKey], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, key = begun
    for words, said in (
        (["trust", "nonsense"], "不是公钥"),
        (["trust", str(key)], "这是见证人的公钥"),
        (["trust"], "trust 需要账本的公钥"),
        (["init"], "init 需要 --name"),
        (["serve", "--port", "70000"], "端口是 0 到 65535 的整数"),
        (["show", "--folder", str(tmp_path / "nowhere")], "里还没有见证人。请先运行"),
        (["serve", "--folder", str(tmp_path / "nowhere")], "witness init --name"),
    ):
        assert here("--folder", str(folder), *words) == 2
        assert said in capsys.readouterr().err
    assert here("--folder", str(folder), "trust", str(KEY.verifier_key)) == 0
    assert "没有变化" in capsys.readouterr().out


def here(*words: str) -> int:
    """The command in this process; its exit code."""
    try:
        return main(["witness", *words])
    except SystemExit as ended:
        return int(ended.code or 0)
