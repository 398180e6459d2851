"""Nothing leaves a village's register, and no count changes it, unless two people say so."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.kernel.ids import EventName, derived
from domain.kernel.quantities import QUANTITY_MILLI_MAX
from domain.village import assets
from domain.village.assets import (
    COST_FEN_MAX,
    AssetAcquired,
    AssetCountConfirmed,
    AssetCounted,
    AssetCountRejected,
    AssetDisposalProposed,
    AssetDisposalRejected,
    AssetDisposed,
    AssetLeasedOut,
    AssetLeaseEnded,
    AssetWrittenOff,
    asset_id,
    cost_after,
)
from tests.domain.samples import CLERK, OFFICER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(assets.evolve)

DAY = timedelta(days=1)
VOUCHER = EventName(f"village_voucher/{derived('test', 'voucher')}@4")
RESOLUTION = EventName(f"meeting/{derived('test', 'meeting')}@3")
CONTRACT = derived("test", "contract")
ACQUIRED = AssetAcquired(
    division=VILLAGE,
    number="2026-01",
    title="村口水泵房",
    category="operating",
    how="built",
    unit="台",
    quantity_milli=3_000,
    cost_fen=90_000,
    acquired_on=TODAY - 30 * DAY,
    place="村口",
    recorder_id=CLERK,
    document="城东村〔2026〕3号",
    voucher=VOUCHER,
)
ACQUIRE = {
    **{name: getattr(ACQUIRED, name) for name in ("division", "number", "title", "category", "how", "unit", "place")},
    **{name: getattr(ACQUIRED, name) for name in ("quantity_milli", "cost_fen", "acquired_on", "document", "voucher")},
    "division_known": True,
    "voucher_booked": True,
    "today": TODAY,
    "actor_id": CLERK,
}
COUNTED = AssetCounted(
    counted_on=TODAY, book_milli=3_000, quantity_milli=2_000, counter_id=CLERK, reason="一台被水冲走"
)
COUNT = {
    "counted_on": TODAY,
    "quantity_milli": 2_000,
    "reason": "一台被水冲走",
    "today": TODAY,
    "actor_id": CLERK,
}
PROPOSED = AssetDisposalProposed(
    how="sold", proceeds_fen=20_000, reason="换新水泵", proposer_id=CLERK, resolution=RESOLUTION
)
PROPOSE = {
    "how": "sold",
    "proceeds_fen": 20_000,
    "reason": "换新水泵",
    "resolution": RESOLUTION,
    "resolution_known": True,
    "today": TODAY,
    "actor_id": CLERK,
}
DISPOSED = AssetDisposed(disposed_on=TODAY, how="sold", proceeds_fen=20_000, confirmer_id=OFFICER, voucher=VOUCHER)
CONFIRM = {"ended_on": TODAY, "voucher": VOUCHER, "voucher_booked": True, "today": TODAY, "actor_id": OFFICER}
LEASED = AssetLeasedOut(contract_id=CONTRACT, since=TODAY, until=TODAY + 364 * DAY)
LEASE = {"contract_id": CONTRACT, "since": TODAY, "until": TODAY + 364 * DAY, "quantity_milli": 3_000, "unit": "台"}
GONE = (ACQUIRED, PROPOSED, DISPOSED)
EARLIER = ACQUIRED.acquired_on - DAY

TABLES = (
    Table(
        assets.evolve,
        assets.acquire,
        (),
        ACQUIRE,
        [
            row("asset.already_recorded", given=(ACQUIRED,)),
            row("place.unknown", division_known=False),
            row("asset.category_unknown", category="private"),
            row("asset.how_unknown", how="sold"),
            row("asset.quantity_out_of_range", quantity_milli=0),
            row("asset.quantity_out_of_range", quantity_milli=QUANTITY_MILLI_MAX + 1),
            row("asset.cost_out_of_range", cost_fen=-1),
            row("asset.cost_out_of_range", cost_fen=COST_FEN_MAX + 1),
            row("asset.day_in_future", acquired_on=TODAY + DAY),
            row("asset.voucher_unknown", voucher_booked=False),
        ],
    ),
    Table(
        assets.evolve,
        assets.lease_out,
        (ACQUIRED,),
        LEASE,
        [
            row("asset.unknown", given=()),
            row("asset.ended", given=GONE),
            row("asset.disposal_waits", given=(ACQUIRED, LEASED, PROPOSED)),
            row("asset.let_already", given=(ACQUIRED, LEASED)),
            row("asset.less_than_let", quantity_milli=3_001),
            row("asset.less_than_let", unit="亩"),
        ],
    ),
    Table(
        assets.evolve,
        assets.end_lease,
        (ACQUIRED, LEASED),
        {"contract_id": CONTRACT, "last_day": TODAY},
        [row("asset.unknown", given=()), row("asset.not_let", given=(ACQUIRED,))],
    ),
    Table(
        assets.evolve,
        assets.count,
        (ACQUIRED,),
        COUNT,
        [
            row("asset.unknown", given=()),
            row("asset.ended", given=GONE),
            row("asset.count_waits", given=(ACQUIRED, COUNTED)),
            row("asset.day_in_future", counted_on=TODAY + DAY),
            row("asset.before_acquired", counted_on=EARLIER),
            row("asset.quantity_out_of_range", quantity_milli=-1),
            row("asset.quantity_out_of_range", quantity_milli=QUANTITY_MILLI_MAX),
            row("reason.insufficient", reason=None),
        ],
    ),
    Table(
        assets.evolve,
        assets.confirm_count,
        (ACQUIRED, COUNTED),
        {"actor_id": OFFICER},
        [
            row("asset.unknown", given=()),
            row("asset.ended", given=GONE),
            row("asset.no_count", given=(ACQUIRED,)),
            row("chain.acted_twice", actor_id=CLERK),
        ],
    ),
    Table(
        assets.evolve,
        assets.reject_count,
        (ACQUIRED, COUNTED),
        {"actor_id": OFFICER, "reason": "wrong_figures"},
        [
            row("asset.unknown", given=()),
            row("asset.ended", given=GONE),
            row("asset.no_count", given=(ACQUIRED,)),
            row("sending_back.reason_unknown", reason="tired"),
        ],
    ),
    Table(
        assets.evolve,
        assets.propose_disposal,
        (ACQUIRED,),
        PROPOSE,
        [
            row("asset.unknown", given=()),
            row("asset.ended", given=GONE),
            row("asset.disposal_waits", given=(ACQUIRED, LEASED, COUNTED, PROPOSED)),
            row("asset.count_waits", given=(ACQUIRED, LEASED, COUNTED)),
            row("asset.let_already", given=(ACQUIRED, LEASED)),
            row("asset.how_unknown", how="eaten"),
            row("asset.proceeds_out_of_range", how="lost"),
            row("asset.proceeds_out_of_range", proceeds_fen=-1),
            row("reason.insufficient", reason="旧"),
            row("asset.resolution_unknown", resolution_known=False),
        ],
    ),
    Table(
        assets.evolve,
        assets.confirm_disposal,
        (ACQUIRED, PROPOSED),
        CONFIRM,
        [
            row("asset.unknown", given=()),
            row("asset.ended", given=GONE),
            row("asset.no_disposal", given=(ACQUIRED,)),
            row("chain.acted_twice", actor_id=CLERK),
            row("asset.day_in_future", ended_on=TODAY + DAY),
            row("asset.before_acquired", ended_on=EARLIER),
            row("asset.voucher_unknown", voucher_booked=False),
        ],
    ),
    Table(
        assets.evolve,
        assets.reject_disposal,
        (ACQUIRED, PROPOSED),
        {"actor_id": OFFICER, "reason": "not_agreed"},
        [
            row("asset.unknown", given=()),
            row("asset.ended", given=GONE),
            row("asset.no_disposal", given=(ACQUIRED,)),
            row("sending_back.reason_unknown", reason="tired"),
        ],
    ),
)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted(table):
    table.check_accepted()
    table.check_documented()


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


def test_it_is_recorded_counted_and_sold_by_two():
    given().when(assets.acquire, **ACQUIRE).then(ACQUIRED)
    given(ACQUIRED).when(assets.count, **COUNT).then(COUNTED)
    given(ACQUIRED, COUNTED).when(assets.confirm_count, actor_id=OFFICER).then(
        AssetCountConfirmed(quantity_milli=2_000, cost_fen=60_000, confirmer_id=OFFICER)
    )
    given(ACQUIRED).when(assets.propose_disposal, **PROPOSE).then(PROPOSED)
    given(ACQUIRED, PROPOSED).when(assets.confirm_disposal, **CONFIRM).then(DISPOSED)


@pytest.mark.parametrize("how", sorted(assets.WRITTEN_OFF))
def test_what_is_there_no_more_is_written_off(how):
    proposed = replace(PROPOSED, how=how, proceeds_fen=0)
    written_off = AssetWrittenOff(written_off_on=TODAY, how=how, proceeds_fen=0, confirmer_id=OFFICER, voucher=VOUCHER)
    given(ACQUIRED, proposed).when(assets.confirm_disposal, **CONFIRM).then(written_off)


def test_a_count_that_agrees_needs_no_reason_and_changes_nothing():
    same = given(ACQUIRED).when(assets.count, **{**COUNT, "quantity_milli": 3_000, "reason": None})
    same.then(replace(COUNTED, quantity_milli=3_000, reason=None))
    given(ACQUIRED, *same.events).when(assets.confirm_count, actor_id=OFFICER).then(
        AssetCountConfirmed(quantity_milli=3_000, cost_fen=90_000, confirmer_id=OFFICER)
    )


def test_what_was_sent_back_leaves_the_register_as_it_was():
    untouched = given(ACQUIRED).state
    assert given(ACQUIRED, COUNTED, AssetCountRejected(rejecter_id=CLERK, reason="wrong_figures")).state == untouched
    assert given(ACQUIRED, PROPOSED, AssetDisposalRejected(rejecter_id=CLERK, reason="not_agreed")).state == untouched


def test_what_was_let_is_free_again_when_its_contract_ends_before_its_time():
    ended = AssetLeaseEnded(contract_id=CONTRACT, last_day=TODAY)
    next_year = {"contract_id": derived("test", "next"), "since": TODAY + DAY, "until": date(2030, 1, 1)}
    again = {**LEASE, **next_year}
    given(ACQUIRED, LEASED).when(assets.lease_out, **again).refused("asset.let_already")
    given(ACQUIRED, LEASED, ended).when(assets.lease_out, **again).then(AssetLeasedOut(**next_year))
    never = AssetLeaseEnded(contract_id=CONTRACT, last_day=TODAY - DAY)
    given(ACQUIRED, LEASED, never).when(assets.propose_disposal, **PROPOSE).then(PROPOSED)


@pytest.mark.parametrize(
    ("cost_fen", "book", "counted", "after"),
    [
        (90_000, 3_000, 2_000, 60_000),
        (100, 3_000, 1_000, 33),
        (100, 3_000, 2_000, 67),
        (1, 2_000, 1_000, 1),
        (5, 0, 9, 5),
    ],
)
def test_the_cost_follows_the_quantity(cost_fen, book, counted, after):
    assert cost_after(cost_fen, book_milli=book, quantity_milli=counted) == after


def test_one_number_of_a_village_is_one_asset():
    assert asset_id(VILLAGE, "1") == asset_id(VILLAGE, "1") != asset_id(VILLAGE, "2")
