"""The journal, read once from its first entry to its last, and shown to every rule.

What must not be broken: the root is computed from the bytes that were judged, and every entry that can be read
is shown to every rule, whatever was wrong before it. Processors judge bundles ahead (`audit.workers`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol

from audit.book import Book
from audit.called import Called
from audit.entries import BUNDLE_BYTES_MAX, Bundle, Entry, read_bundle
from audit.findings import Check, Findings, Place, Progress
from audit.folder import PackageFolder, UnreadableFile
from audit.rules import Rule
from audit.strict import Judged, charts_in, entries_of, entry_of, judge, keys_in
from audit.tree import Tree
from audit.workers import Ground, judged
from journal.merkle import leaf_hash
from journal.tiles import TILE_WIDTH

See = Callable[[Entry, Book], None]


class Follower(Protocol):
    """What is compared bundle by bundle, because most bundles agree as a whole."""

    def take(self, judged: Judged) -> None:
        """Compare what a bundle gives."""


class Replay:
    """Reads bundles in order; afterwards `tree` says what they make, `digests` what each file's bytes were."""

    def __init__(
        self,
        folder: PackageFolder,
        findings: Findings,
        rules: Sequence[Rule],
        *,
        followers: Sequence[Follower] = (),
        origin: str | None,
    ) -> None:
        self._folder = folder
        self._findings = findings
        self._rules = rules
        self._followers = followers
        self._origin = origin
        self.book = Book()
        self.called = Called()
        self._shown: dict[
            tuple[str, bool], list[See]
        ] = {}  # type, whether it moves something -> the rules that want it
        self._bundles: Sequence[Bundle] = ()
        self._whole = True  # no entry missing so far
        self.tree = Tree(self._leaves_of)
        self.digests: dict[str, str] = {}
        self.read = 0

    def run(self, bundles: Sequence[Bundle], *, processes: int | None, progress: Progress) -> None:
        """Read every bundle, judged by so many processes (None: all processors)."""
        self._bundles = bundles
        total = sum(bundle.width for bundle in bundles)
        ground = Ground(self._folder.root, self._look_ahead(), self._origin, self.called)
        there = [bundle for bundle in bundles if bundle.path in self._folder.files]
        verdicts = judged(ground, there, processes=processes)
        for bundle in bundles:
            verdict = next(verdicts) if bundle.path in self._folder.files else None
            self._take(bundle, verdict or self._judged_here(bundle, ground))
            progress("events", self.read, total)
        for rule in self._rules:
            rule.finish(self.book)
        self._findings.summarise(Check.STRUCTURE, bundles=len(bundles), entries=self.read)
        self._findings.summarise(Check.LINES, entries=self.read)

    def _look_ahead(self) -> dict[tuple[str, bytes], bytes]:
        """Every key that any event registers, so that signatures can be verified in any order; and every chart's names,
        so that rows can be written in any order.
        """
        keys: dict[tuple[str, bytes], bytes] = {}
        for bundle in self._bundles:
            try:
                content = self._folder.read(bundle.path, limit=BUNDLE_BYTES_MAX)
            except UnreadableFile:
                continue  # reading it for the replay names it
            for name, key in keys_in(content, bundle).items():
                keys.setdefault(name, key)
            charts_in(content, bundle, self.called)
        return keys

    def _judged_here(self, bundle: Bundle, ground: Ground) -> Judged | None:
        """A bundle that no worker could read: why is a finding, unless it can be read now."""
        try:
            content = self._folder.read(bundle.path, limit=BUNDLE_BYTES_MAX)
        except UnreadableFile as error:
            place = Place(bundle.path, index=bundle.first)
            self._findings.add(f"structure.{error.reason}", place, detail=error.detail)
            return None
        return judge(content, bundle, ground.keys, ground.origin, ground.called)

    def _take(self, bundle: Bundle, verdict: Judged | None) -> None:
        if verdict is None:
            self._whole = False
            return
        self.digests[bundle.path] = verdict.digest.hex()
        for fault in verdict.faults:
            place = Place(bundle.path, fault.offset, index=fault.log_index, event=fault.event)
            self._findings.add(fault.code, place, **fault.facts)
        if self._whole:  # what follows a missing entry has no known index any more
            self.tree.add(verdict.leaves)
            self._whole = verdict.width == bundle.width
        for follower in self._followers:
            follower.take(verdict)
        book, shown = self.book, self._shown
        for entry in entries_of(verdict):
            kind = entry.type, bool(entry.postings)
            for see in shown.get(kind) or self._wanting(*kind):
                see(entry, book)
            book.apply(entry)
        self.read += verdict.width

    def _wanting(self, type_name: str, moves: bool) -> list[See]:
        """The rules that want to be shown events of a type."""
        wanting: list[See] = [
            rule.see
            for rule in self._rules
            if (moves or not rule.moving) and (rule.types is None or type_name in rule.types)
        ]
        self._shown[type_name, moves] = wanting
        return wanting

    def all_again(self) -> Iterator[Entry]:
        """Every entry that was shown, read again."""
        return self.again(range(self._bundles[-1].first + self._bundles[-1].width if self._bundles else 0))

    def again(self, indexes: Iterable[int]) -> Iterator[Entry]:
        """Entries that were shown before, read again; one whose file changed meanwhile is left out."""
        for n, wanted in groupby(sorted(indexes), key=lambda index: index // TILE_WIDTH):
            numbers = frozenset(wanted)
            for raw in read_bundle(self._folder, self._bundles[n]):
                entry = entry_of(self._bundles[n], raw) if raw.index in numbers else None
                if entry is not None:
                    yield entry

    def _leaves_of(self, bundle: int) -> bytes:
        """The leaf hashes of a whole bundle, read again."""
        raws = read_bundle(self._folder, self._bundles[bundle])
        leaves = b"".join(leaf_hash(raw.content) for raw in raws)
        return leaves.ljust(TILE_WIDTH * 32, b"\0")  # a file cut short meanwhile gives another root, and so a finding
