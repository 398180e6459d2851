"""Which key may speak for whom, at every index of the log.

What must not be broken: an event counts only if the key that signed it was registered before it, for this
person in this role, and was neither retired nor revoked there. Whether the signature itself is good is
`audit.signatures`.
"""

from collections import Counter
from dataclasses import dataclass

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from journal.note import ED25519, NoteError, VerifierKey


@dataclass(slots=True)
class KnownKey:
    """A registered key and where it stopped to count: `retired_at` and `revoked_from` are log indexes."""

    key: VerifierKey
    retired_at: int | None = None
    revoked_from: int | None = None


class SigningKeys:
    """Check 6, the register; `known` is what the signatures are verified against."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.known: dict[tuple[str, bytes], KnownKey] = {}
        self._streams: dict[str, KnownKey] = {}
        self._custodies: Counter[str] = Counter()

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge the event's key, then note what the event says about keys."""
        data = entry.data
        if entry.type == "log.opened/1" and entry.index == 0:
            # The first event brings the key that signs it; everything later needs one from before.
            self._register(entry, data["founder_key"], f"{data['origin']}/administrator/{data['founder_id']}")
        self._judge(entry)
        match entry.type:
            case "key.registered/1":
                name = f"{entry.line.origin}/{data['role']}/{data['person_id']}"
                self._register(entry, data["key"], name)
                self._custodies[data["custody"]] += 1
            case "key.retired/1":
                if known := self._of_stream(entry):
                    known.retired_at = entry.index
            case "key.revoked/1":
                if known := self._of_stream(entry):
                    known.revoked_from = data["from_index"]

    def _judge(self, entry: Entry) -> None:
        signature = entry.signature
        if signature.name != entry.line.key_name:
            self._findings.add("signatures.name", entry.place, found=signature.name, expected=entry.line.key_name)
            return
        known = self.known.get((signature.name, signature.key_id))
        if known is None:
            self._findings.add("signatures.unknown", entry.place, key=signature.name, key_id=signature.key_id.hex())
        elif known.retired_at is not None:
            self._findings.add("signatures.retired", entry.place, key=signature.name, at=known.retired_at)

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
        """Say how many keys there are, and how many of them the server itself holds."""
        self._findings.summarise(
            Check.SIGNATURES,
            keys=len(self.known),
            server=self._custodies["server"],
            own=self._custodies["password"] + self._custodies["device"],
        )
