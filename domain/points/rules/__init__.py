"""Points rules: what gives points and what takes them, as data, in layers of county, township and village.

The version in force on the day of the deed decides, and no version is changed: the next one stands beside it.
"""

from domain.points.rules.events import (
    HOLDERS,
    PERIODS,
    REPORT_ITEM,
    UNITS,
    Cap,
    Category,
    ExchangeLimit,
    Item,
    PointsRulePublished,
    Window,
)
from domain.points.rules.publishing import ITEMS_MAX, Content, check, publish
from domain.points.rules.state import Layers, PointsRuleEvent, Rule, Rules, Worth, evolve, layers, rule_of

__all__ = [
    "HOLDERS",
    "ITEMS_MAX",
    "PERIODS",
    "REPORT_ITEM",
    "UNITS",
    "Cap",
    "Category",
    "Content",
    "ExchangeLimit",
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
    "layers",
    "publish",
    "rule_of",
]
