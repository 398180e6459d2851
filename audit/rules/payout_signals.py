"""What stood out in a list was shown to two people, and each of them said why it may be paid all the same.

What must not be broken: the digest that the checker signed covers exactly the signals that were noted, and no signal is
left without a reason of the maker and one of the checker.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings

_Signals = list[Mapping[str, Any]]


class PayoutSignals:
    """Check 11, of what stands out in batches."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {"payout_batch.signals_noted/1", "payout_batch.signals_acknowledged/1", "payout_batch.approved/1"}
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._noted: dict[str, _Signals] = {}
        self._digests: dict[str, str] = {}  # batch -> what its events call the digest of its signals
        self._said: dict[tuple[str, str], set[tuple[int, str]]] = {}  # batch, person -> lines and codes

    def see(self, entry: Entry, book: Book) -> None:
        """Note signals and what was said about them; judge an approval."""
        batch, data = entry.identity, entry.data
        match entry.type:
            case "payout_batch.signals_noted/1":
                self._noted.setdefault(batch, []).extend(data["signals"])
                self._digests[batch] = data["digest"]
            case "payout_batch.signals_acknowledged/1":
                self._acknowledged(entry, book)
            case _:
                self._approved(entry, book)

    def _acknowledged(self, entry: Entry, book: Book) -> None:
        batch, data = entry.identity, entry.data
        if data["acknowledged_by"] != entry.by:
            named = data["acknowledged_by"]
            self._findings.add("duties.signed_by_another", entry.place, part="checker", named=named, by=entry.by)
        known = book.batches.get(batch)
        expected = shown_digest(known.lines_digest if known else "", self._digests.get(batch))
        if data["digest"] != expected:
            self._findings.add("duties.signals_differ", entry.place, found=data["digest"], expected=expected)
        said = self._said.setdefault((batch, entry.by), set())
        said |= {(line, one["code"]) for one in data["acknowledgements"] for line in one["lines"]}

    def _approved(self, entry: Entry, book: Book) -> None:
        batch, found = entry.identity, str(entry.data.get("signals_digest", ""))
        signals = self._noted.get(batch, [])
        expected = signals_digest(signals) if signals else ""
        for stated in {found, self._digests.get(batch, "")} - {expected}:
            self._findings.add("duties.signals_differ", entry.place, found=stated, expected=expected)
        known = book.batches.get(batch)
        maker = known.maker if known else ""
        for part, person in (("maker", maker), ("checker", entry.by)):
            said = self._said.get((batch, person), set())
            for line, _ in sorted({(one["line"], one["code"]) for one in signals} - said):
                self._findings.add("duties.signals_open", entry.place, line=line, part=part)

    def finish(self, book: Book) -> None:
        """Everything is judged event by event."""


def signals_digest(signals: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 over one canonical JSON object a signal, with its newline, in the order of the events."""
    digest = hashlib.sha256()
    for signal in signals:
        shown = {name: signal[name] for name in ("code", "facts", "line")}
        digest.update(json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()


def shown_digest(lines: str, signals: str | None) -> str:
    """What a page with lines and signals is approved by."""
    return hashlib.sha256(f"{lines}\n{signals}\n".encode()).hexdigest() if signals else lines
