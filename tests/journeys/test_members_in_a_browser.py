"""A courier is written down, vetted, appointed and trained on pages, by three people; then a household is kept.

With MINGZHANG_TEST_SHOTS set to a folder, every page is also photographed there at two widths.
"""

from datetime import timedelta

from playwright.sync_api import Browser

from api.commands.shared import today
from tests.api.web.county import County
from tests.journeys.test_in_a_browser import as_somebody, look, press, recorded


def test_a_member_and_a_household(chromium: Browser, county: County) -> None:
    on = today(county.app)
    with as_somebody(chromium, county, "lihe") as page:
        press(page, "link", "成员")
        look(page, "members-empty")
        press(page, "link", "登记申请")
        page.get_by_label("姓名", exact=True).fill("马超")
        page.get_by_label("电话").fill("13800001234")
        page.get_by_label("职业").select_option(label="外卖骑手")
        page.get_by_label("在哪里上报").select_option(label="兴安街道（361125001000）")
        look(page, "member-application")
        press(page, "button", "登记申请")
        recorded(page)
        assert page.locator("form.step").count() == 0, "whoever wrote it down does not vet it"
        look(page, "member-applied")
        press(page, "link", "打开（会留痕）")
        assert "13800001234" in page.content()
        member = page.url.partition("?")[0].removeprefix(county.url)

    with as_somebody(chromium, county, "chenjing") as page:
        page.goto("/staff/members?status=applied")
        look(page, "members-applied")
        page.get_by_label("选 马*").check()
        page.get_by_label("审核结果和理由").select_option(label="通过：符合选聘条件")
        press(page, "button", "记录审核结果")
        recorded(page)
        assert page.url.partition("?")[0].removeprefix(county.url) == member

    with as_somebody(chromium, county, "admin") as page:
        page.goto("/staff/members?status=vetted")
        look(page, "members-vetted")
        page.goto(member)
        look(page, "member-vetted")
        press(page, "button", "记录选聘")
        recorded(page)
        assert "还没有参加岗前培训" in page.content()
        press(page, "button", "登记培训")
        recorded(page)
        assert "还没有参加岗前培训" not in page.content()
        look(page, "member-appointed")
        page.get_by_label("到哪天止（可不填）").fill((on + timedelta(days=30)).isoformat())
        press(page, "button", "暂停资格")
        recorded(page)
        look(page, "member-suspended")
        press(page, "button", "恢复资格")
        recorded(page)
        press(page, "button", "办理退出")
        recorded(page)
        look(page, "member-exited")
        assert page.locator("ol.timeline li").count() == 7
        press(page, "link", "人员页面")
        look(page, "person-who-left")
        page.goto(f"/staff/persons/{county.people['qianduo'].person_id}")
        page.get_by_text("结束一个角色").click()
        look(page, "person-with-roles")
        press(page, "link", "人员")
        page.get_by_label("天数").fill("7")
        page.get_by_label("文号").fill("横综治〔2026〕9号")
        press(page, "button", "记录等候期")
        recorded(page)
        assert "换收款账户以后等 7 天" in page.inner_text("main")
        look(page, "persons-cooling")

    with as_somebody(chromium, county, "lihe") as page:
        press(page, "link", "户")
        look(page, "households-empty")
        page.get_by_label("户号").fill("017")
        page.get_by_label("姓名（还没有登记的人）").fill("张大山")
        press(page, "button", "登记")
        recorded(page)
        assert "户主：张*山" in page.inner_text("main")
        page.get_by_label("姓名（还没有登记的人）").fill("李秀英")
        press(page, "button", "登记加入")
        recorded(page)
        look(page, "household")
        page.get_by_label("谁").first.select_option(index=1)
        press(page, "button", "登记离开")
        recorded(page)
        assert "迁出" in page.inner_text("table")
        press(page, "link", "户")
        look(page, "households")
