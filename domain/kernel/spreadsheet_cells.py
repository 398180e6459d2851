"""Cells that a spreadsheet program opens as text, never as a formula.

Whoever opens an export has a program that runs what begins with certain signs: a name like `=HYPERLINK(…)` would send
the reader's table to a stranger. Every writer of csv or xlsx asks here. Source: OWASP, "CSV Injection" (full-width
signs too).
"""

from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_formula(value: str) -> bool:
    """Whether a spreadsheet program might run the value."""
    return value.startswith(FORMULA_STARTS)


def plain_cell(value: str) -> str:
    """The value with an apostrophe in front where it would be run; otherwise as it is."""
    return f"'{value}" if is_formula(value) else value
