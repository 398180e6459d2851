"""Points follow the rule of a deed's day, once, however many decide at once; what was spent can still be taken back.

The clock of this county can be moved on: a later version of a rule holds for coming days only.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from api.commands import budgets, county, households, incidents, points
from api.commands.incidents import Handling, Report, Verdict
from api.commands.points import Deduction, Points, account_stream
from api.commands.shared import today
from api.context import App, make_ready, open_app
from api.custody.wrapping import REHEARSAL
from api.exporting import export_package
from api.points_simulating import simulate_rule
from api.settings import read_settings
from audit.findings import Check
from audit.verify import verify_package
from domain.households import household_id
from domain.kernel.ids import EventName
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.points import accounts
from domain.points.accounts import Account, account_id
from domain.points.rules import Cap, Category, Content, Item, Window
from journal.facts import Actor, Fact
from journal.journal import Reading, now
from tests.conftest import temporary_home
from tests.journeys.conftest import COUNTY, SECRET, SINCE, VILLAGE, People
from tests.projections.conftest import install_models
from tests.stations import SOAP, Counter, opened_station

if TYPE_CHECKING:
    from tests.conftest import Cluster

CONTENT = Content(
    holder="household",
    categories=(Category("report", "上报事件"), Category("order", "环境与秩序")),
    items=(
        Item("report", "report", "有效线索", 10, "each"),
        Item("report:道路交通", "report", "道路交通线索", 35, "each"),
        Item("littering", "order", "乱倒垃圾", -15, "each"),
    ),
    caps=(Cap("person", "day", 60), Cap("household", "month", 75)),
    expires_after_months=1,
)


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
        beginning = county.Beginning("mingzhang.example/points", COUNTY, "演练县", "演练主任", True)
        founder = county.begin(settings, access, beginning, secret=SECRET, cost=REHEARSAL, clock=clock)
        with open_app(settings, access=access, clock=clock) as app:
            yield app, founder
    cluster.drop(access)


@pytest.fixture
def counter(app: App, people: People, clock: Clock) -> Counter:
    """A station; the first two members in one household; from the next day on, which has come, the rule above."""
    counter = opened_station(app, admin=people.administrator, village=VILLAGE)
    on = today(app)
    with_both = [households.Joining(one, SINCE, "registered") for one in people.members[:2]]
    households.register(
        app,
        actor=people.administrator,
        key="house",
        division=VILLAGE,
        reference="城东9号",
        joinings=with_both,
        on=on,
    )
    publish(app, people, CONTENT, since=on + timedelta(days=1))
    clock.days = 1
    budgets.appropriate(
        app,
        actor=people.administrator,
        key="money",
        year=today(app).year,
        document="演练〔2026〕8号",
        amount_fen=Fen(100_000),
        on=today(app),
    )
    return counter


HOUSE = account_id("household", household_id(VILLAGE, "城东9号"))


def publish(app: App, people: People, content: Content, *, since: date) -> None:
    points.publish(
        app,
        actor=people.administrator,
        key=f"rule-{since}",
        division=COUNTY,
        content=content,
        since=since,
        document="演练〔2026〕7号",
        on=today(app),
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


def decide(app: App, people: People, ids: Sequence[UUID], *, reward: bool = True) -> tuple[str, ...]:
    """Decide all of them valid in one command; the names of what was recorded."""
    valid = [Verdict(one, True, "meets_catalogue") for one in ids]
    key, on = f"decide-{ids[0]}", today(app)
    return incidents.decide_validity(app, actor=people.decider, key=key, verdicts=valid, on=on, reward=reward).events


def standing(app: App, identity: UUID = HOUSE) -> Account:
    found = app.journal.state(account_stream(identity), accounts.evolve)
    assert found is not None
    return found


def require_whole(app: App, folder: Path) -> str:
    """An auditor finds nothing wrong; what he counted of points."""
    app.runner.catch_up()
    export_package(app.settings, app.access, folder)
    report = verify_package(folder, processes=1)
    assert [(finding.code, dict(finding.facts)) for finding in report.findings if not finding.attention] == []
    assert report.verdict == "whole"
    return " ".join(str(one.summary) for one in report.checks if one.check is Check.POINTS)


def test_a_valid_report_earns_points_once_by_the_rule_of_its_day(
    app: App, people: People, counter: Counter, clock: Clock, tmp_path: Path
) -> None:
    """Two of one household: 35, 10 and 10 for the first; then the month's 75 of the household are nearly full."""
    first = handled(app, people, 0, 1, category="道路交通")
    names = decide(app, people, first)
    assert [name.partition("/")[0] for name in names][-2:] == ["points_account", "points_account"]
    assert decide(app, people, first) == names, "the same command gives its first receipt"
    decide(app, people, handled(app, people, 0, 2), reward=False)
    assert standing(app).held == 55
    with ThreadPoolExecutor(4) as pool:
        waiting = [handled(app, people, 1, 1) for _ in range(4)]
        list(pool.map(lambda ids: decide(app, people, ids, reward=False), waiting))
    earned = [one.points for one in standing(app).settled]
    assert sorted(earned) == [0, 0, 10, 10, 10, 10, 35]
    assert standing(app).held == 75

    # Nobody of that household: his own account, and 60 a day.
    decide(app, people, handled(app, people, 2, 8), reward=False)
    assert standing(app, account_id("person", people.members[2])).held == 60
    said = require_whole(app, tmp_path / "package")
    assert "'grants': 11" in said


def test_spent_points_of_a_report_taken_back_are_a_debt_that_later_ones_repay(
    app: App, people: People, counter: Counter, clock: Clock, tmp_path: Path
) -> None:
    counter.receive(SOAP, 5)
    code = handled(app, people, 0, 1, category="道路交通")
    decide(app, people, code)
    asked = counter_code(counter, people)
    counter.exchange(asked, (SOAP, 1))
    assert (standing(app).held, standing(app).debt) == (0, 0)

    on = today(app)
    taking_back = {"app": app, "actor": people.decider, "incident_id": code[0], "reason": "重复上报", "on": on}
    incidents.reverse_reward(**taking_back, key="reverse")
    assert (standing(app).held, standing(app).debt) == (0, 35)
    with pytest.raises(Refusal) as again:
        incidents.reverse_reward(**taking_back, key="reverse-again")
    assert again.value.code == "reward.already_reversed"
    with pytest.raises(Refusal) as again:
        points.take_back(app, actor=people.decider, key="by-hand", account_id=HOUSE, number=2, reason="x", on=on)
    assert again.value.code == "points.already_reversed"
    decide(app, people, handled(app, people, 1, 4), reward=False)
    assert (standing(app).held, standing(app).debt) == (5, 0)

    # Littering costs 15 by a document, as far as there is something; the same document counts once.
    litter = Deduction("littering", VILLAGE, on, "村规〔2026〕3号", person_id=people.members[1])
    points.deduct(app, actor=people.decider, key="litter", deductions=[litter], on=on)
    with pytest.raises(Refusal) as twice:
        points.deduct(app, actor=people.decider, key="litter-again", deductions=[litter], on=on)
    assert twice.value.code == "points.already_deducted"
    assert (standing(app).held, standing(app).debt) == (0, 0)
    points.take_back(
        app,
        actor=people.decider,
        key="not-him",
        account_id=HOUSE,
        number=standing(app).seq,
        reason="认错了人",
        on=on,
    )
    assert standing(app).held == 5
    require_whole(app, tmp_path / "package")


def counter_code(counter: Counter, people: People) -> str:
    """A code that a member of the household gets for it."""
    counter.villagers["member"] = people.member(0)
    return counter.code("member", account=HOUSE)


def test_points_expire_after_their_last_day_and_running_it_twice_changes_nothing(
    app: App, people: People, counter: Counter, clock: Clock, tmp_path: Path
) -> None:
    decide(app, people, handled(app, people, 0, 1), reward=False)
    clock.days = 70
    on = today(app)
    assert (standing(app).held, standing(app).spendable(on)) == (10, 0)
    due = {"app": app, "actor": people.administrator, "account_ids": [HOUSE], "on": on}
    points.expire(**due, key="expire")
    with pytest.raises(Refusal) as again:
        points.expire(**due, key="expire-again")
    assert again.value.code == "command.nothing_to_record"
    assert (standing(app).held, standing(app).expired) == (0, (accounts.Lot(10, standing(app).expired[0].expires_on),))
    require_whole(app, tmp_path / "package")


def test_what_is_taken_back_of_a_closed_account_is_borne_by_the_one_that_took_its_place(
    app: App, people: People, counter: Counter, clock: Clock
) -> None:
    first = handled(app, people, 0, 1)
    decide(app, people, first, reward=False)
    decide(app, people, handled(app, people, 2, 1), reward=False)
    taker, on = account_id("person", people.members[2]), today(app)

    def merged(read: Reading) -> Iterator[Fact]:
        both = Points(app, read, people.administrator)
        cause = EventName(f"{account_stream(HOUSE)}@1")
        said = {"reason": "merged", "document": "证明", "on": on, "cause": cause}
        yield from both.move(HOUSE, taker, points=None, **said)
        yield from both.close(HOUSE, successor_id=taker, **said)

    app.journal.execute(actor=people.administrator, key="merge", inputs={"merge": 1}, decide=merged)
    assert (standing(app).closed, standing(app).held, standing(app, taker).held) == (True, 0, 20)
    points.take_back(app, actor=people.decider, key="back", account_id=HOUSE, number=2, reason="误报", on=on)
    assert (standing(app).debt, standing(app, taker).held) == (0, 10)
    decide(app, people, handled(app, people, 1, 1), reward=False)
    assert (standing(app).held, standing(app, taker).held) == (0, 20)


def test_a_proposed_rule_is_tried_on_what_was_done(app: App, people: People, counter: Counter, clock: Clock) -> None:
    decide(app, people, handled(app, people, 0, 2), reward=False)
    decide(app, people, handled(app, people, 2, 1, category="道路交通"), reward=False)
    on = today(app)
    doubled = Content(
        holder="household",
        categories=CONTENT.categories,
        items=(Item("report", "report", "有效线索", 4, "each"),),
        windows=(Window(on, on, 250),),
    )
    found = simulate_rule(app, division=COUNTY, content=doubled, since=on, until=on)
    (reports,) = found.categories
    assert (reports.deeds, reports.holders, reports.points, reports.gave) == (3, 2, 30, 55)
    before = app.journal.position()
    assert simulate_rule(app, division=COUNTY, content=CONTENT, since=on, until=on).points == 55
    assert app.journal.position() == before
