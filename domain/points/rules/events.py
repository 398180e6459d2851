"""What a points rule says, as it is published: items, windows, caps, limits."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from domain.kernel.events import event
from domain.kernel.places import Division

Unit = Literal["each", "hour", "person"]
UNITS: Final[tuple[str, ...]] = get_args(Unit)
"""What an item's points are for: each time, each hour, each person. A quantity of hours is written in minutes."""

Holder = Literal["person", "household"]
HOLDERS: Final[tuple[str, ...]] = get_args(Holder)
"""Whose account points go to: the person's own, or that of the household to which he belongs on the deed's day."""

REPORT_ITEM: Final = "report"
"""The item of a valid report; `report:<item or category>` is for those of one item or category of the catalogue."""

Reach = Literal["village", "township", "county"]
REACHES: Final[tuple[str, ...]] = get_args(Reach)
"""At whose stations an account's points buy goods: those of its village, its township, or its whole county."""

PERIODS: Final = ("day", "month", "year")
"""What a cap or a limit counts together: a day, a month or a year in China."""


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of deeds, by a permanent word and the title that people read."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Item:
    """What gives points, or takes them (`points` below zero), for each `unit`."""

    code: str
    category: str
    title: str
    points: int
    unit: str


@dataclass(frozen=True, slots=True)
class Window:
    """Deeds of these days count `factor_percent` of their points; no `categories`: of every kind."""

    since: date
    until: date
    factor_percent: int
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cap:
    """A person or a household's account gets so many points for the deeds of a period and no more.

    `category` None: for deeds of all kinds together.
    """

    scope: str
    period: str
    points: int
    category: str | None = None


@dataclass(frozen=True, slots=True)
class ExchangeLimit:
    """An account exchanges so many pieces of a good in a period and no more; `sku` None: of every good for itself."""

    period: str
    quantity: int
    sku: str | None = None


@event("points_rule.published/1")
class PointsRulePublished:
    """From `since` on this is the division's rule, as a whole, in place of the version before.

    `holder` is one of HOLDERS. `expires_after_months` counts from the month in which points are credited; None: they
    stay. `cash_top_up`: who has too few points may pay the rest. `debt_from_deductions`: a deduction takes more than an
    account holds and leaves a debt. `exchange_within` is one of REACHES; None: as the wider rule says, and the whole
    county where none does. `document` is the order that says so.
    """

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
    expires_after_months: int | None = None
    cash_top_up: bool
    debt_from_deductions: bool
    exchange_within: str | None = None
