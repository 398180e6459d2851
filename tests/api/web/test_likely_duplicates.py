"""A report that repeats an earlier one is shown with its reasons; what is erased is never compared again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg

from api.commands.erasure import erase_person
from api.commands.incidents import Report, Verdict, decide_validity, report, verify
from api.commands.shared import today
from api.likely_duplicates import frequency, likely_duplicates, make_missing_prints
from domain.incidents import DifferenceHash, Photo
from domain.kernel.events import Sha256
from journal import text_prints
from projections import sightings
from tests.api.web.county import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, County

STREET = "东门菜市场门口的下水道堵了三天，污水流到路上，老人和孩子走路都要绕开，请尽快派人疏通。"
AGAIN = f"您好！{STREET}谢谢。"


def picture(fill: str, difference_hash: str) -> Photo:
    return Photo(Sha256(fill * 32), 1_024, DifferenceHash(difference_hash))


def told(county: County, text: str, *, by: str = "ouyang", hours: float = 0, **more: Any) -> UUID:
    """A report, so many hours before yesterday's moment, recorded and shown; an old one is written down by 赵敏."""
    old = hours > 40
    actor, incident_id = county.people["zhaomin" if old else by], uuid4()
    at = county.yesterday - timedelta(hours=hours)
    facts: dict[str, Any] = {"category": "市容环境", "division": VILLAGE, "reported_at": at, **more}
    facts["source"] = "wechat" if old else "app"
    new = Report(incident_id=incident_id, reporter_id=county.people[by].person_id, text=text, **facts)
    county._shown(report(county.app, actor=actor, key=county.key(), reports=[new]))
    return incident_id


def found(county: County, incident_id: UUID) -> list[tuple[UUID, list[str]]]:
    with county.app.reading.connection() as conn:
        likely = likely_duplicates(conn, county.app.vault, incident_id)
    return [(one.candidate.incident_id, [ground.code for ground in one.candidate.grounds]) for one in likely]


def test_near_words_near_photos_and_the_same_place_are_found_with_their_reasons(county: County) -> None:
    elsewhere: dict[str, Any] = {"category": "道路交通", "hours": 200}
    words = told(county, STREET, **elsewhere)
    near = told(county, "照片相近", photos=(picture("aa", "00ff00ff00ff00ff"),), **elsewhere)
    same = told(county, "照片相同", photos=(picture("bb", "f" * 16),), **elsewhere)
    place = told(county, "路灯不亮", hours=30, category="施工管理")
    told(county, "毫不相干的一件事情，说的是河边的栏杆松了，要有人去看看才放心，别等出了事再修。", **elsewhere)
    photos = (picture("bb", "f" * 16), picture("cc", "00ff00ff00ff00fe"))
    last = told(county, AGAIN, by="zhangjianguo", photos=photos, category="施工管理")
    grounds = dict(found(county, last))
    assert grounds == {
        same: ["same_photo"],
        words: ["near_text"],
        near: ["near_photo"],
        place: ["same_place_and_time"],
    }
    assert next(iter(grounds)) == same, "the likeliest first"
    assert found(county, words) == [], "the first reporter has nothing to fear"

    answer = county.program("chenjing").get(f"/api/v1/incidents/{last}/likely-duplicates")
    assert answer.status_code == 200, answer.text
    told_by_api = answer.json()
    assert [one["incident_id"] for one in told_by_api["candidates"]] == [str(one) for one in grounds]
    assert told_by_api["candidates"][0]["grounds"] == [{"code": "same_photo", "meaning": "照片完全相同", "score": 100}]
    with county.app.reading.connection() as conn:
        often = frequency(conn, county.people["zhangjianguo"].person_id, area=COUNTY, until=today(county.app))
    assert told_by_api["reporter"] == {
        "reports": often.reports,
        "flagged_from": often.flagged_from,
        "unusual": often.unusual,
    }


def test_whoever_claims_to_have_been_first_and_came_after_is_told_apart(county: County) -> None:
    bridge = "石桥的栏杆被货车撞断了三米，晚上没有灯，骑车的人容易掉到河里，请先拦起来。"
    before = told(county, bridge, by="zhangjianguo")
    claimant = told(county, bridge, by="ouyang", hours=20)
    client = county.program("chenjing")
    orders = {}
    for one, other in ((before, claimant), (claimant, before)):
        candidates = client.get(f"/api/v1/incidents/{one}/likely-duplicates").json()["candidates"]
        (found_other,) = [read for read in candidates if read["incident_id"] == str(other)]
        orders[one] = (found_other["claims_earlier"], found_other["recorded_earlier"])
    assert orders == {before: (True, False), claimant: (False, True)}


def test_who_may_ask_sees_his_own_area_only(county: County) -> None:
    bank = "河堤塌了一段，长约五米，雨后泥土还在往下滑，附近有小学生每天经过，请设围挡。"
    other = told(county, bank, by="qianduo", division=OTHER_TOWNSHIP, hours=40)
    here = told(county, bank)
    path = f"/api/v1/incidents/{here}/likely-duplicates"
    seen = {
        login: [one["incident_id"] for one in county.program(login).get(path).json()["candidates"]]
        for login in ("chenjing", "lihe")
    }
    assert seen["chenjing"][0] == str(other)
    assert str(other) not in seen["lihe"]
    for login, code in (("ouyang", "access.may_not_read"), ("qianduo", "access.outside_area")):
        refused = county.program(login).get(path)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
    missing = county.program("chenjing").get(f"/api/v1/incidents/{uuid4()}/likely-duplicates")
    assert (missing.status_code, missing.json()["code"]) == (404, "incident.unknown")


def test_a_print_goes_with_its_person_and_is_no_event_and_no_row_of_a_read_model(county: County) -> None:
    text = "学校后门的围墙裂了一道缝，宽处能伸进一只手，放学时孩子们都靠墙站着，很危险。"
    gone, kept = told(county, text, by="liuyang", hours=100), told(county, text)
    assert dict(found(county, kept))[gone] == ["near_text"]
    on, verdict = today(county.app), Verdict(gone, False, "not_found")
    verify(county.app, actor=county.people["lihe"], key=county.key(), verdicts=[verdict], on=on)
    verdict = Verdict(gone, False, "not_confirmed")
    county._shown(
        decide_validity(county.app, actor=county.people["chenjing"], key=county.key(), verdicts=[verdict], on=on)
    )
    with county.app.reading.connection() as conn:
        commitment = sightings.some(conn, [gone])[gone].text_commitment
    assert text_prints.of(county.app.vault, [commitment]) != {}
    person = county.people["liuyang"].person_id
    erase_person(
        county.app,
        actor=county.admin,
        key=county.key(),
        person_id=person,
        reason="consent_withdrawn",
        legal_basis="本人 2026 年书面申请",
        on=on,
    )
    assert text_prints.of(county.app.vault, [commitment]) == {}
    assert gone not in dict(found(county, kept))
    with psycopg.connect(county.app.access.owner) as conn:
        tables = conn.execute(
            "SELECT table_schema FROM information_schema.columns WHERE column_name IN ('minima', 'bands')"
        ).fetchall()
    assert {schema for (schema,) in tables} == {"vault"}


def test_prints_that_a_restored_vault_lacks_are_made_again(county: County) -> None:
    incident_id = told(county, "广场喷泉的地砖碎了十几块，晚上看不清，昨天绊倒了两个跳舞的阿姨，请换新的。")
    with county.app.reading.connection() as conn:
        commitment = sightings.some(conn, [incident_id])[incident_id].text_commitment
    before = text_prints.of(county.app.vault, [commitment])
    with psycopg.connect(county.app.access.owner) as conn:
        conn.execute("DELETE FROM vault.text_prints WHERE commitment = %s", [bytes.fromhex(commitment)])
    assert text_prints.of(county.app.vault, [commitment]) == {}
    assert make_missing_prints(county.app.vault, by=str(county.admin.person_id)) >= 1
    assert text_prints.of(county.app.vault, [commitment]) == before != {}


def test_reports_recorded_at_once_all_have_their_prints(county: County) -> None:
    texts = [f"第{n}号院的电梯停了半个月，七楼的老人下不来，物业说等配件，请督促他们快一些。" for n in range(6)]
    with ThreadPoolExecutor(6) as threads:
        ids = list(threads.map(lambda text: told(county, text), texts))
    latest = told(county, texts[0] + "再催一次。", by="zhangjianguo")
    near = [incident_id for incident_id, grounds in found(county, latest) if "near_text" in grounds]
    assert sorted(near) == sorted(ids)


def test_whoever_reports_far_more_than_the_others_stands_out(county: County) -> None:
    actor, at = county.people["zhangjianguo"], county.yesterday
    new = [Report(uuid4(), actor.person_id, "宣传广告", VILLAGE, f"第{n}张小广告", at, "app") for n in range(30)]
    county._shown(report(county.app, actor=actor, key=county.key(), reports=new))
    with county.app.reading.connection() as conn:
        busy = frequency(conn, actor.person_id, area=COUNTY, until=today(county.app))
        other = frequency(conn, county.people["lihe"].person_id, area=COUNTY, until=today(county.app))
    assert (busy.reports >= 30, other.reports) == (True, 0)
    assert (busy.unusual, other.unusual) == (busy.reports >= busy.flagged_from, False)


def test_a_short_text_is_compared_within_its_place(county: County) -> None:
    """Of another class and older than the same place and time would tell; a wider place may be this one."""
    of_old: dict[str, Any] = {"category": "施工管理", "hours": 400}
    same = told(county, "水塔漏水！", **of_old)
    wider = told(county, "水塔漏水了", division=TOWNSHIP, **of_old)
    told(county, "水塔漏水", division=OTHER_TOWNSHIP, by="qianduo", category="施工管理", hours=40)
    told(county, "水塔漏水", category="施工管理", hours=24 * 40)
    told(county, "凉亭漏雨", **of_old)
    grounds = dict(found(county, told(county, "水塔 漏水", by="zhangjianguo")))
    near = [incident_id for incident_id, codes in grounds.items() if "near_text" in codes]
    assert near == [same, wider], "the likelier first"
