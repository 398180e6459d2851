"""The scripted payout: batches are frozen, approved, sent, answered by the rehearsal bank, closed when all is final.

Each step takes every batch that waits for it, so that the read models are waited for once a step and not once a batch.
What the bank refused goes into the month's next batch; what it left open is answered by a second file. What is open
even then is never sent again: nobody knows whether it was paid.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final
from uuid import UUID

from api.commands import payouts
from api.context import App
from api.files import rehearsal_bank
from api.files.bank_profiles import BankProfile, load_bank_profile
from api.rehearsal import bank_statements
from api.rehearsal.casework import Progress
from domain.kernel.calendar import Month
from domain.kernel.ids import derived
from domain.kernel.refusals import Refusal
from domain.payments import IN_TRANSIT
from domain.payout_batches.signals import CODES, Signal, by_kind
from journal.facts import Actor
from projections import payout_batches, reward_payments
from projections.payout_batches import Batch

PROFILES: Final = ("neutral-csv", "generic-xlsx")
ROUNDS_MAX: Final = 20
AT_ONCE: Final = 4
"""Batches of one step that are worked on together: their appends share transactions."""
ACKNOWLEDGED: Final = "演练：按剧本发放"


_profile_named = cache(load_bank_profile)


@dataclass(frozen=True, slots=True)
class BatchDays:
    """On which day each step of a batch takes effect."""

    frozen: date
    approved: date
    exported: date
    answered: date
    resolved: date
    closed: date

    @classmethod
    def all_on(cls, day: date) -> "BatchDays":
        """Every step on one day."""
        return cls(day, day, day, day, day, day)


Days = Callable[[Month, int], BatchDays]
"""(month, number of the batch) -> its days."""


Bank = Callable[..., bytes]
"""One of the rehearsal bank's answers to a payment file."""


@dataclass(frozen=True, slots=True)
class Payday:
    """Who pays out, drawn from which seed, on which days."""

    app: App
    maker: Actor
    checker: Actor
    seed: str
    days: Days
    progress: Progress
    profiles: tuple[BankProfile, ...]
    later_answer: Bank

    @classmethod
    def of(
        cls,
        app: App,
        *,
        maker: Actor,
        checker: Actor,
        seed: str,
        days: Days,
        progress: Progress,
        profiles: Sequence[str] = PROFILES,
        later_answer: Bank = rehearsal_bank.answer_again,
    ) -> "Payday":
        """With bank profiles by name, taken in turns, and what the bank says later of the lines that it left open."""
        return cls(app, maker, checker, seed, days, progress, tuple(map(_profile_named, profiles)), later_answer)

    def pay(self, months: Collection[Month] | None = None) -> None:
        """Pay everything of these months (None: of all) that can be paid, and match the bank's statements of them."""
        self.settle(months)
        self.reconcile()

    def settle(self, months: Collection[Month] | None = None) -> None:
        """Pay everything of these months (None: of all) that can be paid, round after round.

        A rehearsal bank refuses about one payment in thirty, so that few rounds leave nothing to re-issue. The first
        round also goes on with what was broken off.
        """
        for done in range(ROUNDS_MAX):
            if not self.freeze(months) and done:
                break
            self.approve(months)
            self.export(months)
            self.answer(months)
            self.resolve(months)
            self.close(months)

    def reconcile(self) -> None:
        """Record the bank's statements of everything that stands on none yet, and match them."""
        bank_statements.reconcile(self.app, actor=self.maker)

    def freeze(self, months: Collection[Month] | None = None) -> int:
        """Freeze the next batch of every month that has something to pay; how many."""
        self.app.runner.catch_up()
        code = self.app.log.division
        with self.app.reading.connection() as connection:
            wanted = [one.month for one in reward_payments.months(connection, code)]
            payable = {
                month: payout_batches.last_number(connection, code, month) + 1
                for month in sorted(wanted)
                if (months is None or month in months) and reward_payments.to_schedule(connection, code, month)
            }
        frozen = 0
        for count, (month, number) in enumerate(payable.items(), 1):
            frozen += self._freeze(month, number)
            self.progress("冻结批次", count, len(payable))
        return frozen

    def _freeze(self, month: Month, number: int) -> bool:
        """Freeze a month's next batch; False where nobody who is owed anything has an account."""
        on = self.days(month, number).frozen
        key = f"rehearsal:freeze:{derived('freeze', month, number, on)}"
        try:
            payouts.freeze(self.app, actor=self.maker, key=key, division=self.app.log.division, month=month, on=on)
        except Refusal as refusal:
            if refusal.code != "payout_batch.empty":
                raise
            return False
        return True

    def approve(self, months: Collection[Month] | None = None) -> None:
        """Approve every frozen batch, by the digest that its page shows; both say first why it may be paid."""
        self._each(self._approve, "frozen", months, step="审批")

    def _approve(self, batch: Batch) -> None:
        on = self._days(batch).approved
        if batch.signals_digest is not None:
            self._acknowledge(batch, on)
        payouts.approve(
            self.app,
            actor=self.checker,
            key=self._key("approve", batch, on),
            batch_id=batch.batch_id,
            shown_digest=batch.shown_digest,
            on=on,
        )

    def _acknowledge(self, batch: Batch, on: date) -> None:
        with self.app.reading.connection() as connection:
            shown = payout_batches.signals_of_batch(connection, batch.batch_id)
        signals = [Signal(one.line, one.code) for one in shown]
        said = by_kind(signals, dict.fromkeys(CODES, ACKNOWLEDGED))
        for part, actor in (("maker", self.maker), ("checker", self.checker)):
            payouts.acknowledge(
                self.app,
                actor=actor,
                key=f"{self._key('acknowledge', batch, on)}:{part}",
                batch_id=batch.batch_id,
                shown_digest=batch.shown_digest,
                acknowledgements=said,
                on=on,
            )

    def export(self, months: Collection[Month] | None = None) -> None:
        """Write the payment file of every approved batch."""
        self._each(self._export, "approved", months, step="代发文件")

    def _export(self, batch: Batch) -> None:
        on = self._days(batch).exported
        payouts.export(
            self.app,
            actor=self.maker,
            key=self._key("export", batch, on),
            batch_id=batch.batch_id,
            profile=self._profile(batch),
            on=on,
        )

    def answer(self, months: Collection[Month] | None = None) -> None:
        """Record the rehearsal bank's first answer to every batch that was sent."""
        self._each(self._answer, "exported", months, step="回盘")

    def _answer(self, batch: Batch) -> None:
        self._record(batch, rehearsal_bank.answer, self._days(batch).answered)

    def resolve(self, months: Collection[Month] | None = None) -> None:
        """Record the bank's later answer about the lines that it left open. There is one; it has no more to say."""
        self._each(self._resolve, "answered", months, step="补充回盘")

    def _resolve(self, batch: Batch) -> None:
        if self._answers(batch) == 1 and self._open_lines(batch):
            self._record(batch, self.later_answer, self._days(batch).resolved)

    def close(self, months: Collection[Month] | None = None) -> None:
        """Close every batch in which all is final; one with open lines stays as it is."""
        self._each(self._close, "answered", months, step="关闭批次")

    def _close(self, batch: Batch) -> None:
        if not self._open_lines(batch):
            on = self._days(batch).closed
            payouts.close(self.app, actor=self.maker, key=self._key("close", batch, on), batch_id=batch.batch_id, on=on)

    def come_back(self, months: Collection[Month] | None = None, *, on: date) -> int:
        """Months after the batches were closed, the bank returns some payments: record that and let them be paid again.

        How many came back. The next `pay` pays them in a batch that names what it replaces.
        """
        self._each(lambda batch: self._record(batch, rehearsal_bank.return_late, on), "closed", months, step="退票")
        self.app.runner.catch_up()
        with self.app.reading.connection() as connection:
            back = payout_batches.to_decide(connection, area=self.app.log.division)
        returned = [payment for payment in back if payment.state == "returned" and not payment.contradicted]
        for payment in returned:
            key = f"rehearsal:reissue:{derived('rehearsal', 'reissue', payment.payment_id)}"
            payouts.reissue(self.app, actor=self.maker, key=key, payment_id=payment.payment_id, on=on)
        return len(returned)

    def _record(self, batch: Batch, bank: Bank, on: date) -> None:
        profile = _profile_named(batch.profile) if batch.profile else self._profile(batch)
        sent = self.app.vault.get_file(str(batch.file_sha256), by=str(self.maker.person_id), reason="rehearsal.bank")
        content = bank(sent, profile, seed=self.seed, on=on, rehearsal=self.app.log.rehearsal)
        payouts.record_answer(
            self.app,
            actor=self.maker,
            key=f"{self._key('answer', batch, on)}:{bank.__name__}",
            batch_id=batch.batch_id,
            profile=profile,
            content=content,
            file=f"{batch.month}-{batch.number}{profile.suffix}",
            on=on,
        )

    def _each(
        self,
        act: Callable[[Batch], None],
        status: payout_batches.Status,
        months: Collection[Month] | None,
        *,
        step: str,
    ) -> None:
        """Act on the batches in a status, a few at a time, with the read models up to date; the bar moves with them.

        The first failure is raised once the others have ended.
        """
        self.app.runner.catch_up()
        waiting = [batch for batch in all_batches(self.app, status) if months is None or batch.month in months]
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="payday") as threads:
            for count, _ in enumerate(threads.map(act, waiting), 1):
                self.progress(step, count, len(waiting))

    def _open_lines(self, batch: Batch) -> bool:
        with self.app.reading.connection() as connection:
            lines = payout_batches.payments_of_batch(connection, batch.batch_id)
        return any(line.state in IN_TRANSIT for line in lines)

    def _answers(self, batch: Batch) -> int:
        with self.app.reading.connection() as connection:
            return len(payout_batches.answers_of_batch(connection, batch.batch_id))

    def _profile(self, batch: Batch) -> BankProfile:
        return self.profiles[(int(batch.month[5:]) + batch.number) % len(self.profiles)]

    def _days(self, batch: Batch) -> BatchDays:
        return self.days(batch.month, batch.number)

    def _key(self, step: str, batch: Batch, on: date) -> str:
        identity: UUID = derived("rehearsal", step, batch.batch_id, on)
        return f"rehearsal:{step}:{identity}"


def all_batches(app: App, status: payout_batches.Status | None = None) -> list[Batch]:
    """Every batch of the county in a status (None: in any), the earliest first."""
    with app.reading.connection() as connection:
        found = payout_batches.listing(connection, area=app.log.division, status=status, limit=100_000)
    return found[::-1]
