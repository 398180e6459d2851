"""Published rates: never a percentage alone, never all unless all, and the same figures on pages and over the API."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest

import api
import audit
from api.commands.shared import today
from api.web.rate_words import PARTS, RATES, money_rate_text, period_text, rate_text
from domain.kernel.periods import period
from domain.kernel.rates import Rate
from projections import published_rates
from tests.api.web.county import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, County

API, AUDIT = Path(api.__file__).parent, Path(audit.__file__).parent
TEMPLATES = sorted((API / "templates").rglob("*.html"))
# Progress of a computation under way is no published rate: the bar of `verify`.
NO_RATE = {AUDIT / "cli.py"}
# The weight of a factor is a part of a rule that somebody set; nothing was counted for it.
WEIGHT = re.compile(r"factor\.weight \}\}%")
PERCENT = re.compile(r"[0-9}）)]\s?[%％]|百分之[0-9二三四五六七八九十]")


@pytest.fixture(scope="module")
def counted(county: County) -> County:
    """Four reports of one village: one waits, one is handled, two are rewarded and not yet paid."""
    county.reported()
    county.handled()
    county.rewarded()
    county.rewarded(by="ouyang")
    return county


def test_a_rate_says_numerator_denominator_and_position() -> None:
    assert rate_text(Rate(1_365, 1_388, 35_942)) == "98.3 %（1,365 / 1,388，截至账本第 35,942 条）"
    assert rate_text(Rate(0, 0, 7)) == "—（0 / 0，截至账本第 7 条）"
    assert money_rate_text(Rate(450_000, 1_000_000, 9)) == "45.0 %（4500.00 / 10000.00 元，截至账本第 9 条）"
    words = [period_text(period(text)) for text in ("2026", "2026-Q4", "2026-03")]
    assert words == ["2026年", "2026年第4季度", "2026年3月"]
    assert set(RATES) == set(published_rates.OF)


def test_the_page_counts_what_was_reported(counted: County) -> None:
    year = today(counted.app).year
    page = counted.browser().get(f"/v/{VILLAGE}/rates/{year}")
    assert page.status_code == 200
    text = re.sub(r"<[^>]+>", "", page.text)
    assert f"{year}年上报 4 条（涉及隐私的不计，下面的比率也是）：{PARTS['waiting']} 1 条" in text
    for name, shown in (("核查率", "75.0 %（3 / 4，"), ("办结率", "100 %（3 / 3，"), ("有效率", "100 %（2 / 2，")):
        assert re.search(rf"{name}\s*{re.escape(shown)}", text), name
    assert re.search(r"到账率\s*0 %（0 / 2，截至账本第 [0-9,]+ 条）", text)
    position = re.search(r"前 ([0-9]+) 条记录", text)
    assert position is not None
    assert int(position[1]) <= counted.app.journal.position()
    assert "还没有开始" in counted.browser().get(f"/v/{VILLAGE}/rates/2098").text
    nothing = counted.browser().get(f"/v/{OTHER_TOWNSHIP}/rates/{year}").text
    assert nothing.count("—（0 / 0，") == 4


def test_a_period_without_reports_has_no_rate(counted: County) -> None:
    page = counted.browser().get(f"/v/{COUNTY}/rates/2020-Q1").text
    assert "2020年第1季度上报" in page
    assert page.count("—（0 / 0，") == 4
    assert "100 %" not in page


@pytest.mark.parametrize("of", ["2026-13", "2026-Q5", "26", "0000", "1900", "２０２６", "2026-1"])
def test_a_period_that_is_none_is_no_page(counted: County, of: str) -> None:
    assert counted.browser().get(f"/v/{COUNTY}/rates/{of}").status_code == 404


def test_the_page_is_small_runs_nothing_and_is_kept_under_a_tag(counted: County) -> None:
    browser = counted.browser()
    page = browser.get(f"/v/{COUNTY}/rates")
    assert "<script" not in page.text
    size = int(browser.get(f"/v/{COUNTY}/rates", headers={"accept-encoding": "gzip"}).headers["content-length"])
    assert size <= 10_000
    again = browser.get(f"/v/{COUNTY}/rates", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert browser.get(f"/v/{COUNTY}/rates?large=1").text.count("large") > 1
    assert browser.get("/v/360000000000/rates").status_code == 404


def test_a_program_reads_the_same(counted: County) -> None:
    month = f"{today(counted.app):%Y-%m}"
    program = counted.program("chenjing")
    found = program.get(f"/api/v1/rates?area={TOWNSHIP}&period={today(counted.app).year}").json()
    by_code = {one["code"]: one for one in found["rates"]}
    verified = by_code["verified_of_reported"]
    assert (verified["numerator"], verified["denominator"], verified["percent"]) == (3, 4, "75.0 %")
    assert verified["text"] == f"75.0 %（3 / 4，截至账本第 {verified['position']:,} 条）"
    assert (found["reported"], sum(found["reports"].values())) == (4, 4)
    assert program.get(f"/api/v1/rates?period={month}").json()["period"] == month
    assert program.get("/api/v1/rates?period=2026-13").status_code == 422
    assert counted.program("qianduo").get(f"/api/v1/rates?area={TOWNSHIP}").status_code == 403


def test_month_page_and_budget_page_show_whole_rates(counted: County) -> None:
    month = counted.browser().get(f"/v/{VILLAGE}/rewards/{counted.month}").text
    assert re.search(r"到账率 0 %（0 / 2，截至账本第 [0-9,]+ 条）", month)
    assert f'href="/v/{VILLAGE}/rates/{counted.month}"' in month


def test_rates_are_of_the_days_of_the_reports(counted: County) -> None:
    with counted.app.reading.connection() as conn:
        found = published_rates.of_period(conn, COUNTY, period("2025-Q4"), public=True)
    assert (found.since, found.until) == (date(2025, 10, 1), date(2025, 12, 31))
    assert found.reports.total == 0
    assert found.position >= 0


def bare(text: str) -> list[str]:
    """Percentages that stand in a text of ours without passing through the wording of rates."""
    return PERCENT.findall(text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(API)))
def test_no_template_shows_a_bare_percentage(path: Path) -> None:
    html = path.read_text("utf-8")
    shown = re.sub(r"\{%.*?%\}|\{#.*?#\}", "", WEIGHT.sub("", html), flags=re.DOTALL)
    assert not bare(re.sub(r"<style.*?</style>", "", shown, flags=re.DOTALL))
    assert ".percent" not in html, "show a rate through the filter `rate`"
    assert "_percent" not in html


def sentences(path: Path) -> list[str]:
    """The texts of a module, with a mark for what an f-string fills in, and without its docstrings."""
    found = []
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.append("".join(str(one.value) if isinstance(one, ast.Constant) else "}" for one in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            found.append(node.value)
    return found


def test_no_wording_shows_a_bare_percentage() -> None:
    modules = [path for path in (*API.rglob("*.py"), *AUDIT.rglob("*.py")) if path not in NO_RATE]
    assert len(modules) > 100
    allowed = re.compile(r"[0-9.,]+ %（[0-9,]+ / [0-9,]+，")  # an example of the whole wording
    wrong = {
        path.name: found
        for path in modules
        for text in sentences(path)
        if (found := bare(allowed.sub("", text))) and text.strip() != "98.3 %"
    }
    assert wrong == {}
