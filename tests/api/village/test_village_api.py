"""A village's book over JSON: every operation once, and what each of the four may not do."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from api.commands import charts
from api.exporting import export_package
from api.files.chart_profiles import load_chart
from api.package_contents import Authority, HandOver
from api.web import village_words
from audit.verify import verify_package
from domain.kernel.calendar import first_day, last_day
from domain.village import parties, vouchers
from tests.api.web.county import VILLAGE, County
from tests.village import CHART, LIMIT, village_with_book, with_logins

Said = dict[str, Any]
BASE = f"/village-books/{VILLAGE}"
PAPER = b"%PDF-1.4\n1 0 obj\n"


def test_stored_words_have_chinese_words() -> None:
    assert set(village_words.VOUCHER_KINDS) == set(vouchers.KINDS)
    assert set(village_words.PARTY_KINDS) == parties.KINDS
    assert set(vouchers.STEPS) < set(village_words.VOUCHER_STATUSES)


def test_a_book_from_opening_to_closed_month(county: County, tmp_path: Path) -> None:
    said = village_story(county)
    assert said["readVillageVoucher"]["number"] == 1
    assert said["readVillageVoucher"]["status"] == "reversed"
    assert [one["status"] for one in said["readVillageBook"]["months"]] == ["closed"]
    assert said["readVillageStatement"]["rows"][-1][1] == "合计"
    app, digest = county.app, said["keepVoucherFile"]["sha256"]
    hand_over = HandOver(Authority(app.log.founder_id, "县审计局 2026-7 号通知书"), attachments=True, opened=True)
    export_package(app.settings, app.access, tmp_path / "package", hand_over=hand_over)
    assert (tmp_path / "package/attachments" / digest).read_bytes() == PAPER
    row = f"village_voucher/{said['readVillageVoucher']['voucher_id']}@1,凭证附件,{digest},{len(PAPER)},是"
    assert row in (tmp_path / "package/attachments/digests.csv").read_text("utf-8-sig")
    assert "赵承包" in (tmp_path / "package/opened/values.jsonl").read_text("utf-8"), "the party's name, by authority"
    report = verify_package(tmp_path / "package", processes=1)
    assert [(one.code, one.place) for one in report.findings if not one.attention] == []


def line(account: str, side: str, amount_fen: int, party: str | None = None) -> Said:
    found: Said = {"account": account, "side": side, "amount_fen": amount_fen}
    return {**found, "party_id": party} if party else found


def village_story(county: County) -> Said:
    """The answers by operation; each refusal on the way is the one that was expected."""
    village = village_with_book(county.app, admin=county.admin, division=VILLAGE, opened=False)
    with_logins(village)
    said: Said = {}
    since, day = village.since.isoformat(), last_day(village.month).isoformat()

    def did(operation: str, login: str, path: str, body: Said) -> Any:
        answer: httpx.Response = county.post(login, path, body)
        assert answer.status_code == 201, answer.text
        said[operation] = answer.json()
        return said[operation]

    def refused(code: str, login: str, path: str, body: Said) -> None:
        answer: httpx.Response = county.post(login, path, body)
        assert answer.json()["code"] == code, answer.text

    def read(operation: str, path: str, login: str = "booker") -> Any:
        answer = county.program(login).get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text
        said[operation] = answer.json()
        return said[operation]

    opening = {"division": VILLAGE, "chart": CHART, "since": since, "limit_fen": LIMIT, "document": "制度第8条"}
    refused("authority.role_may_not", "booker", "/village-books", opening)
    refused("village_book.chart_unknown", "admin", "/village-books", {**opening, "chart": "village-2023/9"})
    did("openVillageBook", "admin", "/village-books", opening)
    refused("village_book.nothing_changed", "admin", f"{BASE}/chart", {"chart": CHART})
    shorter = replace(load_chart("village-2023"), accounts=load_chart("village-2023").accounts[:-1])
    charts.publish(county.app, actor=county.admin, key="second-chart", new=[shorter], on=village.today)
    did("adoptVillageChart", "admin", f"{BASE}/chart", {"chart": "village-2023/2"})
    did("setVillageLimit", "admin", f"{BASE}/limit", {"limit_fen": 300_000, "document": "制度第9条"})
    plan = {"year": village.since.year, "lines": [{"side": "income", "title": "鱼塘发包", "amount_fen": 600_000}]}
    did("publishVillagePlan", "approver", f"{BASE}/plans", {**plan, "document": "年度计划"})
    party = did(
        "registerVillageParty", "booker", f"{BASE}/parties", {"reference": "D001", "kind": "person", "name": "赵承包"}
    )["party_id"]
    lines = [line("102", "debit", 900_000), line("112", "debit", 30_000, party), line("311", "credit", 930_000)]
    did("proposeVillageOpening", "booker", f"{BASE}/opening", {"lines": lines, "document": "年末科目余额表"})
    refused("authority.role_may_not", "booker", f"{BASE}/opening/decision", {"agrees": True})
    did("decideVillageOpening", "reviewer", f"{BASE}/opening/decision", {"agrees": True})

    headers = {"idempotency-key": county.key()}
    files = {"file": ("发票.pdf", PAPER)}
    kept = county.program("handler").post(f"/api/v1{BASE}/voucher-files", files=files, headers=headers)
    assert kept.status_code == 201, kept.text
    said["keepVoucherFile"] = kept.json()
    wrong = county.program("handler").post(
        f"/api/v1{BASE}/voucher-files", files={"file": ("a.txt", b"text")}, headers={"idempotency-key": county.key()}
    )
    assert wrong.json()["code"] == "village_file.type_unknown"

    bill = [line("514", "debit", 12_000), line("102", "credit", 12_000)]
    content = {"day": since, "kind": "payment", "purpose": "村道路灯电费", "lines": bill}
    refused("village_file.unknown", "handler", f"{BASE}/vouchers", {**content, "attachments": ["a" * 64]})
    refused("village_voucher.kind_unsuited", "handler", f"{BASE}/vouchers", {**content, "kind": "receipt"})
    drafted = did(
        "draftVillageVoucher", "handler", f"{BASE}/vouchers", {**content, "attachments": [kept.json()["sha256"]]}
    )
    voucher = f"/village-vouchers/{drafted['voucher_id']}"
    refused("village_voucher.not_at_step", "approver", f"{voucher}/steps", {"step": "approve"})
    did("stepVillageVoucher", "reviewer", f"{voucher}/steps", {"step": "send_back", "reason": "发票不清楚"})
    refused("village_voucher.not_yours", "approver", f"{voucher}/revision", content)
    did("reviseVillageVoucher", "handler", f"{voucher}/revision", content)
    did("stepVillageVoucher", "reviewer", f"{voucher}/steps", {"step": "review"})
    refused("chain.acted_twice", "handler", f"{voucher}/steps", {"step": "approve"})
    did("stepVillageVoucher", "approver", f"{voucher}/steps", {"step": "approve"})
    refused("authority.role_may_not", "approver", f"{voucher}/steps", {"step": "book"})
    did("stepVillageVoucher", "booker", f"{voucher}/steps", {"step": "book"})
    red = did("reverseVillageVoucher", "handler", f"{voucher}/reversal", {"day": day, "purpose": "冲销记错的电费"})
    for login, step in (("second", "review"), ("approver", "approve"), ("booker", "book")):
        did("stepVillageVoucher", login, f"/village-vouchers/{red['voucher_id']}/steps", {"step": step})

    large = {**content, "lines": [line("514", "debit", 400_000), line("102", "credit", 400_000)]}
    above = f"/village-vouchers/{did('draftVillageVoucher', 'handler', f'{BASE}/vouchers', large)['voucher_id']}"
    did("stepVillageVoucher", "reviewer", f"{above}/steps", {"step": "review"})
    refused("village_voucher.resolution_needed", "approver", f"{above}/steps", {"step": "approve"})
    nothing = {"step": "approve", "resolution": f"meeting/{drafted['voucher_id']}@3"}
    refused("village_voucher.resolution_unsuited", "approver", f"{above}/steps", nothing)
    month = f"{BASE}/months/{village.month}/steps"
    refused("village_month.vouchers_wait", "booker", month, {"step": "propose_close"})
    did("stepVillageVoucher", "handler", f"{above}/steps", {"step": "withdraw", "reason": "改用公开招标"})
    did("stepVillageMonth", "booker", month, {"step": "propose_close"})
    refused("village_month.closing", "booker", month, {"step": "propose_close"})
    did("stepVillageMonth", "booker", month, {"step": "withdraw_close", "reason": "还要核对一遍"})
    did("stepVillageMonth", "booker", month, {"step": "propose_close"})
    refused("authority.role_may_not", "booker", month, {"step": "close"})
    did("stepVillageMonth", "second", month, {"step": "close"})
    refused("village_month.closed", "booker", month, {"step": "propose_close"})

    read("listVillageBooks", "/village-books")
    read("readVillageBook", BASE)
    read("listVillageVouchers", f"{BASE}/vouchers?month={village.month}&limit=2")
    read("readVillageVoucher", voucher)
    span = f"since={first_day(village.month)}&until={day}"
    read("readVillageStatement", f"{BASE}/statements/balances?{span}")
    for which in ("income", "sheet", "result", "parties", "journal", "vouchers"):
        assert county.program("xuwei").get(f"/api/v1{BASE}/statements/{which}?{span}").json()["rows"], which
    answer = county.program("zhangjianguo").get(f"/api/v1{BASE}")
    assert answer.json()["code"] == "access.may_not_read"
    return said
