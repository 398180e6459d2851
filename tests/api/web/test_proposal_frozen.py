"""What is frozen is what the maker saw: a list that changed meanwhile is refused, on the page and over JSON."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from api.commands import allowances, budgets
from api.commands.allowances import NewAllowance
from api.commands.shared import today
from domain.kernel.calendar import month_of
from domain.kernel.money import Fen
from tests.api.web.county import COUNTY, TOWNSHIP, County, copied_county
from tests.api.web.registers import recorded, signed_in

if TYPE_CHECKING:
    from tests.conftest import Cluster


@pytest.fixture
def county(cluster: "Cluster") -> Iterator[County]:
    """Each test changes what can be paid, so each has a county of its own."""
    with copied_county(cluster) as made:
        yield made


def shown_form(browser: httpx.Client, county: County) -> dict[str, str]:
    """The fields of the form under the proposed list."""
    page = browser.get("/staff/payouts/proposal", params={"division": COUNTY, "month": county.month})
    form = re.search(r'<form[^>]*method="post" action="/staff/payouts">.*?</form>', page.text, re.DOTALL)
    assert form is not None, page.text
    return dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[0]))


def proposed(county: County, **asked: Any) -> Any:
    """The proposal over JSON."""
    answer = county.program("zhouyu").get("/api/v1/payout-batches/proposal", params={"division": COUNTY, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(county: County, body: dict[str, Any]) -> Any:
    """Freezing is refused because the list is another, and nothing is recorded; the refusal's facts."""
    before = county.app.journal.position()
    answer = county.post("zhouyu", "/payout-batches", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "payout_batch.proposal_changed"), answer.text
    assert county.app.journal.position() == before
    return answer.json()["facts"]


def test_a_form_freezes_the_list_above_it_or_nothing(county: County) -> None:
    for login in ("zhangjianguo", "ouyang"):
        county.rewarded(by=login)
    browser = signed_in(county, "zhouyu")
    old = shown_form(browser, county)
    hold = {"payee_id": str(county.people["ouyang"].person_id), "reason": "正在核对照片"}
    assert county.post("sunli", "/payee-holds", hold).status_code == 201
    before = county.app.journal.position()
    for fields in (old, {name: value for name, value in old.items() if name != "shown_digest"}):
        answer = browser.post("/staff/payouts", data=fields)
        assert answer.status_code == 409
        assert "现在是 1 笔 10.00 元，没有冻结。请重新查看拟发名单再冻结。" in answer.text
    assert county.app.journal.position() == before
    seen = shown_form(browser, county)
    assert seen["shown_digest"] != old["shown_digest"]
    page = recorded(browser, browser.post("/staff/payouts", data=seen), "payout_batch|payment|reward")
    batch = county.program("zhouyu").get(f"/api/v1/payout-batches/{page.url.path.rpartition('/')[2]}").json()["batch"]
    assert (batch["payment_count"], batch["total_fen"]) == (1, 1_000)
    assert batch["lines_digest"] == seen["shown_digest"], "the proposal has the digest of the lines that it becomes"


def test_a_program_may_bind_its_freezing_to_what_it_read(county: County) -> None:
    county.rewarded(by="ouyang")
    body = {"division": COUNTY, "month": county.month}
    seen = proposed(county, month=county.month)
    county.rewarded(by="ouyang")
    assert refused(county, {**body, "shown_digest": seen["shown_digest"]}) == {
        "month": county.month,
        "payment_count": 1,
        "total_fen": 2_000,
    }
    now = proposed(county, month=county.month)["shown_digest"]
    assert county.post("zhouyu", "/payout-batches", {**body, "shown_digest": now}).status_code == 201
    assert refused(county, {**body, "shown_digest": now})["payment_count"] == 0, "a colleague froze it first"


def test_another_account_is_another_list_of_allowances(county: County) -> None:
    app, on, people = county.app, today(county.app), county.people
    budgets.appropriate(
        app,
        actor=county.admin,
        key=county.key(),
        year=on.year,
        document="横财行〔2026〕13号",
        amount_fen=Fen(50_000),
        purpose=budgets.purpose_of(app, "allowance"),
        on=on,
    )
    worker = people["lihe"].person_id
    new = [NewAllowance(worker, TOWNSHIP, month_of(on), Fen(20_000), "岗位津贴", "包片")]
    allowances.grant(app, actor=people["chenjing"], key=county.key(), new=new, on=on)
    assert app.caught_up(app.journal.position())
    body = {"division": COUNTY, "month": month_of(on), "payroll": "allowance"}
    account = {"holder": "李和", "number": "6222999900001111", "bank": "横峰农商银行"}
    path = f"/persons/{worker}/payee-account"
    assert county.post("admin", path, {"version": 1, "account": account}).status_code == 201
    seen = proposed(county, month=month_of(on), payroll="allowance")
    assert [one["amount_fen"] for one in seen["payees"]] == [20_000]
    again = {"version": 2, "account": {**account, "number": "6222999900002222"}}
    assert county.post("admin", path, again).status_code == 201
    refused(county, {**body, "shown_digest": seen["shown_digest"]})
    now = proposed(county, month=month_of(on), payroll="allowance")
    assert now["total_fen"] == seen["total_fen"], "only the account is another"
    assert county.post("zhouyu", "/payout-batches", {**body, "shown_digest": now["shown_digest"]}).status_code == 201
