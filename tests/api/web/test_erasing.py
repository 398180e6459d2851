"""A person is erased over the API and on pages: by an administrator, in two steps, with a reason from the list."""

import html
import re
from uuid import UUID

import httpx
import pytest

from api.commands.shared import person_stream
from domain import persons
from tests.api.web.county import PASSWORD, County
from tests.api.web.test_county_pages import signed_in

WANTED = {"reason": "consent_withdrawn", "legal_basis": "本人 2026 年书面申请"}


def is_erased(county: County, person_id: UUID) -> bool:
    state = county.app.journal.state(person_stream(person_id), persons.evolve)
    return state is not None and state.erased


def test_over_the_api(county: County) -> None:
    person_id = county.people["liuyang"].person_id
    address = f"/persons/{person_id}/erasure"
    assert county.post("lihe", address, WANTED).json()["code"] == "authority.role_may_not"
    for wrong, code in (
        ({**WANTED, "reason": "no_such_reason"}, "person.erasure_reason_unknown"),
        ({**WANTED, "legal_basis": " "}, "request.malformed"),
    ):
        assert county.post("admin", address, wrong).json()["code"] == code
    county.reported(by="liuyang")
    assert county.post("admin", address, WANTED).json()["code"] == "person.reports_open"
    assert not is_erased(county, person_id)
    person_id = county.people["qianduo"].person_id
    address, key = f"/persons/{person_id}/erasure", county.key()
    answer = county.post("admin", address, WANTED, key=key)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["person_id"], answer.json()["vouchers"]) == (str(person_id), [])
    assert f"person/{person_id}@" in answer.json()["receipt"]["events"][-1]
    assert is_erased(county, person_id)
    assert county.post("admin", address, WANTED, key=key).status_code == 200
    assert county.post("admin", address, WANTED).json()["code"] == "person.erased"
    refused = county.browser().post("/api/v1/session", json={"login": "qianduo", "password": PASSWORD})
    assert refused.status_code == 401


def sent(browser: httpx.Client, page: str, action: str, **fields: str) -> httpx.Response:
    """The form of a page that goes to an address, filled in."""
    form = re.search(rf'<form[^>]*method="post" action="{re.escape(action)}">.*?</form>', page, re.DOTALL)
    assert form is not None, page
    hidden = re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[0])
    return browser.post(action, data={**{name: html.unescape(value) for name, value in hidden}, **fields})


def test_on_pages_in_two_steps(county: County) -> None:
    person_id, position = county.people["zhaomin"].person_id, county.app.journal.position()
    at = f"/staff/persons/{person_id}"
    admin = signed_in(county, "admin")
    assert f'href="{at}/erasure"' in admin.get(at).text
    assert f'href="{at}/erasure"' not in signed_in(county, "chenjing").get(at).text
    first = admin.get(f"{at}/erasure").text
    assert "本人撤回同意" in first
    assert "这一步什么也不记录" in first
    assert sent(admin, first, f"{at}/erasure/check", reason="no_such_reason", legal_basis="x").status_code == 409
    second = sent(admin, first, f"{at}/erasure/check", **WANTED).text
    assert "不能撤回" in second
    assert WANTED["legal_basis"] in second
    wrong = sent(admin, second, f"{at}/erasure", confirm="0" * 8)
    assert (wrong.status_code, "再输入的与编号不符" in wrong.text) == (422, True)
    assert county.app.journal.position() == position
    done = sent(admin, second, f"{at}/erasure", confirm=str(person_id)[:8].upper())
    assert done.status_code == 303, done.text
    page = admin.get(done.headers["location"]).text
    assert "已删除他在保险库里的全部内容" in page
    assert "/erasure" not in page
    assert is_erased(county, person_id)
    assert admin.get(f"{at}/erasure").status_code == 409


@pytest.mark.parametrize("login", ["chenjing", "xuwei"])
def test_nobody_else_sees_the_form(county: County, login: str) -> None:
    at = f"/staff/persons/{county.people['ouyang'].person_id}/erasure"
    assert signed_in(county, login).get(at).status_code == 403
