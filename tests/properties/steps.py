"""What can happen in the county of a walk: members, rewards, allowances, batches, a bank, budgets and closed months.

The bank settles, fails, times out, takes lines in, answers twice, contradicts itself and returns money months later.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain import (
    accounts,
    allowances,
    budgets,
    payee_holds,
    payments,
    payout_batches,
    periods,
    policies,
    rewards,
    tariffs,
)
from domain.incidents import IncidentHandled, IncidentReported, IncidentVerified, ValidityDecided
from domain.kernel.calendar import last_day, month_of, next_month
from domain.kernel.events import Attachment, Commitment, Sha256
from domain.kernel.ids import EventName, derived
from domain.kernel.matches import EntryKey
from domain.kernel.money import Fen
from domain.kernel.places import Division, chain
from domain.payout_batches.signals import Acknowledgement, Signal
from domain.statements import Line
from tests.properties.county import Fact, Name, Recorder

COUNTY, VILLAGE = Division("361125000000"), Division("361125001201")
MEMBERS, WORKERS = ([derived("walk", kind, n) for n in range(count)] for kind, count in (("member", 7), ("worker", 3)))
HANDLERS, DECIDERS = ([derived("walk", kind, n) for n in range(2)] for kind in ("handler", "decider"))
OFFICERS, APPROVERS = ([derived("walk", kind, n) for n in range(3)] for kind in ("officer", "approver"))
ADMIN = derived("walk", "administrator")
AMOUNTS = (500, 1_000, 2_000)
EMPTY = Sha256("0" * 64)
OWED: dict[str, Any] = {"reward": rewards, "allowance": allowances}


@dataclass
class Walk(Recorder):
    """A county and the draw that decides what happens next."""

    draw: random.Random = None  # type: ignore[assignment]
    division: Division = COUNTY
    reports: int = 0
    answers: int = 0
    documents: int = 0
    stated: int = 0  # entries that the bank's statements have told of
    bank_fen: int = 100_000
    bank_lines: list[tuple[EntryKey, Line]] = field(default_factory=list)
    statement_until: date = date(2026, 1, 1)

    def begin(self) -> None:
        """Tariffs, and money for two years."""
        tariff: Name = ("tariff", derived("tariff", COUNTY))
        facts = {"division": COUNTY, "division_known": True, "since": date(2026, 1, 1), "document": "1"}
        facts["today"] = date(2026, 1, 1)
        band = tariffs.set_band(None, min_fen=Fen(500), max_fen=Fen(2_000), **facts)
        self.attempt("begin", [(tariff, band)], by=ADMIN)
        state = self.states[tariff]
        amount = tariffs.set_tariff(state, category=None, amount_fen=Fen(1_000), bands=(), **facts)
        self.attempt("begin", [(tariff, amount)], by=ADMIN)
        self.appropriate()

    def step(self, things: Mapping[Callable[["Walk"], None], int]) -> None:
        """One of the things that can happen, by whomever; each has a weight."""
        steps, weights = zip(*things.items(), strict=True)
        (step,) = self.draw.choices(steps, weights)
        step(self)

    # Who and which.

    def one(self, things: Sequence[Any]) -> Any:
        """One of them. Raises IndexError for none: the step has nothing to happen to."""
        return self.draw.choice(things)

    def budget(self, year: int | None = None) -> Name:
        """The budget of a year, of this one if none is given."""
        return "budget", budgets.budget_id(COUNTY, "奖励", "30399", year or self.today.year)

    def batch_of(self, *statuses: str) -> tuple[Name, Any, list[Any]] | None:
        """One batch in one of the states, with its lines; None where there is none."""
        found = [identity for identity, batch in self.of("payout_batch") if batch.status in statuses]
        if not found:
            return None
        name: Name = ("payout_batch", self.one(found))
        lines = [
            policies.batch_line(state, payment_id=identity)
            for identity, state in self.of("payment")
            if state.batch_id == name[1] and state.repeats is None
        ]
        return name, self.states[name], sorted(lines, key=lambda line: line.line)

    def payment_of(self, *statuses: str) -> tuple[Name, Any] | None:
        """One payment in one of the states."""
        found = [identity for identity, payment in self.of("payment") if payment.status in statuses]
        if not found:
            return None
        name: Name = ("payment", self.one(found))
        return name, self.states[name]

    # What happens.

    def pass_days(self) -> None:
        """Time goes on; at the turn of a year there is a budget for the new one."""
        self.today += timedelta(days=self.draw.randint(1, 9))
        if self.budget() not in self.states:
            self.appropriate()

    def appropriate(self) -> None:
        name, year = self.budget(), self.today.year
        self.documents += 1
        amount = Fen(self.draw.choice((5_000, 60_000)))

        def facts() -> Iterator[Fact]:
            event = budgets.appropriate(
                self.states.get(name),
                unit=COUNTY,
                unit_known=True,
                project="奖励",
                spending_class="30399",
                year=year,
                document=f"{self.documents}号",
                amount_fen=amount,
            )
            yield name, event

        self.attempt("appropriate", facts(), by=ADMIN)

    def adjust(self) -> None:
        name, amount = self.budget(), self.draw.choice((-3_000, -500, 4_000, 0))
        self.documents += 1

        def facts() -> Iterator[Fact]:
            budget = self.states.get(name)
            yield name, budgets.adjust(budget, document=f"{self.documents}号", amount_fen=amount, reason="年中调整")

        self.attempt("adjust", facts(), by=ADMIN)

    def close_budget(self) -> None:
        """The year is over; also too early, and again when something became available."""
        name = self.budget(self.draw.choice((self.today.year, self.today.year - 1)))

        def facts() -> Iterator[Fact]:
            available = Fen(self.balances[accounts.available(name[1]), "CNY"])
            yield name, budgets.close(self.states.get(name), available_fen=available, on=self.today)

        self.attempt("close_budget", facts(), by=ADMIN)

    def reward(self) -> None:
        """A report from beginning to end, and its reward."""
        self.reports += 1
        identity = derived("walk", "incident", self.reports)
        name: Name = ("incident", identity)
        member, worker = self.one(MEMBERS), self.one(WORKERS)
        handler, decider = self.one(HANDLERS), self.one(DECIDERS)
        moment = datetime(self.today.year, self.today.month, self.today.day, 1, tzinfo=UTC)
        reported = IncidentReported(
            reporter_id=member,
            category=self.one(("环境保护", "矛盾纠纷")),
            division=VILLAGE,
            text=Commitment(f"{self.reports:064x}"),
            source="app",
            reported_at=moment,
        )
        self.attempt("report", [(name, reported)], by=member)
        seen = IncidentVerified(verifier_id=worker, confirmed=True, reason="seen_on_site")
        self.attempt("verify", [(name, seen)], by=worker)
        handled = IncidentHandled(handler_id=handler, handled_at=moment)
        self.attempt("handle", [(name, handled)], by=handler)
        valid = self.draw.random() < 0.9
        decided = ValidityDecided(decider_id=decider, valid=valid, reason="meets_catalogue" if valid else "untrue")
        self.attempt("decide", [(name, decided)], by=decider)
        self.attempt("reward", self._granted(identity), by=decider)
        if self.draw.random() < 0.1:  # sent again, as another command
            self.attempt("reward", self._granted(identity), by=decider)

    def _granted(self, incident: UUID) -> Iterator[Fact]:
        name: Name = ("reward", derived("reward", incident))
        granted = policies.reward_for_validity(
            reward=self.states.get(name),
            incident_id=incident,
            incident=self.states.get(("incident", incident)),
            tariffs=[self.states.get(("tariff", derived("tariff", place))) for place in chain(VILLAGE)],
            budget=budgets.charge(self.states.get(self.budget()), on=self.today),
        )
        yield name, granted

    def reverse(self) -> None:
        name: Name = self.one([("reward", identity) for identity, _ in self.of("reward")] or [("reward", ADMIN)])
        if self.draw.random() < 0.3 and any(self.of("allowance")):
            name = self.one([("allowance", identity) for identity, _ in self.of("allowance")])

        def facts() -> Iterator[Fact]:
            yield name, OWED[name[0]].reverse(self.states.get(name), reason="核对有误")

        self.attempt("reverse", facts(), by=self.one(OFFICERS))

    def allowance(self) -> None:
        worker, granter = self.one(WORKERS), self.one([*OFFICERS, *WORKERS])
        month = month_of(self.today)
        name: Name = ("allowance", allowances.allowance_id(worker, month, "补贴"))

        def facts() -> Iterator[Fact]:
            event = allowances.grant(
                self.states.get(name),
                payee_id=worker,
                division=VILLAGE,
                month=month,
                this_month=month,
                served=True,
                amount_fen=Fen(self.one(AMOUNTS)),
                basis="补贴",
                document=None,
                granter_id=granter,
                budget=budgets.charge(self.states.get(self.budget()), on=self.today),
            )
            yield name, event

        self.attempt("allowance", facts(), by=granter)

    def hold(self) -> None:
        """A payee's payments are held, or the hold is lifted."""
        payee, who = self.one(MEMBERS), self.one(OFFICERS)
        name: Name = ("payee_hold", payee_holds.hold_id(payee))

        def facts() -> Iterator[Fact]:
            state: Any = self.states.get(name)
            if state is None or not state.in_force:
                yield (
                    name,
                    payee_holds.place_hold(state, payee_id=payee, payee_known=True, reason="正在核查", document=None),
                )
            else:
                yield name, payee_holds.lift_hold(state, actor_id=who, reason="已经查清")

        self.attempt("hold", facts(), by=who)

    def freeze(self) -> None:
        """A batch of what is owed to some of the payees: rewards, or allowances."""
        maker = self.one([*OFFICERS, *DECIDERS])
        payroll = "reward" if self.draw.random() < 0.8 else "allowance"
        self.attempt("freeze", self._frozen(maker, payroll), by=maker)

    def _frozen(self, maker: UUID, payroll: str) -> Iterator[Fact]:
        month = month_of(self.today)
        first = 1 if payroll == "reward" else 501
        taken = {batch.number for _, batch in self.of("payout_batch") if batch.month == month}
        number = next(n for n in range(first, 1_000) if n not in taken)
        batch: Name = ("payout_batch", payout_batches.batch_id(COUNTY, month, number))
        owed: defaultdict[tuple[UUID, UUID], list[UUID]] = defaultdict(list)
        for identity, state in self.of(payroll):
            if state.payment_id is None and not state.reversed:
                owed[state.payee_id, state.budget_id].append(identity)
        held = payee_holds.held({state.payee_id: state for _, state in self.of("payee_hold")})
        payees: dict[UUID, list[UUID]] = {}
        for (payee, _), identities in owed.items():
            if payee not in held and payee not in payees and self.draw.random() < 0.8:
                payees[payee] = identities
        facts, lines, people = [], [], []
        for payee, identities in payees.items():
            name: Name = ("payment", derived("payment", batch[1], payee))
            states = [self.states[payroll, identity] for identity in identities]
            prepared = payments.prepare(
                self.states.get(name),
                batch_id=batch[1],
                batch_division=COUNTY,
                batch_reference=payout_batches.reference(COUNTY, month, number),
                line=len(lines) + 1,
                payee_id=payee,
                rewards=[
                    policies.reward_to_pay(state, reward_id=one) for one, state in zip(identities, states, strict=True)
                ],
                account=EventName(f"person/{payee}@2"),
                replaced=[],
            )
            facts.append((name, prepared))
            lines.append(policies.batch_line(payments.evolve(None, prepared), payment_id=name[1]))
            people += states
            for identity, state in zip(identities, states, strict=True):
                facts.append(((payroll, identity), OWED[payroll].schedule(state, payment_id=name[1])))
        more = {} if payroll == "reward" else {"payroll": payroll}
        frozen = payout_batches.freeze(
            self.states.get(batch),
            division=COUNTY,
            month=month,
            number=number,
            maker_id=maker,
            lines=lines,
            acted=policies.people_in(people),
            **more,
        )
        yield batch, frozen
        if self.draw.random() < 0.4:  # something stands out in the first line
            noted = payout_batches.note_signals([Signal(1, "first_payment"), Signal(1, "amount_unusual")])
            yield from ((batch, event) for event in noted)
        yield from facts

    def acknowledge(self) -> None:
        """The maker, or somebody who will check, says why the lines that stand out may be paid; perhaps of one only."""
        found = self.batch_of("frozen")
        if found is None:
            return
        name, batch, _ = found
        as_checker = self.draw.random() < 0.6
        who = self.one([*APPROVERS, batch.maker_id]) if as_checker else self.one([batch.maker_id, *OFFICERS])
        said = [Acknowledgement(code, "问过本人", (1,)) for code in ("first_payment", "amount_unusual")]
        if self.draw.random() < 0.1:
            said.pop()

        def facts() -> Iterator[Fact]:
            events = payout_batches.acknowledge(
                batch,
                person_id=who,
                as_checker=as_checker,
                shown_digest=batch.shown_digest,
                acknowledgements=said,
            )
            yield from ((name, event) for event in events)

        self.attempt("acknowledge", facts(), by=who)

    def approve(self) -> None:
        found = self.batch_of("frozen")
        if found is None:
            return
        name, batch, lines = found
        checker = self.one([*APPROVERS, batch.maker_id, *DECIDERS])

        def facts() -> Iterator[Fact]:
            owed = [self._owed(one)[1] for line in lines for one in line.rewards]
            held = payee_holds.held({state.payee_id: state for _, state in self.of("payee_hold")})
            payments.refuse_held([line.payee_id for line in lines], held=held)
            approved = payout_batches.approve(
                batch,
                checker_id=checker,
                shown_digest=batch.shown_digest,
                lines=lines,
                acted=policies.people_in(owed),
            )
            yield name, approved
            for line in lines:
                payment: Name = ("payment", line.payment_id)
                yield payment, payments.approve(self.states[payment])

        self.attempt("approve", facts(), by=checker)

    def reject(self) -> None:
        found = self.batch_of("frozen")
        if found is None:
            return
        name, batch, lines = found

        def facts() -> Iterator[Fact]:
            yield name, payout_batches.reject(batch, reason="名单不对")
            for line in lines:
                payment: Name = ("payment", line.payment_id)
                cancelled = payments.cancel(self.states[payment], reason="名单不对")
                yield payment, cancelled
                yield from self._released(payment, payments.evolve(self.states[payment], cancelled))

        self.attempt("reject", facts(), by=self.one(APPROVERS))

    def export(self) -> None:
        found = self.batch_of("approved", "frozen")
        if found is None:
            return
        name, batch, lines = found

        def facts() -> Iterator[Fact]:
            total = Fen(sum(line.amount_fen for line in lines))
            file = Attachment(self._file(), 1)
            yield (
                name,
                payout_batches.export(batch, profile="p", file=file, payment_count=len(lines), total_fen=total),
            )

        self.attempt("export", facts(), by=batch.maker_id)

    def answer(self) -> None:
        """The bank's file about some lines of a batch: whatever it likes to say of each."""
        found = self.batch_of("exported", "closed") if self.draw.random() < 0.8 else self.batch_of("exported")
        if found is None:
            return
        name, batch, lines = found
        digest = self._file()
        chosen = [line for line in lines if self.draw.random() < 0.7]
        words = [self.draw.choice(ANSWERS) for _ in chosen]

        def facts() -> Iterator[Fact]:
            counts = {f"{word}_count": words.count(word) for word in ("settled", "failed", "accepted")}
            unknown = sum(word not in ("settled", "failed", "accepted") for word in words)
            file = Attachment(digest, 1)
            read = payout_batches.record_answer(batch, profile="p", file=file, unknown_count=unknown, **counts)
            yield from ((name, event) for event in read)
            for line, word in zip(chosen, words, strict=True):
                yield from self._answered(("payment", line.payment_id), word, digest)

        self.attempt("answer", facts(), by=self.one(OFFICERS))

    def _answered(self, name: Name, word: str, answer: Sha256) -> Iterator[Fact]:
        payment: Any = self.states[name]
        match word:
            case "settled":  # in one of ten with another reference: perhaps it paid twice
                ref = f"B{payment.line}" if self.draw.random() < 0.9 else f"B{self.answers}"
                booked = payment.booked_on or self.today
                events: Sequence[object] = payments.settle(payment, answer=answer, booked_on=booked, bank_ref=ref)
            case "failed":
                events = payments.fail(payment, answer=answer, reason="account_closed")
            case "accepted":
                events = payments.accept(payment, answer=answer, status="ACSP")
            case _:
                events = payments.leave_unresolved(payment, answer=answer, status=word)
        for event in events:
            yield name, event
            if isinstance(event, payments.PaymentFailed):
                yield from self._released(name, payments.evolve(payment, event))

    def close(self) -> None:
        found = self.batch_of("exported")
        if found is None:
            return
        name, batch, lines = found

        def facts() -> Iterator[Fact]:
            outcomes = [
                policies.line_outcome(self.states["payment", line.payment_id], payment_id=line.payment_id)
                for line in lines
            ]
            yield name, payout_batches.close(batch, outcomes=outcomes)

        self.attempt("close", facts(), by=batch.maker_id)

    def return_late(self) -> None:
        """Money comes back weeks or months after it was paid; the bank may say so twice, or of what it never paid."""
        found = self.payment_of("settled", "settled", "returned", "reissued", "approved", "failed")
        if found is None:
            return
        name, payment = found
        again = payment.back_on is not None and self.draw.random() < 0.5
        booked, ref = (payment.back_on, payment.back_ref) if again else (self.today, f"R{self.answers}")

        def facts() -> Iterator[Fact]:
            events = payments.return_late(
                payment,
                answer=self._file(),
                booked_on=booked,
                bank_ref=ref,
                reason="account_closed",
                on=self.today,
            )
            yield from ((name, event) for event in events)

        self.attempt("return_late", facts(), by=self.one(OFFICERS))

    def reissue(self) -> None:
        found = self.payment_of("returned", "settled")
        if found is None:
            return
        name, payment = found
        who = self.one([*OFFICERS, payment.payee_id])

        def facts() -> Iterator[Fact]:
            reissued = payments.reissue(payment, actor_id=who)
            yield name, reissued
            yield from self._released(name, payments.evolve(payment, reissued))

        self.attempt("reissue", facts(), by=who)

    def write_back(self) -> None:
        found = self.payment_of("returned")
        if found is None:
            return
        name, payment = found
        maker = self.states["payout_batch", payment.batch_id].maker_id
        who = self.one([*OFFICERS, maker])

        def facts() -> Iterator[Fact]:
            event = payments.write_back(
                payment, actor_id=who, maker_id=maker, acted=self._people(payment), reason="不再支付"
            )
            yield name, event
            yield from self._taken_back(name, payments.evolve(payment, event))

        self.attempt("write_back", facts(), by=who)

    def recover(self) -> None:
        given = ("claimed", "claim_written_off")
        claims = [name for name in self.states if name[0] == "payment" and self.states[name].status in given]
        found = self.payment_of(*given) if claims else self.payment_of("settled", "recovered")
        if found is None:
            return
        name, payment = found
        who, ref = self.one([*OFFICERS, payment.payee_id]), f"C{self.answers}"

        def facts() -> Iterator[Fact]:
            events = payments.recover(
                payment, actor_id=who, booked_on=self.today, bank_ref=ref, reason="查实多付", on=self.today
            )
            for event in events:
                yield name, event
                if isinstance(event, payments.PaymentRecovered):
                    yield from self._taken_back(name, payments.evolve(payment, event))

        self.attempt("recover", facts(), by=who)

    def confirm_paid(self) -> None:
        """A second person says that the bank did pay what it had called failed."""
        found = [name for name in self.states if name[0] == "payment" and self.states[name].said_paid]
        if not found:
            return
        name: Name = self.one(found)
        payment: Any = self.states[name]
        maker = self.states["payout_batch", payment.batch_id].maker_id
        who = self.one([*APPROVERS, *APPROVERS, maker])
        owed = [self._owed(one)[1] for one in payment.rewards]
        holders = [self.states["payment", one.payment_id] for one in owed if one.payment_id is not None]
        open_ones = [
            one.end_to_end_id for one in holders if one.status == "prepared" or one.status in payments.IN_TRANSIT
        ]

        def facts() -> Iterator[Fact]:
            events = payments.confirm_paid(
                payment,
                actor_id=who,
                maker_id=maker,
                acted=self._people(payment),
                owed=all(one.payment_id is None and not one.reversed for one in owed),
                listed_again=next(iter(open_ones), None),
                reason="银行查询确认已付",
            )
            for event in events:
                yield name, event
                if isinstance(event, payments.PaymentConfirmedPaid):
                    for one in payment.rewards:
                        kind, state = self._owed(one)
                        yield (kind, one), OWED[kind].schedule(state, payment_id=name[1])

        self.attempt("confirm_paid", facts(), by=who)

    def uphold(self) -> None:
        found = [name for name in self.states if name[0] == "payment" and self.states[name].contradicted]
        if not found:
            return
        name: Name = self.one(found)
        payment: Any = self.states[name]
        maker = self.states["payout_batch", payment.batch_id].maker_id
        who = self.one([*OFFICERS, maker])

        def facts() -> Iterator[Fact]:
            yield (
                name,
                payments.uphold(payment, actor_id=who, maker_id=maker, acted=self._people(payment), reason="银行确认"),
            )

        self.attempt("uphold", facts(), by=who)

    def pay_again(self) -> None:
        """The bank paid once more, as it said after its answer; a second person books it as a claim."""
        found: list[tuple[Name, Any]] = [
            (("payment", identity), said)
            for identity, payment in self.of("payment")
            for said in payment.contradictions
            if said.status == "settled" and payment.said_paid is None
        ]
        if not found:
            return
        name, said = self.one(found)
        payment: Any = self.states[name]
        maker = self.states["payout_batch", payment.batch_id].maker_id
        who = self.one([*APPROVERS, *APPROVERS, maker])
        booked_on, bank_ref = date.fromisoformat(said.detail[:10]), said.detail[11:]
        again: Name = ("payment", payments.again_id(name[1], bank_ref=bank_ref, entry=None))

        def facts() -> Iterator[Fact]:
            booking = {"booked_on": booked_on, "bank_ref": bank_ref, "reason": "银行查询确认又付"}
            yield (
                again,
                payments.pay_again(
                    self.states.get(again),
                    payment_id=name[1],
                    payment=payment,
                    entry=None,
                    said=True,
                    actor_id=who,
                    maker_id=maker,
                    acted=self._people(payment),
                    **booking,
                ),
            )
            for event in payments.cleared_up(payment, **booking):
                yield name, event

        self.attempt("pay_again", facts(), by=who)

    def write_off(self) -> None:
        """Somebody wants to give a claim up; another agrees, or does not."""
        found = self.payment_of("claimed")
        if found is None:
            return
        name, payment = found
        maker = self.states["payout_batch", payment.batch_id].maker_id
        who, agrees = self.one([*APPROVERS, maker]), self.draw.random() < 0.7

        def facts() -> Iterator[Fact]:
            if payment.write_off is None:
                wanted = {"document": f"核销{self.answers}号", "reason": "无法收回", "proposer_id": who}
                yield name, payments.propose_write_off(payment, **wanted)
            elif agrees:
                people = self._people(self.states["payment", payment.repeats] if payment.repeats else payment)
                yield name, payments.write_off(payment, confirmer_id=who, maker_id=maker, acted=people)
            else:
                yield name, payments.reject_write_off(payment, reason="还可追回")

        self.attempt("write_off", facts(), by=who)

    def close_month(self) -> None:
        """One proposes the next month that is over, and another, or the same, seals it."""
        name: Name = ("period", self.period)
        state: Any = self.states.get(name)
        month = next_month(state.sealed) if state and state.sealed else month_of(self.entries_first)
        who, other = self.one(OFFICERS), self.one(APPROVERS)
        figures = periods.Figures(
            month=month,
            position=len(self.entries),
            root=EMPTY,
            trial_balance=EMPTY,
            reconciliation=EMPTY,
            disclosures=EMPTY,
        )

        def proposed() -> Iterator[Fact]:
            event = periods.propose_close(
                self.states.get(name),
                county=COUNTY,
                figures=figures,
                blocking=[],
                differences=[],
                proposer_id=who,
                on=self.today,
            )
            yield name, event

        def sealed() -> Iterator[Fact]:
            event = periods.seal(
                self.states.get(name),
                county=COUNTY,
                month=month,
                sealer_id=other,
                shown_digest=figures.digest,
                now=figures,
                blocking=[],
            )
            yield name, event

        def withdrawn() -> Iterator[Fact]:
            yield name, periods.withdraw_close(self.states.get(name), county=COUNTY, month=month, reason="还有回盘没到")

        if self.attempt("propose_close", proposed(), by=who):
            again = self.draw.random() < 0.2
            self.attempt("withdraw", withdrawn(), by=who) if again else self.attempt("seal", sealed(), by=other)

    @property
    def entries_first(self) -> date:
        """The first effective day."""
        return date.fromisoformat(self.entries[0].on)

    def book_late(self) -> None:
        """Somebody tries to book in a month before this one: refused once it is closed."""
        state: Any = self.states.get(("period", self.period))
        if state is None or state.sealed is None:
            return
        name = self.budget(last_day(state.sealed).year)
        self.documents += 1

        def facts() -> Iterator[Fact]:
            budget = self.states.get(name)
            yield name, budgets.adjust(budget, document=f"{self.documents}号", amount_fen=Fen(100), reason="补记指标")

        assert not self.attempt("book_late", facts(), by=ADMIN, on=last_day(state.sealed))

    # Parts of steps.

    def _owed(self, identity: UUID) -> tuple[str, Any]:
        kind = "reward" if ("reward", identity) in self.states else "allowance"
        return kind, self.states[kind, identity]

    def _people(self, payment: Any) -> frozenset[UUID]:
        """Everybody in the chain of what a payment pays."""
        return policies.people_in(self._owed(one)[1] for one in payment.rewards)

    def _released(self, name: Name, payment: Any) -> Iterator[Fact]:
        """Whatever was in a payment that cannot arrive can be paid again."""
        for one in payment.rewards:
            kind, state = self._owed(one)
            yield (kind, one), self._unscheduled(kind, state, name, payment)

    def _taken_back(self, name: Name, payment: Any) -> Iterator[Fact]:
        """What is not paid again is owed no more."""
        for one in payment.rewards:
            kind, state = self._owed(one)
            released = self._unscheduled(kind, state, name, payment)
            yield (kind, one), released
            yield (kind, one), OWED[kind].reverse(OWED[kind].evolve(state, released), reason="予以收回")

    def _unscheduled(self, kind: str, state: Any, name: Name, payment: Any) -> object:
        facts = {"payment_id": name[1], "payment_status": payment.status}
        return OWED[kind].unschedule(state, reason=payment.detail or payment.status, **facts)

    def _file(self) -> Sha256:
        self.answers += 1
        return Sha256(f"{self.answers:064x}")


ANSWERS = ("settled", "settled", "settled", "failed", "accepted", "PDNG", "TIMEOUT")
WEIGHTS: Mapping[Callable[[Walk], None], int] = {
    Walk.pass_days: 12,
    Walk.reward: 20,
    Walk.allowance: 4,
    Walk.reverse: 2,
    Walk.adjust: 2,
    Walk.appropriate: 1,
    Walk.close_budget: 1,
    Walk.hold: 3,
    Walk.freeze: 6,
    Walk.acknowledge: 8,
    Walk.approve: 12,
    Walk.reject: 1,
    Walk.export: 10,
    Walk.answer: 14,
    Walk.close: 6,
    Walk.return_late: 4,
    Walk.reissue: 3,
    Walk.write_back: 3,
    Walk.recover: 2,
    Walk.uphold: 2,
    Walk.confirm_paid: 2,
    Walk.pay_again: 3,
    Walk.write_off: 3,
    Walk.close_month: 2,
    Walk.book_late: 1,
}
