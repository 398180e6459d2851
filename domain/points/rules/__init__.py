"""Points rules: what gives points and what takes them, as data, in layers of county, township and village.

The version in force on the day of the deed decides, and no version is changed: the next one stands beside it.
"""

from domain.points.rules.events import (
    HOLDERS,
    PERIODS,
    REACHES,
    REPORT_ITEM,
    UNITS,
    Cap,
    Category,
    ExchangeLimit,
    Item,
    PointsRulePublished,
    Window,
)
from domain.points.rules.publishing import ITEMS_MAX, Content, Fault, check, faults, publish, require_day
from domain.points.rules.state import Layers, PointsRuleEvent, Rule, Rules, Worth, evolve, layers, rule_of

__all__ = [
    "HOLDERS",
    "ITEMS_MAX",
    "PERIODS",
    "REACHES",
    "REPORT_ITEM",
    "UNITS",
    "Cap",
    "Category",
    "Content",
    "ExchangeLimit",
    "Fault",
    "Item",
    "Layers",
    "PointsRuleEvent",
    "PointsRulePublished",
    "Rule",
    "Rules",
    "Window",
    "Worth",
    "check",
    "evolve",
    "faults",
    "layers",
    "publish",
    "require_day",
    "rule_of",
]
