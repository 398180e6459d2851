"""The demonstration county: the same from the same seed, whole for an auditor, with work on every desk."""

import hashlib
import json
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from api.context import App, database, open_app
from api.demo import caps, sheets
from api.demo.beginning import period_of as demo_period
from api.demo.catalogue import PROFILES
from api.demo.households import TOWNSHIP
from api.demo.people import LOGINS, MEMBER_COUNT, PASSWORD, People
from api.demo.period import Period
from api.demo.pictures import drawn
from api.demo.places import COUNTY, below_county, township_code
from api.demo.texts import KINDS
from api.demo.village import VILLAGE
from api.demo.year import cases_of
from api.files import rehearsal_bank
from api.files.bank_profiles import load_bank_profile
from api.files.catalogue_profiles import ProfileItem, load_catalogue_profile
from api.photos import KeptPhoto, kept_photo
from api.publishing import publisher_of, signed_last
from api.server import create_app
from api.settings import read_settings
from api.web.frame import VERIFIER
from domain.duplicates import NEAR_PHOTO_BITS
from domain.kernel.calendar import Month, day_in_china, first_day, month, month_of
from domain.kernel.places import contains, level
from domain.payout_batches.signals import CODES
from tests.api.web.county import served as serving
from tests.conftest import temporary_home
from tests.journeys.commands import CommandLine, Commands, processes_of, write_secret
from tests.journeys.crawling import PDF, crawled, log_files, personal_values, told_in, words_of

READY_S_MAX = 240
SHOWN = {
    "catalogue.item_admitted/1": 110,
    "cap.set/1": 3,
    "member.applied/1": 12,
    "member.vetted/1": 11,
    "member.appointed/1": 9,
    "member.suspended/1": 1,
    "member.exited/1": 1,
    "household.registered/1": 6,
    "training.held/1": 3,
    "training.attendance_recorded/1": 3,
    "facility.registered/1": 20,
    "difficulty_rule.published/1": 1,
    "difficulty.inputs_recorded/1": 6,
    "award.granted/1": 3,
    "incident.merged/1": 1,
    "incident.extended/1": 1,
    "incident.suspended/1": 1,
    "incident.reminded/1": 2,
}
"""What there is to look at beside a year of casework, by type of event."""
YEAR = Period(month("2025-10"))


# The plan.


def test_the_same_seed_gives_the_same_county_and_another_seed_another() -> None:
    first, again, other = People("1", YEAR), People("1", YEAR), People("2", YEAR)
    assert cases_of(first, YEAR.paid_months[3]) == cases_of(again, YEAR.paid_months[3])
    assert [person.name for person in first.members()] == [person.name for person in again.members()]
    texts = {case.report.text for case in cases_of(first, YEAR.paid_months[3])}
    assert texts != {case.report.text for case in cases_of(other, YEAR.paid_months[3])}
    assert [person.name for person in first.members()] != [person.name for person in other.members()]


@pytest.mark.parametrize(
    ("today", "first", "open_month"),
    [("2026-11-22", "2025-10", "2026-10"), ("2027-01-01", "2025-12", "2026-12"), ("2026-03-31", "2025-02", "2026-02")],
)
def test_the_period_ends_with_the_last_month_that_is_over(today: str, first: str, open_month: str) -> None:
    period = Period.ended_before(date.fromisoformat(today))
    assert (period.first, period.open_month) == (first, open_month)
    assert len(period.paid_months) == 12
    assert period.until < date.fromisoformat(today)
    people = People("1", period)
    for of in (period.first, period.open_month):
        for case in cases_of(people, of):
            assert period.since <= day_in_china(case.report.reported_at)
            assert max(case.verified_on, case.decided_on) <= period.until
            if case.handling is not None:
                assert day_in_china(case.handling.handled_at) <= period.until


def test_the_county_is_as_large_as_was_asked_and_no_real_one() -> None:
    people = People("1", YEAR)
    cases = [case for of in YEAR.paid_months for case in cases_of(people, of)]
    assert len(cases) >= 5_000
    assert len(list(people.members())) == MEMBER_COUNT >= 300
    assert COUNTY.startswith("99")  # no province's code
    assert {level(place.code) for place in below_county()} == {"township", "village"}
    assert len({place.code for place in below_county()}) == len(below_county()) == 12 + 12 * 8
    assert len({case.report.category for case in cases}) >= 6
    assert len({case.report.text for case in cases}) > 4_500  # varied, not one sentence five thousand times


@pytest.mark.parametrize("of", YEAR.all_months)
def test_every_report_belongs_to_its_month_and_every_step_comes_after_the_one_before(of: Month) -> None:
    people = People("1", YEAR)
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
    desks = Counter(case.lies_at for case in cases_of(People("1", YEAR), YEAR.open_month))
    assert set(desks) == {"verification", "handling", "decision", "none"}
    assert min(desks.values()) > 20


def test_an_item_is_of_the_class_that_the_words_are_of_and_some_are_sensitive() -> None:
    shipped = {item.code: (category, item.sensitive) for name in PROFILES for category, item in _items(name)}
    reports = [case.report for case in cases_of(People("1", YEAR), YEAR.first)]
    picked = [report for report in reports if report.item is not None]
    assert len(reports) // 3 < len(picked) < len(reports)
    assert all(shipped[str(report.item)][0] == report.category for report in picked)
    assert any(shipped[str(report.item)][1] for report in picked)
    assert {kind.category for kind in KINDS} <= {category for category, _ in shipped.values()}


def _items(profile: str) -> Iterator[tuple[str, ProfileItem]]:
    return load_catalogue_profile(profile).items()


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_somebody_passes_a_cap_whatever_the_seed(seed: str) -> None:
    cases = cases_of(People(seed, YEAR), YEAR.paid_months[-1])
    ((category, reports_max),) = [(category, most) for kind, category, most in caps.CAPS if kind == "person_month"]
    valid = Counter(case.member for case in cases if case.decision.yes and case.report.category == category)
    assert max(valid.values()) > reports_max


def test_a_picture_is_the_same_from_the_same_seed_and_known_again_in_another_light() -> None:
    assert drawn("1", 0) == drawn("1", 0)
    first, brighter, other = (kept_photo(one) for one in (drawn("1", 0), drawn("1", 0, brightness=1.04), drawn("1", 1)))
    assert first.sha256 != brighter.sha256
    assert _differing_bits(first, brighter) <= NEAR_PHOTO_BITS < _differing_bits(first, other)


def _differing_bits(first: KeptPhoto, other: KeptPhoto) -> int:
    return (int(first.difference_hash, 16) ^ int(other.difference_hash, 16)).bit_count()


# The county itself, loaded once.


@pytest.fixture(scope="module")
def demo() -> Iterator[CommandLine]:
    """The demonstration county, loaded to the end."""
    with temporary_home() as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        done = CommandLine(home, port)("demo", "--no-serve")
        assert done.returncode == 0, done.stdout + done.stderr
        assert all(one.login in done.stdout for one in LOGINS)
        assert PASSWORD in done.stdout
        county = Commands(home, port)
        write_secret(county.secret_file, PASSWORD)
        yield county


def period_of(county: CommandLine) -> Period:
    """The period of a loaded county: its first batch is that of its first month."""
    listed = county("payout", "list").stdout.splitlines()
    return Period(min(_month_of_batch(line) for line in listed if line.startswith(COUNTY)))


def _month_of_batch(line: str) -> Month:
    return month(f"{line[12:16]}-{line[16:18]}")


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
        with urllib.request.urlopen(f"http://127.0.0.1:{county.port}{path}", timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_second_load_finds_it_there(demo: CommandLine) -> None:
    position = demo.position()
    done = demo("demo", "--no-serve")
    assert done.returncode == 0
    assert "演示县已在这里，什么也没有再装入。" in done.stderr
    assert "没有启动网页服务" in done.stderr
    assert demo.position() == position


def test_other_journals_are_left_alone(tmp_path: Path) -> None:
    with temporary_home() as home:
        county = Commands(home)
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
    recorded = _types_in(tmp_path / "package" / "entries")
    assert {kind: recorded[kind] for kind in SHOWN} == SHOWN
    assert recorded["withholding.recorded/1"] >= 1


def _types_in(entries: Path) -> Counter[str]:
    """How often each type of event occurs in a package."""
    files = (file for file in entries.rglob("*") if file.is_file())
    return Counter(
        found for file in files for found in re.findall(r'"type":"([^"]+)"', file.read_text("utf-8", "replace"))
    )


def test_twelve_months_are_paid_and_the_last_lies_open(demo: CommandLine) -> None:
    period = period_of(demo)
    assert 27 <= (day_in_china(datetime.now(UTC)) - first_day(period.open_month)).days <= 62  # work of last month
    lines = [line.split() for line in demo("payout", "list").stdout.splitlines() if line.startswith(COUNTY)]
    states = {line[0][12:18] + "-" + line[0][18:]: line[1] for line in lines}
    of_open, of_last = (of.replace("-", "") for of in (period.open_month, period.paid_months[-1]))
    paid = {name: state for name, state in states.items() if not name.startswith(of_open)}
    assert {name[:6] for name in paid} == {of.replace("-", "") for of in period.paid_months}
    assert {state for name, state in paid.items() if not name.startswith(of_last)} == {"已关闭"}
    assert states[f"{of_last}-001"].startswith("已回盘")
    assert states[f"{of_last}-002"].startswith("已冻结")
    assert "人" in demo("payout", "propose", "--month", period.open_month).stdout


def test_the_open_month_is_paid_by_hand_each_step_by_whoever_may(demo: CommandLine, tmp_path: Path) -> None:
    """Freeze, approve, export, answer, close - and everybody who may not is refused."""
    of = period_of(demo).open_month
    batch = f"{COUNTY}{of.replace('-', '')}001"
    banked_on = period_of(demo).until + timedelta(days=1)
    sent, answered = tmp_path / "sent.csv", tmp_path / "answered.csv"

    def step(*words: object, login: str, said: str, code: int = 0) -> str:
        done = demo("payout", *words, "--as", login)
        assert done.returncode == code, done.stdout + done.stderr
        assert said in done.stdout + done.stderr
        return done.stdout

    step("freeze", "--month", of, login="shenpi", said="没有“县网格中心经办”这一角色", code=1)
    step("freeze", "--month", of, login="rending", said="前面环节的经手人", code=1)
    shown = step("freeze", "--month", of, login="jingban", said="名单摘要")
    digest = re.search(r"名单摘要 ([0-9a-f]{64})", shown)
    assert digest is not None
    step("approve", batch, "--digest", "0" * 64, login="shenpi", said="名单不一致", code=1)
    step("export", batch, "--profile", "neutral-csv", "--to", sent, login="jingban", said="待审批”，不能导出", code=1)
    step("approve", batch, "--digest", digest[1], login="jingban", said="没有“县网格中心审批”这一角色", code=1)
    reasons = [word for code in CODES for word in ("--reason", f"{code}=看过名单")]
    step("approve", batch, "--digest", digest[1], login="shenpi", said="还没有逐条说明理由", code=1)
    step("acknowledge", batch, "--digest", digest[1], "--reason", "x=y", login="jingban", said="提示代码", code=2)
    for login in ("jingban", "shenpi"):
        step("acknowledge", batch, "--digest", digest[1], *reasons, login=login, said="已说明")
    step("approve", batch, "--digest", digest[1], login="shenpi", said="元整")
    step("export", batch, "--profile", "neutral-csv", "--to", sent, login="jingban", said="代发文件")
    assert sent.stat().st_mode & 0o077 == 0  # it holds names and accounts
    step("close", batch, login="jingban", said="不能关闭", code=1)
    profile = load_bank_profile("neutral-csv")
    for bank, outcome in ((rehearsal_bank.answer, "未决"), (rehearsal_bank.answer_again, "未决 0 笔")):
        answered.write_bytes(bank(sent.read_bytes(), profile, seed="x", on=banked_on, rehearsal=True))
        step("answer", batch, "--from", answered, login="jingban", said=outcome)
    step("answer", batch, "--from", answered, login="jingban", said="没有变化")
    step("close", batch, login="jingban", said="三方核对一致")


def test_a_wrong_return_file_is_refused_whole(demo: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("H|someone else's batch", "utf-8")
    before = demo.position()
    last = period_of(demo).paid_months[-1].replace("-", "")
    done = demo("payout", "answer", f"{COUNTY}{last}001", "--from", file, "--as", "jingban")
    assert done.returncode == 1
    assert "wrong.csv" in done.stderr
    assert demo.position() == before + 1, "that it came, and could not be used, is recorded"
    assert demo("payout", "answer", f"{COUNTY}{last}001", "--from", file, "--as", "jingban").returncode == 1
    assert demo.position() == before + 1


def test_pages_are_served_a_second_start_names_the_first_and_sigterm_leaves_nothing(demo: CommandLine) -> None:
    with served(demo, "demo") as running:
        status, text = page(demo, f"/v/990125101000/rewards/{period_of(demo).paid_months[-1]}")
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


def test_the_public_reads_no_personal_value_anywhere_and_every_page_is_small(demo: CommandLine, tmp_path: Path) -> None:
    """Every public page, feed, sheet, answer and tile of the county, a township and a village, and every value kept.

    Other places have the same pages of other rows; of files, those of the village. A page is one file of ten kilobytes
    at most, a stylesheet and an icon, all from here, and no script.
    """
    settings = read_settings({"MINGZHANG_HOME": str(demo.home)})
    with database(settings) as access, open_app(settings, access=access) as app:
        _no_sheet_without_the_font(app, fonts=tmp_path)
        publisher = publisher_of(app, last=signed_last(app))
        with publisher.claimed():
            publisher.publish()
        values = personal_values(app)
        with serving(create_app(app)) as url, httpx.Client(base_url=url, timeout=60) as client:
            got = list(crawled(client, [*NOT_LINKED, *(f"/v/{code}" for code in CRAWLED)], _is_crawled()))
    assert {"name", "phone", "account_number", "report_text", "reply_text"} <= set(values)
    assert {one.status for one in got} <= {200, 404, 410, 503}
    assert sum(one.status == 200 for one in got) > 300
    words, log = words_of(one.text for one in got), words_of(log_files(demo.home / "log"))
    assert "全部到账" in words
    sheets_read = [one for one in got if one.media_type == PDF and "slip" not in one.path]
    if (settings.fonts / "NotoSansCJK-Regular.ttc").exists():
        assert sheets_read, "the village's sheet hangs"
    assert all("任何人都可以离线重新计算以上数字" in one.text for one in sheets_read)
    assert len(log) > 1_000
    for kind, kept in values.items():
        assert told_in(words, kept) == set(), kind
        assert told_in(log, kept) == set(), kind
    assert told_in(f"{words}\n{min(values['name'])}", values["name"]) == {min(values["name"])}, "it would be found"
    sent = {one.path: hashlib.sha256(one.text.encode()).hexdigest() for one in got}
    packages = [one for one in got if one.path.endswith("/datapackage.json")]
    for one in packages:
        for resource in json.loads(one.text)["resources"]:
            assert resource["hash"] == f"sha256:{sent[one.path.replace('datapackage.json', resource['path'])]}"
    assert len(packages) > 20
    for one in (one for one in got if one.is_page):
        assert one.wire_bytes <= 10_240, one.path
        assert one.path == VERIFIER or "<script" not in one.text, one.path
        loaded = set(re.findall(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"|<img[^>]* src="([^"]+)"', one.text))
        assert len(loaded) <= 2, one.path
        assert not re.search(r'(?:href|src)="(?:https?:)?//', one.text), one.path


def _no_sheet_without_the_font(app: App, *, fonts: Path) -> None:
    """On a machine without the font, the county has no sheet, and whoever loads it is told so."""
    before, said = app.journal.position(), list[str]()
    county = replace(app, settings=replace(app.settings, fonts=fonts))
    sheets.load(county, people=People("1", demo_period(app)), tell=said.append)
    assert [(str(fonts) in one, "NotoSansCJK-Regular.ttc" in one) for one in said] == [(True, True)]
    assert app.journal.position() == before


CRAWLED = (COUNTY, township_code(TOWNSHIP), VILLAGE)
FILES_OF = CRAWLED[-1]
NOT_LINKED = ("/", "/t", "/open311/discovery.json", "/open311/v2/services.json", "/open311/v2/requests.json")
PROOFS_MAX = 5


def _is_crawled() -> Callable[[str], bool]:
    """Which links are taken: of three places every one; of proofs, which are the log's own bytes, the first."""
    proofs: list[str] = []

    def taken(link: str) -> bool:
        place = re.match(r"/v/(\d{12})", link)
        if place is not None:
            return place[1] == FILES_OF or (place[1] in CRAWLED and "/data/" not in link)
        if link.startswith(("/log/entry/", "/log/proof/")):
            proofs.append(link)
            return len(proofs) <= PROOFS_MAX
        return True

    return taken


def test_a_database_killed_under_the_service_comes_back(demo: CommandLine) -> None:
    path = f"/v/990125101000/rewards/{period_of(demo).paid_months[-2]}"
    with served(demo, "serve"):
        assert page(demo, path)[0] == 200
        (postmaster,) = re.findall(r"^\d+", (demo.home / "pg" / "data" / "postmaster.pid").read_text())[:1]
        subprocess.run(["kill", "-9", postmaster], check=True)
        until = time.monotonic() + 60
        while (status := page(demo, path)[0]) != 200:
            assert status == 503  # an outage says so, and is over soon
            assert time.monotonic() < until
            time.sleep(0.2)
