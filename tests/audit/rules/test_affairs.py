"""An auditor sees from the log alone that nobody answered himself, that enough came, and who accepted what."""

from collections.abc import Callable
from typing import Any

import pytest

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.rules.affairs import Affairs
from audit.rules.village_meetings import VillageMeetings
from domain.kernel.ids import derived

COUNTY, VILLAGE, OTHER = "361125000000", "361125001201", "361125001202"
COMMITTEE, ACCOUNTANT, SUPERVISOR, LEADER, BUILDER, VILLAGER = (
    str(derived("audited", name)) for name in ("committee", "accountant", "supervisor", "leader", "builder", "villager")
)
DAY, LATER = "2026-11-22", "2026-12-31"

Changes = dict[str, dict[str, Any]]


class Log:
    """Events one after the other; `changed` replaces what differs from the story that is right, by type and turn."""

    def __init__(self, changed: Changes) -> None:
        self.entries: list[Entry] = []
        self._changed = dict(changed)
        self._numbers: dict[str, int] = {}
        self._turns: dict[str, int] = {}

    def event(self, subject: str, stream: str, by: str, **data: Any) -> str:
        turn = self._turns[subject] = self._turns.get(subject, 0) + 1
        change = dict(self._changed.pop(f"{subject}#{turn}", {}))
        category = subject.partition(".")[0]
        identity = str(derived("audited stream", stream))
        seq = self._numbers[identity] = self._numbers.get(identity, 0) + 1
        name = f"{category}/{identity}@{seq}"
        if change.pop("left_out", False):
            return name
        by, on, index = change.pop("by", by), change.pop("on", DAY), len(self.entries)
        line = (category, identity, seq, f"{subject}/1", f"{on}T00:00:00.000000Z", on, by, "village_committee")
        told = ("test.example", *line, str(index), None, {**data, **change}, ())
        self.entries.append(Entry(index, "entries/000", 0, "", b"", b"", *told))
        return name

    def codes(self, rule: Callable[[Findings], Any]) -> set[str]:
        """What the rule finds wrong."""
        assert not self._changed, f"nothing was changed: {self._changed}"
        findings, book = Findings(), Book()
        judge = rule(findings)
        for entry in self.entries:
            assert entry.type in judge.types
            judge.see(entry, book)
        judge.finish(book)
        (result,) = [one for one in findings.results() if one.check is Check.VILLAGE]
        return {found.code.removeprefix("village.") for found in result.findings}


def board(**changed: dict[str, Any]) -> Log:
    """A notice taken down, a suggestion answered and closed, a promise kept, another withdrawn."""
    log = _log(changed)
    notice = {"division": VILLAGE, "title": "停水", "text": "停水。", "since": DAY, "until": LATER}
    log.event("notice.posted", "n", COMMITTEE, **notice, poster_id=COMMITTEE)
    log.event("notice.withdrawn", "n", LEADER, withdrawer_id=LEADER, reason="mistaken")
    log.event("suggestion.opened", "s", LEADER, division=VILLAGE, channel="staff", text="ab", author_id=VILLAGER)
    log.event("suggestion.accepted", "s", COMMITTEE, accepter_id=COMMITTEE, gist="路灯", due_on=LATER)
    log.event("suggestion.answered", "s", COMMITTEE, answerer_id=COMMITTEE, outcome="adopted", answer="修好了。")
    log.event("suggestion.closed", "s", LEADER, closer_id=LEADER, reason="answered")
    log.event("suggestion.opened", "t", LEADER, division=VILLAGE, channel="web", text="cd")
    log.event("suggestion.accepted", "t", COMMITTEE, accepter_id=COMMITTEE, gist="垃圾", due_on=LATER)
    erased = {"eraser_id": LEADER, "reason": "unlawful", "legal_basis": "书面申请"}
    log.event("suggestion.text_erased", "t", LEADER, **erased)
    log.event("suggestion.closed", "t", COMMITTEE, closer_id=COMMITTEE, reason="erased")
    promise = {"division": VILLAGE, "title": "修路", "responsible": "村委会", "made_on": DAY, "due_on": LATER}
    log.event("commitment.made", "c", COMMITTEE, **promise, maker_id=COMMITTEE)
    log.event("commitment.progressed", "c", ACCOUNTANT, reporter_id=ACCOUNTANT, note="路基。")
    log.event("commitment.fulfilled", "c", SUPERVISOR, confirmer_id=SUPERVISOR, fulfilled_on=DAY, note="通车。")
    log.event("commitment.made", "d", COMMITTEE, **promise, maker_id=COMMITTEE)
    log.event("commitment.withdrawn", "d", LEADER, withdrawer_id=LEADER, reason="mistaken", note="重复。")
    return log


def meetings(**changed: dict[str, Any]) -> Log:
    """A county's rule, a meeting with two votes, a project that is sent back, accepted by two, and closed."""
    log = _log(changed)
    shares = {
        "quorum": {"part": 2, "of": 3, "more": False},
        "passing": {"part": 1, "of": 2, "more": True},
        "passed_by": "present",
    }
    rule = {"division": COUNTY, "kind": "representatives", **shares, "since": DAY, "document": "1号"}
    name = log.event("meeting_rule.set", "r", LEADER, **rule, setter_id=LEADER)
    called = {"division": VILLAGE, "kind": "representatives", "agenda": ["路", "灯"], "held_on": DAY, "rule": name}
    log.event("meeting.called", "m", COMMITTEE, **called, caller_id=COMMITTEE)
    log.event("meeting.held", "m", ACCOUNTANT, eligible=30, attendance=[], on_sheet=20, recorder_id=ACCOUNTANT)
    log.event("meeting.sheet_kept", "m", LEADER, files=[], keeper_id=LEADER)
    votes = {"opposed": 8, "abstained": 1}
    road = log.event(
        "meeting.resolved", "m", SUPERVISOR, number=1, title="路", agreed=11, **votes, passed=True, teller_id=SUPERVISOR
    )
    log.event("meeting.spending_allowed", "m", SUPERVISOR, number=1, limit_fen=500, teller_id=SUPERVISOR)
    log.event(
        "meeting.resolved",
        "m",
        SUPERVISOR,
        number=2,
        title="灯",
        agreed=10,
        **votes,
        passed=False,
        teller_id=SUPERVISOR,
    )
    log.event(
        "project.proposed", "p", COMMITTEE, division=VILLAGE, resolution=road, budget_fen=500, proposer_id=COMMITTEE
    )
    later = {"recorder_id": ACCOUNTANT, "attendance": [], "on_sheet": 20}
    for number, eligible in (("m2", 29), ("m3", 29)):
        log.event("meeting.called", number, COMMITTEE, **called, caller_id=COMMITTEE)
        log.event("meeting.held", number, ACCOUNTANT, **later, eligible=eligible)
        if number == "m2":
            told = {"before": 30, "reason": "一户迁出", "recorder_id": ACCOUNTANT}
            log.event("meeting.eligible_explained", number, ACCOUNTANT, **told)
    contract = {"contractor_ids": [BUILDER], "amount_fen": 480}
    log.event("project.contracted", "p", ACCOUNTANT, **contract, recorder_id=ACCOUNTANT)
    log.event("project.progressed", "p", COMMITTEE, reporter_id=COMMITTEE, note="路基。")
    log.event("project.accepted", "p", SUPERVISOR, accepter_id=SUPERVISOR, opinion="平整。")
    log.event("project.sent_back", "p", LEADER, sender_id=LEADER, reason="defects", note="裂缝。")
    log.event("project.accepted", "p", SUPERVISOR, accepter_id=SUPERVISOR, opinion="补好了。")
    log.event("project.accepted", "p", LEADER, accepter_id=LEADER, opinion="同意。")
    log.event("project.closed", "p", COMMITTEE, closer_id=COMMITTEE, outcome="completed", spent_fen=470)
    return log


def _log(changed: Changes) -> Log:
    return Log({name.replace("__", "."): change for name, change in changed.items()})


def test_what_is_right_is_found_right() -> None:
    assert board().codes(Affairs) == set()
    assert meetings().codes(VillageMeetings) == set()


def _by(who: str, field: str) -> dict[str, Any]:
    return {"by": who, field: who}


@pytest.mark.parametrize(
    ("kind", "change", "found"),
    [
        ("notice.posted#1", {"poster_id": LEADER}, "signed_by_another"),
        ("notice.posted#1", {"since": "2026-11-21"}, "affair_day"),
        ("notice.posted#1", {"since": LATER, "until": DAY}, "affair_day"),
        ("notice.posted#1", {"left_out": True}, "order"),
        ("suggestion.accepted#1", {"due_on": "2026-11-21"}, "affair_day"),
        ("suggestion.accepted#1", {"left_out": True}, "order"),
        ("suggestion.accepted#1", _by(VILLAGER, "accepter_id"), "acted_twice"),
        ("suggestion.answered#1", _by(VILLAGER, "answerer_id"), "acted_twice"),
        ("suggestion.answered#1", {"left_out": True}, "order"),
        ("suggestion.closed#1", {"reason": "abusive"}, "order"),
        ("suggestion.text_erased#1", {"eraser_id": COMMITTEE}, "signed_by_another"),
        ("suggestion.opened#2", {"author_id": VILLAGER}, "order"),
        ("commitment.made#1", {"made_on": LATER}, "affair_day"),
        ("commitment.made#1", {"due_on": "2026-11-21"}, "affair_day"),
        ("commitment.fulfilled#1", {"fulfilled_on": LATER}, "affair_day"),
        ("commitment.fulfilled#1", {"fulfilled_on": "2026-11-21"}, "affair_day"),
        ("commitment.fulfilled#1", _by(COMMITTEE, "confirmer_id"), "acted_twice"),
        ("commitment.fulfilled#1", _by(ACCOUNTANT, "confirmer_id"), "acted_twice"),
        ("commitment.withdrawn#1", _by(COMMITTEE, "withdrawer_id"), "acted_twice"),
        ("commitment.made#2", {"left_out": True}, "order"),
    ],
)
def test_what_is_wrong_with_a_notice_a_suggestion_or_a_promise_is_found(
    kind: str, change: dict[str, Any], found: str
) -> None:
    assert found in board(**{kind.replace(".", "__"): change}).codes(Affairs)


@pytest.mark.parametrize(
    ("kind", "change", "found"),
    [
        ("meeting_rule.set#1", {"since": "2026-11-21"}, "affair_day"),
        ("meeting_rule.set#1", {"quorum": {"part": 3, "of": 3, "more": True}}, "rule_share"),
        ("meeting_rule.set#1", {"division": OTHER}, "meeting_rule"),
        ("meeting_rule.set#1", {"kind": "group"}, "meeting_rule"),
        ("meeting_rule.set#1", {"since": LATER}, "meeting_rule"),
        ("meeting_rule.set#1", {"quorum": {"part": 3, "of": 4, "more": False}}, "no_quorum"),
        ("meeting_rule.set#1", {"passed_by": "eligible"}, "vote_result"),
        ("meeting.called#1", {"left_out": True}, "order"),
        ("meeting.called#1", {"held_on": LATER}, "affair_day"),
        ("meeting.held#1", {"on_sheet": 19}, "no_quorum"),
        ("meeting.held#1", {"on_sheet": 31}, "no_quorum"),
        ("meeting.held#1", {"attendance": [VILLAGER, VILLAGER]}, "no_quorum"),
        ("meeting.held#1", {"left_out": True}, "order"),
        ("meeting.sheet_kept#1", {"by": SUPERVISOR}, "signed_by_another"),
        ("meeting.called#1", {"agenda": ["灯"]}, "not_on_agenda"),
        ("meeting.called#1", {"held_on": "2026-11-06"}, "affair_day"),
        ("meeting.resolved#1", {"on": "2026-12-08"}, "affair_day"),
        ("meeting.sheet_kept#1", {"left_out": True}, "unwitnessed"),
        ("meeting.sheet_kept#1", _by(SUPERVISOR, "keeper_id"), "unwitnessed"),
        ("meeting.resolved#1", {"agreed": 12}, "votes"),
        ("meeting.resolved#1", {"passed": False}, "vote_result"),
        ("meeting.resolved#1", {"passed": False}, "resolution"),
        ("meeting.resolved#1", {"number": 2}, "number"),
        ("meeting.resolved#1", _by(ACCOUNTANT, "teller_id"), "acted_twice"),
        ("meeting.resolved#1", {"by": LEADER}, "signed_by_another"),
        ("meeting.resolved#2", {"passed": True}, "vote_result"),
        ("meeting.resolved#2", {"title": "路 "}, "voted_twice"),
        ("meeting.called#1", {"held_on": "2099-01-01"}, "affair_day"),
        ("meeting.spending_allowed#1", {"number": 2}, "number"),
        ("meeting.eligible_explained#1", {"before": 31}, "eligible"),
        ("meeting.held#2", {"eligible": 28}, "eligible"),
        ("meeting.spending_allowed#1", {"limit_fen": 499}, "above_resolution"),
        ("project.proposed#1", {"division": OTHER}, "resolution"),
        ("project.proposed#1", {"budget_fen": 475}, "over_budget"),
        ("project.contracted#1", {"amount_fen": 501}, "over_budget"),
        ("project.contracted#1", _by(BUILDER, "recorder_id"), "acted_twice"),
        ("project.contracted#1", {"left_out": True}, "order"),
        ("project.accepted#3", _by(BUILDER, "accepter_id"), "acted_twice"),
        ("project.accepted#3", _by(ACCOUNTANT, "accepter_id"), "acted_twice"),
        ("project.accepted#3", _by(SUPERVISOR, "accepter_id"), "acted_twice"),
        ("project.accepted#3", {"left_out": True}, "not_accepted"),
        ("project.sent_back#1", _by(ACCOUNTANT, "sender_id"), "acted_twice"),
        ("project.closed#1", {"spent_fen": 501}, "over_budget"),
        ("project.closed#1", {"outcome": "abandoned"}, "not_accepted"),
        ("project.closed#1", _by(BUILDER, "closer_id"), "acted_twice"),
    ],
)
def test_what_is_wrong_with_a_meeting_or_a_project_is_found(kind: str, change: dict[str, Any], found: str) -> None:
    assert found in meetings(**{kind.replace(".", "__"): change}).codes(VillageMeetings)
