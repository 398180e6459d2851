"""The streams of points: a division's rules, and the account of a person or a household."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from uuid import UUID

from api.context import App
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.places import Division, chain, contains
from domain.points import rules
from domain.points.rules import Layers, Rules
from journal.journal import Reading


@lru_cache(4_096)
def rule_stream(code: Division) -> StreamName:
    """The stream of a division's points rules."""
    return stream_name("points_rule", derived("points_rule", code))


def account_stream(account_id: UUID) -> StreamName:
    """The stream of a points account."""
    return stream_name("points_account", account_id)


def rules_along(read: Reading, division: Division, *, county: Division) -> list[Rules | None]:
    """The rules of a division and of those above it within the county, narrowest first.

    Where the county has none nobody has: one look is enough then.
    """
    if read.state(rule_stream(county), rules.evolve) is None:
        return []
    streams = [rule_stream(code) for code in chain(division) if contains(county, code)]
    found = read.states(streams, rules.evolve)
    return [found[stream] for stream in streams]


def layers_on(read: Reading, division: Division, *, county: Division, on: date) -> Layers:
    """The rules in force in a division on a day."""
    return rules.layers(rules_along(read, division, county=county), on=on)


def layers_in_force(app: App, division: Division, *, on: date) -> Layers:
    """The same, outside a command."""
    streams = [rule_stream(code) for code in chain(division) if contains(app.log.division, code)]
    found = app.journal.states(streams, rules.evolve)
    return rules.layers([found[stream] for stream in streams], on=on)


def prepare_rules(read: Reading, divisions: Iterable[Division], *, county: Division) -> None:
    """Read with one query what these divisions will be asked for one by one."""
    if read.state(rule_stream(county), rules.evolve) is not None:
        read.states(
            {rule_stream(code) for one in divisions for code in chain(one) if contains(county, code)}, rules.evolve
        )
