"""A meeting decides where enough came, and no more votes are counted than people were there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.affairs import meetings
from domain.affairs.meeting_rules import rules_stream
from domain.affairs.meetings import (
    AGENDA_MAX,
    ATTENDANCE_MAX,
    DAYS_LATE_MAX,
    SHEETS_MAX,
    MeetingCalled,
    MeetingCancelled,
    MeetingEligibleExplained,
    MeetingHeld,
    MeetingResolved,
    MeetingSheetKept,
    MeetingSpendingAllowed,
    Resolution,
)
from domain.kernel.affairs import TEXT_CHARS_MAX, TITLE_CHARS_MAX
from domain.kernel.events import Attachment, Sha256
from domain.kernel.ids import derived, event_name
from domain.kernel.money import Fen
from domain.kernel.quorums import MeetingRule, Share
from domain.kernel.refusals import Refusal
from tests.domain.samples import APPROVER, CLERK, COUNTY, GRID_WORKER, OFFICER, RIDER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(meetings.evolve)

RULE = MeetingRule(
    "representatives",
    Share(2, 3, more=False),
    Share(1, 2, more=True),
    "present",
    event_name(rules_stream(COUNTY), 1),
)
CALLED = MeetingCalled(
    division=VILLAGE,
    kind="representatives",
    title="2026 年第四次村民代表会议",
    agenda=("三组道路硬化",),
    held_on=TODAY,
    place="村委会",
    rule=RULE.event,
    caller_id=CLERK,
)
HELD = MeetingHeld(eligible=30, attendance=(GRID_WORKER, RIDER), on_sheet=18, sheet="签到册 4", recorder_id=CLERK)
RESOLVED = MeetingResolved(
    number=1, title="三组道路硬化", text="同意立项。", agreed=11, opposed=8, abstained=1, passed=True, teller_id=OFFICER
)
CANCELLED = MeetingCancelled(canceller_id=CLERK, reason="no_quorum")
PAGES = tuple(Attachment(Sha256(f"{number:064x}"), 7) for number in range(SHEETS_MAX + 1))
KEPT = MeetingSheetKept(files=PAGES[:2], keeper_id=CLERK)
CALL = {
    "division": VILLAGE,
    "division_known": True,
    "kind": "representatives",
    "title": "2026 年第四次村民代表会议",
    "agenda": ("三组道路硬化",),
    "held_on": TODAY,
    "place": "村委会",
    "rule": RULE,
    "today": TODAY,
    "actor_id": CLERK,
}
HOLD = {
    "rule": RULE,
    "eligible": 30,
    "attendance": (GRID_WORKER, RIDER),
    "unknown": 0,
    "on_sheet": 18,
    "sheet": "签到册 4",
    "today": TODAY,
    "actor_id": CLERK,
}
VOTE = {
    "rule": RULE,
    "title": "三组道路硬化",
    "text": "同意立项。",
    "agreed": 11,
    "opposed": 8,
    "abstained": 1,
    "today": TODAY,
    "actor_id": OFFICER,
}
LATE = timedelta(days=DAYS_LATE_MAX)
DAY = timedelta(days=1)
MANY = tuple(derived("test", number) for number in range(ATTENDANCE_MAX + 1))
TABLES = (
    Table(
        meetings.evolve,
        meetings.call,
        (),
        CALL,
        [
            row("meeting.already_called", given=(CALLED,)),
            row("place.unknown", division_known=False),
            row("meeting.kind_unknown", kind="dinner"),
            row("affair.text_missing", title=""),
            row("affair.text_missing", title="会议", place="村委会", agenda=("",)),
            row("affair.text_too_long", place="字" * (TITLE_CHARS_MAX + 1), agenda=("路",)),
            row("meeting.agenda_size", place="村委会", agenda=()),
            row("meeting.agenda_size", agenda=("路",) * (AGENDA_MAX + 1)),
            row("meeting.day_unsuited", held_on=TODAY - LATE - DAY),
            row("meeting.day_unsuited", held_on=TODAY + timedelta(days=93)),
            row("meeting_rule.not_set", rule=None),
        ],
    ),
    Table(
        meetings.evolve,
        meetings.hold,
        (CALLED,),
        HOLD,
        [
            row("meeting.unknown", given=()),
            row("meeting.not_called", given=(CALLED, CANCELLED)),
            row("affair.day_in_future", given=(CALLED,), today=TODAY - timedelta(days=1)),
            row("meeting.attendance_invalid", attendance=(RIDER, RIDER)),
            row("meeting.attendance_invalid", attendance=MANY, eligible=2000),
            row("meeting.attendance_invalid", attendance=(), on_sheet=-1),
            row("person.unknown", attendance=(RIDER,), unknown=1, on_sheet=18),
            row("meeting.sheet_missing", sheet=None),
            row("meeting.more_present_than_eligible", eligible=18, attendance=(RIDER,), on_sheet=18),
            row("meeting.no_quorum", sheet="签到册 4", on_sheet=17, eligible=30),
            row("meeting.no_quorum", attendance=(), on_sheet=0, eligible=0),
        ],
    ),
    Table(
        meetings.evolve,
        meetings.keep_sheet,
        (CALLED, HELD, KEPT),
        {"files": PAGES[2:4], "actor_id": CLERK},
        [
            row("meeting.unknown", given=()),
            row("meeting.not_held", given=(CALLED,)),
            row("meeting.sheet_files_unsuited", files=()),
            row("meeting.sheet_files_unsuited", files=PAGES[1:3]),
            row("meeting.sheet_files_unsuited", files=(PAGES[3], PAGES[3])),
            row("meeting.sheet_files_unsuited", files=PAGES[2:]),
        ],
    ),
    Table(
        meetings.evolve,
        meetings.resolve,
        (CALLED, HELD),
        VOTE,
        [
            row("meeting.unknown", given=()),
            row("meeting.not_held", given=(CALLED,)),
            row("meeting.vote_late", given=(CALLED, HELD), today=TODAY + LATE + DAY),
            row("affair.text_missing", given=(CALLED, HELD), title=""),
            row("affair.text_too_long", title="路", text="字" * (TEXT_CHARS_MAX + 1)),
            row("meeting.voted_already", given=(CALLED, HELD, replace(RESOLVED, passed=False)), title="三组 道路硬化"),
            row("meeting.votes_invalid", agreed=12, opposed=8, abstained=1, text="同意立项。"),
            row("meeting.votes_invalid", agreed=0, opposed=0, abstained=0),
            row("meeting.votes_invalid", agreed=3, opposed=-1, abstained=0),
            row("chain.acted_twice", actor_id=CLERK),
        ],
    ),
    Table(
        meetings.evolve,
        meetings.cancel,
        (CALLED,),
        {"reason": "no_quorum", "actor_id": CLERK},
        [
            row("meeting.unknown", given=()),
            row("meeting.not_called", given=(CALLED, HELD)),
            row("affair.reason_unknown", reason="rain"),
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


def test_a_meeting_is_called_held_and_decides():
    given().when(meetings.call, **CALL).then(CALLED)
    given(CALLED).when(meetings.hold, **HOLD).then(HELD)
    given(CALLED, HELD).when(meetings.resolve, **VOTE).then(RESOLVED)
    given(CALLED).when(meetings.cancel, reason="no_quorum", actor_id=CLERK).then(CANCELLED)


def test_other_numbers_than_at_the_last_meeting_are_explained_in_public():
    told = MeetingEligibleExplained(before=31, reason="一户迁出", recorder_id=CLERK)
    assert meetings.explain_eligible(HELD, before=31, reason=" 一户迁出 ") == told
    assert meetings.explain_eligible(HELD, before=30, reason=None) is None
    assert meetings.explain_eligible(HELD, before=None, reason=None) is None
    with pytest.raises(Refusal, match=r"meeting\.eligible_unexplained"):
        meetings.explain_eligible(HELD, before=31, reason=" ")
    assert given(CALLED, HELD, told).state.eligible == 30


def test_a_vote_says_what_may_be_spent_under_it():
    told = given(CALLED, HELD, RESOLVED).state
    allowed = MeetingSpendingAllowed(number=1, limit_fen=Fen(5_000_000), teller_id=OFFICER)
    assert meetings.allow_spending(told, limit_fen=5_000_000, actor_id=OFFICER) == allowed
    with pytest.raises(Refusal, match=r"project\.amount_out_of_range"):
        meetings.allow_spending(told, limit_fen=0, actor_id=OFFICER)
    after = given(CALLED, HELD, RESOLVED, allowed).state
    assert [(one.seq, one.limit_fen) for one in after.resolutions] == [(3, 5_000_000)]


def test_a_vote_that_failed_allows_nothing():
    lost = given(CALLED, HELD, replace(RESOLVED, agreed=8, opposed=11, passed=False)).state
    assert meetings.allow_spending(lost, limit_fen=5_000_000, actor_id=OFFICER) is None


def test_money_is_allowed_only_for_what_the_meeting_was_called_for():
    other = given(CALLED, HELD, replace(RESOLVED, title="购置设备")).state
    with pytest.raises(Refusal, match=r"meeting\.not_on_agenda"):
        meetings.allow_spending(other, limit_fen=5_000_000, actor_id=OFFICER)
    blanks = given(CALLED, HELD, replace(RESOLVED, title="三组 道路硬化")).state
    assert meetings.allow_spending(blanks, limit_fen=1, actor_id=OFFICER) is not None


def test_a_meeting_and_its_votes_are_written_down_soon_after_it():
    called = replace(CALLED, held_on=TODAY - LATE)
    given().when(meetings.call, **{**CALL, "held_on": TODAY - LATE}).then(called)
    given(CALLED, HELD).when(meetings.resolve, **{**VOTE, "today": TODAY + LATE}).then(RESOLVED)


def test_another_than_the_teller_keeps_the_sheet_that_bears_a_resolution_out():
    by_teller = replace(KEPT, keeper_id=OFFICER)
    for kept, borne_out in (((), False), ((by_teller,), False), ((by_teller, KEPT), True)):
        meeting = given(CALLED, HELD, RESOLVED, *kept).state
        assert meeting.witnessed(meeting.resolutions[0]) is borne_out


def test_a_resolution_is_known_by_its_event_wherever_the_sheet_was_kept():
    for story in ((CALLED, HELD, KEPT, RESOLVED), (CALLED, HELD, RESOLVED, KEPT)):
        meeting = None
        for event in story:
            meeting = meetings.evolve(meeting, event)
        assert meeting is not None
        assert meeting.resolutions == (Resolution(1 + story.index(RESOLVED), True, RESOLVED.title, OFFICER),)
        assert meeting.sheets == {one.sha256 for one in PAGES[:2]}


def test_half_of_those_present_is_not_more_than_half():
    tied = {**VOTE, "title": "公益岗位", "agreed": 10, "opposed": 10, "abstained": 0}
    lost = MeetingResolved(
        number=2,
        title="公益岗位",
        text="同意立项。",
        agreed=10,
        opposed=10,
        abstained=0,
        passed=False,
        teller_id=OFFICER,
    )
    given(CALLED, HELD, RESOLVED).when(meetings.resolve, **tied).then(lost)


def test_who_stayed_silent_counts_as_present():
    """Eleven of the twenty who came must agree, however few voted."""
    few = {**VOTE, "agreed": 9, "opposed": 0, "abstained": 0, "actor_id": APPROVER}
    outcome = given(CALLED, HELD).when(meetings.resolve, **few)
    assert outcome.events[0].passed is False
