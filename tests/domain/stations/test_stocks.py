"""Goods come in with a paper, go out for points, and differ from the book only by the word of two people."""

from functools import reduce

import pytest

from domain.kernel.places import Division
from domain.kernel.postings import Posting
from domain.kernel.refusals import Refusal
from domain.stations import donation_slips, stocks
from domain.stations.stocks import (
    StockAdjusted,
    StockCounted,
    StockIssued,
    StockProposalRejected,
    StockReceived,
    StockTakenBack,
    StockWriteOffProposed,
    StockWrittenOff,
)
from tests.domain.samples import APPROVER, CLERK, TODAY, person
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(stocks.evolve)

STATION, EXCHANGE = person("station"), person("exchange")
HERE = f"stk:on_hand:{STATION}"
GOODS = {
    "station_id": STATION,
    "sku": "YUSAN-01",
    "sku_known": True,
    "quantity": 10,
    "unit_cost_fen": 1000,
    "origin": "purchase",
    "document": "发票0042",
}


def received(quantity=10, unit_cost_fen=1000):
    return stocks.receive(None, **{**GOODS, "quantity": quantity, "unit_cost_fen": unit_cost_fen})


SHORT = StockCounted(counted_on=TODAY, counted=8, difference=-2, reason="少了两把", counter_id=CLERK)
LOST = StockWriteOffProposed(quantity=3, reason="受潮损坏", proposer_id=CLERK)

TABLES = (
    Table(
        stocks.evolve,
        stocks.issue,
        (received(),),
        {"exchange_id": EXCHANGE, "sku": "YUSAN-01", "quantity": 10},
        [
            row("stock.quantity_unsuited", quantity=0),
            row("stock.not_enough", quantity=11),
            row("stock.not_enough", given=()),
        ],
    ),
    Table(
        stocks.evolve,
        stocks.take_back,
        (received(),),
        {"exchange_id": EXCHANGE, "quantity": 1, "cost_fen": 1000},
        [row("stock.unknown", given=()), row("stock.quantity_unsuited", quantity=0)],
    ),
    Table(
        stocks.evolve,
        stocks.count,
        (received(),),
        {"counted": 8, "reason": "少了两把", "counter_id": CLERK, "counted_on": TODAY},
        [
            row("stock.unknown", given=()),
            row("stock.proposal_waits", given=(received(), LOST)),
            row("stock.quantity_unsuited", counted=-1),
            row("reason.insufficient", reason=None),
        ],
    ),
    Table(
        stocks.evolve,
        stocks.propose_write_off,
        (received(),),
        {"quantity": 3, "reason": "受潮损坏", "proposer_id": CLERK},
        [
            row("stock.unknown", given=()),
            row("stock.proposal_waits", given=(received(), SHORT)),
            row("stock.quantity_unsuited", quantity=0),
            row("stock.not_enough", quantity=11),
            row("reason.insufficient", reason="坏"),
        ],
    ),
    Table(
        stocks.evolve,
        stocks.confirm,
        (received(), LOST),
        {"quantity": 3, "second_id": APPROVER},
        [
            row("stock.unknown", given=()),
            row("stock.nothing_waits", given=(received(),)),
            row("stock.proposal_differs", quantity=2),
            row("chain.acted_twice", second_id=CLERK),
            row(
                "stock.not_enough",
                given=(
                    received(),
                    LOST,
                    stocks.issue(given(received()).state, exchange_id=EXCHANGE, sku="X", quantity=8),
                ),
            ),
        ],
    ),
    Table(
        stocks.evolve,
        stocks.reject,
        (received(), LOST),
        {"reason": "再找一找", "second_id": APPROVER},
        [
            row("stock.unknown", given=()),
            row("stock.nothing_waits", given=(received(),)),
            row("chain.acted_twice", second_id=CLERK),
            row("reason.insufficient", reason="不"),
        ],
    ),
)


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("stock.sku_unknown", {"sku_known": False}),
        ("stock.quantity_unsuited", {"quantity": 0}),
        ("stock.origin_unknown", {"origin": "found"}),
        ("stock.cost_unsuited", {"unit_cost_fen": 0}),
        ("stock.cost_unsuited", {"unit_cost_fen": -1, "origin": "donation"}),
        ("stock.document_missing", {"document": " "}),
    ],
)
def test_what_comes_in_says_from_where_and_by_which_paper(code, facts):
    with pytest.raises(Refusal) as refused:
        stocks.receive(None, **{**GOODS, **facts})
    assert refused.value.code == code


def test_a_gift_may_be_worth_nothing():
    gift = stocks.receive(None, **{**GOODS, "origin": "donation", "unit_cost_fen": 0})
    assert gift.postings == (Posting(HERE, "YUSAN-01", 10), Posting(f"stk:received:{STATION}", "YUSAN-01", -10))


@pytest.mark.parametrize("origin", ["purchase", "donation"])
def test_a_paper_brings_an_article_in_once_however_it_is_written(origin):
    came = {**GOODS, "origin": origin, "document": "单〔2026〕1 号"}
    stock = stocks.evolve(None, stocks.receive(None, **came))
    for again in ("purchase", "donation"):
        with pytest.raises(Refusal) as refused:
            stocks.receive(stock, **{**came, "origin": again, "document": "单［2026］1号"})
        assert refused.value.code == "stock.slip_used"
    stocks.receive(stock, **{**came, "document": "单〔2026〕2号"})


def test_the_paper_of_a_donation_serves_at_another_station_with_a_reason_only():
    used = {"document": "捐赠单（7）号", "station_id": STATION, "division": Division("361125001201"), "sku": "YUSAN-01"}
    there = {**used, "document": "捐赠单(7) 号", "station_id": EXCHANGE, "division": Division("361125001202")}
    slip = donation_slips.evolve(None, donation_slips.use(None, **used, reason=None))
    assert donation_slips.slip_stream(used["document"]) == donation_slips.slip_stream(there["document"])
    assert donation_slips.use(slip, **{**used, "sku": "XIYIYE"}, reason="不用说").reason is None
    for reason in (None, "分"):
        with pytest.raises(Refusal) as refused:
            donation_slips.use(slip, **there, reason=reason)
        assert (refused.value.code, refused.value.facts["division"]) == ("stock.slip_used_elsewhere", "361125001201")
    slip = donation_slips.evolve(slip, donation_slips.use(slip, **there, reason="两村各分一把"))
    assert slip.station_ids == {STATION, EXCHANGE}


def test_what_goods_cost_is_the_moving_average_and_no_fen_is_lost():
    """Three at 10.00 and four at 10.01 yuan cost 70.04; one by one they leave at 10.00 or 10.01, together at 70.04."""
    events = [received(3, 1000), received(4, 1001)]
    costs = []
    for _ in range(7):
        stock = reduce(stocks.evolve, events, None)
        event = stocks.issue(stock, exchange_id=EXCHANGE, sku="YUSAN-01", quantity=1)
        costs.append(event.cost_fen)
        events.append(event)
    assert sum(costs) == 7004
    assert set(costs) == {1000, 1001}
    empty = reduce(stocks.evolve, events, None)
    assert (empty.on_hand, empty.value_fen) == (0, 0)


def test_a_difference_is_booked_by_the_second_person():
    given(received(), SHORT).when(stocks.confirm, quantity=-2, second_id=APPROVER).then(
        StockAdjusted(
            difference=-2,
            reason="少了两把",
            proposer_id=CLERK,
            second_id=APPROVER,
            cost_fen=-2000,
            postings=(Posting(HERE, "YUSAN-01", -2), Posting(f"stk:adjusted:{STATION}", "YUSAN-01", 2)),
        )
    )


def test_more_than_the_book_says_is_worth_the_average_or_what_the_last_ones_cost():
    more = StockCounted(counted_on=TODAY, counted=12, difference=2, reason="多出两把", counter_id=CLERK)
    found = stocks.confirm(given(received(), more).state, quantity=2, second_id=APPROVER)
    assert found.cost_fen == 2000
    gone = stocks.issue(given(received()).state, exchange_id=EXCHANGE, sku="YUSAN-01", quantity=10)
    again = StockCounted(counted_on=TODAY, counted=2, difference=2, reason="多出两把", counter_id=CLERK)
    assert stocks.confirm(given(received(), gone, again).state, quantity=2, second_id=APPROVER).cost_fen == 2000


def test_a_count_that_agrees_waits_for_nobody():
    agreed = given(received()).when(stocks.count, counted=10, reason="无", counter_id=CLERK, counted_on=TODAY)
    agreed.then(StockCounted(counted_on=TODAY, counted=10, difference=0, counter_id=CLERK))
    assert given(received(), *agreed.events).state == given(received()).state


def test_what_is_dropped_changes_nothing_and_a_loss_leaves_with_its_cost():
    dropped = StockProposalRejected(reason="再找一找", second_id=APPROVER)
    assert given(received(), LOST, dropped).state == given(received()).state
    (loss,) = given(received(), LOST).when(stocks.confirm, quantity=3, second_id=APPROVER).events
    assert isinstance(loss, StockWrittenOff)
    left = given(received(), LOST, loss).state
    assert (left.on_hand, left.value_fen, left.proposed) == (7, 7000, None)


def test_goods_come_back_at_the_cost_they_left_at():
    issued = stocks.issue(given(received()).state, exchange_id=EXCHANGE, sku="YUSAN-01", quantity=2)
    assert isinstance(issued, StockIssued)
    dearer = received(1, 3000)
    back = stocks.take_back(
        given(received(), issued, dearer).state, exchange_id=EXCHANGE, quantity=2, cost_fen=issued.cost_fen
    )
    assert isinstance(back, StockTakenBack)
    after = given(received(), issued, dearer, back).state
    assert (after.on_hand, after.value_fen) == (11, 13_000)
    assert isinstance(received(), StockReceived)


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
