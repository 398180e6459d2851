"""Subsidy lists that hold, from the events alone. Twin: `projections.disclosed.subsidies`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from audit.entries import Entry
from audit.rules.disclosed.fold import Parameters
from domain.kernel import disclosed_subsidies
from domain.kernel.disclosed_subsidies import ListRecord, Payee
from domain.kernel.documents import Document
from domain.kernel.periods import Period
from domain.kernel.places import Division, chain


@dataclass(slots=True)
class _Version:
    """A version as it was proposed, and its payees so far."""

    data: Mapping[str, Any]
    index: int
    payees: list[Payee] = field(default_factory=list)

    def add(self, lines: list[Mapping[str, Any]]) -> None:
        """More of its lines."""
        self.payees += [(one["kind"], one["payee_id"], one["quantity_milli"], one["amount_fen"]) for one in lines]


class Subsidies:
    """Programmes, their standards, and the version of each list that holds; by village."""

    query: ClassVar[str] = disclosed_subsidies.QUERY
    types: ClassVar[frozenset[str]] = frozenset(
        {
            "subsidy_programme.published/1",
            "subsidy_programme.standard_set/1",
            "subsidy_list.proposed/1",
            "subsidy_list.lines_added/1",
            "subsidy_list.confirmed/1",
            "subsidy_list.rejected/1",
        }
    )

    def __init__(self) -> None:
        self._programmes: dict[str, Mapping[str, Any]] = {}
        self._documents: dict[str, str] = {}  # event that set a standard -> the paper that it names
        self._waiting: dict[str, _Version] = {}
        self._holding: dict[str, _Version] = {}
        self._of: dict[Division, dict[str, None]] = {}  # area -> its lists, in the order of the log

    def apply(self, entry: Entry) -> None:
        """Take one event in."""
        data = entry.data
        match entry.type:
            case "subsidy_programme.published/1":
                self._programmes.setdefault(entry.identity, data)
                self._documents[entry.name] = data["document"]
            case "subsidy_programme.standard_set/1":
                self._documents[entry.name] = data["document"]
            case "subsidy_list.proposed/1":
                self._proposed(entry)
            case "subsidy_list.lines_added/1":
                if waiting := self._waiting.get(entry.identity):
                    waiting.add(data["lines"])
            case "subsidy_list.confirmed/1":
                if waiting := self._waiting.pop(entry.identity, None):
                    self._holding[entry.identity] = waiting
            case _:
                self._waiting.pop(entry.identity, None)

    def _proposed(self, entry: Entry) -> None:
        if entry.identity not in self._waiting and entry.identity not in self._holding:
            for area in chain(Division(entry.data["division"])):
                self._of.setdefault(area, {})[entry.identity] = None
        version = self._waiting[entry.identity] = _Version(entry.data, entry.index)
        version.add(entry.data["lines"])

    def document(self, *, division: Division, period: str, parameters: Parameters, position: int) -> Document:
        """The lists that hold for the period, and who gets how much."""
        lists = [
            self._record(name, self._holding[name]) for name in self._of.get(division, ()) if name in self._holding
        ]
        made = disclosed_subsidies.document(
            [one for one in lists if one is not None],
            division=division,
            period=period,
            parameters=parameters,
            position=position,
        )
        return made.document

    def _record(self, list_id: str, version: _Version) -> ListRecord | None:
        data = version.data
        programme, document = self._programmes.get(data["programme_id"]), self._documents.get(data["standard"])
        if programme is None or document is None:
            return None
        return ListRecord(
            list_id,
            Division(data["division"]),
            programme["title"],
            document,
            programme["unit"],
            programme["sensitive"],
            Period(data["period"]),
            data["version"],
            data["standard_fen"],
            tuple(version.payees),
            version.index,
        )
