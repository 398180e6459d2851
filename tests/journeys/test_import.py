"""A county brings in its register: once, twice, killed midway, and with everything that can be wrong with a file."""

import csv
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import openpyxl
import psycopg
import pytest

from api.files.chart_profiles import chart_names
from api.files.workflow_templates import calendar_names, template_names
from migrations.embedded import attach_or_start
from tests.conftest import temporary_home
from tests.journeys.commands import CommandLine, Commands, register_row, write_register, write_secret


@contextmanager
def begun() -> Iterator[CommandLine]:
    """A county that has begun, and knows nobody but its administrator."""
    with temporary_home() as home:
        command_line = Commands(home)
        done = command_line.init()
        assert done.returncode == 0, done.stderr
        yield command_line


@pytest.fixture(scope="module")
def county() -> Iterator[CommandLine]:
    """A county shared by the tests of this file; each brings its own rows."""
    with begun() as command_line:
        yield command_line


@pytest.fixture
def county_of_its_own() -> Iterator[CommandLine]:
    """A county that nothing was imported into yet."""
    with begun() as command_line:
        yield command_line


def test_init_shows_a_password_once_and_never_begins_twice(county: CommandLine) -> None:
    again = county.init()
    assert again.returncode == 1
    assert "已有账本 test.example/journal" in again.stderr
    assert "密码" not in again.stdout


def test_init_without_answers_and_without_a_terminal_names_the_flag(tmp_path: Path) -> None:
    done = Commands(tmp_path / "home")("init")
    assert done.returncode == 2
    assert "--origin" in done.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("words", [["serve"], ["rehearse"], ["migrate"], ["rebuild"], ["export", "x"], ["doctor"]])
def test_where_nothing_has_begun_nothing_is_started(words: list[str], tmp_path: Path) -> None:
    done = Commands(tmp_path / "home")(*words)
    assert done.returncode == (1 if words == ["doctor"] else 2)
    assert "mingzhang init" in done.stdout + done.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "不正常　连接：MINGZHANG_DATABASE_URL 不是数据库的网址"),
        ("postgresql://nobody:secret@127.0.0.1:1/none", "不正常　连接：数据库连不上：服务器没有在运行"),
    ],
)
def test_the_doctor_looks_at_the_database_before_a_journal_has_begun(url: str, said: str, tmp_path: Path) -> None:
    done = Commands(tmp_path / "home")("doctor", MINGZHANG_DATABASE_URL=url)
    assert done.returncode == 1
    assert said in done.stdout
    assert "secret" not in done.stdout
    assert not (tmp_path / "home").exists()


def test_a_payout_of_nowhere_of_nobody_and_of_nothing_is_refused(county: CommandLine) -> None:
    for words, said in (
        (["propose", "--month", "2026-11", "--division", "111111111111"], "本县没有登记区划 111111111111"),
        (["list", "--division", "111111111111"], "本县没有登记区划 111111111111"),
        (["propose", "--month", "2019-11"], "没有可以发放的奖励"),
    ):
        done = county("payout", *words)
        assert (done.returncode, said in done.stderr) == (1, True), done.stdout + done.stderr
    done = county("payout", "list", "--as", "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert county("payout", "list").returncode == 0


def test_every_row_is_recorded_once_and_the_same_file_again_changes_nothing(
    county: CommandLine, tmp_path: Path
) -> None:
    register = write_register(tmp_path / "r.xlsx", [register_row(n) for n in range(1, 451)])
    first = county("import", "messages", register)
    assert first.returncode == 0, first.stderr
    assert "新登记事件 450 条、办理 450 条、人员 41 名" in first.stdout
    position = county.position()
    again = county("import", "messages", register)
    assert again.returncode == 0
    assert "已导入过，没有变化" in again.stdout
    assert county.position() == position


def test_a_reply_that_came_later_is_added(county: CommandLine, tmp_path: Path) -> None:
    unanswered = [*register_row(1001)[:5], None, None]
    county("import", "messages", write_register(tmp_path / "r.xlsx", [unanswered, register_row(1002)]))
    later = write_register(tmp_path / "later.xlsx", [register_row(1001), register_row(1002)])
    done = county("import", "messages", later)
    assert done.returncode == 0, done.stderr
    assert "新登记事件 0 条、办理 1 条、人员 0 名；1 行此前已导入。" in done.stdout


def changed(number: int, column: int, value: object) -> list[object]:
    """A row with one other cell; columns from 0."""
    row = register_row(number)
    row[column] = value
    return row


CHANGES = {
    1101: (1, "Z00001", "B 留言用户", "recorded.author", "另一位留言用户"),
    1102: (2, "别的题目", "C 留言主题", "recorded.text", "账本记的是 6 字，文件里是 4 字，从第 1 字起"),
    1103: (3, "2025/02/28 09:00:00", "D 留言时间", "recorded.value", "账本记的是 2025-03-01 09:18:23"),
    1104: (
        4,
        "第1104件事的详情，有改动",
        "E 留言详情",
        "recorded.text",
        "账本记的是 10 字，文件里是 14 字，从第 11 字",
    ),
    1105: (5, "不予处理", "F 答复意见", "recorded.text", "账本记的是 3 字，文件里是 4 字，从第 1 字起"),
    1106: (6, "2025/03/04 00:00:00", "G 答复时间", "recorded.value", "文件里是 2025-03-04 00:00:00"),
    1107: (6, None, "G 答复时间", "handling.without_time", "没有可用的答复时间"),
}


def test_every_cell_that_was_changed_after_the_import_is_a_finding(county: CommandLine, tmp_path: Path) -> None:
    """The same number, author and time with other words is no repetition: nothing is ignored in silence."""
    numbers = [*CHANGES, 1108, 1109]
    county("import", "messages", write_register(tmp_path / "r.xlsx", [register_row(number) for number in numbers]))
    position = county.position()
    rows = [changed(number, column, value) for number, (column, value, *_) in CHANGES.items()]
    rows += [[*register_row(1108)[:5], None, None], register_row(1109)]
    findings = tmp_path / "f.csv"
    done = county("import", "messages", write_register(tmp_path / "later.xlsx", rows), "--findings", findings)
    assert done.returncode == 1
    assert county.position() == position
    assert "没有变化（2 行此前已导入，7 行与账本所记不同，账本没有改动）。问题 8 处。" in done.stdout
    with findings.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    found = [(line["行"], line["列"], line["代码"], line["原因"]) for line in lines]
    wanted = [
        *((str(row), title, code, said) for row, (_, _, title, code, said) in enumerate(CHANGES.values(), 2)),
        ("9", "G 答复时间", "recorded.reply_gone", "账本里有这条答复（2025-03-03 09:18:28）"),
    ]
    assert [one[:3] for one in found] == [one[:3] for one in wanted]
    # What stands in that cell, where it is neither a name nor words.
    assert [line["值"] for line in lines] == ["", "", "2025-02-28 09:00:00", "", "", "2025-03-04 00:00:00", "", ""]
    for (*_, reason), (*_, said) in zip(found, wanted, strict=True):
        assert said in reason
    assert "改动，请核对" in done.stderr
    assert "不予处理" not in done.stderr  # the words themselves are nobody's business here


def test_a_file_without_a_row_is_a_finding(county: CommandLine, tmp_path: Path) -> None:
    before = county.position()
    done = county("import", "messages", write_register(tmp_path / "empty.xlsx", []))
    assert done.returncode == 1
    assert "表头以下没有内容" in done.stderr
    assert "什么也没有记录" in done.stdout
    assert county.position() == before


def test_a_wrong_year_is_one_finding_that_names_the_year(county: CommandLine, tmp_path: Path) -> None:
    """The reply is not before the report; the report's year was mistyped."""
    row = changed(1201, 3, "2091/03/01 09:00:00")
    done = county("import", "messages", write_register(tmp_path / "r.xlsx", [row, register_row(1202)]))
    assert done.returncode == 1
    assert "时间还没有到" in done.stderr
    assert "D 留言时间" in done.stderr
    assert "早于" not in done.stderr
    assert "新登记事件 1 条、办理 1 条" in done.stdout
    assert "问题 1 处" in done.stdout


def test_merged_rows_are_findings_and_the_others_go_in(county: CommandLine, tmp_path: Path) -> None:
    path = write_register(tmp_path / "r.xlsx", [register_row(n) for n in range(1301, 1305)])
    book = openpyxl.load_workbook(path)
    book["Sheet"].merge_cells("F2:F3")
    book.save(path)
    done = county("import", "messages", path)
    assert done.returncode == 1
    assert "F2:F3" in done.stderr
    assert "新登记事件 2 条、办理 2 条" in done.stdout


def test_rows_that_cannot_be_read_are_listed_and_the_others_go_in(county: CommandLine, tmp_path: Path) -> None:
    no_time, future = register_row(2001), register_row(2002, on=date(2098, 1, 1))
    no_time[3] = "昨天"
    done = county("import", "messages", write_register(tmp_path / "r.xlsx", [no_time, future, register_row(2003)]))
    assert done.returncode == 1
    assert "新登记事件 1 条" in done.stdout
    assert "不是可识别的时间" in done.stderr
    assert "时间还没有到" in done.stderr


def _merged_header(path: Path) -> Path:
    write_register(path, [register_row(1)])
    book = openpyxl.load_workbook(path)
    book["Sheet"].merge_cells("A1:B1")
    book.save(path)
    return path


def _other_type(path: Path) -> Path:
    path.write_bytes(b"%PDF-1.7 not a workbook")
    return path


def _ten_megabytes(path: Path) -> Path:
    row = register_row(9001)
    write_register(path, [row])
    book = openpyxl.load_workbook(path)
    sheet = book["Sheet"]
    # A library cuts a cell at Excel's limit, so that the text is spread over what a hostile file would hold.
    for number in range(3, 330):
        for column, value in enumerate([f"B{number}", "A1", "t", row[3], "长" * 32_700, "", ""], 1):
            sheet.cell(number, column, value)
    sheet["E2"] = "x" * 32_767
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [(_other_type, "不是 xlsx 工作簿"), (_merged_header, "表头有合并单元格"), (_ten_megabytes, "压缩")],
)
def test_a_bad_file_is_refused_whole_and_leaves_the_journal_as_it_was(
    make, said: str, county: CommandLine, tmp_path: Path
) -> None:
    before = county.position()
    done = county("import", "messages", make(tmp_path / "bad.xlsx"))
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert county.position() == before


def test_a_missing_file_and_an_unknown_profile_are_said(county: CommandLine, tmp_path: Path) -> None:
    assert "找不到这个文件" in county("import", "messages", tmp_path / "none.xlsx").stderr
    register = write_register(tmp_path / "r.xlsx", [register_row(1)])
    done = county("import", "messages", register, "--profile", "no-such-profile")
    assert done.returncode == 1
    assert "no-such-profile" in done.stderr
    assert "messages-with-replies" in done.stderr


def accepted(county: CommandLine, login: str, invited: str, folder: Path) -> tuple[str, Path]:
    """Choose a secret with the code that `account` printed; the fingerprint to read out, and the secret's file."""
    code = re.search(r"邀请码：(\S+)", invited)
    assert code is not None, invited
    secret = write_secret(folder / login, f"four words of {login}")
    done = county("account", "accept", login, "--code", code[1], MINGZHANG_SECRET_FILE=str(secret))
    assert done.returncode == 0, done.stderr
    fingerprint = re.search(r"密钥指纹：(\S+)", done.stdout)
    assert fingerprint is not None, done.stdout
    return fingerprint[1], secret


def test_only_an_administrator_imports_and_with_his_own_secret(county: CommandLine, tmp_path: Path) -> None:
    added = county("account", "add", "wang.wu", "--name", "王五", "--role", "grid_worker")
    assert added.returncode == 0, added.stderr
    register = write_register(tmp_path / "r.xlsx", [register_row(3001)])
    before = county.position()
    done = county("import", "messages", register, "--as", "wang.wu")
    assert done.returncode == 1
    assert "系统管理员" in done.stderr
    assert county.position() == before
    assert county("account", "grant", "wang.wu", "--role", "administrator").returncode == 0
    heard, secret = accepted(county, "wang.wu", added.stdout, tmp_path)
    importing = ["import", "messages", register, "--as", "wang.wu"]
    assert "还没有签名密钥" in county(*importing, MINGZHANG_SECRET_FILE=str(secret)).stderr
    registering = ["account", "register", "wang.wu", "--role", "administrator", "--fingerprint"]
    misheard = county(*registering, heard[:-1] + ("0" if heard[-1] != "0" else "1"))
    assert misheard.returncode == 1
    assert "没有与这个指纹相符" in misheard.stderr
    assert county(*registering, heard.upper().replace("-", " ")).returncode == 0
    assert "账号或密码不对" in county(*importing).stderr  # the founder's secret opens nothing of his
    assert county(*importing, MINGZHANG_SECRET_FILE=str(secret)).returncode == 0


def test_without_a_terminal_and_without_a_file_the_secret_is_named_as_missing(
    county: CommandLine, tmp_path: Path
) -> None:
    register = write_register(tmp_path / "r.xlsx", [register_row(3002)])
    before = county.position()
    # No database is there to be started: the secret is asked for before one is needed.
    nowhere = {"MINGZHANG_SECRET_FILE": "", "MINGZHANG_DATABASE_URL": "host=127.0.0.1 port=1 dbname=none"}
    done = county("import", "messages", register, **nowhere)
    assert done.returncode == 2
    assert "设置 MINGZHANG_SECRET_FILE" in done.stderr
    assert county.position() == before


def test_logins_are_listed_renewed_and_removed(county: CommandLine, tmp_path: Path) -> None:
    added = county("account", "add", "zhao.liu", "--name", "赵六六", "--role", "auditor")
    taken = county("account", "add", "zhao.liu", "--name", "另一人", "--role", "auditor")
    assert taken.returncode == 2
    assert "已有人使用" in taken.stderr
    accepted(county, "zhao.liu", added.stdout, tmp_path)
    assert "赵*六" in county("account", "list").stdout
    assert "邀请码：" in county("account", "password", "zhao.liu").stdout
    assert county("account", "remove", "zhao.liu").returncode == 0
    assert "zhao.liu" not in county("account", "list").stdout
    assert "密码：" in county("account", "add", "qian.qi", "--name", "钱七", "--role", "member").stdout


def test_an_import_killed_midway_is_completed_by_running_it_again(tmp_path: Path) -> None:
    rows = [register_row(n, author=f"K{n:05d}") for n in range(1, 1001)]
    register = write_register(tmp_path / "r.xlsx", rows)
    with temporary_home() as home:
        county = Commands(home)
        assert county.init().returncode == 0
        with attach_or_start(home) as endpoint:
            running = county.start("import", "messages", register)
            _wait_for_events(endpoint.superuser_dsn, 800)
            running.send_signal(signal.SIGKILL)
            running.communicate()
        assert county.position() < 5 + 2 * len(rows)
        done = county("import", "messages", register)
        assert done.returncode == 0, done.stderr
        again = county("import", "messages", register)
        assert "1000 行都已在账本里" in again.stdout
        package = tmp_path / "package"
        assert county("export", package).returncode == 0
        verified = county("verify", package, "--quiet")
        assert verified.returncode == 0, verified.stdout


def _wait_for_events(dsn: str, count: int) -> None:
    until = time.monotonic() + 60
    with psycopg.connect(dsn, dbname="mingzhang", autocommit=True) as connection:
        while time.monotonic() < until:
            row = connection.execute("SELECT size FROM journal.head").fetchone()
            if row is not None and row[0] >= count:
                return
            time.sleep(0.01)
    raise AssertionError(f"the import did not reach {count} events")


def test_two_imports_at_once_record_every_row_once(tmp_path: Path) -> None:
    register = write_register(tmp_path / "r.xlsx", [register_row(n) for n in range(1, 601)])
    with temporary_home() as home:
        county = Commands(home)
        assert county.init().returncode == 0
        with attach_or_start(home):
            both = [county.start("import", "messages", register) for _ in range(2)]
            said = [running.communicate(timeout=120)[0] for running in both]
        assert [running.returncode for running in both] == [0, 0], said
        again = county("import", "messages", register)
        assert "600 行都已在账本里" in again.stdout
        size = county.position()
    # Published by `init`, and one workflow adopted.
    shipped = len(template_names()) + len(calendar_names()) + len(chart_names()) + 1
    assert size == 5 + shipped + 2 * 41 + 600 + 600
