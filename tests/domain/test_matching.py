"""A line of the statement is matched to the fen by the first tier that fits, and never by choosing."""

from collections import Counter
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.ids import derived
from domain.kernel.matches import EntryKey, Match, Part
from domain.matching import Entry, LateReturn, Payable, match, missing

STATEMENT = derived("statement", "甲")
BATCH = derived("batch", 1)
REFERENCE = "361125000000202611001"
DAY, NEXT_DAY = date(2026, 11, 3), date(2026, 11, 4)
TEN = 1000


def paid(line: int, amount_fen: int = TEN, **changes) -> Payable:
    """A payment that the answer calls settled."""
    return replace(
        Payable(
            payment_id=derived("payment", line),
            batch_id=BATCH,
            batch_reference=REFERENCE,
            end_to_end_id=f"{REFERENCE}{line:08d}",
            amount_fen=amount_fen,
            state="paid",
            paid_on=DAY,
            paid_ref=f"BANK{line}",
        ),
        **changes,
    )


def failed(line: int, amount_fen: int = TEN, **changes) -> Payable:
    return paid(line, amount_fen, **{"state": "failed", "paid_on": None, "paid_ref": None, **changes})


def line(number: int, amount_fen: int = -TEN, **said) -> Entry:
    return Entry(EntryKey(STATEMENT, number), said.pop("booked_on", DAY), amount_fen, **said)


def id_of(number: int) -> str:
    return f"{REFERENCE}{number:08d}"


def tiers(*entries: Entry, payments) -> dict[int, int]:
    """Line -> the tier that matched it."""
    return {found.key.number: found.tier for found in match(entries, payments).matches}


def kinds(*entries: Entry, payments) -> dict[int, str]:
    """Line -> why it was not matched."""
    return {found.key.number: found.kind for found in match(entries, payments).exceptions}


# T1.


def test_the_end_to_end_id_and_the_amount():
    found = match([line(1, end_to_end_id=id_of(2))], [paid(1), paid(2)])
    assert found.matches == (Match(EntryKey(STATEMENT, 1), 1, (Part(derived("payment", 2), -TEN),)),)
    assert found.exceptions == ()


def test_what_came_back_is_matched_to_the_return():
    back = paid(1, back_on=NEXT_DAY, back_ref="R1", out_taken=True)
    assert tiers(line(1, TEN, return_of=id_of(1)), payments=[back]) == {1: 1}
    assert tiers(line(1, TEN, end_to_end_id=id_of(1)), payments=[back]) == {1: 1}


def test_a_return_that_the_books_do_not_know_is_a_late_return():
    found = match([line(1, TEN, return_of=id_of(1))], [paid(1, out_taken=True)])
    assert found.late_returns == (LateReturn(EntryKey(STATEMENT, 1), derived("payment", 1)),)
    assert (found.matches, found.exceptions) == ((), ())


def test_a_failed_payment_that_left_and_came_back_is_matched_both_ways():
    out, back = line(1, end_to_end_id=id_of(1)), line(2, TEN, end_to_end_id=id_of(1))
    assert tiers(out, back, payments=[failed(1)]) == {1: 1, 2: 1}
    assert kinds(out, payments=[failed(1)]) == {1: "conflicting_answers"}
    assert kinds(back, payments=[failed(1)]) == {2: "unknown_return"}


@pytest.mark.parametrize(
    ("entries", "payment", "expected"),
    [
        ([line(1, -999, end_to_end_id=id_of(1))], paid(1), {1: "partial"}),
        ([line(1, -1001, end_to_end_id=id_of(1))], paid(1), {1: "amount_differs"}),
        ([line(1, end_to_end_id=id_of(1))], paid(1, out_taken=True), {1: "paid_twice"}),
        ([line(1, end_to_end_id=id_of(1), bank_ref="B")], paid(1, out_taken=True, out_ref="A"), {1: "paid_twice"}),
        ([line(1, end_to_end_id=id_of(1), bank_ref="A")], paid(1, out_taken=True, out_ref="A"),
         {1: "duplicate_answer"}),
        ([line(n, end_to_end_id=id_of(1)) for n in (1, 2)], paid(1), dict.fromkeys((1, 2), "paid_twice")),
        ([line(1, end_to_end_id=id_of(1))], paid(1, state="open", paid_on=None), {1: "no_answer"}),
        ([line(1, end_to_end_id=id_of(1))], paid(1, state="unsent", paid_on=None), {1: "conflicting_answers"}),
        ([line(1, TEN, return_of="nobody's")], paid(1), {1: "unknown_return"}),
        ([line(1, end_to_end_id=id_of(9))], paid(1), {1: "line_not_in_batch"}),
        ([line(1, TEN)], paid(1), {1: "credit_without_origin"}),
        ([line(1, -TEN)], paid(1), {1: "debit_without_origin"}),
        ([line(1, -7, bank_ref="BANK1")], paid(1), {1: "partial"}),
        ([line(1, -7, batch_ref=REFERENCE)], paid(1), {1: "control_total"}),
    ],
)  # fmt: skip
def test_what_cannot_be_matched_says_why(entries, payment, expected):
    assert kinds(*entries, payments=[payment]) == expected
    assert tiers(*entries, payments=[payment]) == {}


def test_a_line_that_shows_somebody_else_is_never_matched_by_its_reference():
    """Neither by ours nor by the bank's; another line that shows the payee still is."""
    named, other, by_ref = line(1, end_to_end_id=id_of(1)), line(2, end_to_end_id=id_of(1)), line(3, bank_ref="BANK2")
    wrong = {(named.key, derived("payment", 1)), (by_ref.key, derived("payment", 2))}
    found = match([named, other, by_ref], [paid(1), paid(2)], contradicting=wrong)
    assert [(one.kind, one.key.number, one.payment_id) for one in found.exceptions] == [
        ("wrong_account_or_name", 1, derived("payment", 1)),
        ("wrong_account_or_name", 3, derived("payment", 2)),
    ]
    assert list(found.named()) == [(other.key, derived("payment", 1))]


def test_a_return_that_shows_somebody_else_is_not_booked():
    back = line(1, TEN, return_of=id_of(1))
    found = match([back], [paid(1, out_taken=True)], contradicting={(back.key, derived("payment", 1))})
    assert (found.late_returns, [one.kind for one in found.exceptions]) == ((), ["wrong_account_or_name"])


# T2.


def test_the_banks_reference_and_the_amount():
    assert tiers(line(1, bank_ref="BANK2"), payments=[paid(1), paid(2)]) == {1: 2}
    assert tiers(line(1, TEN, bank_ref="R1"), payments=[paid(1, back_on=DAY, back_ref="R1")]) == {1: 2}


def test_two_payments_under_one_reference_are_never_a_choice():
    same = [paid(1, paid_ref="SAME"), paid(2, paid_ref="SAME")]
    assert kinds(line(1, bank_ref="SAME"), payments=same) == {1: "two_candidates"}
    two_lines = [line(1, bank_ref="SAME"), line(2, bank_ref="SAME")]
    assert kinds(*two_lines, payments=same) == {1: "two_candidates", 2: "two_candidates"}


def test_the_end_to_end_id_goes_before_the_banks_reference():
    found = match([line(1, end_to_end_id=id_of(1), bank_ref="BANK2")], [paid(1), paid(2)])
    assert found.matches[0].parts == (Part(derived("payment", 1), -TEN),)


# T3.


def test_a_batchs_debit_is_the_sum_of_its_settled_lines():
    payments = [paid(1), paid(2, 500), failed(3)]
    found = match([line(1, -1500, batch_ref=REFERENCE)], payments)
    assert [part.amount_fen for part in found.matches[0].parts] == [-1000, -500]
    assert found.matches[0].tier == 3


def test_a_batch_debited_on_two_days():
    payments = [paid(1), paid(2, 500, paid_on=NEXT_DAY)]
    days = [line(1, -1000, batch_ref=REFERENCE), line(2, -500, batch_ref=REFERENCE, booked_on=NEXT_DAY)]
    assert tiers(*days, payments=payments) == {1: 3, 2: 3}


def test_everything_left_and_what_failed_came_back_in_one_sum():
    payments = [paid(1), failed(2, 300), failed(3, 200)]
    out, back = line(1, -1500, batch_ref=REFERENCE), line(2, 500, batch_ref=REFERENCE)
    assert tiers(out, back, payments=payments) == {1: 3, 2: 3}
    one_by_one = [line(2, 300, end_to_end_id=id_of(2)), line(3, 200, end_to_end_id=id_of(3))]
    assert kinds(*one_by_one, payments=payments) == {2: "unknown_return", 3: "unknown_return"}


def test_what_came_back_in_one_sum():
    back = {"back_on": DAY, "out_taken": True}
    payments = [paid(1, **back), paid(2, 500, **back), paid(3)]
    assert tiers(line(1, 1500, batch_ref=REFERENCE), payments=payments) == {1: 3}


def test_two_lines_of_one_sum_are_never_a_choice():
    twice = [line(1, -TEN, batch_ref=REFERENCE), line(2, -TEN, batch_ref=REFERENCE)]
    assert kinds(*twice, payments=[paid(1)]) == {1: "two_candidates", 2: "two_candidates"}


def test_what_is_contested_in_one_tier_is_taken_by_no_later_one():
    twice = [line(1, end_to_end_id=id_of(1)), line(2, end_to_end_id=id_of(1))]
    found = kinds(*twice, line(3, -2000, batch_ref=REFERENCE), payments=[paid(1), paid(2)])
    assert found == {1: "paid_twice", 2: "paid_twice", 3: "control_total"}


# What the bank paid once more.


def test_of_two_debits_for_one_payment_the_answers_own_is_the_payment():
    """The other one is money that left twice; a credit beside them may be either, and books no return."""
    own, other = line(1, end_to_end_id=id_of(1), bank_ref="BANK1"), line(2, end_to_end_id=id_of(1), bank_ref="B9")
    back = line(3, TEN, return_of=id_of(1))
    found = match([back, other, own], [paid(1)])
    assert [(one.key.number, one.tier) for one in found.matches] == [(1, 2)]
    assert {one.key.number: one.kind for one in found.exceptions} == {2: "paid_twice", 3: "two_candidates"}
    assert found.late_returns == ()


def test_what_was_claimed_back_is_matched_by_the_banks_own_reference():
    first = paid(1, out_taken=True, out_ref="BANK1")
    again = paid(1, payment_id=derived("payment", "again"), paid_ref="B9", again=True)
    found = match([line(1, end_to_end_id=id_of(1), bank_ref="B9")], [first, again])
    assert found.matches == (Match(EntryKey(STATEMENT, 1), 2, (Part(again.payment_id, -TEN),)),)
    back = line(2, TEN, end_to_end_id=id_of(1), bank_ref="R9")
    assert kinds(back, payments=[first, replace(again, out_taken=True)]) == {2: "two_candidates"}
    recovered = replace(again, out_taken=True, back_on=NEXT_DAY, back_ref="R9")
    assert match([back], [first, recovered]).matches[0].parts == (Part(again.payment_id, TEN),)
    later = line(3, TEN, end_to_end_id=id_of(1), bank_ref="R10")
    assert [one.payment_id for one in match([later], [first, recovered]).late_returns] == [first.payment_id]


# What the statement does not have.


def test_what_was_paid_and_stands_on_no_statement_is_named_by_batch():
    payments = [paid(1), paid(2, 500), paid(3, out_taken=True), paid(4, paid_on=date(2026, 11, 30))]
    assert missing(payments, until=NEXT_DAY) == {(BATCH, "not_on_statement"): -1500}
    assert missing(payments, until=date(2026, 11, 2)) == {}


# For any books and any statement.

IDS = st.integers(1, 6)
STATES = st.sampled_from(["paid", "failed", "open", "unsent"])
AMOUNTS = st.sampled_from([500, 1000, 1500])


@st.composite
def books(draw) -> list[Payable]:
    payments = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        state = draw(STATES)
        back = state == "paid" and draw(st.booleans())
        payments.append(
            Payable(
                payment_id=derived("payment", number),
                batch_id=BATCH,
                batch_reference=REFERENCE,
                end_to_end_id=id_of(number),
                amount_fen=draw(AMOUNTS),
                state=state,
                paid_on=DAY if state == "paid" else None,
                paid_ref=draw(st.sampled_from(["A", "B", None])) if state == "paid" else None,
                back_on=NEXT_DAY if back else None,
                back_ref=draw(st.sampled_from(["A", "C", None])) if back else None,
                out_taken=state == "paid" and draw(st.booleans()),
            )
        )
    return payments


@st.composite
def lines(draw) -> list[Entry]:
    entries = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        said = {
            "end_to_end_id": draw(st.one_of(st.none(), IDS.map(id_of), st.just(REFERENCE))),
            "bank_ref": draw(st.sampled_from([None, "A", "B", "C"])),
            "batch_ref": draw(st.sampled_from([None, REFERENCE])),
            "return_of": draw(st.one_of(st.none(), IDS.map(id_of))),
        }
        amount = draw(st.one_of(AMOUNTS, st.integers(1, 6000))) * draw(st.sampled_from([-1, 1]))
        entries.append(line(number, amount, **said))
    return entries


@settings(max_examples=150, deadline=None)
@given(books(), lines(), st.randoms())
def test_nothing_is_given_more_than_it_has_and_no_order_matters(payments, entries, random):
    found = match(entries, payments)
    amounts = {one.payment_id: one.amount_fen for one in payments}
    by_key = {entry.key: entry for entry in entries}
    given_to: Counter[tuple[UUID, bool]] = Counter()
    for one in payments:
        given_to[one.payment_id, False] += one.amount_fen if one.out_taken else 0
    for matched in found.matches:
        assert sum(part.amount_fen for part in matched.parts) == by_key[matched.key].amount_fen
        for part in matched.parts:
            given_to[part.payment_id, part.amount_fen > 0] += abs(part.amount_fen)
    assert all(amount <= amounts[payment] for (payment, _), amount in given_to.items())
    answered = [*(one.key for one in found.matches), *(one.key for one in found.late_returns)]
    assert sorted([*answered, *(one.key for one in found.exceptions)]) == sorted(by_key), "each line once"
    random.shuffle(entries)
    random.shuffle(payments)
    again = match(entries, payments)
    parts = [{**one._asdict(), "parts": sorted(one.parts)} for one in found.matches]
    assert [{**one._asdict(), "parts": sorted(one.parts)} for one in again.matches] == parts
    assert (again.late_returns, again.exceptions) == (found.late_returns, found.exceptions)
