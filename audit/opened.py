"""Values that were opened with authority: each is the one that the journal committed to, or it is named.

What must not be broken: SHA-256(0x00 || nonce || value) is the commitment, and the commitment stands in an event; the
last line counts the others and holds their digest, so that none can be left out unseen.
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.shapes import digest as is_digest
from domain.kernel.names import mask_name
from journal.line import canonical

OPENED = "opened/values.jsonl"
_ROW_BYTES_MAX = 1 << 20
_COMMITTED = {
    "person.registered/1": ("name",),
    "person.payee_account_set/1": ("holder", "number", "bank"),
    "member.applied/1": ("phone",),
    "incident.reported/1": ("text",),
    "incident.handled/1": ("reply",),
    "suggestion.opened/1": ("text",),
    "objection.raised/1": ("text",),
    "village_party.registered/1": ("name",),
}


class Value(NamedTuple):
    """A value with the 32 random bytes that hide it."""

    commitment: str
    nonce: str  # hex
    value: str


def commitments_in(entry_type: str, data: Any) -> list[str]:
    """The commitments to personal values that an event holds."""
    return [data[name] for name in _COMMITTED.get(entry_type, ()) if name in data]


def file_of(values: Iterable[Value]) -> bytes:
    """The file: a line a value by commitment, then the line that counts them."""
    lines = [canonical(value._asdict()) + b"\n" for value in sorted(values)]
    body = b"".join(lines)
    return body + canonical({"count": len(lines), "digest": sha256(body).hexdigest()}) + b"\n"


class OpenedValues:
    """Check 19; `masks` are the masked names of the persons whose names were opened."""

    types: ClassVar[frozenset[str] | None] = frozenset(_COMMITTED)
    moving: ClassVar[bool] = False

    def __init__(self, folder: PackageFolder, findings: Findings) -> None:
        self._findings = findings
        self._values: dict[str, tuple[int, str]] = {}  # commitment -> row, value
        self._named: set[str] = set()
        self._erased: set[str] = set()
        self.masks: dict[str, str] = {}
        self._here = OPENED in folder.files
        if self._here:
            self._read(folder)
        else:
            findings.skip(Check.OPENED, "not_opened")

    def _read(self, folder: PackageFolder) -> None:
        body, last, row, count = sha256(), b"", 0, 0
        try:
            with folder.open(OPENED) as file:
                for row, line in enumerate(iter(lambda: file.readline(_ROW_BYTES_MAX), b""), start=1):
                    if last:
                        body.update(last)
                        count += 1
                        self._value(row - 1, last)
                    last = line
        except (UnreadableFile, OSError):
            self._findings.add("opened.unreadable", Place(OPENED), detail="")
            return
        if last != canonical({"count": count, "digest": body.hexdigest()}) + b"\n":
            self._findings.add("opened.count", Place(OPENED, row=row or None))

    def _value(self, row: int, line: bytes) -> None:
        place = Place(OPENED, row=row)
        try:
            found = Value(**json.loads(line))
            nonce = bytes.fromhex(found.nonce)
            good = is_digest(found.commitment) and len(nonce) == 32 and isinstance(found.value, str)
            right = good and sha256(b"\x00" + nonce + found.value.encode()).hexdigest() == found.commitment
            exact = good and canonical(found._asdict()) + b"\n" == line
        except (ValueError, TypeError, RecursionError):
            self._findings.add("opened.row", place)
            return
        if not exact:
            self._findings.add("opened.row", place)
        elif not right:
            self._findings.add("opened.differs", place)
        elif found.commitment in self._values:
            self._findings.add("opened.twice", place)
        else:
            self._values[found.commitment] = row, found.value

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Note which of the values the events commit to."""
        if not self._values or entry.type not in _COMMITTED:
            return
        for commitment in commitments_in(entry.type, entry.data):
            if commitment in self._values:
                self._named.add(commitment)
                if entry.type == "person.registered/1":
                    self.masks[entry.identity] = mask_name(self._values[commitment][1])

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Values that nothing commits to prove nothing."""
        for commitment, (row, _) in self._values.items():
            if commitment not in self._named:
                self._findings.add("opened.unnamed", Place(OPENED, row=row))
        if self._here:
            self._findings.summarise(Check.OPENED, values=len(self._named))
