"""The log about itself: whose journal it is, whether it is only a rehearsal, which policy is in force where, its end.

What must not be broken: the log key and the policy that the reader was handed must be those that the journal
itself names; a second beginning is none; and nothing follows its end.
"""

from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings, Place
from journal.trust import Policy, PolicyError

OPENED = "log.opened/1"


class Genesis:
    """Check 5. `policies` are all policy texts with the event that set each, in their order."""

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.rehearsal: bool | None = None
        self.log_key: tuple[str, Place] | None = None
        self.policies: list[tuple[Place, bytes]] = []
        self._closed: Place | None = None

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge the events of the log about itself, and refuse whatever follows the last."""
        if self._closed is not None:
            self._findings.add("genesis.after_close", entry.place, closed=self._closed.event or "")
        if entry.index == 0 and entry.type != OPENED:
            self._findings.add("genesis.missing", entry.place, type=entry.type)
        elif entry.type == OPENED:
            if entry.index > 0:
                self._findings.add("genesis.again", entry.place)
            else:
                self._opened(entry)
        elif entry.type == "log.policy_set/1":
            self._policy(entry)
        elif entry.type == "log.closed/1":
            self._closed = self._closed or entry.place

    def _opened(self, entry: Entry) -> None:
        data = entry.data
        self.rehearsal = data["rehearsal"]
        self.log_key = data["log_key"], entry.place
        if self.rehearsal:
            self._findings.attend("genesis.rehearsal", entry.place)
        if data["origin"] != entry.origin:
            self._findings.add("genesis.origin", entry.place, found=data["origin"], expected=entry.origin)
        if data["founder_id"] != entry.by:
            self._findings.add("genesis.founder", entry.place, found=entry.by, expected=data["founder_id"])
        self._policy(entry)
        self._findings.summarise(Check.GENESIS, county=data["county_name"], origin=data["origin"])

    def _policy(self, entry: Entry) -> None:
        text = entry.data["policy"].encode(errors="surrogatepass")
        self.policies.append((entry.place, text))
        try:
            policy = Policy.parse(text)
        except PolicyError as error:
            self._findings.add("genesis.bad_policy", entry.place, detail=str(error))
            return
        if {log.key.name for log in policy.logs} != {entry.origin}:
            self._findings.add("genesis.policy_logs", entry.place, origin=entry.origin)

    def in_force(self, size: int) -> tuple[Place, bytes] | None:
        """The policy that judges a checkpoint of `size`: the last that was set below that index."""
        before = [policy for policy in self.policies if (policy[0].index or 0) < max(size, 1)]
        return before[-1] if before else None

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Say so when the first entry could not be read."""
        if self.rehearsal is None and not self._findings.failed(Check.GENESIS):
            self._findings.skip(Check.GENESIS, "no_genesis")
