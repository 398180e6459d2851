"""An auditor sees from the log alone who vetted and appointed a member, and what he must not have reported."""

from collections.abc import Callable
from typing import Any

import pytest

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.rules.households import Households
from audit.rules.members import Members
from audit.rules.payee_accounts import PayeeAccounts
from domain.kernel.ids import derived

TOWNSHIP, VILLAGE = "361125001000", "361125001201"
RIDER, CLERK, VETTER, ADMINISTRATOR, CHECKER = (
    str(derived("audited", name)) for name in ("rider", "clerk", "vetter", "administrator", "checker")
)
MEMBER = str(derived("member", RIDER))
HOUSE, OTHER_HOUSE = (str(derived("household", VILLAGE, number)) for number in ("017", "018"))
RESIDENCE = str(derived("residence", RIDER))
ACCOUNT = {"holder": "0" * 64, "number": "1" * 64, "bank": "2" * 64}


class Log:
    """Events one after the other; `changed` replaces what differs from the story that is right."""

    def __init__(self, changed: dict[str, dict[str, Any]] | None = None) -> None:
        self.entries: list[Entry] = []
        self._changed = changed or {}

    def event(self, type_: str, by: str, data: dict[str, Any], *, cmd: str = "", on: str = "2026-11-22") -> None:
        category = type_.partition(".")[0]
        change = dict(self._changed.get(type_, {}))
        if change.pop("left_out", False):
            return
        by, on = change.pop("by", by), change.pop("on", on)
        index, stream = len(self.entries), data.pop("stream")
        line = (category, stream, 1, type_, f"{on}T00:00:00.000000Z", on, by, "administrator")
        told = ("test.example", *line, cmd or str(index), None, {**data, **change}, ())
        self.entries.append(Entry(index, "entries/000", 0, "", b"", b"", *told))

    def findings(self, rule: Callable[[Findings], Any]) -> list[tuple[str, bool]]:
        findings, book = Findings(), Book()
        judge = rule(findings)
        for entry in self.entries:
            if entry.type in judge.types:
                judge.see(entry, book)
            if entry.category != "incident":  # these rules ask the book nothing about reports
                book.apply(entry)
        judge.finish(book)
        (result,) = [one for one in findings.results() if one.check is Check.DUTIES]
        return [(found.code, found.attention) for found in result.findings]


def appointed(**changed: dict[str, Any]) -> Log:
    """A rider who applied, was vetted, appointed and trained, and reported a day later."""
    log = Log({f"{name.replace('_', '.', 1)}/1": change for name, change in changed.items()})
    person = {"stream": RIDER, "name": "0" * 64, "pseudonymous": False}
    log.event("person.registered/1", CLERK, person, cmd="apply")
    application = {"person_id": RIDER, "area": TOWNSHIP, "occupation": "courier", "phone": "0" * 64}
    log.event("member.applied/1", CLERK, {"stream": MEMBER, **application, "transcribed_by": CLERK}, cmd="apply")
    vetted = {"stream": MEMBER, "vetter_id": VETTER, "passed": True, "reason": "meets_conditions"}
    log.event("member.vetted/1", VETTER, vetted)
    role = {"stream": RIDER, "role": "member", "area": TOWNSHIP, "since": "2026-11-22"}
    log.event("person.role_granted/1", ADMINISTRATOR, role, cmd="appoint")
    appointment = {"appointer_id": ADMINISTRATOR, "area": TOWNSHIP, "since": "2026-11-22", "other_roles": []}
    log.event("member.appointed/1", ADMINISTRATOR, {"stream": MEMBER, **appointment}, cmd="appoint")
    trained = {"stream": MEMBER, "level": "before_duty", "trained_on": "2026-11-22", "trainer_id": VETTER}
    log.event("member.trained/1", VETTER, trained)
    reported(log, "2026-11-23")
    return log


def reported(log: Log, on: str) -> None:
    report = {"stream": str(derived("incident", on)), "reporter_id": RIDER, "category": "市容环境", "division": VILLAGE}
    log.event("incident.reported/1", RIDER, {**report, "reported_at": f"{on}T04:00:00.000000Z"})


def suspended(log: Log, since: str, until: str | None = None, *, role: bool = True) -> Log:
    if role:
        ended = {"stream": RIDER, "role": "member", "area": TOWNSHIP, "last_day": "2026-11-24"}
        log.event("person.role_ended/1", ADMINISTRATOR, ended, cmd=f"suspend {since}")
    data = {"stream": MEMBER, "reason": "conduct", "since": since, **({"until": until} if until else {})}
    log.event("member.suspended/1", ADMINISTRATOR, data, cmd=f"suspend {since}")
    return log


def test_the_usual_way_is_not_found_fault_with() -> None:
    assert appointed().findings(Members) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"member_vetted": {"left_out": True}}, "duties.order"),
        ({"member_vetted": {"passed": False}}, "duties.order"),
        ({"member_vetted": {"vetter_id": CLERK, "by": CLERK}}, "duties.acted_twice"),
        ({"member_vetted": {"vetter_id": RIDER, "by": RIDER}}, "duties.acted_twice"),
        ({"member_vetted": {"by": CHECKER}}, "duties.signed_by_another"),
        ({"member_applied": {"by": CHECKER}}, "duties.signed_by_another"),
        ({"member_applied": {"left_out": True}}, "duties.no_application"),
        ({"member_appointed": {"appointer_id": VETTER, "by": VETTER}}, "duties.acted_twice"),
        ({"member_appointed": {"since": "2026-11-20"}}, "duties.role_missing"),
        ({"member_appointed": {"other_roles": ["grid_worker"]}}, "duties.other_roles"),
        ({"person_role_granted": {"left_out": True}}, "duties.role_missing"),
        ({"person_role_granted": {"role": "grid_worker"}}, "duties.other_roles"),
        ({"member_trained": {"left_out": True}}, "duties.untrained"),
        ({"member_trained": {"trained_on": "2026-11-24"}}, "duties.untrained"),
        ({"member_trained": {"by": RIDER, "trainer_id": RIDER}}, "duties.acted_twice"),
        ({"member_trained": {"level": "on_duty"}}, "duties.untrained"),
    ],
)
def test_every_step_out_of_order_is_found(changed: dict[str, dict[str, Any]], code: str) -> None:
    assert code in {found for found, _ in appointed(**changed).findings(Members)}


def test_a_suspended_member_holds_no_role_and_reports_nothing() -> None:
    log = suspended(appointed(), "2026-11-25")
    reported(log, "2026-11-24")
    assert log.findings(Members) == []
    reported(log, "2026-11-25")
    assert log.findings(Members) == [("duties.suspended", False)]
    assert suspended(appointed(), "2026-11-25", role=False).findings(Members) == [("duties.role_left", False)]


def test_a_reinstated_member_holds_the_role_and_reports_again() -> None:
    log = suspended(appointed(), "2026-11-25")
    role = {"stream": RIDER, "role": "member", "area": TOWNSHIP, "since": "2026-11-27"}
    log.event("person.role_granted/1", ADMINISTRATOR, role, cmd="again")
    log.event("member.reinstated/1", ADMINISTRATOR, {"stream": MEMBER, "since": "2026-11-27"}, cmd="again")
    reported(log, "2026-11-27")
    assert log.findings(Members) == []
    reported(log, "2026-11-26")
    assert log.findings(Members) == [("duties.suspended", False)]


def test_whoever_left_holds_no_role() -> None:
    exit_ = {"stream": MEMBER, "reason": "moved_away", "last_day": "2026-11-24"}
    log = appointed()
    log.event("member.exited/1", ADMINISTRATOR, exit_)
    assert log.findings(Members) == [("duties.role_left", False)]


def test_a_member_made_past_the_procedure_is_pointed_out_once_there_is_one() -> None:
    log = appointed()
    for person, pseudonymous in ((CHECKER, False), (CLERK, True)):
        log.event(
            "person.registered/1", ADMINISTRATOR, {"stream": person, "name": "0" * 64, "pseudonymous": pseudonymous}
        )
        role = {"stream": person, "role": "member", "area": TOWNSHIP, "since": "2026-11-22"}
        log.event("person.role_granted/1", ADMINISTRATOR, role)
    assert log.findings(Members) == [("duties.not_appointed", True)]


def joined(log: Log, house: str, since: str, *, both: bool = True) -> None:
    cmd = f"join {house} {since}"
    data = {"stream": house, "person_id": RIDER, "since": since, "reason": "moved_in"}
    log.event("household.person_joined/1", CLERK, data, cmd=cmd)
    if both:
        taken = {"stream": RESIDENCE, "person_id": RIDER, "household_id": house, "since": since}
        log.event("residence.taken/1", CLERK, taken, cmd=cmd)


def left(log: Log, house: str, last_day: str, *, both: bool = True) -> None:
    cmd = f"leave {house} {last_day}"
    data = {"stream": house, "person_id": RIDER, "last_day": last_day, "reason": "moved_out"}
    log.event("household.person_left/1", CLERK, data, cmd=cmd)
    if both:
        log.event(
            "residence.given_up/1",
            CLERK,
            {"stream": RESIDENCE, "household_id": house, "last_day": last_day},
            cmd=cmd,
        )


def test_one_household_after_the_other_is_not_found_fault_with() -> None:
    log = Log()
    joined(log, HOUSE, "2026-01-01")
    log.event("household.head_named/1", CLERK, {"stream": HOUSE, "head_id": RIDER, "since": "2026-02-01"})
    left(log, HOUSE, "2026-06-30")
    joined(log, OTHER_HOUSE, "2026-07-01")
    assert log.findings(Households) == []


def test_two_households_at_a_time_are_found() -> None:
    log = Log()
    joined(log, HOUSE, "2026-01-01")
    joined(log, OTHER_HOUSE, "2026-07-01")
    assert log.findings(Households) == [("duties.two_households", False)]


def test_a_household_and_its_people_say_the_same() -> None:
    log = Log()
    joined(log, HOUSE, "2026-01-01")
    left(log, HOUSE, "2026-06-30", both=False)
    joined(log, OTHER_HOUSE, "2026-07-01", both=False)
    assert log.findings(Households) == [("duties.one_sided", False)] * 2


def test_nobody_leaves_or_heads_a_household_that_is_not_his() -> None:
    log = Log()
    joined(log, HOUSE, "2026-01-01")
    left(log, OTHER_HOUSE, "2026-06-30")
    log.event("household.head_named/1", CLERK, {"stream": HOUSE, "head_id": CHECKER, "since": "2026-02-01"})
    assert [code for code, _ in log.findings(Households)] == ["duties.not_in_household"] * 2


@pytest.mark.parametrize("by", [RIDER, VETTER])
def test_nobody_records_his_own_household_and_nobody_that_of_those_he_lives_with(by: str) -> None:
    log = Log()
    joined(log, HOUSE, "2026-01-01")
    neighbour = {"person_id": VETTER, "since": "2026-01-01", "reason": "registered"}
    log.event("household.person_joined/1", CLERK, {"stream": HOUSE, **neighbour}, cmd="in")
    taken = {"person_id": VETTER, "household_id": HOUSE, "since": "2026-01-01"}
    log.event("residence.taken/1", CLERK, {"stream": str(derived("residence", VETTER)), **taken}, cmd="in")
    assert log.findings(Households) == []
    log.event("household.head_named/1", by, {"stream": HOUSE, "head_id": RIDER, "since": "2026-02-01"})
    assert log.findings(Households) == [("duties.own_household", False)]


def test_nobody_lets_himself_into_a_household() -> None:
    log = Log({"household.person_joined/1": {"by": RIDER}, "residence.taken/1": {"by": RIDER}})
    joined(log, HOUSE, "2026-01-01")
    assert log.findings(Households) == [("duties.own_household", False)]


def paid(
    *,
    days: int = 7,
    on: str = "2026-11-22",
    acknowledged_by: str | None = None,
    checker: str = CHECKER,
    version: int = 2,
) -> list[tuple[str, bool]]:
    """A payment prepared on a day, to an account that was changed on 20 November."""
    log = Log()
    period = {"stream": str(derived("cooling", TOWNSHIP)), "division": TOWNSHIP, "days": days, "document": "1"}
    log.event("cooling.set/1", ADMINISTRATOR, {**period, "since": "2026-01-01"})
    account = {"stream": RIDER, "version": version, **ACCOUNT, "set_by": CLERK, "set_on": "2026-11-20"}
    log.event("person.payee_account_set/1", CLERK, account, on="2026-11-20")
    named = log.entries[-1].name
    if acknowledged_by is not None:
        data = {"stream": RIDER, "version": version, "acknowledged_by": acknowledged_by}
        log.event("person.payee_account_acknowledged/1", acknowledged_by, data)
    payment = {
        "stream": str(derived("payment", 1)),
        "batch_id": HOUSE,
        "payee_id": RIDER,
        "line": 1,
        "amount_fen": 1000,
    }
    more = {"rewards": [], "account": named, "end_to_end_id": "1", "budget_id": HOUSE, "replaces": []}
    log.event("payment.prepared/1", ADMINISTRATOR, {**payment, **more}, on=on)
    log.event("payment.approved/1", checker, {"stream": str(derived("payment", 1))})
    return log.findings(PayeeAccounts)


def test_a_changed_account_is_not_paid_on_before_its_time() -> None:
    assert paid() == [("duties.cooling", False)]
    assert paid(on="2026-11-26") == [("duties.cooling", False)]
    assert paid(on="2026-11-27") == paid(days=0) == paid(version=1) == paid(acknowledged_by=CHECKER) == []


def test_whoever_set_an_account_neither_acknowledges_nor_approves() -> None:
    assert paid(acknowledged_by=CLERK) == [("duties.acted_twice", False)]
    assert paid(acknowledged_by=RIDER) == [("duties.acted_twice", False)]
    assert paid(days=0, checker=CLERK) == [("duties.acted_twice", False)]
