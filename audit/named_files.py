"""Files that events name by digest and length: photos beside reports, papers of vouchers, attendance sheets of
meetings, and what went to and came from the bank.

What must not be broken: a file in the package is the one that an event named, byte for byte, and the list says of
every named file whether it is here. Bank files hold account numbers, so they lie apart and travel only with authority.
"""

from collections.abc import Callable, Iterator
from typing import ClassVar, NamedTuple

from audit.book import Book
from audit.entries import Entry
from audit.events import Event
from audit.findings import Check, Findings, Place
from audit.folder import PackageFolder
from audit.ledger import csv_row
from audit.wording import FILE_KINDS, NAMED_FILES_HEADING, NO, YES

ATTACHED = "attachments/"
SENT = "statements/"
LIST = "digests.csv"
_FIELDS = {
    "incident.reported/1": (ATTACHED, "photo", "photos"),
    "village_voucher.drafted/1": (ATTACHED, "voucher_paper", "attachments"),
    "village_voucher.revised/1": (ATTACHED, "voucher_paper", "attachments"),
    "meeting.sheet_kept/1": (ATTACHED, "attendance_sheet", "files"),
    "payout_batch.exported/1": (SENT, "payment_file", "file"),
    "payout_batch.answer_recorded/1": (SENT, "bank_answer", "file"),
    "bank_file.recorded/1": (SENT, "bank_file", "file"),
}
"""Type -> the folder, the kind of file, and the field that names one or several."""


NAMING_TYPES = frozenset(_FIELDS)
"""The types of events that name files."""


def types_naming(folder: str) -> frozenset[str]:
    """The types of events that name files of a folder."""
    return frozenset(kind for kind, (named, *_) in _FIELDS.items() if named == folder)


class Named(NamedTuple):
    """A file that an event names: in which folder it belongs, of which kind, its digest and length."""

    folder: str
    kind: str
    sha256: str
    length: int


def named_in(event: Event) -> Iterator[Named]:
    """The files that an event names, in its own order."""
    found = _FIELDS.get(event.type)
    if found is not None and not _named_elsewhere(event):
        folder, kind, field = found
        files = event.data[field]
        for one in files if isinstance(files, list) else (files,):
            yield Named(folder, kind, one["sha256"], one["length"])


def _named_elsewhere(event: Event) -> bool:
    """Whether another event names the file too: what a batch sent or took in is its batch's file."""
    data = event.data
    return event.type == "bank_file.recorded/1" and data["kind"] != "statement" and data["verdict"] == "read"


def named_heading() -> str:
    """The first row of `digests.csv`."""
    return csv_row(*NAMED_FILES_HEADING)


def named_rows(index: int, event: Event, folder: str, included: Callable[[str], bool]) -> Iterator[str]:
    """The rows of a folder's `digests.csv` for one event."""
    if event.type not in _FIELDS:
        return
    for number, named in enumerate((one for one in named_in(event) if one.folder == folder), start=1):
        here = YES if included(folder + named.sha256) else NO
        yield csv_row(index, number, event.name, FILE_KINDS[named.kind], named.sha256, named.length, here)


class NamedFiles:
    """Checks 16 and 18 as far as digests and lengths go; `present` are the paths of the files that are here."""

    types: ClassVar[frozenset[str] | None] = NAMING_TYPES
    moving: ClassVar[bool] = False

    def __init__(self, folder: PackageFolder, findings: Findings) -> None:
        self._folder = folder
        self._findings = findings
        self._lists = {ATTACHED + LIST, SENT + LIST}
        self._counts = {ATTACHED: 0, SENT: 0}
        self._seen: set[str] = set()
        self.present = {path for path in folder.files if path.startswith((ATTACHED, SENT)) and path not in self._lists}

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Note the files that the event names, and compare the length of those that are here."""
        if entry.type not in _FIELDS:
            return
        for named in named_in(entry):
            path = named.folder + named.sha256
            self._counts[named.folder] += 1
            if path in self.present:
                self._seen.add(path)
                length = self._folder.files[path]
                if length != named.length:
                    place = Place(path, index=entry.index, event=entry.name)
                    self._findings.add(f"{_check(path)}.length", place, found=length, expected=named.length)

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Files that no event names do not belong here."""
        for path in sorted(self.present - self._seen):
            self._findings.add(f"{_check(path)}.unnamed", Place(path))
        here = len([path for path in self._seen if path.startswith(ATTACHED)])
        self._findings.summarise(Check.ATTACHMENTS, named=self._counts[ATTACHED], here=here)

    def check_bytes(self, digests: dict[str, str]) -> None:
        """Compare each file's bytes with its name; `digests` are those of all files, by path."""
        for path in sorted(self.present):
            found = digests.get(path)
            if found is not None and found != path.rpartition("/")[2]:
                self._findings.add(f"{_check(path)}.bytes", Place(path), found=found)

    def skip_bank(self) -> None:
        """Without the bank's own files nobody can say that they agree."""
        if not any(path.startswith(SENT) for path in self.present):
            self._findings.skip(Check.BANK, "no_statements", named=self._counts[SENT])


def _check(path: str) -> Check:
    return Check.ATTACHMENTS if path.startswith(ATTACHED) else Check.BANK
