"""What persons and households earned in a day, a month or a year: counted here from the grants themselves."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

_LENGTHS = {"day": 10, "month": 7, "year": 4}


class _Count(NamedTuple):
    who: str
    period: str
    category: str | None


class Earned:
    """Points by person or account, by day, month and year, of one category and of all."""

    def __init__(self) -> None:
        self._points: Counter[_Count] = Counter()

    def add(self, points: int, *, who: Iterable[str], deed_on: str, category: str) -> None:
        """Count points, or take them out again (below zero)."""
        for one in who:
            for length in _LENGTHS.values():
                for kind in (None, category):
                    self._points[_Count(one, deed_on[:length], kind)] += points

    def room(
        self, caps: Iterable[Mapping[str, Any]], *, person: str | None, household: str | None, deed_on: str
    ) -> int | None:
        """The points that the narrowest cap leaves; None: there is none. `household`: the account, if it is one's."""
        rooms = []
        for cap in caps:
            who = person if cap["scope"] == "person" else household
            if who is not None:
                count = _Count(who, deed_on[: _LENGTHS[cap["period"]]], cap.get("category"))
                rooms.append(max(0, cap["points"] - self._points[count]))
        return min(rooms, default=None)
