"""What becomes of points when people move, marry, split up or die: proposed by one clerk, done by another's word."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.households import household_stream
from api.commands.points import Points
from api.commands.shared import require
from api.context import App
from domain import households, points_shares
from domain.households import Household
from domain.kernel.ids import EventName, StreamName, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.points.accounts import account_id
from domain.points_shares import Circumstances, Holder, PointsShare
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading

HOUSEHOLD: Final = "household"
LEFT_FOR: Final = {"moved": "moved_out", "merged": "merged", "split": "split", "died": "died"}
"""Why points go over -> why somebody must have left the household that gives."""


def points_share_stream(points_share_id: UUID) -> StreamName:
    """The stream of a proposal."""
    return stream_name("points_share", points_share_id)


@dataclass(frozen=True, slots=True)
class NewPointsShare:
    """Where points are to go and why; `points` None: everything, with the debt."""

    points_share_id: UUID
    reason: str
    giver: Holder
    taker: Holder
    points: int | None
    agreed_by: UUID
    document: str


def propose(app: App, *, actor: Actor, key: str, new: NewPointsShare, on: date) -> Receipt:
    """Write down what a household agreed to; nothing moves yet."""
    stream = points_share_stream(new.points_share_id)

    def decide(read: Reading) -> Iterator[Fact]:
        division = _division(read, new.giver, new.taker)
        require(read, actor, "points_share.proposed/1", division=division, on=on)
        account = Points(app, read, actor).account(account_id(new.giver.kind, new.giver.holder_id))
        if account is None:
            raise Refusal("points_account.unknown")
        event = points_shares.propose(
            read.state(stream, points_shares.evolve),
            division=division,
            reason=new.reason,
            giver=new.giver,
            taker=new.taker,
            found=circumstances(read, new.giver, new.taker, reason=new.reason, on=on),
            held=account.spendable(on),
            points=new.points,
            agreed_by=new.agreed_by,
            document=new.document,
            actor_id=actor.person_id,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "points_share.propose",
        "points_share_id": str(new.points_share_id),
        "reason": new.reason,
        "giver": [new.giver.kind, str(new.giver.holder_id)],
        "taker": [new.taker.kind, str(new.taker.holder_id)],
        "points": new.points,
        "agreed_by": str(new.agreed_by),
        "document": new.document,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def confirm(app: App, *, actor: Actor, key: str, points_share_id: UUID, on: date) -> Receipt:
    """Confirm it as another clerk: the points move in the same append, and an emptied account is closed."""
    stream = points_share_stream(points_share_id)

    def decide(read: Reading) -> Iterator[Fact]:
        share = _known(read, points_share_id)
        require(read, actor, "points_share.confirmed/1", division=share.division, on=on)
        found = circumstances(read, share.giver, share.taker, reason=share.reason, on=on)
        yield Fact(stream, points_shares.confirm(share, found=found, actor_id=actor.person_id), on)
        confirmed = read.next_event(stream)
        yield from _moved(Points(app, read, actor), read, share, confirmed, on)

    inputs = {"command": "points_share.confirm", "points_share_id": str(points_share_id)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def reject(app: App, *, actor: Actor, key: str, points_share_id: UUID, reason: str, on: date) -> Receipt:
    """Let it not come to that."""

    def decide(read: Reading) -> Iterator[Fact]:
        share = _known(read, points_share_id)
        require(read, actor, "points_share.rejected/1", division=share.division, on=on)
        event = points_shares.reject(share, actor_id=actor.person_id, reason=reason)
        yield Fact(points_share_stream(points_share_id), event, on)

    inputs = {"command": "points_share.reject", "points_share_id": str(points_share_id), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def circumstances(read: Reading, giver: Holder, taker: Holder, *, reason: str, on: date) -> Circumstances:
    """What the households' own records say on a day. Refuses `household.unknown`."""
    taking = _household(read, taker)
    if giver.kind == HOUSEHOLD:
        giving = _household(read, giver)
        left = frozenset(giving.persons_on(on))
        gone = {one.person_id for one in giving.belongings if one.left_for == LEFT_FOR.get(reason)}
        gone_over = gone if reason == "died" else gone & {*taking.persons_on(on)}
        head = giving.head_on(on) if left else taking.head_on(on)
    else:
        left, head = frozenset(), taking.head_on(on)
        gone_over = {
            one.person_id
            for one in taking.belongings
            if (one.person_id, one.left_for) == (giver.holder_id, "died") and reason == "died"
        }
    return Circumstances(
        left=left,
        gone_over=frozenset(gone_over),
        heads=frozenset({head} if head is not None else ()),
        involved=left | frozenset(gone_over) | frozenset(taking.persons_on(on)),
    )


def _moved(points: Points, read: Reading, share: PointsShare, confirmed: EventName, on: date) -> Iterator[Fact]:
    """The points, from the one account to the other; where everything goes, the account that gave is closed."""
    giver = account_id(share.giver.kind, share.giver.holder_id)
    taker = account_id(share.taker.kind, share.taker.holder_id)
    taking = _household(read, share.taker)
    yield from points.open(
        kind=share.taker.kind, holder_id=share.taker.holder_id, division=taking.division, on=on, cause=confirmed
    )
    yield from points.expire(giver, on=on)
    account = points.account(giver)
    if share.points is not None or (account is not None and (account.held or account.debt)):
        yield from points.move(
            giver, taker, points=share.points, reason=share.reason, document=share.document, on=on, cause=confirmed
        )
    if share.points is None:
        yield from points.close(
            giver, reason=share.reason, document=share.document, successor_id=taker, on=on, cause=confirmed
        )


def _division(read: Reading, giver: Holder, taker: Holder) -> Division:
    """Whose clerks decide: those of the household that gives; for a dead person's account, of the one that takes."""
    return _household(read, giver if giver.kind == HOUSEHOLD else taker).division


def _household(read: Reading, holder: Holder) -> Household:
    """The household that a holder is. Refuses `household.unknown`, also for a person: none gives his points to one."""
    found = read.state(household_stream(holder.holder_id), households.evolve) if holder.kind == HOUSEHOLD else None
    if found is None:
        raise Refusal("household.unknown")
    return found


def _known(read: Reading, points_share_id: UUID) -> PointsShare:
    share = read.state(points_share_stream(points_share_id), points_shares.evolve)
    if share is None:
        raise Refusal("points_share.unknown")
    return share
