"""Publishing a rule: what it must say to be one, and from which day it may hold.

What must not be broken: what a deed earns is settled on its day. The county's first rule may begin in the past, because
nothing was earned before it; every other version and every narrower layer holds from tomorrow on.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.points.rules.events import (
    HOLDERS,
    PERIODS,
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

T = TypeVar("T", bound=Hashable)

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
    first = division == county and not versions
    if division != county and (county_rules is None or not county_rules.versions):
        raise Refusal("points_rule.county_first", division=division, county=county)
    if since <= today and not first:
        raise Refusal("points_rule.since_not_future", since=since)
    if any(rule.since == since for rule in versions):
        raise Refusal("points_rule.since_reused", since=since)
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
    )


def check(content: Content) -> None:
    """Refuse what is no rule, in this order: `points_rule.holder_unknown`, `points_rule.says_nothing`,
    `points_rule.too_long`, `points_rule.months_out_of_range`; of categories and items `points_rule.code_form`,
    `points_rule.title_form`, `points_rule.category_twice`, `points_rule.item_twice`, `points_rule.category_unknown`,
    `points_rule.unit_unknown`, `points_rule.points_out_of_range`; of windows `points_rule.window_empty`,
    `points_rule.factor_out_of_range`; of caps and limits `points_rule.scope_unknown`, `points_rule.period_unknown`,
    `points_rule.number_not_positive`, `points_rule.cap_twice`, `points_rule.limit_twice`.
    """
    if content.holder not in HOLDERS:
        raise Refusal("points_rule.holder_unknown", holder=content.holder)
    parts = (content.items, content.windows, content.caps, content.exchange_limits)
    if not any(parts):
        raise Refusal("points_rule.says_nothing")
    length = len(content.categories) + sum(len(part) for part in parts)
    length += sum(len(window.categories) for window in content.windows)
    if length > ITEMS_MAX:
        raise Refusal("points_rule.too_long", length=length, length_max=ITEMS_MAX)
    if content.expires_after_months is not None and not 1 <= content.expires_after_months <= MONTHS_MAX:
        raise Refusal("points_rule.months_out_of_range", months=content.expires_after_months, months_max=MONTHS_MAX)
    _check_items(content)
    _check_windows(content)
    _check_caps(content.caps, known=_codes(content))
    _check_limits(content.exchange_limits)


def _codes(content: Content) -> frozenset[str]:
    return frozenset(category.code for category in content.categories)


def _check_items(content: Content) -> None:
    for category in content.categories:
        _check_words(category.code, category.title, form=_CODE)
    for item in content.items:
        _check_words(item.code, item.title, form=_ITEM_CODE)
    if (category_code := _twice(one.code for one in content.categories)) is not None:
        raise Refusal("points_rule.category_twice", category=category_code)
    if (item_code := _twice(one.code for one in content.items)) is not None:
        raise Refusal("points_rule.item_twice", item=item_code)
    known = _codes(content)
    for item in content.items:
        _require_category(item.category, known)
        if item.unit not in UNITS:
            raise Refusal("points_rule.unit_unknown", unit=item.unit)
        if not 1 <= abs(item.points) <= POINTS_MAX:
            raise Refusal("points_rule.points_out_of_range", item=item.code, points_max=POINTS_MAX)


def _check_words(code: str, title: str, *, form: re.Pattern[str]) -> None:
    if not form.fullmatch(code):
        raise Refusal("points_rule.code_form", word=code)
    if not title.strip() or len(title) > TITLE_MAX:
        raise Refusal("points_rule.title_form", word=code, length_max=TITLE_MAX)


def _check_windows(content: Content) -> None:
    known = _codes(content)
    for window in content.windows:
        if window.until < window.since:
            raise Refusal("points_rule.window_empty", since=window.since, until=window.until)
        if not 1 <= window.factor_percent <= FACTOR_PERCENT_MAX:
            raise Refusal("points_rule.factor_out_of_range", factor_percent_max=FACTOR_PERCENT_MAX)
        for category in window.categories:
            _require_category(category, known)


def _check_caps(caps: Iterable[Cap], *, known: frozenset[str]) -> None:
    for cap in caps:
        if cap.scope not in HOLDERS:
            raise Refusal("points_rule.scope_unknown", scope=cap.scope)
        _require_period(cap.period)
        _require_positive(cap.points)
        if cap.category is not None:
            _require_category(cap.category, known)
    if _twice((cap.scope, cap.period, cap.category) for cap in caps) is not None:
        raise Refusal("points_rule.cap_twice")


def _check_limits(limits: Iterable[ExchangeLimit]) -> None:
    for limit in limits:
        _require_period(limit.period)
        _require_positive(limit.quantity)
    if _twice((limit.period, limit.sku) for limit in limits) is not None:
        raise Refusal("points_rule.limit_twice")


def _require_category(category: str, known: frozenset[str]) -> None:
    if category not in known:
        raise Refusal("points_rule.category_unknown", category=category)


def _require_period(period: str) -> None:
    if period not in PERIODS:
        raise Refusal("points_rule.period_unknown", period=period)


def _require_positive(number: int) -> None:
    if number < 1:
        raise Refusal("points_rule.number_not_positive", number=number)


def _twice(parts: Iterable[T]) -> T | None:
    """The first that stands there a second time."""
    return next((one for one, times in Counter(parts).items() if times > 1), None)
