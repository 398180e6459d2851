"""The demonstration county: the same from the same seed, whole for an auditor, with work on every desk."""

import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from api.demo.people import LOGINS, MEMBER_COUNT, PASSWORD, People
from api.demo.places import COUNTY, below_county
from api.demo.year import MONTHS, OPEN_MONTH, cases_of
from api.files import rehearsal_bank
from api.files.bank_profiles import load_bank_profile
from domain.kernel.calendar import day_in_china, month_of
from domain.kernel.places import contains, level
from tests.conftest import temporary_home
from tests.journeys.commands import CommandLine, processes_of

READY_S_MAX = 240


# The plan.


def test_the_same_seed_gives_the_same_county_and_another_seed_another() -> None:
    first, again, other = People("1"), People("1"), People("2")
    assert cases_of(first, MONTHS[3]) == cases_of(again, MONTHS[3])
    assert [person.name for person in first.members()] == [person.name for person in again.members()]
    texts = {case.report.text for case in cases_of(first, MONTHS[3])}
    assert texts != {case.report.text for case in cases_of(other, MONTHS[3])}
    assert [person.name for person in first.members()] != [person.name for person in other.members()]


def test_the_county_is_as_large_as_was_asked_and_no_real_one() -> None:
    people = People("1")
    cases = [case for of in MONTHS for case in cases_of(people, of)]
    assert len(cases) >= 5_000
    assert len(list(people.members())) == MEMBER_COUNT >= 300
    assert COUNTY.startswith("99")  # no province's code
    assert {level(place.code) for place in below_county()} == {"township", "village"}
    assert len({place.code for place in below_county()}) == len(below_county()) == 12 + 12 * 8
    assert len({case.report.category for case in cases}) >= 6
    assert len({case.report.text for case in cases}) > 4_500  # varied, not one sentence five thousand times


@pytest.mark.parametrize("of", [*MONTHS, OPEN_MONTH])
def test_every_report_belongs_to_its_month_and_every_step_comes_after_the_one_before(of) -> None:
    people = People("1")
    for case in cases_of(people, of):
        reported_on = day_in_china(case.report.reported_at)
        assert month_of(reported_on) == of
        assert contains(COUNTY, case.report.division)
        assert reported_on < case.verified_on
        if case.handling is not None:
            handled_on = day_in_china(case.handling.handled_at)
            assert case.verified_on <= handled_on
            if case.was_decided:
                assert handled_on <= case.decided_on


def test_something_lies_on_every_desk_in_the_open_month() -> None:
    desks = Counter(case.lies_at for case in cases_of(People("1"), OPEN_MONTH))
    assert set(desks) == {"verification", "handling", "decision", "none"}
    assert min(desks.values()) > 20


# The county itself, loaded once.


@pytest.fixture(scope="module")
def demo() -> Iterator[CommandLine]:
    """The demonstration county, loaded to the end."""
    with temporary_home() as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        county = CommandLine(home, port)
        done = county("demo", "--no-serve")
        assert done.returncode == 0, done.stdout + done.stderr
        assert all(one.login in done.stdout for one in LOGINS)
        assert PASSWORD in done.stdout
        yield county


@contextmanager
def served(county: CommandLine, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The county served by a process that has printed its addresses."""
    running = county.start(*words)
    try:
        assert running.stdout is not None
        until = time.monotonic() + READY_S_MAX
        for line in running.stdout:
            if "Ctrl-C" in line:
                break
            assert time.monotonic() < until
        assert running.poll() is None
        yield running
    finally:
        running.kill()
        running.wait()
        if running.stdout is not None:
            running.stdout.close()


def page(county: CommandLine, path: str) -> tuple[int, str]:
    """A page's status and text."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{county.port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_second_load_finds_it_there(demo: CommandLine) -> None:
    position = demo.position()
    done = demo("demo", "--no-serve")
    assert done.returncode == 0
    assert "演示县已在这里" in done.stderr
    assert demo.position() == position


def test_other_journals_are_left_alone(tmp_path: Path) -> None:
    with temporary_home() as home:
        county = CommandLine(home)
        assert county.init().returncode == 0
        before = county.position()
        done = county("demo", "--no-serve")
        assert done.returncode == 2
        assert "不是演示县" in done.stderr
        assert county.position() == before


def test_the_demo_is_whole_for_an_auditor(demo: CommandLine, tmp_path: Path) -> None:
    assert demo("export", tmp_path / "package").returncode == 0
    done = demo("verify", tmp_path / "package", "--quiet")
    assert done.returncode == 0, done.stdout


def test_twelve_months_are_paid_and_december_lies_open(demo: CommandLine) -> None:
    lines = [line.split() for line in demo("payout", "list").stdout.splitlines() if line.startswith(COUNTY)]
    states = {line[0][12:18] + "-" + line[0][18:]: line[1] for line in lines if line[0][12:18] != "202601"}
    assert {name[:6] for name in states} == {month.replace("-", "") for month in MONTHS}
    assert {state for name, state in states.items() if not name.startswith("202512")} == {"已关闭"}
    assert states["202512-001"].startswith("已回盘")
    assert states["202512-002"].startswith("已冻结")
    assert "人" in demo("payout", "propose", "--month", "2026-01").stdout


def test_january_is_paid_by_hand_each_step_by_whoever_may(demo: CommandLine, tmp_path: Path) -> None:
    """Freeze, approve, export, answer, close - and everybody who may not is refused."""
    batch = f"{COUNTY}202601001"
    sent, answered = tmp_path / "sent.csv", tmp_path / "answered.csv"

    def step(*words: object, login: str, said: str, code: int = 0) -> str:
        done = demo("payout", *words, "--as", login)
        assert done.returncode == code, done.stdout + done.stderr
        assert said in done.stdout + done.stderr
        return done.stdout

    step("freeze", "--month", "2026-01", login="shenpi", said="没有“县网格中心经办”这一角色", code=1)
    step("freeze", "--month", "2026-01", login="rending", said="前面环节的经手人", code=1)
    shown = step("freeze", "--month", "2026-01", login="jingban", said="名单摘要")
    digest = re.search(r"名单摘要 ([0-9a-f]{64})", shown)
    assert digest is not None
    step("approve", batch, "--digest", "0" * 64, login="shenpi", said="名单不一致", code=1)
    step("export", batch, "--profile", "neutral-csv", "--to", sent, login="jingban", said="要先审批", code=1)
    step("approve", batch, "--digest", digest[1], login="jingban", said="没有“县网格中心审批”这一角色", code=1)
    step("approve", batch, "--digest", digest[1], login="shenpi", said="元整")
    step("export", batch, "--profile", "neutral-csv", "--to", sent, login="jingban", said="代发文件")
    assert sent.stat().st_mode & 0o077 == 0  # it holds names and accounts
    step("close", batch, login="jingban", said="不能关闭", code=1)
    profile = load_bank_profile("neutral-csv")
    for bank, outcome in ((rehearsal_bank.answer, "未决"), (rehearsal_bank.answer_again, "未决 0 笔")):
        answered.write_bytes(bank(sent.read_bytes(), profile, seed="x", on=date(2026, 2, 10), rehearsal=True))
        step("answer", batch, "--from", answered, login="jingban", said=outcome)
    step("answer", batch, "--from", answered, login="jingban", said="没有变化")
    step("close", batch, login="jingban", said="三方核对一致")


def test_a_wrong_return_file_is_refused_whole(demo: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("H|someone else's batch", "utf-8")
    before = demo.position()
    done = demo("payout", "answer", f"{COUNTY}202512001", "--from", file, "--as", "jingban")
    assert done.returncode == 1
    assert "wrong.csv" in done.stderr
    assert demo.position() == before


def test_pages_are_served_a_second_start_names_the_first_and_sigterm_leaves_nothing(demo: CommandLine) -> None:
    with served(demo, "demo") as running:
        status, text = page(demo, "/v/990125101000/rewards/2025-11")
        assert status == 200
        assert "演练" in text
        assert re.search(r"[\u4e00-\u9fff]\*", text)  # a masked name
        second = demo("serve")
        assert second.returncode == 2
        assert f"进程 {running.pid}" in second.stderr
        # A command beside the service uses its database.
        assert demo("payout", "list").returncode == 0
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) in (0, 128 + signal.SIGTERM)
    assert processes_of(demo.home) == []


def test_a_database_killed_under_the_service_comes_back(demo: CommandLine) -> None:
    path = "/v/990125101000/rewards/2025-11"
    with served(demo, "serve"):
        assert page(demo, path)[0] == 200
        (postmaster,) = re.findall(r"^\d+", (demo.home / "pg" / "data" / "postmaster.pid").read_text())[:1]
        subprocess.run(["kill", "-9", postmaster], check=True)
        until = time.monotonic() + 60
        while (status := page(demo, path)[0]) != 200:
            assert status == 503  # an outage says so, and is over soon
            assert time.monotonic() < until
            time.sleep(0.2)
