"""A match that the references do not give, that was chosen, or that one person made alone, is found offline."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings
from audit.rules.reconciliation import Reconciliation
from domain.kernel.ids import EventName, derived
from domain.kernel.matches import document_id
from domain.statements import Line, entries_digest

STATEMENT, MAKER, CHECKER = (str(derived("audit", name)) for name in ("statement", "maker", "checker"))
REFERENCE = "361125000000202611001"
PAYMENTS = [str(derived("payment", number)) for number in range(3)]
LINES: list[dict[str, Any]] = [
    {"number": 1, "booked_on": "2026-11-03", "amount_fen": -1000, "end_to_end_id": f"{REFERENCE}00000000"},
    {"number": 2, "booked_on": "2026-11-03", "amount_fen": -1000, "bank_ref": "B1"},
    {"number": 3, "booked_on": "2026-11-03", "amount_fen": -1000},
]
DIFFERENCE = str(derived("exception", 1))


def allocation(line: int, tier: int, payment: int, amount_fen: int = -1000) -> dict[str, Any]:
    identity = PAYMENTS[payment]
    return {"statement_id": STATEMENT, "entry": line, "tier": tier, "payment_id": identity, "amount_fen": amount_fen}


def statement(lines: list[dict[str, Any]]) -> list[tuple[str, str, dict[str, Any]]]:
    typed = [Line(**{**line, "booked_on": date.fromisoformat(line["booked_on"])}) for line in lines]
    head = {"entry_count": len(lines), "entries_digest": entries_digest(typed), "account_digest": "a" * 64}
    head |= {"since": "2026-11-01", "until": "2026-11-30"}
    return [
        ("statement.recorded/1", MAKER, head),
        ("statement.entries_recorded/1", MAKER, {"first": 1, "entries": lines}),
        ("reconciliation.statement_joined/1", MAKER, {"statement_id": STATEMENT}),
    ]


def story() -> list[tuple[str, str, dict[str, Any]]]:
    """Three payments, three lines: by id, by the bank's reference, and by two people."""
    told: list[tuple[str, str, dict[str, Any]]] = []
    for number, payment in enumerate(PAYMENTS):
        prepared = {"id": payment, "end_to_end_id": f"{REFERENCE}{number:08d}", "amount_fen": 1000}
        told += [("payment.prepared/1", MAKER, prepared)]
        told += [("payment.settled/1", MAKER, {"id": payment, "bank_ref": f"B{number}"})]
    told += statement(deepcopy(LINES))
    told += [("reconciliation.matched/1", MAKER, {"allocations": [allocation(1, 1, 0), allocation(2, 2, 1)]})]
    by_hand = {"allocations": [allocation(3, 5, 2)], "reason": "电话核实", "proposer_id": MAKER}
    told += [("exception.opened/1", MAKER, {"id": DIFFERENCE, "kind": "partial", "blocking": "close"})]
    told += [("reconciliation.proposed/1", MAKER, {**by_hand, "statement_id": STATEMENT, "entry": 3})]
    told += [("reconciliation.matched/1", CHECKER, by_hand)]
    told += [("exception.resolved/1", CHECKER, {"id": DIFFERENCE, "outcome": "matched", "reason": ""})]
    return told


MATCHED, BY_HAND = 9, 12


def found(told: list[tuple[str, str, dict[str, Any]]]) -> set[str]:
    findings, book = Findings(), Book()
    rule = Reconciliation(findings)
    for entry in entries(told):
        rule.see(entry, book)
    rule.finish(book)
    return {one.code for result in findings.results() for one in result.findings}


def entries(told: list[tuple[str, str, dict[str, Any]]]) -> Iterator[Entry]:
    for index, (type_, by, data) in enumerate(told):
        category = type_.partition(".")[0]
        identity = data.get("id", STATEMENT)
        given = {name: value for name, value in data.items() if name != "id"}
        day, at = "2026-11-04", "2026-11-04T00:00:00.000000Z"
        where = (index, "entries/000", 0, "key", b"", b"", "origin", category, identity, index + 1)
        yield Entry(*where, type_, at, day, by, "county_officer", f"command-{index}", None, given, ())


def test_what_followed_the_rules_is_whole() -> None:
    assert found(story()) == set()


def changed(index: int, **changes: Any) -> list[tuple[str, str, dict[str, Any]]]:
    told = story()
    type_, by, data = told[index]
    told[index] = type_, changes.pop("by", by), {**data, **changes}
    return told


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (changed(MATCHED, allocations=[allocation(1, 1, 1)]), "tier"),
        (changed(MATCHED, allocations=[allocation(1, 2, 0)]), "tier"),
        (changed(MATCHED, allocations=[allocation(1, 1, 0, -999)]), "tier"),
        (changed(MATCHED, allocations=[allocation(1, 3, 0)]), "tier"),
        (changed(MATCHED, allocations=[allocation(1, 9, 0)]), "tier"),
        (changed(MATCHED, allocations=[allocation(7, 1, 0)]), "unknown"),
        (changed(MATCHED, allocations=[allocation(2, 2, 1, 1000)]), "not_moved"),
        (changed(BY_HAND, by=MAKER), "not_by_two"),
        (changed(BY_HAND, allocations=[allocation(3, 5, 1)]), "not_by_two"),
        (changed(BY_HAND, reason=" "), "no_reason"),
        (changed(BY_HAND - 1, by=CHECKER), "signed_by_another"),
        (changed(BY_HAND - 2, blocking="none"), "weight"),
        (story()[: BY_HAND - 2] + story()[BY_HAND + 1 :], "not_open"),
        (changed(6, entry_count=4), "lines_differ"),
        (changed(7, first=2), "lines"),
        (changed(7, entries=[{**LINES[0], "amount_fen": -1}, *LINES[1:]]), "lines_differ"),
    ],
)
def test_what_did_not_is_found(told: list[tuple[str, str, dict[str, Any]]], code: str) -> None:
    assert f"reconciliation.{code}" in found(told)


def test_a_line_that_another_fits_as_well_was_chosen() -> None:
    twice = [*LINES, {**LINES[0], "number": 4}]
    told = story()
    told[6:9] = statement(twice)
    assert "reconciliation.chosen" in found(told)


def taken_back(**changes: Any) -> list[tuple[str, str, dict[str, Any]]]:
    said = {"statement_id": STATEMENT, "entry": 1, "reason": "认错了人", "proposer_id": MAKER}
    return [
        ("reconciliation.unmatch_proposed/1", MAKER, said),
        ("reconciliation.unmatched/1", changes.pop("by", CHECKER), {**said, **changes}),
    ]


def test_what_two_people_took_back_is_not_matched_by_itself() -> None:
    again = ("reconciliation.matched/1", MAKER, {"allocations": [allocation(1, 1, 0)]})
    assert found([*story(), *taken_back()]) == set()
    assert found([*story(), *taken_back(), again]) == {"reconciliation.taken_back"}
    assert found([*story(), *taken_back(), *taken_back()]) == {"reconciliation.not_matched"}


def test_what_one_person_took_back_is_found() -> None:
    assert found([*story(), *taken_back(by=MAKER)]) == {"reconciliation.unmatched_by_one"}
    assert found([*story(), taken_back()[1]]) == {"reconciliation.unmatched_by_one"}
    assert found([*story(), *taken_back(reason="别的理由")]) == {"reconciliation.unmatched_by_one"}


def explained(**changes: Any) -> list[tuple[str, str, dict[str, Any]]]:
    said = {"id": DIFFERENCE, "outcome": "explained", "reason": "银行手续费", "proposer_id": MAKER}
    return [
        ("exception.opened/1", MAKER, {"id": DIFFERENCE, "kind": "partial", "blocking": "close"}),
        ("exception.explanation_proposed/1", MAKER, {**said, "reason": changes.get("reason", said["reason"])}),
        ("exception.resolved/1", changes.pop("by", CHECKER), {**said, **changes}),
    ]


def test_what_one_person_explained_is_found() -> None:
    assert found([*story(), *explained()]) == set()
    assert found([*story(), *explained(by=MAKER)]) == {"reconciliation.explained_by_one"}
    assert found([*story(), *explained(outcome="corrected")]) == {"reconciliation.explained_by_one"}
    assert found([*story(), *explained(reason="费")]) == {"reconciliation.no_reason"}
    alone = explained()
    assert found([*story(), alone[0], alone[2]]) == {"reconciliation.explained_by_one"}


OTHER = str(derived("audit", "other"))


def corrected() -> list[tuple[str, str, dict[str, Any]]]:
    """The bank's other statement of the same days counts instead, and the line is matched there."""
    said = {"statement_id": OTHER, "superseded": [STATEMENT], "reason": "银行重开", "proposer_id": MAKER}
    lines = [{**LINES[0], "number": 1}]
    told = [(type_, by, {**data, "id": OTHER}) for type_, by, data in statement(lines)]
    told[2:] = [
        ("reconciliation.superseding_proposed/1", MAKER, said),
        ("reconciliation.statement_superseded/1", CHECKER, said),
        ("reconciliation.statement_joined/1", CHECKER, {"statement_id": OTHER}),
    ]
    again = {**allocation(1, 1, 0), "statement_id": OTHER}
    return [*told, ("reconciliation.matched/1", MAKER, {"allocations": [again]})]


def test_two_statements_of_the_same_days_never_count_together() -> None:
    told = corrected()
    assert found([*story()[:9], *told]) == set()
    assert found([*story()[:9], *told[:2], told[4]]) == {"reconciliation.overlaps"}
    type_, _, said = told[3]
    told[3] = type_, MAKER, said
    assert found([*story()[:9], *told]) == {"reconciliation.superseded_by_one"}


def test_a_batchs_line_is_the_sum_of_its_parts() -> None:
    lines = [{"number": 1, "booked_on": "2026-11-03", "amount_fen": -3000, "batch_ref": REFERENCE}]
    told = [*story()[:6], *statement(lines)]
    whole = {"allocations": [allocation(1, 3, number) for number in range(3)]}
    assert found([*told, ("reconciliation.matched/1", MAKER, whole)]) == set()
    part = {"allocations": whole["allocations"][:2]}
    assert found([*told, ("reconciliation.matched/1", MAKER, part)]) == {"reconciliation.sum"}


BUDGET = "budget/" + str(derived("budget", 1))
DOCUMENT = f"{BUDGET}@1"


def by_document(
    *, amount_fen: int = 2_000, moved_fen: int = 2_000, tier: int = 5, document: str = DOCUMENT
) -> set[str]:
    """Two people match a credit of 20 yuan with what a document brought; answers what is found."""
    findings, book = Findings(), Book()
    rule = Reconciliation(findings)
    credit = {"number": 1, "booked_on": "2026-11-03", "amount_fen": 2_000}
    given = {"statement_id": STATEMENT, "entry": 1, "tier": tier, "amount_fen": amount_fen, "document": document}
    given["payment_id"] = str(document_id(EventName(DOCUMENT)))
    by_hand = {"allocations": [given], "reason": "文号一致", "proposer_id": MAKER}
    told = statement([credit])
    told += [("reconciliation.proposed/1", MAKER, {**by_hand, "statement_id": STATEMENT, "entry": 1})]
    told += [("reconciliation.matched/1", CHECKER, by_hand)]
    moved = (("fin:1011", "CNY", moved_fen), ("fin:4001", "CNY", -moved_fen))
    identity, day, at = BUDGET.partition("/")[2], "2026-11-02", "2026-11-02T00:00:00.000000Z"
    where = (0, "entries/000", 0, "key", b"", b"", "origin", "budget", identity, 1)
    rule.see(Entry(*where, "budget.appropriated/1", at, day, MAKER, "administrator", "c", None, {}, moved), book)
    for entry in entries(told):
        rule.see(entry, book)
    rule.finish(book)
    return {one.code for result in findings.results() for one in result.findings}


def test_a_line_carries_out_a_document_of_just_that_money() -> None:
    assert by_document() == set()
    assert by_document(moved_fen=1_999) == {"reconciliation.document"}
    assert by_document(moved_fen=-2_000) == {"reconciliation.document"}
    assert by_document(document=f"{BUDGET}@2") == {"reconciliation.document", "reconciliation.unknown"}
    assert by_document(tier=3) >= {"reconciliation.unknown"}


def test_a_match_on_a_statement_that_does_not_count_is_found() -> None:
    told = [one for one in story() if one[0] != "reconciliation.statement_joined/1"]
    assert "reconciliation.not_counting" in found(told)
