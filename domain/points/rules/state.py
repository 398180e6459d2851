"""A division's points rules, version by version, and the layers of them that hold for a deed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, assert_never, cast

from domain.kernel.ids import EventName, derived, event_name, stream_name
from domain.kernel.places import Division, Level
from domain.points.rules.events import Cap, Category, ExchangeLimit, Item, PointsRulePublished, Window

PointsRuleEvent = PointsRulePublished

WHOLE_FACTOR_PERCENT: Final = 100
_UNITS_IN: Final = {"hour": 60}
"""How many of a quantity make one unit: hours are counted in minutes."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A version as it holds from `since` on, until the next; `name` is the event that published it."""

    name: EventName
    division: Division
    version: int
    since: date
    document: str
    holder: str
    categories: tuple[Category, ...]
    items: tuple[Item, ...]
    windows: tuple[Window, ...]
    caps: tuple[Cap, ...]
    exchange_limits: tuple[ExchangeLimit, ...]
    expires_after_months: int | None
    cash_top_up: bool
    debt_from_deductions: bool
    exchange_within: str | None = None

    def item(self, code: str) -> Item | None:
        """The item of that code, if the rule lists it."""
        return next((item for item in self.items if item.code == code), None)


@dataclass(frozen=True, slots=True)
class Rules:
    """Every version that one division has published, after `seq` events."""

    division: Division
    versions: tuple[Rule, ...] = ()
    seq: int = 0

    def in_force(self, on: date) -> Rule | None:
        """The version in force on a day: the latest that had begun."""
        begun = [rule for rule in self.versions if rule.since <= on]
        return max(begun, key=lambda rule: rule.since) if begun else None


@dataclass(frozen=True, slots=True)
class Worth:
    """What a deed earns before any cap, or costs (`points` below zero), by the item of one rule."""

    rule: Rule
    item: Item
    quantity: int
    factor_percent: int
    points: int


@dataclass(frozen=True, slots=True)
class Layers:
    """The rules in force on a day in a division and above it, the narrowest first."""

    rules: tuple[Rule, ...]
    on: date

    def find(self, code: str) -> tuple[Rule, Item] | None:
        """The item as the narrowest rule lists it that lists it at all."""
        for rule in self.rules:
            if (item := rule.item(code)) is not None:
                return rule, item
        return None

    def items(self) -> tuple[Item, ...]:
        """Everything that gives or takes points, each item as the narrowest rule lists it, by category and code."""
        listed: dict[str, Item] = {}
        for rule in self.rules:
            for item in rule.items:
                listed.setdefault(item.code, item)
        return tuple(sorted(listed.values(), key=lambda item: (item.category, item.code)))

    def titles(self) -> dict[str, str]:
        """The title of each category, as the narrowest rule that lists it calls it."""
        titles: dict[str, str] = {}
        for rule in self.rules:
            for category in rule.categories:
                titles.setdefault(category.code, category.title)
        return titles

    def factor_percent(self, category: str) -> int:
        """The largest factor of all windows that cover the day and the category; without one, the whole."""
        windows = (window for rule in self.rules for window in rule.windows)
        return max((window.factor_percent for window in windows if _covers(window, category, self.on)), default=100)

    def worth(self, code: str, *, quantity: int) -> Worth | None:
        """What so much of an item earns, rounded down to whole points; a deduction knows no factor."""
        found = self.find(code)
        if found is None:
            return None
        rule, item = found
        factor = self.factor_percent(item.category) if item.points > 0 else WHOLE_FACTOR_PERCENT
        divisor = WHOLE_FACTOR_PERCENT * _UNITS_IN.get(item.unit, 1)
        points = abs(item.points) * quantity * factor // divisor
        return Worth(rule, item, quantity, factor, points if item.points > 0 else -points)

    def caps(self, category: str) -> Iterator[Cap]:
        """Every cap that a deed of a category is under, of all layers."""
        for rule in self.rules:
            yield from (cap for cap in rule.caps if cap.category in (None, category))

    @property
    def cash_top_up(self) -> bool:
        """Whether money may pay for what points lack: as the narrowest rule says."""
        return bool(self.rules) and self.rules[0].cash_top_up

    @property
    def exchange_within(self) -> Level:
        """At whose stations points buy goods, by the narrowest rule that says so; else the whole county's."""
        said = (rule.exchange_within for rule in self.rules if rule.exchange_within is not None)
        return cast(Level, next(said, "county"))

    @property
    def exchange_limits(self) -> tuple[ExchangeLimit, ...]:
        """Every limit of what an account exchanges, of all layers."""
        return tuple(limit for rule in self.rules for limit in rule.exchange_limits)


def layers(along: Iterable[Rules | None], *, on: date) -> Layers:
    """The rules in force on a day; `along` are those of `places.chain(division)`, in its order."""
    begun = (rules.in_force(on) for rules in along if rules is not None)
    return Layers(tuple(rule for rule in begun if rule is not None), on)


def _covers(window: Window, category: str, on: date) -> bool:
    return window.since <= on <= window.until and (not window.categories or category in window.categories)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(rules: Rules | None, event: PointsRuleEvent) -> Rules:
    """The division's rules after an event."""
    before = rules if rules is not None else Rules(event.division)
    seq = before.seq + 1
    match event:
        case PointsRulePublished():
            name = event_name(stream_name("points_rule", derived("points_rule", event.division)), seq)
            return replace(before, versions=(*before.versions, rule_of(event, name=name)), seq=seq)
        case _:
            assert_never(event)


def rule_of(event: PointsRulePublished, *, name: EventName) -> Rule:
    """A published version as it holds."""
    return Rule(
        name=name,
        division=event.division,
        version=event.version,
        since=event.since,
        document=event.document,
        holder=event.holder,
        categories=event.categories,
        items=event.items,
        windows=event.windows,
        caps=event.caps,
        exchange_limits=event.exchange_limits,
        expires_after_months=event.expires_after_months,
        cash_top_up=event.cash_top_up,
        debt_from_deductions=event.debt_from_deductions,
        exchange_within=event.exchange_within,
    )
