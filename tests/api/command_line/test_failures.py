"""Four kinds of error, never mixed, and never a traceback on the terminal."""

import importlib
import re
import socket
from pathlib import Path

import psycopg
import pytest

from api.cli import main
from api.command_line.database_words import DATABASE
from api.command_line.failures import report
from api.context import NotInitialised
from api.files.findings import BadFile, finding
from api.server import AddressInUse, _listen
from api.settings import read_settings
from domain.kernel.refusals import Refusal
from journal.errors import Busy, IntegrityError, Unavailable
from journal.keys import KeyFileError, read_secret
from migrations.errors import EmbeddedBusy, Outdated

ROOT = Path(__file__).parents[3]
# One code is only built into an error that stands for "a file was not recorded"; all others are found by their quotes.
CODE = re.compile(r'"((?:embedded|migration|roles)\.[a-z_]+)"')


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGZHANG_HOME", str(tmp_path))
    monkeypatch.setenv("MINGZHANG_AUDITOR_PHONE", "0793-1234567")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Refusal("rehearsal.only"), 1, "演练账本"),
        (Refusal("log.already_opened", origin="a.example"), 1, "已有账本 a.example"),
        (BadFile([finding("file.empty", file="表.xlsx")]), 1, "文件是空的"),
        (IntegrityError("root differs"), 2, "账本校验未通过，已停止"),
        (IntegrityError("root differs"), 2, "0793-1234567"),
        (EmbeddedBusy("embedded.busy", "…", home="/srv/x", pid=4711, command="mingzhang serve"), 2, "进程 4711"),
        (Outdated("migration.outdated", "…", pending=1), 2, "mingzhang migrate"),
        (NotInitialised("/srv/x"), 2, "mingzhang init"),
        (Busy("…"), 2, "什么也没有记录"),
        (Unavailable("…"), 2, "没有丢失"),
        (psycopg.OperationalError("connection refused"), 2, "数据库连不上"),
        (psycopg.OperationalError('FATAL:  database "nodb" does not exist'), 2, "服务器上没有 nodb 这个库"),
        (psycopg.errors.DiskFull('could not write to file "pg_wal/x"'), 2, "磁盘已满。没有丢失已确认的记录"),
        (Unavailable("the database did not take the append: No space left on device"), 2, "可以安全重试"),
        (Unavailable("could not be signed: the signer at /s/k does not answer: x"), 2, "签名进程没有应答（/s/k）"),
        (Unavailable("the signer at /s/k does not answer: [Errno 111] Connection refused"), 2, "运行 mingzhang signer"),
        (Unavailable("the signer at /s/k does not answer: /s/k belongs to another account"), 2, "属于别的用户"),
        (Unavailable("the signer did not start: see /h/logs/signer.log"), 2, "原因记在 /h/logs/signer.log"),
        (KeyFileError("/h/sg is open to others (mode 755): chmod 700 /h/sg"), 2, "请运行 chmod 700 /h/sg"),
        (KeyFileError("/h/sg belongs to another account: choose a folder"), 2, "/h/sg 属于别的用户"),
        (OSError(28, "No space left on device"), 2, "磁盘已满。没有丢失"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_error_is_told_as_its_kind(
    error: Exception, code: int, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert report(error) == code
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown
    assert not (tmp_path / "logs").exists()


def test_what_this_program_says_of_an_outage_is_not_replaced_by_the_systems_word(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("MINGZHANG_PORT", str(port))
        with pytest.raises(AddressInUse) as raised:
            _listen(read_settings())
    assert report(raised.value) == 2
    shown = capsys.readouterr().err
    assert f"地址 127.0.0.1:{port} 不能使用（已被占用）" in shown
    assert "MINGZHANG_PORT" in shown


def test_a_key_file_that_is_not_there_is_named_with_the_systems_word(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(KeyFileError) as raised:
        read_secret(tmp_path / "none.key")
    report(raised.value)
    assert f"{tmp_path / 'none.key'}：没有这个文件或文件夹" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["verify", "x"], "什么也没有变"),
        (["doctor"], "什么也没有变"),
        (["export", "x"], "账本没有变"),
        (["rebuild"], "已确认的记录都在"),
    ],
)
def test_ctrl_c_is_told_as_it_is_of_that_command(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib.import_module(f"api.command_line.{words[0]}"), "run", interrupted)
    assert main(words) == 130
    assert said in capsys.readouterr().err


def test_findings_say_file_row_column_value_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    report(BadFile([finding("time.unreadable", file="表.xlsx", row=12, column="G 答复时间", value="昨天")]))
    line = capsys.readouterr().err.splitlines()[-1]
    assert [part.strip() for part in re.split(r"\s{2,}", line)][:4] == ["表.xlsx", "12", "G 答复时间", "昨天"]
    assert "不是可识别的时间" in line


def test_a_bug_is_an_apology_with_an_id_whose_story_is_kept(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def broken() -> None:
        raise ZeroDivisionError("private detail")

    with pytest.raises(ZeroDivisionError) as raised:
        broken()
    assert report(raised.value) == 2
    shown = capsys.readouterr().err
    assert "private detail" not in shown
    identity = re.search(r"编号 ([0-9a-f]{12})", shown)
    assert identity is not None
    log = tmp_path / "logs" / "errors.log"
    assert identity[1] in log.read_text("utf-8")
    assert "ZeroDivisionError: private detail" in log.read_text("utf-8")
    assert log.stat().st_mode & 0o077 == 0


def test_every_code_of_the_database_has_its_sentence() -> None:
    used = {code for path in (ROOT / "migrations").glob("*.py") for code in CODE.findall(path.read_text("utf-8"))}
    assert used == set(DATABASE)
