"""An auditor sees from the log alone who stood for an asset, a contract or a list, and that every figure follows."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.rules.property import Property
from audit.rules.subsidies import Subsidies
from domain.kernel.ids import derived

VILLAGE, ELSEWHERE = "361125001201", "361126001201"
ONE, OTHER, THIRD = (str(derived("audited", name)) for name in ("accountant", "supervisor", "chair"))
HOUSE = str(derived("audited", "house"))
JANUARY, TODAY, LATER = "2026-01-05", "2026-11-22", "2027-11-22"
RECEIPT = [
    {"account": "102", "side": "debit", "amount_fen": 1_500},
    {"account": "501", "side": "credit", "amount_fen": 500},
    {"account": "503", "side": "credit", "amount_fen": 1_000},
]
VOUCHER, MEETING = (f"{one}/{derived('audited stream', 'x')}" for one in ("village_voucher", "meeting"))

Changes = dict[str, Any]


class Log:
    """Events one after the other; `changed`: what of the n-th event is another than in the story that is right."""

    def __init__(self, changed: dict[int, Changes]) -> None:
        self.entries: list[Entry] = []
        self._changed, self._told = changed, 0
        self._numbers: dict[str, int] = {}

    def tell(self, type_: str, stream: str, by: str, *, counted: bool = True, **data: Any) -> str:
        """One event; returns its name. `counted`: it has a number of its own, by which it is changed."""
        self._told += counted
        change = dict(self._changed.get(self._told, {})) if counted else {}
        category, identity = type_.partition(".")[0], str(derived("audited stream", stream))
        if change.pop("left_out", False):
            return f"{category}/{identity}@{self._numbers.get(identity, 0) + 1}"
        seq = self._numbers[identity] = self._numbers.get(identity, 0) + 1
        by, on, index = change.pop("by", by), change.pop("on", TODAY), len(self.entries)
        line = (category, identity, seq, f"{type_}/1", f"{on}T00:00:00.000000Z", on, by, "village_accountant")
        kept = {name: value for name, value in {**data, **change}.items() if value is not None}
        told = ("test.example", *line, str(index), None, kept, ())
        self.entries.append(Entry(index, "entries/000", 0, "", b"", b"", *told))
        return f"{category}/{identity}@{seq}"

    def codes(self, rule: Callable[[Findings], Any]) -> set[str]:
        """What a rule finds."""
        findings, book = Findings(), Book()
        judge = rule(findings)
        for entry in self.entries:
            if entry.type in judge.types:
                judge.see(entry, book)
        judge.finish(book)
        judged = [one for one in findings.results() if one.check in (Check.DUTIES, Check.VILLAGE)]
        return {found.code for one in judged for found in one.findings}


def owned(changed: dict[int, Changes]) -> Log:
    """A pump counted and sold; a pond let, its rent received and taken back, the contract ended. Events from 1."""
    log = Log(changed)
    pond, paper = str(derived("audited stream", "pond")), str(derived("audited stream", "paper"))
    log.tell("meeting.called", "x", ONE, division=VILLAGE)
    passed = log.tell("meeting.resolved", "x", ONE, passed=True)
    taken_in = {"kind": "receipt", "day": JANUARY, "lines": RECEIPT}
    log.tell("village_voucher.drafted", "x", ONE, counted=False, division=VILLAGE, **taken_in)
    booked = log.tell("village_voucher.booked", "x", ONE, division=VILLAGE)
    got = {
        "division": VILLAGE,
        "quantity_milli": 3_000,
        "unit": "亩",
        "cost_fen": 100,
        "acquired_on": JANUARY,
        "recorder_id": ONE,
    }
    log.tell("asset.acquired", "pump", ONE, **got, voucher=booked)  # 4
    log.tell("asset.counted", "pump", ONE, counted_on=TODAY, book_milli=3_000, quantity_milli=2_000, counter_id=ONE)
    log.tell("asset.count_confirmed", "pump", OTHER, quantity_milli=2_000, cost_fen=67, confirmer_id=OTHER)
    log.tell("asset.counted", "pump", ONE, counted_on=TODAY, book_milli=2_000, quantity_milli=1, counter_id=ONE)
    log.tell("asset.count_rejected", "pump", OTHER, rejecter_id=OTHER, reason="wrong_figures")  # 8
    selling = {"how": "sold", "proceeds_fen": 40, "proposer_id": ONE, "resolution": passed}
    log.tell("asset.disposal_proposed", "pump", ONE, **selling)
    log.tell("asset.disposal_rejected", "pump", OTHER, rejecter_id=OTHER, reason="not_agreed")
    log.tell("asset.disposal_proposed", "pump", ONE, **selling)  # 11
    sold = {"disposed_on": TODAY, "how": "sold", "proceeds_fen": 40, "confirmer_id": OTHER, "voucher": booked}
    log.tell("asset.disposed", "pump", OTHER, **sold)
    log.tell("asset.acquired", "pond", ONE, **got)  # 13
    dues = [{"on": JANUARY, "amount_fen": 500}, {"on": LATER, "amount_fen": 600}]
    days = {"signed_on": JANUARY, "since": JANUARY, "until": "2028-01-05"}
    much = {"quantity_milli": 3_000, "unit": "亩"}
    paper_says = {
        "division": VILLAGE,
        "party_id": THIRD,
        **days,
        **much,
        "dues": dues,
        "asset_id": pond,
        "resolution": passed,
    }
    log.tell("resource_contract.signed", "paper", ONE, **paper_says, recorder_id=ONE)
    log.tell("resource_contract.confirmed", "paper", OTHER, confirmer_id=OTHER)  # 15
    log.tell("asset.leased_out", "pond", OTHER, contract_id=paper, since=JANUARY, until="2028-01-05")
    rent = {"due": 1, "amount_fen": 500, "received_on": TODAY, "recorder_id": ONE, "voucher": booked}
    received = log.tell("resource_contract.rent_received", "paper", ONE, **rent)  # 17
    back = {"rent": received, "due": 1, "amount_fen": 500, "reason": "recorded_twice", "reverser_id": OTHER}
    log.tell("resource_contract.rent_reversed", "paper", OTHER, **back)
    log.tell("resource_contract.rent_received", "paper", ONE, **rent)
    log.tell("resource_contract.ended", "paper", OTHER, last_day=TODAY, reason="agreed", ender_id=OTHER)  # 20
    log.tell("asset.lease_ended", "pond", OTHER, contract_id=paper, last_day=TODAY)
    log.tell("village_voucher.reversed", "x", ONE)
    log.tell("resource_contract.signed", "draft", ONE, **{**paper_says, "asset_id": None}, recorder_id=ONE)
    log.tell("resource_contract.withdrawn", "draft", ONE, withdrawer_id=ONE, reason="wrong_entry")  # 24
    return log


def listed(changed: dict[int, Changes]) -> Log:
    """A programme with two standards, and a list of two payees in two events, confirmed. Events from 1."""
    log = Log(changed)
    programme = str(derived("audited stream", "programme"))
    first = {"division": VILLAGE, "sensitive": False, "standard_fen": 100, "since": "2026-01-01"}
    log.tell("subsidy_programme.published", "programme", ONE, **first, publisher_id=ONE)
    raised = {"standard_fen": 101, "since": "2026-07-01", "setter_id": ONE}
    standard = log.tell("subsidy_programme.standard_set", "programme", ONE, **raised)
    lines = [
        {"kind": "household", "payee_id": HOUSE, "quantity_milli": 1_500, "amount_fen": 152},
        {"kind": "person", "payee_id": THIRD, "quantity_milli": 1_000, "amount_fen": 101},
    ]
    written = "".join(f"{one['kind']} {one['payee_id']} {one['quantity_milli']} {one['amount_fen']}\n" for one in lines)
    says = {
        "division": VILLAGE,
        "programme_id": programme,
        "period": "2026",
        "version": 1,
        "standard": standard,
        "standard_fen": 101,
        "line_count": 2,
        "total_fen": 253,
        "lines_digest": hashlib.sha256(written.encode()).hexdigest(),
        "proposer_id": ONE,
    }
    log.tell("subsidy_list.proposed", "list", ONE, **says, lines=lines[:1])  # 3
    log.tell("subsidy_list.lines_added", "list", ONE, version=1, lines=lines[1:])
    log.tell("subsidy_list.confirmed", "list", OTHER, version=1, confirmer_id=OTHER)  # 5
    again = {**says, "version": 2, "reason": "量错了面积"}
    log.tell("subsidy_list.proposed", "list", ONE, **again, lines=lines)
    log.tell("subsidy_list.rejected", "list", OTHER, version=2, rejecter_id=OTHER, reason="wrong_figures")
    log.tell("subsidy_programme.ended", "programme", ONE, last_day="2026-12-31", ender_id=ONE)  # 8
    return log


def test_what_is_right_is_found_right() -> None:
    assert owned({}).codes(Property) == set()
    assert listed({}).codes(Subsidies) == set()


@pytest.mark.parametrize(
    ("number", "change", "code"),
    [
        (2, {"passed": False}, "village.resolution"),
        (3, {"division": ELSEWHERE}, "village.no_voucher"),
        (4, {"recorder_id": OTHER}, "duties.signed_by_another"),
        (4, {"acquired_on": LATER}, "duties.deed_day"),
        (4, {"left_out": True}, "duties.order"),
        (5, {"book_milli": 9}, "village.book_quantity"),
        (5, {"counted_on": "2025-01-01"}, "duties.deed_day"),
        (6, {"by": ONE, "confirmer_id": ONE}, "duties.acted_twice"),
        (6, {"cost_fen": 66}, "village.book_quantity"),
        (6, {"quantity_milli": 3_000}, "village.book_quantity"),
        (6, {"left_out": True}, "duties.order"),
        (7, {"left_out": True}, "duties.order"),
        (9, {"left_out": True}, "duties.order"),
        (11, {"left_out": True}, "duties.order"),
        (12, {"by": ONE, "confirmer_id": ONE}, "duties.acted_twice"),
        (12, {"proceeds_fen": 1}, "village.left_otherwise"),
        (13, {"division": ELSEWHERE}, "village.lease_unfounded"),
        (14, {"dues": [{"on": "2028-01-06", "amount_fen": 500}]}, "village.schedule"),
        (15, {"by": ONE, "confirmer_id": ONE}, "duties.acted_twice"),
        (15, {"left_out": True}, "village.lease_unfounded"),
        (16, {"until": "2029-01-05"}, "village.lease_unfounded"),
        (17, {"amount_fen": 501}, "village.rent_above_due"),
        (17, {"due": 3}, "village.rent_above_due"),
        (14, {"quantity_milli": 99_999_000}, "village.let_more"),
        (14, {"unit": "口"}, "village.let_more"),
        (17, {"received_on": LATER}, "duties.deed_day"),
        (18, {"left_out": True}, "village.rent_above_due"),
        (18, {"by": ONE, "reverser_id": ONE}, "duties.acted_twice"),
        (18, {"amount_fen": 499}, "village.rent_unfounded"),
        (19, {"due": 2}, "village.paid_ahead"),
        (20, {"by": ONE, "ender_id": ONE}, "duties.acted_twice"),
        (20, {"last_day": "2028-01-05"}, "duties.deed_day"),
        (20, {"left_out": True}, "village.lease_unfounded"),
        (23, {"resolution": f"{MEETING}@9"}, "village.resolution"),
        (24, {"by": OTHER}, "duties.signed_by_another"),
    ],
)
def test_what_is_wrong_with_property_is_found(number: int, change: Changes, code: str) -> None:
    assert code in owned({number: change}).codes(Property)


@pytest.mark.parametrize(
    ("number", "change", "code"),
    [
        (1, {"division": ELSEWHERE}, "village.subsidy_elsewhere"),
        (1, {"left_out": True}, "duties.order"),
        (2, {"since": "2026-01-01"}, "duties.deed_day"),
        (2, {"since": "2027-01-01"}, "village.subsidy_standard"),
        (3, {"standard_fen": 100}, "village.subsidy_standard"),
        (3, {"total_fen": 254}, "village.subsidy_sum"),
        (3, {"version": 2}, "duties.order"),
        (3, {"proposer_id": OTHER}, "duties.signed_by_another"),
        (4, {"left_out": True}, "village.subsidy_sum"),
        (
            4,
            {"lines": [{"kind": "person", "payee_id": THIRD, "quantity_milli": 1_000, "amount_fen": 102}]},
            "village.subsidy_amount",
        ),
        (
            4,
            {"lines": [{"kind": "household", "payee_id": HOUSE, "quantity_milli": 1_000, "amount_fen": 101}]},
            "village.subsidy_twice",
        ),
        (5, {"by": ONE, "confirmer_id": ONE}, "duties.acted_twice"),
        (5, {"by": THIRD, "confirmer_id": THIRD}, "duties.acted_twice"),
        (5, {"left_out": True}, "duties.order"),
        (3, {"blinded": True}, "village.subsidy_blinded"),
        (6, {"reason": None}, "village.subsidy_unexplained"),
        (7, {"version": 1}, "duties.order"),
        (8, {"by": OTHER}, "duties.signed_by_another"),
    ],
)
def test_what_is_wrong_with_subsidies_is_found(number: int, change: Changes, code: str) -> None:
    assert code in listed({number: change}).codes(Subsidies)


def test_payees_of_a_sensitive_programme_may_be_blinded() -> None:
    """Who confirms is then no payee by name; what can be counted is counted as ever."""
    hidden: dict[int, Changes] = {1: {"sensitive": True}, 3: {"blinded": True}, 6: {"blinded": True}}
    assert listed(hidden).codes(Subsidies) == set()
    assert listed({**hidden, 5: {"by": THIRD, "confirmer_id": THIRD}}).codes(Subsidies) == set()
    twice = [{"kind": "household", "payee_id": HOUSE, "quantity_milli": 1_000, "amount_fen": 101}]
    assert listed({**hidden, 4: {"lines": twice}}).codes(Subsidies) == {"village.subsidy_sum", "village.subsidy_twice"}


def test_rents_that_name_a_voucher_are_no_more_than_it_took_in() -> None:
    log = owned({18: {"left_out": True}, 20: {"left_out": True}, 21: {"left_out": True}, 22: {"left_out": True}})
    assert log.codes(Property) >= {"village.rent_above_receipt"}, "500 twice, of a receipt of 500"
    named = {"account": "112", "side": "credit", "amount_fen": 500}
    for changed, found in (
        ({"kind": "payment"}, {"village.rent_above_receipt"}),
        ({"lines": [{**RECEIPT[1], "account": "503"}]}, {"village.rent_above_receipt"}),
        ({"lines": [{**named, "party_id": OTHER}]}, {"village.rent_above_receipt"}),
        ({"lines": [{**named, "party_id": THIRD}]}, set()),
        ({"day": "2026-01-04"}, {"duties.deed_day"}),
    ):
        told = owned({})
        for one in told.entries:
            if one.type == "village_voucher.drafted/1":
                one.data = {**one.data, **changed}
        assert told.codes(Property) == found, changed


def test_what_is_let_is_not_let_or_sold_again() -> None:
    log = owned({20: {"left_out": True}, 21: {"left_out": True}})
    pond, paper = "pond", str(derived("audited stream", "paper"))
    log.tell("asset.leased_out", pond, OTHER, contract_id=paper, since=JANUARY, until="2028-01-05")
    log.tell("asset.disposal_proposed", pond, ONE, how="sold", proceeds_fen=0, proposer_id=ONE)
    assert log.codes(Property) == {"village.let_twice", "village.sold_while_let"}
