"""The journal, read once from its first entry to its last, and shown to every rule.

What must not be broken: the root is computed from the bytes that were read, and every entry that can be read
is shown to every rule, whatever was wrong before it. Processors judge bundles ahead (`audit.workers`); what they
judged is compared with what is replayed here.
"""

import binascii
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import groupby

from audit.book import Book
from audit.entries import BUNDLE_BYTES_MAX, Bundle, Entry, Raw, read_bundle
from audit.findings import Check, Findings, Place, Progress
from audit.folder import PackageFolder, UnreadableFile
from audit.rules import Rule
from audit.strict import Judged, judge, keys_in
from audit.tree import Tree
from audit.workers import Ground, judged
from journal import line as lines
from journal.line import LineError
from journal.merkle import leaf_hash
from journal.tiles import TILE_WIDTH

_DASH_BYTES = len("— ".encode())


class Replay:
    """Reads bundles in order; afterwards `tree` says what they make, `digests` what each file's bytes were."""

    def __init__(self, folder: PackageFolder, findings: Findings, rules: Sequence[Rule], *, origin: str | None) -> None:
        self._folder = folder
        self._findings = findings
        self._rules = rules
        self._origin = origin
        self.book = Book()
        self._shown: dict[str, list[Callable[[Entry, Book], None]]] = {}  # type -> the rules that want it
        self._bundles: Sequence[Bundle] = ()
        self._whole = True  # no entry missing so far
        self.tree = Tree(self._leaves_of)
        self.digests: dict[str, str] = {}
        self.read = 0

    def run(self, bundles: Sequence[Bundle], *, processes: int | None, progress: Progress) -> None:
        """Read every bundle, judged by so many processes (None: all processors)."""
        self._bundles = bundles
        total = sum(bundle.width for bundle in bundles)
        ground = Ground(self._folder.root, self._keys(), self._origin)
        for bundle, verdict in zip(bundles, judged(ground, bundles, processes=processes), strict=True):
            self._take(bundle, verdict, ground)
            progress("events", self.read, total)
        for rule in self._rules:
            rule.finish(self.book)
        self._findings.summarise(Check.STRUCTURE, bundles=len(bundles), entries=self.read)
        self._findings.summarise(Check.LINES, entries=self.read)

    def _keys(self) -> dict[tuple[str, bytes], bytes]:
        """Every key that any event registers, so that signatures can be verified in any order."""
        keys: dict[tuple[str, bytes], bytes] = {}
        for bundle in self._bundles:
            try:
                content = self._folder.read(bundle.path, limit=BUNDLE_BYTES_MAX)
            except UnreadableFile:
                continue  # reading it for the replay names it
            for name, key in keys_in(content, bundle).items():
                keys.setdefault(name, key)
        return keys

    def _take(self, bundle: Bundle, verdict: Judged, ground: Ground) -> None:
        content, raws = read_bundle(self._folder, bundle, self._findings)
        digest = sha256(content)
        self.digests[bundle.path] = digest.hexdigest()
        if digest.digest() != verdict.digest:
            self._findings.add("signatures.changed", Place(bundle.path, index=bundle.first))
            verdict = judge(content, bundle, ground.keys, ground.origin)
        for fault in verdict.faults:
            place = Place(bundle.path, fault.offset, index=fault.log_index, event=fault.event)
            self._findings.add(fault.code, place, **fault.facts)
        if self._whole:  # what follows a missing entry has no known index any more
            self.tree.add(verdict.leaves)
            self._whole = len(raws) == bundle.width
        for raw in raws:
            if raw.index not in verdict.hidden:
                self._show(bundle, raw)
        self.read += len(raws)

    def _show(self, bundle: Bundle, raw: Raw) -> None:
        entry = taken_apart(bundle, raw)
        shown = self._shown.get(entry.type)
        if shown is None:
            shown = [rule.see for rule in self._rules if rule.types is None or entry.type in rule.types]
            self._shown[entry.type] = shown
        for see in shown:
            see(entry, self.book)
        self.book.apply(entry)

    def again(self, indexes: Iterable[int]) -> Iterator[Entry]:
        """Entries that were shown before, read again; one whose file changed meanwhile is left out."""
        for n, wanted in groupby(sorted(indexes), key=lambda index: index // TILE_WIDTH):
            numbers = frozenset(wanted)
            for raw in read_bundle(self._folder, self._bundles[n], Findings())[1]:
                if raw.index in numbers:
                    with suppress(LineError):
                        yield taken_apart(self._bundles[n], raw)

    def _leaves_of(self, bundle: int) -> bytes:
        """The leaf hashes of a whole bundle, read again."""
        found = self._bundles[bundle]
        raws = read_bundle(self._folder, found, Findings())[1]
        leaves = b"".join(leaf_hash(raw.content) for raw in raws)
        return leaves.ljust(TILE_WIDTH * 32, b"\0")  # a file cut short meanwhile gives another root, and so a finding


def taken_apart(bundle: Bundle, raw: Raw) -> Entry:
    """An entry that was found well formed, and is only taken apart here."""
    text, _, signature = raw.content.rpartition(b"\n\n")
    line = lines.load(text)
    name, _, encoded = signature[_DASH_BYTES:].partition(b"\n")[0].rpartition(b" ")
    category, _, identity = line.stream.partition("/")
    return Entry(
        raw.index,
        Place(bundle.path, raw.offset, None, raw.index, line.name),
        line,
        name.decode(),
        binascii.a2b_base64(encoded)[:4],
        line.name,
        category,
        identity,
        line.type,
        raw.content,
    )
