"""What an exchange has to move beside itself, and nothing else may: points, goods and a tally, in the same command."""

from collections import Counter
from typing import Any, NamedTuple

from audit.entries import Entry
from audit.findings import Findings, Place


class _Tie(NamedTuple):
    """By whom, in which command, which event of which stream, for which exchange, how much."""

    by: str
    cmd: str
    type: str
    identity: str
    exchange: str
    amounts: tuple[Any, ...]


class Ties:
    """Each event that an exchange owes is paid once."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._owing: Counter[_Tie] = Counter()
        self._where: dict[_Tie, Place] = {}

    def owe(self, entry: Entry, type_name: str, identity: str, amounts: tuple[Any, ...]) -> None:
        """An event of an exchange: another of that type and stream has to follow it, with these amounts."""
        tie = _Tie(entry.by, entry.cmd, type_name, identity, entry.identity, amounts)
        self._owing[tie] += 1
        self._where[tie] = entry.place

    def followed(self, entry: Entry) -> None:
        """Points, goods or a tally moved: as an exchange of the same command says, once."""
        data = entry.data
        if entry.category == "stock":
            amounts: tuple[Any, ...] = (data["quantity"], data["cost_fen"])
        elif entry.category == "taking":
            amounts = data["taken_on"], *sorted((one["sku"], one["quantity"]) for one in data["goods"])
        else:
            amounts = (data["points"],)
        tie = _Tie(entry.by, entry.cmd, entry.type, entry.identity, data["exchange_id"], amounts)
        if self._owing[tie] > 0:
            self._owing[tie] -= 1
            if not self._owing[tie]:
                del self._owing[tie], self._where[tie]
        else:
            self._findings.add("stations.without_exchange", entry.place, type=entry.type)

    def finish(self) -> None:
        """Name what an exchange lacks."""
        for tie, count in self._owing.items():
            if count > 0:
                self._findings.add("stations.exchange_incomplete", self._where[tie], type=tie.type)
