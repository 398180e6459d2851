"""Writes an audit package: a folder that explains itself and that anyone can check without us.

What must not be broken: the same journal and checkpoint give the same bytes; what does not match its
checkpoint is not written; and a folder under the asked-for name is always whole, because it gets that name
last.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from audit import entries as bundles
from audit import published
from audit.explanation import explanation
from audit.ledger import BOM, Ledger, journal_heading, journal_rows
from audit.manifest import MANIFEST, manifest_text
from audit.trusted import CHECKPOINT, OLDER, POLICY
from journal import checkpoint as checkpoints
from journal import line as lines
from journal.checkpoint import Checkpoint
from journal.line import LineError
from journal.merkle import Frontier, leaf_hash
from journal.note import NoteError, VerifierKey
from journal.tiles import TILE_WIDTH, TileError, encode_bundle
from journal.trust import Policy, PolicyError

EXPLANATION = "README.txt"


class PackageError(Exception):
    """No package was written; the message says why. Nothing lies under the asked-for name."""


@dataclass(frozen=True)
class Written:
    """What was written: entries, files (the manifest not counted), and bytes in them."""

    entries: int
    files: int
    bytes: int


def write_package(
    directory: Path,
    *,
    entries: Iterable[bytes],
    checkpoint: bytes,
    policy: str,
    older_checkpoints: Iterable[bytes] = (),
) -> Written:
    """Write the package of a journal to `directory`, which must not exist or be empty.

    `entries` are the complete notes in index order, exactly as many as `checkpoint` (signed) says; they are read
    once and never held together. `policy` is the tlog-policy text that names the log's key. Raises PackageError
    when the target is not empty or when seals, size and root do not agree; OSError when the disk fails, and
    whatever `entries` raises. In every case nothing is left under the asked-for name.
    """
    target = directory.absolute()
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise PackageError(f"{directory} is not empty")
    log_key, sealed = _sealed(checkpoint, policy)
    older = {f"{OLDER}{_size_of(signed, log_key)}": signed for signed in older_checkpoints}
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target) as folder:
        written = _write(folder, entries, sealed, explanation(sealed, log_key))
        for path, content in {CHECKPOINT: checkpoint, POLICY: policy.encode(), **older}.items():
            folder.write(path, content)
        folder.write(MANIFEST, manifest_text(folder.digests))
        folder.become(target)
    return Written(written, len(folder.digests) - 1, folder.bytes)


def _sealed(checkpoint: bytes, policy: str) -> tuple[VerifierKey, Checkpoint]:
    try:
        logs = Policy.parse(policy.encode()).logs
        if len(logs) != 1:
            raise PackageError(f"the policy names {len(logs)} logs; a package is of one")
        return logs[0].key, checkpoints.open_checkpoint(checkpoint, log_key=logs[0].key)
    except (PolicyError, NoteError) as error:
        raise PackageError(f"policy and checkpoint do not agree: {error}") from error


def _size_of(signed: bytes, log_key: VerifierKey) -> int:
    try:
        return checkpoints.open_checkpoint(signed, log_key=log_key).size
    except NoteError as error:
        raise PackageError(f"an older checkpoint is not of this log: {error}") from error


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
            _sync(folder)
        self.path.rename(target)
        _sync(target.parent)


@contextmanager
def _beside(target: Path) -> Iterator[_Folder]:
    """A folder beside the target, which is removed unless it took the target's name."""
    folder = _Folder(target.with_name(f".{target.name}.partial-{uuid4().hex[:12]}"))
    folder.path.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder.path, ignore_errors=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(folder: _Folder, entries: Iterable[bytes], sealed: Checkpoint, text: str) -> int:
    """Write bundles and ledgers in one pass, and refuse what the checkpoint did not seal."""
    frontier, ledger = Frontier(), Ledger()
    with folder.streamed(published.JOURNAL) as write_journal:
        write_journal((BOM + journal_heading()).encode())
        for n, bundle in enumerate(_bundled(entries)):
            if frontier.size + len(bundle) > sealed.size:
                raise PackageError(f"there are more entries than the {sealed.size} of the checkpoint")
            for place, entry in enumerate(bundle):
                _add(ledger, write_journal, frontier.size + place, entry)
            frontier.extend(map(leaf_hash, bundle))
            try:
                folder.write(bundles.path_of(n, len(bundle)), encode_bundle(bundle))
            except TileError as error:
                raise PackageError(f"bundle {n}: {error}") from error
    if frontier.size != sealed.size:
        raise PackageError(f"there are {frontier.size} entries, the checkpoint says {sealed.size}")
    if frontier.root() != sealed.root:
        raise PackageError(f"the root over {sealed.size} entries is not the one of the checkpoint")
    folder.write(published.TRIAL_BALANCE, (BOM + "".join(ledger.trial_balance())).encode())
    folder.write(published.ACCOUNTS, (BOM + "".join(ledger.chart())).encode())
    folder.write(EXPLANATION, text.encode())
    return frontier.size


def _bundled(entries: Iterable[bytes]) -> Iterator[list[bytes]]:
    bundle: list[bytes] = []
    for entry in entries:
        bundle.append(entry)
        if len(bundle) == TILE_WIDTH:
            yield bundle
            bundle = []
    if bundle:
        yield bundle


def _add(ledger: Ledger, write_journal: Callable[[bytes], None], index: int, entry: bytes) -> None:
    """Book one entry's postings. Its form and signature were checked when it was appended, and will be by
    readers."""
    try:
        line = lines.load(entry.rpartition(b"\n\n")[0])
    except LineError as error:
        raise PackageError(f"entry {index} cannot be read: {error}") from error
    for row in journal_rows(index, line):
        write_journal(row.encode())
    for account, commodity, amount in line.postings:
        ledger.post(account, commodity, amount)
