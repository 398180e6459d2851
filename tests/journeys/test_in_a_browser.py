"""A report becomes money on somebody's account, in a real browser, by seven people; then a villager reads about it.

With MINGZHANG_TEST_SHOTS set to a folder, every page is also photographed there at two widths.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from api.commands.shared import today
from api.files.bank_profiles import load_bank_profile
from api.files.rehearsal_bank import answer
from journal.proof import verify_proof
from tests.api.web.county import COUNTY, PASSWORD, TOWNSHIP, County

SHOTS = os.environ.get("MINGZHANG_TEST_SHOTS")
WIDTHS = (360, 1280)
SCROLLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
SMALL_TEXT = """() => [...document.querySelectorAll('main *')].filter(node => node.childNodes.length
    && [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim())
    && parseFloat(getComputedStyle(node).fontSize) < 15).map(node => node.outerHTML.slice(0, 80))"""


@contextmanager
def as_somebody(chromium: Browser, county: County, login: str) -> Iterator[Page]:
    """A browser of one's own, signed in."""
    context = chromium.new_context(base_url=county.url, locale="zh-CN", viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        page.goto("/staff")
        look(page, "sign-in")
        page.get_by_label("账号").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        yield page
    finally:
        context.close()


def look(page: Page, name: str) -> None:
    """Every page fits both widths and is set in readable letters; a rehearsal says so."""
    page.wait_for_load_state()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert not page.evaluate(SCROLLS), f"{name} is wider than {width} px"
        assert page.evaluate(SMALL_TEXT) == [], f"{name}: text below 15 px"
        assert page.get_by_text("演练 · 不是真实账本").is_visible()
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)


def press(page: Page, role: Literal["button", "link"], name: str) -> None:
    """Click, and wait for the next page."""
    with page.expect_navigation():
        page.get_by_role(role, name=name, exact=name not in ("月：", "记-")).first.click()


def confirm(page: Page, act: str) -> None:
    """From an act's form over the page that says what it will record, to the record."""
    press(page, "button", "下一步：看将记入什么")
    look(page, f"check-{act}")
    said = page.locator("form.step").inner_text()
    assert "记入后不能修改" in said
    if act == "decide":
        assert "10.00 元（壹拾元整）" in said
    press(page, "button", "记入账本")


def recorded(page: Page) -> None:
    """The page says that the step is in the journal."""
    assert page.get_by_role("status").inner_text().startswith("已记入账本")


def test_a_report_becomes_money(chromium: Browser, county: County, tmp_path: Path) -> None:
    county.rewarded(by="ouyang")
    county.rewarded(by="liuyang")  # has no account yet
    county.reported(by="ouyang", text="河边护栏断了一截。")

    with as_somebody(chromium, county, "zhangjianguo") as page:
        look(page, "today-member-empty")
        press(page, "link", "上报一条线索")
        page.get_by_label("看到了什么").fill("村口垃圾桶满了两天，没有清运。\n请派人来看看。")
        page.get_by_label("类别").select_option("市容环境")
        page.get_by_label("在哪个村").select_option(label="城东村")
        page.get_by_label("网格").fill("第三网格")
        moment = county.yesterday + timedelta(hours=8)
        page.get_by_label("什么时候看到的").fill(moment.strftime("%Y-%m-%dT%H:%M"))
        look(page, "report")
        page.get_by_role("button", name="上报", exact=True).click()
        press(page, "link", "看回执")
        press(page, "link", "查看这一条")
        assert "村口垃圾桶满了两天" in page.locator("blockquote").inner_text()
        look(page, "incident-member")
        incident = page.url.partition("?")[0].removeprefix(county.url)
        press(page, "link", "今日工作")
        look(page, "today-member")

    with as_somebody(chromium, county, "lihe") as page:
        look(page, "today-worker")
        assert page.locator("tbody tr").count() == 2
        page.goto(incident)
        press(page, "link", "核查")
        look(page, "act-verify")
        page.get_by_label("现场看过，情况属实").check()
        confirm(page, "verify")
        recorded(page)
        page.goto(incident)
        assert page.locator(".acts a").count() == 0

    with as_somebody(chromium, county, "wangqiang") as page:
        press(page, "link", "处置")
        page.get_by_label("答复").fill("已清运，并加派每日一次。")
        look(page, "act-handle")
        confirm(page, "handle")
        recorded(page)

    with as_somebody(chromium, county, "chenjing") as page:
        look(page, "today-officer")
        press(page, "link", "有效认定")
        look(page, "act-decide")
        page.get_by_label("符合事项清单").check()
        confirm(page, "decide")
        recorded(page)
        look(page, "incident-decided")
        with page.expect_download() as download:
            page.get_by_role("status").get_by_role("link", name="凭证").click()
        proof = Path(download.value.path()).read_bytes()
        with page.expect_download() as download:
            page.get_by_role("status").get_by_role("link", name="原文").click()
        entry = Path(download.value.path()).read_bytes()
        assert verify_proof(proof, entry=entry, log_key=county.app.log_key).size == county.app.journal.position()

    with as_somebody(chromium, county, "zhouyu") as page:
        press(page, "link", "发放")
        look(page, "payouts-empty")
        page.get_by_label("月份").fill(county.month)
        press(page, "button", "查看名单")
        look(page, "proposal")
        assert "没有登记收款账户" in page.content()
        assert "贰拾元整" in page.content()
        press(page, "button", "冻结并提交")
        recorded(page)
        look(page, "batch-frozen-maker")
        batch = page.url.partition("?")[0].removeprefix(county.url)
        assert page.get_by_role("button", name="同意付款").count() == 0
        page.get_by_label("首次收款").fill("本月第一次发放")
        press(page, "button", "提交说明")
        recorded(page)
        assert page.get_by_role("button", name="提交说明").count() == 0
        look(page, "batch-acknowledged-maker")

    with as_somebody(chromium, county, "sunli") as page:
        look(page, "today-approver")
        press(page, "link", "打开")
        look(page, "batch-frozen-checker")
        assert "张建国" in page.content()
        assert "首次收款" in page.content()
        assert page.get_by_role("button", name="同意付款").count() == 0
        page.get_by_label("首次收款").fill("名单和线索都看过")
        press(page, "button", "提交说明")
        recorded(page)
        look(page, "batch-acknowledged-checker")
        press(page, "button", "同意付款")
        recorded(page)
        assert "张建国" not in page.content()

    with as_somebody(chromium, county, "zhouyu") as page:
        page.goto(batch)
        look(page, "batch-approved")
        page.get_by_label("银行版式").select_option("neutral-csv")
        press(page, "button", "生成代发文件")
        recorded(page)
        with page.expect_download() as download:
            page.get_by_role("link", name="下载代发文件").click()
        sent = Path(download.value.path()).read_bytes()
        profile = load_bank_profile("neutral-csv")
        returned = tmp_path / "回盘.csv"
        returned.write_bytes(b"no return file at all")
        page.get_by_label("银行给的文件").set_input_files(returned)
        press(page, "button", "登记回盘")
        assert "什么也没有记录" in page.get_by_role("alert").inner_text()
        look(page, "bad-file")
        press(page, "link", "返回")
        returned.write_bytes(answer(sent, profile, seed=1, on=today(county.app), rehearsal=True))
        page.get_by_label("银行给的文件").set_input_files(returned)
        look(page, "batch-exported")
        press(page, "button", "登记回盘")
        recorded(page)
        look(page, "batch-answered")
        press(page, "button", "关闭")
        recorded(page)
        assert "✔ 账本、批次、银行三方一致" in page.content()
        look(page, "batch-closed")
        press(page, "link", "1")
        look(page, "payment-settled")
        page.get_by_label("银行的记账日").first.fill(today(county.app).isoformat())
        page.get_by_label("银行流水号").first.fill("TP20261220000000000017")
        page.get_by_label("原因").select_option(label="销户")
        page.get_by_label("银行的退票通知").set_input_files(returned)
        press(page, "button", "登记退票")
        recorded(page)
        look(page, "payment-returned")
        press(page, "link", "这位收款人是否暂停付款")
        look(page, "payee-hold")
        page.goto("/staff/payments")
        look(page, "payments")
        press(page, "link", "办理")
        press(page, "button", "重新列入")
        recorded(page)

    with as_somebody(chromium, county, "xuwei") as page:
        press(page, "link", "预算")
        look(page, "budget")
        assert "✔ 各项相加等于下达数" in page.content()
        press(page, "link", "账簿")
        look(page, "books-balances")
        assert page.get_by_text("✔ 平衡").count() == 3
        press(page, "link", "其他应付款—应付网格员")
        look(page, "books-general")
        press(page, "link", "明细账")
        look(page, "books-account")
        press(page, "link", "记-")
        look(page, "books-voucher")
        press(page, "link", "日记账")
        look(page, "books-journal")
        press(page, "link", "凭证")
        look(page, "books-vouchers")
        press(page, "link", "科目表")
        look(page, "books-charts")
        press(page, "link", "发放")
        look(page, "payouts")

    context = chromium.new_context(base_url=county.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    look_without_script(page, "public-home")
    press(page, "link", "月：")
    assert "30.00 元" in page.locator(".lead").inner_text()
    assert "还没有全部到账" in page.locator(".lead").inner_text()
    assert "张*国" in page.content()
    assert "张建国" not in page.content()
    look_without_script(page, "public-month")
    press(page, "link", "大字版")
    look_without_script(page, "public-month-large")
    page.goto("/v/361125999000")
    look_without_script(page, "public-unknown")
    context.close()


def look_without_script(page: Page, name: str) -> None:
    """Photograph a public page; what needs a script in the page to be measured is measured elsewhere."""
    assert page.get_by_text("演练 · 不是真实账本").is_visible()
    for width in WIDTHS if SHOTS else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("path", ["/", f"/v/{TOWNSHIP}", f"/v/{COUNTY}/rewards/2026-01", "/v/1"])
@pytest.mark.parametrize("large", ["", "?large=1"])
def test_public_pages_fit_a_cheap_phone(chromium: Browser, county: County, path: str, large: str) -> None:
    context = chromium.new_context(base_url=county.url, viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(path + large)
    assert not page.evaluate(SCROLLS)
    body_px = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert body_px >= (24 if large and path != "/v/1" else 18)
    assert page.evaluate("document.scripts.length") == 0
    context.close()


@pytest.mark.parametrize("path", ["/api/v1/docs", "/static/verify.html", "/staff/sign-in", "/nothing"])
def test_pages_for_everybody_fit_both_widths(chromium: Browser, county: County, path: str) -> None:
    context = chromium.new_context(base_url=county.url)
    page = context.new_page()
    page.goto(path)
    look(page, path.strip("/").replace("/", "-"))
    context.close()


def test_the_administrator_sets_up_the_county(chromium: Browser, county: County) -> None:
    with as_somebody(chromium, county, "admin") as page:
        look(page, "today-administrator")
        press(page, "link", "区划")
        page.get_by_label("12 位区划代码").fill("361125001203")
        page.get_by_label("名称").fill("城南村")
        press(page, "button", "登记")
        recorded(page)
        look(page, "places")
        press(page, "link", "标准")
        page.get_by_label("每条奖励（元）").fill("12.50")
        page.get_by_label("文号").first.fill("兴街办〔2026〕5号")
        press(page, "button", "记录标准")
        recorded(page)
        look(page, "tariffs")
        press(page, "link", "人员")
        look(page, "persons")
        press(page, "link", "打开")
        look(page, "person")
        press(page, "link", "预算")
        page.locator("#document").fill("横财行〔2026〕30号")
        page.get_by_label("金额（元）").fill("20000")
        press(page, "button", "登记指标")
        recorded(page)
        look(page, "budget-administrator")


def test_somebody_with_two_roles_chooses_one(chromium: Browser, county: County) -> None:
    with as_somebody(chromium, county, "zhaomin") as page:
        assert page.url.endswith("/staff/role")
        look(page, "role")
        page.get_by_label("移动网格员").check()
        press(page, "button", "以此角色办事")
        assert "移动网格员" in page.locator("header").inner_text()
        press(page, "link", "换角色")
        page.get_by_label("专职网格员").check()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "专职网格员" in page.locator("header").inner_text()
        press(page, "button", "退出")
        page.goto("/staff")
        assert "/staff/sign-in" in page.url


def test_a_wrong_password_is_told_and_typed_again(chromium: Browser, county: County) -> None:
    context = chromium.new_context(base_url=county.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto("/staff/sign-in")
    page.get_by_label("账号").fill("lihe")
    page.get_by_label("密码").fill("not the password")
    press(page, "button", "登录")
    assert "账号或密码不对" in page.get_by_role("alert").inner_text()
    look(page, "sign-in-wrong")
    page.get_by_label("密码").fill(PASSWORD)
    press(page, "button", "登录")
    assert page.url.endswith("/staff")
    context.close()
