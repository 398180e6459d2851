"""Star awards (移动网格员之星): who was found to be a star of a period, by which reports, and whether it still holds.

One person proposes what the rule gives at one position of the log, another grants it; every report that counted is
named. What must not be broken: the stars are never chosen, they follow from rule, period and position, and the
offline check recomputes them with the same function (`domain.kernel.ranking`).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import assert_never
from uuid import UUID

from domain.kernel.events import Sha256, event
from domain.kernel.ids import EventName
from domain.kernel.periods import Period, last_day
from domain.kernel.places import Division
from domain.kernel.ranking import Counted, Scale, Standing, events_digest, standings, stars
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known

LISTED_MAX = 1_000
"""Names of events in one `award.counted_listed/1`: its line then stays well below the largest entry (65,535 bytes)."""

REVOCATION_REASONS = frozenset({"report_untrue", "report_not_own", "misconduct", "computed_wrong"})


@dataclass(frozen=True, slots=True)
class Star:
    """One star: place, points, how many reports gave them, and the digest over the names of their events."""

    member_id: UUID
    rank: int
    score: int
    count: int
    events_digest: Sha256


@event("award.proposed/1")
class AwardProposed:
    """What the rule gives for a period, computed from the first `position` entries of the log.

    `candidates` reached the least number of reports; `counted_digest` is over the names of everything that was
    counted for any of them, `count_total` how many those are.
    """

    division: Division
    period: Period
    rule: EventName
    position: int
    proposer_id: UUID
    candidates: int
    count_total: int
    counted_digest: Sha256
    stars: tuple[Star, ...]


@event("award.counted_listed/1")
class AwardCountedListed:
    """The events that were counted for one star, by name; a long list comes in several."""

    member_id: UUID
    events: tuple[EventName, ...]


@event("award.granted/1")
class AwardGranted:
    """Another person granted what was proposed: exactly the stars of this digest."""

    granter_id: UUID
    stars_digest: Sha256


@event("award.rejected/1")
class AwardRejected:
    """The proposal was sent back, for a reason; it can be proposed again, from a later position."""

    reason: str


@event("award.revoked/1")
class AwardRevoked:
    """One star's title was taken back, for one of REVOCATION_REASONS."""

    member_id: UUID
    reason: str


AwardEvent = AwardProposed | AwardCountedListed | AwardGranted | AwardRejected | AwardRevoked


@dataclass(frozen=True, slots=True)
class Award:
    """The award of a period. `status`: proposed, rejected, granted, or revoked (no star is left)."""

    division: Division
    period: Period
    status: str
    proposer_id: UUID
    stars: tuple[Star, ...]
    listed: Mapping[UUID, tuple[EventName, ...]] = field(default_factory=lambda: MappingProxyType({}))
    revoked: frozenset[UUID] = frozenset()


# Decide: what may happen, judged by the rules in force.


def propose(
    award: Award | None,
    *,
    division: Division,
    division_known: bool,
    period: Period,
    on: date,
    rule: EventName | None,
    scale: Scale | None,
    position: int,
    size: int,
    counted: Iterable[Counted],
    actor_id: UUID,
) -> list[AwardProposed | AwardCountedListed]:
    """Propose the stars that the rule in force gives; `counted` is what counts as of `position`, `size` the log's.

    Refused, in this order: `place.unknown`, `award.already_proposed`, `award.period_not_over`, `award.no_rule`,
    `award.position_outside`, `award.nobody_qualifies`, `chain.acted_twice` (nobody proposes himself).
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if award is not None and award.status in ("proposed", "granted"):
        raise Refusal("award.already_proposed", period=period, status=award.status)
    if on <= last_day(period):
        raise Refusal("award.period_not_over", period=period)
    if rule is None or scale is None:
        raise Refusal("award.no_rule", division=division, period=period)
    if not 1 <= position <= size:
        raise Refusal("award.position_outside", position=position, size=size)
    ranked = standings(scale, counted)
    chosen = stars(scale, ranked)
    if not chosen:
        raise Refusal("award.nobody_qualifies", reports_min=scale.reports_min)
    for standing in chosen:
        require_distinct(actor_id, acting_as="proposer", acted=[("star", standing.member_id)])
    everything = [event for standing in ranked for event in standing.events]
    proposed = AwardProposed(
        division=division,
        period=period,
        rule=rule,
        position=position,
        proposer_id=actor_id,
        candidates=len(ranked),
        count_total=len(everything),
        counted_digest=events_digest(everything),
        stars=tuple(map(star_of, chosen)),
    )
    return [proposed, *(listed for standing in chosen for listed in _listed(standing))]


def grant(award: Award | None, *, actor_id: UUID, shown_digest: str, excluded: int) -> AwardGranted:
    """Grant exactly the stars that were shown; `excluded`: of their reports, how many have ceased to count since.

    Refused, in this order: `award.unknown`, `award.not_proposed`, `award.digest_differs`, `award.reports_excluded`,
    `chain.acted_twice` (the proposer, or one of the stars).
    """
    proposed = _proposed(award)
    digest = stars_digest(proposed.stars)
    if shown_digest != digest:
        raise Refusal("award.digest_differs", digest=shown_digest, proposed=digest)
    if excluded:
        raise Refusal("award.reports_excluded", count=excluded)
    acted = [("proposer", proposed.proposer_id), *(("star", star.member_id) for star in proposed.stars)]
    require_distinct(actor_id, acting_as="granter", acted=acted)
    return AwardGranted(granter_id=actor_id, stars_digest=digest)


def reject(award: Award | None, *, reason: str) -> AwardRejected:
    """Send the proposal back. Refused, in this order: `award.unknown`, `award.not_proposed`."""
    _proposed(award)
    return AwardRejected(reason=reason)


def revoke(award: Award | None, *, actor_id: UUID, member_id: UUID, reason: str) -> AwardRevoked:
    """Take one star's title back.

    Refused, in this order: `award.unknown`, `award.not_granted`, `award.not_a_star`, `award.already_revoked`,
    `award.reason_unknown`, `chain.acted_twice` (nobody judges himself).
    """
    granted = _existing(award)
    if granted.status not in ("granted", "revoked"):
        raise Refusal("award.not_granted", status=granted.status)
    if all(star.member_id != member_id for star in granted.stars):
        raise Refusal("award.not_a_star", person_id=member_id)
    if member_id in granted.revoked:
        raise Refusal("award.already_revoked", person_id=member_id)
    if reason not in REVOCATION_REASONS:
        raise Refusal("award.reason_unknown", reason=reason)
    require_distinct(actor_id, acting_as="revoker", acted=[("star", member_id)])
    return AwardRevoked(member_id=member_id, reason=reason)


def star_of(standing: Standing) -> Star:
    """A star as it is recorded, from where the member stands."""
    count, digest = len(standing.events), events_digest(standing.events)
    return Star(standing.member_id, standing.rank, standing.score, count, digest)


def stars_digest(chosen: Sequence[Star]) -> Sha256:
    """SHA-256 over `rank member score count digest` of each star, one a line, in the order of the proposal."""
    lines = (f"{star.rank} {star.member_id} {star.score} {star.count} {star.events_digest}\n" for star in chosen)
    return Sha256(hashlib.sha256("".join(lines).encode()).hexdigest())


def _listed(standing: Standing) -> Iterator[AwardCountedListed]:
    for start in range(0, len(standing.events), LISTED_MAX):
        yield AwardCountedListed(member_id=standing.member_id, events=standing.events[start : start + LISTED_MAX])


def _existing(award: Award | None) -> Award:
    if award is None:
        raise Refusal("award.unknown")
    return award


def _proposed(award: Award | None) -> Award:
    existing = _existing(award)
    if existing.status != "proposed":
        raise Refusal("award.not_proposed", status=existing.status)
    return existing


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(award: Award | None, event: AwardEvent) -> Award:
    """The award after an event."""
    match event:
        case AwardProposed():
            return Award(event.division, event.period, "proposed", event.proposer_id, event.stars)
        case AwardCountedListed():
            before = known(award)
            events = (*before.listed.get(event.member_id, ()), *event.events)
            return replace(before, listed=MappingProxyType({**before.listed, event.member_id: events}))
        case AwardGranted():
            return replace(known(award), status="granted")
        case AwardRejected():
            return replace(known(award), status="rejected")
        case AwardRevoked():
            before = known(award)
            revoked = before.revoked | {event.member_id}
            left = any(star.member_id not in revoked for star in before.stars)
            return replace(before, status="granted" if left else "revoked", revoked=revoked)
        case _:
            assert_never(event)
