"""A rehearsal from the register to the bank's answer, and what an auditor says of it."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from migrations.embedded import attach_or_start
from tests.conftest import temporary_home
from tests.journeys.commands import MESSAGES, CommandLine, Commands, register_row, write_register

ROWS = [
    *(register_row(n, on=date(2014, 2, 10)) for n in range(1, 61)),
    *(register_row(n, on=date(2018, 7, 3)) for n in range(61, 121)),
    [*register_row(121, on=date(2018, 7, 4))[:5], None, None],  # no reply: the scripted department handles it
]


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """A rehearsal journal with a register imported and rehearsed."""
    folder = tmp_path_factory.mktemp("register")
    with temporary_home() as home:
        county = Commands(home)
        assert county.init().returncode == 0
        assert county("import", "messages", write_register(folder / "r.xlsx", ROWS)).returncode == 0
        done = county("rehearse")
        assert done.returncode == 0, done.stdout + done.stderr
        (folder / "said").write_text(done.stdout, "utf-8")
        yield county


@pytest.fixture(scope="module")
def package(rehearsed: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The audit package of the rehearsal."""
    target = tmp_path_factory.mktemp("audit") / "package"
    done = rehearsed("export", target)
    assert done.returncode == 0, done.stderr
    assert f" verify {target} --log-key " in done.stdout
    return target


def _totals(said: str) -> tuple[int, float, list[str]]:
    """Valid reports, rewards in yuan, and the three sides of the reconciliation."""
    valid = re.search(r"有效 (\d+) 条", said)
    rewards = re.search(r"奖励合计 ([\d.]+) 元", said)
    sides = re.search(r"账本 ([\d.]+) 元，批次 ([\d.]+) 元，银行 ([\d.]+) 元：一致", said)
    assert valid is not None
    assert rewards is not None
    assert sides is not None, said
    return int(valid[1]), float(rewards[1]), list(sides.groups())


def test_rewards_lie_in_the_band_and_ledger_batches_and_bank_agree(rehearsed: CommandLine) -> None:
    said = rehearsed("rehearse").stdout
    valid, rewards, sides = _totals(said)
    assert 0 < valid < len(ROWS)  # some reports are found not so, or do not count
    assert 5 * valid <= rewards <= 20 * valid
    assert len(set(sides)) == 1
    unknown = re.search(r"银行未决 (\d+) 笔、([\d.]+) 元，不重发", said)
    assert unknown is not None, said
    # What was earned has arrived, but for what the bank still cannot say.
    assert Decimal(sides[0]) + Decimal(unknown[2]) == Decimal(str(rewards))
    assert "/v/361125000000/rewards/2014-02" in said


def test_the_tariff_of_the_day_of_the_report_applies(rehearsed: CommandLine) -> None:
    """8 yuan in 2014; 10 yuan since 2016, halfway to the latest report."""
    listed = rehearsed("payout", "list").stdout
    batches = {line[12:18]: line for line in listed.splitlines() if line.startswith("361125000000")}
    assert set(batches) == {"201402", "201807"}
    for month, yuan in (("201402", 800), ("201807", 1000)):
        first = rehearsed("payout", "list", f"361125000000{month}001").stdout
        amounts = [int(cell.replace(".", "")) for cell in re.findall(r"\s(\d+\.\d\d)\s", first)]
        assert amounts
        assert all(amount % yuan == 0 for amount in amounts)


def test_what_the_bank_refused_is_sent_again_and_what_it_left_open_is_not(rehearsed: CommandLine) -> None:
    """A payee whose payment is open is in no later batch of the month: he may have been paid already."""
    listed = [line for line in rehearsed("payout", "list").stdout.splitlines() if line.startswith("361125000000")]
    shown = {line.split()[0]: rehearsed("payout", "list", line.split()[0]).stdout for line in listed}
    assert any("银行退回" in text for text in shown.values())
    assert all("已到账" in text for text in shown.values())
    still_open = [name for name, text in shown.items() if "待核实" in text or "银行已受理" in text]
    assert still_open
    for line in listed:
        assert ("已关闭" in line) == (line.split()[0] not in still_open), line


def test_rehearsing_again_changes_nothing(rehearsed: CommandLine) -> None:
    position = rehearsed.position()
    again = rehearsed("rehearse", "--seed", "another")
    assert again.returncode == 0
    assert rehearsed.position() == position


def test_no_other_journal_can_be_rehearsed(tmp_path: Path) -> None:
    with temporary_home() as home:
        county = Commands(home)
        assert county.init(rehearsal=False).returncode == 0
        county("import", "messages", write_register(tmp_path / "r.xlsx", ROWS[:3]))
        before = county.position()
        done = county("rehearse")
        assert done.returncode == 1
        assert "只能在演练账本里做" in done.stderr
        assert county.position() == before


def test_doctor_finds_nothing_wrong_and_says_so_to_programs(rehearsed: CommandLine) -> None:
    done = rehearsed("doctor", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert found["bad"] == 0
    assert {"fsync", "synchronous_commit", "log.key", "MINGZHANG_PORT", "reward_payments"} <= {
        item["name"] for item in found["items"]
    }
    (recorded,) = (item["text"] for item in found["items"] if item["name"] == "记录")
    assert recorded.startswith(f"{rehearsed.position()} 条")


def test_doctor_finds_a_key_that_others_can_read(rehearsed: CommandLine) -> None:
    key = rehearsed.home / "keys" / "session.key"
    key.chmod(0o644)
    try:
        done = rehearsed("doctor")
        assert done.returncode == 1
        assert "session.key" in next(line for line in done.stdout.splitlines() if "不正常" in line)
    finally:
        key.chmod(0o600)


def test_an_unknown_setting_is_refused_by_name(rehearsed: CommandLine) -> None:
    done = rehearsed("rebuild", MINGZHANG_PROT="9000")
    assert done.returncode == 2
    assert "MINGZHANG_PROT" in done.stderr


def test_read_models_made_again_show_the_same(rehearsed: CommandLine) -> None:
    before = rehearsed("payout", "list").stdout
    done = rehearsed("rebuild")
    assert done.returncode == 0, done.stderr
    assert rehearsed("payout", "list").stdout == before


def test_the_package_is_whole(rehearsed: CommandLine, package: Path) -> None:
    done = rehearsed("verify", package, "--json", "--quiet")
    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"] == "whole"


def test_what_was_opened_with_authority_agrees_with_journal_bank_and_pages(
    rehearsed: CommandLine, package: Path, tmp_path: Path
) -> None:
    """The server's month pages, its bank's files and its vault, judged by the verifier's own fold."""
    refused = rehearsed("export", tmp_path / "refused", "--opened")
    assert refused.returncode == 2
    assert "--reason" in refused.stderr
    refused = rehearsed("export", tmp_path / "refused", "--opened", "--reason", "试")
    assert refused.returncode != 0
    assert "至少" in refused.stderr
    assert not (tmp_path / "refused").exists()
    done = rehearsed("export", tmp_path / "opened", "--opened", "--with-files", "--reason", "演练：核对银行文件")
    assert done.returncode == 0, done.stderr
    assert "个人信息" in done.stdout
    found = json.loads(rehearsed("verify", tmp_path / "opened", "--json", "--quiet").stdout)
    checks = {check["check"]: check for check in found["checks"]}
    assert {checks[name]["status"] for name in ("disclosures", "opened", "attachments")} == {"passed"}
    # Workbooks are compared by digest alone; the verifier reads the neutral layout line by line, and says so.
    assert {finding["code"] for finding in checks["bank"]["findings"]} <= {"bank.layout"}
    assert checks["bank"]["status"] in ("passed", "attention")
    assert checks["disclosures"]["summary"]["pages"] > 0
    assert checks["bank"]["summary"]["lines"] > 0
    closed = json.loads(rehearsed("verify", package, "--json", "--quiet").stdout)
    assert {c["check"]: c["status"] for c in closed["checks"]}["bank"] == "not_run"
    assert not list((package / "statements").glob("[0-9a-f]" * 64))


def test_a_changed_package_is_found_out_and_no_package_cannot_be_checked(
    rehearsed: CommandLine, package: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(package, changed)
    file = next(path for path in sorted((changed / "entries").rglob("*")) if path.is_file())
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    done = rehearsed("verify", changed, "--quiet")
    assert done.returncode == 1
    assert file.name in done.stdout
    assert rehearsed("verify", tmp_path / "nothing", "--quiet").returncode == 2


def test_a_folder_that_holds_something_is_not_overwritten(rehearsed: CommandLine, package: Path) -> None:
    manifest = (package / "manifest-sha256.txt").read_bytes()
    done = rehearsed("export", package)
    assert done.returncode == 2
    assert "没有写出审计包" in done.stderr
    assert (package / "manifest-sha256.txt").read_bytes() == manifest


@pytest.mark.parametrize(
    ("change", "undo", "said"),
    [
        (
            "CREATE TABLE public.kept AS SELECT * FROM public.applied_migrations ORDER BY number DESC LIMIT 1;"
            " DELETE FROM public.applied_migrations WHERE number = (SELECT number FROM public.kept)",
            "INSERT INTO public.applied_migrations SELECT * FROM public.kept; DROP TABLE public.kept",
            "请运行：mingzhang migrate",
        ),
        (
            "INSERT INTO public.applied_migrations (number, name, digest)"
            " SELECT max(number) + 1, 'later', repeat('0', 64) FROM public.applied_migrations",
            "DELETE FROM public.applied_migrations WHERE name = 'later'",
            "数据库比程序新",
        ),
    ],
    ids=["behind", "ahead"],
)
def test_a_database_behind_or_ahead_stops_every_way_in(
    change: str, undo: str, said: str, rehearsed: CommandLine, tmp_path: Path
) -> None:
    with (
        attach_or_start(rehearsed.home) as endpoint,
        psycopg.connect(endpoint.superuser_dsn, dbname="mingzhang", autocommit=True) as connection,
    ):
        connection.execute(change.encode())
        try:
            for words in (["rehearse"], ["export", tmp_path / "p"], ["payout", "list"]):
                done = rehearsed(*words)
                assert done.returncode == 2, words
                assert said in done.stderr
            assert rehearsed("doctor").returncode == 1
        finally:
            connection.execute(undo.encode())


@pytest.mark.skipif(not MESSAGES.exists(), reason=f"the register is not here: {MESSAGES}")
def test_the_real_register_goes_all_the_way(tmp_path: Path) -> None:
    with temporary_home() as home:
        county = Commands(home)
        assert county.init().returncode == 0
        imported = county("import", "messages", MESSAGES)
        assert imported.returncode == 1  # one unreadable reply time
        assert "读到 2816 行：新登记事件 2816 条、办理 2815 条、人员 2560 名" in imported.stdout
        assert "1141" in imported.stderr
        assert "G 答复时间" in imported.stderr
        assert "已导入过，没有变化" in county("import", "messages", MESSAGES).stdout
        done = county("rehearse")
        assert done.returncode == 0, done.stdout + done.stderr
        valid, rewards, sides = _totals(done.stdout)
        assert 2_200 < valid < 2_700
        assert 5 * valid <= rewards <= 20 * valid
        assert len(set(sides)) == 1
        assert county("export", tmp_path / "package").returncode == 0
        assert county("verify", tmp_path / "package", "--quiet").returncode == 0
