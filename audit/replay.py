"""The journal, read once from its first entry to its last, and shown to every rule.

What must not be broken: the root is computed from the bytes that were read, and every entry that can be read
is shown to every rule, whatever was wrong before it.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from audit import shapes
from audit.book import Book
from audit.entries import Bundle, Entry, Raw, read_bundle
from audit.findings import Check, Findings, Place, Progress
from audit.folder import PackageFolder
from audit.rules import Rule
from journal import line as lines
from journal import note
from journal.line import Line, LineError
from journal.merkle import Frontier, leaf_hash
from journal.note import NoteError


class Replay:
    """Reads bundles in order; afterwards `size` and `roots` say what tree the entries make."""

    def __init__(self, folder: PackageFolder, findings: Findings, rules: Sequence[Rule], *, origin: str | None) -> None:
        self._folder = folder
        self._findings = findings
        self._rules = rules
        self._origin = origin
        self._book = Book()
        self._frontier = Frontier()
        self._whole = True  # no entry missing so far
        self.roots: dict[int, bytes] = {}
        self.digests: dict[str, bytes] = {}  # of each bundle as it was read here
        self.read = 0

    @property
    def size(self) -> int:
        """How many entries there are from index 0 on without a gap."""
        return self._frontier.size

    def run(self, bundles: Iterable[Bundle], *, wanted: Iterable[int], total: int, progress: Progress) -> None:
        """Read every bundle; keep the root at each size in `wanted`, and at the end."""
        self._wanted = frozenset(wanted)
        self._note_root()
        for bundle in bundles:
            content, raws = read_bundle(self._folder, bundle, self._findings)
            self.digests[bundle.path] = sha256(content).digest()
            self._take_leaves(bundle, raws)
            for raw in raws:
                self._show(bundle, raw)
            self.read += len(raws)
            progress("events", self.read, total)
        for rule in self._rules:
            rule.finish(self._book)
        self.roots[self.size] = self._frontier.root()
        self._findings.summarise(Check.STRUCTURE, bundles=len(self.digests), entries=self.read)
        self._findings.summarise(Check.LINES, entries=self.read)

    def _take_leaves(self, bundle: Bundle, raws: Sequence[Raw]) -> None:
        """Grow the tree, up to the first entry that is missing: what follows has no known index any more."""
        for raw in raws if self._whole else ():
            self._frontier.append(leaf_hash(raw.content))
            self._note_root()
        self._whole = self._whole and len(raws) == bundle.width

    def _note_root(self) -> None:
        if self.size in self._wanted:
            self.roots[self.size] = self._frontier.root()

    def _show(self, bundle: Bundle, raw: Raw) -> None:
        entry = self._entry(bundle, raw)
        if entry is None:
            return
        for rule in self._rules:
            rule.see(entry, self._book)
        self._book.apply(entry)

    def _entry(self, bundle: Bundle, raw: Raw) -> Entry | None:
        """The entry, if it is a note with one signature, a canonical line, and of the form of its type."""
        try:
            parsed = note.parse(raw.content)
            line = lines.parse(parsed.text)
        except (NoteError, LineError) as error:
            place = Place(bundle.path, raw.offset, index=raw.index)
            self._findings.add("lines.unreadable", place, detail=str(error))
            return None
        name = line.name
        place = Place(bundle.path, raw.offset, index=raw.index, event=name)
        if len(raw.content) > lines.MAX_ENTRY_BYTES:
            self._findings.add("lines.too_long", place, bytes=len(raw.content))
        if len(parsed.signatures) != 1:
            self._findings.add("lines.signatures", place, count=len(parsed.signatures))
        if self._origin is not None and line.origin != self._origin:
            self._findings.add("lines.origin", place, found=line.origin, expected=self._origin)
        if not self._fits(place, line):
            return None
        return Entry(raw.index, place, line, parsed.signatures[0], name)

    def _fits(self, place: Place, line: Line) -> bool:
        if not shapes.day(line.on):
            self._findings.add("lines.fields", place, type=line.type, fields="on")
            return False
        if line.type not in shapes.SHAPES:
            self._findings.add("lines.unknown_type", place, type=line.type)
            return False
        wrong = shapes.faults(line.type, line.data)
        if wrong:
            self._findings.add("lines.fields", place, type=line.type, fields=", ".join(wrong))
        return not wrong
