"""No more reports are rewarded than the caps let, however many officers decide at once; and an auditor finds the same.

The clock of this county can be moved on: a cap holds for coming days only.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from api.commands import budgets, caps, catalogue, county, incidents
from api.commands.incidents import Handling, Report, Verdict
from api.commands.shared import today
from api.context import App, make_ready, open_app
from api.custody.wrapping import REHEARSAL
from api.exporting import export_package
from api.settings import read_settings
from audit.verify import verify_package
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from journal.journal import now
from projections import caps as cap_rows
from projections import reward_payments
from tests.conftest import temporary_home
from tests.journeys.conftest import COUNTY, SECRET, TOWNSHIP, VILLAGE, People
from tests.projections.conftest import install_models

if TYPE_CHECKING:
    from tests.conftest import Cluster


class Clock:
    """The time of the machine, and so many days more."""

    def __init__(self) -> None:
        self.days = 0

    def __call__(self) -> datetime:
        return now() + timedelta(days=self.days)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def begun(cluster: "Cluster", clock: Clock) -> Iterator[tuple[App, Actor]]:
    """As for other journeys, with a clock that can be moved on."""
    access, _ = cluster.copy_of("read models", install_models)
    with temporary_home() as home:
        settings = read_settings({"MINGZHANG_HOME": str(home), "MINGZHANG_PAYER_ACCOUNT": "990101000000000001"})
        make_ready(access)
        beginning = county.Beginning("mingzhang.example/caps", COUNTY, "演练县", "演练主任", True)
        founder = county.begin(settings, access, beginning, secret=SECRET, cost=REHEARSAL, clock=clock)
        with open_app(settings, access=access, clock=clock) as app:
            yield app, founder
    cluster.drop(access)


def set_cap(app: App, people: People, kind: str, reports_max: int, *, category: str | None = None) -> None:
    """A cap of the county from tomorrow on."""
    on = today(app)
    caps.set_cap(
        app,
        actor=people.administrator,
        key=f"cap-{kind}-{reports_max}",
        division=COUNTY,
        kind=kind,
        category=category,
        reports_max=reports_max,
        since=on + timedelta(days=1),
        document="演练〔2026〕9号",
        on=on,
    )


def with_money(app: App, people: People) -> None:
    """A budget for the year of the clock."""
    on = today(app)
    budgets.appropriate(
        app,
        actor=people.administrator,
        key=f"budget-{on.year}",
        year=on.year,
        document=f"演练〔{on.year}〕8号",
        amount_fen=Fen(100_000),
        on=on,
    )


def handled(app: App, people: People, member: int, count: int, *, category: str = "市容环境") -> list[UUID]:
    """Reports of one member and of today, confirmed and handled; they wait for their decision."""
    actor, at, on = people.member(member), app.journal.now() - timedelta(seconds=5), today(app)
    ids = [uuid4() for _ in range(count)]
    new = [Report(one, actor.person_id, category, VILLAGE, f"第{n}处", at, "app") for n, one in enumerate(ids)]
    incidents.report(app, actor=actor, key=f"report-{ids[0]}", reports=new)
    seen = [Verdict(one, True, "seen_on_site") for one in ids]
    incidents.verify(app, actor=people.verifier, key=f"verify-{ids[0]}", verdicts=seen, on=on)
    done = [Handling(one, people.handler.person_id, None, at) for one in ids]
    incidents.handle(app, actor=people.handler, key=f"handle-{ids[0]}", handlings=done)
    return ids


def decide(app: App, people: People, ids: Sequence[UUID], on: date) -> tuple[str, ...]:
    """Decide all of them valid in one command; the names of what was recorded."""
    valid = [Verdict(one, True, "meets_catalogue") for one in ids]
    receipt = incidents.decide_validity(app, actor=people.decider, key=f"decide-{ids[0]}", verdicts=valid, on=on)
    return receipt.events


def rewarded(app: App, ids: Sequence[UUID]) -> list[UUID]:
    """Those that earned something, once the read models have caught up; the others are recorded as withheld."""
    app.runner.catch_up()
    with app.reading.connection() as conn:
        paid = [one for one in ids if reward_payments.of_incident(conn, one) is not None]
        held = [one for one in ids if cap_rows.withheld_of(conn, one) is not None]
    assert sorted([*paid, *held]) == sorted(ids), "each is rewarded or withheld, and none is both"
    return paid


def require_whole(app: App, folder: Path) -> None:
    """An auditor finds nothing wrong."""
    app.runner.catch_up()
    export_package(app.settings, app.access, folder)
    report = verify_package(folder, processes=1)
    assert [finding.code for finding in report.findings if not finding.attention] == []
    assert report.verdict == "whole"


def test_eight_decisions_at_once_reward_as_many_as_the_cap_lets(
    app: App, people: People, clock: Clock, tmp_path: Path
) -> None:
    set_cap(app, people, "person_day", 3)
    clock.days = 1
    with_money(app, people)
    ids, on = handled(app, people, 0, 8), today(app)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda one: decide(app, people, [one], on), ids))
    assert len(rewarded(app, ids)) == 3
    assert len(rewarded(app, handled_and_decided(app, people, 1))) == 1, "another person has a count of his own"
    require_whole(app, tmp_path / "package")


def handled_and_decided(app: App, people: People, member: int) -> list[UUID]:
    ids = handled(app, people, member, 1)
    decide(app, people, ids, today(app))
    return ids


def test_one_command_counts_what_it_grants_itself_under_every_cap(
    app: App, people: People, clock: Clock, tmp_path: Path
) -> None:
    """Three a person, four a place, two of a class: each report must be within all of them."""
    set_cap(app, people, "person_day", 3)
    set_cap(app, people, "place_day", 4)
    set_cap(app, people, "class_day", 2, category="公共安全")
    clock.days = 1
    with_money(app, people)
    on = today(app)
    first = handled(app, people, 0, 5)
    decide(app, people, first, on)
    assert rewarded(app, first) == first[:3]
    second = handled(app, people, 1, 3, category="公共安全")
    decide(app, people, second, on)
    assert rewarded(app, second) == second[:1], "the place has four by now"
    with app.reading.connection() as conn:
        held = cap_rows.withheld_of(conn, second[1])
        kinds = {cap.event: cap.kind for cap in cap_rows.within(conn, COUNTY)}
    assert held is not None
    assert (kinds[held.cap], held.used, held.payee_id) == ("place_day", 4, people.members[1])
    require_whole(app, tmp_path / "package")


def test_a_reward_that_was_withheld_is_never_granted_and_one_taken_back_frees_no_place(
    app: App, people: People, clock: Clock
) -> None:
    set_cap(app, people, "person_day", 1)
    clock.days = 1
    with_money(app, people)
    ids, on = handled(app, people, 0, 3), today(app)
    names = decide(app, people, ids[:2], on)
    assert [name.partition("/")[0] for name in names] == ["incident", "quota", "reward", "incident", "withholding"]
    with pytest.raises(Refusal) as refused:
        incidents.grant_rewards(app, actor=people.decider, key="again", incident_ids=[ids[1]], on=on)
    assert refused.value.code == "reward.withheld"
    incidents.reverse_reward(app, actor=people.decider, key="reverse", incident_id=ids[0], reason="重复上报", on=on)
    assert [name.partition("/")[0] for name in decide(app, people, ids[2:], on)] == ["incident", "withholding"]


def test_a_cap_leaves_the_day_on_which_it_is_set_alone(app: App, people: People, clock: Clock) -> None:
    with_money(app, people)
    set_cap(app, people, "person_day", 1)
    ids = handled(app, people, 0, 2)
    clock.days = 1
    decide(app, people, ids, today(app))
    assert rewarded(app, ids) == ids


def test_a_report_is_judged_by_the_catalogue_and_the_items_tariff_of_its_day(
    app: App, people: People, clock: Clock, tmp_path: Path
) -> None:
    """A sensitive item of the township's own; withdrawn the next day, yesterday's report still earns its tariff."""
    with_money(app, people)
    on, admin = today(app), people.administrator
    item = catalogue.NewItem("mf-01", "家庭纠纷", "矛盾纠纷", True)
    catalogue.admit(
        app, actor=admin, key="admit", division=TOWNSHIP, items=[item], since=on, document="演练〔2026〕7号", on=on
    )
    setting = {"app": app, "actor": admin, "division": TOWNSHIP, "category": None, "on": on}
    setting["since"] = on + timedelta(days=1)
    with pytest.raises(Refusal) as refused:
        county.set_tariff(
            **{**setting, "since": on}, key="now", item="mf-01", amount_fen=Fen(1_600), document="演练〔2026〕6号"
        )
    assert refused.value.code == "tariff.replaces_past"
    county.set_tariff(**setting, key="own", item="mf-01", amount_fen=Fen(1_600), document="演练〔2026〕6号")
    with pytest.raises(Refusal) as refused:
        county.set_tariff(**setting, key="none", item="mf-02", amount_fen=Fen(1_600), document="演练〔2026〕5号")
    assert refused.value.code == "catalogue.item_not_admitted"

    clock.days = 1
    on, reporter, at = today(app), people.member(0), app.journal.now()
    one, other = uuid4(), uuid4()
    reports = [Report(one, reporter.person_id, "", VILLAGE, "两户为院墙争吵", at, "app", item="mf-01")]
    incidents.report(app, actor=reporter, key="report", reports=reports)
    catalogue.withdraw(
        app, actor=admin, key="withdraw", division=TOWNSHIP, code="mf-01", last_day=on, reason="移交司法所", on=on
    )
    clock.days = 2
    reports = [Report(other, reporter.person_id, "", VILLAGE, "两户又争吵", app.journal.now(), "app", item="mf-01")]
    with pytest.raises(Refusal) as refused:
        incidents.report(app, actor=reporter, key="late", reports=reports)
    assert (refused.value.code, refused.value.facts["item"]) == ("catalogue.item_not_admitted", "mf-01")

    on = today(app)
    incidents.verify(app, actor=people.verifier, key="verify", verdicts=[Verdict(one, True, "seen_on_site")], on=on)
    handling = Handling(one, people.handler.person_id, None, app.journal.now())
    incidents.handle(app, actor=people.handler, key="handle", handlings=[handling])
    decide(app, people, [one], on)
    app.runner.catch_up()
    with app.reading.connection() as conn:
        reward = reward_payments.of_incident(conn, one)
        assert reward is not None
        assert (reward.amount_fen, reward.category) == (1_600, "矛盾纠纷")
        page = reward_payments.for_month(conn, COUNTY, reward.accrual_month)
    assert (page.withheld.count, page.rows) == (1, ()), "nobody is named on the public page"
    require_whole(app, tmp_path / "package")


def test_a_class_that_nobody_knows_is_refused(app: App, people: People) -> None:
    actor = people.member(0)
    new = Report(uuid4(), actor.person_id, "市容坏境", VILLAGE, "路灯不亮", app.journal.now(), "app")
    with pytest.raises(Refusal) as refused:
        incidents.report(app, actor=actor, key="slip", reports=[new])
    assert refused.value.code == "catalogue.class_unknown"
