"""Two people say yes, a code works once, and what comes back is worth what was given."""

from datetime import timedelta

import pytest

from domain.kernel.ids import EventName
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.stations import exchanges, takings
from domain.stations.exchanges import (
    ExchangeAuthorised,
    ExchangeCancelled,
    ExchangeMade,
    ExchangeReturned,
    ExchangeWithdrawn,
    Line,
    Priced,
    ReturnedLine,
)
from domain.stations.takings import Taken, TakingGivenBack, TakingRecorded
from tests.domain.samples import CLERK, GRID_WORKER, NOW, RIDER, TODAY, TOWNSHIP, VILLAGE, person
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(exchanges.evolve)
given_taken = scenarios(takings.evolve)

ACCOUNT, STATION, KEEPER, EXCHANGE = person("account"), person("station"), person("keeper"), person("exchange")
LISTING = EventName(f"station/{STATION}@3")
TOMORROW = TODAY + timedelta(days=1)
AUTHORISED = ExchangeAuthorised(
    account_id=ACCOUNT, authoriser_id=RIDER, channel="code", valid_until=NOW + timedelta(minutes=10), points_max=500
)
UMBRELLAS = Priced("YUSAN-01", 2, 60, 1800, LISTING, 2000)
SOAP = Priced("XIYIYE", 1, 35, None, LISTING, 900)


def made(*wanted, held=1000, cash_accepted=False, top_up_allowed=True):
    return exchanges.make(
        given(AUTHORISED).state,
        station_id=STATION,
        keeper_id=KEEPER,
        wanted=wanted,
        held=held,
        cash_accepted=cash_accepted,
        top_up_allowed=top_up_allowed,
        on=TODAY,
    )


MADE = made(UMBRELLAS, SOAP)
CANCELLED = ExchangeCancelled(keeper_id=KEEPER, reason="拿错了东西", points=155)
WITHDRAWN = ExchangeWithdrawn(withdrawer_id=RIDER)
BACK = {"keeper_id": KEEPER, "holders": [RIDER], "reason": "伞骨断了"}

TABLES = (
    Table(
        exchanges.evolve,
        exchanges.authorise,
        (),
        {
            "account_id": ACCOUNT,
            "authoriser_id": GRID_WORKER,
            "channel": "staff",
            "living": True,
            "points_max": 100,
            "reason": "no_phone",
            "at": NOW,
        },
        [
            row("exchange.code_taken", given=(AUTHORISED,)),
            row("exchange.not_for_account", channel=None),
            row("exchange.nobody_left", living=False),
            row("exchange.staff_reason_unknown", reason=None),
            row("exchange.points_max_unsuited", points_max=0),
        ],
    ),
    Table(
        exchanges.evolve,
        exchanges.withdraw,
        (AUTHORISED,),
        {"withdrawer_id": CLERK, "channel": "family", "at": NOW},
        [
            row("exchange.unknown", given=()),
            row("exchange.code_withdrawn", given=(AUTHORISED, WITHDRAWN)),
            row("exchange.code_used", given=(AUTHORISED, MADE)),
            row("exchange.code_expired", at=NOW + timedelta(minutes=11)),
            row("exchange.not_for_account", channel="staff"),
        ],
    ),
    Table(
        exchanges.evolve,
        exchanges.cancel,
        (AUTHORISED, MADE),
        {**BACK, "on": TODAY},
        [
            row("exchange.unknown", given=()),
            row("exchange.not_made", given=(AUTHORISED,)),
            row("exchange.not_made", given=(AUTHORISED, WITHDRAWN)),
            row("exchange.ended", given=(AUTHORISED, MADE, CANCELLED)),
            row("exchange.too_late_to_cancel", on=TOMORROW),
            row("chain.acted_twice", keeper_id=RIDER),
            row("reason.insufficient", reason="错"),
        ],
    ),
    Table(
        exchanges.evolve,
        exchanges.give_back,
        (AUTHORISED, MADE),
        {**BACK, "goods": [("YUSAN-01", 1)], "return_days": {"YUSAN-01": 7}, "on": TOMORROW},
        [
            row("exchange.unknown", given=()),
            row("exchange.not_made", given=(AUTHORISED,)),
            row("exchange.ended", given=(AUTHORISED, MADE, CANCELLED)),
            row("exchange.nothing_wanted", goods=[]),
            row("exchange.sku_twice", goods=[("YUSAN-01", 1), ("YUSAN-01", 1)]),
            row("exchange.not_of_it", goods=[("YUSAN-01", 3)]),
            row("exchange.too_late_to_return", return_days={}),
            row("chain.acted_twice", keeper_id=RIDER),
            row("reason.insufficient", reason="坏"),
        ],
    ),
)


def test_only_staff_says_why_it_speaks_for_somebody():
    said = {"account_id": ACCOUNT, "authoriser_id": RIDER, "living": True, "points_max": None, "at": NOW}
    given().when(exchanges.authorise, **said, channel="code", reason="no_phone").refused(
        "exchange.staff_reason_unknown"
    )
    (spoken,) = given().when(exchanges.authorise, **said, channel="family", reason=None).events
    assert spoken.valid_until == NOW + timedelta(minutes=10)


def test_whoever_asked_takes_a_code_back_himself_whatever_his_right_was():
    facts = {"withdrawer_id": RIDER, "channel": None, "at": NOW}
    given(AUTHORISED).when(exchanges.withdraw, **facts).then(WITHDRAWN)


def test_points_buy_goods_within_the_area_that_the_rule_says():
    exchanges.require_within(TOWNSHIP, station=VILLAGE)
    with pytest.raises(Refusal, match=r"exchange\.outside_reach"):
        exchanges.require_within(Division("361125100202"), station=VILLAGE)


@pytest.mark.parametrize(
    ("code", "events", "facts"),
    [
        ("exchange.code_unknown", (), {}),
        ("exchange.code_withdrawn", (AUTHORISED, WITHDRAWN), {}),
        ("exchange.code_used", (AUTHORISED, MADE), {}),
        ("exchange.code_expired", (AUTHORISED,), {"at": NOW + timedelta(minutes=11)}),
        ("exchange.nobody_left", (AUTHORISED,), {"living": False}),
        ("chain.acted_twice", (AUTHORISED,), {"keeper_id": RIDER}),
        ("chain.acted_twice", (AUTHORISED,), {"holders": [CLERK, KEEPER]}),
    ],
)
def test_a_code_works_once_for_some_minutes_and_never_for_the_keeper_himself(code, events, facts):
    asked = {"keeper_id": KEEPER, "holders": [CLERK], "living": True, "at": NOW, **facts}
    with pytest.raises(Refusal) as refused:
        exchanges.require_valid(given(*events).state, **asked)
    assert refused.value.code == code
    facts_of_now = {"keeper_id": KEEPER, "holders": [CLERK], "living": True, "at": NOW}
    assert exchanges.require_valid(given(AUTHORISED).state, **facts_of_now)


@pytest.mark.parametrize(
    ("code", "wanted", "facts"),
    [
        ("exchange.nothing_wanted", (), {}),
        ("exchange.sku_twice", (SOAP, SOAP), {}),
        ("exchange.no_top_up", (SOAP,), {"held": 30, "cash_accepted": True}),
        ("exchange.no_top_up", (UMBRELLAS,), {"held": 30, "cash_accepted": True, "top_up_allowed": False}),
        ("exchange.no_top_up", (UMBRELLAS,), {"held": 0, "cash_accepted": True}),
        ("exchange.above_authorised", (Priced("DIANFANBAO", 1, 501, None, LISTING, 9900),), {}),
    ],
)
def test_what_cannot_be_made(code, wanted, facts):
    with pytest.raises(Refusal) as refused:
        made(*wanted, **facts)
    assert refused.value.code == code


def test_what_was_made_says_who_came_what_was_taken_and_at_which_price():
    assert (
        ExchangeMade(
            station_id=STATION,
            account_id=ACCOUNT,
            keeper_id=KEEPER,
            collector_id=RIDER,
            channel="code",
            lines=(Line("YUSAN-01", 2, 60, LISTING, 2000), Line("XIYIYE", 1, 35, LISTING, 900)),
            points=155,
            made_on=TODAY,
        )
        == MADE
    )


def test_cash_makes_up_for_missing_points_by_their_part_of_the_price():
    """120 points or 36.00 yuan; 70 are there: the 50 that lack are 15.00 yuan, and with 71, 14.70."""
    paid = made(UMBRELLAS, held=70, cash_accepted=True)
    assert (paid.points, paid.cash_fen) == (70, 1500)
    assert made(UMBRELLAS, held=71, cash_accepted=True).cash_fen == 1470
    assert made(UMBRELLAS, held=120, cash_accepted=True).cash_fen is None


def test_what_is_cancelled_comes_back_whole():
    given(AUTHORISED, MADE).when(exchanges.cancel, **{**BACK, "on": TODAY}).then(
        ExchangeCancelled(keeper_id=KEEPER, reason="伞骨断了", points=155)
    )


def test_points_come_back_before_cash_and_everything_comes_back_once():
    paid = made(UMBRELLAS, held=70, cash_accepted=True)
    back = {**BACK, "return_days": {"YUSAN-01": 7}, "on": TOMORROW, "goods": [("YUSAN-01", 1)]}
    (first,) = given(AUTHORISED, paid).when(exchanges.give_back, **back).events
    assert first == ExchangeReturned(
        keeper_id=KEEPER, reason="伞骨断了", lines=(ReturnedLine("YUSAN-01", 1, 1000),), points=60
    )
    (second,) = given(AUTHORISED, paid, first).when(exchanges.give_back, **back).events
    assert (second.points, second.cash_fen, second.lines[0].cost_fen) == (10, 1500, 1000)
    given(AUTHORISED, paid, first, second).when(exchanges.give_back, **back).refused("exchange.ended")


class Limit:
    def __init__(self, period, quantity, sku=None):
        self.period, self.quantity, self.sku = period, quantity, sku


@pytest.mark.parametrize(
    ("limit", "quantity", "refused"),
    [
        (Limit("month", 2), 2, False),
        (Limit("month", 2), 3, True),
        (Limit("month", 2, "XIYIYE"), 3, False),
        (Limit("year", 5, "YUSAN-01"), 3, True),
        (Limit("day", 1), 1, False),
    ],
)
def test_an_account_takes_so_many_in_a_period_and_no_more(limit, quantity, refused):
    earlier = TODAY.replace(month=10)
    before = TakingRecorded(account_id=ACCOUNT, exchange_id=EXCHANGE, taken_on=earlier, goods=(Taken("YUSAN-01", 4),))
    back = TakingGivenBack(exchange_id=EXCHANGE, taken_on=earlier, goods=(Taken("YUSAN-01", 1),))
    asked = {"account_id": ACCOUNT, "exchange_id": EXCHANGE, "goods": [("YUSAN-01", quantity)], "on": TODAY}
    outcome = given_taken(before, back).when(takings.record, **asked, limits=[limit])
    assert (outcome.refusal is not None) is refused
    left = takings.room(given_taken(before, back).state, "YUSAN-01", limits=[limit], on=TODAY)
    assert (left is not None and left < quantity) is refused, "a page says beforehand what is left"
    if refused:
        used = 3 if limit.period == "year" else 0
        outcome.refused("exchange.limit_reached", period=limit.period, most=limit.quantity, used=used)


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
