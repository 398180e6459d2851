"""Stars over JSON, on pages and in public: computed, granted by another person, every counted report in sight."""

import re
from pathlib import Path
from uuid import UUID

import pytest

from api.commands.incidents import reverse_reward
from api.commands.shared import today
from domain.kernel.periods import Period, period_of
from domain.kernel.ranking import standings, stars
from projections import award_queries
from tests.api.web.county import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, County
from tests.api.web.registers import faults, month_before, recorded, sent, signed_in, valid_reports

RULE = {
    "division": TOWNSHIP,
    "period_kind": "month",
    "since": "2020-01-01",
    "document": "兴街办〔2020〕6号",
    "points_each": 1,
    "weights": [{"category": "公共安全", "points": 3}],
    "reports_min": 2,
    "stars": 1,
    "ties": "share",
}


@pytest.fixture(scope="module")
def ruled(county: County) -> County:
    """A township with a rule for months, and one for years in which a tie gives nobody a title."""
    assert county.post("admin", "/award-rules", RULE).status_code == 201
    yearly = {**RULE, "period_kind": "year", "ties": "nobody", "reports_min": 1}
    assert county.post("admin", "/award-rules", yearly).status_code == 201
    return county


def proposed(county: County, period: str, **more: object) -> UUID:
    answer = county.post("chenjing", "/awards", {"division": TOWNSHIP, "period": period, **more})
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["award_id"])


def code_of(answer: object) -> str:
    code: str = answer.json()["code"]  # type: ignore[attr-defined]
    return code


def test_a_month_from_the_reports_to_the_public_page_and_the_auditor(ruled: County, tmp_path: Path) -> None:
    day = month_before(ruled)
    period = period_of(day, "month")
    two = valid_reports(ruled, 2, by="zhangjianguo", on=day, category="公共安全")
    quarrel = valid_reports(ruled, 1, by="zhangjianguo", on=day, category="矛盾纠纷")
    valid_reports(ruled, 3, by="ouyang", on=day)
    valid_reports(ruled, 1, by="liuyang", on=day, category="公共安全")  # one is too few
    valid_reports(ruled, 9, by="ouyang", on=day.replace(month=9))
    client = ruled.program("chenjing")
    shown = client.get(f"/api/v1/awards/standings?division={TOWNSHIP}&period={period}").json()
    member, other = ruled.people["zhangjianguo"].person_id, ruled.people["ouyang"].person_id
    assert [(one["rank"], one["member_id"], one["score"]) for one in shown["ranked"]] == [
        (1, str(member), 7),
        (2, str(other), 3),
    ]
    assert ruled.browser().get(f"/v/{TOWNSHIP}/awards/{period}").status_code == 404

    award_id = proposed(ruled, period, position=shown["position"])
    page = client.get(f"/api/v1/awards/{award_id}").json()
    assert [star["member_id"] for star in page["stars"]] == [str(member)]
    assert {report["incident_id"] for report in page["reports"]} == {str(one) for one in [*two, *quarrel]}
    digest = page["award"]["stars_digest"]
    again = ruled.post("chenjing", "/awards", {"division": TOWNSHIP, "period": period})
    assert code_of(again) == "award.already_proposed"
    assert code_of(ruled.post("chenjing", f"/awards/{award_id}/grant", {"shown_digest": digest})) == (
        "authority.role_may_not"
    )
    wrong = ruled.post("sunli", f"/awards/{award_id}/grant", {"shown_digest": "0" * 64})
    assert code_of(wrong) == "award.digest_differs"
    assert ruled.browser().get(f"/v/{TOWNSHIP}/awards/{period}").status_code == 404, "nothing is public before"
    assert ruled.post("sunli", f"/awards/{award_id}/grant", {"shown_digest": digest}).status_code == 201

    public = ruled.browser().get(f"/v/{TOWNSHIP}/awards/{period}")
    assert public.status_code == 200
    assert "张*国" in public.text
    assert "张建国" not in public.text
    assert str(member) not in public.text
    for report in two:
        assert report.hex[:8] in public.text
    assert quarrel[0].hex[:8] not in public.text
    assert "另有少于 3 条涉及隐私，不列" in public.text
    told = ruled.browser().get(f"/v/{TOWNSHIP}/awards/{period}/data/page.json").json()
    (star,) = told["tables"]["stars"]
    assert (star["score"], star["count"], len(told["tables"]["reports"])) == (6, 2, 2), "nothing tells of a third"
    whole = page["award"]["count_total"]
    assert (told["figures"]["reports"], told["figures"]["withheld"]) == (whole - 1, 0)
    assert told["figures"]["withheld_below"] == 3
    assert f"前 <b>{shown['position']}</b> 条记录" in public.text
    proof = re.search(r'href="(/log/proof/\d+)"', public.text)
    assert re.search(r'href="/log/proof/(\d+)">[0-9a-f]{8}</a> <a href="/log/entry/\1">', public.text)
    assert proof is not None
    listed = ruled.browser().get(f"/v/{COUNTY}/awards").text
    assert "张*国" in listed
    assert "张*国" not in ruled.browser().get(f"/v/{OTHER_TOWNSHIP}/awards").text

    revoked = {"member_id": str(member), "reason": "report_untrue"}
    assert code_of(ruled.post("sunli", f"/awards/{award_id}/revocations", {**revoked, "member_id": str(other)})) == (
        "award.not_a_star"
    )
    assert ruled.post("sunli", f"/awards/{award_id}/revocations", revoked).status_code == 201
    public = ruled.browser().get(f"/v/{TOWNSHIP}/awards/{period}")
    assert "已撤销：所计线索不实" in public.text
    assert "已全部撤销" in public.text
    assert faults(ruled, tmp_path / "package") == []


def test_what_no_longer_counts_stops_the_granting_and_changes_no_earlier_position(ruled: County) -> None:
    day = month_before(ruled, years=2)
    period = Period(period_of(day, "month"))
    incidents = valid_reports(ruled, 2, by="ouyang", on=day, reward=True)
    award_id = proposed(ruled, period)
    page = ruled.program("chenjing").get(f"/api/v1/awards/{award_id}").json()
    receipt = reverse_reward(
        ruled.app,
        actor=ruled.people["chenjing"],
        key=ruled.key(),
        incident_id=incidents[0],
        reason="与前一条重复",
        on=today(ruled.app),
    )
    assert ruled.app.caught_up(receipt.position)
    digest = page["award"]["stars_digest"]
    refused = ruled.post("sunli", f"/awards/{award_id}/grant", {"shown_digest": digest})
    assert (code_of(refused), refused.json()["facts"]) == ("award.reports_excluded", {"count": 1})
    with ruled.app.reading.connection() as conn:
        rule = award_queries.rule_in_force(conn, TOWNSHIP, period)
        assert rule is not None
        found = {
            position: award_queries.counted(conn, TOWNSHIP, period, position=position)
            for position in (page["award"]["position"], ruled.app.journal.position())
        }
    then, now = found.values()
    assert (len(then), len(now)) == (2, 1)
    (star,) = stars(rule.scale, standings(rule.scale, then))
    assert (str(star.member_id), list(star.events)) == (
        page["stars"][0]["member_id"],
        sorted(report["event"] for report in page["reports"]),
    )
    assert ruled.post("chenjing", f"/awards/{award_id}/reject", {"reason": "有一条重复"}).status_code == 201
    nobody = ruled.post("chenjing", "/awards", {"division": TOWNSHIP, "period": period})
    assert code_of(nobody) == "award.nobody_qualifies"


def test_only_members_stand_and_only_what_is_over_and_ruled_is_proposed(ruled: County) -> None:
    year = str(month_before(ruled, years=3).year)
    valid_reports(ruled, 1, by="ouyang", on=month_before(ruled, years=3))
    valid_reports(ruled, 1, by="zhangjianguo", on=month_before(ruled, years=3))
    tied = ruled.post("chenjing", "/awards", {"division": TOWNSHIP, "period": year})
    assert code_of(tied) == "award.nobody_qualifies", "a tie for one place, and nobody is chosen by chance"
    cases = {
        ("chenjing", TOWNSHIP, str(today(ruled.app).year)): "award.period_not_over",
        ("chenjing", TOWNSHIP, f"{year}-Q4"): "award.no_rule",
        ("chenjing", VILLAGE, f"{year}-10"): "award.no_rule",
        ("chenjing", "361125999000", year): "place.unknown",
        ("sunli", TOWNSHIP, year): "authority.role_may_not",
    }
    for (login, division, period), code in cases.items():
        assert code_of(ruled.post(login, "/awards", {"division": division, "period": period})) == code
    outside = ruled.post("chenjing", "/awards", {"division": TOWNSHIP, "period": year, "position": 10**9})
    assert code_of(outside) == "award.position_outside"
    odd = ruled.post("chenjing", "/awards", {"division": TOWNSHIP, "period": "2026-13"})
    assert odd.status_code == 422


def test_on_pages(ruled: County) -> None:
    day = month_before(ruled, years=4)
    valid_reports(ruled, 2, by="ouyang", on=day)
    admin, officer, approver = (signed_in(ruled, who) for who in ("admin", "chenjing", "sunli"))
    fields = {
        "division": TOWNSHIP,
        "period_kind": "quarter",
        "since": "2020-01-01",
        "points_each": "2",
        "weights": "公共安全 6\n道路交通 RD-1 9\n",
        "reports_min": "1",
        "stars": "2",
        "ties": "more_reports",
        "document": "兴街办〔2020〕7号",
    }
    page = recorded(admin, sent(admin, "/staff/awards", "/staff/awards/rules", fields), "award_rule")
    assert "公共安全 6 分；道路交通 RD-1 9 分" in page.text
    odd = sent(admin, "/staff/awards", "/staff/awards/rules", {**fields, "weights": "公共安全"})
    assert (odd.status_code, "每行应写作" in odd.text) == (422, True)
    quarter = period_of(day, "quarter")
    at = f"/staff/awards/standings?division={TOWNSHIP}&period={quarter}"
    assert "提出名单" not in approver.get(at).text
    answer = sent(officer, at, "/staff/awards", {})
    page = recorded(officer, answer, "award")
    assert "欧阳**" in page.text
    assert "评定</button>" not in page.text
    award = page.url.path
    assert "所计的 2 条线索" in approver.get(award).text
    page = recorded(approver, sent(approver, award, f"{award}/grant", {}), "award")
    assert "已评定" in page.text
    member = str(ruled.people["ouyang"].person_id)
    hidden = {"member_id": member, "reason": "misconduct"}
    page = recorded(approver, sent(approver, award, f"{award}/revocations", hidden), "award")
    assert "已撤销" in page.text
    assert "已全部撤销" in officer.get("/staff/awards").text
    assert signed_in(ruled, "lihe").get("/staff/awards").status_code == 403
