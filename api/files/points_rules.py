"""Points rules as TOML files: those that come with the program, and a county's, township's or village's own.

`profiles/points/red-riders.toml` shows what each entry means. What a rule must say to be one is judged by
`domain.points.rules.check`.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from api.files import toml_profiles
from domain.points.rules import ITEMS_MAX, Cap, Category, Content, ExchangeLimit, Item, Window

_Word = Annotated[str, Field(min_length=1, max_length=100)]
_Whole = Annotated[int, Field(ge=-(10**9), le=10**9)]


@dataclass(frozen=True)
class _CategoryEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    code: _Word
    title: _Word


@dataclass(frozen=True)
class _ItemEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    code: _Word
    category: _Word
    title: _Word
    points: _Whole
    unit: _Word


@dataclass(frozen=True)
class _WindowEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    since: date
    until: date
    factor_percent: _Whole
    categories: list[_Word] = field(default_factory=list)


@dataclass(frozen=True)
class _CapEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    scope: _Word
    period: _Word
    points: _Whole
    category: _Word | None = None


@dataclass(frozen=True)
class _LimitEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    period: _Word
    quantity: _Whole
    sku: _Word | None = None


@dataclass(frozen=True)
class _RuleFile:
    """A rule's file."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    title: _Word
    holder: _Word
    cash_top_up: bool
    debt_from_deductions: bool
    expires_after_months: _Whole | None = None
    categories: Annotated[list[_CategoryEntry], Field(max_length=ITEMS_MAX)] = field(default_factory=list)
    items: Annotated[list[_ItemEntry], Field(max_length=ITEMS_MAX)] = field(default_factory=list)
    windows: Annotated[list[_WindowEntry], Field(max_length=ITEMS_MAX)] = field(default_factory=list)
    caps: Annotated[list[_CapEntry], Field(max_length=ITEMS_MAX)] = field(default_factory=list)
    exchange_limits: Annotated[list[_LimitEntry], Field(max_length=ITEMS_MAX)] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PointsRuleFile:
    """A rule as a file states it, under the title that people call it by."""

    title: str
    content: Content


def points_rule_names() -> list[str]:
    """The rules that come with the program."""
    return toml_profiles.names("points")


def load_points_rule(rule: str | Path) -> PointsRuleFile:
    """The rule of that name, or in that `.toml` file. Raises BadFile with every wrong entry."""
    return _rule_of(toml_profiles.load(rule, kind="points", into=_RuleFile))


def read_points_rule(content: bytes, *, file: str) -> PointsRuleFile:
    """The rule in these bytes, called `file` in findings. Raises BadFile with every wrong entry."""
    return _rule_of(toml_profiles.parsed(content, file=file, into=_RuleFile))


def _rule_of(found: _RuleFile) -> PointsRuleFile:
    content = Content(
        holder=found.holder,
        categories=tuple(Category(one.code, one.title) for one in found.categories),
        items=tuple(Item(one.code, one.category, one.title, one.points, one.unit) for one in found.items),
        windows=tuple(Window(one.since, one.until, one.factor_percent, tuple(one.categories)) for one in found.windows),
        caps=tuple(Cap(one.scope, one.period, one.points, one.category) for one in found.caps),
        exchange_limits=tuple(ExchangeLimit(one.period, one.quantity, one.sku) for one in found.exchange_limits),
        expires_after_months=found.expires_after_months,
        cash_top_up=found.cash_top_up,
        debt_from_deductions=found.debt_from_deductions,
    )
    return PointsRuleFile(found.title, content)
