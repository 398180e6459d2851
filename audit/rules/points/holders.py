"""Whose account a deed's points belong in: the doer's own, or that of the household where he belonged on the day."""

from collections.abc import Mapping

from audit.entries import Entry
from audit.rules.points.standing import Standing


class Belongings:
    """In which household somebody belonged on which days, by the persons' own streams."""

    def __init__(self) -> None:
        self._spans: dict[str, list[tuple[str, str, str | None]]] = {}  # residence stream -> (household, since, until)
        self._streams: dict[str, str] = {}  # person -> residence stream

    def see(self, entry: Entry) -> None:
        """Take what a residence says."""
        data, spans = entry.data, self._spans.setdefault(entry.identity, [])
        if entry.type == "residence.taken/1":
            self._streams[data["person_id"]] = entry.identity
            spans.append((data["household_id"], data["since"], None))
        elif spans:
            house, since, _ = spans[-1]
            spans[-1] = house, since, data["last_day"]

    def is_own(self, standing: Standing, *, by: str, on: str) -> bool:
        """Whether an account is somebody's own, that of his household on a day, or of one who lives there with him."""
        home = self.household(by, on)
        theirs = self.household(standing.holder, on) if standing.kind == "person" else standing.holder
        return (standing.kind == "person" and standing.holder == by) or (home is not None and home == theirs)

    def household(self, person: str, on: str) -> str | None:
        """The household of a person on a day, as it is known now."""
        for house, since, until in self._spans.get(self._streams.get(person, ""), ()):
            if since <= on and (until is None or on <= until):
                return house
        return None


def belongs(
    account: str,
    standing: Standing,
    accounts: Mapping[str, Standing],
    owners: Mapping[tuple[str, str], str],
    *,
    owner: tuple[str, str],
) -> bool:
    """Whether an account is that of `owner` (kind and id), or took the place of his, which is closed.

    `owners`: kind and holder -> account.
    """
    if (standing.kind, standing.holder) == owner:
        return True
    own, seen = owners.get(owner), set[str]()
    while own is not None and own not in seen:
        seen.add(own)
        closed = accounts.get(own)
        own = closed.successor if closed is not None and closed.closed else None
        if own == account:
            return True
    return False
