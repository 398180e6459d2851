"""The books from the command line: on the screen, as files, as known earlier; a county's own chart."""

import csv
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from api.files.chart_profiles import load_chart
from tests.journeys.commands import Commands

CHART = """
code = "village-2023"
system = "财会〔2023〕14号"
document = "本县农村集体经济组织科目表"
[[accounts]]
account = "vil-361125001201:101"
name = "库存现金"
side = "debit"
"""


@pytest.fixture
def mingzhang(home: Path) -> Commands:
    line = Commands(home)
    assert line.init().returncode == 0
    return line


def test_books_on_the_screen_and_as_files(mingzhang: Commands, tmp_path: Path) -> None:
    shown = mingzhang("books", "charts")
    assert (shown.returncode, shown.stderr) == (0, ""), shown.stderr
    assert "gov-2019/1" in shown.stdout, "init publishes what comes with the program"
    assert all(one.account in shown.stdout for one in load_chart("budget-control").accounts)
    before = mingzhang.position()
    own = tmp_path / "本县科目表.toml"
    own.write_text(CHART, "utf-8")
    assert "chart/" in mingzhang("books", "publish", own).stdout
    again = mingzhang("books", "publish", own)
    assert (again.returncode, "无需再做" in again.stderr) == (1, True), again.stderr
    assert "village-2023/1" in mingzhang("books", "charts").stdout

    table = mingzhang("books", "balances", "--on", "2026-03-31", "--known-at", before)
    assert f"2026-03-01 至 2026-03-31，按账本前 {before} 条记录" in table.stdout
    assert "期末贷方" in table.stdout
    beyond = mingzhang("books", "balances", "--known-at", 10**6)
    assert (beyond.returncode, "请核对记录位置" in beyond.stderr) == (1, True), beyond.stderr

    assert "其他应付款—应付网格员" in mingzhang("books", "account", "--account", "fin:230701").stdout
    for action, account in (("account", "fin:9999"), ("subsidiaries", "fin:2307"), ("days", "fin:230709")):
        unknown = mingzhang("books", action, "--account", account)
        assert (unknown.returncode, f"没有科目 {account}" in unknown.stderr) == (1, True), unknown.stderr
    assert "fin:2307:payee、" in unknown.stderr

    file = tmp_path / "总账.csv"
    assert str(file) in mingzhang("books", "general", "--to", file).stdout
    with file.open(encoding="utf-8-sig", newline="") as content:
        assert next(csv.reader(content))[:3] == ["账簿", "科目编号", "科目名称"]
    file = tmp_path / "24589.xlsx"
    assert mingzhang("books", "interface", "--on", "2026-12-31", "--to", file).returncode == 0
    assert CalamineWorkbook.from_path(file).sheet_names[0] == "电子账簿"


@pytest.mark.parametrize(
    "words",
    [
        ("publish",),
        ("balances", "gov-2019"),
        ("account",),
        ("balances", "--to", "账.pdf"),
        ("interface",),
        ("interface", "--to", "账.csv"),
    ],
)
def test_arguments_that_do_not_go_together_start_nothing(home: Path, words: tuple[str, ...]) -> None:
    done = Commands(home)("books", *words)
    assert done.returncode == 2, done.stderr
    assert not home.exists()
