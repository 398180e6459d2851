"""Stars and grid figures in a package: whoever holds every key of the server still cannot make somebody a star."""

import copy
from uuid import UUID

import pytest

from audit.findings import Check
from domain import accounts
from domain.awards import Star, star_of, stars_digest
from domain.kernel.ids import EventName, derived, stream_name
from domain.kernel.ranking import Counted, Scale, Weight, events_digest, standings, stars
from tests.audit.story import COUNTY, VILLAGE, County, Draft, codes

SCALE = Scale(points_each=1, weights=(Weight("公共安全", 3),), reports_min=1, stars=1, ties="share")
AWARD = stream_name("award", derived("award", COUNTY, "2026-02"))
RULES = stream_name("award_rule", derived("award_rule", COUNTY))
DIFFICULTY_RULES = stream_name("difficulty_rule", derived("difficulty_rule", COUNTY))
GRID = stream_name("difficulty", derived("difficulty", VILLAGE, "第三网格"))


class Starred(County):
    """The county's story, and then the stars of its February: the member by two reports, the rider has one."""

    def __init__(self) -> None:
        super().__init__()
        self.rule = self.admin(
            RULES,
            "award_rule.published/1",
            {
                "division": COUNTY,
                "period_kind": "month",
                "since": "2026-01-01",
                "document": "饶网格〔2026〕5号",
                "counts": "valid_reports",
                "points_each": SCALE.points_each,
                "weights": [{"category": "公共安全", "points": 3}],
                "reports_min": SCALE.reports_min,
                "stars": SCALE.stars,
                "ties": SCALE.ties,
            },
        )
        self.position = len(self.story.drafts)
        self.proposed, self.listed = self.propose()
        self.granted = self.award(
            "granted", {"granter_id": self.checker, "stars_digest": self.digest}, self.checker, "county_approver"
        )

    def counted(self) -> list[Counted]:
        """The three reports that the story decides valid."""
        reporters = (self.member, self.member, self.rider)
        return [
            Counted(EventName(f"incident/{incident}@4"), UUID(reporter), "环境保护", None)
            for incident, reporter in zip(self.incidents, reporters, strict=False)
        ]

    def propose(self) -> tuple[Draft, Draft]:
        ranked = standings(SCALE, self.counted())
        (standing,) = stars(SCALE, ranked)
        self.star = star_of(standing)
        everything = [event for one in ranked for event in one.events]
        data = {
            "division": COUNTY,
            "period": "2026-02",
            "rule": f"{RULES}@1",
            "position": self.position,
            "proposer_id": self.officer,
            "candidates": len(ranked),
            "count_total": len(everything),
            "counted_digest": events_digest(everything),
            "stars": [self.plain(self.star)],
        }
        proposed = self.award("proposed", data, self.officer, "county_officer", cmd="propose")
        named = {"member_id": self.member, "events": list(standing.events)}
        return proposed, self.award("counted_listed", named, self.officer, "county_officer", cmd="propose")

    def award(self, what: str, data: dict[str, object], by: str, role: str, **more: str) -> Draft:
        return self.story.add(AWARD, f"award.{what}/1", data, by=by, role=role, on="2026-03-10", **more)

    @property
    def digest(self) -> str:
        return stars_digest(
            [Star(**{**star, "member_id": UUID(star["member_id"])}) for star in self.proposed.data["stars"]]
        )

    @staticmethod
    def plain(star: Star) -> dict[str, object]:
        named = {"member_id": str(star.member_id), "rank": star.rank, "score": star.score, "count": star.count}
        return {**named, "events_digest": star.events_digest}


_STARRED = Starred()


@pytest.fixture
def starred() -> Starred:
    return copy.deepcopy(_STARRED)


def test_a_true_award_passes_and_is_counted(verdict_on, starred):
    starred.award("revoked", {"member_id": starred.member, "reason": "misconduct"}, starred.checker, "county_approver")
    report = verdict_on(starred.story)
    assert codes(report) == set()
    summary = next(one.summary for one in report.checks if one.check is Check.AWARDS)
    assert summary == {"awards": 1, "stars": 1, "events": 2}


def test_a_friend_cannot_be_made_the_star(verdict_on, starred):
    """The digest, the list and the granting are all made to fit; only the reports are what they are."""
    data = starred.proposed.data
    data["stars"][0]["member_id"] = starred.rider
    starred.listed.data["member_id"] = starred.rider
    starred.granted.data["stars_digest"] = starred.digest
    assert codes(verdict_on(starred.story)) == {"awards.ranking", "awards.event_of_another", "awards.unlisted"}


def test_a_report_cannot_be_left_out_or_invented(verdict_on, starred):
    missing = starred.listed.data["events"].pop()
    assert codes(verdict_on(starred.story)) == {"awards.unlisted"}
    starred.listed.data["events"] += [missing, missing]
    assert codes(verdict_on(starred.story)) == {"awards.event_twice"}
    starred.listed.data["events"][-1] = f"incident/{starred.incidents[3]}@3"
    assert codes(verdict_on(starred.story)) == {"awards.event_unknown"}


@pytest.mark.parametrize(("field", "value"), [("candidates", 3), ("count_total", 4), ("counted_digest", "0" * 64)])
def test_figures_are_recomputed(verdict_on, starred, field, value):
    starred.proposed.data[field] = value
    assert codes(verdict_on(starred.story)) == {"awards.figures"}


def test_points_are_recomputed(verdict_on, starred):
    starred.proposed.data["stars"][0]["score"] = 9
    starred.granted.data["stars_digest"] = starred.digest
    assert codes(verdict_on(starred.story)) == {"awards.ranking"}


@pytest.mark.parametrize("how", ["reversed", "merged", "decided", "erased"])
def test_what_was_taken_back_before_the_position_does_not_count(verdict_on, starred, how):
    """With one report each, both would be stars; without the member's, the rider alone. The proposal says otherwise."""
    story, stream = starred.story, f"incident/{starred.incidents[0]}"
    officer = (starred.officer, "county_officer")
    match how:
        case "reversed":
            back = accounts.reward_reversed(UUID(starred.member), UUID(starred.budget), 1000)
            reward = f"reward/{starred.rewards[0]}"
            starred.step(reward, "reward.reversed/1", {"reason": "重复"}, *officer, postings=back)
        case "merged":
            data = {"actor_id": starred.officer, "into": starred.incidents[1], "grounds": ["near_text"]}
            starred.step(stream, "incident.merged/1", data, *officer)
        case "erased":
            starred.admin(f"person/{starred.member}", "person.erased/1", {"reason": "unlawful", "legal_basis": "x"})
        case "decided":
            data = {"decider_id": starred.officer, "valid": False, "reason": "untrue"}
            starred.step(stream, "incident.validity_decided/1", data, *officer)
    story.drafts.insert(story.index(starred.rule), story.drafts.pop())
    starred.proposed.data["position"] += 1
    found = {code for code in codes(verdict_on(story)) if code.startswith("awards.")}
    assert found == {"awards.ranking", "awards.figures", "awards.event_excluded", "awards.unlisted"}


def test_what_is_taken_back_after_the_position_changes_nothing(verdict_on, starred):
    data = {"actor_id": starred.officer, "into": starred.incidents[1], "grounds": ["near_text"]}
    starred.step(f"incident/{starred.incidents[0]}", "incident.merged/1", data, starred.officer, "county_officer")
    found = codes(verdict_on(starred.story))
    assert not {code for code in found if code.startswith("awards.")}


@pytest.mark.parametrize("who", ["officer", "member"])
def test_nobody_grants_what_he_proposed_or_is(verdict_on, starred, who):
    """A proposer, or a star, who is an approver besides."""
    person, cmd = getattr(starred, who), starred.story.command()
    role = {"role": "county_approver", "area": COUNTY, "since": "2026-01-01"}
    starred.admin(f"person/{person}", "person.role_granted/1", role, cmd=cmd)
    starred.register_key(person, "county_approver", cmd=cmd)
    starred.story.drafts.append(starred.story.drafts.pop(starred.story.index(starred.granted)))
    starred.granted.by = starred.granted.data["granter_id"] = person
    assert "awards.one_person" in codes(verdict_on(starred.story))


def test_the_rule_the_day_and_the_position_are_judged(verdict_on, starred):
    starred.rule.data["since"] = "2026-02-02"
    assert codes(verdict_on(starred.story)) == {"awards.rule"}
    starred.rule.data["since"] = "2026-01-01"
    starred.proposed.on = "2026-02-28"
    assert codes(verdict_on(starred.story)) == {"awards.period_open"}
    starred.proposed.on = "2026-03-10"
    starred.proposed.data["position"] += 1_000
    assert codes(verdict_on(starred.story)) == {"awards.position"}


def test_the_steps_of_an_award_come_in_order(verdict_on, starred):
    starred.award("granted", dict(starred.granted.data), starred.checker, "county_approver")
    assert codes(verdict_on(starred.story)) == {"awards.order"}
    starred.story.drafts.pop()
    starred.granted.data["stars_digest"] = "0" * 64
    assert codes(verdict_on(starred.story)) == {"awards.digest"}
    starred.granted.data["stars_digest"] = starred.digest
    revoked = {"member_id": starred.rider, "reason": "misconduct"}
    starred.award("revoked", revoked, starred.checker, "county_approver")
    assert codes(verdict_on(starred.story)) == {"awards.order"}


def figures(county: County, **changes: object) -> Draft:
    county.admin(
        DIFFICULTY_RULES,
        "difficulty_rule.published/1",
        {
            "division": COUNTY,
            "since": "2026-01-01",
            "document": "常新〔2026〕1号",
            "factors": [
                {"code": "a", "name": "户数", "unit": "户", "weight": 60, "bands": [{"at_least": 0, "points": 20}]},
                {"code": "b", "name": "商铺", "unit": "家", "weight": 40, "bands": [{"at_least": 5, "points": 100}]},
            ],
            "staffing": [{"at_least": 0, "workers": 1}],
        },
    )
    data = {
        "division": VILLAGE,
        "grid": "第三网格",
        "measured_on": "2026-02-01",
        "rule": f"{DIFFICULTY_RULES}@1",
        "inputs": [{"factor": "a", "value": 3}, {"factor": "b", "value": 4}],
        "document": "台账",
    }
    draft = county.admin(GRID, "difficulty.inputs_recorded/1", {**data, **changes})
    draft.on = "2026-02-02"
    return draft


def test_figures_follow_the_rule_in_force(verdict_on, county):
    first = figures(county)
    assert codes(verdict_on(county.story)) == set()
    first.data["inputs"] = first.data["inputs"][:1]
    assert codes(verdict_on(county.story)) == {"difficulty.factors"}
    first.data["inputs"] = [{"factor": "a", "value": 3}, {"factor": "b", "value": 4}]
    first.data["measured_on"] = "2025-12-31"
    assert codes(verdict_on(county.story)) == {"difficulty.rule"}
    first.data["measured_on"] = "2026-02-01"
    county.story.drafts.append(copy.copy(first))
    assert codes(verdict_on(county.story)) >= {"difficulty.day_again"}


def test_weights_sum_to_a_hundred_and_points_stay_on_their_scale(verdict_on, county):
    figures(county)
    rule = county.story.find("difficulty_rule.published/1")
    rule.data["factors"][0]["weight"] = 70
    assert codes(verdict_on(county.story)) == {"difficulty.weights"}
    rule.data["factors"][0]["weight"] = 60
    rule.data["factors"][1]["bands"] = [{"at_least": 0, "points": 101}]
    assert codes(verdict_on(county.story)) == {"difficulty.points"}
