"""A roster comes in through a page: looked at first, with every finding at its row, and recorded when confirmed."""

import io
import re
from html import unescape
from typing import Any

import httpx
import openpyxl

from api.commands.shared import today
from api.member_importing import roster_person_id
from api.staff.page_member_import import ROSTER_BYTES_MAX
from projections import members
from tests.api.web.county import TOWNSHIP, County
from tests.api.web.registers import signed_in

PAGE = "/staff/members/import"
HEADERS = ["编号", "姓名", "联系电话", "职业", "所在地方", "户名", "银行账号", "开户行"]
GOOD = ["R1", "马超然", "13800001234", "快递员", "城东村", "马超然", "6222020200112299999", "横峰农商银行"]
PLAIN = ["R2", "李勇", "13800001235", "外卖骑手", TOWNSHIP, None, None, None]
BAD = [
    ["R3", "王五", "13800001236", "快递员", "没有的村", None, None, None],
    ["R4", None, "电话", "宇航员", "城东村", None, None, None],
]


def roster(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADERS, *rows):
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def hidden(page: str, action: str) -> dict[str, str]:
    form = re.search(rf'<form[^>]*action="{action}".*?</form>', page, re.DOTALL)
    assert form is not None, page
    assert "记入账本" in form[0]
    return {
        name: unescape(value) for name, value in re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[0])
    }


def uploaded(browser: httpx.Client, content: bytes, name: str = "花名册.xlsx") -> httpx.Response:
    fields = {**hidden(browser.get(PAGE).text, PAGE), "profile": "member-roster"}
    return browser.post(PAGE, data=fields, files={"roster": (name, content)})


def cells(page: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(<td.*?)</tr>", page, re.DOTALL)
    return [[re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]


def test_a_roster_is_shown_and_then_recorded_once(county: County) -> None:
    browser = signed_in(county, "admin")
    assert f'href="{PAGE}"' in browser.get("/staff/members").text
    before = county.app.journal.position()
    shown = uploaded(browser, roster(GOOD, PLAIN, *BAD))
    assert shown.status_code == 200
    assert county.app.journal.position() == before, "looking records nothing"
    assert "将登记申请 <b>2</b> 份" in shown.text
    told = cells(shown.text)
    assert ["2", "R1", "马*然", "城东村", "快递员", "尾号 1234", "横峰农商银行，尾号 9999"] in told
    assert ["3", "R2", "李*", "兴安街道", "外卖骑手", "尾号 1235", "没有填"] in told
    assert ["花名册.xlsx", "4", "E 所在地方", "R3"] in [row[:4] for row in told]
    assert {row[2] for row in told if row[:2] == ["花名册.xlsx", "5"]} == {"B 姓名", "C 联系电话", "D 职业"}
    assert "马超然" not in shown.text.replace(hidden(shown.text, PAGE + "/record")["content"], "")
    done = browser.post(PAGE + "/record", data=hidden(shown.text, PAGE + "/record"))
    assert done.status_code == 200
    assert "新登记申请 <b>2</b> 份" in done.text
    assert ["花名册.xlsx", "4", "E 所在地方", "R3"] in [row[:4] for row in cells(done.text)]
    assert [row for row in cells(done.text) if row[0] in "2345"] == [
        ["2", "R1", "马*然", "✔ 新登记了申请", "已申请，待审核"],
        ["3", "R2", "李*", "✔ 新登记了申请", "已申请，待审核"],
        ["4", "R3", "王*", "✘ 没有导入，见“问题”", "—"],
        ["5", "R4", "—", "✘ 没有导入，见“问题”", "—"],
    ]
    wanted = roster_person_id(county.app.journal.origin, "member-roster", "R1")
    with county.app.reading.connection() as conn:
        listed = members.listing(conn, TOWNSHIP, on=today(county.app))
    assert {one.person_id: one.transcribed_by for one in listed}[wanted] == county.admin.person_id
    # Sent again, and uploaded again: nothing more.
    position = county.app.journal.position()
    again = browser.post(PAGE + "/record", data=hidden(shown.text, PAGE + "/record"))
    assert "新登记申请 <b>0</b> 份，2 行此前已导入" in again.text
    looked = uploaded(browser, roster(GOOD, [*PLAIN[:2], "13900009999", *PLAIN[3:]]))
    assert "将登记申请 <b>0</b> 份；1 行此前已导入，1 行与账本所记不同" in looked.text
    assert ["花名册.xlsx", "3", "C 联系电话", "R2"] in [row[:4] for row in cells(looked.text)]
    assert PAGE + "/record" not in looked.text, "there is nothing to confirm"
    assert county.app.journal.position() == position


def test_everything_that_is_wrong_with_a_row_is_told_at_once(county: County) -> None:
    """Its place is judged although its phone cannot be read; each missing part of an account; a number used twice."""
    rows = [
        ["R20", "周一", "电话", "快递员", "没有的村", "周一", None, None],
        ["R20", None, "13800001299", "快递员", "城东村", None, None, None],
    ]
    page = uploaded(signed_in(county, "admin"), roster(*rows))
    told = [(row[1], row[2]) for row in cells(page.text) if row[0] == "花名册.xlsx"]
    assert told == [
        ("2", "C 联系电话"),
        ("2", "E 所在地方"),
        ("2", "G 银行账号"),
        ("2", "H 开户行"),
        ("3", "A 编号"),
        ("3", "B 姓名"),
    ]


def test_a_file_that_is_no_roster_says_why(county: County) -> None:
    browser = signed_in(county, "zhouyu")
    before = county.app.journal.position()
    for content, reason in (
        (b"", "文件是空的"),
        (b"name,phone\n", "这不是 xlsx 工作簿"),
        (bytes(ROSTER_BYTES_MAX + 1), "文件超过 700 KB"),
    ):
        refused = uploaded(browser, content, "名单.xlsx")
        assert refused.status_code == 400
        assert [row for row in cells(refused.text) if row[0] == "名单.xlsx" and reason in row[4]]
        assert 'type="file"' in refused.text, "another one can be chosen at once"
    large = uploaded(browser, bytes(2**20))
    assert (large.status_code, "1 MB" in large.text) == (413, True)
    assert county.app.journal.position() == before


def test_what_was_changed_in_between_is_judged_anew(county: County) -> None:
    browser = signed_in(county, "admin")
    shown = uploaded(browser, roster(["R9", "赵云", "13800001299", "快递员", "城东村", None, None, None]))
    fields = hidden(shown.text, PAGE + "/record")
    before = county.app.journal.position()
    assert browser.post(PAGE + "/record", data={**fields, "content": "UEsDBA=="}).status_code == 400
    assert browser.post(PAGE + "/record", data={**fields, "content": "UEs"}).status_code == 403
    assert browser.post(PAGE + "/record", data={**fields, "content": "!"}).status_code == 422
    assert browser.post(PAGE + "/record", data={**fields, "profile": "../x"}).status_code == 404
    assert browser.post(PAGE + "/record", data={**fields, "form_token": "x"}).status_code == 403
    assert county.app.journal.position() == before


def test_it_is_for_officers_and_administrators(county: County) -> None:
    for login in ("lihe", "sunli", "zhangjianguo"):
        browser = signed_in(county, login)
        assert browser.get(PAGE).status_code == 403, login
        assert f'href="{PAGE}"' not in browser.get("/staff/members").text
