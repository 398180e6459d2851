"""Which key may speak for whom, at every index of the log.

What must not be broken: an event counts only if the key that signed it was registered before it, for this
person in this role, and was neither retired nor revoked there. A revocation reaches back: what the key signed from
the stated index on is disbelieved and named, unless the book shows that it was undone and nothing rests on it;
what it signed after the revocation itself is never excused. Whether a signature is good is `audit.strict`.
"""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.rules.undone import is_undone
from journal.note import ED25519, NoteError, VerifierKey


@dataclass(slots=True)
class KnownKey:
    """A registered key, where it stopped to count (log indexes), and the indexes of what it signed."""

    key: VerifierKey
    retired_at: int | None = None
    revoked_from: int | None = None
    revoked_at: int | None = None
    signed: "array[int]" = field(default_factory=lambda: array("Q"))


class SigningKeys:
    """Check 6, the register. After `finish`, `disbelieved` are the events that a revocation reaches; each is to be
    handed to `name_disbelieved`, because only who reads it again knows what it was."""

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.known: dict[tuple[str, bytes], KnownKey] = {}
        self.disbelieved: dict[int, KnownKey] = {}  # index -> the key that was revoked from there on
        self._streams: dict[str, KnownKey] = {}
        self._custodies: Counter[str] = Counter()

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge the event's key, then note what the event says about keys."""
        if entry.type == "log.opened/1" and entry.index == 0:
            # The first event brings the key that signs it; everything later needs one from before.
            data = entry.data
            self._register(entry, data["founder_key"], f"{data['origin']}/administrator/{data['founder_id']}")
        self._judge(entry)
        if entry.type.startswith("key."):
            self._note(entry)

    def _note(self, entry: Entry) -> None:
        data = entry.data
        match entry.type:
            case "key.registered/1":
                name = f"{entry.origin}/{data['role']}/{data['person_id']}"
                self._register(entry, data["key"], name)
                self._custodies[data["custody"]] += 1
            case "key.retired/1":
                if known := self._of_stream(entry):
                    known.retired_at = entry.index
            case "key.revoked/1":
                if known := self._of_stream(entry):
                    # A second revocation may reach further back, and takes nothing away from the first.
                    reaches = (
                        [data["from_index"]] if known.revoked_from is None else [known.revoked_from, data["from_index"]]
                    )
                    known.revoked_from = min(reaches)
                    known.revoked_at = entry.index if known.revoked_at is None else known.revoked_at

    def _judge(self, entry: Entry) -> None:
        expected = f"{entry.origin}/{entry.role}/{entry.by}"
        if entry.key_name != expected:
            self._findings.add("signatures.name", entry.place, found=entry.key_name, expected=expected)
            return
        known = self.known.get((entry.key_name, entry.key_id))
        if known is None:
            self._findings.add("signatures.unknown", entry.place, key=entry.key_name, key_id=entry.key_id.hex())
            return
        known.signed.append(entry.index)
        if known.retired_at is not None:
            self._findings.add("signatures.retired", entry.place, key=entry.key_name, at=known.retired_at)

    def _register(self, entry: Entry, text: str, name: str) -> None:
        try:
            key = VerifierKey.parse(text)
        except NoteError as error:
            self._findings.add("signatures.bad_key", entry.place, detail=str(error))
            return
        if key.name != name or key.algorithm != ED25519:
            self._findings.add("signatures.key_name", entry.place, found=key.name, expected=name)
            return
        known = self.known.setdefault((key.name, key.key_hash), KnownKey(key))
        if known.key != key:
            self._findings.add("signatures.key_clash", entry.place, key=key.name, key_id=key.key_hash.hex())
        self._streams[entry.identity] = known

    def _of_stream(self, entry: Entry) -> KnownKey | None:
        known = self._streams.get(entry.identity)
        if known is None:
            self._findings.add("signatures.unregistered", entry.place)
        return known

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Say how many keys there are, how many the server itself holds, and what is disbelieved."""
        for known in self.known.values():
            since = known.revoked_from
            if since is not None:
                self.disbelieved.update((index, known) for index in known.signed if index >= since)
        self._findings.summarise(
            Check.SIGNATURES,
            keys=len(self.known),
            server=self._custodies["server"],
            own=self._custodies["password"] + self._custodies["device"],
        )

    def name_disbelieved(self, entry: Entry, book: Book) -> None:
        """One event of a revoked key: a fault, or only a point of attention where it was undone."""
        known = self.disbelieved[entry.index]
        if known.revoked_at is not None and entry.index > known.revoked_at:
            self._findings.add("signatures.revoked_before", entry.place, key=known.key.name, at=known.revoked_at)
        elif is_undone(entry.type, entry.identity, book):
            self._findings.attend("signatures.undone", entry.place, key=known.key.name)
        else:
            self._findings.add("signatures.revoked", entry.place, key=known.key.name)
