"""Notices, suggestions and promises: each step in its order, by who signed it; nobody answers or vouches for himself.

What must not be broken: who acted is taken from who signed; every affair is folded here from its own events.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings

ERASER: Final = "eraser"

_SIGNED: Final[Mapping[str, tuple[str, str]]] = {
    "notice.posted/1": ("poster", "poster_id"),
    "notice.withdrawn/1": ("withdrawer", "withdrawer_id"),
    "suggestion.accepted/1": ("replier", "accepter_id"),
    "suggestion.answered/1": ("replier", "answerer_id"),
    "suggestion.closed/1": ("replier", "closer_id"),
    "suggestion.text_erased/1": (ERASER, "eraser_id"),
    "commitment.made/1": ("promiser", "maker_id"),
    "commitment.progressed/1": ("progress_reporter", "reporter_id"),
    "commitment.fulfilled/1": ("confirmer", "confirmer_id"),
    "commitment.withdrawn/1": ("withdrawer", "withdrawer_id"),
}
"""Type -> the part that its signer plays, and the field that names him."""

_NEXT: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "notice.posted/1": (frozenset({""}), "posted"),
    "notice.withdrawn/1": (frozenset({"posted"}), "withdrawn"),
    "suggestion.opened/1": (frozenset({""}), "opened"),
    "suggestion.accepted/1": (frozenset({"opened"}), "accepted"),
    "suggestion.answered/1": (frozenset({"accepted", "answered"}), "answered"),
    "suggestion.closed/1": (frozenset({"opened", "accepted", "answered"}), "closed"),
    "commitment.made/1": (frozenset({""}), "made"),
    "commitment.progressed/1": (frozenset({"made"}), "made"),
    "commitment.fulfilled/1": (frozenset({"made"}), "fulfilled"),
    "commitment.withdrawn/1": (frozenset({"made"}), "withdrawn"),
}
"""Type -> the states that it may follow, and the one that it leads to."""

_ERASED: Final = "suggestion.text_erased/1"


@dataclass(slots=True)
class _Affair:
    """How far it is, on which day it began, whether its words are gone, and who has played which part in it."""

    state: str
    began: str = ""
    erased: bool = False
    played: list[tuple[str, str]] = field(default_factory=list)


class Affairs:
    """Check 29, of notices, suggestions and promises."""

    types: ClassVar[frozenset[str] | None] = frozenset({*_NEXT, _ERASED})
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._affairs: dict[str, _Affair] = {}

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge one step."""
        self._signed(entry)
        affair = self._affairs.setdefault(entry.stream, _Affair(""))
        if entry.type == _ERASED:
            self._erased(entry, affair)
            return
        before, after = _NEXT[entry.type]
        if affair.state not in before or (entry.type == "suggestion.accepted/1" and affair.erased):
            self._order(entry, affair)
        if entry.type == "suggestion.closed/1" and (entry.data["reason"] == "answered") != (affair.state == "answered"):
            self._order(entry, affair)
        affair.state = after
        self._days(entry, affair)
        self._apart(entry, affair)

    def _erased(self, entry: Entry, affair: _Affair) -> None:
        """The words of somebody who is not known, once; those of a person go with the person."""
        if not affair.state or affair.erased or any(part == "author" for part, _ in affair.played):
            self._order(entry, affair)
        affair.erased = True

    def _order(self, entry: Entry, affair: _Affair) -> None:
        self._findings.add("village.order", entry.place, type=entry.type, state=affair.state)

    def _signed(self, entry: Entry) -> None:
        if entry.type in _SIGNED:
            part, name = _SIGNED[entry.type]
            if entry.data[name] != entry.by:
                self._findings.add(
                    "village.signed_by_another", entry.place, part=part, named=entry.data[name], by=entry.by
                )

    def _days(self, entry: Entry, affair: _Affair) -> None:
        """Nothing is promised, kept or posted on a day on which it could not be."""
        data = entry.data
        match entry.type:
            case "notice.posted/1":
                wrong = data["since"] < entry.on or data["until"] < data["since"]
                day = data["until"] if data["until"] < data["since"] else data["since"]
            case "suggestion.accepted/1":
                wrong, day = data["due_on"] < entry.on, data["due_on"]
            case "commitment.made/1":
                affair.began = data["made_on"]
                wrong = data["made_on"] > entry.on or data["due_on"] < data["made_on"]
                day = data["due_on"] if data["due_on"] < data["made_on"] else data["made_on"]
            case "commitment.fulfilled/1":
                day = data["fulfilled_on"]
                wrong = day > entry.on or day < affair.began
            case _:
                return
        if wrong:
            self._findings.add("village.affair_day", entry.place, day=day)

    def _apart(self, entry: Entry, affair: _Affair) -> None:
        """Nobody answers what he suggested, or vouches for what he promised or reported."""
        if entry.type == "suggestion.opened/1":
            if author := entry.data.get("author_id"):
                affair.played.append(("author", author))
            return
        part = _SIGNED[entry.type][0]
        if part in ("promiser", "progress_reporter"):
            affair.played.append((part, entry.by))
            return
        reported = frozenset({"promiser"}) if part == "withdrawer" else frozenset({"promiser", "progress_reporter"})
        barred = reported | {"author"}
        for other, who in affair.played:
            if who == entry.by and other in barred:
                self._findings.add("village.acted_twice", entry.place, person=who, first=other, second=part)

    def finish(self, book: Book) -> None:
        """All of it is judged event by event."""
