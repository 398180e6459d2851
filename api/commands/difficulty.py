"""Publishing how the difficulty of grids is scored, and recording what was measured of one."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from api.commands.shared import place_known, require
from api.context import App
from domain import difficulty, difficulty_rules
from domain.difficulty_rules import DifficultyRule
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.places import Division, chain
from domain.kernel.scoring import Factor, Measured, StaffingBand
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def rule_stream(division: Division) -> StreamName:
    """The stream of an area's rules."""
    return stream_name("difficulty_rule", derived("difficulty_rule", division))


def grid_id_of(division: Division, grid: str) -> UUID:
    """The one stream of a grid's figures."""
    return derived("difficulty", division, grid)


@dataclass(frozen=True, slots=True)
class NewRule:
    """How grids are scored that are measured on `since` or later."""

    division: Division
    since: date
    document: str
    factors: tuple[Factor, ...]
    staffing: tuple[StaffingBand, ...]


def publish_rule(app: App, *, actor: Actor, key: str, new: NewRule, on: date) -> Receipt:
    """Publish a version of an area's rule."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "difficulty_rule.published/1", division=new.division, on=on)
        event = difficulty_rules.publish(
            read.state(rule_stream(new.division), difficulty_rules.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            since=new.since,
            document=new.document,
            factors=new.factors,
            staffing=new.staffing,
        )
        yield Fact(rule_stream(new.division), event, on)

    inputs = {
        "command": "difficulty_rule.publish",
        "division": new.division,
        "since": new.since.isoformat(),
        "document": new.document,
        "factors": [asdict(factor) for factor in new.factors],
        "staffing": [asdict(band) for band in new.staffing],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of a grid on a day, and where the figures come from."""

    division: Division
    grid: str
    measured_on: date
    inputs: tuple[Measured, ...]
    document: str


def record_inputs(app: App, *, actor: Actor, key: str, figures: Figures, on: date) -> Receipt:
    """Record a grid's figures under the rule in force that day, of the narrowest area that has one."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "difficulty.inputs_recorded/1", division=figures.division, on=on)
        stream = stream_name("difficulty", grid_id_of(figures.division, figures.grid))
        rule = _rule_in_force(read, figures.division, figures.measured_on)
        event = difficulty.record_inputs(
            read.state(stream, difficulty.evolve),
            division=figures.division,
            division_known=place_known(read, figures.division),
            grid=figures.grid,
            measured_on=figures.measured_on,
            today=on,
            rule=rule.name if rule is not None else None,
            factors=rule.factors if rule is not None else (),
            inputs=figures.inputs,
            document=figures.document,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "difficulty.record",
        "division": figures.division,
        "grid": figures.grid,
        "measured_on": figures.measured_on.isoformat(),
        "inputs": [[measured.factor, measured.value] for measured in figures.inputs],
        "document": figures.document,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _rule_in_force(read: Reading, division: Division, on: date) -> DifficultyRule | None:
    along: Sequence[Division] = chain(division)
    states = read.states(map(rule_stream, along), difficulty_rules.evolve)
    found = (states[rule_stream(area)] for area in along)
    return next((rule for rules in found if rules is not None and (rule := rules.in_force(on)) is not None), None)
