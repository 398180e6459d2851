"""One of every affair of a village, by the people who may: what tests of pages and of the offline check begin with."""

from datetime import timedelta
from typing import Any, Final

from api.commands.shared import today
from tests.api.web.county import COUNTY, VILLAGE, County

OFFICERS: Final = {"zhouyu": "county_officer"}
"""In which role those act here who have several."""

RULE: Final[dict[str, Any]] = {
    "division": COUNTY,
    "kind": "representatives",
    "quorum": {"part": 2, "of": 3, "more": False},
    "passing": {"part": 1, "of": 2, "more": True},
    "passed_by": "present",
    "document": "横民〔2026〕1号",
}
MEETING: Final[dict[str, Any]] = {
    "division": VILLAGE,
    "kind": "representatives",
    "title": "第四次村民代表会议",
    "agenda": ["三组道路硬化", "公益岗位"],
    "place": "村委会二楼",
}
CAME: Final[dict[str, Any]] = {"step": "hold", "eligible": 30, "on_sheet": 22, "sheet": "签到册 4"}
SHEET: Final = b"%PDF-1.4\n1 0 obj\n"
VOTE: Final[dict[str, Any]] = {
    "step": "resolve",
    "title": "三组道路硬化",
    "text": "同意立项，预算五万元。",
    "agreed": 18,
    "opposed": 3,
    "abstained": 1,
}


def post(county: County, login: str, path: str, body: dict[str, Any]) -> Any:
    """A command over the API."""
    return county.post(login, path, body, role=OFFICERS.get(login))


def done(answer: Any) -> Any:
    """What a command answered, which it did."""
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def made(county: County, login: str, path: str, body: dict[str, Any]) -> str:
    """A new affair; its id."""
    return str(done(post(county, login, path, body))["affair_id"])


def step(county: County, login: str, path: str, **body: Any) -> Any:
    """A step of an affair."""
    return post(county, login, f"{path}/steps", body)


def refused(answer: Any) -> str:
    """The code of a refusal."""
    code: str = answer.json()["code"]
    return code


def kept(county: County, login: str, meeting: str, content: bytes) -> str:
    """A file of a meeting's sheet, sent by a program; its digest."""
    answer = county.program(login).post(
        f"/api/v1{meeting}/sheet-files",
        files={"file": ("签到表.pdf", content)},
        headers={"idempotency-key": county.key()},
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sha256"])


def resolved(
    county: County, *, setter: str, caller: str, recorder: str, teller: str, limit_fen: int | None = None
) -> tuple[str, str]:
    """A meeting that has passed one resolution: its id, and the vote's name. The rule is set where there is none; where
    money is allowed, the sheet is kept.
    """
    on = today(county.app).isoformat()
    rules = county.program(setter, OFFICERS.get(setter)).get("/api/v1/meeting-rules").json()
    if not rules:
        done(post(county, setter, "/meeting-rules", {**RULE, "division": VILLAGE, "since": on}))
    meeting = made(county, caller, "/meetings", {**MEETING, "held_on": on})
    files = [kept(county, recorder, f"/meetings/{meeting}", SHEET)] if limit_fen is not None else []
    done(step(county, recorder, f"/meetings/{meeting}", **CAME, files=files))
    receipt = done(step(county, teller, f"/meetings/{meeting}", **VOTE, limit_fen=limit_fen))
    return meeting, str(receipt["events"][0])


def one_of_each(county: County) -> None:
    """A notice, an answered suggestion, a promise, a meeting and a micro-project, all by those above the village."""
    on = today(county.app)
    day, later = on.isoformat(), (on + timedelta(days=9)).isoformat()
    notice = {"division": VILLAGE, "title": "停水通知", "text": "周三上午停水。", "since": day, "until": later}
    made(county, "chenjing", "/notices", notice)
    said = {"division": VILLAGE, "channel": "slip", "slip": "017", "text": "路灯半个月不亮了。"}
    suggestion = made(county, "lihe", "/suggestions", said)
    path = f"/suggestions/{suggestion}"
    done(step(county, "chenjing", path, step="accept", gist="三组路口路灯不亮", due_on=later))
    done(step(county, "chenjing", path, step="answer", outcome="adopted", answer="本周修好。"))
    promise = {
        "division": VILLAGE,
        "title": "年底前硬化三组道路",
        "responsible": "村民委员会",
        "made_on": day,
        "due_on": later,
    }
    commitment = made(county, "chenjing", "/commitments", promise)
    done(step(county, "chenjing", f"/commitments/{commitment}", step="progress", note="路基已完成。"))
    people = {"setter": "gaofei", "caller": "chenjing", "recorder": "gaofei", "teller": "zhouyu"}
    _, vote = resolved(county, **people, limit_fen=5_000_000)
    project = {"division": VILLAGE, "title": "三组道路硬化", "resolution": vote, "budget_fen": 5_000_000}
    made(county, "chenjing", "/projects", project)
