"""Points by hand: deductions with a document, balances of paper books, taking back a mistake, letting points expire."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.account_holders import require_another, require_not_registrar
from api.commands.households import household_stream
from api.commands.points.crediting import Deed, Points
from api.commands.points.streams import account_stream
from api.commands.shared import person_stream, places_known, require, today
from api.context import App
from domain import households, persons
from domain.kernel.document_numbers import compared
from domain.kernel.ids import parse_stream
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.points import accounts
from domain.points.accounts import Account, PointsDeducted
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class Deduction:
    """Something that the rule takes points for; `document` says so, and counts once for each item and person."""

    item: str
    division: Division
    deed_on: date
    document: str
    quantity: int = 1
    person_id: UUID | None = None
    household_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What a paper book says that an account held at the end of `as_of`. `kind` is person or household."""

    kind: str
    holder_id: UUID
    division: Division
    points: int
    as_of: date
    document: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What a deduction would do: points by the rule, taken of what is held, owed, and what can be used afterwards."""

    by_rule: int
    taken: int
    to_debt: int
    left: int


def deduct(app: App, *, actor: Actor, key: str, deductions: Sequence[Deduction], on: date) -> Receipt:
    """Take points by the rule of the day, all or none.

    Refused, in this order for each: `points.day_in_future`, `points_rule.item_unknown`, `points.nothing_deducted`,
    `points.too_many_times`, what `shared.require` refuses, `chain.acted_twice` (his own account, or his household's);
    then `points.already_deducted` where all of it was done before, `command.nothing_to_record` where nobody is left
    from whom to take it.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        yield from _taken(Points(app, read, actor), deductions, on=on)

    inputs = {
        "command": "points.deduct",
        "deductions": [
            [
                one.item,
                one.division,
                one.deed_on.isoformat(),
                one.document,
                one.quantity,
                str(one.person_id) if one.person_id else None,
                str(one.household_id) if one.household_id else None,
            ]
            for one in deductions
        ],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def try_deduction(app: App, *, actor: Actor, deduction: Deduction, on: date) -> Tried:
    """What a deduction would take now, and leave; nothing is recorded. Refused as `deduct`."""
    points = Points(app, Reading(app.journal.store, app.journal.codec), actor)
    for fact in _taken(points, [deduction], on=on):
        if isinstance(fact.event, PointsDeducted):
            after = _known(points, parse_stream(fact.stream)[1])
            taken = sum(lot.points for lot in fact.event.lots)
            return Tried(by_rule=fact.event.points, taken=taken, to_debt=fact.event.to_debt, left=after.spendable(on))
    raise Refusal("command.nothing_to_record")


def record_openings(app: App, *, actor: Actor, key: str, openings: Sequence[Opening], on: date) -> Receipt:
    """Bring in what paper books say, opening the accounts that there are not yet, all or none.

    They expire as the narrowest rule in force on `on` says, counted from then. Refused for each: what `shared.require`
    refuses, `chain.acted_twice` (his own account, or his household's; a person whom he registered, a household that he
    registered or in which he wrote who belongs to it), `points_rule.none_in_force`, then as `accounts.open_account` and
    `accounts.record_opening`.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        points = Points(app, read, actor)
        read.states([account_stream(accounts.account_id(one.kind, one.holder_id)) for one in openings], accounts.evolve)
        houses = [household_stream(one.holder_id) for one in openings if one.kind == "household"]
        read.states(houses, households.evolve)
        people = [person_stream(one.holder_id) for one in openings if one.kind == "person"]
        read.states(people, persons.evolve)
        places_known(read, {one.division for one in openings})
        for one in openings:
            require(read, actor, "points.opening_recorded/1", division=one.division, on=on)
            require_another(read, actor, kind=one.kind, holder_id=one.holder_id, on=on)
            require_not_registrar(read, actor, kind=one.kind, holder_id=one.holder_id)
            yield from points.open(kind=one.kind, holder_id=one.holder_id, division=one.division, on=on)
            yield from points.bring_in(
                accounts.account_id(one.kind, one.holder_id),
                points=one.points,
                as_of=one.as_of,
                document=one.document,
                on=on,
            )

    inputs = {
        "command": "points.record_openings",
        "openings": [
            [one.kind, str(one.holder_id), one.division, one.points, one.as_of.isoformat(), one.document]
            for one in openings
        ],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def take_back(app: App, *, actor: Actor, key: str, account_id: UUID, number: int, reason: str, on: date) -> Receipt:
    """Take back a grant, a deduction or a paper book's balance, the account's event of that number: a mistake (冲回).

    Refused, in this order: `points_account.unknown`, what `shared.require` refuses in the division of the deed,
    `chain.acted_twice` (his own account, or his household's; a balance that he recorded himself), then as
    `accounts.reverse` or `accounts.give_back`.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        points = Points(app, read, actor)
        account = _known(points, account_id)
        settled = next((one for one in account.settled if one.seq == number), None)
        if settled is None:
            raise Refusal("points.grant_unknown", number=number)
        event_type = "points.given_back/1" if settled.deducted else "points.reversed/1"
        require(read, actor, event_type, division=settled.division, on=on)
        require_another(read, actor, kind=account.kind, holder_id=account.holder_id, on=on)
        require_distinct(actor.person_id, acting_as="confirmer", acted=[("recorder", settled.recorder_id)])
        yield from points.take_back(account_id, settled, reason=reason, on=on)

    inputs = {"command": "points.take_back", "account": str(account_id), "number": number, "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def expire(app: App, *, actor: Actor, key: str, account_ids: Sequence[UUID], on: date) -> Receipt:
    """Let what nobody used until its last day expire, in each of the accounts that has such points.

    Safe to run again: what has expired is gone. Refused: what `shared.require` refuses in the account's division,
    `points_account.unknown`, `command.nothing_to_record` where nothing is overdue.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        points = Points(app, read, actor)
        read.states([account_stream(one) for one in account_ids], accounts.evolve)
        for one in account_ids:
            account = _known(points, one)
            require(read, actor, "points.expired/1", division=account.division, on=on)
            yield from points.expire(one, on=on)

    inputs = {"command": "points.expire", "accounts": [str(one) for one in account_ids], "on": on.isoformat()}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _taken(points: Points, deductions: Sequence[Deduction], *, on: date) -> Iterator[Fact]:
    """What the deductions take, each once for its document."""
    done_before: list[tuple[str, str]] = []
    taken = False
    for one in deductions:
        if one.deed_on > today(points.app):
            raise Refusal("points.day_in_future", day=one.deed_on)
        worth = points.rules_on(one.division, one.deed_on).worth(one.item, quantity=one.quantity)
        if worth is None:
            raise Refusal("points_rule.item_unknown", item=one.item, division=one.division, on=one.deed_on)
        if worth.points > 0:
            raise Refusal("points.nothing_deducted", item=one.item)
        accounts.require_few(quantity=one.quantity, unit=worth.item.unit)
        deed = Deed(
            one.item,
            one.division,
            one.deed_on,
            cause=f"document:{compared(one.document)}",
            quantity=one.quantity,
            person_id=one.person_id,
            household_id=one.household_id,
        )
        if points.has_settled(deed):
            done_before.append((worth.item.title, one.document.strip()))
            continue
        for fact in points.grant_for(deed, on=on):
            account = _known(points, parse_stream(fact.stream)[1])
            require_another(points.read, points.actor, kind=account.kind, holder_id=account.holder_id, on=on)
            taken = True
            yield fact
    if done_before and not taken:
        title, document = done_before[0]
        raise Refusal("points.already_deducted", item=title, document=document)


def _known(points: Points, account_id: UUID) -> Account:
    account = points.account(account_id)
    if account is None:
        raise Refusal("points_account.unknown")
    return account
