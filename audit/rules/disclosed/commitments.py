"""What the village promised in public, from the events of the promises alone.

What must not be broken: the figures rest on nothing but these events. Twin: `projections.disclosed.commitments`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, NamedTuple

from audit.entries import Entry
from audit.rules.disclosed.fold import Parameters
from domain.kernel.disclosed import span
from domain.kernel.documents import Column, Document, Row, Table
from domain.kernel.places import Division, chain

_COLUMNS: Final = (
    Column("place", "place"),
    Column("title", "text"),
    Column("responsible", "text"),
    Column("made_on", "date"),
    Column("due_on", "date"),
    Column("state", "code"),
    Column("fulfilled_on", "date"),
    Column("note", "text"),
)
_STATES: Final = ("fulfilled", "late", "running", "due", "overdue", "withdrawn")
_ENDS: Final[Mapping[str, str]] = {"commitment.fulfilled/1": "fulfilled", "commitment.withdrawn/1": "withdrawn"}


@dataclass(slots=True)
class _Promise:
    """A promise as its events tell it; days as text, which sorts as they do."""

    division: str
    title: str
    responsible: str
    made_on: str
    due_on: str
    ended: str = ""
    ended_on: str | None = None
    fulfilled_on: str | None = None
    notes: list[tuple[str, str]] = field(default_factory=list)  # the day that each is about

    def on(self, last: str) -> "_Standing":
        """How it stood on a day."""
        ended = bool(self.ended) and (self.fulfilled_on or self.ended_on or "") <= last
        said = [note for day, note in self.notes if day <= last]
        return _Standing(self.ended if ended else "", self.fulfilled_on if ended else None, said[-1] if said else None)


class _Standing(NamedTuple):
    """How a promise stood on a day: its end, if it had come; the latest word on it."""

    ended: str
    fulfilled_on: str | None
    note: str | None


class Commitments:
    """The promises, as the events so far tell them."""

    query: ClassVar[str] = "commitments/1"
    types: ClassVar[frozenset[str]] = frozenset({"commitment.made/1", "commitment.progressed/1", *_ENDS})

    def __init__(self) -> None:
        self._promises: dict[str, _Promise] = {}
        self._of: dict[str, list[_Promise]] = {}  # area -> in the order of the log

    def apply(self, entry: Entry) -> None:
        """Take one event in."""
        data, promise = entry.data, self._promises.get(entry.identity)
        if entry.type == "commitment.made/1":
            if promise is None:
                self._made(entry)
        elif promise is not None:
            promise.notes.append((data.get("fulfilled_on") or entry.on, data["note"]))
            if entry.type in _ENDS:
                promise.ended, promise.ended_on = _ENDS[entry.type], entry.on
                promise.fulfilled_on = data.get("fulfilled_on")

    def _made(self, entry: Entry) -> None:
        data = entry.data
        texts = (data["division"], data["title"], data["responsible"])
        promise = self._promises[entry.identity] = _Promise(*texts, data["made_on"], data["due_on"])
        for area in chain(Division(data["division"])):
            self._of.setdefault(area, []).append(promise)

    def document(self, *, division: Division, period: str, parameters: Parameters, position: int) -> Document:
        """The promises of a division, or below it, that stood in a month, quarter or year."""
        first, last = (day.isoformat() for day in span(period))
        rows = tuple(
            _row(one, first, last)
            for one in self._of.get(division, ())
            if one.made_on <= last and (one.ended_on is None or one.ended_on >= first)
        )
        return Document(
            kind="commitments",
            division=division,
            period=period,
            query=self.query,
            parameters=parameters,
            position=position,
            sentence=_sentence(rows),
            tables=(Table("commitments", _COLUMNS, rows),),
        )


def _row(one: _Promise, first: str, last: str) -> Row:
    head = (one.division, one.title, one.responsible, one.made_on, one.due_on)
    standing = one.on(last)
    return *head, _state(one, standing, first, last), standing.fulfilled_on, standing.note


def _state(one: _Promise, standing: _Standing, first: str, last: str) -> str:
    if standing.ended == "fulfilled" and standing.fulfilled_on is not None:
        return "late" if standing.fulfilled_on > one.due_on else "fulfilled"
    if standing.ended:
        return standing.ended
    if one.due_on < first:
        return "overdue"
    return "due" if one.due_on <= last else "running"


def _sentence(rows: Sequence[Row]) -> dict[str, int]:
    states = [row[5] for row in rows]
    return {"count": len(rows), **{state: states.count(state) for state in _STATES}}
