"""Stars follow from the rule; one proposes, another grants exactly what was shown, and a title can be taken back."""

from dataclasses import replace
from datetime import date

import pytest

from domain import award_rules, awards
from domain.award_rules import AwardRulePublished
from domain.awards import AwardCountedListed, AwardGranted, AwardProposed, AwardRejected, AwardRevoked, stars_digest
from domain.kernel.ids import derived, event_name, stream_name
from domain.kernel.periods import Period
from domain.kernel.ranking import Counted, Scale, Weight
from tests.domain.samples import APPROVER, COUNTY, OFFICER, OTHER_RIDER, RIDER, TODAY, TOWNSHIP
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given_rules = scenarios(award_rules.evolve)
given = scenarios(awards.evolve)

OCTOBER, NEW_YEAR = Period("2026-10"), date(2026, 1, 1)
SCALE = Scale(points_each=1, weights=(Weight("道路交通", 3),), reports_min=2, stars=1, ties="share")
RULE = event_name(stream_name("award_rule", derived("award_rule", TOWNSHIP)), 1)


def published(since=NEW_YEAR, period_kind="month", **changes):
    return AwardRulePublished(
        **{
            "division": TOWNSHIP,
            "period_kind": period_kind,
            "since": since,
            "document": "兴网格〔2026〕5号",
            "counts": "valid_reports",
            "points_each": SCALE.points_each,
            "weights": SCALE.weights,
            "reports_min": SCALE.reports_min,
            "stars": SCALE.stars,
            "ties": SCALE.ties,
            **changes,
        }
    )


def report(number, member, category="市容环境"):
    return Counted(event_name(stream_name("incident", derived("report", number)), 4), member, category, None)


COUNTED = (report(1, RIDER), report(2, RIDER, "道路交通"), report(3, OTHER_RIDER), report(4, OTHER_RIDER))

RULE_FACTS = {
    "division": TOWNSHIP,
    "division_known": True,
    "period_kind": "month",
    "since": date(2026, 7, 1),
    "document": "兴网格〔2026〕6号",
    "counts": "valid_reports",
    "points_each": 1,
    "weights": SCALE.weights,
    "reports_min": 2,
    "stars": 3,
    "ties": "share",
}
FACTS = {
    "division": TOWNSHIP,
    "division_known": True,
    "period": OCTOBER,
    "on": TODAY,
    "rule": RULE,
    "scale": SCALE,
    "position": 90,
    "size": 100,
    "counted": COUNTED,
    "actor_id": OFFICER,
}


def proposal(**changes):
    outcome = given().when(awards.propose, **{**FACTS, **changes})
    assert outcome.refusal is None
    return outcome.events


PROPOSED = proposal()
DIGEST = stars_digest(PROPOSED[0].stars)
GRANTED = AwardGranted(granter_id=APPROVER, stars_digest=DIGEST)
REJECTED = AwardRejected(reason="有一条重复")
REVOKED = AwardRevoked(member_id=RIDER, reason="report_untrue")
GRANT_FACTS = {"actor_id": APPROVER, "shown_digest": DIGEST, "excluded": 0}
REVOKE_FACTS = {"actor_id": APPROVER, "member_id": RIDER, "reason": "report_untrue"}

TABLES = (
    Table(
        award_rules.evolve,
        award_rules.publish,
        (published(),),
        RULE_FACTS,
        [
            row("place.unknown", division_known=False),
            row("award_rule.period_kind_unknown", period_kind="week"),
            row("award_rule.counts_unknown", counts="smiles"),
            row("award_rule.ties_unknown", ties="dice"),
            row("award_rule.minimum_not_positive", reports_min=0),
            row("award_rule.stars_out_of_range", stars=0),
            row("award_rule.stars_out_of_range", stars=101),
            row("award_rule.points_out_of_range", points_each=-1),
            row("award_rule.points_out_of_range", weights=(Weight("a", 10_001), Weight("a", 10_001))),
            row("award_rule.weight_twice", points_each=0, weights=(Weight("a", 0), Weight("a", 0))),
            row("award_rule.counts_nothing", points_each=0, weights=(Weight("a", 0),)),
            row("award_rule.since_reused", since=NEW_YEAR),
        ],
    ),
    Table(
        awards.evolve,
        awards.propose,
        (),
        FACTS,
        [
            row("place.unknown", division_known=False),
            row("award.already_proposed", given=PROPOSED),
            row("award.already_proposed", given=(*PROPOSED, GRANTED)),
            row("award.period_not_over", period=Period("2026-11")),
            row("award.no_rule", rule=None),
            row("award.position_outside", position=101),
            row("award.position_outside", position=0),
            row("award.nobody_qualifies", counted=COUNTED[1:3]),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        awards.evolve,
        awards.grant,
        PROPOSED,
        GRANT_FACTS,
        [
            row("award.unknown", given=()),
            row("award.not_proposed", given=(*PROPOSED, REJECTED)),
            row("award.digest_differs", shown_digest="0" * 64),
            row("award.reports_excluded", excluded=1),
            row("chain.acted_twice", actor_id=OFFICER),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        awards.evolve,
        awards.reject,
        PROPOSED,
        {"reason": "有一条重复"},
        [row("award.unknown", given=()), row("award.not_proposed", given=(*PROPOSED, GRANTED))],
    ),
    Table(
        awards.evolve,
        awards.revoke,
        (*PROPOSED, GRANTED),
        REVOKE_FACTS,
        [
            row("award.unknown", given=()),
            row("award.not_granted", given=PROPOSED),
            row("award.not_a_star", member_id=OTHER_RIDER),
            row("award.already_revoked", given=(*PROPOSED, GRANTED, REVOKED)),
            row("award.reason_unknown", reason="envy"),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
)


def test_what_is_proposed_follows_from_rule_and_reports():
    first, listed = PROPOSED
    (star,) = first.stars
    assert (star.member_id, star.rank, star.score, star.count) == (RIDER, 1, 4, 2)
    assert (first.candidates, first.count_total, first.position, first.rule) == (2, 4, 90, RULE)
    assert listed == AwardCountedListed(member_id=RIDER, events=tuple(sorted(one.event for one in COUNTED[:2])))


def test_everybody_who_is_equal_is_a_star_and_a_long_list_comes_in_parts():
    many = [report(number, OTHER_RIDER) for number in range(10, 10 + awards.LISTED_MAX + 1)]
    first, *listed = proposal(counted=many, scale=replace(SCALE, stars=5))
    assert [len(one.events) for one in listed] == [awards.LISTED_MAX, 1]
    state = given(first, *listed).state
    assert state.listed[OTHER_RIDER] == tuple(sorted(one.event for one in many))
    assert first.stars[0].count == len(many)


def test_the_digest_binds_every_figure_of_every_star():
    (star,) = PROPOSED[0].stars
    others = [replace(star, rank=2), replace(star, score=5), replace(star, count=3), replace(star, member_id=OFFICER)]
    assert len({DIGEST, *(stars_digest([other]) for other in others)}) == 5


def test_what_was_rejected_can_be_proposed_again_and_granted():
    again = given(*PROPOSED, REJECTED).when(awards.propose, **FACTS)
    again.then(*PROPOSED)
    given(*PROPOSED, REJECTED, *PROPOSED).when(awards.grant, **GRANT_FACTS).then(GRANTED)


def test_an_award_without_a_star_left_can_be_proposed_again():
    state = given(*PROPOSED, GRANTED, REVOKED).state
    assert state.status == "revoked"
    given(*PROPOSED, GRANTED, REVOKED).when(awards.propose, **FACTS).then(*PROPOSED)


def test_one_of_two_stars_may_lose_the_title_alone():
    two = proposal(scale=replace(SCALE, stars=2))
    digest = stars_digest(two[0].stars)
    granted = given(*two, AwardGranted(granter_id=APPROVER, stars_digest=digest), REVOKED).state
    assert (granted.status, granted.revoked) == ("granted", {RIDER})


@pytest.mark.parametrize(
    ("period", "expected"),
    [("2025-12", None), ("2026-01", 1), ("2026-06", 1), ("2026-07", 2), ("2026", 3), ("2026-Q3", None)],
)
def test_a_period_is_judged_by_the_rule_of_its_first_day(period, expected):
    rules = given_rules(published(), published(date(2026, 6, 2)), published(period_kind="year")).state
    found = rules.in_force(Period(period))
    assert (found and int(found.name.rpartition("@")[2])) == expected


def test_a_rule_of_another_area_is_another_stream():
    county = given_rules(published(division=COUNTY)).state
    assert county.versions[0].name == event_name(stream_name("award_rule", derived("award_rule", COUNTY)), 1)


def test_a_proposal_is_replayed_as_it_was_recorded():
    """A star with no points, which no rule of today gives, still reads."""
    old = replace(PROPOSED[0], stars=(replace(PROPOSED[0].stars[0], score=0),))
    assert isinstance(old, AwardProposed)
    assert given(old).state.stars[0].score == 0


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
