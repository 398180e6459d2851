"""Signing in: the right password and nothing else, for roles that are held today."""

import re
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from api.web import accounts
from api.web.accounts import BadAccount
from api.web.throttle import PER_LOGIN_AND_ADDRESS
from tests.api.web.county import PASSWORD, TOWNSHIP, County


def form_token(page: httpx.Response) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def signed_in(county: County, login: str) -> httpx.Client:
    browser = county.browser()
    token = form_token(browser.get("/staff/sign-in"))
    answer = browser.post("/staff/sign-in", data={"login": login, "password": PASSWORD, "form_token": token})
    assert answer.status_code == 303, answer.text
    return browser


def test_the_cookie_is_kept_from_scripts_and_other_sites(county: County) -> None:
    browser = county.browser()
    token = form_token(browser.get("/staff/sign-in"))
    answer = browser.post("/staff/sign-in", data={"login": "lihe", "password": PASSWORD, "form_token": token})
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("mz_session"))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/staff" in cookie
    assert "Secure" not in cookie  # this county is served over plain http
    assert answer.headers["location"] == "/staff"


def test_a_sign_in_form_of_another_site_is_refused(county: County) -> None:
    answer = county.browser().post(
        "/staff/sign-in", data={"login": "lihe", "password": PASSWORD, "form_token": "made up"}
    )
    assert answer.status_code == 403
    assert "mz_session" not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/staff/../..//evil", "/staff\\evil", "/v/1"]
)
def test_signing_in_leads_nowhere_else(county: County, to: str) -> None:
    browser = county.browser()
    page = browser.get("/staff/sign-in", params={"to": to})
    data = {"login": "lihe", "password": PASSWORD, "form_token": form_token(page), "to": to}
    location = browser.post("/staff/sign-in", data=data).headers["location"]
    assert location == "/staff"


def test_a_page_asked_for_before_signing_in_comes_after(county: County) -> None:
    answer = county.browser().get("/staff/budget")
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in?to=/staff/budget")


def test_an_unknown_login_and_a_wrong_password_look_the_same(county: County) -> None:
    client = county.browser()
    answers = [
        client.post("/api/v1/session", json={"login": login, "password": "wrong password"})
        for login in ("lihe", "nobody", "UPPER CASE", "x")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    county.program("lihe")  # the right password forgives


def test_guessing_is_stopped_and_says_for_how_long(county: County) -> None:
    client = county.browser()
    for _ in range(PER_LOGIN_AND_ADDRESS):
        assert client.post("/api/v1/session", json={"login": "wangqiang", "password": "guess"}).status_code == 401
    answer = client.post("/api/v1/session", json={"login": "wangqiang", "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.json()["code"] == "session.locked"
    assert int(answer.headers["retry-after"]) == 15 * 60


def test_somebody_with_two_roles_names_one(county: County) -> None:
    client = county.browser()
    body = {"login": "zhaomin", "password": PASSWORD}
    answer = client.post("/api/v1/session", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "session.role_needed")
    answer = client.post("/api/v1/session", json={**body, "role": "county_approver"})
    assert (answer.status_code, answer.json()["code"]) == (403, "session.role_not_held")
    assert county.program("zhaomin", "member").get("/api/v1/session").json()["role"] == "member"


@pytest.mark.parametrize("token", ["", "Bearer x", "Bearer", "Basic bGloZTp4"])
def test_without_a_token_there_is_no_answer(county: County, token: str) -> None:
    answer = county.browser().get("/api/v1/session", headers={"authorization": token})
    assert (answer.status_code, answer.json()["code"]) == (401, "session.required")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_another_password_ends_every_session(county: County) -> None:
    person = county.people["qianduo"]
    program, browser = county.program("qianduo"), signed_in(county, "qianduo")
    assert browser.get("/staff").status_code == 200
    accounts.set_account(county.app.writing, login="qianduo", person_id=person.person_id, password="another one 2")
    assert program.get("/api/v1/session").status_code == 401
    assert browser.get("/staff").headers["location"].startswith("/staff/sign-in")
    accounts.set_account(county.app.writing, login="qianduo", person_id=person.person_id, password=PASSWORD)


def test_a_role_that_has_ended_gives_no_right(county: County) -> None:
    """The session was made while the role was held; the journal of today decides."""
    answer = county.post(
        "admin",
        f"/persons/{county.people['lihe'].person_id}/roles",
        {
            "role": "grid_leader",
            "area": TOWNSHIP,
            "since": "2020-01-01",
            "until": (county.yesterday - timedelta(days=3)).date().isoformat(),
        },
    )
    assert answer.status_code == 201
    client = county.browser()
    answer = client.post("/api/v1/session", json={"login": "lihe", "password": PASSWORD, "role": "grid_leader"})
    assert (answer.status_code, answer.json()["code"]) == (403, "session.role_not_held")


def test_every_form_needs_the_sessions_own_token(county: County) -> None:
    incident = county.reported()
    before = county.app.journal.position()
    browser, other = signed_in(county, "lihe"), signed_in(county, "qianduo")
    stolen = form_token(other.get("/staff"))
    for token in ("", "x", stolen):
        data = {"form_token": token, "key": county.key(), "reason": "seen_on_site"}
        answer = browser.post(f"/staff/incidents/{incident}/acts/verify", data=data)
        assert answer.status_code == 403
        assert "什么也没有记录" in answer.text
        assert browser.post("/staff/sign-out", data={"form_token": token}).status_code == 403
    assert county.app.journal.position() == before


def test_a_form_sent_twice_records_once(county: County) -> None:
    incident = county.reported()
    browser = signed_in(county, "lihe")
    page = browser.get(f"/staff/incidents/{incident}/acts/verify")
    key = re.search(r'name="key" value="([^"]+)"', page.text)
    assert key is not None
    data = {"form_token": form_token(page), "key": key[1], "reason": "seen_on_site"}
    first = browser.post(f"/staff/incidents/{incident}/acts/verify", data=data)
    before = county.app.journal.position()
    second = browser.post(f"/staff/incidents/{incident}/acts/verify", data=data)
    assert (first.status_code, first.headers["location"]) == (second.status_code, second.headers["location"])
    assert county.app.journal.position() == before


@pytest.mark.parametrize(
    ("login", "password"), [("Upper", PASSWORD), ("a", PASSWORD), ("x y", PASSWORD), ("fine", "short"), ("", "")]
)
def test_accounts_that_cannot_be_used_are_refused(county: County, login: str, password: str) -> None:
    with pytest.raises(BadAccount):
        accounts.set_account(county.app.writing, login=login, person_id=uuid4(), password=password)
