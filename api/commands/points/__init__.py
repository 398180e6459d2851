"""Points: publishing rules, crediting deeds, keeping accounts, and letting points expire."""

from api.commands.points.crediting import Deed, Points
from api.commands.points.keeping import (
    Deduction,
    Opening,
    Tried,
    deduct,
    expire,
    record_openings,
    take_back,
    try_deduction,
)
from api.commands.points.publishing import publish, why_not
from api.commands.points.reports import deed_of
from api.commands.points.streams import account_stream, layers_in_force, layers_on, rule_stream, rules_along

__all__ = [
    "Deduction",
    "Deed",
    "Opening",
    "Points",
    "Tried",
    "account_stream",
    "deduct",
    "deed_of",
    "expire",
    "layers_in_force",
    "layers_on",
    "publish",
    "record_openings",
    "rule_stream",
    "rules_along",
    "take_back",
    "try_deduction",
    "why_not",
]
