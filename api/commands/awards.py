"""Publishing how stars are found, proposing what the rule gives, granting it by another person, taking a title back.

What must not be broken: nobody hands in a star. What is proposed is computed here, from the read model as of the
position that the event names; the offline check computes it again from the log alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.shared import place_known, record_next, require
from api.context import App
from domain import award_rules, awards
from domain.awards import Award, AwardEvent
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.periods import Period
from domain.kernel.places import Division
from domain.kernel.ranking import Counted, Scale, Standing, standings, stars
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import award_queries


def award_id_of(division: Division, period: Period) -> UUID:
    """The one award of an area and period."""
    return derived("award", division, period)


def award_stream(award_id: UUID) -> StreamName:
    """The stream of an award."""
    return stream_name("award", award_id)


def rule_stream(division: Division) -> StreamName:
    """The stream of an area's rules."""
    return stream_name("award_rule", derived("award_rule", division))


@dataclass(frozen=True, slots=True)
class NewRule:
    """How an area's stars are found for periods that begin on `since` or later."""

    division: Division
    period_kind: str
    since: date
    document: str
    scale: Scale
    counts: str = "valid_reports"


def publish_rule(app: App, *, actor: Actor, key: str, new: NewRule, on: date) -> Receipt:
    """Publish a version of an area's rule."""
    scale = new.scale

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "award_rule.published/1", division=new.division, on=on)
        event = award_rules.publish(
            read.state(rule_stream(new.division), award_rules.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            period_kind=new.period_kind,
            since=new.since,
            document=new.document,
            counts=new.counts,
            points_each=scale.points_each,
            weights=scale.weights,
            reports_min=scale.reports_min,
            stars=scale.stars,
            ties=scale.ties,
        )
        yield Fact(rule_stream(new.division), event, on)

    inputs = {
        "command": "award_rule.publish",
        "division": new.division,
        "period_kind": new.period_kind,
        "since": new.since.isoformat(),
        "document": new.document,
        "counts": new.counts,
        "points_each": scale.points_each,
        "weights": [[weight.category, weight.item, weight.points] for weight in scale.weights],
        "reports_min": scale.reports_min,
        "stars": scale.stars,
        "ties": scale.ties,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be proposed now: everybody who reaches the least number of reports, and which of them are stars."""

    position: int
    ranked: tuple[Standing, ...]
    chosen: tuple[Standing, ...]


def preview(app: App, *, division: Division, period: Period) -> Preview:
    """What the rule in force gives as of now. Refuses `award.no_rule`."""
    with app.reading.connection() as conn, conn.transaction():
        rule = award_queries.rule_in_force(conn, division, period)
        if rule is None:
            raise Refusal("award.no_rule", division=division, period=period)
        position = award_queries.position(conn)
        ranked = standings(rule.scale, award_queries.counted(conn, division, period, position=position))
    return Preview(position, ranked, stars(rule.scale, ranked))


def propose(
    app: App, *, actor: Actor, key: str, division: Division, period: Period, on: date, position: int | None = None
) -> Receipt:
    """Propose the stars of a period, computed from the first `position` entries (None: all that is projected)."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "award.proposed/1", division=division, on=on)
        stream = award_stream(award_id_of(division, period))
        rules = read.state(rule_stream(division), award_rules.evolve)
        rule = rules.in_force(period) if rules is not None else None
        at, size, counted = _counted(app, division, period, position)
        events = awards.propose(
            read.state(stream, awards.evolve),
            division=division,
            division_known=place_known(read, division),
            period=period,
            on=on,
            rule=rule.name if rule is not None else None,
            scale=rule.scale if rule is not None else None,
            position=at,
            size=size,
            counted=counted,
            actor_id=actor.person_id,
        )
        for event in events:
            yield Fact(stream, event, on)

    inputs = {"command": "award.propose", "division": division, "period": period, "position": position}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _counted(app: App, division: Division, period: Period, position: int | None) -> tuple[int, int, Sequence[Counted]]:
    """The position, how far the read model is, and what counts as of the position."""
    with app.reading.connection() as conn, conn.transaction():
        size = award_queries.position(conn)
        at = size if position is None else position
        return at, size, award_queries.counted(conn, division, period, position=at)


def grant(app: App, *, actor: Actor, key: str, award_id: UUID, shown_digest: str, on: date) -> Receipt:
    """Grant exactly the stars whose digest was shown; the actor is not who proposed them."""

    def decided(award: Award) -> AwardEvent:
        excluded = _excluded(app, award_id)
        return awards.grant(award, actor_id=actor.person_id, shown_digest=shown_digest, excluded=excluded)

    inputs = {"command": "award.grant", "award_id": str(award_id), "digest": shown_digest}
    return record_next(
        app,
        actor=actor,
        key=key,
        stream=award_stream(award_id),
        evolve=awards.evolve,
        event_type="award.granted/1",
        inputs=inputs,
        on=on,
        unknown=Refusal("award.unknown"),
        decided=decided,
    )


def reject(app: App, *, actor: Actor, key: str, award_id: UUID, reason: str, on: date) -> Receipt:
    """Send a proposal back."""

    def decided(award: Award) -> AwardEvent:
        return awards.reject(award, reason=reason)

    inputs = {"command": "award.reject", "award_id": str(award_id), "reason": reason}
    return record_next(
        app,
        actor=actor,
        key=key,
        stream=award_stream(award_id),
        evolve=awards.evolve,
        event_type="award.rejected/1",
        inputs=inputs,
        on=on,
        unknown=Refusal("award.unknown"),
        decided=decided,
    )


def revoke(app: App, *, actor: Actor, key: str, award_id: UUID, member_id: UUID, reason: str, on: date) -> Receipt:
    """Take one star's title back."""

    def decided(award: Award) -> AwardEvent:
        return awards.revoke(award, actor_id=actor.person_id, member_id=member_id, reason=reason)

    inputs = {"command": "award.revoke", "award_id": str(award_id), "member_id": str(member_id), "reason": reason}
    return record_next(
        app,
        actor=actor,
        key=key,
        stream=award_stream(award_id),
        evolve=awards.evolve,
        event_type="award.revoked/1",
        inputs=inputs,
        on=on,
        unknown=Refusal("award.unknown"),
        decided=decided,
    )


def _excluded(app: App, award_id: UUID) -> int:
    """How many of the proposed stars' reports count no more."""
    with app.reading.connection() as conn, conn.transaction():
        award = award_queries.latest(conn, award_id)
        return award_queries.excluded(conn, award) if award is not None else 0
