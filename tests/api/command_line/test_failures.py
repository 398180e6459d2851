"""Four kinds of error, never mixed, and never a traceback on the terminal."""

import re
from pathlib import Path

import psycopg
import pytest

from api.command_line.database_words import DATABASE
from api.command_line.failures import report
from api.context import NotInitialised
from api.files.findings import BadFile, finding
from domain.kernel.refusals import Refusal
from journal.errors import Busy, IntegrityError, Unavailable
from journal.keys import KeyFileError
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
