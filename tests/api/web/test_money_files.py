"""Whatever a money page shows can be had as CSV and xlsx: each link of each page is followed, and both say the same."""

import re
from collections.abc import Iterator
from html import unescape
from typing import TYPE_CHECKING

import httpx
import pytest

from api.commands import allowances, budgets, payouts
from api.commands.allowances import NewAllowance
from api.commands.shared import today
from domain.kernel.calendar import month_of
from domain.kernel.money import Fen
from tests.api.web.county import COUNTY, TOWNSHIP, County, copied_county
from tests.api.web.registers import signed_in
from tests.api.web.test_books import opened, same
from tests.journeys.everything import statement_told

if TYPE_CHECKING:
    from tests.conftest import Cluster

FORMULA = '=HYPERLINK("http://example.org")'


@pytest.fixture(scope="module")
def county(cluster: "Cluster") -> Iterator[County]:
    """A batch that waits, an allowance whose document looks like a formula, a hold, a statement with a difference."""
    with copied_county(cluster) as made:
        _fill(made)
        yield made


def _fill(county: County) -> None:
    app, on, people = county.app, today(county.app), county.people
    county.rewarded()
    own = budgets.purpose_of(app, "allowance")
    budgets.appropriate(
        app,
        actor=county.admin,
        key=county.key(),
        year=on.year,
        document="横财行〔2026〕13号",
        amount_fen=Fen(50_000),
        purpose=own,
        on=on,
    )
    worker = people["lihe"].person_id
    new = [NewAllowance(worker, TOWNSHIP, month_of(on), Fen(20_000), "岗位津贴", FORMULA)]
    allowances.grant(app, actor=people["chenjing"], key=county.key(), new=new, on=on)
    payouts.freeze(app, actor=people["zhouyu"], key=county.key(), division=COUNTY, month=county.month, on=on)
    held = people["ouyang"].person_id
    payouts.place_hold(
        app, actor=people["zhouyu"], key=county.key(), payee_id=held, reason="正在核对", document=None, on=on
    )
    statement_told(county)
    assert app.caught_up(app.journal.position())


def pages(county: County, browser: httpx.Client) -> dict[str, str]:
    """Every money page that offers something, by its address."""
    month = county.month
    found = [
        "/staff/payouts",
        f"/staff/payouts/proposal?division={COUNTY}&month={month_of(today(county.app))}&payroll=allowance",
        "/staff/payments",
        f"/staff/allowances?month={month_of(today(county.app))}",
        "/staff/budget",
        "/staff/reconcile",
        "/staff/reconcile/exceptions",
        f"/staff/close/{month}",
        "/staff/invariants",
        "/staff/ledgers",
        "/staff/ledgers/charts",
        "/staff/ledgers/journal",
        "/staff/ledgers/vouchers",
        "/staff/ledgers/general?account=fin:2307:payee",
        "/staff/ledgers/account?account=fin:2307:payee",
    ]
    for home, one in (("/staff/payouts", "payouts/[0-9a-f-]{36}"), ("/staff/reconcile", 'reconcile/statements/[^/"]+')):
        (link, *_) = re.findall(rf'href="(/staff/{one})"', browser.get(home).text)
        found.append(link)
    return {address: browser.get(address).text for address in found}


def test_every_money_page_offers_what_it_shows_as_csv_and_as_xlsx(county: County) -> None:
    browser = signed_in(county, "chenjing")
    without, checked = [], 0
    for address, html in pages(county, browser).items():
        links = {unescape(link) for link in re.findall(r'href="(/staff/[^"]*/files/[^"]+)"', html)}
        kinds = {link.partition("?")[0].rpartition(".")[2] for link in links}
        if kinds != {"csv", "xlsx"} and address != "/staff/ledgers/charts":  # no chart is published here
            without.append((address, kinds))
        for link in sorted(links):
            answer = browser.get(link)
            assert answer.status_code == 200, link
            sheets = opened(answer)
            assert all(sheets.values()), link
            checked += 1
            if link.partition("?")[0].endswith(".csv"):
                other = link.replace(".csv", ".xlsx")
                if other in links:
                    _alike(next(iter(sheets.values())), next(iter(opened(browser.get(other)).values())), link)
    assert without == []
    assert checked > 40


def _alike(rows: list[list[str]], sheet: list[list[object]], link: str) -> None:
    assert rows[0] == sheet[0], link
    pairs = [pair for row, other in zip(rows, sheet, strict=True) for pair in zip(row, other, strict=True)]
    assert [pair for pair in pairs if not same(*pair) and pair[0] != f"'{pair[1]}"] == [], link


def test_a_text_that_looks_like_a_formula_is_a_text(county: County) -> None:
    browser = signed_in(county, "chenjing")
    month = month_of(today(county.app))
    (rows,) = opened(browser.get(f"/staff/allowances/files/allowances.csv?month={month}")).values()
    assert f"'{FORMULA}" in rows[1]
    assert FORMULA not in rows[1]
    sheet = opened(browser.get(f"/staff/allowances/files/allowances.xlsx?month={month}"))
    assert FORMULA in next(iter(sheet.values()))[1]


def test_files_are_for_those_who_may_see_the_pages(county: County) -> None:
    for path in ("payouts/files/batches", "payments/files/holds", "reconcile/files/suspense", "ledgers/files/charts"):
        for login, status in (("chenjing", 200), ("zhangjianguo", 403)):
            assert signed_in(county, login).get(f"/staff/{path}.csv").status_code == status, (login, path)
