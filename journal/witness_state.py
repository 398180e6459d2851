"""What a witness remembers: of every log, the checkpoint that it cosigned last.

What must not be broken: nothing that was written down is ever forgotten or taken for something else. Whatever is read
bears the witness's own signature, or is not believed; whatever is written is on the disk when `writing` is left.

Source: C2SP tlog-witness v1.0.0 for what has to be kept, and SQLite's documentation of `PRAGMA synchronous`.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from journal import note
from journal.checkpoint import Checkpoint, origin_hash, parse_text
from journal.durable import sync_folder
from journal.errors import IntegrityError, Unavailable
from journal.note import NoteError, VerifierKey

BUSY_TIMEOUT_S: Final = 5.0

_APPLICATION_ID: Final = 0x4D5A5754  # "MZWT"
_SCHEMA_VERSION: Final = 1
_SCHEMA: Final = f"""
BEGIN;
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {_SCHEMA_VERSION};
CREATE TABLE witness (vkey TEXT NOT NULL, logs INTEGER NOT NULL);
CREATE TABLE latest (origin_hash TEXT PRIMARY KEY NOT NULL, note BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE forks (origin_hash TEXT PRIMARY KEY NOT NULL, cosigned BLOB NOT NULL, refused BLOB NOT NULL) WITHOUT ROWID;
"""


class StateError(Exception):
    """The state file cannot be used: missing, in the way, another witness's or a newer program's."""


@dataclass(frozen=True)
class Cosigned:
    """What the witness cosigned last of one log; before the first time, the empty tree at no time."""

    head: Checkpoint
    time_s: int  # POSIX seconds
    note: bytes  # with the log's lines and the witness's


@dataclass(frozen=True)
class Fork:
    """Two checkpoints that one log signed for one size, with different roots: proof that it lied."""

    cosigned: bytes
    refused: bytes


def create_state(path: Path, *, key: VerifierKey) -> None:
    """Make the state file of a new witness, together with its key: durable, readable by its owner only.

    Raises StateError if it exists. There is no other way to an empty state, because a witness that has lost its
    memory would cosign any fork: it has to be given a new key, not a new file.
    """
    making = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        making.unlink(missing_ok=True)
        os.close(os.open(making, os.O_CREAT | os.O_EXCL, 0o600))
        with closing(_connect(making)) as db:
            db.executescript(_SCHEMA)
            db.execute("INSERT INTO witness VALUES (?, 0)", [str(key)])
            db.execute("COMMIT")
        os.link(making, path)  # unlike a rename, refuses to replace
        making.unlink()
        sync_folder(path.parent)
    except (OSError, sqlite3.Error) as error:
        raise StateError(f"the state {path} cannot be made: {error}") from error


def _connect(path: Path) -> sqlite3.Connection:
    """A connection to a file that is there, in which a commit returns once it is on the disk."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    db = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        # A write-ahead log would be faster, but SQLite skips frames of it that were damaged, without a word: the
        # witness would go back. With a rollback journal, what was committed stands in the file itself, where every
        # read verifies it. EXTRA is FULL and also syncs the folder after the journal is unlinked, which is the commit.
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("PRAGMA synchronous = EXTRA")
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def _translated() -> Iterator[None]:
    """SQLite's errors as ours: what may pass (a full disk, a lock), and what may not (a damaged file)."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Unavailable(f"the witness's state: {error}") from error
    except (sqlite3.Error, UnicodeDecodeError) as error:  # a damaged name may not even have letters
        raise IntegrityError(f"the witness's state cannot be read: {error}") from error


class State:
    """The witness's memory: one SQLite file, which several threads and processes may share."""

    def __init__(self, path: Path, *, key: VerifierKey) -> None:
        """Open and check all of it. Raises StateError, or IntegrityError if it is damaged."""
        if not path.is_file():
            raise StateError(f"the state {path} is missing; a witness that lost its state needs a new key")
        self._key = key
        self._lock = threading.Lock()
        with _translated():
            self._db = _connect(path)
            try:
                self._check(path)
            except BaseException:
                self._db.close()
                raise

    def _check(self, path: Path) -> None:
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if application != _APPLICATION_ID:
            raise StateError(f"{path} is not the state of a witness")
        if version != _SCHEMA_VERSION:
            raise StateError(f"{path} has schema {version}, this program knows {_SCHEMA_VERSION}: use a newer program")
        found = [text for (text,) in self._db.execute("PRAGMA integrity_check")]
        if found != ["ok"]:
            raise IntegrityError(f"the witness's state {path} is damaged: {found[0]}")
        rows = self._db.execute("SELECT vkey, logs FROM witness").fetchall()
        if [vkey for vkey, _ in rows] != [str(self._key)]:
            raise StateError(f"{path} is the state of another witness than {self._key}")
        latest = self._db.execute("SELECT origin_hash, note FROM latest").fetchall()
        if len(latest) != rows[0][1]:
            raise IntegrityError(f"the witness's state {path} has lost a log")
        for name, signed in latest:
            self._open(name, signed)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction that nothing else writes beside, here or in another process; durable once it is left."""
        with self._lock, _translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def latest(self, name: str) -> Cosigned | None:
        """What was cosigned last of the log with this origin hash, outside of a transaction."""
        with self._lock, _translated():
            return self.last(name)

    def last(self, name: str) -> Cosigned | None:
        """As `latest`, inside of `writing`."""
        row = self._db.execute("SELECT note FROM latest WHERE origin_hash = ?", [name]).fetchone()
        return None if row is None else self._open(name, row[0])

    def keep(self, name: str, signed: bytes) -> None:
        """Write down what is about to be cosigned, inside of `writing`."""
        self._open(name, signed)
        if self.last(name) is None:
            self._db.execute("UPDATE witness SET logs = logs + 1")
        self._db.execute("INSERT OR REPLACE INTO latest VALUES (?, ?)", [name, signed])

    def keep_fork(self, name: str, fork: Fork) -> None:
        """Write down that a log lied, inside of `writing`. The first proof is kept: more would fill the disk."""
        self._db.execute("INSERT OR IGNORE INTO forks VALUES (?, ?, ?)", [name, fork.cosigned, fork.refused])

    def forks(self) -> list[Fork]:
        """The proofs that logs lied."""
        with self._lock, _translated():
            return [Fork(*row) for row in self._db.execute("SELECT cosigned, refused FROM forks ORDER BY origin_hash")]

    def _open(self, name: str, signed: object) -> Cosigned:
        """What a stored note says. Raises IntegrityError unless this witness signed it, for the log of this name."""
        if not isinstance(signed, bytes):  # in a damaged file, a note may have become a number
            raise IntegrityError("the witness's state holds something else than a checkpoint")
        try:
            verified = note.verify(signed, [self._key])
            head = parse_text(verified.text)
        except NoteError as error:
            raise IntegrityError(f"the witness's state holds no cosigned checkpoint: {error}") from error
        if origin_hash(head.origin) != name:
            raise IntegrityError(f"the witness's state has a checkpoint of {head.origin} at another log's place")
        return Cosigned(head, verified.cosigned_at_s[self._key], signed)
