"""Writes an audit package: a folder that explains itself and that anyone can check without us.

What must not be broken: the same journal and checkpoint give the same bytes; what does not match its
checkpoint is not written; and a folder under the asked-for name is always whole, because it gets that name
last.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from audit import disclosures as pages
from audit import entries as bundles
from audit import journals, opened, published, timestamps
from audit.disclosures import Disclosure
from audit.entries import Bundle
from audit.explanation import README, Example, Stamped, example_index, explanation, seals_digest, witness_of
from audit.journal_files import JournalFile, path_of_year
from audit.ledger import BOM, Ledger
from audit.manifest import MANIFEST, manifest_text
from audit.named_files import ATTACHED, named_in
from audit.opened import OPENED, Value, commitments_in
from audit.rules.disclosed import shown_names
from audit.rules.disclosed.frame import DRAFTED, PUBLISHED
from audit.rules.disclosed.frame import path_of as document_path
from audit.rules.disclosed.shown_names import RowsShown
from audit.seals import in_form
from audit.tables import tables
from audit.tree import Tree
from audit.trusted import CHECKPOINT, OLDER, POLICY
from journal import checkpoint as checkpoints
from journal import line as lines
from journal.checkpoint import Checkpoint
from journal.durable import sync_folder
from journal.line import Line, LineError
from journal.merkle import leaf_hash
from journal.note import NoteError
from journal.tiles import TILE_WIDTH, TileError, decode_bundle, encode_bundle
from journal.trust import Policy, PolicyError

FileOf = Callable[[str], bytes | None]
"""The bytes of a file by their digest; None where they are not to be handed over, or are there no more."""


def _no_file(_sha256: str) -> bytes | None:
    return None


def _no_names(_disclosure_id: str, _version: int) -> None:
    return None


class PackageError(Exception):
    """No package was written; `code` and `facts` say why. Nothing lies under the asked-for name."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class Written:
    """What was written: entries, files (the manifest not counted), and bytes in them."""

    entries: int
    files: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What a package carries beside the entries, as far as it is handed over.

    `disclosures`: the public month pages at one log position; `document`: what was drafted for disclosure, by its
    digest, which holds no name; `names`: what a posted version showed beside its rows, as far as it is handed over.
    `attached`, `sent`, `token`: the bytes of attachments, of bank files (these only with authority) and of time-stamp
    tokens. `values`: with authority, the values behind commitments, each with its nonce; those that were erased are
    left out.
    """

    disclosures: Iterable[Disclosure] = ()
    document: FileOf = _no_file
    names: Callable[[str, int], RowsShown | None] = _no_names
    attached: FileOf = _no_file
    sent: FileOf = _no_file
    token: FileOf = _no_file
    values: Callable[[Iterable[str]], Iterable[Value]] | None = None


def write_package(
    directory: Path,
    *,
    entries: Iterable[bytes],
    checkpoint: bytes,
    policy: str,
    older_checkpoints: Iterable[bytes] = (),
    beside: Beside | None = None,
) -> Written:
    """Write the package of a journal to `directory`, which must not exist or be empty.

    `entries` are the complete notes in index order, exactly as many as `checkpoint` (signed) says; they are read
    once and never held together. `policy` is the tlog-policy text in force there. Raises PackageError
    when the target is not empty or when seals, size and root do not agree; OSError when the disk fails, and
    whatever `entries` and `beside` raise. In every case nothing is left under the asked-for name.
    """
    target = directory.absolute()
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise PackageError("not_empty", str(directory))
    parsed = _policy(policy)
    sealed, signed = _sealed(checkpoint, parsed)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target) as folder, closing(_Writing(folder, sealed, beside or Beside())) as writing:
        written = writing.write(entries)
        if writing.policy_at(sealed.size) not in (None, policy):
            raise PackageError("policy_not_in_force")
        older = dict(_older(one, writing) for one in older_checkpoints)
        folder.write(CHECKPOINT, signed)
        folder.write(POLICY, policy.encode())
        for path, content in older.items():
            folder.write(path, content)
        page = explanation(
            sealed,
            [log.key for log in parsed.logs],
            seals=seals_digest({CHECKPOINT: signed, **older}),
            witness=witness_of(parsed, signed),
            example=writing.example(),
            stamp=writing.stamped,
        )
        folder.write(README, page.encode())
        folder.write(MANIFEST, manifest_text(folder.digests))
        folder.become(target)
    return Written(written, len(folder.digests) - 1, folder.bytes)


def _policy(text: str) -> Policy:
    try:
        policy = Policy.parse(text.encode())
    except PolicyError as error:
        raise PackageError("bad_policy", str(error)) from error
    if len({log.key.name for log in policy.logs}) != 1:
        raise PackageError("policy_logs", f"{len(policy.logs)}")
    return policy


def _sealed(checkpoint: bytes, policy: Policy) -> tuple[Checkpoint, bytes]:
    """The checkpoint, and its file: the signatures that count, in the policy's order."""
    try:
        return policy.check(checkpoint).checkpoint, in_form(checkpoint, policy)
    except NoteError as error:
        raise PackageError("unsealed", str(error)) from error


def _older(signed: bytes, writing: "_Writing") -> tuple[str, bytes]:
    """An older checkpoint's path, and its file: the signatures that counted in its time."""
    try:
        size = checkpoints.size_of(signed)
        policy = Policy.parse((writing.policy_at(size) or "").encode())
        policy.check(signed)
        return f"{OLDER}{size}", in_form(signed, policy)
    except (NoteError, PolicyError) as error:
        raise PackageError("bad_older_checkpoint", str(error)) from error


class _Folder:
    """A folder in the making. Remembers the digest of every file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.digests: dict[str, str] = {}
        self.bytes = 0

    def write(self, path: str, content: bytes) -> None:
        """Write one file whole, durably."""
        with self.streamed(path) as write:
            write(content)

    @contextmanager
    def streamed(self, path: str) -> Iterator[Callable[[bytes], None]]:
        """A file written piece by piece; durable, and listed, at the end of the block."""
        target, digest = self.path / path, sha256()
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:

            def write(piece: bytes) -> None:
                file.write(piece)
                digest.update(piece)
                self.bytes += len(piece)

            yield write
            file.flush()
            os.fsync(file.fileno())
        self.digests[path] = digest.hexdigest()

    def become(self, target: Path) -> None:
        """Take the final name, once everything is on the disk."""
        for folder in (self.path, *(path for path in self.path.rglob("*") if path.is_dir())):
            sync_folder(folder)
        self.path.rename(target)
        sync_folder(target.parent)


@contextmanager
def _beside(target: Path) -> Iterator[_Folder]:
    """A folder beside the target, which is removed unless it took the target's name."""
    folder = _Folder(target.with_name(f".{target.name}.partial-{uuid4().hex[:12]}"))
    folder.path.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder.path, ignore_errors=True)


class _Writing:
    """Writes everything that follows from the entries, in one pass over them."""

    def __init__(self, folder: _Folder, sealed: Checkpoint, beside: Beside) -> None:
        self._folder, self._sealed, self._beside = folder, sealed, beside
        self._tree = Tree(self._leaves_of)
        self._ledger = Ledger()
        self._months = journals.Months(self._ledger.name_of)
        self._journals = [JournalFile(language, self._months) for language in journals.LANGUAGES]
        self._commitments: list[str] = []
        self._policies: list[tuple[int, str]] = []
        self.stamped: Stamped | None = None  # the last

    def close(self) -> None:
        """Let the temporary files go."""
        for journal in self._journals:
            journal.close()

    def policy_at(self, size: int) -> str | None:
        """The policy in force for a checkpoint of that size, as the entries state it."""
        before = [text for index, text in self._policies if index < max(size, 1)]
        return before[-1] if before else None

    def write(self, entries: Iterable[bytes]) -> int:
        """Write it all, and refuse what the checkpoint did not seal; how many entries there were."""
        included: set[str] = set()
        with ExitStack() as stack:
            grown = [
                (table, stack.enter_context(self._folder.streamed(table.path)))
                for table in tables(included.__contains__, lambda _: self._ledger.names)
            ]
            for table, write in grown:
                write((BOM + table.heading).encode())
            for n, bundle in enumerate(_bundled(entries)):
                size = n * TILE_WIDTH
                if size + len(bundle) > self._sealed.size:
                    raise PackageError("too_many", str(self._sealed.size))
                for index, entry in enumerate(bundle, start=size):
                    line = _line(index, entry)
                    self._note(index, line, entry, included)
                    for table, write in grown:
                        write("".join(table.rows(index, line)).encode())
                self._bundle(n, bundle)
        self._check_root()
        self._finish()
        return self._tree.size

    def _note(self, index: int, line: Line, entry: bytes, included: set[str]) -> None:
        """Book one entry, and take the files that it names."""
        if line.type == "chart.published/1":
            self._ledger.call(line.data["accounts"])
        for account, commodity, amount in line.postings:
            self._ledger.post(account, commodity, amount)
        if line.postings:
            self._months.add(line)
            for journal in self._journals:
                journal.add(index, line, leaf_hash(entry))
        for named in named_in(line):
            path = named.folder + named.sha256
            give = self._beside.attached if named.folder == ATTACHED else self._beside.sent
            if path not in included and (content := give(named.sha256)) is not None:
                self._folder.write(path, content)
                included.add(path)
        if line.type == DRAFTED:
            self._document(line)
        elif line.type == PUBLISHED:
            self._names(line)
        elif line.type == "log.checkpoint_timestamped/1":
            self._stamp(line)
        elif line.type in ("log.opened/1", "log.policy_set/1"):
            self._policies.append((index, line.data["policy"]))
        if self._beside.values is not None:
            self._commitments.extend(commitments_in(line.type, line.data))

    def _document(self, line: Line) -> None:
        """What was drafted for disclosure, once, as far as it is there."""
        path = document_path(line.data["document"])
        content = self._beside.document(line.data["document"]) if path not in self._folder.digests else None
        if content is not None:
            self._folder.write(path, content)

    def _names(self, line: Line) -> None:
        """The names that a posted version showed, as far as they are handed over."""
        identity, version = line.stream.partition("/")[2], line.data["version"]
        names = self._beside.names(identity, version)
        if names is not None:
            self._folder.write(shown_names.path_of(identity, version), shown_names.file_of(names))

    def _stamp(self, line: Line) -> None:
        """The token of a time stamp, as far as it is there, and the three lines that it stamps."""
        name = line.data["token"]
        self.stamped = Stamped(name, line.data["size"])
        if timestamps.text_path_of(name) in self._folder.digests:
            return
        try:
            text = timestamps.text_of(line.origin, line.data)
        except NoteError as error:
            raise PackageError("bad_entry", str(error)) from error
        self._folder.write(timestamps.text_path_of(name), text)
        token = self._beside.token(name)
        if token is not None:
            self._folder.write(timestamps.path_of(name), token)

    def _bundle(self, n: int, bundle: list[bytes]) -> None:
        try:
            self._folder.write(bundles.path_of(n, len(bundle)), encode_bundle(bundle))
        except TileError as error:
            raise PackageError("bad_bundle", f"{n}: {error}") from error
        self._tree.add(b"".join(map(leaf_hash, bundle)))

    def _check_root(self) -> None:
        sealed = self._sealed
        if self._tree.size != sealed.size:
            raise PackageError("too_few", f"{self._tree.size} / {sealed.size}")
        if self._tree.root(sealed.size) != sealed.root:
            raise PackageError("other_root", str(sealed.size))

    def _finish(self) -> None:
        """What is known only at the end: tables of sums, journals, pages, opened values."""
        folder = self._folder
        folder.write(published.TRIAL_BALANCE, (BOM + "".join(self._ledger.trial_balance())).encode())
        folder.write(published.ACCOUNTS, (BOM + "".join(self._ledger.chart())).encode())
        for journal in self._journals:
            for year in (None, *self._months.years):
                with folder.streamed(path_of_year(journal.language, year)) as write:
                    for piece in journal.pieces(year):
                        write(piece)
        for path, content in pages.files_of(list(self._beside.disclosures)).items():
            folder.write(path, content)
        if self._beside.values is not None:
            folder.write(OPENED, opened.file_of(self._beside.values(self._commitments)))

    def example(self) -> Example | None:
        """The entry that the page checks by hand."""
        size = self._tree.size
        if size == 0:
            return None
        index = example_index(size)
        bundle = self._bundle_of(index // TILE_WIDTH)
        content = (self._folder.path / bundle.path).read_bytes()
        raw = bundles.split(content, bundle)[0][index - bundle.first]
        return Example(index, bundle.path, raw.offset + 2, raw.content, self._tree.proof(index))

    def _bundle_of(self, n: int) -> Bundle:
        width = min(TILE_WIDTH, self._sealed.size - n * TILE_WIDTH)
        return Bundle(bundles.path_of(n, width), n * TILE_WIDTH, width)

    def _leaves_of(self, n: int) -> bytes:
        """The leaf hashes of a bundle, from the bytes that were stored."""
        return b"".join(map(leaf_hash, decode_bundle((self._folder.path / self._bundle_of(n).path).read_bytes())))


def _bundled(entries: Iterable[bytes]) -> Iterator[list[bytes]]:
    bundle: list[bytes] = []
    for entry in entries:
        bundle.append(entry)
        if len(bundle) == TILE_WIDTH:
            yield bundle
            bundle = []
    if bundle:
        yield bundle


def _line(index: int, entry: bytes) -> Line:
    """One entry's line. Its form and signature were checked when it was appended, and will be by readers."""
    try:
        return lines.load(entry.rpartition(b"\n\n")[0])
    except LineError as error:
        raise PackageError("bad_entry", f"{index}: {error}") from error
