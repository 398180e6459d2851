"""Difficulty rules (网格难度评分办法): what is measured of a grid, how much each figure weighs, how many people follow.

What must not be broken: weights sum to 100 and points lie between 0 and 100, so that every score is on one scale.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from domain.kernel.events import event
from domain.kernel.ids import EventName, derived, event_name, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.scoring import POINTS_MAX, SCORE_MAX, WEIGHTS_SUM, Factor, StaffingBand


@event("difficulty_rule.published/1")
class DifficultyRulePublished:
    """Grids of the area that are measured on `since` or later are scored so; `document` is the order that says so."""

    division: Division
    since: date
    document: str
    factors: tuple[Factor, ...]
    staffing: tuple[StaffingBand, ...]


@dataclass(frozen=True, slots=True)
class DifficultyRule:
    """A version of the rule, and the event that published it."""

    name: EventName
    since: date
    factors: tuple[Factor, ...]
    staffing: tuple[StaffingBand, ...]


@dataclass(frozen=True, slots=True)
class DifficultyRules:
    """Every version that one area has published, after `seq` events."""

    division: Division
    versions: tuple[DifficultyRule, ...] = ()
    seq: int = 0

    def in_force(self, on: date) -> DifficultyRule | None:
        """The version in force on a day: the latest that had begun."""
        begun = [rule for rule in self.versions if rule.since <= on]
        return max(begun, key=lambda rule: rule.since) if begun else None


# Decide: what may happen, judged by the rules in force.


def publish(
    rules: DifficultyRules | None,
    *,
    division: Division,
    division_known: bool,
    since: date,
    document: str,
    factors: Sequence[Factor],
    staffing: Sequence[StaffingBand],
) -> DifficultyRulePublished:
    """Publish how the grids of an area are scored from a day on.

    Refused, in this order: `place.unknown`, `difficulty_rule.factor_twice`, `difficulty_rule.weight_not_positive`,
    `difficulty_rule.weights_sum`, `difficulty_rule.bands_missing`, `difficulty_rule.bands_not_rising`,
    `difficulty_rule.points_out_of_range`, `difficulty_rule.staffing_missing`, `difficulty_rule.staffing_not_rising`,
    `difficulty_rule.staffing_out_of_range`, `difficulty_rule.since_reused`.
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    _check_factors(factors)
    for factor in factors:
        _check_bands(factor)
    _check_staffing(staffing)
    if rules is not None and any(rule.since == since for rule in rules.versions):
        raise Refusal("difficulty_rule.since_reused", since=since)
    return DifficultyRulePublished(
        division=division, since=since, document=document, factors=tuple(factors), staffing=tuple(staffing)
    )


def _check_factors(factors: Sequence[Factor]) -> None:
    codes: set[str] = set()
    for factor in factors:
        if factor.code in codes:
            raise Refusal("difficulty_rule.factor_twice", factor=factor.code)
        codes.add(factor.code)
    for factor in factors:
        if factor.weight < 1:
            raise Refusal("difficulty_rule.weight_not_positive", factor=factor.code, weight=factor.weight)
    weights = sum(factor.weight for factor in factors)
    if weights != WEIGHTS_SUM:
        raise Refusal("difficulty_rule.weights_sum", weights=weights, expected=WEIGHTS_SUM)


def _check_bands(factor: Factor) -> None:
    if not factor.bands:
        raise Refusal("difficulty_rule.bands_missing", factor=factor.code)
    if not _rise([band.at_least for band in factor.bands]):
        raise Refusal("difficulty_rule.bands_not_rising", factor=factor.code)
    for band in factor.bands:
        if not 0 <= band.points <= POINTS_MAX:
            raise Refusal("difficulty_rule.points_out_of_range", factor=factor.code, points=band.points)


def _check_staffing(staffing: Sequence[StaffingBand]) -> None:
    if not staffing:
        raise Refusal("difficulty_rule.staffing_missing")
    if not _rise([band.at_least for band in staffing]):
        raise Refusal("difficulty_rule.staffing_not_rising")
    for band in staffing:
        if not 0 <= band.at_least <= SCORE_MAX or band.workers < 0:
            raise Refusal("difficulty_rule.staffing_out_of_range", score=band.at_least, workers=band.workers)


def _rise(starts: Collection[int]) -> bool:
    """Whether bands begin at zero or above, each above the one before."""
    return list(starts) == sorted(set(starts)) and min(starts) >= 0


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(rules: DifficultyRules | None, event: DifficultyRulePublished) -> DifficultyRules:
    """The area's rules after an event."""
    before = rules if rules is not None else DifficultyRules(event.division)
    match event:
        case DifficultyRulePublished():
            seq = before.seq + 1
            name = event_name(stream_name("difficulty_rule", derived("difficulty_rule", event.division)), seq)
            rule = DifficultyRule(name, event.since, event.factors, event.staffing)
            return replace(before, versions=(*before.versions, rule), seq=seq)
        case _:
            assert_never(event)
