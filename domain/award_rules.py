"""Award rules (评星办法): what makes a mobile grid member a star in an area, by document and from a day on.

What must not be broken: a period is judged by the rule that was in force on its first day, so that nobody changes the
rules of a race that has begun.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from domain.kernel.events import event
from domain.kernel.ids import EventName, derived, event_name, stream_name
from domain.kernel.periods import KINDS, Period, first_day, kind_of
from domain.kernel.places import Division
from domain.kernel.ranking import TIES, Scale, Weight
from domain.kernel.refusals import Refusal

COUNTS = frozenset({"valid_reports"})
"""What can be counted: reports that were decided valid, without those merged into another or whose reward was
reversed."""

STARS_MAX = 100
POINTS_MAX = 10_000


@event("award_rule.published/1")
class AwardRulePublished:
    """For periods that begin on `since` or later, the area's stars are found by this scale.

    `counts` is one of COUNTS, `ties` one of `ranking.TIES`; `document` is the order that says so.
    """

    division: Division
    period_kind: str
    since: date
    document: str
    counts: str
    points_each: int
    weights: tuple[Weight, ...]
    reports_min: int
    stars: int
    ties: str


@dataclass(frozen=True, slots=True)
class AwardRule:
    """A version of the rule, and the event that published it."""

    name: EventName
    period_kind: str
    since: date
    counts: str
    scale: Scale


@dataclass(frozen=True, slots=True)
class AwardRules:
    """Every version that one area has published, after `seq` events."""

    division: Division
    versions: tuple[AwardRule, ...] = ()
    seq: int = 0

    def in_force(self, period: Period) -> AwardRule | None:
        """The version for a period: the latest of its kind that had begun on its first day."""
        begun = [rule for rule in self.versions if _judges(rule, period)]
        return max(begun, key=lambda rule: rule.since) if begun else None


def _judges(rule: AwardRule, period: Period) -> bool:
    return rule.period_kind == kind_of(period) and rule.since <= first_day(period)


def scale_of(published: AwardRulePublished) -> Scale:
    """The part of a rule that ranking needs."""
    return Scale(published.points_each, published.weights, published.reports_min, published.stars, published.ties)


# Decide: what may happen, judged by the rules in force.


def publish(
    rules: AwardRules | None,
    *,
    division: Division,
    division_known: bool,
    period_kind: str,
    since: date,
    document: str,
    counts: str,
    points_each: int,
    weights: Sequence[Weight],
    reports_min: int,
    stars: int,
    ties: str,
) -> AwardRulePublished:
    """Publish how the stars of an area are found from a day on.

    Refused, in this order: `place.unknown`, `award_rule.period_kind_unknown`, `award_rule.counts_unknown`,
    `award_rule.ties_unknown`, `award_rule.minimum_not_positive`, `award_rule.stars_out_of_range`,
    `award_rule.points_out_of_range`, `award_rule.weight_twice`, `award_rule.counts_nothing`, `award_rule.since_reused`.
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if period_kind not in KINDS:
        raise Refusal("award_rule.period_kind_unknown", period_kind=period_kind)
    if counts not in COUNTS:
        raise Refusal("award_rule.counts_unknown", counts=counts)
    if ties not in TIES:
        raise Refusal("award_rule.ties_unknown", ties=ties)
    if reports_min < 1:
        raise Refusal("award_rule.minimum_not_positive", reports_min=reports_min)
    if not 1 <= stars <= STARS_MAX:
        raise Refusal("award_rule.stars_out_of_range", stars=stars, stars_max=STARS_MAX)
    _check_weights(points_each, weights)
    versions = rules.versions if rules is not None else ()
    if any((rule.period_kind, rule.since) == (period_kind, since) for rule in versions):
        raise Refusal("award_rule.since_reused", period_kind=period_kind, since=since)
    return AwardRulePublished(
        division=division,
        period_kind=period_kind,
        since=since,
        document=document,
        counts=counts,
        points_each=points_each,
        weights=tuple(weights),
        reports_min=reports_min,
        stars=stars,
        ties=ties,
    )


def _check_weights(points_each: int, weights: Sequence[Weight]) -> None:
    points = (points_each, *(weight.points for weight in weights))
    for worth in points:
        if not 0 <= worth <= POINTS_MAX:
            raise Refusal("award_rule.points_out_of_range", points=worth, points_max=POINTS_MAX)
    seen: set[tuple[str, str | None]] = set()
    for weight in weights:
        if (weight.category, weight.item) in seen:
            raise Refusal("award_rule.weight_twice", category=weight.category, item=weight.item)
        seen.add((weight.category, weight.item))
    if max(points) == 0:
        raise Refusal("award_rule.counts_nothing")


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(rules: AwardRules | None, event: AwardRulePublished) -> AwardRules:
    """The area's rules after an event."""
    before = rules if rules is not None else AwardRules(event.division)
    match event:
        case AwardRulePublished():
            seq = before.seq + 1
            name = event_name(stream_name("award_rule", derived("award_rule", event.division)), seq)
            rule = AwardRule(name, event.period_kind, event.since, event.counts, scale_of(event))
            return replace(before, versions=(*before.versions, rule), seq=seq)
        case _:
            assert_never(event)
