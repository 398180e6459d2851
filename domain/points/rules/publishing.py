"""Publishing a rule: what it must say to be one, and from which day it may hold.

What must not be broken: what a deed earns is settled on its day. The county's first rule may begin in the past, because
nothing was earned before it; every other version and every narrower layer holds from tomorrow on.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final, TypeVar

from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.points.rules.events import (
    HOLDERS,
    PERIODS,
    REACHES,
    UNITS,
    Cap,
    Category,
    ExchangeLimit,
    Item,
    PointsRulePublished,
    Window,
)
from domain.points.rules.state import Rules

ITEMS_MAX: Final = 100
"""So many items, categories (also those that windows name), windows, caps and limits together.

A rule of that length, with the longest words, fits into one entry of the journal (65,535 bytes).
"""
POINTS_MAX: Final = 100_000
FACTOR_PERCENT_MAX: Final = 1_000
MONTHS_MAX: Final = 120
TITLE_MAX: Final = 40

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
"""A category's code stands in the names of accounts."""
_ITEM_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}(:[^\s:]{1,40})?", re.ASCII)
"""An item may be narrower than another: `report:<item or category of the service catalogue>` than `report`."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a rule says, apart from where and from when on."""

    holder: str
    categories: tuple[Category, ...] = ()
    items: tuple[Item, ...] = ()
    windows: tuple[Window, ...] = ()
    caps: tuple[Cap, ...] = ()
    exchange_limits: tuple[ExchangeLimit, ...] = field(default=())
    expires_after_months: int | None = None
    cash_top_up: bool = False
    debt_from_deductions: bool = False
    exchange_within: str | None = None


def publish(
    rules: Rules | None,
    *,
    division: Division,
    division_known: bool,
    county: Division,
    county_rules: Rules | None,
    content: Content,
    since: date,
    document: str,
    today: date,
) -> PointsRulePublished:
    """Publish the rule of a division as a whole, from a day on.

    Refused, in this order: `place.unknown`, `points_rule.county_first`, `points_rule.since_not_future`,
    `points_rule.since_reused`, then what `check` refuses.
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    versions = rules.versions if rules is not None else ()
    require_day(rules, division=division, county=county, county_rules=county_rules, since=since, today=today)
    check(content)
    return PointsRulePublished(
        division=division,
        version=len(versions) + 1,
        since=since,
        document=document,
        holder=content.holder,
        categories=content.categories,
        items=content.items,
        windows=content.windows,
        caps=content.caps,
        exchange_limits=content.exchange_limits,
        expires_after_months=content.expires_after_months,
        cash_top_up=content.cash_top_up,
        debt_from_deductions=content.debt_from_deductions,
        exchange_within=content.exchange_within,
    )


def require_day(
    rules: Rules | None,
    *,
    division: Division,
    county: Division,
    county_rules: Rules | None,
    since: date,
    today: date,
) -> None:
    """Refuse a day from which no version of the division may hold; what it says is judged elsewhere.

    Refused, in this order: `points_rule.county_first`, `points_rule.since_not_future`, `points_rule.since_reused`.
    """
    versions = rules.versions if rules is not None else ()
    first = division == county and not versions
    if division != county and (county_rules is None or not county_rules.versions):
        raise Refusal("points_rule.county_first", division=division, county=county)
    if since <= today and not first:
        raise Refusal("points_rule.since_not_future", since=since)
    if any(rule.since == since for rule in versions):
        raise Refusal("points_rule.since_reused", since=since)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one part of a rule (`items`, `caps`, …; "" for the whole) at which of its entries, from 1."""

    part: str
    number: int | None
    refusal: Refusal


def check(content: Content) -> None:
    """Refuse what is no rule, in this order: `points_rule.holder_unknown`, `points_rule.reach_unknown`,
    `points_rule.says_nothing`,
    `points_rule.too_long`, `points_rule.months_out_of_range`; of categories and items `points_rule.code_form`,
    `points_rule.title_form`, `points_rule.category_twice`, `points_rule.item_twice`, `points_rule.category_unknown`,
    `points_rule.unit_unknown`, `points_rule.points_out_of_range`; of windows `points_rule.window_empty`,
    `points_rule.factor_out_of_range`; of caps and limits `points_rule.scope_unknown`, `points_rule.period_unknown`,
    `points_rule.number_not_positive`, `points_rule.cap_twice`, `points_rule.limit_twice`.
    """
    for fault in faults(content):
        raise fault.refusal


def faults(content: Content) -> Iterator[Fault]:
    """Everything that keeps it from being a rule, in the order in which `check` refuses."""
    yield from (Fault("", None, refusal) for refusal in _of_the_whole(content))
    known = frozenset(category.code for category in content.categories)
    yield from _numbered("categories", content.categories, _of_category)
    yield from _numbered("items", content.items, _of_item_words)
    for number, code in _repeated([one.code for one in content.categories]):
        yield Fault("categories", number, Refusal("points_rule.category_twice", category=code))
    for number, code in _repeated([one.code for one in content.items]):
        yield Fault("items", number, Refusal("points_rule.item_twice", item=code))
    yield from _numbered("items", content.items, partial(_of_item, known=known))
    yield from _numbered("windows", content.windows, partial(_of_window, known=known))
    yield from _numbered("caps", content.caps, partial(_of_cap, known=known))
    for number, _ in _repeated([(one.scope, one.period, one.category) for one in content.caps]):
        yield Fault("caps", number, Refusal("points_rule.cap_twice"))
    yield from _numbered("exchange_limits", content.exchange_limits, _of_limit)
    for number, _ in _repeated([(one.period, one.sku) for one in content.exchange_limits]):
        yield Fault("exchange_limits", number, Refusal("points_rule.limit_twice"))


def _of_the_whole(content: Content) -> Iterator[Refusal]:
    if content.holder not in HOLDERS:
        yield Refusal("points_rule.holder_unknown", holder=content.holder)
    if content.exchange_within is not None and content.exchange_within not in REACHES:
        yield Refusal("points_rule.reach_unknown", reach=content.exchange_within)
    parts = (content.items, content.windows, content.caps, content.exchange_limits)
    if not any(parts):
        yield Refusal("points_rule.says_nothing")
    length = len(content.categories) + sum(len(part) for part in parts)
    length += sum(len(window.categories) for window in content.windows)
    if length > ITEMS_MAX:
        yield Refusal("points_rule.too_long", length=length, length_max=ITEMS_MAX)
    if content.expires_after_months is not None and not 1 <= content.expires_after_months <= MONTHS_MAX:
        yield Refusal("points_rule.months_out_of_range", months=content.expires_after_months, months_max=MONTHS_MAX)


def _of_category(category: Category) -> Iterator[Refusal]:
    yield from _of_words(category.code, category.title, form=_CODE)


def _of_item_words(item: Item) -> Iterator[Refusal]:
    yield from _of_words(item.code, item.title, form=_ITEM_CODE)


def _of_words(code: str, title: str, *, form: re.Pattern[str]) -> Iterator[Refusal]:
    if not form.fullmatch(code):
        yield Refusal("points_rule.code_form", word=code)
    if not title.strip() or len(title) > TITLE_MAX:
        yield Refusal("points_rule.title_form", word=code, length_max=TITLE_MAX)


def _of_item(item: Item, *, known: frozenset[str]) -> Iterator[Refusal]:
    yield from _unlisted(item.category, known)
    if item.unit not in UNITS:
        yield Refusal("points_rule.unit_unknown", unit=item.unit)
    if not 1 <= abs(item.points) <= POINTS_MAX:
        yield Refusal("points_rule.points_out_of_range", item=item.code, points_max=POINTS_MAX)


def _of_window(window: Window, *, known: frozenset[str]) -> Iterator[Refusal]:
    if window.until < window.since:
        yield Refusal("points_rule.window_empty", since=window.since, until=window.until)
    if not 1 <= window.factor_percent <= FACTOR_PERCENT_MAX:
        yield Refusal("points_rule.factor_out_of_range", factor_percent_max=FACTOR_PERCENT_MAX)
    for category in window.categories:
        yield from _unlisted(category, known)


def _of_cap(cap: Cap, *, known: frozenset[str]) -> Iterator[Refusal]:
    if cap.scope not in HOLDERS:
        yield Refusal("points_rule.scope_unknown", scope=cap.scope)
    yield from _counted(cap.period, cap.points)
    if cap.category is not None:
        yield from _unlisted(cap.category, known)


def _of_limit(limit: ExchangeLimit) -> Iterator[Refusal]:
    yield from _counted(limit.period, limit.quantity)


def _unlisted(category: str, known: frozenset[str]) -> Iterator[Refusal]:
    if category not in known:
        yield Refusal("points_rule.category_unknown", category=category)


def _counted(period: str, number: int) -> Iterator[Refusal]:
    if period not in PERIODS:
        yield Refusal("points_rule.period_unknown", period=period)
    if number < 1:
        yield Refusal("points_rule.number_not_positive", number=number)


def _numbered(part: str, entries: Sequence[T], judge: Callable[[T], Iterator[Refusal]]) -> Iterator[Fault]:
    """What is wrong with each entry of a part."""
    for number, entry in enumerate(entries, 1):
        yield from (Fault(part, number, refusal) for refusal in judge(entry))


def _repeated(keys: Sequence[K]) -> Iterator[tuple[int, K]]:
    """The numbers of the entries, counted from 1, that say again what one before has said, and what."""
    yield from ((number, key) for number, key in enumerate(keys, 1) if key in keys[: number - 1])
