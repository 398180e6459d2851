"""A small county that tests can let things happen in: facts in order, as the journal would hold them.

Nothing is decided here and nothing is signed: read models take what was recorded as it was recorded.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

import psycopg

from domain import accounts
from domain.budgets import BudgetAppropriated
from domain.incidents import DifferenceHash, IncidentHandled, IncidentReported, IncidentVerified, Photo, ValidityDecided
from domain.kernel.calendar import CHINA, instant_text, month_of
from domain.kernel.events import Attachment, Commitment, Sha256
from domain.kernel.ids import EventName, derived, event_name, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.postings import Postings
from domain.log import LogOpened
from domain.payments import (
    PaymentApproved,
    PaymentCancelled,
    PaymentContradicted,
    PaymentFailed,
    PaymentPrepared,
    PaymentReissued,
    PaymentReturned,
    PaymentSettled,
    PaymentUnresolved,
    PaymentUpheld,
    PaymentWrittenBack,
)
from domain.payout_batches import (
    BankAnswerRecorded,
    PayoutBatchApproved,
    PayoutBatchClosed,
    PayoutBatchExported,
    PayoutBatchFrozen,
    PayoutBatchRejected,
)
from domain.rewards import Chain, RewardGranted, RewardReversed, RewardScheduled, RewardUnscheduled
from domain.streams import event_types
from journal.codec import Codec
from journal.line import Line, encode
from journal.merkle import leaf_hash, root_of

CODEC = Codec(event_types())
ORIGIN = "mingzhang.example/361125"
COUNTY = Division("361125000000")
TOWNSHIP = Division("361125001000")
VILLAGE, NEXT_VILLAGE, OTHER_TOWNSHIP = (
    Division("361125001201"),
    Division("361125001202"),
    Division("361125002201"),
)
FIRST_DAY = date(2026, 1, 5)
TEN_YUAN = Fen(1_000)
SIGNATURE = "\n— {name} AAAAAAAA\n"


def person(name: str) -> UUID:
    """The same name is always the same person."""
    return derived("test", "person", name)


FOUNDER, WORKER, HANDLER, DECIDER, CLERK = map(person, ("founder", "worker", "handler", "decider", "clerk"))
MAKER, CHECKER = person("maker"), person("checker")


@dataclass
class Reward:
    """What the story remembers of a reward, to be compared with what the read models say."""

    id: UUID
    incident_id: UUID
    payee_id: UUID
    division: Division
    category: str
    amount_fen: Fen
    month: str
    state: str = "not_arrived"
    payment_id: UUID | None = None


@dataclass
class Payment:
    """Likewise of a payment."""

    id: UUID
    batch_id: UUID
    payee_id: UUID
    amount_fen: Fen
    rewards: list[Reward]
    state: str = "prepared"


@dataclass
class Batch:
    """Likewise of a batch."""

    id: UUID
    payments: list[Payment]
    status: str = "frozen"

    @property
    def total_fen(self) -> Fen:
        return Fen(sum(payment.amount_fen for payment in self.payments))


@dataclass
class Story:
    """Facts in the order in which they happened; `append_to` writes those that are new to a journal."""

    entries: list[tuple[str, int, str, bytes]] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    postings: list[tuple[date, Postings]] = field(default_factory=list)
    rewards: list[Reward] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    named: dict[str, UUID] = field(default_factory=dict)
    today: date = FIRST_DAY
    written: int = 0

    def record(
        self, category: str, stream_id: UUID, event: object, *, by: UUID = FOUNDER, on: date | None = None
    ) -> EventName:
        """One event of a stream, recorded today, effective today or on an earlier day."""
        stream = stream_name(category, stream_id)
        seq = self.versions[stream] = self.versions.get(stream, 0) + 1
        postings: Postings = getattr(event, "postings", ())
        moment = datetime(self.today.year, self.today.month, self.today.day, 9, tzinfo=CHINA)
        line = Line(
            origin=ORIGIN,
            stream=stream,
            seq=seq,
            type=CODEC.type_of(event),
            at=instant_text(moment + timedelta(microseconds=len(self.entries))),
            on=(on or self.today).isoformat(),
            by=str(by),
            role="administrator",
            cmd=f"test-{len(self.entries)}",
            data=CODEC.data_of(event),
            postings=postings,
        )
        note = encode(line) + SIGNATURE.format(name=line.key_name).encode()
        self.entries.append((str(stream_id), seq, line.type, note))
        if postings:
            self.postings.append((self.today, postings))
        return event_name(stream, seq)

    def append_to(self, writer_dsn: str) -> int:
        """Write what is new, as one append would; the size of the log."""
        with psycopg.connect(writer_dsn) as conn:
            new = self.entries[self.written :]
            with conn.cursor() as cursor:
                root = root_of([leaf_hash(note) for _, _, _, note in self.entries])
                cursor.execute("SELECT size FROM journal.head FOR UPDATE")
                for number, (stream_id, seq, topic, note) in enumerate(new, start=self.written + 1):
                    cursor.execute(
                        "INSERT INTO journal.events (originator_id, originator_version, topic, state, notification_id)"
                        " VALUES (%s, %s, %s, %s, %s)",
                        (stream_id, seq, topic, note, number),
                    )
                cursor.execute("UPDATE journal.head SET size = %s, root = %s", (len(self.entries), root))
                cursor.execute("NOTIFY journal_appended")
        self.written = len(self.entries)
        return self.written

    def opened(self) -> "Story":
        """The genesis and a budget of 100,000 yuan."""
        key = f"{ORIGIN}/administrator/{FOUNDER}+00000000+AQ=="
        self.record(
            "log",
            derived("log", ORIGIN),
            LogOpened(
                origin=ORIGIN,
                log_key=f"{ORIGIN}+00000000+AQ==",
                rehearsal=True,
                division=COUNTY,
                county_name="横峰县",
                founder_id=FOUNDER,
                founder_key=key,
                policy="",
            ),
        )
        self.appropriate(Fen(10_000_000))
        return self

    @property
    def budget_id(self) -> UUID:
        """The budget of the year that it is."""
        return derived("budget", COUNTY, "移动网格员奖励", "其他支出", self.today.year)

    def appropriate(self, amount_fen: Fen) -> EventName:
        """Money for this year's rewards."""
        event = BudgetAppropriated(
            unit=COUNTY,
            project="移动网格员奖励",
            spending_class="其他支出",
            year=self.today.year,
            document=f"财指〔{self.today.year}〕{len(self.entries)}号",
            amount_fen=amount_fen,
            postings=accounts.budget_appropriated(self.budget_id, amount_fen),
        )
        return self.record("budget", self.budget_id, event)

    def report(
        self, reporter: str = "rider", *, division: Division = VILLAGE, category: str = "road", source: str = "app"
    ) -> UUID:
        """A report of today; its id."""
        incident_id = derived("test", "incident", len(self.entries))
        event = IncidentReported(
            reporter_id=person(reporter),
            category=category,
            division=division,
            text=Commitment(f"{len(self.entries):064x}"),
            source=source,
            reported_at=datetime(self.today.year, self.today.month, self.today.day, 8, tzinfo=CHINA),
            photos=(Photo(Sha256("a" * 64), 1_024, DifferenceHash("0" * 16)),),
            transcribed_by=None if source == "app" else CLERK,
        )
        self.record("incident", incident_id, event, by=person(reporter))
        return incident_id

    def verify(self, incident_id: UUID, *, confirmed: bool = True) -> None:
        """A grid worker looked."""
        reason = "seen_on_site" if confirmed else "not_found"
        event = IncidentVerified(verifier_id=WORKER, confirmed=confirmed, reason=reason)
        self.record("incident", incident_id, event, by=WORKER)

    def handle(self, incident_id: UUID) -> None:
        """A department did something about it."""
        moment = datetime(self.today.year, self.today.month, self.today.day, 17, tzinfo=CHINA)
        event = IncidentHandled(handler_id=HANDLER, reply=Commitment("b" * 64), handled_at=moment)
        self.record("incident", incident_id, event, by=HANDLER)

    def decide(self, incident_id: UUID, *, valid: bool = True) -> None:
        """The county grid centre decided."""
        reason = "meets_catalogue" if valid else "duplicate"
        self.record(
            "incident", incident_id, ValidityDecided(decider_id=DECIDER, valid=valid, reason=reason), by=DECIDER
        )

    def grant(
        self,
        payee: str = "rider",
        *,
        amount_fen: Fen = TEN_YUAN,
        division: Division = VILLAGE,
        category: str = "road",
    ) -> Reward:
        """A valid report of today, from beginning to end, and its reward."""
        incident_id = self.report(payee, division=division, category=category)
        self.verify(incident_id)
        self.handle(incident_id)
        self.decide(incident_id)
        payee_id = person(payee)
        reward = Reward(
            derived("reward", incident_id),
            incident_id,
            payee_id,
            division,
            category,
            amount_fen,
            month_of(self.today),
        )
        event = RewardGranted(
            incident_id=incident_id,
            payee_id=payee_id,
            division=division,
            category=category,
            sensitive=category == "domestic_quarrel",
            amount_fen=amount_fen,
            tariff=event_name(stream_name("tariff", derived("tariff", division)), 1),
            accrual_month=month_of(self.today),
            budget_id=self.budget_id,
            budget_year=self.today.year,
            chain=Chain(payee_id, WORKER, HANDLER, DECIDER),
            postings=accounts.reward_granted(payee_id, self.budget_id, amount_fen),
        )
        self.record("reward", reward.id, event, by=DECIDER)
        self.rewards.append(reward)
        return reward

    def reverse(self, reward: Reward) -> None:
        """The reward is taken back."""
        postings = accounts.reward_reversed(reward.payee_id, self.budget_id, reward.amount_fen)
        self.record("reward", reward.id, RewardReversed(reason="untrue", postings=postings))
        reward.state = "reversed"

    def unpaid(self) -> list[Reward]:
        """The rewards that can be paid now; what came back waits until somebody has decided on it."""
        lines = [line for batch in self.batches for line in batch.payments if line.state == "returned"]
        back = {reward.id for line in lines for reward in line.rewards}
        return [one for one in self.rewards if one.state == "not_arrived" and one.id not in back]

    def freeze(self, *, month: str | None = None) -> Batch:
        """A batch of everything that can be paid for a month: a line a payee."""
        month = month or month_of(self.today)
        open_rewards = [one for one in self.rewards if one.month == month and one in self.unpaid()]
        batch_id = derived("payout_batch", COUNTY, month, len(self.batches) + 1)
        payments = [
            Payment(
                derived("payment", batch_id, payee_id),
                batch_id,
                payee_id,
                Fen(sum(one.amount_fen for one in open_rewards if one.payee_id == payee_id)),
                [one for one in open_rewards if one.payee_id == payee_id],
            )
            for payee_id in dict.fromkeys(one.payee_id for one in open_rewards)
        ]
        batch = Batch(batch_id, payments)
        frozen = PayoutBatchFrozen(
            division=COUNTY,
            month=month_of(date.fromisoformat(f"{month}-01")),
            number=len(self.batches) + 1,
            maker_id=MAKER,
            payment_count=len(payments),
            total_fen=batch.total_fen,
            lines_digest=Sha256("d" * 64),
        )
        self.record("payout_batch", batch_id, frozen, by=MAKER)
        for line, payment in enumerate(payments, start=1):
            self._prepare(payment, line=line)
        self.batches.append(batch)
        return batch

    def _prepare(self, payment: Payment, *, line: int) -> None:
        prepared = PaymentPrepared(
            batch_id=payment.batch_id,
            payee_id=payment.payee_id,
            line=line,
            amount_fen=payment.amount_fen,
            rewards=tuple(reward.id for reward in payment.rewards),
            account=event_name(stream_name("person", payment.payee_id), 2),
            end_to_end_id=f"{len(self.batches):08d}{line:08d}",
            budget_id=self.budget_id,
            replaces=tuple({one.payment_id for one in payment.rewards if one.payment_id is not None}),
        )
        self.record("payment", payment.id, prepared, by=MAKER)
        for reward in payment.rewards:
            self.record("reward", reward.id, RewardScheduled(payment_id=payment.id), by=MAKER)
            reward.state, reward.payment_id = "in_progress", payment.id

    def approve(self, batch: Batch) -> None:
        """The checker approves, and everything is in transit."""
        approved = PayoutBatchApproved(
            lines_digest=Sha256("d" * 64), payment_count=len(batch.payments), total_fen=batch.total_fen
        )
        self.record("payout_batch", batch.id, approved, by=CHECKER)
        for payment in batch.payments:
            postings = accounts.payment_approved(payment.payee_id, batch.id, payment.amount_fen)
            self.record("payment", payment.id, PaymentApproved(postings=postings), by=CHECKER)
            payment.state = "approved"
        batch.status = "approved"

    def reject(self, batch: Batch) -> None:
        """The checker sends the batch back."""
        self.record("payout_batch", batch.id, PayoutBatchRejected(reason="wrong month"), by=CHECKER)
        for payment in batch.payments:
            self.record("payment", payment.id, PaymentCancelled(reason="wrong month"), by=CHECKER)
            payment.state = "cancelled"
            self._release(payment, "wrong month")
        batch.status = "rejected"

    def export(self, batch: Batch) -> None:
        """The payment file is written."""
        exported = PayoutBatchExported(
            profile="neutral-csv/1",
            file=Attachment(Sha256("e" * 64), 2_048),
            payment_count=len(batch.payments),
            total_fen=batch.total_fen,
        )
        self.record("payout_batch", batch.id, exported, by=MAKER)
        batch.status = "exported"

    def answer(self, batch: Batch, *outcomes: str) -> None:
        """The bank answers the lines that are not final, in order: settled, failed or unresolved."""
        waiting = [one for one in batch.payments if one.state in ("approved", "unresolved")]
        answered = list(zip(waiting, outcomes, strict=False))
        digest = Sha256(f"{len(self.entries):064x}")
        recorded = BankAnswerRecorded(
            profile="neutral-csv/1",
            file=Attachment(digest, 512),
            settled_count=sum(outcome == "settled" for _, outcome in answered),
            failed_count=sum(outcome == "failed" for _, outcome in answered),
            unknown_count=sum(outcome == "unresolved" for _, outcome in answered),
        )
        self.record("payout_batch", batch.id, recorded, by=MAKER)
        for payment, outcome in answered:
            self._answer_line(payment, outcome, digest)
        batch.status = "answered"

    def _answer_line(self, payment: Payment, outcome: str, digest: Sha256) -> None:
        payment.state = outcome
        amount_fen, batch_id, payee_id = payment.amount_fen, payment.batch_id, payment.payee_id
        match outcome:
            case "settled":
                postings = accounts.payment_settled(batch_id, self.budget_id, amount_fen)
                event: object = PaymentSettled(
                    answer=digest, booked_on=self.today, bank_ref=f"B{len(self.entries)}", postings=postings
                )
            case "failed":
                postings = accounts.payment_failed(payee_id, batch_id, amount_fen)
                event = PaymentFailed(answer=digest, reason="account_closed", postings=postings)
            case _:
                event = PaymentUnresolved(answer=digest, status="PDNG")
        self.record("payment", payment.id, event, by=MAKER)
        if outcome == "failed":
            self._release(payment, "account_closed")
        for reward in payment.rewards:
            reward.state = {"settled": "arrived", "failed": "not_arrived", "unresolved": "to_verify"}[outcome]

    def come_back(self, payment: Payment) -> None:
        """The bank returns what it had paid."""
        postings = accounts.payment_returned(payment.payee_id, self.budget_id, payment.amount_fen, same_year=True)
        event = PaymentReturned(
            answer=Sha256(f"{len(self.entries):064x}"),
            booked_on=self.today,
            bank_ref=f"R{len(self.entries)}",
            reason="account_closed",
            same_year=True,
            postings=postings,
        )
        self.record("payment", payment.id, event, by=MAKER)
        payment.state = "returned"
        for reward in payment.rewards:
            reward.state = "not_arrived"

    def decide_on(self, payment: Payment, *, again: bool) -> None:
        """What came back is paid again, or given up."""
        postings = accounts.payment_reissued(payment.payee_id, payment.amount_fen)
        event = PaymentReissued(postings=postings) if again else PaymentWrittenBack(reason="gone", postings=postings)
        self.record("payment", payment.id, event, by=CHECKER)
        payment.state = "reissued" if again else "written_back"
        self._release(payment, "account_closed")
        for reward in payment.rewards if not again else ():
            self.reverse(reward)

    def contradict(self, payment: Payment) -> None:
        """The bank says something else than before, and is asked."""
        said = PaymentContradicted(answer=Sha256("c" * 64), status="failed", detail="other")
        self.record("payment", payment.id, said, by=MAKER)
        self.record("payment", payment.id, PaymentUpheld(reason="asked"), by=CHECKER)

    def _release(self, payment: Payment, reason: str) -> None:
        for reward in payment.rewards:
            self.record("reward", reward.id, RewardUnscheduled(payment_id=payment.id, reason=reason), by=CHECKER)
            reward.state = "not_arrived"

    def close(self, batch: Batch) -> None:
        """Every line is final."""
        settled = [one for one in batch.payments if one.state == "settled"]
        failed = [one for one in batch.payments if one.state == "failed"]
        closed = PayoutBatchClosed(
            settled_count=len(settled),
            settled_fen=Fen(sum(one.amount_fen for one in settled)),
            failed_count=len(failed),
            failed_fen=Fen(sum(one.amount_fen for one in failed)),
        )
        self.record("payout_batch", batch.id, closed, by=MAKER)
        batch.status = "closed"


def paid_month(story: Story) -> Story:
    """Two months in a county: three payees, two batches, and every state that a reward can be in."""
    story.grant("rider")
    story.grant("rider")
    story.grant("courier", amount_fen=Fen(1_500), division=NEXT_VILLAGE)
    story.grant("driver", amount_fen=Fen(500), division=OTHER_TOWNSHIP)
    story.grant("driver", amount_fen=Fen(2_000), division=VILLAGE, category="domestic_quarrel")
    story.reverse(story.grant("mistaken"))
    story.today = date(2026, 2, 3)
    batch = story.freeze(month="2026-01")
    story.approve(batch)
    story.export(batch)
    story.today = date(2026, 2, 6)
    story.answer(batch, "settled", "failed", "unresolved")
    story.grant("rider", amount_fen=Fen(700))
    return story
