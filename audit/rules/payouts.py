"""A reward is paid once, to the one who earned it, by two people who had no part in it.

What must not be broken: a payment's amount is the sum of its rewards, a batch's total the sum of its
payments, what was approved is what was frozen, and no reward is in two payments that may both arrive.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings, Place
from audit.records import Batch, Payment, Reward
from audit.rules.outsiders import require_outsider
from domain.kernel.money import yuan
from domain.kernel.places import Division, contains

# From which states a payment or batch may come into each.
_SENT = ("approved", "accepted", "unresolved")
_CLAIMS = ("claimed", "claim_written_off", "claim_recovered")
_FINAL = ("settled", "failed", "returned", "reissued", "written_back", "recovered", *_CLAIMS)
_PAYMENT_BEFORE = {
    "payment.approved/1": ("prepared",),
    "payment.cancelled/1": ("prepared",),
    "payment.accepted/1": _SENT,
    "payment.settled/1": _SENT,
    "payment.failed/1": _SENT,
    "payment.unresolved/1": _SENT,
    "payment.returned/1": ("settled",),
    "payment.reissued/1": ("returned",),
    "payment.written_back/1": ("returned",),
    "payment.recovered/1": ("settled",),
    "payment.contradicted/1": _FINAL,
    "payment.upheld/1": _FINAL,
    "payment.confirmed_paid/1": ("failed",),
    "payment.claimed/1": ("failed",),
    "payment.write_off_proposed/1": ("claimed",),
    "payment.write_off_rejected/1": ("claimed",),
    "payment.claim_written_off/1": ("claimed",),
    "payment.claim_recovered/1": ("claimed", "claim_written_off"),
}
_BATCH_BEFORE = {
    "payout_batch.approved/1": ("frozen",),
    "payout_batch.rejected/1": ("frozen",),
    "payout_batch.exported/1": ("approved",),
    "payout_batch.signals_noted/1": ("frozen",),
    "payout_batch.signals_acknowledged/1": ("frozen",),
    "payout_batch.answer_recorded/1": ("exported", "closed"),
    "payout_batch.closed/1": ("exported",),
}
_GONE = ("failed", "cancelled", "reissued", "written_back", "recovered", *_CLAIMS)


class Payouts:
    """Check 11, from the reward to the bank's answer."""

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._carrier: dict[str, str] = {}  # reward -> payment that may still arrive, or did
        self._released: list[tuple[Place, str]] = []
        self._answers: dict[str, Counter[str]] = {}  # digest of a return file -> outcomes taken from it
        self._answered: dict[str, Counter[str]] = {}  # the same as the events of the batches say
        self._answer_places: dict[str, Place] = {}
        self._returns: Counter[str] = Counter()  # digest of any file of the bank -> returns taken from it

    def see(self, entry: Entry, book: Book) -> None:
        """Judge an event of a reward's payment, a payment, or a batch."""
        match entry.category:
            case "reward" | "allowance":
                self._reward(entry, book)
            case "payment" if entry.type == "payment.prepared/1":
                self._prepared(entry, book)
            case "payment" if entry.type != "payment.paid_again/1":  # `claims` judges it
                self._payment(entry, book)
            case "payout_batch" if entry.type == "payout_batch.frozen/1":
                if entry.data["maker_id"] != entry.by:
                    self._signed_by_another(entry, "maker", entry.data["maker_id"])
            case "payout_batch":
                self._batch(entry, book)

    def _signed_by_another(self, entry: Entry, part: str, named: str) -> None:
        self._findings.add("duties.signed_by_another", entry.place, part=part, named=named, by=entry.by)

    def _reward(self, entry: Entry, book: Book) -> None:
        reward = book.rewards.get(entry.identity)
        step = entry.type.partition(".")[2]
        if step == "granted/1":
            return
        if reward is None:
            self._findings.add("duties.no_reward", entry.place, reward=entry.identity)
        elif step == "scheduled/1":
            if reward.payment is not None:
                self._findings.add("duties.paid_twice", entry.place, reward=entry.identity, payment=reward.payment)
            if reward.reversed:
                self._findings.add("duties.reversed", entry.place, reward=entry.identity)
        elif step == "unscheduled/1":
            if reward.payment != entry.data["payment_id"]:
                self._findings.add("duties.not_scheduled", entry.place, reward=entry.identity)
            self._released.append((entry.place, entry.data["payment_id"]))
        elif step == "reversed/1" and (reward.payment is not None or reward.reversed):
            self._findings.add("duties.reversed", entry.place, reward=entry.identity)

    def _prepared(self, entry: Entry, book: Book) -> None:
        data, place = entry.data, entry.place
        if entry.identity in book.payments:
            self._findings.add("duties.payment_again", place)
        total_fen = 0
        for identity in data["rewards"]:
            reward = book.rewards.get(identity)
            if reward is None:
                self._findings.add("duties.no_reward", place, reward=identity)
                continue
            total_fen += reward.amount_fen
            self._carried(entry, identity, reward)
        if total_fen != data["amount_fen"] or not data["rewards"]:
            self._findings.add("duties.payment_total", place, found=yuan(data["amount_fen"]), expected=yuan(total_fen))
        for identity in data["replaces"]:
            before = book.payments.get(identity)
            if before is not None and before.contradictions:
                self._findings.add("duties.contradicted", place, line=data["line"])
        account = book.accounts.get(data["payee_id"], "")
        if data["account"] != account:
            self._findings.add("duties.account", place, found=data["account"], expected=account)

    def _carried(self, entry: Entry, identity: str, reward: Reward) -> None:
        """One reward in a payment that is being prepared."""
        data, place = entry.data, entry.place
        carrier = self._carrier.get(identity)
        if carrier is not None:
            self._findings.add("duties.paid_twice", place, reward=identity, payment=carrier)
        self._carrier[identity] = entry.identity
        if reward.payee != data["payee_id"] or reward.budget != data["budget_id"]:
            self._findings.add("duties.reward_of_another", place, reward=identity)
        if reward.reversed:
            self._findings.add("duties.reversed", place, reward=identity)

    def _payment(self, entry: Entry, book: Book) -> None:
        payment = book.payments.get(entry.identity)
        if payment is None:
            self._findings.add("duties.no_payment", entry.place)
            return
        before = _PAYMENT_BEFORE.get(entry.type, ())
        if payment.state not in before:
            self._findings.add("duties.order", entry.place, type=entry.type, state=payment.state)
        match entry.type:
            case "payment.approved/1":
                require_outsider(self._findings, entry.place, book, payment, entry.by, part="checker")
            case "payment.cancelled/1":
                self._release(payment, entry.identity)
            case "payment.returned/1":
                self._same_year(entry, payment)
                self._returns[entry.data["answer"]] += 1
                self._answer_places.setdefault(entry.data["answer"], entry.place)
            case "payment.recovered/1":
                self._same_year(entry, payment)
                self._release(payment, entry.identity)
            case "payment.reissued/1":
                self._release(payment, entry.identity)
            case "payment.written_back/1" | "payment.upheld/1":
                require_outsider(self._findings, entry.place, book, payment, entry.by, part="checker")
                if entry.type == "payment.written_back/1":
                    self._release(payment, entry.identity)
            case "payment.confirmed_paid/1" | "payment.claimed/1":
                require_outsider(self._findings, entry.place, book, payment, entry.by, part="checker")
                self._said_paid(entry, payment)
                if entry.type == "payment.confirmed_paid/1":
                    self._paid_after_all(entry, payment)
            case "payment.claim_recovered/1":
                self._same_year(entry, payment)
            case "payment.failed/1":
                self._release(payment, entry.identity)
                self._answer(entry, "failed")
            case "payment.settled/1":
                self._answer(entry, "settled")
                for identity in payment.rewards:
                    reward = book.rewards.get(identity)
                    if reward is not None and reward.paid:
                        self._findings.add("duties.paid_twice", entry.place, reward=identity, payment=entry.identity)

    def _said_paid(self, entry: Entry, payment: Payment) -> None:
        """Only the bank's own word makes a failed payment a paid one."""
        said = f"{entry.data['booked_on']} {entry.data['bank_ref']}"
        if ("settled", said) not in payment.contradictions:
            self._findings.add("duties.not_said_paid", entry.place, booking=said)

    def _paid_after_all(self, entry: Entry, payment: Payment) -> None:
        """What it was for is in it again, and in no other payment that may arrive."""
        for identity in payment.rewards:
            carrier = self._carrier.setdefault(identity, entry.identity)
            if carrier != entry.identity:
                self._findings.add("duties.paid_twice", entry.place, reward=identity, payment=carrier)

    def _same_year(self, entry: Entry, payment: Payment) -> None:
        """Which year's budget takes what came back follows from the two days."""
        expected = payment.booked_on[:4] == entry.on[:4]
        if entry.data["same_year"] != expected:
            years = {True: "本", False: "以后"}
            found = years[entry.data["same_year"]]
            self._findings.add("duties.same_year", entry.place, found=found, expected=years[expected])

    def _release(self, payment: Payment, identity: str) -> None:
        for reward in payment.rewards:
            if self._carrier.get(reward) == identity:
                del self._carrier[reward]

    def _answer(self, entry: Entry, outcome: str) -> None:
        self._answers.setdefault(entry.data["answer"], Counter())[outcome] += 1
        self._answer_places.setdefault(entry.data["answer"], entry.place)

    def _batch(self, entry: Entry, book: Book) -> None:
        batch, data = book.batches.get(entry.identity), entry.data
        if batch is None:
            self._findings.add("duties.no_batch", entry.place)
            return
        if batch.state not in _BATCH_BEFORE.get(entry.type, ()):
            self._findings.add("duties.order", entry.place, type=entry.type, state=batch.state)
        for name in ("lines_digest", "payment_count", "total_fen"):
            frozen = getattr(batch, name)
            if name in data and data[name] != frozen:
                self._differs(entry.place, name, data[name], frozen)
        match entry.type:
            case "payout_batch.approved/1" | "payout_batch.rejected/1" if entry.by == batch.maker:
                self._findings.add(
                    "duties.acted_twice", entry.place, person=batch.maker, first="maker", second="checker"
                )
            case "payout_batch.closed/1":
                self._closed(entry, book)
            case "payout_batch.answer_recorded/1":
                counts = self._answered.setdefault(data["file"]["sha256"], Counter())
                counts.update(settled=data["settled_count"], failed=data["failed_count"])
                counts.update(returned=data.get("returned_count", 0))

    def _closed(self, entry: Entry, book: Book) -> None:
        payments = [book.payments[identity] for identity in book.lines.get(entry.identity, ())]
        for state in ("settled", "failed"):
            ended = [payment for payment in payments if payment.outcome == state]
            total_fen = sum(payment.amount_fen for payment in ended)
            if entry.data[f"{state}_count"] != len(ended):
                self._differs(entry.place, f"{state}_count", entry.data[f"{state}_count"], len(ended))
            if entry.data[f"{state}_fen"] != total_fen:
                self._differs(entry.place, f"{state}_fen", entry.data[f"{state}_fen"], total_fen)
        for payment in payments:
            if payment.outcome is None:
                self._findings.add("duties.open_line", entry.place, line=payment.line, state=payment.state)
            if payment.contradictions:
                self._findings.add("duties.contradicted", entry.place, line=payment.line)

    def _differs(self, place: Place, name: str, found: object, expected: object) -> None:
        self._findings.add("duties.differs", place, field=name, found=str(found), expected=str(expected))

    def settle(self, new: Sequence[Entry], book: Book) -> None:
        """An append is complete: judge the batches and payments that it made, for who never comes to `finish`."""
        prepared = [entry for entry in new if entry.type in ("payment.prepared/1", "payment.approved/1")]
        touched = {entry.identity for entry in new if entry.type == "payout_batch.frozen/1"}
        touched |= {entry.data["batch_id"] for entry in prepared if entry.type == "payment.prepared/1"}
        for identity in touched & book.batches.keys():
            self._whole_batch(identity, book.batches[identity], book)
        for entry in prepared:
            if payment := book.payments.get(entry.identity):
                self._whole_payment(entry.identity, payment, book)
        self._judge_released(book)

    def finish(self, book: Book) -> None:
        """Judge what only whole batches show."""
        for identity, batch in book.batches.items():
            self._whole_batch(identity, batch, book)
        for identity, payment in book.payments.items():
            self._whole_payment(identity, payment, book)
        self._judge_released(book)
        for digest, outcomes in self._answers.items():
            said = self._answered.get(digest, Counter())
            if any(said[outcome] < count for outcome, count in outcomes.items()):
                self._findings.add("duties.no_answer", self._answer_places[digest], answer=digest)
        for digest, count in self._returns.items():
            # A return may also stand in a statement, which is no answer to a batch.
            if digest in self._answered and self._answered[digest]["returned"] < count:
                self._findings.add("duties.no_answer", self._answer_places[digest], answer=digest)

    def _judge_released(self, book: Book) -> None:
        for place, identity in self._released:
            released = book.payments.get(identity)
            # One that failed first and was paid after all had released what it holds again now.
            if released is None or (released.state not in _GONE and released.outcome != "failed"):
                self._findings.add("duties.released", place, payment=identity)
        self._released.clear()

    def _whole_batch(self, identity: str, batch: Batch, book: Book) -> None:
        lines = book.lines.get(identity, [])
        payments = sorted((book.payments[line].line, line) for line in lines)
        if [number for number, _ in payments] != list(range(1, len(payments) + 1)):
            self._findings.add("duties.line_numbers", batch.frozen)
        total_fen = sum(book.payments[line].amount_fen for line in lines)
        if batch.payment_count != len(lines):
            self._differs(batch.frozen, "payment_count", batch.payment_count, len(lines))
        if batch.total_fen != total_fen:
            self._differs(batch.frozen, "total_fen", batch.total_fen, total_fen)
        digest = lines_digest([(line, book.payments[line]) for _, line in payments])
        if batch.lines_digest != digest:
            self._differs(batch.frozen, "lines_digest", batch.lines_digest, digest)

    def _whole_payment(self, identity: str, payment: Payment, book: Book) -> None:
        batch = book.batches.get(payment.batch)
        if batch is None:
            self._findings.add("duties.no_batch", payment.prepared)
            return
        require_outsider(self._findings, payment.prepared, book, payment, batch.maker, part="maker")
        if payment.state not in ("prepared", "cancelled") and batch.checker is None:
            self._findings.add("duties.unapproved", payment.prepared, state=payment.state)
        for reward_id in payment.rewards:
            reward = book.rewards.get(reward_id)
            if reward is None:
                continue
            if not contains(Division(batch.division), Division(reward.division)):
                self._findings.add("duties.reward_of_another", payment.prepared, reward=reward_id)
            if reward.payroll != batch.payroll:
                self._findings.add("duties.payroll", payment.prepared, reward=reward_id, payroll=batch.payroll)
            if payment.state not in _GONE and reward.payment != identity:
                self._findings.add("duties.not_scheduled", payment.prepared, reward=reward_id)


def lines_digest(lines: list[tuple[str, Payment]]) -> str:
    """What maker and checker signed: SHA-256 over one canonical JSON object a line, with its newline, by line
    number.

    Each item is a payment's UUID and the payment.
    """
    digest = hashlib.sha256()
    for identity, payment in lines:
        shown = {
            "account": payment.account,
            "amount_fen": payment.amount_fen,
            "budget_id": payment.budget,
            "end_to_end_id": payment.end_to_end_id,
            "line": payment.line,
            "payee_id": payment.payee,
            "payment_id": identity,
            "rewards": list(payment.rewards),
        }
        digest.update(json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
        digest.update(b"\n")
    return digest.hexdigest()
