"""Publishing the points rule of a division."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from api.commands.points.streams import rule_stream
from api.commands.shared import place_known, require, today
from api.context import App
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.points import rules
from domain.points.rules import Content
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def publish(
    app: App,
    *,
    actor: Actor,
    key: str,
    division: Division,
    content: Content,
    since: date,
    document: str,
    on: date,
) -> Receipt:
    """Publish a division's rule as a whole, from a day on. Refused as `rules.publish`."""
    county = app.log.division

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "points_rule.published/1", division=division, on=on)
        event = rules.publish(
            read.state(rule_stream(division), rules.evolve),
            division=division,
            division_known=place_known(read, division),
            county=county,
            county_rules=read.state(rule_stream(county), rules.evolve),
            content=content,
            since=since,
            document=document,
            today=today(app),
        )
        yield Fact(rule_stream(division), event, on)

    inputs = {
        "command": "points_rule.publish",
        "division": division,
        "since": since.isoformat(),
        "document": document,
        "content": _plain(asdict(content)),
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def why_not(app: App, *, division: Division, since: date) -> Refusal | None:
    """Why no rule of the division could be published from that day on; None: it could. Nothing is recorded."""
    county = app.log.division
    states = app.journal.states([rule_stream(division), rule_stream(county)], rules.evolve)
    try:
        rules.require_day(
            states[rule_stream(division)],
            division=division,
            county=county,
            county_rules=states[rule_stream(county)],
            since=since,
            today=today(app),
        )
    except Refusal as refusal:
        return refusal
    return None


def _plain(value: object) -> object:
    """The same in JSON's own kinds, for the digest of what was asked."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
