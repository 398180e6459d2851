"""Every kind that is disclosed, in words; the page, the file, the poster and the form all ask here."""

from collections.abc import Mapping
from typing import Final, Protocol

from api.web.disclosed import assets, budget, commitments, meetings, points, rewards, subsidies, village_finances
from api.web.disclosed.words import KindWords
from api.web.disclosing_words import period_words
from domain.kernel.disclosed import once
from domain.kernel.documents import Document, reference_of

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


class Disclosed(Protocol):
    """What is disclosed of one kind, place and period: a document, or a version of it."""

    @property
    def division(self) -> str:
        """The place's code."""

    @property
    def kind(self) -> str:
        """One of `WORDS`."""

    @property
    def period(self) -> str:
        """A month, a quarter, a year, or what happened once."""


def address_of(one: Disclosed) -> str:
    """Where a disclosure stands, whichever its version."""
    return f"/v/{one.division}/disclosures/{one.kind}/{one.period}"


def disclosed_period_text(of: str, title: str | None = None) -> str:
    """`2026-10` -> `2026年10月`; of what happened once, its own title in quotes (`“第四次村民代表会议”`), or where
    it has none that may be told, `专项` and no more: an id tells a reader nothing.
    """
    return f"“{title}”" if title and once(of) is not None else period_words(of)


def told_apart_text(of: str, title: str | None = None) -> str:
    """As `disclosed_period_text`, for whoever works with several that have no title: `专项 0f1e2d3c`."""
    happened, text = once(of), disclosed_period_text(of, title)
    return text if happened is None or title else f"{text} {reference_of(happened)}"


def title_of(document: Document) -> str | None:
    """The title of what a document is about, where that happened once: it stands in its first table's only row.

    None where anything is withheld, for then even the title would tell too much; as `projections.disclosed.titles`.
    """
    if once(document.period) is None or document.withheld or not document.tables:
        return None
    table = document.tables[0]
    columns = [column.name for column in table.columns]
    if len(table.rows) != 1 or "title" not in columns:
        return None
    return str(table.rows[0][columns.index("title")])


def row_words(kind: str, name: str) -> str:
    """`payees:12` of rewards -> `发给谁、多少、到没到账，第 12 行`; the name itself where there is no such table."""
    table, _, number = name.partition(":")
    words = WORDS[kind].tables.get(table)
    return f"{words.title}，第 {number} 行" if words is not None else name
