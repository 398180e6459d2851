"""Every kind that is disclosed, in words; the page, the file, the poster and the form all ask here."""

from collections.abc import Mapping
from typing import Final

from api.web.disclosed import assets, budget, commitments, meetings, points, rewards, subsidies, village_finances
from api.web.disclosed.words import KindWords
from api.web.disclosing_words import period_words
from domain.kernel.disclosed import once
from domain.kernel.documents import reference_of

WORDS: Final[Mapping[str, KindWords]] = {
    "commitments": commitments.WORDS,
    "meetings": meetings.WORDS,
    "rewards": rewards.WORDS,
    "budget": budget.WORDS,
    "points": points.WORDS,
    "village_finances": village_finances.WORDS,
    "assets": assets.WORDS,
    "subsidies": subsidies.WORDS,
}


def disclosed_period_text(of: str) -> str:
    """`2026-10` -> `2026年10月`; of what happened once, also the beginning of its id: `专项 0f1e2d3c`."""
    happened = once(of)
    return period_words(of) if happened is None else f"{period_words(of)} {reference_of(happened)}"


def row_words(kind: str, name: str) -> str:
    """`payees:12` of rewards -> `发给谁、多少、到没到账，第 12 行`; the name itself where there is no such table."""
    table, _, number = name.partition(":")
    words = WORDS[kind].tables.get(table)
    return f"{words.title}，第 {number} 行" if words is not None else name
