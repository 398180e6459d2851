"""What a village owns and lets, as it is disclosed: both ways agree, and a rebuild gives the same rows."""

from datetime import date

import psycopg
import pytest

from domain.kernel.documents import reference_of
from domain.kernel.ids import EventName, derived
from domain.kernel.money import Fen
from domain.village.assets import (
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
)
from domain.village.contracts import (
    Due,
    ResourceContractConfirmed,
    ResourceContractEnded,
    ResourceContractRentReceived,
    ResourceContractRentReversed,
    ResourceContractSigned,
    ResourceContractWithdrawn,
    contract_id,
)
from migrations.roles import Access
from projections import resource_contracts, village_assets
from projections.disclosed.frame import Subject
from projections.rebuild import rebuild
from projections.runner import Runner
from tests.projections.conftest import all_rows, roles_of
from tests.projections.disclosed.agreeing import agree
from tests.projections.story import CODEC, COUNTY, NEXT_VILLAGE, TOWNSHIP, VILLAGE, Story, person

ONE, OTHER = person("accountant"), person("supervisor")
PARTY = derived("test", "party")
JANUARY, MARCH, LAST = date(2026, 1, 5), date(2026, 3, 10), date(2027, 12, 31)


def acquired(number: str, title: str, **more: object) -> AssetAcquired:
    usual = {
        "category": "operating",
        "how": "purchased",
        "unit": "台",
        "quantity_milli": 3_000,
        "cost_fen": Fen(90_000),
    }
    place = {"division": VILLAGE, "acquired_on": JANUARY, "place": "村口", "recorder_id": ONE}
    return AssetAcquired(number=number, title=title, **{**usual, **place, **more})


def signed(number: str, **more: object) -> ResourceContractSigned:
    usual = {
        "division": VILLAGE,
        "title": "鱼塘承包",
        "resource": "村东鱼塘",
        "quantity_milli": 12_500,
        "unit": "亩",
        "party_id": PARTY,
        "signed_on": JANUARY,
        "since": JANUARY,
        "until": LAST,
        "dues": (Due(JANUARY, Fen(500)), Due(MARCH, Fen(600)), Due(date(2027, 1, 5), Fen(700))),
        "recorder_id": ONE,
    }
    return ResourceContractSigned(number=number, **{**usual, **more})


@pytest.fixture
def owned(installed: Access, runner: Runner) -> Story:
    """Pumps of which one is lost, a mill that was sold, a pond let by a contract that ended early."""
    story = Story().opened()

    def asset(number: str, *events: object) -> None:
        for event in events:
            story.record("asset", asset_id(VILLAGE, number), event)

    def contract(number: str, *events: object) -> EventName:
        return [story.record("resource_contract", contract_id(VILLAGE, number), event) for event in events][-1]

    counted = AssetCounted(counted_on=date(2026, 2, 1), book_milli=3_000, quantity_milli=2_000, counter_id=ONE)
    selling = AssetDisposalProposed(how="sold", proceeds_fen=Fen(40), reason="换新的", proposer_id=ONE)
    lost = AssetDisposalProposed(how="lost", proceeds_fen=Fen(0), reason="找不到了", proposer_id=ONE)
    not_so = {"rejecter_id": OTHER, "reason": "wrong_figures"}
    asset("2", acquired("2", "水泵"), counted, AssetCountRejected(**not_so), counted)
    asset("2", AssetCountConfirmed(quantity_milli=2_000, cost_fen=Fen(60_000), confirmer_id=OTHER))
    asset("10", acquired("10", "磨坊", unit="间"), selling, AssetDisposalRejected(**not_so), selling)
    asset("10", AssetDisposed(disposed_on=MARCH, how="sold", proceeds_fen=Fen(40), confirmer_id=OTHER))
    asset("3", acquired("3", "旧锣鼓", category="public", how="opening"), lost)
    asset("3", AssetWrittenOff(written_off_on=JANUARY, how="lost", proceeds_fen=Fen(0), confirmer_id=OTHER))
    pond = {"category": "resource", "how": "opening", "unit": "亩", "quantity_milli": 12_500, "cost_fen": Fen(0)}
    asset("R-1", acquired("R-1", "村东鱼塘", **pond))
    wrong = contract(
        "H-1",
        signed("H-1", dues=(Due(MARCH, Fen(9)),)),
        ResourceContractWithdrawn(withdrawer_id=ONE, reason="wrong_entry"),
    )
    assert wrong.endswith("@2")
    contract("H-1", signed("H-1", asset_id=asset_id(VILLAGE, "R-1")), ResourceContractConfirmed(confirmer_id=OTHER))
    asset("R-1", AssetLeasedOut(contract_id=contract_id(VILLAGE, "H-1"), since=JANUARY, until=LAST))
    rent = ResourceContractRentReceived(due=1, amount_fen=Fen(500), received_on=JANUARY, recorder_id=ONE)
    contract("H-1", rent)
    twice = contract(
        "H-1", ResourceContractRentReceived(due=2, amount_fen=Fen(600), received_on=JANUARY, recorder_id=ONE)
    )
    taken_back = {"rent": twice, "due": 2, "amount_fen": Fen(600), "reason": "recorded_twice", "reverser_id": OTHER}
    contract("H-1", ResourceContractRentReversed(**taken_back))
    contract("H-1", ResourceContractRentReceived(due=2, amount_fen=Fen(200), received_on=MARCH, recorder_id=ONE))
    ended = date(2026, 6, 30)
    contract("H-1", ResourceContractEnded(last_day=ended, reason="agreed", ender_id=OTHER))
    asset("R-1", AssetLeaseEnded(contract_id=contract_id(VILLAGE, "H-1"), last_day=ended))
    contract("H-2", signed("H-2"))
    next_village = asset_id(NEXT_VILLAGE, "1")
    story.record("asset", next_village, acquired("1", "晒谷场", division=NEXT_VILLAGE, category="public"))
    story.append_to(installed.writer)
    runner.catch_up()
    return story


def _a_village_item_by_item(owned: Story, reader: psycopg.Connection) -> None:
    whole = agree(reader, owned, "assets", division=VILLAGE, period="2026-Q1")
    made = whole.document
    assert whole.subjects == {"contracts": (Subject("person", PARTY),)}, "by the name that the parties' register keeps"
    register, changes, contracts = made.tables
    assert register.rows == (
        ("2", "水泵", "operating", "2 台", 60_000, "2026-01-05", "held"),
        ("R-1", "村东鱼塘", "resource", "12.5 亩", 0, "2026-01-05", "leased"),
    )
    assert [(row[0], row[1], row[3], row[4], row[5]) for row in changes.rows] == [
        ("2026-01-05", "2", "purchased", "3 台", 90_000),
        ("2026-01-05", "10", "purchased", "3 间", 90_000),
        ("2026-01-05", "3", "opening", "3 台", 90_000),
        ("2026-01-05", "3", "lost", "-3 台", 0),
        ("2026-01-05", "R-1", "opening", "12.5 亩", 0),
        ("2026-02-01", "2", "counted", "-1 台", -30_000),
        ("2026-03-10", "10", "sold", "-3 间", 40),
    ]
    (contract,) = contracts.rows
    assert contract[:5] == ("H-1", "鱼塘承包", "村东鱼塘", "12.5 亩", reference_of(PARTY))
    assert contract[5:] == ("2026-01-05", "2026-06-30", 1_100, 700, 400)
    assert made.sentence == {
        "assets_count": 1,
        "assets_fen": 60_000,
        "resources_count": 1,
        "leased_count": 1,
        "changes_count": 7,
        "contracts_count": 1,
        "due_fen": 1_100,
        "received_fen": 700,
        "overdue_fen": 400,
    }


def _other_periods_and_places(owned: Story, reader: psycopg.Connection) -> None:
    february = agree(reader, owned, "assets", division=VILLAGE, period="2026-02").document
    assert [row[0] for row in february.tables[0].rows] == ["10", "2", "R-1"], "what was sold in March was still there"
    january = agree(reader, owned, "assets", division=VILLAGE, period="2026-01").document
    assert january.tables[0].rows[1][3:5] == ("3 台", 90_000), "a count of February changes nothing in January"
    later = agree(reader, owned, "assets", division=VILLAGE, period="2027").document
    assert later.tables[0].rows[-1][-1] == "held", "the contract ended in June 2026"
    assert later.tables[2].rows[0][-3:] == (0, 0, 400), "still late; what was cancelled is not due"
    township = agree(reader, owned, "assets", division=TOWNSHIP, period="2026-Q1").document
    (places,) = township.tables
    assert places.rows == (
        (VILLAGE, 1, 60_000, 1, 1, 7, 1, 1_100, 700, 400),
        (NEXT_VILLAGE, 1, 90_000, 0, 0, 1, 0, 0, 0, 0),
    )
    assert places.totals == township.sentence
    for period in ("2025", "2026-01"):
        agree(reader, owned, "assets", division=COUNTY, period=period)


def test_both_ways_agree_and_a_rebuild_gives_the_same_rows(
    owned: Story, installed: Access, reader: psycopg.Connection
) -> None:
    """One database for all of it: to fill one takes longer than to ask it everything."""
    _a_village_item_by_item(owned, reader)
    _other_periods_and_places(owned, reader)
    on = date(2026, 4, 1)
    assert [one.number for one in village_assets.listing(reader, VILLAGE, on=on)] == ["2", "R-1"]
    assert [one.number for one in village_assets.listing(reader, VILLAGE, on=on, left=True, limit=2)] == ["10", "2"]
    after = village_assets.listing(reader, VILLAGE, on=on, left=True, after=(VILLAGE, "2"))
    assert [one.number for one in after] == ["3", "R-1"]
    (contract,) = resource_contracts.listing(reader, VILLAGE, on=on, only_overdue=True)
    assert (contract.due_fen, contract.received_fen, contract.overdue_fen) == (1_100, 700, 400)
    assert [one.state for one in resource_contracts.dues(reader, contract.contract_id, on=on)] == [
        "paid",
        "overdue",
        "cancelled",
    ]
    assert resource_contracts.dues(reader, contract_id(VILLAGE, "H-2"), on=on) == [], "nobody has confirmed it"
    before = all_rows(installed)
    rebuild(installed.projector, CODEC, roles=roles_of(installed))
    assert all_rows(installed) == before
