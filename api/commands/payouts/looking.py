"""What is found out about a list before it is frozen; the signals follow from it by a pure function.

Names and account numbers are opened for comparing only. None of them leaves this module, and the opening is recorded.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from api.commands.payouts.numbers_used import Used, numbers_used
from api.commands.payrolls import Waiting
from api.commands.shared import person_stream, reward_stream
from api.context import App
from domain import persons, rewards
from domain.kernel.events import Commitment
from domain.kernel.ids import EventName
from domain.payout_batches import BatchLine
from domain.payout_batches.signals import Look
from journal.facts import Actor
from journal.journal import Reading
from projections import payout_looks

REASON = "payout_batch.signals"


def looks_of(
    app: App, read: Reading, actor: Actor, lines: Sequence[BatchLine], by_payee: Mapping[UUID, Sequence[Waiting]]
) -> list[Look]:
    """One look a line, in the order of the lines. An allowance is for no report, so nothing of one is looked at."""
    rewarded = [one for held in by_payee.values() for one in held if one.incident_id is not None]
    incidents = [one.incident_id for one in rewarded if one.incident_id is not None]
    payees = [line.payee_id for line in lines]
    with app.reading.connection() as connection:
        last = payout_looks.last_accounts(connection, payees)
        paid = payout_looks.accounts_paid(connection)
        photos = payout_looks.photos_elsewhere(connection, incidents)
        hurried = payout_looks.decisions_a_minute(connection, incidents)
    shared, differing = _compared(app, read, actor, lines, paid)
    states = read.states([reward_stream(one.reward_id) for one in rewarded], rewards.evolve)
    looks = []
    for line in lines:
        held = [(one.reward_id, one.incident_id) for one in by_payee[line.payee_id] if one.incident_id is not None]
        chains = [state.chain for reward, _ in held if (state := states[reward_stream(reward)]) is not None]
        looks.append(
            Look(
                line=line.line,
                amount_fen=line.amount_fen,
                account=line.account,
                last_account=last.get(line.payee_id),
                same_account=shared.get(line.payee_id, ()),
                holder_differs=line.payee_id in differing,
                photos_seen=tuple((mine, other) for _, mine in held for other in photos.get(mine, ())),
                verifiers=tuple(chain.verifier_id for chain in chains),
                decisions_a_minute=max((hurried.get(mine, 0) for _, mine in held), default=0),
            )
        )
    return looks


def _compared(
    app: App, read: Reading, actor: Actor, lines: Sequence[BatchLine], paid: Sequence[payout_looks.AccountPaid]
) -> tuple[dict[UUID, tuple[UUID, ...]], frozenset[UUID]]:
    """Payee -> others on the same number, now or ever paid; and the payees whose account is held under another name."""
    # The decision has read those on the list, and need not read them again; what it binds to is they, not the others.
    people = read.states([person_stream(line.payee_id) for line in lines], persons.evolve)
    used = {(line.payee_id, line.account) for line in lines} | {(one.payee_id, one.account) for one in paid}

    def numbers_of(asked: Collection[Used]) -> dict[EventName, Commitment]:
        others = {person_stream(payee) for payee, _ in asked}.difference(people)
        states = {**app.journal.states(others, persons.evolve), **people}
        return {
            name: persons.account_used(states[person_stream(payee)], person_id=payee, account=name).number
            for payee, name in asked
        }

    numbers = numbers_used(app.journal, sorted(used), read=numbers_of)
    listed = {
        line.payee_id: persons.account_used(
            people[person_stream(line.payee_id)], person_id=line.payee_id, account=line.account
        )
        for line in lines
    }
    names = {payee: person.name for payee in listed if (person := people[person_stream(payee)]) is not None}
    holders = [account.holder for account in listed.values()]
    opened = app.vault.open([*numbers.values(), *holders, *names.values()], by=str(actor.person_id), reason=REASON)
    by_number: dict[str, set[UUID]] = defaultdict(set)
    for payee, name in used:
        if (number := opened.get(numbers[name])) is not None:
            by_number["".join(number.split())].add(payee)
    shared = {
        payee: tuple(sorted(by_number["".join(opened.get(account.number, "").split())] - {payee}))
        for payee, account in listed.items()
        if account.number in opened
    }
    differing = {
        payee for payee, account in listed.items() if _differ(opened.get(names[payee]), opened.get(account.holder))
    }
    return shared, frozenset(differing)


def _differ(name: str | None, holder: str | None) -> bool:
    return name is not None and holder is not None and "".join(name.split()) != "".join(holder.split())
