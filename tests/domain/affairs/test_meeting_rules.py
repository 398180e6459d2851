"""How many must come and agree is recorded with its document; the narrowest place's rule counts."""

from datetime import timedelta

import pytest

from domain.affairs import meeting_rules
from domain.affairs.meeting_rules import MeetingRuleSet, rule_in_force, rules_stream
from domain.kernel.affairs import TITLE_CHARS_MAX
from domain.kernel.ids import event_name
from domain.kernel.quorums import MeetingRule, Share
from tests.domain.samples import COUNTY, OFFICER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(meeting_rules.evolve)

HALF, TWO_THIRDS = Share(1, 2, more=True), Share(2, 3, more=False)
SET = {
    "division": COUNTY,
    "division_known": True,
    "kind": "representatives",
    "quorum": TWO_THIRDS,
    "passing": HALF,
    "passed_by": "present",
    "since": TODAY,
    "today": TODAY,
    "document": "横民〔2026〕1号",
    "actor_id": OFFICER,
}


def was_set(**other):
    facts = {name: value for name, value in SET.items() if name not in ("division_known", "today", "actor_id")}
    return MeetingRuleSet(**{**facts, "setter_id": OFFICER, **other})


TABLES = (
    Table(
        meeting_rules.evolve,
        meeting_rules.set_rule,
        (),
        SET,
        [
            row("place.unknown", division_known=False),
            row("meeting.kind_unknown", kind="dinner"),
            row("meeting_rule.share_invalid", quorum=Share(0, 3, more=False)),
            row("meeting_rule.share_invalid", quorum=TWO_THIRDS, passing=Share(2, 2, more=True)),
            row("meeting_rule.passed_by_unknown", passed_by="everybody"),
            row("meeting_rule.begins_in_past", since=TODAY - timedelta(days=1)),
            row("meeting_rule.begins_before_last", given=(was_set(),)),
            row("affair.text_missing", document=" "),
            row("affair.text_too_long", document="字" * (TITLE_CHARS_MAX + 1)),
        ],
    ),
)


@every_row(*TABLES)
def test_refusals_in_order(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_what_is_accepted_and_said(table):
    table.check_accepted()
    table.check_documented()


def test_a_rule_is_named_by_the_event_that_set_it_and_holds_until_the_next():
    later = was_set(since=TODAY + timedelta(days=10), passing=TWO_THIRDS)
    rules = given(was_set(), was_set(kind="villagers"), later).state
    first, third = event_name(rules_stream(COUNTY), 1), event_name(rules_stream(COUNTY), 3)
    assert rules.in_force("representatives", TODAY - timedelta(days=1)) is None
    assert rules.in_force("representatives", TODAY).event == first
    assert rules.in_force("representatives", TODAY + timedelta(days=10)).event == third


def test_the_narrowest_place_that_has_one_decides():
    county, village = given(was_set()).state, given(was_set(division=VILLAGE, quorum=HALF)).state
    assert rule_in_force([village, None, county], kind="representatives", on=TODAY).quorum == HALF
    assert rule_in_force([None, None, county], kind="representatives", on=TODAY).quorum == TWO_THIRDS
    assert rule_in_force([village, None, county], kind="group", on=TODAY) is None


@pytest.mark.parametrize(
    ("share", "count", "among", "reached"),
    [
        (TWO_THIRDS, 19, 29, False),
        (TWO_THIRDS, 20, 29, True),
        (TWO_THIRDS, 20, 30, True),
        (HALF, 15, 30, False),
        (HALF, 16, 30, True),
        (HALF, 15, 29, True),
    ],
)
def test_shares_are_not_rounded(share, count, among, reached):
    assert share.reached(count, among=among) is reached


def test_of_all_who_might_have_come_is_more_than_of_those_who_came():
    rule = MeetingRule("villagers", HALF, HALF, "eligible", event_name(rules_stream(COUNTY), 1))
    assert not rule.passes(40, present=60, eligible=100)
    assert rule.passes(51, present=60, eligible=100)
