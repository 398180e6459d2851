"""Points rules as TOML files: those that come with the program, and a county's, township's or village's own.

`profiles/points/red-riders.toml` shows what each entry means. What a rule must say to be one is judged by
`domain.points.rules.faults`: everything that is wrong with a file, in its form or in what it says, is told at once,
in Chinese and with its line.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field

from api.files import toml_profiles
from api.files.findings import BadFile
from api.files.points_rule_places import Places, left_out, without
from domain.points.rules import ITEMS_MAX, Cap, Category, Content, ExchangeLimit, Item, Window, faults

_OF_MISSING: Final = {"points_rule.says_nothing": "", "points_rule.category_unknown": "categories"}
"""What is not told where entries of a part (or of any) were left out: what is missed may be one of them."""

_Word = Annotated[str, Field(min_length=1, max_length=100)]
_Text = Annotated[str, Field(max_length=100)]
"""What the rule's own judgement says no to where nothing stands in it."""
_Whole = Annotated[int, Field(ge=-(10**9), le=10**9)]


@dataclass(frozen=True)
class _CategoryEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    code: _Text
    title: _Text


@dataclass(frozen=True)
class _ItemEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    code: _Text
    category: _Text
    title: _Text
    points: _Whole
    unit: _Text


@dataclass(frozen=True)
class _WindowEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    since: date
    until: date
    factor_percent: _Whole
    categories: list[_Text] = field(default_factory=list)


@dataclass(frozen=True)
class _CapEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    scope: _Text
    period: _Text
    points: _Whole
    category: _Text | None = None


@dataclass(frozen=True)
class _LimitEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    period: _Text
    quantity: _Whole
    sku: _Text | None = None


@dataclass(frozen=True)
class _RuleFile:
    """A rule's file."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    title: _Word
    holder: _Word
    cash_top_up: bool
    debt_from_deductions: bool
    expires_after_months: _Whole | None = None
    exchange_within: _Word | None = None
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
    """The rule of that name, or in that `.toml` file. Raises BadFile with everything that is wrong."""
    file, content = toml_profiles.content_of(rule, kind="points")
    return read_points_rule(content, file=file)


def read_points_rule(content: bytes, *, file: str) -> PointsRuleFile:
    """The rule in these bytes, called `file` in findings. Raises BadFile with everything that is wrong."""
    entries = toml_profiles.entries_of(content, file=file)
    places = Places(file, content.decode())
    found, wrong = toml_profiles.judged(entries, into=_RuleFile)
    findings = [places.of_form(one) for one in wrong]
    if found is None:
        # What is well formed is judged all the same, without the entries that are not.
        found, _ = toml_profiles.judged(without(entries, wrong), into=_RuleFile)
    if found is not None:
        out = left_out(wrong)
        findings += [
            places.of_fault(fault, out)
            for fault in faults(_content_of(found))
            if not any(part.startswith(_OF_MISSING.get(fault.refusal.code, "none")) for part in out)
        ]
    if findings or found is None:
        raise BadFile(sorted(findings, key=lambda one: one.row or 0))
    return PointsRuleFile(found.title, _content_of(found))


def _content_of(found: _RuleFile) -> Content:
    return Content(
        holder=found.holder,
        categories=tuple(Category(one.code, one.title) for one in found.categories),
        items=tuple(Item(one.code, one.category, one.title, one.points, one.unit) for one in found.items),
        windows=tuple(Window(one.since, one.until, one.factor_percent, tuple(one.categories)) for one in found.windows),
        caps=tuple(Cap(one.scope, one.period, one.points, one.category) for one in found.caps),
        exchange_limits=tuple(ExchangeLimit(one.period, one.quantity, one.sku) for one in found.exchange_limits),
        expires_after_months=found.expires_after_months,
        cash_top_up=found.cash_top_up,
        debt_from_deductions=found.debt_from_deductions,
        exchange_within=found.exchange_within,
    )
