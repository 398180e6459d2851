"""The bank pays one payment twice under two references: it is claimed back or given up, and never explained away."""

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.commands import payouts, periods, reconciling, reconciling_by_hand
from api.exporting import export_package
from api.files.statements import StatementEntry
from audit.verify import verify_package
from domain.kernel.calendar import Month
from domain.kernel.matches import EntryKey
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from projections import payout_batches, trial_balances
from projections import reconciliation_queries as queries
from projections.payout_batches import Payment
from tests.journeys.test_reconciling import ON, Bank, bank

__all__ = ["bank"]

WHY = "银行来函确认重复扣款"
LATER = date(2025, 5, 6)


def do(bank: Bank, command: Any, key: str, *, by: Actor, **facts: Any) -> Any:
    done = command(bank.app, actor=by, key=key, on=ON, **facts)
    bank.app.runner.catch_up()
    return done


def refused(bank: Bank, code: str, command: Any, key: str, *, by: Actor, **facts: Any) -> None:
    with pytest.raises(Refusal) as said:
        do(bank, command, key, by=by, **facts)
    assert said.value.code == code


def twice(bank: Bank) -> tuple[EntryKey, StatementEntry]:
    """A statement on which the first payment stands twice, the second time under another reference."""
    entries = bank.entries()
    again = replace(entries[0], number=len(entries) + 1, bank_ref="TWICE9")
    taken = bank.record(bank.says([*entries, again]))
    return EntryKey(taken.statement_id, again.number), entries[0]


def payment_of(bank: Bank, end_to_end_id: str | None) -> Payment:
    with bank.app.reading.connection() as conn:
        (row,) = [one for one in queries.payments_named(conn, end_to_end_id or "") if one.repeats is None]
        found = payout_batches.one_payment(conn, row.payment_id)
    assert found is not None
    return found


def claims(bank: Bank, payment: Payment) -> list[Payment]:
    with bank.app.reading.connection() as conn:
        return payout_batches.paid_again(conn, payment.payment_id)


def balances(bank: Bank) -> dict[str, int]:
    with bank.app.reading.connection() as conn:
        return {row.account: row.balance for row in trial_balances.controls(conn, as_of=date(9999, 1, 1))}


def found(bank: Bank) -> set[str]:
    with tempfile.TemporaryDirectory() as name:
        export_package(bank.app.settings, bank.app.access, Path(name) / "package")
        report = verify_package(Path(name) / "package", processes=1)
    return {one.code for one in report.findings} - {
        "tree.key_from_package",
        "genesis.rehearsal",
        "witnesses.none_asked",
    }


def test_a_second_debit_is_claimed_back_and_what_came_in_is_matched(bank: Bank) -> None:
    line, first = twice(bank)
    maker, checker = bank.people.maker, bank.people.checker
    payment = payment_of(bank, first.end_to_end_id)
    assert bank.tiers(line.statement_id) == [2, 1, 1, None]
    assert bank.open_kinds() == {"paid_twice": first.amount_fen}
    with bank.app.reading.connection() as conn:
        (difference,) = queries.exceptions(conn)
    explained = {"exception_id": difference.exception_id, "outcome": "explained", "reason": WHY}
    refused(bank, "exception.to_be_claimed", reconciling_by_hand.explain, "x", by=maker, **explained)

    said = {"payment_id": payment.payment_id, "entry": line, "reason": WHY}
    refused(bank, "authority.role_may_not", payouts.pay_again, "a0", by=maker, **said)
    refused(bank, "reason.insufficient", payouts.pay_again, "a1", by=checker, **{**said, "reason": "是的"})
    own = {**said, "entry": line._replace(number=1)}
    refused(bank, "payment.own_booking", payouts.pay_again, "a2", by=checker, **own)
    other = {**said, "entry": line._replace(number=2)}
    refused(bank, "payment.not_said_again", payouts.pay_again, "a3", by=checker, **other)
    before = balances(bank)
    do(bank, payouts.pay_again, "a4", by=checker, **said)
    refused(
        bank, "payment.not_said_again", payouts.pay_again, "a5", by=checker, **{**said, "entry": None, "booked_on": ON}
    )
    (claim,) = claims(bank, payment)
    assert (claim.state, claim.bank_ref, claim.rewards) == ("claimed", "TWICE9", [])
    after = balances(bank)
    assert after["fin:1218:payee"] == payment.amount_fen
    assert before["fin:1011"] - after["fin:1011"] == payment.amount_fen
    do(bank, reconciling.match_again, "m1", by=maker)
    assert (bank.tiers(line.statement_id)[3], bank.open_kinds()) == (2, {})

    back = replace(first, number=1, booked_on=LATER, amount_fen=payment.amount_fen, bank_ref="BACK9")
    closing = bank.opening_fen - 4 * payment.amount_fen
    bank.record(bank.says([back], number="05", since=date(2025, 5, 1), opening_fen=closing), key="second")
    assert bank.open_kinds() == {"two_candidates": payment.amount_fen}
    assert payment_of(bank, first.end_to_end_id).state == "settled"
    recovery = {"payment_id": claim.payment_id, "booked_on": LATER, "bank_ref": "BACK9", "reason": "收款人已退回"}
    do(bank, payouts.recover, "r1", by=maker, **recovery)
    do(bank, reconciling.match_again, "m2", by=maker)
    assert bank.open_kinds() == {}
    assert balances(bank).get("fin:1218:payee", 0) == 0
    assert found(bank) == set()


def test_a_claim_that_cannot_be_recovered_is_given_up_by_two(bank: Bank) -> None:
    line, first = twice(bank)
    maker, checker = bank.people.maker, bank.people.checker
    payment = payment_of(bank, first.end_to_end_id)
    do(bank, payouts.pay_again, "a", by=checker, payment_id=payment.payment_id, entry=line, reason=WHY)
    (claim,) = claims(bank, payment)
    wanted = {"payment_id": claim.payment_id, "document": "横财〔2025〕3号", "reason": "收款人去世，无遗产"}
    nothing = {**wanted, "document": "——"}
    refused(bank, "payment.write_off_without_document", payouts.propose_write_off, "w0", by=maker, **nothing)
    do(bank, payouts.propose_write_off, "w2", by=maker, **wanted)
    do(bank, payouts.reject_write_off, "w3", by=checker, payment_id=claim.payment_id, reason="继承人愿意退还")
    refused(bank, "payment.write_off_not_proposed", payouts.write_off, "w4", by=checker, payment_id=claim.payment_id)
    do(bank, payouts.propose_write_off, "w5", by=checker, **wanted)
    refused(bank, "chain.acted_twice", payouts.write_off, "w6", by=checker, payment_id=claim.payment_id)
    do(bank, payouts.propose_write_off, "w7", by=maker, **wanted)
    do(bank, payouts.write_off, "w8", by=checker, payment_id=claim.payment_id)
    held = balances(bank)
    assert (held.get("fin:1218:payee", 0), held["fin:5301"]) == (0, payment.amount_fen)
    do(bank, reconciling.match_again, "m", by=maker)
    assert bank.open_kinds() == {}

    late = {"payment_id": claim.payment_id, "booked_on": LATER, "bank_ref": "HEIRS1", "reason": "继承人退还"}
    do(bank, payouts.recover, "r", by=maker, **late)
    held = balances(bank)
    assert (-held["fin:4609"], -held["bud:6609"]) == (payment.amount_fen, payment.amount_fen)
    shown = periods.month_end(bank.app, Month("2025-05")).reconciled
    rows = {one.kind: (one.ledger_fen, one.batches_fen) for one in shown}
    assert rows["claimed"] == rows["given_up"] == (0, 0)
    assert rows["left"] == rows["paid"]
    assert found(bank) == set()
