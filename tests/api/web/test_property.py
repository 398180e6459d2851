"""A village's assets, contracts and subsidies over JSON and by pages: every operation once, each by two people."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.exporting import export_package
from api.web import property_words
from api.web.disclosed.kinds import title_of, told_apart_text
from audit.verify import verify_package
from domain.kernel import sending_back
from domain.kernel.documents import parse
from domain.village import assets, contracts, parties
from projections.disclosed.titles import titles
from tests.api.files.test_subsidy_lists import book
from tests.api.public.disclosing import last_month, posted, seat_reviewer
from tests.api.web.county import COUNTY, VILLAGE, County
from tests.api.web.registers import recorded, sent, signed_in
from tests.property import DAY, Property, county_with_property, lease, pond, programme, pump
from tests.village import credit, debit


@pytest.fixture(scope="module")
def village(county: County) -> Property:
    return county_with_property(county)


def test_stored_words_have_chinese_words() -> None:
    assert set(property_words.ASSET_CATEGORIES) == assets.CATEGORIES
    assert set(property_words.ACQUIRED) == assets.ACQUIRED
    assert set(property_words.DISPOSED) == assets.DISPOSED
    assert set(property_words.WRITTEN_OFF) == assets.WRITTEN_OFF
    assert set(property_words.CONTRACT_ENDINGS) == contracts.ENDINGS
    assert set(property_words.SENDING_BACK_REASONS) == sending_back.REASONS


def test_assets_and_contracts(village: Property) -> None:
    property_story(village)


def test_subsidies(village: Property) -> None:
    subsidy_story(village)


def property_story(village: Property) -> None:
    """An asset counted and sold, a pond let and its rent received."""
    on, day = village.on, village.on.isoformat()
    rent = village.booked("鱼塘租金", debit("102", 200_000), credit("501", 200_000), day=on)
    village.refused("authority.role_may_not", "reviewer", "/assets", pump(on))
    village.refused("asset.voucher_unknown", "booker", "/assets", {**pump(on), "voucher": rent.replace("@4", "@3")})
    asset = village.did("acquireAsset", "booker", "/assets", {**pump(on), "voucher": rent})["asset_id"]
    village.refused("asset.already_recorded", "handler", "/assets", pump(on))
    steps = f"/assets/{asset}/steps"
    counting = {"step": "count", "quantity_milli": 2_000, "reason_text": "一台被水冲走"}
    village.did("recordAssetStep", "booker", steps, counting)
    village.refused("chain.acted_twice", "booker", steps, {"step": "confirm_count"})
    village.did("", "booker", steps, {"step": "reject_count", "reason": "wrong_figures"})
    village.did("", "booker", steps, counting)
    assert "2026-01" in [one["number"] for one in village.read("", "/assets?waiting=true")]
    village.did("", "second", steps, {"step": "confirm_count"})
    selling = {"step": "propose_disposal", "how": "sold", "proceeds_fen": 30_000, "reason_text": "换新水泵"}
    village.did("", "booker", steps, selling)
    village.refused("authority.role_may_not", "booker", steps, {"step": "confirm_disposal"})
    village.did("", "reviewer", steps, {"step": "reject_disposal", "reason": "not_agreed"})
    village.did("", "booker", steps, selling)
    village.did("", "reviewer", steps, {"step": "confirm_disposal", "ended_on": day})
    page = village.read("readAsset", f"/assets/{asset}")
    assert (page["asset"]["left_how"], page["asset"]["cost_fen"]) == ("sold", 300_000)
    assert [(one["change"], one["quantity_milli"], one["amount_fen"]) for one in page["changes"]] == [
        ("purchased", 3_000, 450_000),
        ("counted", -1_000, -150_000),
        ("sold", -2_000, 30_000),
    ]
    resource = village.did("", "handler", "/assets", pond(on))["asset_id"]
    _let(village, resource, rent)
    village.did("", "handler", "/assets", {**pump(on), "number": "2026-02"})
    listed = village.read("listAssets", "/assets", login="chenjing")
    mine = [one for one in listed if one["number"] in ("2026-01", "2026-02", "R-01")]
    assert [one["number"] for one in mine] == ["2026-02", "R-01"]
    assert mine[1]["leased_until"] == (on + 700 * DAY).isoformat()
    left = village.read("", f"/assets?left=true&after={VILLAGE}/2026-01")
    assert [one["number"] for one in left if one["number"] != "P-01"] == ["2026-02", "R-01"]
    village.refused("asset.let_already", "booker", f"/assets/{resource}/steps", selling)


def _let(village: Property, resource: str, rent: str) -> None:
    on = village.on
    new = lease(on, party=parties.party_id(VILLAGE, "D001"), asset=resource)
    unknown = {**new, "party_id": str(parties.party_id(VILLAGE, "D999"))}
    village.refused("resource_contract.party_unknown", "booker", "/resource-contracts", unknown)
    contract = village.did("signResourceContract", "booker", "/resource-contracts", new)["contract_id"]
    steps = f"/resource-contracts/{contract}/steps"
    receiving = {"step": "receive_rent", "due": 1, "amount_fen": 200_000, "voucher": rent}
    village.refused("resource_contract.not_confirmed", "booker", steps, receiving)
    village.did("", "booker", steps, {"step": "withdraw", "reason": "wrong_figures"})
    village.did("", "booker", "/resource-contracts", new)
    village.did("recordResourceContractStep", "reviewer", steps, {"step": "confirm"})
    for purpose, account, when, code in (
        ("上年租金", "501", None, "resource_contract.voucher_before"),
        ("上级补助", "503", on, "resource_contract.voucher_unsuited"),
    ):
        other = village.booked(purpose, debit("102", 500_000), credit(account, 500_000), day=when)
        village.refused(code, "booker", steps, {**receiving, "voucher": other})
    village.village.settled()
    offered = signed_in(village.county, "booker").get(f"/staff/contracts/{contract}").text
    assert "鱼塘租金，还能挂 2000.00 元" in offered
    assert not re.search("上年租金|上级补助", offered)
    village.did("", "booker", steps, receiving)
    more = {**receiving, "amount_fen": 1}
    village.refused("resource_contract.more_than_voucher", "booker", steps, more)
    wrong = village.did("", "booker", steps, {**more, "voucher": None})["events"][-1]
    backing = {"step": "reverse_rent", "rent": wrong, "reason": "recorded_twice"}
    village.refused("chain.acted_twice", "booker", steps, backing)
    village.did("", "reviewer", steps, backing)
    page = village.read("readResourceContract", f"/resource-contracts/{contract}")
    assert [one["state"] for one in page["dues"]] == ["overdue", "ahead", "ahead"]
    assert [one["reversed"] is None for one in page["rents"]] == [True, False]
    (listed,) = village.read("listResourceContracts", "/resource-contracts?overdue=true")
    assert (listed["due_fen"], listed["received_fen"], listed["overdue_fen"]) == (500_000, 200_000, 300_000)
    until = (on + 30 * DAY).isoformat()
    dues = village.read("listContractDues", f"/contract-dues?until={until}")
    ours = [(one["due"], one["state"]) for one in dues if one["contract_id"] == contract]
    assert ours == [(1, "overdue"), (2, "ahead")]
    late = [one for one in village.read("", "/contract-dues") if one["contract_id"] == contract]
    assert [one["due"] for one in late] == [1]


def subsidy_story(village: Property) -> None:
    """A programme, a list of two households and its second version."""
    on = village.on
    year = str(on.year)
    first, second = village.household("0101", "甲户主"), village.household("0102", "乙户主")
    village.refused("authority.role_may_not", "handler", "/subsidy-programmes", programme(on))
    published = village.did("publishSubsidyProgramme", "chenjing", "/subsidy-programmes", programme(on))
    identity = published["programme_id"]
    payees = [{"kind": "household", "payee_id": str(first), "quantity_milli": 12_500}]
    new: dict[str, Any] = {"programme_id": identity, "division": VILLAGE, "period": year, "payees": payees}
    village.refused("subsidy_list.no_standard", "booker", "/subsidy-lists", {**new, "period": str(on.year - 1)})
    stranger = [{**payees[0], "payee_id": identity}]
    village.refused("subsidy_list.payee_unknown", "booker", "/subsidy-lists", {**new, "payees": stranger})
    listed = village.did("proposeSubsidyList", "booker", "/subsidy-lists", new)["list_id"]
    steps = f"/subsidy-lists/{listed}/steps"
    village.refused("authority.role_may_not", "booker", steps, {"step": "confirm", "version": 1})
    village.did("recordSubsidyListStep", "second", steps, {"step": "confirm", "version": 1})
    both = [*payees, {"kind": "household", "payee_id": str(second), "quantity_milli": 8_000}]
    again = {**new, "payees": both}
    village.refused("reason.insufficient", "booker", "/subsidy-lists", again)
    village.did("", "booker", "/subsidy-lists", {**again, "reason": "漏报了一户"})
    assert [one["version"] for one in village.read("", "/subsidy-lists?status=waiting")] == [2]
    village.did("", "second", steps, {"step": "reject", "version": 2, "reason": "paper_missing"})
    village.did("", "booker", "/subsidy-lists", {**again, "reason": "漏报了一户"})
    village.did("", "second", steps, {"step": "confirm", "version": 3})
    page = village.read("readSubsidyList", f"/subsidy-lists/{listed}?limit=1")
    assert (page["version"]["version"], page["version"]["total_fen"]) == (3, 140_563 + 89_960)
    assert [one["status"] for one in page["versions"]] == ["holding", "rejected", "superseded"]
    rest = village.read("", f"/subsidy-lists/{listed}?after={page['lines'][0]['payee_id']}")
    assert {one["payee_id"] for one in (*page["lines"], *rest["lines"])} == {str(first), str(second)}
    village.read("listSubsidyLists", f"/subsidy-lists?programme={identity}&status=holding")
    setting = {"step": "set_standard", "standard_fen": 12_000, "document": "横农字〔2026〕9号"}
    programme_steps = f"/subsidy-programmes/{identity}/steps"
    village.did("recordSubsidyProgrammeStep", "chenjing", programme_steps, {**setting, "since": f"{on.year + 1}-01-01"})
    shown = village.read("readSubsidyProgramme", f"/subsidy-programmes/{identity}")
    assert [one["standard_fen"] for one in shown["standards"]] == [11_245, 12_000]
    assert shown["programme"]["standard_fen"] == 11_245, "today's"
    programmes = village.read("listSubsidyProgrammes", "/subsidy-programmes")
    assert "gengdi" in [one["reference"] for one in programmes]
    assert village.read("", f"/subsidy-lists?area={COUNTY}", login="chenjing")


def test_the_pages_take_the_same_steps(village: Property) -> None:
    """An asset, a contract with its rents line by line, and a programme, by forms."""
    on, county = village.on, village.county
    accountant, supervisor = signed_in(county, "booker"), signed_in(county, "second")
    fields = {"number": "P-01", "title": "晒谷场", "category": "public", "how": "built", "place": "村中", "unit": "亩"}
    amounts = {"quantity_milli": "1.25", "cost_fen": "1200.50", "acquired_on": on.isoformat(), "division": VILLAGE}
    answer = sent(accountant, "/staff/assets", "/staff/assets", {**fields, **amounts})
    page = recorded(accountant, answer, "asset")
    assert "1.25 亩" in page.text
    assert "1,200.50" in page.text
    at = str(page.url.path)
    counting = {"quantity_milli": "1", "counted_on": on.isoformat(), "reason_text": "重新丈量"}
    recorded(accountant, sent(accountant, at, f"{at}/steps", counting), "asset")
    assert "盘点的人不能自己确认" in accountant.get(at).text
    assert "确认盘点" in supervisor.get(at).text
    assert "盘点到 1 亩" in supervisor.get("/staff/assets").text
    contract = {
        "division": VILLAGE,
        "number": "P-02",
        "title": "晒谷场出租",
        "resource": "晒谷场",
        "quantity_milli": "1.25",
        "unit": "亩",
        "party": "D001",
        "asset": "P-01",
        "signed_on": on.isoformat(),
        "since": on.isoformat(),
        "until": (on + 300 * DAY).isoformat(),
        "dues": f"{on.isoformat()} 5000\n\n{(on + DAY).isoformat()}，1,200.5",
    }
    wrong = sent(accountant, "/staff/contracts", "/staff/contracts", {**contract, "dues": "明年 5000"})
    assert wrong.status_code == 422
    assert "第 1 行应写作" in wrong.text
    page = recorded(accountant, sent(accountant, "/staff/contracts", "/staff/contracts", contract), "resource_contract")
    at = str(page.url.path)
    assert "往来户 D001" in page.text
    recorded(supervisor, sent(supervisor, at, f"{at}/steps", {}), "asset")
    assert "1,200.50" in supervisor.get(at).text
    officer = signed_in(county, "chenjing")
    new = {
        "division": VILLAGE,
        "reference": "yanglao",
        "title": "高龄补贴",
        "document": "县民字1号",
        "issuer": "县民政局",
        "standard_fen": "100",
        "unit": "人",
        "since": on.isoformat(),
        "sensitive": "true",
    }
    unsaid = sent(officer, "/staff/subsidies", "/staff/subsidies/programmes", {**new, "sensitive": ""})
    assert unsaid.status_code == 422, "whether payees may be shown must be said"
    assert "缺少这一项" in unsaid.text
    assert 'required><option value="">请选择</option><option value="false">' in officer.get("/staff/subsidies").text
    page = recorded(officer, sent(officer, "/staff/subsidies", "/staff/subsidies/programmes", new), "subsidy_programme")
    assert "公开页只列合计" in page.text
    assert "100.00 元/人" in page.text


def upload(village: Property, accountant: httpx.Client, programme: str, *rows: list[object]) -> str:
    """What is shown of a village's list for this year before it is recorded."""
    html = accountant.get("/staff/subsidies/import").text
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', html))
    chosen = {"programme_id": programme, "division": VILLAGE, "period": str(village.on.year), "profile": "subsidy-list"}
    file = {"file": ("名单.xlsx", book(*rows))}
    answer = accountant.post("/staff/subsidies/import", data={**hidden, **chosen}, files=file)
    assert answer.status_code == 200, answer.text
    return answer.text


def kept_fields(shown: str) -> dict[str, str]:
    """What the page that shows a file keeps of it, to be sent once more."""
    form = shown[shown.index('action="/staff/subsidies/import/record"') :]
    return dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[: form.index("</form>")]))


def test_a_list_is_imported_from_a_workbook(village: Property) -> None:
    """Findings first, nothing recorded before it is shown; the same file again changes nothing."""
    county, on = village.county, village.on
    published = village.did("", "chenjing", "/subsidy-programmes", {**programme(on), "reference": "zhongliang"})
    village.household("0201", "丙户主")
    accountant = signed_in(county, "booker")

    def uploaded(*rows: list[object]) -> str:
        return upload(village, accountant, published["programme_id"], *rows)

    wrong = uploaded(["0201", None, 2, 1], ["9999", None, 1, None], ["0201", None, 1, None], [None, "nobody", 1, None])
    assert "金额是 1.00 元，标准乘数量是 224.90 元" in wrong
    assert "这个村没有登记这个户号" in wrong
    assert "与第 2 行是同一户" in wrong
    assert "账本里没有这个人" in wrong
    assert "/staff/subsidies/import/record" not in wrong
    right = uploaded(["0201", None, 2, 224.90])
    assert "1 人（户），224.90 元" in right
    fields = kept_fields(right)
    page = recorded(accountant, accountant.post("/staff/subsidies/import/record", data=fields), "subsidy_list")
    assert "0201 号户" in page.text
    assert "没有变化" in uploaded(["0201", None, 2, 224.90])
    again = accountant.post("/staff/subsidies/import/record", data=fields)
    assert "recorded" not in again.headers["location"]
    broken = accountant.post("/staff/subsidies/import/record", data={**fields, "content": "QQ=="})
    assert broken.status_code == 400
    assert signed_in(county, "lihe").get("/staff/subsidies/import").status_code == 403


def low_income(village: Property) -> dict[str, Any]:
    """A programme whose payees are nobody's business."""
    return {**programme(village.on), "title": "农村低保金", "sensitive": True}


def recorded_lines(village: Property, listed: str) -> list[str]:
    """The events of a list as they stand in the public log."""
    notes = [entry.decode() for _, entry in village.county.app.journal.store.entries(0)]
    return [one for one in notes if f'"stream":"subsidy_list/{listed}"' in one]


def payees_in(line: str) -> list[str]:
    """Whom the log names in an event of a list, in its order."""
    return re.findall(r'"payee_id":"([^"]+)"', line)


def test_a_sensitive_list_names_nobody_in_the_log_and_everybody_to_staff(village: Property) -> None:
    published = village.did("", "chenjing", "/subsidy-programmes", {**low_income(village), "reference": "dibao"})
    own, accountant = published["programme_id"], signed_in(village.county, "booker")
    first, second = village.household("0401", "庚户主"), village.household("0402", "辛户主")
    rows: list[list[object]] = [["0401", None, 2, None], ["0402", None, 1, None]]
    shown = upload(village, accountant, own, *rows)
    assert "0401 号户" in shown
    sending = accountant.post("/staff/subsidies/import/record", data=kept_fields(shown))
    page = recorded(accountant, sending, "subsidy_list")
    assert all(f"{number} 号户" in page.text for number in ("0401", "0402"))
    assert "没有变化" in upload(village, accountant, own, *rows)
    assert "与第 2 行是同一户" in upload(village, accountant, own, rows[0], rows[0])
    listed = page.url.path.rpartition("/")[2]
    steps = f"/subsidy-lists/{listed}/steps"
    village.did("", "second", steps, {"step": "confirm", "version": 1})

    supervisor = village.village.staff["second"].person_id
    given = {"household": (first, second), "person": (supervisor,)}
    payees = [
        {"kind": kind, "payee_id": str(one), "quantity_milli": 1_000} for kind, all_ in given.items() for one in all_
    ]
    new = {"programme_id": own, "division": VILLAGE, "period": str(village.on.year), "payees": payees}
    village.refused("subsidy_list.payee_twice", "booker", "/subsidy-lists", {**new, "payees": [*payees, payees[0]]})
    village.did("", "booker", "/subsidy-lists", {**new, "reason": "漏报了一人"})
    village.refused("chain.acted_twice", "second", steps, {"step": "confirm", "version": 2})
    village.did("", "reviewer", steps, {"step": "confirm", "version": 2})

    proposed, confirmed, again, _ = recorded_lines(village, listed)
    assert '"blinded":true' in proposed
    assert not re.search(f"{first}|{second}|{supervisor}", proposed + again)
    assert f'"by":"{supervisor}"' in confirmed, "where he acts he is named"
    households, everybody = payees_in(proposed), payees_in(again)
    assert households == sorted(households) == everybody[:2], "versions compare; the order tells nothing"
    read = village.read("", f"/subsidy-lists/{listed}?limit=1")
    rest = village.read("", f"/subsidy-lists/{listed}?after={read['lines'][0]['payee_id']}")
    told = [one["payee_id"] for one in (*read["lines"], *rest["lines"])]
    assert sorted(told) == sorted(map(str, (first, second, supervisor)))


def test_what_is_disclosed_can_be_checked(village: Property, tmp_path: Path) -> None:
    """Last month's assets and a list at once, posted; whoever has the package computes the same and finds nothing."""
    county, year = village.county, str(village.on.year)
    own = village.did("", "chenjing", "/subsidy-programmes", {**programme(village.on), "reference": "disclosed"})
    house = village.household("0301", "欧阳长安")
    payees = [{"kind": "household", "payee_id": str(house), "quantity_milli": 4_000}]
    new = {"programme_id": own["programme_id"], "division": VILLAGE, "period": year, "payees": payees}
    listed = village.did("", "booker", "/subsidy-lists", new)["list_id"]
    village.did("", "second", f"/subsidy-lists/{listed}/steps", {"step": "confirm", "version": 1})
    hidden = village.did("", "chenjing", "/subsidy-programmes", {**low_income(village), "reference": "linshi"})
    unnamed = village.did("", "booker", "/subsidy-lists", {**new, "programme_id": hidden["programme_id"]})["list_id"]
    village.did("", "second", f"/subsidy-lists/{unnamed}/steps", {"step": "confirm", "version": 1})
    village.did("", "booker", "/assets", {**pump(village.on), "number": "D-01", "title": "公示的水泵"})
    seat_reviewer(county)
    public = county.browser()
    shown = {}
    for kind, period in (("assets", f"{last_month(county):%Y-%m}"), ("subsidies", f"once-{listed}")):
        posted(county, period, kind=kind)
        page = public.get(f"/v/{VILLAGE}/disclosures/{kind}/{period}")
        assert page.status_code == 200, page.text
        shown[kind] = page.text
        listing = public.get(f"/v/{VILLAGE}/disclosures").text + public.get(f"/v/{VILLAGE}/feed.atom").text
    posted(county, f"once-{unnamed}", kind="subsidies")
    neutral = public.get(f"/v/{VILLAGE}/disclosures/subsidies/once-{unnamed}").text
    assert "<h1>城东村 专项惠民补贴</h1>" in re.sub(r"\s+</h1>", "</h1>", neutral)
    assert "农村低保金" not in neutral
    assert told_apart_text(f"once-{unnamed}") == f"专项 {unnamed[:8]}", "as staff tell several apart"
    title = programme(village.on)["title"]
    assert f"<h1>城东村 “{title}”惠民补贴</h1>" in re.sub(r"\s+</h1>", "</h1>", shown["subsidies"])
    assert listing.count(f"“{title}”") == 2, "named on the list and in the feed by what it is about"
    document = parse(public.get(f"/v/{VILLAGE}/disclosures/{kind}/{period}/1/data/document.json").content)
    with county.app.reading.connection() as conn:
        assert titles(conn, [period, "2026-10"]) == {period: title_of(document)} == {period: title}
    assert "公示的水泵" in shown["assets"]
    assert "欧阳**" in shown["subsidies"], "masked"
    assert "449.80" in shown["subsidies"]
    assert all("欧阳长安" not in text for text in shown.values())
    export_package(county.app.settings, county.app.access, tmp_path / "package")
    report = verify_package(tmp_path / "package", processes=1)
    assert [(one.code, dict(one.facts)) for one in report.findings if not one.attention] == []
