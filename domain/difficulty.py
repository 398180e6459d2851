"""Grid difficulty (网格难度): the figures of one grid on one day, from which a rule's score and staffing follow.

What must not be broken: the score is never recorded. It follows from these figures and the rule that they name
(`domain.kernel.scoring`), so that nobody can type another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from domain.kernel.events import event
from domain.kernel.ids import EventName
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.scoring import Factor, Measured

VALUE_MAX = 10**9


@event("difficulty.inputs_recorded/1")
class DifficultyInputsRecorded:
    """A grid of a division as it was measured on a day, for every factor of the rule; `document` is the source."""

    division: Division
    grid: str
    measured_on: date
    rule: EventName
    inputs: tuple[Measured, ...]
    document: str


@dataclass(frozen=True, slots=True)
class Difficulty:
    """One grid: the days on which it was measured."""

    division: Division
    grid: str
    measured_on: tuple[date, ...]


# Decide: what may happen, judged by the rules in force.


def record_inputs(
    difficulty: Difficulty | None,
    *,
    division: Division,
    division_known: bool,
    grid: str,
    measured_on: date,
    today: date,
    rule: EventName | None,
    factors: Sequence[Factor],
    inputs: Sequence[Measured],
    document: str,
) -> DifficultyInputsRecorded:
    """Record what was measured; `rule` and `factors` are those in force on `measured_on`, of the narrowest division.

    Refused, in this order: `place.unknown`, `difficulty.measured_in_future`, `difficulty.no_rule`,
    `difficulty.factor_unknown`, `difficulty.factor_twice`, `difficulty.factor_missing`,
    `difficulty.value_out_of_range`, `difficulty.day_reused`.
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if measured_on > today:
        raise Refusal("difficulty.measured_in_future", measured_on=measured_on)
    if rule is None:
        raise Refusal("difficulty.no_rule", division=division, on=measured_on)
    _check_inputs([factor.code for factor in factors], inputs)
    if difficulty is not None and measured_on in difficulty.measured_on:
        raise Refusal("difficulty.day_reused", grid=grid, measured_on=measured_on)
    return DifficultyInputsRecorded(
        division=division, grid=grid, measured_on=measured_on, rule=rule, inputs=tuple(inputs), document=document
    )


def _check_inputs(codes: Sequence[str], inputs: Sequence[Measured]) -> None:
    given = [measured.factor for measured in inputs]
    for code in given:
        if code not in codes:
            raise Refusal("difficulty.factor_unknown", factor=code)
    for code in given:
        if given.count(code) > 1:
            raise Refusal("difficulty.factor_twice", factor=code)
    for code in codes:
        if code not in given:
            raise Refusal("difficulty.factor_missing", factor=code)
    for measured in inputs:
        if not 0 <= measured.value <= VALUE_MAX:
            raise Refusal("difficulty.value_out_of_range", factor=measured.factor, value=measured.value)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(difficulty: Difficulty | None, event: DifficultyInputsRecorded) -> Difficulty:
    """The grid after an event."""
    match event:
        case DifficultyInputsRecorded():
            before = difficulty.measured_on if difficulty is not None else ()
            return Difficulty(event.division, event.grid, (*before, event.measured_on))
        case _:
            assert_never(event)
