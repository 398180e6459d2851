"""An auditor sees from the log alone who confirmed a deed, and that nobody had points for one that nobody confirmed."""

from collections.abc import Callable
from typing import Any

import pytest

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.rules.deed_points import DeedPoints
from audit.rules.deeds import Deeds
from audit.rules.household_deeds import HouseholdDeeds
from audit.rules.own_households import OwnHouseholds
from domain.kernel.ids import derived

VILLAGE = "361125001201"
RIDER, FRIEND, CLERK, WORKER, OFFICER, HEAD, WIFE = (
    str(derived("audited", name)) for name in ("rider", "friend", "clerk", "worker", "officer", "head", "wife")
)
HOUSE, OTHER_HOUSE = (str(derived("household", VILLAGE, number)) for number in ("017", "018"))
ACCOUNT = str(derived("points_account", "person", RIDER))
DAY, EARLIER = "2026-11-22", "2026-11-20"
RULE = f"points_rule/{derived('points_rule', VILLAGE)}@1"

Changes = dict[str, dict[str, Any]]


class Log:
    """Events one after the other; `changed` replaces what differs from the story that is right."""

    def __init__(self, changed: Changes) -> None:
        self.entries: list[Entry] = []
        self._changed, self._left = changed, dict(changed)
        self._numbers: dict[str, int] = {}

    def event(self, type_: str, stream: str, by: str, data: dict[str, Any], *, on: str = DAY) -> str:
        change = dict(self._left.pop(type_, {}))
        category, identity = type_.partition(".")[0], str(derived("audited stream", stream))
        if category == "points":
            category, identity = "points_account", ACCOUNT
        elif category == "household":
            identity = stream
        seq = self._numbers[identity] = self._numbers.get(identity, 0) + 1
        name = f"{category}/{identity}@{seq}"
        if change.pop("left_out", False):
            return name
        by, on, index = change.pop("by", by), change.pop("on", on), len(self.entries)
        line = (category, identity, seq, type_, f"{on}T00:00:00.000000Z", on, by, "grid_worker")
        told = ("test.example", *line, str(index), None, {**data, **change}, ())
        self.entries.append(Entry(index, "entries/000", 0, "", b"", b"", *told))
        return name

    def codes(self, rule: Callable[[Findings], Any]) -> set[str]:
        findings, book = Findings(), Book()
        judge = rule(findings)
        for entry in self.entries:
            if entry.type in judge.types:
                judge.see(entry, book)
        judge.finish(book)
        (result,) = [one for one in findings.results() if one.check is Check.DUTIES]
        return {found.code for found in result.findings}


def task(**changed: dict[str, Any]) -> Log:
    """A task: offered by the worker, done by the rider, confirmed by the officer; its points are taken back."""
    log = _log(changed)
    offered = {"division": VILLAGE, "title": "清扫", "place": "广场", "item": "task", "due_on": DAY, "seats": 1}
    log.event("task.offered/1", "t", WORKER, {**offered, "offerer_id": WORKER}, on=EARLIER)
    log.event("task.accepted/1", "t", RIDER, {"person_id": RIDER, "accepted_on": EARLIER}, on=EARLIER)
    log.event("task.done/1", "t", CLERK, {"person_id": RIDER, "done_on": DAY, "recorder_id": CLERK})
    log.event("task.confirmed/1", "t", OFFICER, {"person_id": RIDER, "confirmer_id": OFFICER})
    _credited(log, f"task/{derived('audited stream', 't')}", "task", RIDER)
    withdrawn = {"person_id": RIDER, "withdrawer_id": OFFICER, "reason": "untrue"}
    log.event("task.confirmation_withdrawn/1", "t", OFFICER, withdrawn)
    log.event("points.reversed/1", "p", OFFICER, {"granted": 2})
    return log


def activity(**changed: dict[str, Any]) -> Log:
    """An activity: published by the worker, checked in by the clerk, confirmed by the officer."""
    log = _log(changed)
    published = {"division": VILLAGE, "item": "task", "held_on": DAY, "minutes": 120, "seats": 1}
    log.event("activity.published/1", "a", WORKER, {**published, "publisher_id": WORKER}, on=EARLIER)
    log.event("activity.signed_up/1", "a", RIDER, {"person_id": RIDER}, on=EARLIER)
    log.event("activity.checked_in/1", "a", CLERK, {"person_ids": [RIDER], "recorder_id": CLERK})
    served = [{"person_id": RIDER, "minutes": 90}]
    log.event("activity.hours_confirmed/1", "a", OFFICER, {"served": served, "confirmer_id": OFFICER})
    _credited(log, f"activity/{derived('audited stream', 'a')}", "task", RIDER)
    return log


def service(**changed: dict[str, Any]) -> Log:
    """A party member's service, recorded by the clerk, confirmed by the officer for the unit and the worker."""
    log = _log(changed)
    recorded = {
        "division": VILLAGE,
        "person_id": RIDER,
        "unit": "县水利局",
        "title": "值守",
        "item": "task",
        "held_on": DAY,
    }
    log.event("party_activity.recorded/1", "s", CLERK, {**recorded, "minutes": 60, "recorder_id": CLERK})
    log.event("party_activity.unit_confirmed/1", "s", OFFICER, {"confirmer_id": OFFICER})
    log.event("party_activity.community_confirmed/1", "s", WORKER, {"confirmer_id": WORKER})
    _credited(log, f"party_activity/{derived('audited stream', 's')}", "task", RIDER)
    return log


def households(**changed: dict[str, Any]) -> Log:
    """The head marries into another household: praise and a clean home before it, a share in the points after it."""
    log = _log(changed)
    joined = {"since": "2026-01-01", "reason": "registered"}
    log.event("household.person_joined/1", HOUSE, WORKER, {"person_id": HEAD, **joined}, on=EARLIER)
    log.event("household.head_named/1", HOUSE, WORKER, {"head_id": HEAD, "since": "2026-01-01"}, on=EARLIER)
    log.event("household.person_joined/1", OTHER_HOUSE, WORKER, {"person_id": WIFE, **joined}, on=EARLIER)
    log.event("household.head_named/1", OTHER_HOUSE, WORKER, {"head_id": WIFE, "since": "2026-01-01"}, on=EARLIER)
    praise = {"holder_kind": "household", "holder_id": HOUSE, "issued_on": EARLIER, "item": "x", "division": VILLAGE}
    log.event("commendation.recorded/1", "c", CLERK, {**praise, "recorder_id": CLERK}, on=EARLIER)
    log.event("commendation.confirmed/1", "c", OFFICER, {"confirmer_id": OFFICER}, on=EARLIER)
    seen = {"household_id": HOUSE, "month": "2026-11", "inspected_on": EARLIER, "result": "clean", "item": "x"}
    inspected = {**seen, "division": VILLAGE, "inspectors": [CLERK, WORKER], "recorder_id": CLERK}
    log.event("inspection.recorded/1", "i", CLERK, inspected, on=EARLIER)
    confirmed = log.event("inspection.confirmed/1", "i", WORKER, {"confirmer_id": WORKER}, on=EARLIER)
    title = {"household_id": HOUSE, "kind": "clean_household", "since": EARLIER, "inspection": confirmed}
    log.event("title.granted/1", "n", WORKER, title, on=EARLIER)
    left = {"person_id": HEAD, "last_day": "2026-11-21", "reason": "merged"}
    log.event("household.person_left/1", HOUSE, WORKER, left)
    giver, taker = {"kind": "household", "holder_id": HOUSE}, {"kind": "household", "holder_id": OTHER_HOUSE}
    share = {"giver": giver, "taker": taker, "agreed_by": WIFE, "proposer_id": CLERK, "reason": "merged"}
    log.event("points_share.proposed/1", "h", CLERK, share)
    log.event("points_share.confirmed/1", "h", WORKER, {"confirmer_id": WORKER})
    return log


def _log(changed: Changes) -> Log:
    return Log({f"{name.replace('__', '.')}/1": change for name, change in changed.items()})


def _credited(log: Log, cause: str, item: str, who: str) -> None:
    log.event("points_account.opened/1", "p", OFFICER, {"kind": "person", "holder_id": who})
    log.entries[-1] = _as_account(log.entries[-1])
    granted = {"item": item, "division": VILLAGE, "deed_on": DAY, "beneficiary_id": who, "cause": cause, "rule": RULE}
    log.event("points.granted/1", "p", OFFICER, granted)
    log.entries[-1].seq = 2


def _as_account(entry: Entry) -> Entry:
    entry.identity, entry.seq = ACCOUNT, 1
    return entry


STORIES = (task, activity, service, households)
RULES = (Deeds, HouseholdDeeds, DeedPoints)


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("rule", RULES)
def test_the_usual_way_is_not_found_fault_with(story: Callable[..., Log], rule: Callable[[Findings], Any]) -> None:
    assert story().codes(rule) == set()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"task__confirmed": {"by": RIDER, "confirmer_id": RIDER}}, "duties.acted_twice"),
        ({"task__confirmed": {"by": CLERK, "confirmer_id": CLERK}}, "duties.acted_twice"),
        ({"task__confirmed": {"by": WORKER, "confirmer_id": WORKER}}, "duties.acted_twice"),
        ({"task__confirmed": {"by": WORKER}}, "duties.signed_by_another"),
        ({"task__accepted": {"person_id": WORKER}}, "duties.acted_twice"),
        ({"task__confirmation_withdrawn": {"by": RIDER, "withdrawer_id": RIDER}}, "duties.acted_twice"),
        ({"task__done": {"left_out": True}}, "duties.order"),
        ({"task__accepted": {"left_out": True}}, "duties.order"),
        ({"task__offered": {"left_out": True}}, "duties.order"),
        ({"task__done": {"done_on": "2026-11-23"}}, "duties.deed_day"),
        ({"task__done": {"done_on": "2026-11-19"}}, "duties.deed_day"),
        ({"task__offered": {"seats": 0}}, "duties.deed_seats"),
    ],
)
def test_every_wrong_step_of_a_task_is_found(changed: Changes, code: str) -> None:
    assert code in task(**changed).codes(Deeds)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"activity__checked_in": {"by": RIDER, "recorder_id": RIDER}}, "duties.acted_twice"),
        ({"activity__hours_confirmed": {"by": CLERK, "confirmer_id": CLERK}}, "duties.acted_twice"),
        ({"activity__hours_confirmed": {"by": WORKER, "confirmer_id": WORKER}}, "duties.acted_twice"),
        ({"activity__hours_confirmed": {"served": [{"person_id": RIDER, "minutes": 121}]}}, "duties.deed_minutes"),
        ({"activity__hours_confirmed": {"served": [{"person_id": FRIEND, "minutes": 60}]}}, "duties.order"),
        ({"activity__checked_in": {"person_ids": [RIDER, FRIEND]}}, "duties.deed_seats"),
        ({"activity__checked_in": {"on": EARLIER}}, "duties.deed_day"),
    ],
)
def test_every_wrong_step_of_an_activity_is_found(changed: Changes, code: str) -> None:
    assert code in activity(**changed).codes(Deeds)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"party_activity__community_confirmed": {"by": OFFICER, "confirmer_id": OFFICER}}, "duties.acted_twice"),
        ({"party_activity__community_confirmed": {"by": RIDER, "confirmer_id": RIDER}}, "duties.acted_twice"),
        ({"party_activity__unit_confirmed": {"by": CLERK, "confirmer_id": CLERK}}, "duties.acted_twice"),
        ({"party_activity__recorded": {"held_on": "2026-11-23"}}, "duties.deed_day"),
        ({"party_activity__recorded": {"minutes": 721}}, "duties.deed_minutes"),
    ],
)
def test_every_wrong_step_of_a_service_is_found(changed: Changes, code: str) -> None:
    assert code in service(**changed).codes(Deeds)


def test_a_service_that_was_recorded_twice_is_found() -> None:
    log = service()
    again = {"division": VILLAGE, "person_id": RIDER, "unit": "县水利局", "title": "值 守", "item": "task"}
    again |= {"held_on": DAY, "minutes": 60, "recorder_id": CLERK}
    log.event("party_activity.recorded/1", "another", CLERK, again)
    assert log.codes(Deeds) == {"duties.service_twice"}


def test_more_service_than_a_day_has_is_found() -> None:
    log = service(party_activity__recorded={"minutes": 700})
    assert log.codes(DeedPoints) == set()
    recorded = {"division": VILLAGE, "person_id": RIDER, "unit": "县水利局", "title": "巡查", "item": "task"}
    recorded |= {"held_on": DAY, "minutes": 60, "recorder_id": CLERK}
    log.event("party_activity.recorded/1", "more", CLERK, recorded)
    log.event("party_activity.unit_confirmed/1", "more", OFFICER, {"confirmer_id": OFFICER})
    log.event("party_activity.community_confirmed/1", "more", WORKER, {"confirmer_id": WORKER})
    _credited(log, f"party_activity/{derived('audited stream', 'more')}", "task", RIDER)
    assert log.codes(DeedPoints) == {"duties.day_full"}


def test_a_service_that_was_rejected_is_recorded_anew() -> None:
    log = _log({})
    recorded = {"division": VILLAGE, "person_id": RIDER, "unit": "县水利局", "title": "值守", "item": "task"}
    recorded |= {"held_on": DAY, "minutes": 60, "recorder_id": CLERK}
    log.event("party_activity.recorded/1", "s", CLERK, recorded)
    log.event("party_activity.rejected/1", "s", WORKER, {"rejecter_id": WORKER, "reason": "not_done"})
    log.event("party_activity.recorded/1", "s", CLERK, recorded)
    assert log.codes(Deeds) == set()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"commendation__recorded": {"by": HEAD, "recorder_id": HEAD}}, "duties.acted_twice"),
        ({"commendation__confirmed": {"by": CLERK, "confirmer_id": CLERK}}, "duties.acted_twice"),
        ({"commendation__recorded": {"left_out": True}}, "duties.order"),
        ({"inspection__recorded": {"inspectors": [CLERK]}}, "duties.too_few_inspectors"),
        ({"inspection__recorded": {"inspectors": [WORKER, OFFICER]}}, "duties.no_inspector"),
        ({"inspection__recorded": {"inspectors": [CLERK, WORKER, HEAD]}}, "duties.inspector_lives_there"),
        ({"inspection__recorded": {"month": "2026-10"}}, "duties.deed_day"),
        ({"inspection__recorded": {"result": "fair"}}, "duties.title_unfounded"),
        ({"inspection__confirmed": {"by": CLERK, "confirmer_id": CLERK}}, "duties.acted_twice"),
        ({"inspection__confirmed": {"by": OFFICER, "confirmer_id": OFFICER}}, "duties.no_inspector"),
        ({"inspection__confirmed": {"left_out": True}}, "duties.title_unfounded"),
        ({"title__granted": {"since": DAY}}, "duties.title_unfounded"),
        ({"points_share__confirmed": {"by": CLERK, "confirmer_id": CLERK}}, "duties.acted_twice"),
        ({"points_share__proposed": {"by": WIFE, "proposer_id": WIFE}}, "duties.acted_twice"),
        ({"points_share__proposed": {"agreed_by": CLERK}}, "duties.not_the_head"),
        ({"household__person_left": {"left_out": True}}, "duties.share_leaves_nothing"),
    ],
)
def test_every_wrong_word_about_a_household_is_found(changed: Changes, code: str) -> None:
    assert code in households(**changed).codes(HouseholdDeeds)


@pytest.mark.parametrize(
    ("story", "changed", "code"),
    [
        (task, {"task__confirmed": {"left_out": True}}, "duties.deed_unearned"),
        (task, {"points__granted": {"deed_on": EARLIER}}, "duties.deed_unearned"),
        (task, {"points__granted": {"item": "commendation_county"}}, "duties.deed_unearned"),
        (task, {"points__granted": {"beneficiary_id": FRIEND}}, "duties.deed_unearned"),
        (task, {"points__reversed": {"left_out": True}}, "duties.deed_points_left"),
        (activity, {"activity__hours_confirmed": {"left_out": True}}, "duties.deed_unearned"),
        (service, {"party_activity__unit_confirmed": {"left_out": True}}, "duties.deed_unearned"),
    ],
)
def test_points_that_no_confirmed_deed_carries_are_found(
    story: Callable[..., Log], changed: Changes, code: str
) -> None:
    assert code in story(**changed).codes(DeedPoints)


def _together(log: Log, *people: str) -> Log:
    """The same story among people who belonged to one household before it began."""
    told, log.entries = log.entries, []
    for person in people:
        taken = {"person_id": person, "household_id": HOUSE, "since": "2026-01-01", "reason": "registered"}
        log.event("residence.taken/1", f"residence of {person}", WORKER, taken, on=EARLIER)
    log.entries += told
    return log


@pytest.mark.parametrize(
    ("story", "signer", "earner"),
    [
        (task, WORKER, RIDER),
        (task, OFFICER, RIDER),
        (task, CLERK, RIDER),
        (service, CLERK, RIDER),
        (activity, CLERK, RIDER),
        (activity, OFFICER, RIDER),
        (service, OFFICER, RIDER),
        (service, WORKER, RIDER),
    ],
)
def test_whoever_lives_with_the_doer_and_offers_or_confirms_is_found(
    story: Callable[..., Log], signer: str, earner: str
) -> None:
    assert "duties.deed_of_own_household" in _together(story(), signer, earner).codes(OwnHouseholds)
    assert not _together(story(), signer, FRIEND).codes(OwnHouseholds)


@pytest.mark.parametrize("signer", [CLERK, OFFICER, WORKER])
def test_whoever_belongs_to_a_praised_or_inspected_household_is_found(signer: str) -> None:
    assert "duties.deed_of_own_household" in _together(households(), signer).codes(OwnHouseholds)
