"""A contract binds once two people have seen it; of no rent is more received than is due."""

from dataclasses import replace
from datetime import date, timedelta

from domain.kernel.ids import EventName, derived
from domain.kernel.money import Fen
from domain.kernel.village_lines import VoucherLine
from domain.village import contracts
from domain.village.contracts import (
    DUES_MAX,
    Due,
    RentReceipt,
    ResourceContractConfirmed,
    ResourceContractEnded,
    ResourceContractRentReceived,
    ResourceContractRentReversed,
    ResourceContractSigned,
    ResourceContractWithdrawn,
    contract_id,
    contract_stream,
    rent_credited,
)
from tests.domain.samples import CLERK, ELSEWHERE, OFFICER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(contracts.evolve)

DAY = timedelta(days=1)
VOUCHER = EventName(f"village_voucher/{derived('test', 'voucher')}@4")
RESOLUTION = EventName(f"meeting/{derived('test', 'meeting')}@3")
DUES = (Due(date(2026, 6, 30), 500_000), Due(date(2027, 6, 30), 600_000))
SIGNED = ResourceContractSigned(
    division=VILLAGE,
    number="2026-01",
    title="鱼塘承包",
    resource="村东鱼塘",
    quantity_milli=12_500,
    unit="亩",
    party_id=derived("test", "party"),
    signed_on=date(2026, 1, 10),
    since=date(2026, 2, 1),
    until=date(2028, 1, 31),
    dues=DUES,
    recorder_id=CLERK,
    asset_id=derived("test", "pond"),
    document="鱼塘承包合同",
    resolution=RESOLUTION,
)
_SAME = ("division", "number", "title", "resource", "quantity_milli", "unit", "party_id", "signed_on", "since")
SIGN = {
    **{name: getattr(SIGNED, name) for name in (*_SAME, "until", "dues", "asset_id", "document", "resolution")},
    "division_known": True,
    "party_known": True,
    "asset_division": VILLAGE,
    "asset_milli": 12_500,
    "asset_unit": "亩",
    "resolution_known": True,
    "today": TODAY,
    "actor_id": CLERK,
}
CONFIRMED = ResourceContractConfirmed(confirmer_id=OFFICER)
BINDS = (SIGNED, CONFIRMED)
WITHDRAWN = ResourceContractWithdrawn(withdrawer_id=CLERK, reason="wrong_entry")
RENT = ResourceContractRentReceived(
    due=1, amount_fen=200_000, received_on=date(2026, 6, 30), recorder_id=CLERK, voucher=VOUCHER
)
HIS, ANOTHERS = SIGNED.party_id, derived("test", "another party")
RECEIPT = RentReceipt(date(2026, 6, 30), {None: 600_000}, {ANOTHERS: 100_000})
RECEIVE = {
    "due": 1,
    "amount_fen": 200_000,
    "received_on": date(2026, 6, 30),
    "voucher": VOUCHER,
    "receipt": RECEIPT,
    "today": TODAY,
    "actor_id": CLERK,
}
CONTRACT = contract_id(VILLAGE, "2026-01")
REVERSED = ResourceContractRentReversed(
    rent=EventName(f"{contract_stream(CONTRACT)}@3"),
    due=1,
    amount_fen=200_000,
    reason="wrong_entry",
    reverser_id=OFFICER,
)
REVERSE = {"contract_id": CONTRACT, "rent_seq": 3, "actor_id": OFFICER, "reason": "wrong_entry"}
ENDED = ResourceContractEnded(last_day=date(2026, 12, 31), reason="agreed", ender_id=OFFICER, document="解除协议")
END = {"last_day": date(2026, 12, 31), "reason": "agreed", "document": "解除协议", "actor_id": OFFICER}

TABLES = (
    Table(
        contracts.evolve,
        contracts.sign,
        (),
        SIGN,
        [
            row("resource_contract.already_recorded", given=(SIGNED,)),
            row("place.unknown", division_known=False),
            row("resource_contract.party_unknown", party_known=False),
            row("resource_contract.quantity_out_of_range", quantity_milli=0),
            row("resource_contract.signed_in_future", signed_on=TODAY + DAY),
            row("resource_contract.days_reversed", until=date(2026, 1, 31)),
            row("resource_contract.dues_wrong", dues=()),
            row("resource_contract.dues_wrong", dues=DUES[::-1]),
            row("resource_contract.dues_wrong", dues=(Due(date(2026, 6, 30), 0),)),
            row("resource_contract.dues_wrong", dues=(Due(date(2028, 2, 1), 1),)),
            row("resource_contract.dues_wrong", dues=(Due(date(2026, 1, 9), 1),)),
            row("resource_contract.dues_wrong", dues=tuple(Due(TODAY + n * DAY, 1) for n in range(DUES_MAX + 1))),
            row("asset.unknown", asset_division=ELSEWHERE),
            row("asset.less_than_let", quantity_milli=12_501),
            row("asset.less_than_let", asset_unit="口"),
            row("resource_contract.resolution_unknown", resolution_known=False),
        ],
    ),
    Table(
        contracts.evolve,
        contracts.confirm,
        (SIGNED,),
        {"actor_id": OFFICER},
        [
            row("resource_contract.unknown", given=()),
            row("resource_contract.not_signed", given=BINDS),
            row("chain.acted_twice", actor_id=CLERK),
        ],
    ),
    Table(
        contracts.evolve,
        contracts.withdraw,
        (SIGNED,),
        {"actor_id": CLERK, "reason": "wrong_entry"},
        [
            row("resource_contract.unknown", given=()),
            row("resource_contract.not_signed", given=BINDS),
            row("sending_back.reason_unknown", reason="tired"),
        ],
    ),
    Table(
        contracts.evolve,
        contracts.receive_rent,
        BINDS,
        RECEIVE,
        [
            row("resource_contract.unknown", given=()),
            row("resource_contract.not_confirmed", given=(SIGNED,)),
            row("resource_contract.due_unknown", due=0),
            row("resource_contract.due_unknown", due=3),
            row("resource_contract.due_cancelled", due=2, given=(*BINDS, ENDED)),
            row("resource_contract.day_in_future", received_on=TODAY + DAY),
            row("resource_contract.day_in_future", received_on=date(2026, 1, 9)),
            row("resource_contract.more_than_due", amount_fen=500_001),
            row("resource_contract.more_than_due", amount_fen=0),
            row("resource_contract.voucher_unknown", receipt=None),
            row("resource_contract.voucher_before", receipt=RentReceipt(date(2026, 1, 9), {}, {})),
            row("resource_contract.voucher_unsuited", receipt=RentReceipt(date(2026, 1, 10), {ANOTHERS: 1}, {})),
            row("resource_contract.more_than_voucher", receipt=replace(RECEIPT, named={ANOTHERS: 400_001})),
        ],
    ),
    Table(
        contracts.evolve,
        contracts.reverse_rent,
        (*BINDS, RENT),
        REVERSE,
        [
            row("resource_contract.unknown", given=()),
            row("resource_contract.rent_unknown", rent_seq=2),
            row("resource_contract.rent_reversed", given=(*BINDS, RENT, REVERSED), rent_seq=3),
            row("sending_back.reason_unknown", reason="tired"),
            row("chain.acted_twice", actor_id=CLERK),
        ],
    ),
    Table(
        contracts.evolve,
        contracts.end,
        BINDS,
        END,
        [
            row("resource_contract.unknown", given=()),
            row("resource_contract.not_confirmed", given=(*BINDS, ENDED)),
            row("resource_contract.ending_unknown", reason="tired"),
            row("resource_contract.ends_outside", last_day=SIGNED.until),
            row("resource_contract.ends_outside", last_day=SIGNED.signed_on - DAY),
            row("resource_contract.paid_ahead", given=(*BINDS, replace(RENT, due=2)), last_day=date(2026, 12, 31)),
            row("chain.acted_twice", actor_id=CLERK),
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


def test_it_is_signed_confirmed_paid_in_parts_and_ended():
    given().when(contracts.sign, **SIGN).then(SIGNED)
    given(SIGNED).when(contracts.confirm, actor_id=OFFICER).then(CONFIRMED)
    given(*BINDS).when(contracts.receive_rent, **RECEIVE).then(RENT)
    rest = replace(RENT, amount_fen=300_000)
    given(*BINDS, RENT).when(contracts.receive_rent, **{**RECEIVE, "amount_fen": 300_000}).then(rest)
    given(*BINDS, RENT, rest).when(contracts.receive_rent, **{**RECEIVE, "amount_fen": 1}).refused(
        "resource_contract.more_than_due", amount_fen=1, outstanding_fen=0
    )
    given(*BINDS, RENT).when(contracts.end, **END).then(ENDED)


def test_only_what_is_credited_as_rent_is_rent():
    """补助收入 is none; what stands on a party's own account is his alone."""
    subsidy, income = (VoucherLine(account, "credit", Fen(88_888)) for account in ("503", "501"))
    money, owed = VoucherLine("102", "debit", Fen(88_888)), VoucherLine("112", "credit", Fen(500), HIS)
    assert rent_credited([money, subsidy]) == {}
    assert rent_credited([money, income, owed]) == {None: 88_888, HIS: 500}


def test_what_others_leave_of_a_receipt_can_be_named():
    shared = RentReceipt(TODAY, {None: 100, HIS: 50, ANOTHERS: 30}, {ANOTHERS: 60})
    assert shared.left_fen(HIS) == 50 + 100 - 30
    assert shared.left_fen(ANOTHERS) == 100 - 30
    assert replace(shared, named={HIS: 50, ANOTHERS: 130}).left_fen(HIS) == 0


def test_what_was_taken_back_is_due_again():
    given(*BINDS, RENT).when(contracts.reverse_rent, **REVERSE).then(REVERSED)
    whole = {**RECEIVE, "amount_fen": 500_000}
    given(*BINDS, RENT, REVERSED).when(contracts.receive_rent, **whole).then(replace(RENT, amount_fen=500_000))


def test_what_was_taken_back_before_it_bound_can_be_written_down_again():
    given(SIGNED, WITHDRAWN).when(contracts.sign, **SIGN).then(SIGNED)
    state = given(SIGNED, WITHDRAWN, SIGNED, CONFIRMED, RENT).state
    assert [one.seq for one in state.rents] == [5], "the fifth event of the stream"


def test_rent_of_an_ended_contract_can_still_come_in_for_what_was_due():
    given(*BINDS, ENDED).when(contracts.receive_rent, **RECEIVE).then(RENT)
