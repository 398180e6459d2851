"""The whole story over the JSON API: from a report to money that arrived, with a proof for every step."""

from typing import Any

import httpx

from api.commands.shared import today
from api.files.bank_profiles import load_bank_profile
from api.files.rehearsal_bank import answer
from journal.proof import verify_proof
from tests.api.web.county import COUNTY, VILLAGE, County

PROFILE = "neutral-csv"


def test_from_a_report_to_money(county: County) -> None:
    people = {login: county.program(login) for login in county.people if login != "zhaomin"}
    proved = 0

    def step(login: str, path: str, body: dict[str, Any] | None = None, **given: Any) -> Any:
        """One command; its receipt must prove, to anybody offline, that it is in the log."""
        nonlocal proved
        headers = {"idempotency-key": county.key()}
        done = people[login].post(f"/api/v1{path}", json=body, headers=headers, **given)
        assert done.status_code == 201, done.text
        receipt = done.json().get("receipt", done.json())
        evidence = people["xuwei"].get("/api/v1/log/proof", params={"event": receipt["events"][-1]}).json()
        head = verify_proof(receipt["proof"].encode(), entry=evidence["entry"].encode(), log_key=county.app.log_key)
        assert (head.size, evidence["index"]) == (receipt["size"], receipt["index"])
        verify_proof(evidence["proof"].encode(), entry=evidence["entry"].encode(), log_key=county.app.log_key)
        proved += 1
        return done.json()

    reported = step(
        "zhangjianguo",
        "/incidents",
        {
            "category": "市容环境",
            "division": VILLAGE,
            "grid": "第三网格",
            "text": "村口垃圾桶满了两天没有清运。",
            "source": "app",
            "reported_at": county.yesterday.isoformat(),
        },
    )
    incident = reported["incident_id"]
    waiting = people["lihe"].get("/api/v1/incidents/queue?awaits=verification").json()["incidents"]
    assert [one["incident_id"] for one in waiting] == [incident]
    step("lihe", f"/incidents/{incident}/verification", {"confirmed": True, "reason": "photo_matches"})
    handled_at = county.app.journal.now().isoformat()
    step("wangqiang", f"/incidents/{incident}/handling", {"reply": "已清运。", "handled_at": handled_at})
    step("chenjing", f"/incidents/{incident}/validity", {"valid": True, "reason": "meets_catalogue"})
    read = people["chenjing"].get(f"/api/v1/incidents/{incident}").json()
    assert (read["incident"]["status"], read["reward"]["amount_fen"]) == ("valid", 1000)
    assert [row["type"] for row in read["timeline"]] == [
        "incident.reported/1",
        "incident.verified/1",
        "incident.handled/1",
        "incident.validity_decided/1",
    ]
    taken_back = str(county.rewarded(by="ouyang"))
    step("chenjing", f"/incidents/{taken_back}/reward/reversal", {"reason": "同一事项另有补贴"})

    where = {"division": COUNTY, "month": county.month}
    proposal = people["zhouyu"].get("/api/v1/payout-batches/proposal", params=where).json()
    assert (len(proposal["payees"]), proposal["total_fen"], proposal["total_words"]) == (1, 1000, "壹拾元整")
    rejected = step("zhouyu", "/payout-batches", where)["batch_id"]
    step("sunli", f"/payout-batches/{rejected}/rejection", {"reason": "请核对月份"})
    batch = step("zhouyu", "/payout-batches", where)["batch_id"]
    assert batch != rejected
    read = people["sunli"].get(f"/api/v1/payout-batches/{batch}").json()
    shown, noted = read["shown_digest"], [(one["line"], one["code"]) for one in read["signals"]]
    assert noted == [(1, "first_payment")]
    said = [{"code": "first_payment", "reason": "本月新成员", "lines": [1]}]
    for login in ("zhouyu", "sunli"):
        step(login, f"/payout-batches/{batch}/acknowledgements", {"shown_digest": shown, "acknowledgements": said})
    step("sunli", f"/payout-batches/{batch}/approval", {"shown_digest": shown})
    exported = step("zhouyu", f"/payout-batches/{batch}/export", {"profile": PROFILE})
    sent = download(people["zhouyu"], batch)
    assert len(sent) == exported["length"]
    again = people["zhouyu"].post(
        f"/api/v1/payout-batches/{batch}/export", json={"profile": PROFILE}, headers={"idempotency-key": "again"}
    )
    assert (again.status_code, again.json()["receipt"], again.json()["sha256"]) == (200, None, exported["sha256"])

    returned = answer(sent, load_bank_profile(PROFILE), seed=7, on=today(county.app), rehearsal=True)
    kept = record_answer(county, people["zhouyu"], batch, returned)
    assert (kept.status_code, kept.json()["recorded"]) == (201, True)
    before = county.app.journal.position()
    kept = record_answer(county, people["zhouyu"], batch, returned)
    assert (kept.status_code, kept.json()) == (200, {"recorded": False, "receipt": None})
    assert county.app.journal.position() == before
    step("zhouyu", f"/payout-batches/{batch}/closing")

    page = people["xuwei"].get(f"/api/v1/payout-batches/{batch}").json()
    assert page["agrees"]
    assert page["three_way"]["ledger_settled_fen"] == 1000
    budget = people["xuwei"].get("/api/v1/budgets").json()[0]
    assert budget["balanced"]
    assert (budget["budget"]["spent_fen"], budget["budget"]["committed_fen"]) == (1000, 0)
    balance = people["xuwei"].get("/api/v1/trial-balance").json()
    assert [book["balance"] for book in balance["books"]] == [0, 0, 0]
    assert proved == 13

    public = county.browser().get(f"/v/{VILLAGE}/rewards/{county.month}").text
    assert "共奖励 <b>10.00 元</b>，给 <b>1 人</b>" in public
    assert "已全部到账" in public
    assert "✔ 已到账" in public
    assert "另有 1 条、10.00 元已冲正" in public
    assert "演练" in public


def test_a_report_written_down_for_a_member(county: County) -> None:
    member = str(county.people["ouyang"].person_id)
    body = {
        "reporter_id": member,
        "category": "公共安全",
        "division": VILLAGE,
        "text": "群里说护栏断了。",
        "source": "wechat",
        "reported_at": county.yesterday.isoformat(),
    }
    done = county.post("lihe", "/incidents", body)
    assert done.status_code == 201, done.text
    incident = done.json()["incident_id"]
    read = county.program("lihe").get(f"/api/v1/incidents/{incident}").json()["incident"]
    assert (read["reporter_id"], read["report_transcriber_id"]) == (member, str(county.people["lihe"].person_id))
    refused = county.post("lihe", f"/incidents/{incident}/verification", {"confirmed": True, "reason": "seen_on_site"})
    assert refused.json()["code"] == "chain.acted_twice"


def test_lists_come_in_pages(county: County) -> None:
    made = {str(county.reported(text=f"第 {n} 条")) for n in range(5)}
    client = county.program("lihe")
    for path in ("/api/v1/incidents?limit=2", "/api/v1/incidents/queue?awaits=verification&limit=2"):
        seen: list[str] = []
        after = ""
        while True:
            page = client.get(path + (f"&after={after}" if after else "")).json()
            seen += [one["incident_id"] for one in page["incidents"]]
            after = page["next"]
            if after is None:
                break
        assert (len(seen), set(seen)) == (5, made)


def download(client: httpx.Client, batch: str) -> bytes:
    """The payment file."""
    got = client.get(f"/api/v1/payout-batches/{batch}/payment-file")
    assert got.status_code == 200
    assert got.headers["cache-control"] == "no-store"
    assert "attachment" in got.headers["content-disposition"]
    return got.content


def record_answer(county: County, client: httpx.Client, batch: str, content: bytes) -> httpx.Response:
    """Upload a return file under a key of its own."""
    return client.post(
        f"/api/v1/payout-batches/{batch}/answers",
        files={"file": ("回盘.csv", content)},
        headers={"idempotency-key": county.key()},
    )
