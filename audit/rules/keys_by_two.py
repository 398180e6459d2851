"""It takes two to speak for an officer: nobody registers his own key, nobody alone replaces another's.

What must not be broken: who acted is taken from the signed line of each event. A key is registered by an administrator
who is not its holder (the founder's own, named by the genesis, excepted), after every earlier key of the same person
and role was ended, and not by whoever ended the last one; the first key in a further role of an officer, not by
whoever granted the role. An officer's key that the server keeps is pointed out.
"""

from dataclasses import dataclass
from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings
from domain.keys import SERVER_HELD


@dataclass(slots=True)
class _Held:
    """A person's newest key in a role: its stream, and who ended it (None while it is live)."""

    stream: str
    ended_by: str | None = None


class KeysByTwo:
    """Check 6, who stands behind a key; `SigningKeys` judges what the keys signed."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {"log.opened/1", "key.registered/1", "key.retired/1", "key.revoked/1", "person.role_granted/1"}
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._newest: dict[tuple[str, str], _Held] = {}
        self._holders: dict[str, tuple[str, str]] = {}
        self._granted_by: dict[tuple[str, str], str] = {}
        self._officers: set[str] = set()
        self._founder_key: str | None = None

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge events about keys."""
        match entry.type:
            case "log.opened/1" if entry.index == 0:
                self._founder_key = entry.data["founder_key"]
            case "key.registered/1":
                self._registered(entry)
            case "person.role_granted/1":
                self._granted_by[entry.identity, entry.data["role"]] = entry.by
            case "key.retired/1" | "key.revoked/1":
                self._ended(entry)

    def _registered(self, entry: Entry) -> None:
        data, by = entry.data, entry.by
        whose = (data["person_id"], data["role"])
        officer = data["role"] not in SERVER_HELD
        if officer and by == data["person_id"] and data["key"] != self._founder_key:
            self._findings.add("signatures.registered_own", entry.place, person=by, role=data["role"])
        if officer and data["custody"] == "server":
            self._findings.attend("signatures.server_holds", entry.place, person=data["person_id"], role=data["role"])
        before = self._newest.get(whose)
        if before is not None and before.ended_by is None:
            self._findings.add("signatures.second_key", entry.place, person=data["person_id"], role=data["role"])
        elif before is not None and before.ended_by == by:
            self._findings.add("signatures.one_administrator", entry.place, person=data["person_id"], by=by)
        elif before is None and officer and whose[0] in self._officers:
            self._further_role(entry, whose)
        if officer:
            self._officers.add(whose[0])
        self._newest[whose] = _Held(entry.identity)
        self._holders[entry.identity] = whose

    def _further_role(self, entry: Entry, whose: tuple[str, str]) -> None:
        """Somebody who is an officer already gets a key in another role: two must have wanted it."""
        granted_by = self._granted_by.get(whose)
        if granted_by in (None, entry.by):
            self._findings.add("signatures.granted_alone", entry.place, person=whose[0], role=whose[1], by=entry.by)

    def _ended(self, entry: Entry) -> None:
        whose = self._holders.get(entry.identity)
        if whose is None:
            return  # `SigningKeys` says that it was never registered
        if whose[0] == entry.by and whose[1] not in SERVER_HELD:
            self._findings.add("signatures.ended_own", entry.place, person=whose[0], role=whose[1])
        newest = self._newest[whose]
        if newest.stream == entry.identity and newest.ended_by is None:
            newest.ended_by = entry.by

    def finish(self, book: Book) -> None:
        """Keys are judged event by event."""
