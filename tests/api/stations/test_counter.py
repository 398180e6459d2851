"""A counter in a village: two say yes, points and goods change hands at once, and every count is exact."""

import itertools
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from api.commands import exchanges, stations, stocks
from api.commands.county import NewPerson, NewPlace, register_persons, register_places
from api.commands.exchange_codes import exchange_of
from api.commands.exchanges import Wanted
from api.commands.household_moves import move
from api.commands.households import Joining, join, leave, name_head, register
from api.commands.points import account_stream
from api.context import open_app
from api.custody.enrolling import enrol
from api.custody.wrapping import REHEARSAL
from api.exporting import export_package
from audit.findings import Status
from audit.verify import verify_package
from domain import households
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.points import accounts
from domain.stations import exchanges as of_exchanges
from domain.stations import stocks as of_stocks
from domain.stations.stations import station_id
from journal import journal as journals
from journal.facts import Actor, Receipt
from tests.api.web.county import VILLAGE, copied_county
from tests.stations import POT, SECRET, SINCE, SOAP, UMBRELLA, Counter, opened_station

if TYPE_CHECKING:
    from tests.conftest import Cluster

CLIENTS = 64


@pytest.fixture(scope="module")
def counter(cluster: "Cluster") -> Iterator[Counter]:
    with copied_county(cluster) as county:
        yield opened_station(county.app, admin=county.admin, village=VILLAGE, villagers=CLIENTS + 9)


def held(counter: Counter, account) -> int:
    return counter.app.journal.state(account_stream(account), accounts.evolve).held


def left(counter: Counter, sku: str) -> int:
    return counter.app.journal.state(of_stocks.stock_stream(counter.station, sku), of_stocks.evolve).on_hand


def outcome(call) -> str:
    """What became of it: a receipt, or the code of the refusal."""
    try:
        answer = call()
    except Refusal as refusal:
        return refusal.code
    assert isinstance(answer, Receipt)
    return "done"


def refused(call) -> str:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.code


def test_a_day_at_the_counter_and_what_an_auditor_finds(counter: Counter, tmp_path) -> None:
    """The whole story, exported and verified by the offline tool: nothing is found, and check 28 has counted it."""
    app, on = counter.app, counter.today
    old = counter.villagers["old"].person_id
    counter.receive(UMBRELLA, 10)
    counter.receive(SOAP, 5, unit_cost_fen=901)
    counter.give_points(("person", old), 300)
    counter.give_points(("household", counter.household), 200)

    receipt = counter.exchange(counter.code("old"), (UMBRELLA, 2), (SOAP, 1))
    assert [name.partition("/")[0] for name in receipt.events] == [
        "exchange",
        "points_account",
        "stock",
        "stock",
        "taking",
    ]
    assert (held(counter, counter.account("old")), left(counter, UMBRELLA)) == (145, 8)

    # His daughter comes for him, and for the household; a stranger may not.
    counter.exchange(counter.code("young", account=counter.account("old")), (SOAP, 1))
    family = accounts.account_id("household", counter.household)
    counter.exchange(counter.code("young", account=family), (UMBRELLA, 1), by="deputy")
    stranger = partial(counter.code, "villager-0", account=counter.account("old"))
    assert refused(stranger) == "exchange.not_for_account"

    # Staff speaks for the old without a telephone, and says why; the keeper still has to agree.
    asked = exchanges.authorise(
        app,
        actor=counter.staff["accountant"],
        key=counter.key(),
        account_id=counter.account("old"),
        points_max=50,
        reason="no_phone",
        on=on,
    )
    assert refused(partial(counter.exchange, asked.code, (UMBRELLA, 1))) == "exchange.above_authorised"
    counter.exchange(asked.code, (SOAP, 1))
    exchange = app.journal.state(of_exchanges.exchange_stream(asked.exchange_id), of_exchanges.evolve)
    assert exchange.channel == "staff"

    # A code that was shown can be taken back, by its own side alone; then it works no more.
    shown = counter.code("young", account=counter.account("old"))
    gone = {"app": app, "exchange_id": exchange_of(app, code=shown), "on": on}
    for who in (counter.staff["accountant"], counter.villagers["villager-0"]):
        assert refused(partial(exchanges.withdraw, **gone, actor=who, key=counter.key())) == "exchange.not_for_account"
    exchanges.withdraw(**gone, actor=counter.villagers["old"], key=counter.key())
    assert refused(partial(counter.exchange, shown, (SOAP, 1))) == "exchange.code_withdrawn"

    # A code works once; what was taken by mistake comes back, and some of another day's goods.
    assert refused(partial(counter.exchange, asked.code, (SOAP, 1))) == "exchange.code_used"
    undo = {"app": app, "actor": counter.staff["deputy"], "exchange_id": asked.exchange_id, "on": on}
    exchanges.cancel(**undo, key=counter.key(), reason="拿错了东西")
    assert refused(partial(exchanges.cancel, **undo, key=counter.key(), reason="又来一次")) == "exchange.ended"
    exchanges.give_back(
        app,
        actor=counter.staff["keeper"],
        key=counter.key(),
        exchange_id=named(receipt),
        goods=[Wanted(UMBRELLA, 1)],
        reason="伞骨断了",
        on=on,
    )
    assert (held(counter, counter.account("old")), left(counter, UMBRELLA)) == (170, 8)

    # Cash makes up for what lacks, and nobody serves himself.
    counter.exchange(counter.code("old"), (UMBRELLA, 3), cash=True)
    assert held(counter, counter.account("old")) == 0
    own = counter.staff["keeper"]
    counter.give_points(("person", own.person_id), 100)
    mine = exchanges.authorise(
        app, actor=own, key=counter.key(), account_id=accounts.account_id("person", own.person_id), on=on
    )
    assert refused(partial(counter.exchange, mine.code, (SOAP, 1))) == "chain.acted_twice"
    counter.exchange(mine.code, (SOAP, 1), by="deputy")

    # The shelf is counted: what lacks is booked by the second person, and by him only.
    goods = {"app": app, "station_id": counter.station, "sku": UMBRELLA, "on": on}
    stocks.count(**goods, actor=own, key=counter.key(), counted=4, reason="雨天借出未还")
    by_keeper = partial(stocks.confirm, **goods, actor=own, key=counter.key(), quantity=-1)
    assert refused(by_keeper) == "authority.role_may_not"
    stocks.confirm(**goods, actor=counter.staff["supervisor"], key=counter.key(), quantity=-1)
    stocks.propose_write_off(
        **goods, actor=counter.staff["accountant"], key=counter.key(), quantity=1, reason="受潮发霉"
    )
    by_proposer = partial(stocks.confirm, **goods, actor=counter.staff["accountant"], key=counter.key(), quantity=1)
    assert refused(by_proposer) == "chain.acted_twice"
    stocks.confirm(**goods, actor=counter.staff["supervisor"], key=counter.key(), quantity=1)
    assert left(counter, UMBRELLA) == 3
    closing = {"app": app, "actor": counter.admin, "station_id": counter.station, "on": on, "last_day": on}
    close = partial(stations.close_station, **closing, key=counter.key(), reason="merged")
    assert refused(close) == "station.stock_left"

    # One gift divided between two villages: the paper that has served in one serves in the other with a reason only.
    there = second_station(counter)
    gift = stocks.NewGoods(UMBRELLA, 2, Fen(0), "donation", "捐赠单（2026）第7号")
    given = {"app": app, "actor": counter.admin, "on": on}
    both = stocks.receive(**given, key=counter.key(), station_id=counter.station, new=gift)
    assert [name.partition("/")[0] for name in both.events] == ["donation_slip", "stock"]
    again = partial(stocks.receive, **given, key=counter.key(), station_id=there)
    assert refused(partial(again, new=replace(gift, document="捐赠单(2026)第7号"))) == "stock.slip_used_elsewhere"
    again(new=replace(gift, reason="两村各分两把"))

    package = tmp_path / "package"
    export_package(app.settings, app.access, package)
    report = verify_package(package, log_key=str(app.log_key), processes=1)
    (judged,) = [one for one in report.checks if one.check == "stations"]
    assert [(one.code, one.facts) for one in report.findings if not one.attention] == []
    assert judged.status is Status.PASSED
    assert judged.summary["stations"] == 2


def second_station(counter: Counter) -> UUID:
    """A station in the next village, which offers umbrellas."""
    village = Division("361125001202")
    asked = {"app": counter.app, "actor": counter.admin, "on": counter.today}
    places = [NewPlace(village, "城西村")]
    register_places(**asked, key=counter.key(), new=places, since=SINCE)
    stations.open_station(**asked, key=counter.key(), division=village, name="城西驿站", opened_on=counter.today)
    listing = stations.NewListing(UMBRELLA, "雨伞", "把", 60, 7, counter.today, None)
    stations.list_item(**asked, key=counter.key(), station_id=station_id(village), new=listing)
    return station_id(village)


def named(receipt: Receipt) -> UUID:
    """The exchange that a receipt begins with."""
    return UUID(receipt.events[0].partition("/")[2].partition("@")[0])


def test_nobody_takes_the_points_of_a_household_alone(counter: Counter) -> None:
    """Not by joining it, not by inventing it, not as the keeper who lives there."""
    app, on, admin = counter.app, counter.today, counter.admin
    clerk, keeper, owner = counter.staff["accountant"], counter.staff["keeper"], counter.villagers["villager-67"]
    house = households.household_id(counter.village, "城南1号")
    new = {"division": counter.village, "reference": "城南1号", "on": on}
    joining = [Joining(owner.person_id, SINCE, "registered", head=True)]
    register(app, actor=admin, key=counter.key(), **new, joinings=joining)
    counter.give_points(("household", house), 200)
    counter.give_points(("person", owner.person_id), 100)
    asked = {"app": app, "household_id": house, "on": on}

    def let_in(who: Actor, by: Actor, **more: bool) -> Receipt:
        joinings = [Joining(who.person_id, on, "moved_in", **more)]
        return join(**asked, actor=by, key=counter.key(), joinings=joinings)

    def acted_twice(command: Callable[..., object], **facts: object) -> None:
        assert refused(partial(command, **facts, app=app, on=on, actor=clerk, key=counter.key())) == "chain.acted_twice"

    assert refused(partial(let_in, clerk, clerk, head=True)) == "chain.acted_twice"
    invented = {**new, "reference": "城南404号"}
    assert (
        refused(
            partial(
                register,
                app,
                actor=clerk,
                key=counter.key(),
                **invented,
                joinings=[Joining(clerk.person_id, on, "registered")],
            )
        )
        == "chain.acted_twice"
    )
    register(app, actor=clerk, key=counter.key(), **invented)
    theirs = ("household", households.household_id(counter.village, "城南404号"))
    assert refused(partial(counter.give_points, theirs, 5)) == "chain.acted_twice"
    peopled = ("household", households.household_id(counter.village, "城南405号"))
    register(app, actor=admin, key=counter.key(), **{**new, "reference": "城南405号"})
    stranger = [Joining(uuid4(), on, "moved_in", name="查无此人", head=True)]
    join(app, actor=clerk, key=counter.key(), household_id=peopled[1], joinings=stranger, on=on)
    invented_person = ("person", stranger[0].person_id)
    for holder in (peopled, invented_person):
        assert refused(partial(counter.give_points, holder, 5)) == "chain.acted_twice"

    # Another officer may record that the clerk and the keeper live there; then both keep their hands off it.
    let_in(clerk, admin)
    let_in(keeper, admin)
    there = {"household_id": house}
    acted_twice(name_head, **there, head_id=owner.person_id, since=on)
    acted_twice(leave, **there, person_id=owner.person_id, last_day=on, reason="died")
    moving = {"person_ids": [owner.person_id], "from_id": house, "to_id": theirs[1], "since": on, "reason": "moved"}
    acted_twice(move, **moving)
    family = accounts.account_id("household", house)
    own = accounts.account_id("person", owner.person_id)
    for account in (family, own):
        code = counter.code("villager-67", account=account)
        served = partial(counter.exchange, code, (SOAP, 1))
        assert refused(served) == "chain.acted_twice"
        preview = partial(exchanges.require_valid, app, exchange_id=exchange_of(app, code=code), on=on)
        assert refused(partial(preview, actor=keeper)) == "chain.acted_twice"
        assert preview(actor=counter.staff["deputy"]).account_id == account


def test_nobody_spends_for_a_household_of_the_dead(counter: Counter) -> None:
    app, on, admin = counter.app, counter.today, counter.admin
    last = counter.villagers["villager-68"]
    house = households.household_id(counter.village, "城南2号")
    joining = [Joining(last.person_id, SINCE, "registered")]
    new = {"division": counter.village, "reference": "城南2号", "joinings": joining, "on": on}
    register(app, actor=admin, key=counter.key(), **new)
    counter.receive(SOAP, 5)
    holders = (("household", house), ("person", last.person_id))
    asked = {"app": app, "actor": counter.staff["accountant"], "reason": "no_phone", "on": on}
    codes = []
    for holder in holders:
        counter.give_points(holder, 100)
        code = exchanges.authorise(**asked, key=counter.key(), account_id=accounts.account_id(*holder)).code
        codes.append(code)
    gone = {"household_id": house, "person_id": last.person_id, "last_day": on, "reason": "died", "on": on}
    leave(app, actor=admin, key=counter.key(), **gone)
    for holder, code in zip(holders, codes, strict=True):
        again = partial(exchanges.authorise, **asked, key=counter.key(), account_id=accounts.account_id(*holder))
        assert refused(again) == "exchange.nobody_left"
        assert refused(partial(counter.exchange, code, (SOAP, 1))) == "exchange.nobody_left"


def test_whoever_holds_office_elsewhere_asks_for_his_family_all_the_same(counter: Counter) -> None:
    """His right is that of the family; where his office has its area does not matter, unless he helps a stranger."""
    app, on, admin = counter.app, counter.today, counter.admin
    far, role = Actor(uuid4(), "grid_worker"), "grid_worker"
    place = Division("361125001902")
    register_places(app, actor=admin, key=counter.key(), new=[NewPlace(place, "远村")], since=SINCE, on=on)
    new = [NewPerson(far.person_id, "远方", role, place, SINCE)]
    register_persons(app, actor=admin, key=counter.key(), new=new, on=on)
    roles = [(far.person_id, role)]
    (far,) = enrol(app, administrator=admin, officers=roles, secret=SECRET, on=on, cost=REHEARSAL)
    wife = counter.villagers["villager-69"]
    joinings = [Joining(one.person_id, SINCE, "registered") for one in (wife, far)]
    new_house = {"division": counter.village, "reference": "城南3号", "joinings": joinings, "on": on}
    register(app, actor=admin, key=counter.key(), **new_house)
    for word in ("villager-69", "villager-70"):
        counter.give_points(("person", counter.villagers[word].person_id), 100)
    asked = {"app": app, "actor": far, "on": on}
    done = exchanges.authorise(**asked, key=counter.key(), account_id=counter.account("villager-69"))
    exchanges.withdraw(**asked, key=counter.key(), exchange_id=done.exchange_id)
    stranger = partial(exchanges.authorise, **asked, key=counter.key(), account_id=counter.account("villager-70"))
    assert refused(partial(stranger, reason="no_phone")) == "authority.outside_area"


def test_what_happened_at_home_is_whole_to_an_auditor(counter: Counter, tmp_path) -> None:
    package = tmp_path / "package"
    export_package(counter.app.settings, counter.app.access, package)
    report = verify_package(package, log_key=str(counter.app.log_key), processes=1)
    assert [(one.code, one.facts) for one in report.findings if not one.attention] == []


def test_sixty_four_counters_and_twenty_umbrellas(counter: Counter) -> None:
    """Each of 64 villagers wants one; twenty get one, forty-four hear that none is left, and nobody asks again."""
    app = counter.app
    wanting = [f"villager-{number}" for number in range(CLIENTS)]
    for word in wanting:
        counter.give_points(("person", counter.villagers[word].person_id), 60)
    counter.receive(UMBRELLA, 20 - left(counter, UMBRELLA))
    codes = [counter.code(word) for word in wanting]
    serving = ["keeper", "deputy"] * (CLIENTS // 2)
    with ThreadPoolExecutor(CLIENTS) as pool:
        calls = [
            pool.submit(outcome, partial(counter.exchange, code, (UMBRELLA, 1), by=by))
            for code, by in zip(codes, serving, strict=True)
        ]
        said = Tally(call.result() for call in calls)
    assert said == {"done": 20, "stock.not_enough": 44}
    assert left(counter, UMBRELLA) == 0
    assert Tally(held(counter, counter.account(word)) for word in wanting) == {0: 20, 60: 44}
    stock = app.journal.state(of_stocks.stock_stream(counter.station, UMBRELLA), of_stocks.evolve)
    assert stock.value_fen == 0


def test_counters_of_two_programs_on_one_database_stand_in_one_line(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve bottles are wanted at once, half of them at the other program, and all that went out come back at once:
    nobody decides in vain more than once.
    """
    who, clients = f"villager-{CLIENTS + 2}", 12
    counter.give_points(("person", counter.villagers[who].person_id), 35 * 10)
    counter.receive(SOAP, clients)
    codes = [counter.code(who) for _ in range(clients)]
    monkeypatch.setattr(
        journals, "ATTEMPTS_MAX", 2
    )  # what one program remembers the other has changed: read, once more
    with open_app(counter.app.settings, access=counter.app.access) as app, ThreadPoolExecutor(clients) as pool:
        programs = itertools.cycle((counter, replace(counter, app=app)))
        calls = [pool.submit(outcome, partial(next(programs).exchange, code, (SOAP, 1))) for code in codes]
        said = Tally(call.result() for call in calls)
        assert said == {"done": 10, "points.too_few": 2}
        shelf = left(counter, SOAP)
        ids = [exchange_of(counter.app, code=code) for code in codes]
        back = partial(exchanges.cancel, actor=counter.staff["keeper"], reason="拿错了东西", on=counter.today)
        calls = [
            pool.submit(outcome, partial(back, next(programs).app, key=counter.key(), exchange_id=one)) for one in ids
        ]
        assert Tally(call.result() for call in calls) == {"done": 10, "exchange.not_made": 2}
    assert left(counter, SOAP) == shelf + 10


def test_sixty_four_codes_on_one_account(counter: Counter) -> None:
    """One villager has 350 points and 64 codes are entered at once: ten bottles at 35 go out, and not one more."""
    who = f"villager-{CLIENTS}"
    counter.give_points(("person", counter.villagers[who].person_id), 350)
    counter.receive(SOAP, CLIENTS)
    shelf = left(counter, SOAP)
    codes = [counter.code(who) for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        calls = [pool.submit(outcome, partial(counter.exchange, code, (SOAP, 1))) for code in codes]
        said = Tally(call.result() for call in calls)
    assert said == {"done": 10, "points.too_few": 54}
    assert held(counter, counter.account(who)) == 0
    assert shelf - left(counter, SOAP) == 10


def test_an_account_takes_one_pot_a_month_also_at_two_counters(counter: Counter) -> None:
    who = f"villager-{CLIENTS + 1}"
    counter.give_points(("person", counter.villagers[who].person_id), 2000)
    counter.receive(POT, 2, unit_cost_fen=19_900)
    codes = [counter.code(who), counter.code(who)]
    with ThreadPoolExecutor(2) as pool:
        calls = [
            pool.submit(outcome, partial(counter.exchange, code, (POT, 1), by=by))
            for code, by in zip(codes, ("keeper", "deputy"), strict=True)
        ]
        assert sorted(call.result() for call in calls) == ["done", "exchange.limit_reached"]
    assert held(counter, counter.account(who)) == 1100


def test_the_same_key_gives_the_same_code_and_the_first_receipt(counter: Counter) -> None:
    asked = {"actor": counter.villagers["young"], "account_id": counter.account("old"), "on": counter.today}
    first = exchanges.authorise(counter.app, key="again", **asked)
    second = exchanges.authorise(counter.app, key="again", **asked)
    assert (first.code, first.exchange_id) == (second.code, second.exchange_id)
    assert second.receipt.replayed
    assert exchange_of(counter.app, code=f" {first.code[:4].lower()}-{first.code[4:]} ") == first.exchange_id
    assert refused(partial(exchange_of, counter.app, code="12")) == "exchange.code_unknown"
