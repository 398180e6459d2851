"""The pages about keys: an officer chooses his secret, reads out a fingerprint, and an administrator enters it."""

import re
from uuid import UUID, uuid4

import httpx

from api.commands.county import NewPerson, register_persons
from api.commands.keys import live_key
from api.commands.shared import today
from api.web import words
from domain import keys
from tests.api.web.county import COUNTY, PASSWORD, SINCE, County

SECRET, NEXT_SECRET = "four words of his own", "four other words of his"
FINGERPRINT = re.compile(r"[0-9a-f]{4}(?:-[0-9a-f]{4}){5}")


def token_in(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def signed_in(county: County, login: str, password: str) -> httpx.Client:
    browser = county.browser()
    form = {"login": login, "password": password, "form_token": token_in(browser.get("/staff/sign-in").text)}
    answer = browser.post("/staff/sign-in", data=form)
    assert answer.status_code == 303, answer.text
    return browser


def newcomer(county: County) -> UUID:
    person_id = uuid4()
    new = NewPerson(person_id, "郑新", "county_officer", COUNTY, SINCE)
    receipt = register_persons(county.app, actor=county.admin, key=county.key(), new=[new], on=today(county.app))
    assert county.app.caught_up(receipt.position)
    return person_id


def invited(county: County, admin: httpx.Client, person_id: UUID, login: str) -> str:
    form = {"form_token": token_in(admin.get("/staff/keys").text), "key": county.key()}
    page = admin.post("/staff/keys/invite", data={**form, "person_id": str(person_id), "login": login})
    assert page.status_code == 200, page.text
    code = re.search(r"邀请码：<b class=\"mono\">([a-z0-9-]+)</b>", page.text)
    assert code is not None
    assert code[1] not in admin.get("/staff/keys").text  # shown once
    return code[1]


def accept(county: County, login: str, code: str, secret: str, again: str | None = None) -> httpx.Response:
    browser = county.browser()
    form = {"login": login, "code": code, "new": secret, "again": secret if again is None else again}
    return browser.post(
        "/staff/invitation", data={**form, "form_token": token_in(browser.get("/staff/invitation").text)}
    )


def test_from_the_code_on_paper_to_a_key_that_signs(county: County) -> None:
    person_id, admin = newcomer(county), signed_in(county, "admin", PASSWORD)
    code = invited(county, admin, person_id, "zheng.xin")
    assert "两次输入的口令不一样" in accept(county, "zheng.xin", code, SECRET, "another").text
    assert "至 256 个字符" in accept(county, "zheng.xin", code, "short").text
    wrong = accept(county, "zheng.xin", "aaaa-bbbb-cccc-dddd", SECRET)
    assert (wrong.status_code, "邀请码不符" in wrong.text) == (401, True)
    done = accept(county, "zheng.xin", code, SECRET)
    assert done.status_code == 200
    (heard,) = FINGERPRINT.findall(done.text)
    assert accept(county, "zheng.xin", code, SECRET).status_code == 401

    officer = signed_in(county, "zheng.xin", SECRET)
    assert heard in officer.get("/staff/my-key").text
    register = admin.get("/staff/keys").text
    assert heard not in register  # the administrator enters what he hears
    form = {"form_token": token_in(register), "person_id": str(person_id), "role": "county_officer"}
    misheard = {**form, "key": county.key(), "fingerprint": heard[::-1]}
    refused = admin.post("/staff/keys/register", data=misheard)
    assert (refused.status_code, "没有与这个指纹相符" in refused.text) == (409, True)
    answer = admin.post("/staff/keys/register", data={**form, "key": county.key(), "fingerprint": heard.upper()})
    assert answer.status_code == 303, answer.text
    assert live_key(county.app, person_id=person_id, role="county_officer") is not None
    assert "已打开" in officer.get("/staff/my-key").text


def test_another_secret_is_chosen_on_ones_own_page(county: County) -> None:
    person_id, admin = newcomer(county), signed_in(county, "admin", PASSWORD)
    assert accept(county, "zheng.two", invited(county, admin, person_id, "zheng.two"), SECRET).status_code == 200
    officer = signed_in(county, "zheng.two", SECRET)
    form = {"form_token": token_in(officer.get("/staff/my-key").text), "key": county.key(), "new": NEXT_SECRET}
    wrong = officer.post("/staff/my-key/secret", data={**form, "secret": "not it", "again": NEXT_SECRET})
    assert (wrong.status_code, "账号或密码不对" in wrong.text) == (401, True)
    differing = officer.post("/staff/my-key/secret", data={**form, "secret": SECRET, "again": SECRET})
    assert "两次输入的新口令不一样" in differing.text
    answer = officer.post("/staff/my-key/secret", data={**form, "secret": SECRET, "again": NEXT_SECRET})
    assert answer.headers["location"] == "/staff/sign-in"
    again = signed_in(county, "zheng.two", NEXT_SECRET)
    assert FINGERPRINT.search(again.get("/staff/my-key").text)


def test_an_administrator_ends_others_keys_and_not_his_own(county: County) -> None:
    county.rewarded()
    admin, officer = signed_in(county, "admin", PASSWORD), county.people["chenjing"]
    page = admin.get("/staff/keys").text
    assert "有密钥的管理员不足三位" in page
    form = {"form_token": token_in(page), "role": "administrator", "reason": "left_office"}
    own = admin.post("/staff/keys/retire", data={**form, "key": county.key(), "person_id": str(county.admin.person_id)})
    assert (own.status_code, "不能登记、停用或吊销本人" in own.text) == (403, True)
    of_officer = {"person_id": str(officer.person_id), "role": "county_officer"}
    too_early = {**form, **of_officer, "from_index": "0", "key": county.key()}
    refused = admin.post("/staff/keys/revoke", data=too_early)
    assert (refused.status_code, "才登记，不能从 0 起吊销" in refused.text) == (409, True)
    registered = re.search(r"这把密钥在索引 (\d+) 才登记", refused.text)
    assert registered is not None
    since = {**form, **of_officer, "from_index": registered[1], "key": county.key()}
    refused = admin.post("/staff/keys/revoke", data=since)
    signed = re.search(r"已签了 (\d+) 条记录，第一条的索引是 \d+", refused.text)
    assert signed is not None, refused.text
    answer = admin.post("/staff/keys/revoke", data={**since, "confirmed": signed[1], "key": county.key()})
    assert answer.status_code == 303, answer.text
    assert "已吊销" in admin.get("/staff/keys").text
    assert live_key(county.app, person_id=officer.person_id, role="county_officer") is None


def test_the_register_of_keys_is_for_those_who_may_see_registers(county: County) -> None:
    assert signed_in(county, "lihe", PASSWORD).get("/staff/keys").status_code == 403
    auditor = signed_in(county, "xuwei", PASSWORD).get("/staff/keys").text
    assert "发邀请码" not in auditor
    taken = signed_in(county, "admin", PASSWORD)
    form = {"form_token": token_in(taken.get("/staff/keys").text), "key": county.key(), "login": "lihe"}
    answer = taken.post("/staff/keys/invite", data={**form, "person_id": str(county.people["zhaomin"].person_id)})
    assert "已属于另一个人" in answer.text


def test_every_word_about_keys_has_its_chinese() -> None:
    assert set(words.KEY_REASONS) == keys.REASONS
    assert set(words.CUSTODIES) == keys.CUSTODIES
