"""A table from what the core says in English to what people read in Chinese. Standard library only."""

import re
from collections.abc import Iterable

Phrase = tuple[re.Pattern[str], str]
"""A pattern of the English, and the Chinese with `\\1` for its groups."""


def phrases(table: Iterable[tuple[str, str]]) -> tuple[Phrase, ...]:
    """The table with its patterns compiled; the first that fits counts."""
    return tuple((re.compile(pattern, re.DOTALL), chinese) for pattern, chinese in table)


def fitting(table: Iterable[Phrase], text: str) -> tuple[re.Match[str], str] | None:
    """How the first pattern fits the whole text, and its Chinese; None where none does."""
    for pattern, chinese in table:
        found = pattern.fullmatch(text)
        if found is not None:
            return found, found.expand(chinese)
    return None
