"""A month is closed by two people; below its seal nothing can be booked, and what is told later is booked after it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.commands import booking_days, incidents, periods
from api.commands.incidents import Handling, Report, Verdict
from api.context import App
from api.exporting import export_package
from audit.findings import Check, Status
from audit.verify import verify_package
from domain.kernel.calendar import Month
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.periods import Disclosed
from journal.facts import Actor, Fact
from journal.journal import Reading
from tests.journeys.conftest import VILLAGE, People

MARCH, APRIL = Month("2025-03"), Month("2025-04")
IN_MARCH, IN_APRIL, IN_MAY = date(2025, 3, 12), date(2025, 4, 3), date(2025, 5, 6)


def reward(app: App, people: People, *, on: date, member: int = 0) -> UUID:
    """A report of March from beginning to end, decided on a day; its id."""
    incident_id, reporter = uuid4(), people.members[member]
    reported = datetime(2025, 3, 10, 1, tzinfo=UTC)
    new = Report(incident_id, reporter, "市容环境", VILLAGE, "路灯不亮", reported, "register")
    incidents.report(app, actor=people.administrator, key=f"report-{incident_id}", reports=[new])
    seen = [Verdict(incident_id, True, "seen_on_site")]
    incidents.verify(app, actor=people.verifier, key=f"verify-{incident_id}", verdicts=seen, on=on)
    done = [Handling(incident_id, people.handler.person_id, "已修好", reported)]
    incidents.handle(app, actor=people.handler, key=f"handle-{incident_id}", handlings=done)
    valid = [Verdict(incident_id, True, "meets_catalogue")]
    incidents.decide_validity(app, actor=people.decider, key=f"decide-{incident_id}", verdicts=valid, on=on)
    return incident_id


def propose(app: App, by: Actor, month: Month, *, on: date, **given: Any) -> str:
    """Propose to close a month; the digest that the second person is shown."""
    periods.propose(app, actor=by, key=f"propose-{uuid4()}", month=month, reasons={}, on=on, **given)
    state = periods.periods_of(app)
    assert state is not None
    assert state.proposal is not None
    return state.proposal.figures.digest


def seal(app: App, by: Actor, digest: str, *, on: date, month: Month = MARCH) -> None:
    periods.seal(app, actor=by, key=f"seal-{uuid4()}", month=month, shown_digest=digest, on=on)


def refused(code: str, call: Any) -> None:
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.code == code


def require_whole(app: App, folder: Path, *, seals: int) -> None:
    """An auditor computes every seal again from the events, and finds nothing wrong."""
    app.runner.catch_up()
    export_package(app.settings, app.access, folder)
    report = verify_package(folder, processes=1)
    assert [finding for finding in report.findings if not finding.attention] == []
    (closing,) = [one for one in report.checks if one.check is Check.PERIODS]
    assert (closing.status, closing.summary) == (Status.PASSED, {"seals": seals, "month": APRIL})


def test_two_people_close_a_month_and_nothing_is_booked_in_it_afterwards(
    app: App, people: People, tmp_path: Path
) -> None:
    reward(app, people, on=IN_MARCH)
    app.runner.catch_up()
    shown = periods.month_end(app, MARCH)
    assert shown.blocking == shown.differences == ()
    payable = shown.reconciled[0]
    assert (payable.kind, payable.ledger_fen, payable.batches_fen) == ("payable", 1_000, 1_000)
    assert shown.disclosed == (Disclosed("reward.granted/1", VILLAGE, 1, Fen(1_000)),)

    refused("period.not_over", lambda: propose(app, people.maker, MARCH, on=date(2025, 3, 31)))
    digest = propose(app, people.maker, MARCH, on=IN_APRIL)
    refused("period.closing", lambda: reward(app, people, on=IN_MARCH))
    refused("authority.role_may_not", lambda: seal(app, people.maker, digest, on=IN_APRIL))
    refused("period.digest_differs", lambda: seal(app, people.checker, "0" * 64, on=IN_APRIL))
    seal(app, people.checker, digest, on=IN_APRIL)
    refused("period.sealed", lambda: reward(app, people, on=IN_MARCH))
    reward(app, people, on=IN_APRIL)
    refused("period.not_next", lambda: propose(app, people.maker, MARCH, on=IN_MAY))
    seal(app, people.checker, propose(app, people.maker, APRIL, on=IN_MAY), on=IN_MAY, month=APRIL)
    require_whole(app, tmp_path / "package", seals=2)


def test_a_withdrawn_proposal_opens_the_month_again_and_an_old_page_seals_nothing(app: App, people: People) -> None:
    first = propose(app, people.maker, MARCH, on=IN_APRIL)
    periods.withdraw(app, actor=people.checker, key="withdraw", month=MARCH, reason="漏了一笔", on=IN_APRIL)
    refused("period.not_proposed", lambda: seal(app, people.checker, first, on=IN_APRIL))
    reward(app, people, on=IN_MARCH)
    second = propose(app, people.maker, MARCH, on=IN_APRIL)
    refused("period.digest_differs", lambda: seal(app, people.checker, first, on=IN_APRIL))
    seal(app, people.checker, second, on=IN_APRIL)


def test_what_was_judged_before_a_proposal_came_is_judged_again(app: App, people: People) -> None:
    """Whoever books has read how far the books are closed: a proposal that comes in between sends him back."""
    incident_id = reward(app, people, on=IN_MARCH)
    guard, shown = app.journal.guard, list[str]()
    assert guard is not None

    def interrupted(read: Reading, facts: Sequence[Fact]) -> None:
        guard(read, facts)
        if not shown:
            shown.append(propose(app, people.maker, MARCH, on=IN_APRIL))

    app.journal.guard = interrupted
    taken_back: dict[str, Any] = {
        "actor": people.decider,
        "incident_id": incident_id,
        "reason": "重复上报",
        "on": IN_MARCH,
    }
    refused("period.closing", lambda: incidents.reverse_reward(app, key="late", **taken_back))
    app.journal.guard = guard
    seal(app, people.checker, shown[0], on=IN_APRIL)


def test_facts_without_money_are_never_held_up(app: App, people: People) -> None:
    seal(app, people.checker, propose(app, people.maker, MARCH, on=IN_APRIL), on=IN_APRIL)
    incident_id = uuid4()
    told = datetime(2025, 3, 20, 1, tzinfo=UTC)
    new = Report(incident_id, people.members[0], "市容环境", VILLAGE, "路灯不亮", told, "register")
    receipt = incidents.report(app, actor=people.administrator, key="report", reports=[new])
    assert receipt.events


def test_a_day_below_the_seal_is_booked_on_the_first_open_one(app: App, people: People) -> None:
    seal(app, people.checker, propose(app, people.maker, MARCH, on=IN_APRIL), on=IN_APRIL)
    read = Reading(app.journal.store, app.journal.codec)
    assert booking_days.effective_on(app, read, date(2025, 2, 27)) == date(2025, 4, 1)
    assert booking_days.effective_on(app, read, IN_APRIL) == IN_APRIL
    assert read.versions, "how far the books are closed is part of the decision"
