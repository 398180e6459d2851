"""What an approver is shown before approving, and what nobody else is shown."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from api.commands.shared import today
from api.files.bank_profiles import load_bank_profile
from api.files.rehearsal_bank import answer
from tests.api.web.county import COUNTY, PASSWORD, County, copied_county

if TYPE_CHECKING:
    from tests.conftest import Cluster


@pytest.fixture(scope="module")
def county(cluster: "Cluster") -> Iterator[County]:
    """A rehearsal, whose bank settles every line of a batch as small as these."""
    with copied_county(cluster, rehearsal=True) as made:
        yield made


def page_for(county: County, login: str, path: str) -> httpx.Response:
    """A staff page as somebody sees it."""
    browser = county.browser()
    token = re.search(r'name="form_token" value="([^"]+)"', browser.get("/staff/sign-in").text)
    assert token is not None
    browser.post("/staff/sign-in", data={"login": login, "password": PASSWORD, "form_token": token[1]})
    return browser.get(path)


def step(county: County, login: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """A command that is recorded."""
    done = county.post(login, path, body)
    assert done.status_code == 201, done.text
    return done.json()


def frozen(county: County) -> str:
    """A batch of what is unpaid."""
    made = step(county, "zhouyu", "/payout-batches", {"division": COUNTY, "month": county.month})
    return str(made["batch_id"])


def set_account(county: County, login: str, version: int, holder: str, number: str) -> None:
    """Another payee account, by the administrator."""
    account = {"holder": holder, "number": number, "bank": "横峰农商银行"}
    person = county.people[login].person_id
    step(county, "admin", f"/persons/{person}/payee-account", {"version": version, "account": account})


def paid(county: County, batch: str) -> None:
    """Approve, export, and let the bank settle every line."""
    digest = county.acknowledged(batch)
    step(county, "sunli", f"/payout-batches/{batch}/approval", {"shown_digest": digest})
    step(county, "zhouyu", f"/payout-batches/{batch}/export", {"profile": "neutral-csv"})
    officer = county.program("zhouyu")
    content = officer.get(f"/api/v1/payout-batches/{batch}/payment-file").content
    returned = answer(content, load_bank_profile("neutral-csv"), seed=1, on=today(county.app), rehearsal=True)
    kept = officer.post(
        f"/api/v1/payout-batches/{batch}/answers",
        files={"file": ("回盘.csv", returned)},
        headers={"idempotency-key": county.key()},
    )
    assert kept.status_code == 201, kept.text
    assert county.app.caught_up(county.app.journal.position())


@pytest.fixture(scope="module")
def second_batch(county: County) -> str:
    """The second batch: one payee has another account now, and shares it with one who is new."""
    county.rewarded(by="zhangjianguo")
    county.rewarded(by="ouyang")
    paid(county, frozen(county))
    for member in ("zhangjianguo", "ouyang", "liuyang"):
        county.rewarded(by=member)
    set_account(county, "zhangjianguo", 2, "张建国", "6222999900001111")
    set_account(county, "liuyang", 1, "张建国", "6222999900001111")
    return frozen(county)


def rows(page: httpx.Response) -> dict[str, str]:
    """The batch's lines by the payee's name."""
    lines = re.findall(r"<tr><td class=\"n\" data-label=\"行\">.*?</tr>", page.text, re.DOTALL)
    found = {}
    for line in lines:
        name = re.search(r'data-label="收款人">([^<]+)<', line)
        assert name is not None
        found[name[1]] = re.sub(r"<[^>]+>|\s", " ", line)
    return found


def test_the_approver_sees_what_is_unusual(county: County, second_batch: str) -> None:
    shown = rows(page_for(county, "sunli", f"/staff/payouts/{second_batch}"))
    assert set(shown) == {"张建国", "欧阳明月", "刘洋"}
    assert "上次付款后换过账户" in shown["张建国"]
    assert "同一账号" in shown["张建国"]
    assert "首次收款" in shown["刘洋"]
    assert "户名与姓名不同" in shown["刘洋"]
    for signal in ("首次", "换过", "同一账号", "不同"):
        assert signal not in shown["欧阳明月"]
    for row in shown.values():
        assert "6222999900001111" not in row, "account numbers are shown by their end"
    assert "1111" in shown["刘洋"]


def test_nobody_else_sees_names_or_accounts(county: County, second_batch: str) -> None:
    for login in ("zhouyu", "xuwei", "admin"):
        page = page_for(county, login, f"/staff/payouts/{second_batch}")
        assert page.status_code == 200
        assert set(rows(page)) == {"张*国", "欧阳**", "刘*"}
        assert "同意付款" not in page.text
    for login in ("lihe", "zhangjianguo", "wangqiang"):
        page = page_for(county, login, f"/staff/payouts/{second_batch}")
        assert page.status_code == 403
        assert "不能查看" in page.text


def test_only_the_maker_downloads_the_file(county: County, second_batch: str) -> None:
    batches = county.program("xuwei").get("/api/v1/payout-batches?status=answered").json()
    first = batches[-1]["batch_id"]
    assert county.program("zhouyu").get(f"/api/v1/payout-batches/{first}/payment-file").status_code == 200
    for login in ("sunli", "xuwei", "lihe"):
        refused = county.program(login).get(f"/api/v1/payout-batches/{first}/payment-file")
        assert (refused.status_code, refused.json()["code"]) == (403, "access.may_not_read")
    missing = county.program("zhouyu").get(f"/api/v1/payout-batches/{second_batch}/payment-file")
    assert (missing.status_code, missing.json()["code"]) == (404, "batch.no_file")


def test_checking_is_recorded(county: County, second_batch: str) -> None:
    actor = str(county.people["sunli"].person_id)
    count = "SELECT count(*) FROM vault.openings WHERE actor = %s AND reason = 'payout_batch.check as county_approver'"

    def openings() -> int:
        with county.app.writing.connection() as connection:
            row = connection.execute(count, (actor,)).fetchone()
        return int(row[0]) if row else 0

    before = openings()
    page_for(county, "sunli", f"/staff/payouts/{second_batch}")
    assert openings() == before + 1
    page_for(county, "zhouyu", f"/staff/payouts/{second_batch}")
    assert openings() == before + 1
