"""Pages of a long list: which of how many rows are shown, and where the next page begins.

What must not be broken: a list is never cut without saying so, and following 下一页 reaches every row exactly once. A
page begins after the last row of the page before (its sort key), so rows that come or go in between move nothing.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from domain.kernel.refusals import Refusal

T = TypeVar("T")
MomentKey = tuple[datetime, UUID]
"""Where a page of rows in the order of time begins: the moment and the id of the last row of the page before."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows `first` to `last` of `total`; `first` counts from 1."""

    total: int
    first: int
    count: int

    @property
    def last(self) -> int:
        """The number of the last row on the page."""
        return self.first + self.count - 1

    @property
    def more(self) -> bool:
        """Whether a page follows."""
        return self.count > 0 and self.last < self.total

    @property
    def whole(self) -> bool:
        """Whether everything is on this page."""
        return self.count == self.total

    @property
    def text(self) -> str:
        """`共 312 条，第 51–100 条`; `共 12 条` where all are here."""
        if self.whole or not self.count:
            return f"共 {self.total:,} 条"
        return f"共 {self.total:,} 条，第 {self.first:,}–{self.last:,} 条"


def query(**asked: object) -> str:
    """A query for the same page with these filters; what is None or empty is left out."""
    return "?" + urlencode({name: str(value) for name, value in asked.items() if value not in (None, "")})


def write_key(*parts: object) -> str:
    """A sort key as one word of an address."""
    text = json.dumps([part.isoformat() if isinstance(part, datetime) else str(part) for part in parts])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_key(text: str, *, size: int) -> Sequence[str]:
    """The parts of a key. Refuses `page.unknown` for what this program did not write."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        raise Refusal("page.unknown") from None
    if not isinstance(parts, list) or len(parts) != size or not all(isinstance(part, str) for part in parts):
        raise Refusal("page.unknown")
    return parts


def moment_and_id(moment: str, identifier: str) -> MomentKey:
    """The two as they stand in a key. Refuses `page.unknown`."""
    try:
        at, found = datetime.fromisoformat(moment), UUID(identifier)
    except ValueError:
        raise Refusal("page.unknown") from None
    if at.tzinfo is None:
        raise Refusal("page.unknown")
    return at, found


def read_moment(text: str | None) -> MomentKey | None:
    """The key of rows in the order of time. Refuses `page.unknown`."""
    return moment_and_id(*read_key(text, size=2)) if text else None


def cut(rows: Sequence[T], *, name: Callable[[T], object], after: str | None, size: int) -> tuple[Sequence[T], Shown]:
    """The page of a list that is at hand whole: the rows behind the one of that name. For lists of some thousand rows.

    Refuses `page.unknown` where no row has the name.
    """
    start = 0
    if after:
        names = [str(name(row)) for row in rows]
        if after not in names:
            raise Refusal("page.unknown")
        start = names.index(after) + 1
    page = rows[start : start + size]
    return page, Shown(total=len(rows), first=start + 1, count=len(page))
