"""A county in memory that takes any step with anybody, and keeps what was recorded.

Each step asks the domain's decisions as a command would. What is refused leaves everything as it was; what is
recorded is applied to streams and balances, and an append that overdraws a limited account is refused here as the
journal refuses it. `check` states the invariants of the books that one prefix of history can break.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import reduce
from uuid import UUID

from domain import accounts, budgets, incidents, payments, payout_batches, policies, rewards, tariffs
from domain.incidents import Turn
from domain.kernel.calendar import Month
from domain.kernel.events import Attachment, Commitment, Sha256
from domain.kernel.ids import EventName, derived
from domain.kernel.money import Fen
from domain.kernel.obligations import GONE
from domain.kernel.places import chain
from domain.kernel.postings import book_of, check_balanced
from domain.kernel.refusals import Refusal
from domain.kernel.workflow_steps import KERNEL
from tests.domain.samples import COUNTY, TEXT, VILLAGE, person

PEOPLE = tuple(person(name) for name in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉")
INCIDENTS = tuple(derived("incident", number) for number in range(12))
MONTH = Month("2026-11")
REPORTED_AT = datetime(2026, 11, 20, tzinfo=UTC)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
PAID_ON = date(2026, 12, 3)
ANSWER = Sha256("d" * 64)
FILE = Attachment(Sha256("b" * 64), 1)
MODULES = {
    "tariff": tariffs,
    "budget": budgets,
    "incident": incidents,
    "reward": rewards,
    "payment": payments,
    "payout_batch": payout_batches,
}
TRANSITIONS = {
    "payment": {
        (None, "prepared"),
        ("prepared", "approved"),
        ("prepared", "cancelled"),
        ("approved", "settled"),
        ("approved", "failed"),
        ("approved", "unresolved"),
        ("unresolved", "unresolved"),
        ("unresolved", "settled"),
        ("unresolved", "failed"),
        ("approved", "accepted"),
        ("accepted", "unresolved"),
        ("unresolved", "accepted"),
        ("accepted", "settled"),
        ("accepted", "failed"),
        ("settled", "returned"),
        ("returned", "reissued"),
        ("returned", "written_back"),
        ("settled", "recovered"),
        *((status, status) for status in ("settled", "failed", "returned", "recovered")),  # contradicted, upheld
        *((status, status) for status in ("reissued", "written_back")),
    },
    "payout_batch": {
        (None, "frozen"),
        ("frozen", "approved"),
        ("frozen", "rejected"),
        ("approved", "exported"),
        ("exported", "exported"),  # an answer was read
        ("exported", "closed"),
        ("closed", "closed"),  # an answer was read afterwards
    },
}
Name = tuple[str, UUID]


@dataclass
class County:
    """Streams, their live states, balances, and how often each step was taken."""

    budget_fen: int = 12_000
    events: dict[Name, list[object]] = field(default_factory=lambda: defaultdict(list))
    states: dict[Name, object] = field(default_factory=dict)
    balances: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    transitions: set[tuple[str, str | None, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        facts = {"division": COUNTY, "division_known": True, "since": date(2026, 1, 1), "document": "1"}
        facts["today"] = date(2026, 1, 1)
        tariff = ("tariff", derived("tariff", COUNTY))
        band = tariffs.set_band(None, min_fen=Fen(500), max_fen=Fen(2_000), **facts)
        self.record([(tariff, band)])
        amount = tariffs.set_tariff(self.states[tariff], category=None, amount_fen=Fen(1_000), bands=(), **facts)
        self.budget = ("budget", budgets.budget_id(COUNTY, "reward", "admin", 2026))
        money = budgets.appropriate(
            None,
            unit=COUNTY,
            unit_known=True,
            project="reward",
            spending_class="admin",
            year=2026,
            document="8",
            amount_fen=Fen(self.budget_fen),
        )
        self.record([(tariff, amount), (self.budget, money)])

    # The way of a fact: decide, then apply all of it or nothing.

    def step(self, name: str, who: int, which: int, flag: bool) -> None:
        """Take one step, by one of PEOPLE, on one of a few things; a refusal changes nothing."""
        before = (dict(self.states), Counter(self.balances))
        try:
            facts = getattr(self, name)(PEOPLE[who % len(PEOPLE)], which, flag)
            self.record(facts)
        except Refusal as refusal:
            self.refused[refusal.code] += 1
            assert before == (self.states, self.balances)
        else:
            self.taken[name] += bool(facts)

    def record(self, facts: list[tuple[Name, object]]) -> None:
        balances = Counter(self.balances)
        for _, event in facts:
            postings = getattr(event, "postings", ())
            check_balanced(postings)
            for account, _, amount in postings:
                balances[account] += amount
        for account, balance in balances.items():
            if balance * accounts.limit_of(account) < 0:
                raise Refusal("balance.below_limit", account=account, balance=balance, change=None)
        self.balances = balances
        for name, event in facts:
            before = self.states.get(name)
            self.events[name].append(event)
            self.states[name] = after = MODULES[name[0]].evolve(before, event)
            if name[0] in TRANSITIONS:
                self.transitions.add((name[0], before and before.status, after.status))

    # Steps.

    def report(self, who: UUID, which: int, flag: bool) -> list[tuple[Name, object]]:
        name = ("incident", INCIDENTS[which % len(INCIDENTS)])
        reporter = PEOPLE[(PEOPLE.index(who) + 1) % len(PEOPLE)] if flag else who
        event = incidents.report(
            self.states.get(name),
            reporter_id=reporter,
            actor_id=who,
            category="x",
            division=VILLAGE,
            division_known=True,
            text=Commitment(TEXT),
            source="register" if flag else "app",
            reported_at=REPORTED_AT,
            now=NOW,
        )
        return [(name, event)]

    def verify(self, who: UUID, which: int, _flag: bool) -> list[tuple[Name, object]]:
        name = ("incident", INCIDENTS[which % len(INCIDENTS)])
        confirmed = which % 7 > 0
        reason = "seen_on_site" if confirmed else "not_found"
        turn = Turn(KERNEL, "grid_worker")
        event = incidents.verify(self.states.get(name), turn=turn, actor_id=who, confirmed=confirmed, reason=reason)
        return [(name, event)]

    def handle(self, who: UUID, which: int, flag: bool) -> list[tuple[Name, object]]:
        name = ("incident", INCIDENTS[which % len(INCIDENTS)])
        handler = PEOPLE[(PEOPLE.index(who) + 2) % len(PEOPLE)] if flag else who
        event = incidents.record_handling(
            self.states.get(name),
            turn=Turn(KERNEL, "department_handler"),
            handler_id=handler,
            actor_id=who,
            handled_at=NOW,
            now=NOW,
        )
        return [(name, event)]

    def decide(self, who: UUID, which: int, _flag: bool) -> list[tuple[Name, object]]:
        """Decide, and grant in the same append."""
        identity = INCIDENTS[which % len(INCIDENTS)]
        name, reward = ("incident", identity), ("reward", derived("reward", identity))
        valid = which % 8 > 0
        reason = "meets_catalogue" if valid else "untrue"
        turn = Turn(KERNEL, "county_officer")
        decided = incidents.decide_validity(self.states.get(name), turn=turn, actor_id=who, valid=valid, reason=reason)
        if not valid:
            return [(name, decided)]
        incident = incidents.evolve(self.states[name], decided)
        granted = policies.reward_for_validity(
            reward=self.states.get(reward),
            incident_id=identity,
            incident=incident,
            tariffs=[self.states.get(("tariff", derived("tariff", place))) for place in chain(VILLAGE)],
            budget=budgets.charge(self.states.get(self.budget), on=NOW.date()),
        )
        return [(name, decided), (reward, granted)]

    def reverse(self, _who: UUID, which: int, _flag: bool) -> list[tuple[Name, object]]:
        name = ("reward", derived("reward", INCIDENTS[which % len(INCIDENTS)]))
        return [(name, rewards.reverse(self.states.get(name), reason="mistake"))]

    def freeze(self, who: UUID, which: int, flag: bool) -> list[tuple[Name, object]]:
        """Freeze every open reward (or, with the flag, every second payee's) in the next batch."""
        number = 1 + sum(1 for category, _ in self.states if category == "payout_batch")
        batch = ("payout_batch", payout_batches.batch_id(COUNTY, MONTH, number))
        owed: dict[UUID, list[tuple[UUID, rewards.Reward]]] = defaultdict(list)
        for (category, identity), state in self.states.items():
            if category == "reward" and state.payment_id is None and not state.reversed:
                owed[state.payee_id].append((identity, state))
        facts, lines, paid = [], [], []
        for payee in [payee for n, payee in enumerate(owed) if not flag or n % 2 == which % 2]:
            payment = ("payment", derived("payment", batch[1], payee))
            prepared = payments.prepare(
                self.states.get(payment),
                batch_id=batch[1],
                batch_division=COUNTY,
                batch_reference=payout_batches.reference(COUNTY, MONTH, number),
                line=len(lines) + 1,
                payee_id=payee,
                rewards=[policies.reward_to_pay(state, reward_id=identity) for identity, state in owed[payee]],
                account=EventName(f"person/{payee}@2"),
                replaced=self._replaced(identity for identity, _ in owed[payee]),
            )
            facts.append((payment, prepared))
            lines.append(policies.batch_line(payments.evolve(None, prepared), payment_id=payment[1]))
            paid += [state for _, state in owed[payee]]
            for identity, state in owed[payee]:
                facts.append((("reward", identity), rewards.schedule(state, payment_id=payment[1])))
        frozen = payout_batches.freeze(
            self.states.get(batch),
            division=COUNTY,
            month=MONTH,
            number=number,
            maker_id=who,
            lines=lines,
            acted=policies.people_in(paid),
        )
        return [(batch, frozen), *facts]

    def _replaced(self, rewards_: Iterable[UUID]) -> list[tuple[UUID, payments.Payment]]:
        """The payments that rewards were in before, as their own events say."""
        scheduled = {
            event.payment_id
            for identity in rewards_
            for event in self.events["reward", identity]
            if isinstance(event, rewards.RewardScheduled)
        }
        return [(identity, self.states["payment", identity]) for identity in sorted(scheduled)]

    def approve(self, who: UUID, which: int, _flag: bool) -> list[tuple[Name, object]]:
        batch, lines = self._batch(which)
        states = [self.states["reward", identity] for line in lines for identity in line.rewards]
        approved = payout_batches.approve(
            self.states.get(batch),
            checker_id=who,
            shown_digest=payout_batches.lines_digest(lines),
            lines=lines,
            acted=policies.people_in(states),
        )
        self.checker_of = {**getattr(self, "checker_of", {}), batch: who}
        return [(batch, approved), *(self._payment(line, payments.approve) for line in lines)]

    def reject(self, _who: UUID, which: int, _flag: bool) -> list[tuple[Name, object]]:
        batch, lines = self._batch(which)
        facts: list[tuple[Name, object]] = [(batch, payout_batches.reject(self.states.get(batch), reason="not owed"))]
        for line in lines:
            name, cancelled = self._payment(line, payments.cancel, reason="no")
            facts += [(name, cancelled), *self._released(name, payments.evolve(self.states[name], cancelled))]
        return facts

    def export(self, _who: UUID, which: int, _flag: bool) -> list[tuple[Name, object]]:
        batch, lines = self._batch(which)
        total = Fen(sum(line.amount_fen for line in lines))
        event = payout_batches.export(
            self.states.get(batch), profile="p", file=FILE, payment_count=len(lines), total_fen=total
        )
        return [(batch, event)]

    def answer(self, _who: UUID, which: int, flag: bool) -> list[tuple[Name, object]]:
        """The bank answers one line of an exported batch: settled, failed, accepted or unknown."""
        batch, lines = self._batch(which)
        digest = Sha256(f"{which:064x}")
        line = lines[which % len(lines)]
        outcome = ("settled", "failed", "accepted")[which // 2 % 3] if flag else "unresolved"
        counts = {f"{word}_count": int(word == outcome) for word in ("settled", "failed", "accepted")}
        read = payout_batches.record_answer(
            self.states.get(batch),
            profile="p",
            file=Attachment(digest, 1),
            unknown_count=int(outcome == "unresolved"),
            **counts,
        )
        name, state = ("payment", line.payment_id), self.states["payment", line.payment_id]
        if outcome == "unresolved":
            events = payments.leave_unresolved(state, answer=digest, status="PDNG")
        elif outcome == "accepted":
            events = payments.accept(state, answer=digest, status="ACSP")
        elif outcome == "failed":
            events = payments.fail(state, answer=digest, reason="other")
        else:
            events = payments.settle(state, answer=digest, booked_on=PAID_ON, bank_ref="N")
        facts = [(batch, event) for event in read] + [(name, event) for event in events]
        if events and isinstance(events[0], payments.PaymentFailed):
            facts += self._released(name, payments.evolve(state, events[0]))
        return facts

    def return_late(self, _who: UUID, which: int, flag: bool) -> list[tuple[Name, object]]:
        """Money comes back: in the year of the payment or (with the flag) in the next."""
        name, state = self._one_payment(which)
        on = date(2027, 2, 1) if flag else PAID_ON
        facts = {"booked_on": on, "bank_ref": f"R{which % 2}", "reason": "other", "on": on}
        return [(name, event) for event in payments.return_late(state, answer=ANSWER, **facts)]

    def reissue(self, who: UUID, which: int, _flag: bool) -> list[tuple[Name, object]]:
        name, state = self._one_payment(which)
        event = payments.reissue(state, actor_id=who)
        return [(name, event), *self._released(name, payments.evolve(state, event))]

    def write_back(self, who: UUID, which: int, _flag: bool) -> list[tuple[Name, object]]:
        name, state = self._one_payment(which)
        event = payments.write_back(
            state, actor_id=who, maker_id=self._maker_of(state), acted=self._acted_before(state), reason="not owed"
        )
        return [(name, event), *self._taken_back(name, payments.evolve(state, event))]

    def recover(self, who: UUID, which: int, flag: bool) -> list[tuple[Name, object]]:
        name, state = self._one_payment(which)
        on = date(2027, 2, 1) if flag else PAID_ON
        facts = {"actor_id": who, "booked_on": on, "bank_ref": "Q", "reason": "not owed", "on": on}
        events = payments.recover(state, **facts)
        taken = self._taken_back(name, payments.evolve(state, events[0])) if events else []
        return [*((name, event) for event in events), *taken]

    def uphold(self, who: UUID, which: int, _flag: bool) -> list[tuple[Name, object]]:
        name, state = self._one_payment(which)
        acted = self._acted_before(state)
        event = payments.uphold(state, actor_id=who, maker_id=self._maker_of(state), acted=acted, reason="asked")
        return [(name, event)]

    def _acted_before(self, payment: payments.Payment | None) -> frozenset[UUID]:
        rewards_paid = payment.rewards if payment else ()
        return policies.people_in(self.states["reward", reward] for reward in rewards_paid)

    def close(self, _who: UUID, which: int, _flag: bool) -> list[tuple[Name, object]]:
        batch, lines = self._batch(which)
        states = [(line.payment_id, self.states["payment", line.payment_id]) for line in lines]
        outcomes = [policies.line_outcome(state, payment_id=identity) for identity, state in states]
        return [(batch, payout_batches.close(self.states.get(batch), outcomes=outcomes))]

    def _batch(self, which: int) -> tuple[Name, list[payout_batches.BatchLine]]:
        batches = [name for name in self.states if name[0] == "payout_batch"]
        if not batches:
            raise Refusal("payout_batch.unknown")
        batch = batches[which % len(batches)]
        lines = [
            policies.batch_line(state, payment_id=name[1])
            for name, state in self.states.items()
            if name[0] == "payment" and state.batch_id == batch[1]
        ]
        return batch, sorted(lines, key=lambda line: line.line)

    def _one_payment(self, which: int) -> tuple[Name, payments.Payment]:
        found = [name for name in self.states if name[0] == "payment"]
        if not found:
            raise Refusal("payment.unknown")
        name = found[which % len(found)]
        return name, self.states[name]

    def _maker_of(self, payment: payments.Payment) -> UUID:
        return self.states["payout_batch", payment.batch_id].maker_id

    def _taken_back(self, name: Name, payment: payments.Payment) -> list[tuple[Name, object]]:
        states = {identity: self.states["reward", identity] for identity in payment.rewards}
        taken = policies.rewards_taken_back(payment, payment_id=name[1], rewards=states, reason="not owed")
        return [(("reward", identity), event) for identity, events in taken.items() for event in events]

    def _payment(self, line, decision, **facts) -> tuple[Name, object]:
        name = ("payment", line.payment_id)
        return name, decision(self.states[name], **facts)

    def _released(self, name: Name, payment: payments.Payment) -> list[tuple[Name, object]]:
        states = {identity: self.states["reward", identity] for identity in payment.rewards}
        released = policies.rewards_released(payment, payment_id=name[1], rewards=states)
        return [(("reward", identity), event) for identity, event in released.items()]

    # What must hold after every step.

    def check(self) -> None:
        self._check_books()
        self._check_people()
        self._check_payments()
        assert {(category, *move) for category, moves in TRANSITIONS.items() for move in moves} >= self.transitions

    def check_replay(self) -> None:
        """Folding what was recorded gives the live states."""
        for name, events in self.events.items():
            assert reduce(MODULES[name[0]].evolve, events, None) == self.states[name]

    def _check_books(self) -> None:
        books: Counter[str] = Counter()
        for account, balance in self.balances.items():
            books[book_of(account)] += balance
        assert not any(books.values()), books
        budget = self.budget[1]
        held = sum(
            self.balances[account(budget)] for account in (accounts.available, accounts.committed, accounts.spent)
        )
        assert held == self.budget_fen
        assert self.balances[accounts.EXPENSE] == self.budget_fen - self.balances[accounts.available(budget)]
        spent_ = self.balances[accounts.BUDGET_SPENDING] + self.balances[accounts.BUDGET_CARRIED_OVER]
        assert spent_ == self.balances[accounts.spent(budget)]
        assert self.balances[accounts.FUNDS] == self.budget_fen - self.balances[accounts.spent(budget)]

    def _check_people(self) -> None:
        for (category, _), state in self.states.items():
            if category == "incident":
                acted = {part: who for part, who in state.parts() if who and part != "transcriber"}
                writers = {who for part, who in state.parts() if who and part == "transcriber"}
                assert len(set(acted.values()) | writers) == len(acted) + len(writers)
        for (category, identity), state in self.states.items():
            if category == "payout_batch":
                _, lines = self._batch(list(self._of("payout_batch")).index(identity))
                outsiders = {state.maker_id}
                if state.status not in ("frozen", "rejected"):
                    outsiders.add(self.checker_of[category, identity])
                    assert len(outsiders) == 2
                chains = [self.states["reward", reward].chain for line in lines for reward in line.rewards]
                assert all(not outsiders & chain_.people() for chain_ in chains)

    def _check_payments(self) -> None:
        """Payable, in transit and the lines agree; a reward is in one live payment and settled at most once."""
        live: Counter[UUID] = Counter()
        transit: Counter[UUID] = Counter()
        back: Counter[UUID] = Counter()
        for identity, payment in self._of("payment").items():
            if payment.status not in GONE:
                live.update(payment.rewards)
                assert all(self.states["reward", reward].payment_id == identity for reward in payment.rewards)
            if payment.status in payments.IN_TRANSIT:
                transit[payment.batch_id] += payment.amount_fen
            if payment.status == "returned":
                back[payment.payee_id] += payment.amount_fen
        assert not live or max(live.values()) == 1
        for identity, batch in self._of("payout_batch").items():
            assert self.balances[accounts.in_transit(identity)] == -transit[identity]
            if batch.status == "closed":
                assert transit[identity] == 0
        owed: Counter[UUID] = Counter()
        for reward in self._of("reward").values():
            payment = self.states.get(("payment", reward.payment_id)) if reward.payment_id else None
            if not reward.reversed and (payment is None or payment.status == "prepared"):
                owed[reward.payee_id] += reward.amount_fen
        for who in PEOPLE:
            assert self.balances[accounts.payable(who)] == -owed[who]
            assert self.balances[accounts.returned(who)] == -back[who]

    def _of(self, category: str) -> dict[UUID, object]:
        return {identity: state for (kind, identity), state in self.states.items() if kind == category}


UNTIL_PAID = (
    "report",
    "verify",
    "handle",
    "decide",
    "reverse",
    "freeze",
    "approve",
    "reject",
    "export",
    "answer",
    "close",
)
AFTERWARDS = ("return_late", "reissue", "write_back", "recover", "uphold")
STEPS = UNTIL_PAID + AFTERWARDS
