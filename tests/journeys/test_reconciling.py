"""A statement is read once, matched to the fen, and what does not agree stays visible until somebody clears it up."""

import tempfile
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.commands import closing_checks, incidents, payouts, periods, reconciling, reconciling_by_hand, superseding
from api.commands.incidents import Report
from api.commands.shared import today
from api.commands.suggesting import suggestions_of
from api.context import App
from api.exporting import export_package
from api.files import rehearsal_bank
from api.files.bank_profiles import load_bank_profile
from api.files.findings import BadFile
from api.files.statement_files import write_statement
from api.files.statement_profiles import load_statement_profile
from api.files.statements import BankStatement, StatementEntry
from api.rehearsal.bank_statements import entries_of, statement_of
from audit.verify import verify_package
from domain.kernel.bank_sides import Side
from domain.kernel.calendar import Month
from domain.kernel.matches import EntryKey, Part
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.payout_batches.signals import Acknowledgement
from projections import payout_batches
from projections import reconciliation_queries as queries
from projections.reconciliation import BankPayment
from tests.journeys.conftest import COUNTY, VILLAGE, People
from tests.journeys.test_spine import MARCH, ON, REPORTED, reward

ACCOUNT = "990101000000000001"
APRIL = Month("2025-04")
NEUTRAL = load_statement_profile("neutral-statement")


@dataclass
class Bank:
    """A county with one settled batch of three, and its bank."""

    app: App
    people: People
    batch_id: UUID
    opening_fen: int = 5_000_00

    def payments(self) -> list[BankPayment]:
        self.app.runner.catch_up()
        with self.app.reading.connection() as conn:
            return queries.free_payments(conn)

    def entries(self) -> list[StatementEntry]:
        """What the bank booked and no statement has, with the other side as a bank shows it."""
        payees = {member: number for number, member in enumerate(self.people.members)}
        by_id = {one.end_to_end_id: payees[one.payee_id] for one in self.payments()}
        return [
            replace(
                entry,
                counter_name=f"成员{by_id[entry.end_to_end_id or entry.return_of]}",
                counter_account=f"62220000000000000{by_id[entry.end_to_end_id or entry.return_of]}",
            )
            for entry in entries_of(self.payments())
        ]

    def says(self, entries: list[StatementEntry], *, number: str = "04", **changes: Any) -> bytes:
        """The statement of April with these entries."""
        facts = {"number": number, "since": date(2025, 4, 1), "opening_fen": self.opening_fen, **changes}
        return write_statement(NEUTRAL, statement_of(ACCOUNT, entries, **facts))

    def record(self, content: bytes, *, key: str = "statement") -> reconciling.Taken:
        (taken,) = reconciling.record_statements(
            self.app, actor=self.people.maker, key=key, profile=NEUTRAL, content=content, file="对账单.csv", on=ON
        )
        self.app.runner.catch_up()
        return taken

    def open_kinds(self) -> dict[str, int]:
        with self.app.reading.connection() as conn:
            return {one.kind: one.amount_fen for one in queries.exceptions(conn)}

    def tiers(self, statement_id: UUID) -> list[int | None]:
        with self.app.reading.connection() as conn:
            return [entry.tier for entry in queries.entries(conn, statement_id)]


@pytest.fixture
def bank(app: App, people: People) -> Bank:
    """Three members paid 10 yuan each, all settled on one day."""
    sent, file = paid_out(app, people)
    answered(sent, rehearsal_bank.answer(file, PAYMENTS, seed="bank", on=ON, rehearsal=True))
    return sent


PAYMENTS = load_bank_profile("neutral-csv")


def answered(bank: Bank, content: bytes, *, key: str = "answer") -> None:
    """The bank's return file of the batch is recorded."""
    answer = {"actor": bank.people.maker, "key": key, "profile": PAYMENTS, "content": content, "file": "回盘", "on": ON}
    payouts.record_answer(bank.app, batch_id=bank.batch_id, **answer)
    bank.app.runner.catch_up()


def paid_out(app: App, people: People) -> tuple[Bank, bytes]:
    """A batch of three sent to the bank, and its file."""
    for number in range(3):
        reward(app, people, transcribed(app, people, number))
    app.runner.catch_up()
    _, batch_id = payouts.freeze(app, actor=people.maker, key="freeze", division=COUNTY, month=MARCH, on=ON)
    app.runner.catch_up()
    with app.reading.connection() as connection:
        frozen = payout_batches.one(connection, batch_id)
    assert frozen is not None
    approve(app, people, batch_id, frozen)
    _, file = payouts.export(app, actor=people.maker, key="export", batch_id=batch_id, profile=PAYMENTS, on=ON)
    return Bank(app, people, batch_id), file


def transcribed(app: App, people: People, number: int) -> UUID:
    """A report of one of the members, written down by the administrator."""
    incident_id = uuid4()
    words = "市容环境", VILLAGE, f"村口垃圾桶满了 {number}", REPORTED, "register"
    new = Report(incident_id, people.members[number], *words, source_ref=f"R-{number}")
    incidents.report(app, actor=people.administrator, key=f"report-{number}", reports=[new])
    return incident_id


def approve(app: App, people: People, batch_id: UUID, frozen: payout_batches.Batch) -> None:
    """Both say why what stands out may be paid; then it is approved."""
    with app.reading.connection() as connection:
        signals = payout_batches.signals_of_batch(connection, batch_id)
    lines = {code: tuple(one.line for one in signals if one.code == code) for code in {one.code for one in signals}}
    said = [Acknowledgement(code, "演练，已核对", numbers) for code, numbers in sorted(lines.items())]
    shown = {"batch_id": batch_id, "shown_digest": frozen.shown_digest, "on": ON}
    for actor in (people.maker, people.checker) if said else ():
        payouts.acknowledge(app, actor=actor, key="acknowledge", acknowledgements=said, **shown)
    payouts.approve(app, actor=people.checker, key="approve", **shown)


def test_the_same_file_twice_changes_nothing_and_everything_is_matched(bank: Bank) -> None:
    content = bank.says(bank.entries())
    taken = bank.record(content)
    assert bank.tiers(taken.statement_id) == [1, 1, 1]
    assert bank.open_kinds() == {}
    before = bank.app.journal.position()
    assert bank.record(content, key="again").receipt is None
    assert bank.app.journal.position() == before
    with bank.app.reading.connection() as conn:
        share = queries.share(conn)
    assert (share.paid_fen, share.matched_fen, share.within_3_days_fen) == (3_000, 3_000, 3_000)
    position = closing_checks.position_of(bank.app, APRIL)
    assert position.agrees
    assert (position.bank_fen, position.books_fen) == (-3_000, -3_000)
    assert closing_checks.blocking(bank.app, APRIL) == closing_checks.differences(bank.app, APRIL) == []
    side = periods.month_end(bank.app, APRIL).bank
    assert side is not None
    assert (side.paid_fen, side.difference_fen, side.item_count) == (3_000, 0, 0)
    assert side.debits == Side(3, Fen(-3_000), Fen(-3_000))


@pytest.mark.parametrize(
    "shown", [{"counter_name": "李四"}, {"counter_account": "6222********9999"}, {"counter_account": "9999"}]
)
def test_our_id_with_another_name_or_account_is_a_difference_that_blocks(bank: Bank, shown: dict[str, str]) -> None:
    first, *others = bank.entries()
    content = bank.says([replace(first, **shown), *others])
    taken = bank.record(content)
    assert bank.tiers(taken.statement_id) == [None, 1, 1]
    assert bank.open_kinds() == {"wrong_account_or_name": -1_000, "not_on_statement": -1_000}
    assert {one.kind for one in closing_checks.blocking(bank.app, APRIL)} == {*bank.open_kinds()}
    assert reconciling.match_again(bank.app, actor=bank.people.maker, key="again", on=ON) is None, (
        "read again, as wrong"
    )
    opened = [one.reason for one in bank.app.vault.openings()]
    assert "reconciliation.match" in opened
    assert_verified(bank)


def test_hidden_digits_and_letters_contradict_nothing(bank: Bank) -> None:
    entries = [replace(one, counter_name="成*", counter_account="6222****") for one in bank.entries()]
    taken = bank.record(bank.says(entries))
    assert bank.tiers(taken.statement_id) == [1, 1, 1]
    assert bank.open_kinds() == {}


def test_one_debit_for_the_whole_batch(bank: Bank) -> None:
    one = bank.entries()[0]
    debit = replace(one, end_to_end_id=None, bank_ref=None, amount_fen=-3_000, counter_name=None, counter_account=None)
    taken = bank.record(bank.says([debit]))
    assert bank.tiers(taken.statement_id) == [3]
    with bank.app.reading.connection() as conn:
        parts = queries.allocations(conn, EntryKey(taken.statement_id, 1))
    assert [part.amount_fen for part in parts] == [-1_000] * 3


def test_what_does_not_agree_is_kept_as_differences_and_blocks_the_close(bank: Bank) -> None:
    first, second, third = bank.entries()
    fee = replace(third, end_to_end_id=None, bank_ref="FEE", batch_ref=None, amount_fen=-50, counter_account=None)
    bank.record(bank.says([first, replace(second, amount_fen=-900), fee]))
    assert bank.open_kinds() == {"partial": -900, "debit_without_origin": -50, "not_on_statement": -2_000}
    assert {one.kind: one.count for one in closing_checks.blocking(bank.app, APRIL)} == {
        "partial": 1,
        "debit_without_origin": 1,
        "not_on_statement": 1,
    }
    (difference,) = [one for one in the_open(bank) if one.kind == "debit_without_origin"]
    explain(bank, difference.exception_id, "银行手续费")
    assert reconciling.match_again(bank.app, actor=bank.people.maker, key="again", on=ON) is None, "it stays explained"
    bank.app.runner.catch_up()
    assert "debit_without_origin" not in bank.open_kinds()


def explain(bank: Bank, exception_id: UUID, reason: str, *, on: date = ON) -> None:
    """One says what a difference was; he cannot confirm it himself, another does."""
    said: dict[str, Any] = {"exception_id": exception_id, "on": on}
    maker, checker = bank.people.maker, bank.people.checker
    with pytest.raises(Refusal, match=r"exception\.not_proposed"):
        reconciling_by_hand.resolve(bank.app, actor=checker, key="early", **said)
    told = {**said, "outcome": "explained"}
    with pytest.raises(Refusal, match=r"reason\.insufficient"):
        reconciling_by_hand.explain(bank.app, actor=maker, key="short", reason="费", **told)
    reconciling_by_hand.explain(bank.app, actor=maker, key="explain", reason=reason, **told)
    with pytest.raises(Refusal, match=r"chain\.acted_twice"):
        reconciling_by_hand.resolve(bank.app, actor=maker, key="alone", **said)
    reconciling_by_hand.resolve(bank.app, actor=checker, key="confirm", **said)


def the_open(bank: Bank) -> list[queries.Difference]:
    with bank.app.reading.connection() as conn:
        return queries.exceptions(conn)


def test_a_late_return_on_a_statement_is_booked_and_matched(bank: Bank) -> None:
    entries = bank.entries()
    end = (ON + timedelta(days=20)).isoformat()
    back = replace(
        entries[0],
        booked_on=date.fromisoformat(end),
        amount_fen=1_000,
        end_to_end_id=None,
        return_of=entries[0].end_to_end_id,
        bank_ref="TH0001",
        text="退汇",
    )
    taken = bank.record(bank.says([*entries, back]))
    assert bank.tiers(taken.statement_id) == [1, 1, 1, 1]
    assert bank.open_kinds() == {"late_return": 1_000}
    with bank.app.reading.connection() as conn:
        (returned,) = queries.returned(conn)
    assert (returned.back_ref, returned.back_fen) == ("TH0001", 1_000)
    payouts.reissue(bank.app, actor=bank.people.maker, key="reissue", payment_id=returned.payment_id, on=ON)
    reconciling.match_again(bank.app, actor=bank.people.maker, key="again", on=ON)
    bank.app.runner.catch_up()
    assert bank.open_kinds() == {}
    assert_verified(bank)


def test_without_references_a_person_accepts_what_is_suggested(bank: Bank) -> None:
    bare = [replace(one, end_to_end_id=None, bank_ref=None, batch_ref=None) for one in bank.entries()]
    taken = bank.record(bank.says(bare))
    assert bank.tiers(taken.statement_id) == [None, None, None]
    found = suggestions_of(bank.app, by=bank.people.maker, statement_id=taken.statement_id)
    assert [(one.key.number, one.agrees) for one in found.proposals] == [
        (number, ("amount", "account", "name")) for number in (1, 2, 3)
    ]
    first = found.proposals[0]
    wanted = {"entry": first.key, "reason": "账号户名一致", "on": ON}
    other = found.proposals[1].part.payment_id
    with pytest.raises(Refusal, match=r"reconciliation\.not_suggested"):
        reconciling_by_hand.accept(bank.app, actor=bank.people.maker, key="no", payment_id=other, **wanted)
    payment = first.part.payment_id
    reconciling_by_hand.accept(bank.app, actor=bank.people.maker, key="yes", payment_id=payment, **wanted)
    bank.app.runner.catch_up()
    assert bank.tiers(taken.statement_id) == [4, None, None]
    assert_verified(bank)


def test_by_hand_takes_two_and_can_be_taken_back(bank: Bank) -> None:
    payments = {one.end_to_end_id: one.payment_id for one in bank.payments()}
    first = bank.entries()[0]
    bare = replace(first, end_to_end_id=None, bank_ref=None, batch_ref=None, counter_account=None)
    taken = bank.record(bank.says([bare]))
    key = EntryKey(taken.statement_id, 1)
    parts = [Part(payments[first.end_to_end_id or ""], -1_000)]
    maker, checker = bank.people.maker, bank.people.checker
    by_hand: dict[str, Any] = {"entry": key, "on": ON}
    reconciling_by_hand.propose(bank.app, actor=maker, key="propose", parts=parts, reason="电话核实", **by_hand)
    with pytest.raises(Refusal, match=r"chain\.acted_twice"):
        reconciling_by_hand.confirm(bank.app, actor=maker, key="own", **by_hand)
    reconciling_by_hand.confirm(bank.app, actor=checker, key="confirm", **by_hand)
    bank.app.runner.catch_up()
    assert bank.tiers(taken.statement_id) == [5]
    assert "debit_without_origin" not in bank.open_kinds()
    reconciling_by_hand.propose_unmatch(bank.app, actor=checker, key="take-back", reason="认错了人", **by_hand)
    with pytest.raises(Refusal, match=r"chain\.acted_twice"):
        reconciling_by_hand.unmatch(bank.app, actor=checker, key="alone", **by_hand)
    assert bank.tiers(taken.statement_id) == [5]
    reconciling_by_hand.unmatch(bank.app, actor=maker, key="unmatch", **by_hand)
    reconciling.match_again(bank.app, actor=maker, key="again", on=ON)
    bank.app.runner.catch_up()
    assert bank.tiers(taken.statement_id) == [None], "it waits for a person now"
    assert bank.open_kinds() == {"debit_without_origin": -1_000, "not_on_statement": -3_000}
    assert_verified(bank)


def test_a_gap_between_statements_and_another_statement_of_the_same_days(bank: Bank) -> None:
    first, second, third = bank.entries()
    bank.record(bank.says([first, second, third]))
    bank.record(bank.says([], number="05", since=date(2025, 5, 1), opening_fen=7), key="may")
    assert bank.open_kinds() == {"statement_gap": 7 - (bank.opening_fen - 3_000)}
    bank.record(bank.says([first]), key="other")
    assert bank.open_kinds()["replayed_file"] == -1_000
    assert_verified(bank)


def test_a_corrected_statement_counts_once_two_people_say_so_and_what_agrees_is_matched_again(bank: Bank) -> None:
    first, second, third = bank.entries()
    wrong = bank.record(bank.says([first, second, replace(third, amount_fen=-900)]))
    right = bank.record(bank.says([first, second, third]), key="right")
    assert right.statement_id != wrong.statement_id
    assert bank.open_kinds()["replayed_file"] == -3_000
    assert bank.record(bank.says([first, second, third]), key="right-again").receipt is None
    maker, checker = bank.people.maker, bank.people.checker
    wanted: dict[str, Any] = {"statement_id": right.statement_id, "on": ON}
    superseding.propose(bank.app, actor=checker, key="propose", reason="银行重开对账单", **wanted)
    with pytest.raises(Refusal, match=r"chain\.acted_twice"):
        superseding.confirm(bank.app, actor=checker, key="alone", **wanted)
    superseding.confirm(bank.app, actor=maker, key="confirm", **wanted)
    bank.app.runner.catch_up()
    assert (bank.tiers(wrong.statement_id), bank.tiers(right.statement_id)) == ([None] * 3, [1, 1, 1])
    assert bank.open_kinds() == {}
    side = periods.month_end(bank.app, APRIL).bank
    assert side is not None
    assert side.debits == Side(3, Fen(-3_000), Fen(-3_000)), "the statement that counts no longer is in no sum"
    assert_verified(bank)


def test_a_person_s_match_is_taken_back_before_its_statement_is_superseded(bank: Bank) -> None:
    payments = {one.end_to_end_id: one.payment_id for one in bank.payments()}
    first, second, third = bank.entries()
    bare = replace(first, end_to_end_id=None, bank_ref=None, batch_ref=None, counter_account=None)
    taken = bank.record(bank.says([bare]))
    by_hand: dict[str, Any] = {"entry": EntryKey(taken.statement_id, 1), "on": ON}
    parts = [Part(payments[first.end_to_end_id or ""], -1_000)]
    maker, checker = bank.people.maker, bank.people.checker
    reconciling_by_hand.propose(bank.app, actor=maker, key="p", parts=parts, reason="电话核实", **by_hand)
    reconciling_by_hand.confirm(bank.app, actor=checker, key="c", **by_hand)
    other = bank.record(bank.says([first, second, third], number="04b", since=date(2025, 4, 2)), key="other")
    wanted: dict[str, Any] = {"statement_id": other.statement_id, "reason": "银行重开对账单", "on": ON}
    with pytest.raises(Refusal, match=r"statement\.matched_by_hand"):
        superseding.propose(bank.app, actor=maker, key="propose", **wanted)
    with pytest.raises(Refusal, match=r"statement\.not_in_conflict"):
        superseding.propose(bank.app, actor=maker, key="joined", **{**wanted, "statement_id": taken.statement_id})


def test_money_that_two_people_explain_stays_in_the_figures_of_the_month(bank: Bank) -> None:
    """A debit of 888 yuan that nobody knows: it blocks; explained, it is listed and an item between bank and books."""
    unknown = replace(
        bank.entries()[0], end_to_end_id=None, bank_ref="X9", batch_ref=None, amount_fen=-88_800, counter_account=None
    )
    bank.record(bank.says([*bank.entries(), unknown]))
    shown = periods.month_end(bank.app, APRIL)
    assert {one.kind for one in shown.blocking} == {"bank_open", "debit_without_origin"}
    (difference,) = the_open(bank)
    explain(bank, difference.exception_id, "县里另有专项支出")
    bank.app.runner.catch_up()
    shown = periods.month_end(bank.app, APRIL)
    assert shown.blocking == ()
    side, paid = shown.bank, shown.reconciled[3]
    assert side is not None
    assert side.debits == Side(4, Fen(-91_800), Fen(-3_000), Fen(-88_800))
    assert (paid.ledger_fen, paid.bank_fen) == (3_000, 91_800)
    (told,) = shown.figures.explained
    assert (told.kind, told.amount_fen, told.reason) == ("debit_without_origin", -88_800, "县里另有专项支出")
    assert (told.proposer_id, told.confirmer_id) == (bank.people.maker.person_id, bank.people.checker.person_id)
    assert [(one.has, one.amount_fen) for one in shown.items or ()] == [("bank", -88_800)]
    assert side.difference_fen == 0
    assert [(one.kind, one.amount_fen) for one in shown.differences] == [("bank_paid", 88_800)]


MAY = date(2025, 5, 6)


def close_april(bank: Bank, reasons: dict[str, str]) -> None:
    periods.propose(bank.app, actor=bank.people.maker, key="close", month=APRIL, reasons=reasons, on=MAY)
    state = periods.periods_of(bank.app)
    assert state is not None
    assert state.proposal is not None
    shown = state.proposal.figures.digest
    periods.seal(bank.app, actor=bank.people.checker, key="seal", month=APRIL, shown_digest=shown, on=MAY)
    bank.app.runner.catch_up()


def test_a_sealed_month_shows_what_was_sealed_and_what_came_after_it(bank: Bank) -> None:
    first, second, third = bank.entries()
    bank.record(bank.says([first, second, third]))
    close_april(bank, {})
    sealed = periods.month_end(bank.app, APRIL)
    assert sealed.since is not None
    assert not sealed.since.differs(sealed.figures)
    maker, checker = bank.people.maker, bank.people.checker
    (line,) = [EntryKey(one.statement_id, 1) for one in statements_of(bank)]
    by_hand: dict[str, Any] = {"entry": line, "on": MAY}
    reconciling_by_hand.propose_unmatch(bank.app, actor=maker, key="p", reason="认错了人", **by_hand)
    reconciling_by_hand.unmatch(bank.app, actor=checker, key="c", **by_hand)
    bank.app.runner.catch_up()
    after = periods.month_end(bank.app, APRIL)
    assert (after.figures, after.accounts, after.reconciled) == (sealed.figures, sealed.accounts, sealed.reconciled)
    assert after.since is not None
    assert after.since.differs(after.figures)
    assert {one.kind for one in after.since.open} == {"debit_without_origin", "not_on_statement"}
    assert_verified(bank)


def statements_of(bank: Bank) -> list[Any]:
    with bank.app.reading.connection() as conn:
        return list(queries.statements(conn))


def test_a_proposal_to_close_matches_what_waits_first(bank: Bank) -> None:
    """Without the round the answer that came after the statement would still look missing; what was read binds."""
    entries = bank.entries()
    before = periods.month_end(bank.app, APRIL).shown_digest
    bank.record(bank.says(entries))
    people = bank.people
    late = bank.app.journal.position()
    close: dict[str, Any] = {"actor": people.maker, "month": APRIL, "reasons": {}, "on": MAY}
    with pytest.raises(Refusal, match=r"period\.shown_changed"):
        periods.propose(bank.app, key="read-before", shown_digest=before, **close)
    now = periods.month_end(bank.app, APRIL).shown_digest
    periods.propose(bank.app, key="close", shown_digest=now, **close)
    assert bank.app.journal.position() == late + 1, "nothing was left to match"
    periods.withdraw(bank.app, actor=people.maker, key="withdraw", month=APRIL, reason="再核对一遍", on=MAY)


def test_an_unexplained_balance_holds_up_the_close_where_the_account_holds_money(bank: Bank) -> None:
    """The bank began with 5,000 yuan that no book knows."""
    bank.record(bank.says(bank.entries()))
    rich = replace(bank.app, settings=replace(bank.app.settings, payer_funds="balance"))
    shown = periods.month_end(rich, APRIL)
    assert shown.bank is not None
    assert shown.bank.bank_fen == bank.opening_fen - 3_000
    assert {one.has for one in shown.items or ()} <= {"books"}
    assert [(one.kind, one.amount_fen) for one in shown.differences] == [("balance_differs", bank.opening_fen)]
    close = {"actor": bank.people.maker, "month": APRIL, "on": MAY}
    with pytest.raises(Refusal, match=r"period\.not_explained"):
        periods.propose(rich, key="close", reasons={}, **close)
    close_april(replace_app(bank, rich), {"balance_differs": "开户余额不属本项目"})
    assert_verified(bank)


def replace_app(bank: Bank, app: App) -> Bank:
    return replace(bank, app=app)


def test_a_word_of_the_bank_that_no_list_has_is_a_difference_until_a_known_one_comes(app: App, people: People) -> None:
    bank, file = paid_out(app, people)
    known = rehearsal_bank.answer(file, PAYMENTS, seed="bank", on=ON, rehearsal=True)
    word = PAYMENTS.words("settled")[0].encode()
    answered(bank, known.replace(word, b"Q7", 1))
    assert bank.open_kinds() == {"unknown_code": -1_000}
    assert [one.kind for one in closing_checks.differences(bank.app, APRIL)][:1] == ["unknown_code"]
    answered(bank, known, key="again")
    assert bank.open_kinds() == {}


def test_a_statement_of_another_account_or_one_that_does_not_add_up_is_refused(bank: Bank) -> None:
    entries = bank.entries()
    other = statement_of("990101000000000009", entries, number="04", since=date(2025, 4, 1), opening_fen=0)
    with pytest.raises(Refusal, match=r"statement\.other_account"):
        bank.record(write_statement(NEUTRAL, other))
    ours = statement_of(ACCOUNT, entries, number="04", since=date(2025, 4, 1), opening_fen=0)
    wrong = write_statement(NEUTRAL, replace_closing(ours))
    with pytest.raises(BadFile):
        bank.record(wrong)
    tomorrow = today(bank.app) + timedelta(days=1)
    late = [*entries[:-1], replace(entries[-1], booked_on=tomorrow)]
    for told in (entries, late):
        facts = {"number": "05", "since": date(2025, 4, 1), "until": tomorrow, "opening_fen": 0}
        with pytest.raises(BadFile) as refused:
            bank.record(write_statement(NEUTRAL, statement_of(ACCOUNT, told, **facts)))
        (found,) = refused.value.findings
        assert (found.value, found.column) == (str(tomorrow), "终止日期" if told is entries else "A 记账日期")
    with bank.app.reading.connection() as conn:
        assert queries.statements(conn) == []
    assert bank.open_kinds() == {}


def replace_closing(statement: BankStatement) -> BankStatement:
    return replace(statement, closing_fen=(statement.closing_fen or 0) + 1)


def assert_verified(bank: Bank) -> None:
    """What was recorded stands up to the auditor's own rules."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "package"
        export_package(bank.app.settings, bank.app.access, package)
        report = verify_package(package, processes=1)
    assert [one.code for one in report.findings if not one.attention] == []
