"""The first event: whose journal it is, and whether it is only a rehearsal.

What must not be broken: the log key and the policy that the reader was handed must be those that the journal
itself named when it began; a second beginning is none.
"""

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.trusted import Trusted

OPENED = "log.opened/1"


class Genesis:
    """Check 5."""

    def __init__(self, findings: Findings, trusted: Trusted) -> None:
        self._findings = findings
        self._trusted = trusted
        self.rehearsal: bool | None = None

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge the event at index 0, and refuse another beginning later."""
        if entry.index == 0 and entry.type != OPENED:
            self._findings.add("genesis.missing", entry.place, type=entry.type)
        elif entry.index > 0 and entry.type == OPENED:
            self._findings.add("genesis.again", entry.place)
        elif entry.index == 0:
            self._opened(entry)

    def _opened(self, entry: Entry) -> None:
        data, trusted = entry.data, self._trusted
        self.rehearsal = data["rehearsal"]
        if self.rehearsal:
            self._findings.attend("genesis.rehearsal", entry.place)
        if data["origin"] != entry.line.origin:
            self._findings.add("genesis.origin", entry.place, found=data["origin"], expected=entry.line.origin)
        if trusted.log_key is not None and data["log_key"] != str(trusted.log_key):
            self._findings.add("genesis.log_key", entry.place, found=data["log_key"], expected=str(trusted.log_key))
        if trusted.policy_text is not None and data["policy"].encode() != trusted.policy_text:
            self._findings.add("genesis.policy", entry.place)
        if data["founder_id"] != entry.line.by:
            self._findings.add("genesis.founder", entry.place, found=entry.line.by, expected=data["founder_id"])
        self._findings.summarise(Check.GENESIS, county=data["county_name"], origin=data["origin"])

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Say so when the first entry could not be read."""
        if self.rehearsal is None and not self._findings.failed(Check.GENESIS):
            self._findings.skip(Check.GENESIS, "no_genesis")
