"""How areas disclose, as the log has settled it: the narrowest area decides, and what began last holds."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from domain.kernel.places import Division, chain


class AreaSettings:
    """The fields of every `disclosure_settings.made/1` so far, by the area that made it."""

    def __init__(self) -> None:
        self._made: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)

    def make(self, data: Mapping[str, Any]) -> None:
        """Take one more in."""
        self._made[data["division"]].append(data)

    def on(self, division: str, day: str) -> Mapping[str, Any] | None:
        """What holds in a place on a day; None where nobody has settled anything that holds there by then."""
        for area in chain(Division(division)):
            begun = [made for made in self._made.get(area, ()) if made["since"] <= day]
            if begun:
                return max(begun, key=lambda made: str(made["since"]))
        return None
