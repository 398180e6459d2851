"""What happens after the money has left: it comes back next year, the bank contradicts itself, a payee is under review.

Told by commands on PostgreSQL, read in the read models, and judged by the auditor in the end.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import pytest

from api.commands import erasure, incidents, payouts
from api.commands.county import Account, set_payee_account
from api.commands.incidents import Verdict
from api.commands.points import account_stream, publish
from api.commands.shared import today
from api.exporting import export_package
from api.files import rehearsal_bank
from api.files.bank_profiles import load_bank_profile
from api.files.findings import BadFile
from api.files.points_rules import load_points_rule
from api.staff.page_payments import said_later
from audit.verify import verify_package
from domain import bank_files
from domain.kernel.events import Sha256
from domain.kernel.refusals import Refusal
from domain.points import accounts
from domain.points.accounts import account_id
from domain.streams import event_types
from journal.codec import Codec
from projections import payee_holds, payout_batches, payout_looks, reward_payments, trial_balances
from projections.rebuild import rebuild
from projections.reward_payments import Sum
from tests.api.web.county import COUNTY, County, copied_county
from tests.payouts import acknowledged
from tests.projections.conftest import all_rows, roles_of

if TYPE_CHECKING:
    from tests.conftest import Cluster

NEUTRAL = load_bank_profile("neutral-csv")
NOTICE = Sha256("e" * 64)
NEXT_YEAR = 400
"""Days until a late return that comes in another year, whatever day it is."""


@dataclass
class Office:
    """The county's two people with money, and the steps that they take."""

    county: County
    sent: dict[UUID, bytes] = field(default_factory=dict)

    @property
    def on(self) -> date:
        return today(self.county.app)

    def do(self, command: Any, *, by: str = "zhouyu", **facts: Any) -> Any:
        """One command, and the read models up to date."""
        facts.setdefault("on", self.on)
        done = command(self.county.app, actor=self.county.people[by], key=self.county.key(), **facts)
        self.settle()
        return done

    def settle(self) -> None:
        assert self.county.app.caught_up(self.county.app.journal.position())

    def refused(self, code: str, command: Any, **facts: Any) -> None:
        before = self.county.app.journal.position()
        with pytest.raises(Refusal) as said:
            self.do(command, **facts)
        assert said.value.code == code
        assert self.county.app.journal.position() == before

    def freeze(self) -> UUID:
        _, batch = self.do(payouts.freeze, division=COUNTY, month=self.county.month)
        return UUID(str(batch))

    def send(self, batch: UUID) -> None:
        """Acknowledge, approve and export."""
        people = self.county.people
        shown = acknowledged(self.county.app, batch, maker=people["zhouyu"], checker=people["sunli"], on=self.on)
        self.do(payouts.approve, by="sunli", batch_id=batch, shown_digest=shown)
        _, self.sent[batch] = self.do(payouts.export, batch_id=batch, profile=NEUTRAL)

    def answer(self, batch: UUID, bank: Any, **facts: Any) -> Any:
        """A file of the rehearsal bank; None if it was recorded before."""
        content = bank(self.sent[batch], NEUTRAL, seed="after", on=self.on, rehearsal=True, **facts)
        return self.do(payouts.record_answer, batch_id=batch, profile=NEUTRAL, content=content, file="a.csv")

    def paid(self) -> UUID:
        batch = self.freeze()
        self.send(batch)
        self.answer(batch, rehearsal_bank.answer)
        return batch

    def read(self, query: Any, *facts: Any, **named: Any) -> Any:
        with self.county.app.reading.connection() as connection:
            return query(connection, *facts, **named)

    def lines(self, batch: UUID) -> list[payout_batches.Payment]:
        return list(self.read(payout_batches.payments_of_batch, batch))

    def states(self) -> dict[str, Sum]:
        page = self.read(reward_payments.for_month, COUNTY, self.county.month)
        return {state: total for state, total in page.by_state.items() if total.count}

    def balances(self) -> dict[str, int]:
        """What each kind of account holds at the end of time, zeros left out."""
        rows = self.read(trial_balances.controls, as_of=date(9999, 1, 1))
        return {row.account: row.balance for row in rows if row.balance}

    def rebuilt_alike(self) -> None:
        """Read models thrown away and made again are the same, row for row."""
        access = self.county.app.access
        live = all_rows(access)
        rebuild(access.projector, Codec(event_types()), roles=roles_of(access))
        assert all_rows(access) == live

    def found(self, folder: Path) -> set[str]:
        """What an auditor finds in the package of everything so far, beside what he says of every rehearsal."""
        export_package(self.county.app.settings, self.county.app.access, folder)
        report = verify_package(folder, processes=1)
        return {one.code for one in report.findings} - {
            "tree.key_from_package",
            "genesis.rehearsal",
            "witnesses.none_asked",
        }


@pytest.fixture
def office(cluster: "Cluster") -> Iterator[Office]:
    with copied_county(cluster, rehearsal=True) as county:
        yield Office(county)


def test_money_comes_back_next_year_and_is_paid_again(office: Office, tmp_path: Path) -> None:
    for login in ("zhangjianguo", "ouyang"):
        office.county.rewarded(by=login)
    batch = office.paid()
    office.do(payouts.close, batch_id=batch)
    assert office.states() == {"arrived": Sum(2, 2_000)}
    before = office.balances()
    payment = office.lines(batch)[0]
    booked_on = office.on + timedelta(days=NEXT_YEAR)
    back = {"payment_id": payment.payment_id, "answer": NOTICE, "booked_on": booked_on, "bank_ref": "R1"}

    office.refused("authority.role_may_not", payouts.record_return, by="sunli", reason="other", **back)
    office.refused("payment.booked_in_future", payouts.record_return, reason="account_closed", **back)
    recovered = {**{name: back[name] for name in ("payment_id", "booked_on", "bank_ref")}, "reason": "重复上报"}
    office.refused("payment.booked_in_future", payouts.recover, **recovered)
    office.refused("payment.booked_in_future", payouts.pay_again, by="sunli", **recovered)
    office.do(payouts.record_return, reason="account_closed", on=booked_on, **back)
    assert office.states() == {"arrived": Sum(1, 1_000), "not_arrived": Sum(1, 1_000)}
    after = office.balances()
    assert after["fin:2307:returned"] == -1_000
    assert after["bud:8101"] == -1_000, "a later year takes it from what was carried over"
    assert after["fin:1011"] == before["fin:1011"] + 1_000
    assert after["ind:committed"] - before.get("ind:committed", 0) == 1_000
    check = office.read(payout_batches.three_way, batch)
    assert (check.ledger_returned_fen, check.lines_returned_fen, check.agrees) == (1_000, 1_000, True)
    office.refused(
        "payment.not_settled",
        payouts.recover,
        payment_id=payment.payment_id,
        booked_on=office.on,
        bank_ref="Q",
        reason="x",
    )

    office.do(payouts.reissue, payment_id=payment.payment_id)
    assert "fin:2307:returned" not in office.balances()
    again = office.freeze()
    (line,) = office.lines(again)
    assert (line.payee_id, line.replaces) == (payment.payee_id, [payment.payment_id])
    office.send(again)
    office.answer(again, rehearsal_bank.answer)
    office.do(payouts.close, batch_id=again)
    assert office.states() == {"arrived": Sum(2, 2_000)}
    assert office.balances()["fin:1011"] == before["fin:1011"]
    assert office.lines(batch)[0].state == "reissued"
    office.rebuilt_alike()
    assert office.found(tmp_path / "package") == set()


def test_a_day_that_has_not_come_is_a_finding_and_moves_nothing(office: Office) -> None:
    """Nor is it booked by hand, where a clock that was wrong once has let it in."""
    batch, first = failed_then_paid(office)
    tomorrow = office.on + timedelta(days=1)
    before = office.balances()
    with pytest.raises(BadFile) as refused:
        says_paid(office, batch, on=office.on, booked_on=tomorrow)
    assert {(one.code, one.column, one.value) for one in refused.value.findings} == {
        ("answer.booked_in_future", "记账日期", str(tomorrow))
    }
    office.settle()
    assert office.balances() == before
    content = rehearsal_bank.answer(office.sent[batch], NEUTRAL, seed="later", on=tomorrow, rehearsal=True)
    stream = bank_files.stream(Sha256(hashlib.sha256(content).hexdigest()))
    kept = office.county.app.journal.state(stream, bank_files.evolve)
    assert kept is not None
    assert kept.verdict == "refused"
    says_paid(office, batch, on=tomorrow, booked_on=tomorrow)
    office.refused(
        "payment.booked_in_future", payouts.confirm_paid, by="sunli", payment_id=first, reason="柜台查到已入账"
    )


def test_a_bank_whose_clock_is_behind_books_nothing_before_it_was_sent(office: Office, tmp_path: Path) -> None:
    for login in ("zhangjianguo", "ouyang"):
        office.county.rewarded(by=login)
    batch = office.freeze()
    office.send(batch)
    early = office.on - timedelta(days=40)
    content = rehearsal_bank.answer(office.sent[batch], NEUTRAL, seed="after", on=early, rehearsal=True)
    office.do(payouts.record_answer, batch_id=batch, profile=NEUTRAL, content=content, file="a.csv")
    assert {(line.state, line.booked_on) for line in office.lines(batch)} == {("settled", early)}, "the bank's own day"
    for day in (early, office.on - timedelta(days=1)):
        rows = office.read(trial_balances.controls, as_of=day)
        assert not [row for row in rows if row.balance and row.account == "fin:2307:transit"]
    assert "fin:2307:transit" not in office.balances()
    assert office.found(tmp_path / "package") == set()


def test_what_came_back_is_given_up_and_what_was_wrong_is_claimed_back(office: Office, tmp_path: Path) -> None:
    """Also the points of what was wrong; a report whose money could not be delivered was right, and keeps its own."""
    rule = load_points_rule("red-riders").content
    office.do(publish, division=COUNTY, content=rule, since=date(2020, 1, 1), document="横文明〔2020〕1号")
    for login in ("zhangjianguo", "ouyang"):
        office.county.rewarded(by=login)
    batch = office.paid()
    first, second = (line.payment_id for line in office.lines(batch))
    office.do(
        payouts.record_return, payment_id=first, answer=NOTICE, booked_on=office.on, bank_ref="R1", reason="other"
    )
    office.refused("authority.role_may_not", payouts.write_back, payment_id=first, reason="x")
    office.do(payouts.write_back, by="sunli", payment_id=first, reason="查无此人")
    facts = {"payment_id": second, "booked_on": office.on, "bank_ref": "Q1", "reason": "重复上报"}
    office.do(payouts.recover, **facts)
    assert [line.state for line in office.lines(batch)] == ["written_back", "recovered"]
    payees = [line.payee_id for line in office.lines(batch)]
    held = [
        office.county.app.journal.state(account_stream(account_id("person", one)), accounts.evolve).held
        for one in payees
    ]
    assert held == [5, 0]
    page = office.read(reward_payments.for_month, COUNTY, office.county.month)
    assert (page.total, page.reversed) == (Sum(), Sum(2, 2_000))
    balances = office.balances()
    assert not {"fin:5001", "fin:2307:payee", "fin:2307:returned", "bud:7101", "ind:spent", "ind:committed"} & set(
        balances
    )
    office.do(payouts.close, batch_id=batch)
    assert office.read(payout_batches.three_way, batch).agrees
    office.rebuilt_alike()
    assert office.found(tmp_path / "package") == set()


def test_a_bank_that_contradicts_itself_stops_what_it_concerns_and_nothing_else(office: Office, tmp_path: Path) -> None:
    for login in ("zhangjianguo", "ouyang"):
        office.county.rewarded(by=login)
    batch = office.paid()
    assert office.answer(batch, rehearsal_bank.answer) is None, "the same file twice"
    again_on = office.on + timedelta(days=1)
    assert office.answer(batch, rehearsal_bank.repeat, again_on=again_on) is not None
    assert {line.state for line in office.lines(batch)} == {"settled"}, "the same words in another file"
    office.answer(batch, rehearsal_bank.contradict)
    (doubtful,) = [line for line in office.lines(batch) if line.contradicted]
    assert (doubtful.state, len(office.lines(batch))) == ("settled", 2)
    assert said_later(doubtful).startswith("没有付成，")
    assert re.search("[A-Za-z]", said_later(doubtful)) is None, "no word of the program's own"
    assert office.states() == {"arrived": Sum(2, 2_000)}, "the books stand as they are"
    assert not office.read(payout_batches.three_way, batch).agrees
    office.refused("payout_batch.line_contradicted", payouts.close, batch_id=batch)
    office.refused("authority.role_may_not", payouts.uphold, payment_id=doubtful.payment_id, reason="x")
    office.do(payouts.uphold, by="sunli", payment_id=doubtful.payment_id, reason="12月3日电话问过，已付")
    office.refused("payment.not_contradicted", payouts.uphold, by="sunli", payment_id=doubtful.payment_id, reason="x")
    office.do(payouts.close, batch_id=batch)
    assert office.answer(batch, rehearsal_bank.contradict) is None, "a file that was read is read"
    office.rebuilt_alike()
    assert office.found(tmp_path / "package") == set()


def test_a_payee_under_review_is_left_out_and_stops_an_approval(office: Office, tmp_path: Path) -> None:
    for login in ("zhangjianguo", "ouyang"):
        office.county.rewarded(by=login)
    payee = office.county.people["ouyang"].person_id
    batch = office.freeze()
    hold = {"payee_id": payee, "reason": "照片相同", "document": None}
    office.do(payouts.place_hold, **hold)
    office.refused("payee_hold.already_placed", payouts.place_hold, **hold)
    people = office.county.people
    shown = acknowledged(office.county.app, batch, maker=people["zhouyu"], checker=people["sunli"], on=office.on)
    office.refused("payment.payee_held", payouts.approve, by="sunli", batch_id=batch, shown_digest=shown)
    office.do(payouts.reject, by="sunli", batch_id=batch, reason="有人在核查")
    proposal = payouts.propose(office.county.app, division=COUNTY, month=office.county.month)
    assert (proposal.held, payee in proposal.by_payee) == ((payee,), False)
    (line,) = office.lines(office.paid())
    assert line.payee_id != payee
    office.refused("authority.role_may_not", payouts.lift_hold, payee_id=payee, reason="x")
    office.do(payouts.lift_hold, by="sunli", payee_id=payee, reason="不是同一处")
    assert office.read(payee_holds.in_force) == []
    assert office.read(payee_holds.of_payee, payee).lift_reason == "不是同一处"
    (line,) = office.lines(office.paid())
    assert line.payee_id == payee
    office.do(payouts.place_hold, **hold)
    assert [one.payee_id for one in office.read(payee_holds.in_force)] == [payee]
    office.rebuilt_alike()
    assert office.found(tmp_path / "package") == set()


def test_nothing_that_stands_out_is_approved_without_a_word_of_both(office: Office) -> None:
    office.county.rewarded(by="ouyang")
    batch = office.freeze()
    page = office.read(payout_batches.page, batch)
    assert [(one.line, one.code) for one in page.signals] == [(1, "first_payment")]
    shown = page.batch.shown_digest
    assert shown != page.batch.lines_digest
    approval = {"by": "sunli", "batch_id": batch, "shown_digest": shown}
    office.refused("payout_batch.signals_open", payouts.approve, **approval)
    office.refused(
        "payout_batch.digest_differs", payouts.approve, **{**approval, "shown_digest": page.batch.lines_digest}
    )
    acknowledged(
        office.county.app,
        batch,
        maker=office.county.people["zhouyu"],
        checker=office.county.people["sunli"],
        on=office.on,
    )
    office.do(payouts.approve, **approval)
    office.settle()
    said = office.read(payout_batches.acknowledgements_of_batch, batch)
    assert [one.person_id for one in said] == [office.county.people[login].person_id for login in ("zhouyu", "sunli")]
    with psycopg.connect(office.county.app.access.writer) as connection:
        query = "SELECT count(*) FROM vault.openings WHERE reason = 'payout_batch.signals'"
        assert connection.execute(query).fetchone() == (1,), "comparing names and numbers is recorded"


def test_a_number_on_which_somebody_else_was_paid_stands_out_until_that_one_is_erased(office: Office) -> None:
    """It is remembered where his number lies in the vault, and never what it is."""
    rider, other = (office.county.people[login].person_id for login in ("zhangjianguo", "ouyang"))
    same = [Account(name, "6222020200119900001", "横峰农商银行") for name in ("欧阳明月", "张建国")]

    def frozen(login: str) -> dict[str, dict[str, str]]:
        office.county.rewarded(by=login)
        batch = office.freeze()
        said = {one.code: dict(one.facts) for one in office.read(payout_batches.page, batch).signals}
        office.send(batch)
        office.answer(batch, rehearsal_bank.answer)
        office.do(payouts.close, batch_id=batch)
        return said

    office.do(set_payee_account, by="chenjing", person_id=other, version=2, account=same[0])
    assert "account_shared" not in frozen("ouyang")
    office.do(set_payee_account, by="chenjing", person_id=rider, version=2, account=same[1])
    assert frozen("zhangjianguo")["account_shared"] == {"payee": str(other)}
    basis = {"reason": "service_ended", "legal_basis": "个人信息保护法第四十七条"}
    erasure.erase_person(
        office.county.app, actor=office.county.admin, key="erased", person_id=other, on=office.on, **basis
    )
    office.settle()
    assert "account_shared" not in frozen("zhangjianguo")


def test_haste_is_counted_where_it_was_decided_on_the_day(office: Office) -> None:
    """What is brought in later, as from another register, is recorded all at once and says nothing of its reading."""
    together = office.county.valid_without_reward(3)
    late = office.county.handled(by="zhangjianguo")
    verdicts = [Verdict(late, True, "meets_catalogue")]
    earlier = office.on - timedelta(days=1)
    office.do(incidents.decide_validity, by="chenjing", verdicts=verdicts, on=earlier, reward=False)
    assert office.read(payout_looks.decisions_a_minute, [*together, late]) == dict.fromkeys(together, 3)


def failed_then_paid(office: Office) -> tuple[UUID, UUID]:
    """A batch of two that the bank calls failed, and later says that it paid the first line after all."""
    for login in ("zhangjianguo", "ouyang"):
        office.county.rewarded(by=login)
    batch = office.freeze()
    office.send(batch)
    content = rehearsal_bank.answer(office.sent[batch], NEUTRAL, seed="after", on=office.on, rehearsal=True)
    lines = content.decode().replace("|SUCCESS|", "|FAIL|").splitlines(keepends=True)
    office.do(payouts.record_answer, batch_id=batch, profile=NEUTRAL, content="".join(lines).encode(), file="a.csv")
    assert [line.state for line in office.lines(batch)] == ["failed", "failed"]
    return batch, office.lines(batch)[0].payment_id


def says_paid(office: Office, batch: UUID, *, on: date | None = None, booked_on: date | None = None) -> None:
    """The bank's later file, recorded and booked today unless a day is given: the first line was paid."""
    day = booked_on or office.on
    content = rehearsal_bank.answer(office.sent[batch], NEUTRAL, seed="later", on=day, rehearsal=True)
    said = {"batch_id": batch, "profile": NEUTRAL, "content": content, "file": "b.csv"}
    office.do(payouts.record_answer, on=on or office.on, **said)


def test_what_failed_and_was_paid_after_all_is_not_paid_twice(office: Office, tmp_path: Path) -> None:
    batch, first = failed_then_paid(office)
    office.refused("payment.not_said_paid", payouts.confirm_paid, by="sunli", payment_id=first, reason="已电话核实")
    says_paid(office, batch)
    said = said_later(office.lines(batch)[0])
    assert re.fullmatch(rf"已付款，{office.on.year}年{office.on.month}月{office.on.day}日，流水 \S+", said)
    before = office.balances()
    office.refused("authority.role_may_not", payouts.confirm_paid, payment_id=first, reason="已电话核实")
    office.do(payouts.confirm_paid, by="sunli", payment_id=first, reason="柜台查到已入账")
    after = office.balances()
    assert after["fin:1011"] == before["fin:1011"] - 1_000
    assert after["fin:2307:payee"] == before["fin:2307:payee"] + 1_000
    assert (after["ind:committed"], after["ind:spent"]) == (1_000, 1_000)
    second = office.lines(batch)[1].payment_id
    office.do(payouts.uphold, by="sunli", payment_id=second, reason="柜台查无此笔")
    assert office.states() == {"arrived": Sum(1, 1_000), "not_arrived": Sum(1, 1_000)}
    again = office.freeze()
    assert [line.replaces for line in office.lines(again)] == [[second]], "what is paid stands in no other list"
    office.do(payouts.close, batch_id=batch)
    check = office.read(payout_batches.three_way, batch)
    assert check.agrees
    office.rebuilt_alike()
    assert office.found(tmp_path / "package") == set()


def test_what_was_paid_again_meanwhile_is_claimed_back(office: Office, tmp_path: Path) -> None:
    batch, first = failed_then_paid(office)
    again = office.freeze()
    says_paid(office, batch)
    confirm = {"by": "sunli", "payment_id": first, "reason": "柜台查到已入账"}
    office.refused("payment.listed_again", payouts.confirm_paid, **confirm)
    office.send(again)
    office.refused("payment.listed_again", payouts.confirm_paid, **confirm)
    office.answer(again, rehearsal_bank.answer)
    before = office.balances()
    office.do(payouts.confirm_paid, **confirm)
    after = office.balances()
    assert after["fin:1218:payee"] == 1_000
    assert after["fin:1011"] == before["fin:1011"] - 1_000
    assert {name: after.get(name) for name in ("ind:spent", "ind:committed", "fin:2307:payee")} == {
        name: before.get(name) for name in ("ind:spent", "ind:committed", "fin:2307:payee")
    }
    assert office.lines(batch)[0].state == "claimed"
    assert first in {one.payment_id for one in office.read(payout_batches.to_decide, area=COUNTY)}
    facts = {"payment_id": first, "booked_on": office.on, "bank_ref": "Q9", "reason": "本人退回多付款"}
    office.do(payouts.recover, **facts)
    assert office.lines(batch)[0].state == "claim_recovered"
    assert office.balances()["fin:1011"] == before["fin:1011"]
    assert "fin:1218:payee" not in office.balances()
    assert office.states() == {"arrived": Sum(2, 2_000)}, "the rewards stay paid"
    office.rebuilt_alike()
    assert office.found(tmp_path / "package") == set()
