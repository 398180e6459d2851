"""Points within one append: what a deed earns, what is taken back, exchanged or moved, on the accounts it concerns.

What must not be broken: every account that a decision looks at is read as a condition of its append, and what the same
append has already written is counted. So two counters, or two clerks, never use the same points or the same room under
a cap, and the same deed is never credited twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from api.commands.points.holders import Holders
from api.commands.points.streams import account_stream, layers_on, prepare_rules
from api.commands.shared import place_known, require
from api.context import App
from domain.kernel.ids import EventName
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.points import accounts
from domain.points.accounts import Account, PointsAccountEvent, Settled, account_id, last_day_of_points
from domain.points.earning import cap_room
from domain.points.rules import Layers, Worth
from journal.facts import Actor, Fact
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done on a day in a division that an item of the points rule may be worth something for.

    `cause` is the stream of what says so, e.g. `task/<id>`. Either a person did it, or it is a household's.
    `quantity` is in the item's unit; minutes where that is the hour.
    """

    item: str
    division: Division
    on: date
    cause: str
    quantity: int = 1
    person_id: UUID | None = None
    household_id: UUID | None = None


@dataclass
class Points:
    """The points that one append moves. To be made anew in every `decide`."""

    app: App
    read: Reading
    actor: Actor
    _written: dict[UUID, Account] = field(default_factory=dict)

    @property
    def _holders(self) -> Holders:
        return Holders(self.read)

    # What others look at.

    def account(self, identity: UUID) -> Account | None:
        """An account with what this append has already written to it."""
        return self._written.get(identity) or self.read.state(account_stream(identity), accounts.evolve)

    def rules_on(self, division: Division, on: date) -> Layers:
        """The rules in force in a division on a day."""
        return layers_on(self.read, division, county=self.app.log.division, on=on)

    def prepare(self, deeds: Iterable[Deed]) -> None:
        """Read with a few queries what these deeds will ask for one by one."""
        wanted = list(deeds)
        prepare_rules(self.read, {deed.division for deed in wanted}, county=self.app.log.division)
        worth = [deed for deed in wanted if self._worth(deed) is not None]
        self._holders.prepare(
            person_ids=[deed.person_id for deed in worth if deed.person_id is not None],
            household_ids=[deed.household_id for deed in worth if deed.household_id is not None],
        )
        ids = {one for deed in worth for one in self._holders.accounts_of(deed.person_id, deed.household_id)}
        self.read.states([account_stream(one) for one in ids], accounts.evolve)

    def has_settled(self, deed: Deed) -> bool:
        """Whether the rules' item of a deed stands settled for its cause and its doer or household."""
        worth = self._worth(deed)
        key = _judged(deed, worth).key if worth is not None else None
        return key is not None and any(one.has_settled(key) for one in self._around(deed.person_id, deed.household_id))

    def causes_on(self, person_id: UUID, day: date) -> set[str]:
        """The streams of what somebody did on a day that stands settled: with points, or a cap had no room."""
        return {
            one.key[1]
            for account in self._around(person_id, None)
            for one in account.settled
            if one.beneficiary_id == person_id and one.deed_on == day and not one.taken_back
        }

    # What a deed gives, and taking it back.

    def grant_for(self, deed: Deed, *, on: date, cause: EventName | None = None) -> Iterator[Fact]:
        """Credit, withhold or deduct what the rules of the deed's day and division say, once.

        Nothing where they say nothing, where it was done before, for somebody whose personal data was erased, or where
        his account is closed and none took its place. Refuses what `shared.require` refuses.
        """
        worth = self._worth(deed)
        if worth is None or worth.points == 0 or self._holders.erased(deed.person_id):
            return
        made = _judged(deed, worth)
        around = list(self._around(deed.person_id, deed.household_id))
        if any(one.has_settled(made.key) for one in around):
            return
        event_type = "points.granted/1" if worth.points > 0 else "points.deducted/1"
        require(self.read, self.actor, event_type, division=deed.division, on=on)
        kind, holder_id, division = self._holder(deed, worth)
        yield from self.open(kind=kind, holder_id=holder_id, division=division, on=on, cause=cause)
        target = self._standing_for(account_id(kind, holder_id))
        yield from self._expired(target, on=on, cause=cause)
        account = self.account(target)
        if account is None or account.closed:
            return
        event: PointsAccountEvent
        if worth.points > 0:
            caps = self.rules_on(deed.division, deed.on).caps(worth.item.category)
            event = accounts.grant(
                account,
                deed=made,
                room=cap_room(caps, deed=made, account=account, around=around),
                expires_on=last_day_of_points(on, months=worth.rule.expires_after_months),
            )
        else:
            event = accounts.deduct(account, deed=made, debt_allowed=worth.rule.debt_from_deductions)
        yield self._fact(target, event, on, cause)

    def reverse_for(
        self,
        *,
        cause: str,
        reason: str,
        on: date,
        person_id: UUID | None = None,
        household_id: UUID | None = None,
        after: EventName | None = None,
    ) -> Iterator[Fact]:
        """Take back whatever a cause gave or took for a person or a household and still stands."""
        for account in self._around(person_id, household_id):
            for settled in account.live(cause, beneficiary_id=person_id):
                yield from self.take_back(account.id, settled, reason=reason, on=on, cause=after)

    def take_back(
        self, identity: UUID, settled: Settled, *, reason: str, on: date, cause: EventName | None = None
    ) -> Iterator[Fact]:
        """Take one grant or deduction of an account back; a closed account's successor bears it."""
        yield from self._expired(identity, on=on, cause=cause)
        account = self.account(identity)
        event: PointsAccountEvent
        if settled.deducted:
            months = self._months_of(settled)
            expires_on = last_day_of_points(on, months=months)
            event = accounts.give_back(account, deducted=settled.seq, reason=reason, expires_on=expires_on)
        else:
            event = accounts.reverse(account, granted=settled.seq, reason=reason)
        yield self._fact(identity, event, on, cause)
        yield from self._sent_on(identity, on=on, cause=cause)

    # Exchange.

    def redeem(
        self,
        identity: UUID,
        *,
        exchange_id: UUID,
        station_id: UUID,
        points: int,
        on: date,
        cause: EventName | None = None,
    ) -> Iterator[Fact]:
        """Exchange points at a station; whoever keeps it was judged by the caller. Refused as `accounts.redeem`."""
        yield from self._expired(identity, on=on, cause=cause)
        event = accounts.redeem(
            self.account(identity), exchange_id=exchange_id, station_id=station_id, points=points, on=on
        )
        yield self._fact(identity, event, on, cause)

    def restore(
        self, identity: UUID, *, exchange_id: UUID, points: int, on: date, cause: EventName | None = None
    ) -> Iterator[Fact]:
        """Bring points of an exchange back. Refused as `accounts.restore`."""
        event = accounts.restore(self.account(identity), exchange_id=exchange_id, points=points)
        yield self._fact(identity, event, on, cause)
        yield from self._sent_on(identity, on=on, cause=cause)

    # Accounts.

    def open(
        self, *, kind: str, holder_id: UUID, division: Division, on: date, cause: EventName | None = None
    ) -> Iterator[Fact]:
        """Open the account of a person or a household, unless it has one. Refused as `accounts.open_account`."""
        identity = account_id(kind, holder_id)
        if self.account(identity) is None:
            event = accounts.open_account(
                None,
                kind=kind,
                holder_id=holder_id,
                holder_known=self._holders.known(kind, holder_id),
                division=division,
                division_known=place_known(self.read, division),
            )
            yield self._fact(identity, event, on, cause)

    def bring_in(self, identity: UUID, *, points: int, as_of: date, document: str, on: date) -> Iterator[Fact]:
        """Bring in what a paper book says. Refused: `points_rule.none_in_force`, then as `accounts.record_opening`."""
        yield from self._expired(identity, on=on, cause=None)
        account = self.account(identity)
        layers = self.rules_on(account.division if account is not None else self.app.log.division, on)
        if not layers.rules:
            raise Refusal("points_rule.none_in_force", on=on)
        event = accounts.record_opening(
            account,
            points=points,
            as_of=as_of,
            document=document,
            expires_on=last_day_of_points(on, months=layers.rules[0].expires_after_months),
            recorder_id=self.actor.person_id,
            on=on,
        )
        yield self._fact(identity, event, on, None)

    def expire(self, identity: UUID, *, on: date) -> Iterator[Fact]:
        """What of an account nobody used until its last day; nothing where nothing is overdue."""
        yield from self._expired(identity, on=on, cause=None)

    def move(
        self, giver: UUID, taker: UUID, *, points: int | None, reason: str, document: str, on: date, cause: EventName
    ) -> Iterator[Fact]:
        """Move points from one account to another; None: everything, with the debt. `cause`: who said so.

        Refused as `accounts.move_out`, then as `accounts.move_in`.
        """
        yield from self._expired(giver, on=on, cause=cause)
        yield from self._expired(taker, on=on, cause=cause)
        event = accounts.move_out(self.account(giver), to=taker, points=points, reason=reason, document=document, on=on)
        yield self._fact(giver, event, on, cause)
        yield self._fact(taker, accounts.move_in(self.account(taker), sender_id=giver, moved=event), on, cause)

    def close(
        self,
        identity: UUID,
        *,
        reason: str,
        document: str,
        on: date,
        successor_id: UUID | None = None,
        cause: EventName | None = None,
    ) -> Iterator[Fact]:
        """Close an empty account. Refused as `accounts.close`."""
        successor = self.account(successor_id) if successor_id is not None else None
        event = accounts.close(
            self.account(identity),
            successor_id=successor_id,
            successor=successor,
            reason=reason,
            document=document,
        )
        yield self._fact(identity, event, on, cause)

    # The streams beneath.

    def _fact(self, identity: UUID, event: PointsAccountEvent, on: date, cause: EventName | None) -> Fact:
        self._written[identity] = accounts.evolve(self.account(identity), event)
        return Fact(account_stream(identity), event, on, cause)

    def _expired(self, identity: UUID, *, on: date, cause: EventName | None) -> Iterator[Fact]:
        account = self.account(identity)
        if account is not None and (event := accounts.expire(account, on=on)) is not None:
            yield self._fact(identity, event, on, cause)

    def _sent_on(self, identity: UUID, *, on: date, cause: EventName | None) -> Iterator[Fact]:
        """What came to a closed account goes to the one that stands for it."""
        account, taker = self.account(identity), self._standing_for(identity)
        if account is not None and taker != identity and (account.spendable(on) or account.debt):
            yield from self._expired(taker, on=on, cause=cause)
            event = accounts.move_out(
                account, to=taker, points=None, reason=accounts.SENT_ON, document=account.closing_document, on=on
            )
            yield self._fact(identity, event, on, cause)
            moved = accounts.move_in(self.account(taker), sender_id=identity, moved=event)
            yield self._fact(taker, moved, on, cause)

    def _standing_for(self, identity: UUID) -> UUID:
        """The account, or the one that took its place, and so on."""
        account = self.account(identity)
        while account is not None and account.closed and account.successor_id is not None:
            identity = account.successor_id
            account = self.account(identity)
        return identity

    def _worth(self, deed: Deed) -> Worth | None:
        return self.rules_on(deed.division, deed.on).worth(deed.item, quantity=deed.quantity)

    def _months_of(self, settled: Settled) -> int | None:
        found = self.rules_on(settled.division, settled.deed_on).find(settled.key[0])
        return found[0].expires_after_months if found is not None else None

    def _around(self, person_id: UUID | None, household_id: UUID | None) -> Iterator[Account]:
        """The accounts to which somebody's points ever went, with those that took their place."""
        seen: set[UUID] = set()
        waiting = self._holders.accounts_of(person_id, household_id)
        while waiting:
            identity = waiting.pop(0)
            account = self.account(identity) if identity not in seen else None
            seen.add(identity)
            if account is not None:
                yield account
                if account.successor_id is not None:
                    waiting.append(account.successor_id)

    def _holder(self, deed: Deed, worth: Worth) -> tuple[str, UUID, Division]:
        """Whose account a deed's points go to, and where it is: the household's of that day, if the rule says so."""
        house = deed.household_id
        if deed.person_id is not None:
            by_household = worth.rule.holder == "household"
            house = self._holders.household_of(deed.person_id, deed.on) if by_household else None
        if house is not None:
            return "household", house, self._holders.division_of(house) or deed.division
        if deed.person_id is None:
            raise Refusal("points_account.holder_unknown")
        return "person", deed.person_id, deed.division


def _judged(deed: Deed, worth: Worth) -> accounts.Deed:
    return accounts.Deed(
        category=worth.item.category,
        item=worth.item.code,
        quantity=worth.quantity,
        factor_percent=worth.factor_percent,
        points=worth.points,
        division=deed.division,
        on=deed.on,
        cause=deed.cause,
        rule=worth.rule.name,
        beneficiary_id=deed.person_id,
    )
