"""What the next batch of a month would hold, and who is left out of it and why."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from api.commands.payee_accounts import cooling_days
from api.commands.payouts.streams import hold_stream, payment_stream
from api.commands.payrolls import PAYROLLS, Waiting
from api.commands.shared import person_stream, today
from api.context import App
from domain import payee_holds, payee_policies, payments, payout_batches, persons
from domain.kernel.calendar import Month
from domain.kernel.events import Sha256
from domain.kernel.ids import EventName, derived
from domain.kernel.money import Fen
from domain.kernel.obligations import Payroll
from domain.kernel.places import Division
from domain.payout_batches import NUMBERS, BatchLine
from journal.journal import Reading
from projections import payout_batches as batch_rows


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the next batch of a month and payroll would hold: obligations by payee, and the payees left out.

    `without_account` have none; `cooling` changed theirs a short while ago: payee -> first day on which it is paid on;
    payments to `held` are on hold; of `doubtful` the bank says two things about an earlier payment of the same.
    `accounts` are those that the payees in it would be paid on: payee -> the event that set it.
    """

    division: Division
    month: Month
    number: int
    by_payee: dict[UUID, list[Waiting]]
    without_account: tuple[UUID, ...]
    cooling: dict[UUID, date]
    held: tuple[UUID, ...] = ()
    doubtful: tuple[UUID, ...] = ()
    payroll: Payroll = "reward"
    accounts: Mapping[UUID, EventName] = field(default_factory=dict)

    @property
    def lines(self) -> list[BatchLine]:
        """What the batch would hold if it were frozen now: one payee a line, with account, amount and obligations."""
        named = payout_batches.reference(self.division, self.month, self.number)
        batch = payout_batches.batch_id(self.division, self.month, self.number)
        return [
            BatchLine(
                line=line,
                payment_id=derived("payment", batch, payee),
                payee_id=payee,
                amount_fen=Fen(sum(one.amount_fen for one in waiting)),
                account=self.accounts[payee],
                end_to_end_id=payments.end_to_end_id(named, line),
                budget_id=waiting[0].budget_id,
                rewards=tuple(one.reward_id for one in waiting),
            )
            for line, (payee, waiting) in enumerate(sorted(self.by_payee.items()), 1)
        ]

    @property
    def shown_digest(self) -> Sha256:
        """The digest of a page that shows it: that of the batch's lines, if it is frozen as it stands."""
        return payout_batches.lines_digest(self.lines)

    @property
    def total_fen(self) -> int:
        """The sum of every reward in it."""
        return sum(reward.amount_fen for held in self.by_payee.values() for reward in held)

    @property
    def left_out(self) -> frozenset[UUID]:
        """Every payee who waits."""
        return frozenset((*self.without_account, *self.cooling, *self.held, *self.doubtful))


def propose(
    app: App,
    *,
    division: Division,
    month: Month,
    payroll: Payroll = "reward",
    read: Reading | None = None,
    on: date | None = None,
) -> Proposal:
    """What a payroll owes for a month and can pay now: one payee a line, one budget a batch (the oldest first).

    Payees are read by the decision that asks, where there is one, so that nothing is read twice.
    """
    with app.reading.connection() as connection:
        open_rewards = PAYROLLS[payroll].to_schedule(connection, division, month)
        number = batch_rows.last_number(connection, division, month, within=NUMBERS[payroll]) + 1
    budget = min(((reward.granted_on, reward.budget_id) for reward in open_rewards), default=(None, None))[1]
    by_payee: dict[UUID, list[Waiting]] = defaultdict(list)
    for reward in open_rewards:
        if reward.budget_id == budget:
            by_payee[reward.payee_id].append(reward)
    states = app.journal.states if read is None else read.states
    found = states([person_stream(payee) for payee in by_payee], persons.evolve)
    on = on or today(app)
    days = cooling_days(app, on=on, read=read)
    cooling = {
        payee: first_day
        for payee in by_payee
        if (first_day := payee_policies.waits_until(found[person_stream(payee)], days=days, on=on)) is not None
    }
    accounts = {
        payee: account
        for payee in by_payee
        if (account := persons.account_event(found[person_stream(payee)], person_id=payee)) is not None
    }
    without = tuple(payee for payee in by_payee if payee not in accounts)
    holds = states([hold_stream(payee) for payee in by_payee], payee_holds.evolve)
    held = payee_holds.held({payee: holds[hold_stream(payee)] for payee in by_payee})
    before = {reward.payment_id for rewards in by_payee.values() for reward in rewards if reward.payment_id is not None}
    earlier = states([payment_stream(payment) for payment in before], payments.evolve)
    doubtful = {state.payee_id for state in earlier.values() if state is not None and state.contradicted}
    left_out = {*without, *cooling, *held, *doubtful}
    return Proposal(
        division,
        month,
        number,
        {payee: rewards for payee, rewards in by_payee.items() if payee not in left_out},
        without,
        cooling,
        tuple(payee for payee in by_payee if payee in held),
        tuple(payee for payee in by_payee if payee in doubtful),
        payroll,
        accounts,
    )
