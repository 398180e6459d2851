"""Given these events, when this is decided, then these events follow, or it is refused.

`given = scenarios(evolve)`; `given(*events).when(decision, **facts).then(*events)` or `.refused(code, **facts)`.
A table of refusals is checked in the order that the decision's docstring states.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import pytest

from domain.kernel.postings import check_balanced
from domain.kernel.refusals import Refusal
from domain.refusal_codes import CODES


@dataclass(frozen=True)
class Outcome:
    """What a decision answered."""

    events: tuple[object, ...] = ()
    refusal: Refusal | None = None

    def then(self, *events: object) -> None:
        assert self.refusal is None, f"refused: {self.refusal}"
        assert self.events == events

    def refused(self, code: str, **facts: object) -> None:
        assert self.refusal is not None, f"not refused: {self.events}"
        assert self.refusal.code == code, f"refused otherwise: {self.refusal}"
        assert tuple(self.refusal.facts) == CODES[code]
        assert self.refusal.facts == {**self.refusal.facts, **Refusal(code, **facts).facts}


@dataclass(frozen=True)
class Scenario:
    """A stream so far. `state` is the fold of its events."""

    evolve: Callable[..., object]
    state: object

    def when(self, decision: Callable[..., object], **facts: object) -> Outcome:
        try:
            answer = decision(self.state, **facts)
        except Refusal as refusal:
            return Outcome(refusal=refusal)
        events = tuple(answer) if isinstance(answer, list) else (answer,)
        for event in events:
            check_balanced(getattr(event, "postings", ()))
        reduce(self.evolve, events, self.state)
        return Outcome(events)


def scenarios(evolve: Callable[..., object]) -> Callable[..., Scenario]:
    """Return `given` for one stream."""

    def given(*events: object) -> Scenario:
        return Scenario(evolve, reduce(evolve, events, None))

    return given


@dataclass(frozen=True)
class Row:
    """One way to be refused: what differs from the facts that are accepted, and (if so) from the events before."""

    code: str
    facts: Mapping[str, object]
    given: Sequence[object] | None = None


def row(code: str, *, given: Sequence[object] | None = None, **facts: object) -> Row:
    return Row(code, facts, given)


@dataclass(frozen=True)
class Table:
    """The refusals of one decision, in the order of its checks, beside events and facts that it accepts."""

    evolve: Callable[..., object]
    decision: Callable[..., object]
    given: Sequence[object]
    facts: Mapping[str, object]
    rows: Sequence[Row] = field(default_factory=list)

    def check_accepted(self) -> None:
        outcome = self._outcome(self.given, self.facts)
        assert outcome.refusal is None, f"the table's own facts are refused: {outcome.refusal}"

    def check_documented(self) -> None:
        """The docstring names the same codes in the same order."""
        _, _, said = (self.decision.__doc__ or "").partition("Refused")
        documented = [name for name in re.findall(r"`([a-z_.]+)`", said) if name in CODES]
        tested = [one.code for one in self.rows]
        assert documented == list(dict.fromkeys(tested))

    def check_row(self, position: int) -> None:
        """A row is refused for its own reason alone, and also when every later check would refuse as well."""
        wanted = self.rows[position]
        alone = self._outcome(self._given(wanted), {**self.facts, **wanted.facts})
        alone.refused(wanted.code)
        given, facts = self.given, dict(self.facts)
        for later in reversed(self.rows[position:]):
            given = later.given if later.given is not None else given
            facts |= later.facts
        self._outcome(given, facts).refused(wanted.code)

    def _given(self, wanted: Row) -> Sequence[object]:
        return self.given if wanted.given is None else wanted.given

    def _outcome(self, given: Sequence[object], facts: Mapping[str, object]) -> Outcome:
        return scenarios(self.evolve)(*given).when(self.decision, **facts)


def every_row(*tables: Table) -> pytest.MarkDecorator:
    """Parametrize a test `(table, position)` with every row of the tables."""
    cases = [
        pytest.param(table, position, id=f"{table.decision.__name__}-{position}-{one.code}")
        for table in tables
        for position, one in enumerate(table.rows)
    ]
    return pytest.mark.parametrize(("table", "position"), cases)


def every_table(*tables: Table) -> pytest.MarkDecorator:
    """Parametrize a test `(table)` with the tables."""
    return pytest.mark.parametrize("table", tables, ids=lambda table: table.decision.__name__)
