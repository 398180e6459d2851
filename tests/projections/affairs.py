"""What two villages announced, were told, promised, met about and built in the autumn, for read models to take."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.affairs.commitments import (
    CommitmentFulfilled,
    CommitmentMade,
    CommitmentProgressed,
    CommitmentWithdrawn,
)
from domain.affairs.meeting_rules import MeetingRuleSet
from domain.affairs.meetings import MeetingCalled, MeetingCancelled, MeetingHeld, MeetingResolved
from domain.affairs.notices import NoticePosted, NoticeWithdrawn
from domain.affairs.projects import (
    ProjectAccepted,
    ProjectClosed,
    ProjectContracted,
    ProjectProgressed,
    ProjectProposed,
    ProjectSentBack,
)
from domain.affairs.suggestion_box import (
    SuggestionAccepted,
    SuggestionAnswered,
    SuggestionClosed,
    SuggestionOpened,
)
from domain.kernel.events import Commitment
from domain.kernel.ids import EventName, derived
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.quorums import Share
from tests.projections.story import COUNTY, NEXT_VILLAGE, TOWNSHIP, VILLAGE, Story, person

COMMITTEE, ACCOUNTANT, SUPERVISOR, LEADER = map(person, ("committee", "accountant", "supervisor", "leader"))
TWO_THIRDS, HALF = Share(2, 3, more=False), Share(1, 2, more=True)


def on(month: int, day: int) -> date:
    """A day of the year in which it happens."""
    return date(2026, month, day)


def one(name: str) -> UUID:
    """The id of an affair: the same name is always the same."""
    return derived("test", "affair", name)


@dataclass
class Affairs:
    """A story with the events that others refer to."""

    story: Story
    rule: EventName
    vote: EventName
    lost: EventName


def promise(story: Story, name: str, *, division: Division, made_on: date, due_on: date) -> UUID:
    """A commitment that nothing has happened to yet."""
    event = CommitmentMade(
        division=division, title=name, responsible="村民委员会", made_on=made_on, due_on=due_on, maker_id=COMMITTEE
    )
    story.record("commitment", one(name), event, by=COMMITTEE)
    return one(name)


def commitments(story: Story) -> None:
    """One of every standing in the third quarter, and one that ended before it."""
    for name, division, due in (
        ("kept", VILLAGE, on(9, 30)),
        ("late", VILLAGE, on(7, 31)),
        ("running", NEXT_VILLAGE, on(12, 31)),
        ("due", VILLAGE, on(8, 31)),
        ("overdue", VILLAGE, on(6, 1)),
        ("given up", NEXT_VILLAGE, on(9, 1)),
        ("long kept", VILLAGE, on(6, 30)),
    ):
        promise(story, name, division=division, made_on=on(5, 1), due_on=due)
    story.today = on(6, 10)
    _kept(story, "long kept", on(6, 9))
    story.today = on(8, 10)
    story.record(
        "commitment", one("kept"), CommitmentProgressed(reporter_id=COMMITTEE, note="正在施工。"), by=COMMITTEE
    )
    _kept(story, "kept", on(8, 9))
    _kept(story, "late", on(8, 10))
    given_up = CommitmentWithdrawn(withdrawer_id=SUPERVISOR, reason="impossible", note="没有用地指标。")
    story.record("commitment", one("given up"), given_up, by=SUPERVISOR)


def _kept(story: Story, name: str, day: date) -> None:
    event = CommitmentFulfilled(fulfilled_on=day, note=f"{name}：已完成。", confirmer_id=SUPERVISOR)
    story.record("commitment", one(name), event, by=SUPERVISOR)


def meet(story: Story, name: str, *, division: Division, held_on: date, rule: EventName) -> UUID:
    """A meeting that was called."""
    event = MeetingCalled(
        division=division,
        kind="representatives",
        title=name,
        agenda=("道路硬化", "公益岗位"),
        held_on=held_on,
        place="村委会",
        rule=rule,
        caller_id=COMMITTEE,
    )
    story.record("meeting", one(name), event, by=COMMITTEE)
    return one(name)


def _voted(story: Story, meeting: UUID, number: int, title: str, agreed: int, opposed: int) -> EventName:
    event = MeetingResolved(
        number=number,
        title=title,
        text=f"{title}：表决。",
        agreed=agreed,
        opposed=opposed,
        abstained=1,
        passed=agreed > opposed + 1,
        teller_id=SUPERVISOR,
    )
    return story.record("meeting", meeting, event, by=SUPERVISOR)


def meetings(story: Story) -> Affairs:
    """A county's rule, a meeting of two votes, one that too few came to, and a project that is built and paid."""
    story.today = on(7, 1)
    rules = derived("meeting_rule", COUNTY)
    event = MeetingRuleSet(
        division=COUNTY,
        kind="representatives",
        quorum=TWO_THIRDS,
        passing=HALF,
        passed_by="present",
        since=on(7, 1),
        document="横民〔2026〕1号",
        setter_id=LEADER,
    )
    rule = story.record("meeting_rule", rules, event, by=LEADER)
    story.today = on(7, 20)
    meeting = meet(story, "第三次代表会", division=VILLAGE, held_on=on(7, 20), rule=rule)
    empty = meet(story, "邻村代表会", division=NEXT_VILLAGE, held_on=on(8, 2), rule=rule)
    came = MeetingHeld(
        eligible=30, attendance=(COMMITTEE, SUPERVISOR), on_sheet=20, sheet="签到册 3", recorder_id=ACCOUNTANT
    )
    story.record("meeting", meeting, came, by=ACCOUNTANT)
    vote = _voted(story, meeting, 1, "道路硬化", 18, 3)
    lost = _voted(story, meeting, 2, "公益岗位", 8, 12)
    story.record("meeting", empty, MeetingCancelled(canceller_id=COMMITTEE, reason="no_quorum"), by=COMMITTEE)
    return Affairs(story, rule, vote, lost)


def project(told: Affairs) -> None:
    """Built, sent back, accepted by two, closed."""
    story, identity = told.story, one("道路硬化")
    steps: tuple[tuple[object, UUID], ...] = (
        (
            ProjectProposed(
                division=VILLAGE,
                title="道路硬化",
                resolution=told.vote,
                budget_fen=Fen(5_000_000),
                proposer_id=COMMITTEE,
            ),
            COMMITTEE,
        ),
        (
            ProjectContracted(
                contractor="某某建筑公司",
                contractor_ids=(person("builder"),),
                amount_fen=Fen(4_800_000),
                document="村建〔2026〕2号",
                recorder_id=ACCOUNTANT,
            ),
            ACCOUNTANT,
        ),
        (ProjectProgressed(reporter_id=COMMITTEE, note="路基已完成。"), COMMITTEE),
        (ProjectAccepted(accepter_id=SUPERVISOR, opinion="平整。"), SUPERVISOR),
        (ProjectSentBack(sender_id=LEADER, reason="defects", note="有两处裂缝。"), LEADER),
        (ProjectAccepted(accepter_id=SUPERVISOR, opinion="裂缝已补。"), SUPERVISOR),
        (ProjectAccepted(accepter_id=LEADER, opinion="同意验收。"), LEADER),
        (ProjectClosed(closer_id=COMMITTEE, outcome="completed", spent_fen=Fen(4_750_000)), COMMITTEE),
    )
    for event, by in steps:
        story.record("project", identity, event, by=by)


def board(story: Story) -> None:
    """Three notices, and three suggestions: answered late, waiting, and nonsense."""
    story.today = on(9, 1)
    for name, division, until in (("停水", VILLAGE, 7), ("体检", TOWNSHIP, 30), ("写错了", VILLAGE, 30)):
        event = NoticePosted(
            division=division,
            title=name,
            text=f"{name}通知。",
            since=on(9, 1),
            until=on(9, until),
            poster_id=COMMITTEE,
        )
        story.record("notice", one(name), event, by=COMMITTEE)
    story.record("notice", one("写错了"), NoticeWithdrawn(withdrawer_id=COMMITTEE, reason="mistaken"), by=COMMITTEE)
    for name in ("路灯", "浇水", "广告"):
        opened = SuggestionOpened(division=VILLAGE, channel="web", text=Commitment("c1" * 32))
        story.record("suggestion", one(name), opened)
    taken = SuggestionAccepted(accepter_id=COMMITTEE, gist="路灯不亮", due_on=on(9, 5))
    story.record("suggestion", one("路灯"), taken, by=COMMITTEE)
    story.record("suggestion", one("广告"), SuggestionClosed(closer_id=COMMITTEE, reason="abusive"), by=COMMITTEE)
    for day, outcome in ((8, "adopted"), (10, "explained")):
        story.today = on(9, day)
        said = SuggestionAnswered(answerer_id=COMMITTEE, outcome=outcome, answer=f"第 {day} 天的答复。")
        story.record("suggestion", one("路灯"), said, by=COMMITTEE)
