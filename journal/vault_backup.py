"""Backups of the vault, apart from those of the journal: everything as it is kept, without the key that opens it.

What must not be broken: a restored backup never brings back a person whom the journal names as erased, and every value
is opened and held against its commitment before it is kept again. The file opens under the key-encryption key of its
day only: when that key was replaced and destroyed, old backups open nothing, and whoever was erased is in no newer one.

The file: a line that names the format, one canonical JSON line for what it is a backup of, one for each row, and one
with the number of rows and the SHA-256 of everything before it.
"""

import base64
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal
from uuid import UUID

import psycopg

from journal.vault import FILES, Vault, erased, file_content, note_opening, salt_and_value
from journal.vault_keys import decrypt, encrypt

FORMAT: Final = "mingzhang vault backup 1"

_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
_KEYS = "SELECT person_id, wrapped FROM vault.person_keys ORDER BY person_id"
_VALUES = "SELECT commitment, person_id, kind, sealed FROM vault.personal_values ORDER BY commitment"
_MASKS = "SELECT person_id, masked FROM vault.masks ORDER BY person_id"
_FILES = "SELECT sha256, kind, person_id, sealed FROM vault.files ORDER BY sha256, person_id"
_OPENINGS = "SELECT opened, actor, reason, subjects, persons FROM vault.openings ORDER BY id"

_ADD_VALUE = (
    "INSERT INTO vault.personal_values (commitment, person_id, kind, sealed) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (commitment) DO NOTHING"
)
_ADD_MASK = "INSERT INTO vault.masks (person_id, masked) VALUES (%s, %s) ON CONFLICT (person_id) DO NOTHING"
_ADD_FILE = (
    "INSERT INTO vault.files (sha256, length, kind, person_id, sealed) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT DO NOTHING"
)
_ADD_OPENING = (
    "INSERT INTO vault.openings (opened, actor, reason, subjects, persons)"
    " SELECT * FROM (VALUES (%(opened)s::timestamptz, %(actor)s, %(reason)s, %(subjects)s::bytea[],"
    " %(persons)s::uuid[])) AS o(opened, actor, reason, subjects, persons)"
    " WHERE NOT EXISTS (SELECT FROM vault.openings k WHERE k.opened = o.opened AND k.actor = o.actor"
    " AND k.reason = o.reason AND k.subjects = o.subjects)"
)


Fault = Literal["not_a_backup", "not_whole", "other_journal", "other_key"]


class BadBackup(Exception):
    """The file is no backup of this vault; nothing was restored. `fault` says what is wrong with it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds."""

    persons: int
    values: int
    files: int


@dataclass(slots=True)
class Restored:
    """What a restore brought back, and whom it left out because the journal names them as erased."""

    made: datetime
    values: int = 0
    files: int = 0
    skipped: list[UUID] = field(default_factory=list)


def back_up(vault: Vault, target: Path, *, origin: str, by: str) -> BackedUp:
    """Write a backup to a file that does not exist yet, readable by its owner only. That it was made is recorded.

    Rows are of one moment. Masked names, which the database keeps openly, are sealed under their persons' keys here.
    Raises FileExistsError and other OSError.
    """
    counted: Counter[str] = Counter()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, vault.pool.connection() as connection, connection.transaction():
            connection.execute(_SNAPSHOT)
            vault.wrapping.require_in_use(connection)
            note_opening(connection, by=by, reason="vault.backup", subjects=[])
            digest = hashlib.sha256()
            for line in _lines(vault, connection, origin, counted):
                digest.update(line)
                file.write(line)
            file.write(_line({"end": sum(counted.values()), "sha256": digest.hexdigest()}))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        target.unlink()
        raise
    return BackedUp(counted["person"], counted["value"], counted["file"])


def restore(vault: Vault, source: Path, *, origin: str, by: str) -> Restored:
    """Bring back what a backup holds and the vault lacks, all or nothing; what is there already stays as it is.

    Persons whom the journal names as erased are left out. Raises BadBackup for a file that is not whole, of another
    journal or under another key-encryption key; IntegrityError where a value is not the one committed to; OSError.
    """
    content = source.read_bytes()
    head, rows = _read(content, origin)
    restored = Restored(datetime.fromisoformat(head["made"]))
    with vault.pool.connection() as connection, connection.transaction():
        vault.wrapping.require_in_use(connection)
        if bytes.fromhex(head["key"]) != vault.wrapping.fingerprint:
            raise BadBackup("other_key")
        note_opening(connection, by=by, reason=f"vault.restore {hashlib.sha256(content).hexdigest()}", subjects=[])
        wrapped = {UUID(row["person"]): _bytes(row["wrapped"]) for row in rows if row["row"] in ("person", "files")}
        gone = set(erased(connection, list(wrapped)))
        restored.skipped = sorted(gone)
        living = sorted(wrapped.keys() - gone)
        then = {person: vault.wrapping.unwrap(connection, person, wrapped[person]) for person in living}
        now = vault.person_keys(connection, living)
        for row in rows:
            _bring_back(connection, row, then, now, restored)
    return restored


def _bring_back(
    connection: psycopg.Connection[Any],
    row: dict[str, Any],
    then: dict[UUID, bytes],
    now: dict[UUID, bytes],
    restored: Restored,
) -> None:
    """One row, opened with its person's key of then and sealed under the one of now."""
    match row["row"]:
        case "value" if (person := UUID(row["person"])) in then:
            commitment = bytes.fromhex(row["commitment"])
            salt, value = salt_and_value(then[person], _bytes(row["sealed"]), commitment)
            sealed = encrypt(now[person], salt + value.encode(), commitment)
            restored.values += connection.execute(_ADD_VALUE, (commitment, person, row["kind"], sealed)).rowcount
        case "mask" if (person := UUID(row["person"])) in then:
            masked = decrypt(then[person], _bytes(row["sealed"]), _mask_of(person)).decode()
            connection.execute(_ADD_MASK, (person, masked))
        case "file" if (under := UUID(row["person"]) if row["person"] else FILES) in then:
            digest = bytes.fromhex(row["sha256"])
            content = file_content(then[under], _bytes(row["sealed"]), digest)
            person_id = under if row["person"] else None
            sealed = encrypt(now[under], content, digest)
            values = (digest, len(content), row["kind"], person_id, sealed)
            restored.files += connection.execute(_ADD_FILE, values).rowcount
        case "opening":
            connection.execute(_ADD_OPENING, {**row, "subjects": [bytes.fromhex(one) for one in row["subjects"]]})


def _lines(vault: Vault, connection: psycopg.Connection[Any], origin: str, counted: Counter[str]) -> Iterator[bytes]:
    """Everything but the last line; rows are counted by their kind."""
    yield FORMAT.encode() + b"\n"
    for row in _rows(vault, connection, origin):
        counted[row["row"]] += 1
        yield _line(row)


def _rows(vault: Vault, connection: psycopg.Connection[Any], origin: str) -> Iterator[dict[str, Any]]:
    """The head, and every row of the vault."""
    yield {
        "row": "vault",
        "origin": origin,
        "key": vault.wrapping.fingerprint.hex(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    keys: dict[UUID, bytes] = {}
    for person, wrapped in connection.execute(_KEYS, binary=True).fetchall():
        keys[person] = vault.wrapping.unwrap(connection, person, wrapped)
        yield {"row": "files" if person == FILES else "person", "person": str(person), "wrapped": _text(wrapped)}
    for person, masked in connection.execute(_MASKS).fetchall():
        sealed = encrypt(keys[person], masked.encode(), _mask_of(person))
        yield {"row": "mask", "person": str(person), "sealed": _text(sealed)}
    for commitment, person, kind, sealed in connection.execute(_VALUES, binary=True).fetchall():
        whose = {"person": str(person), "kind": kind, "sealed": _text(sealed)}
        yield {"row": "value", "commitment": bytes(commitment).hex(), **whose}
    for sha256, kind, person, sealed in connection.execute(_FILES, binary=True).fetchall():
        whose = {"person": str(person) if person else None, "kind": kind, "sealed": _text(sealed)}
        yield {"row": "file", "sha256": bytes(sha256).hex(), **whose}
    for opened, actor, reason, subjects, persons in connection.execute(_OPENINGS).fetchall():
        yield {
            "row": "opening",
            "opened": opened.isoformat(),
            "actor": actor,
            "reason": reason,
            "subjects": [bytes(one).hex() for one in subjects],
            "persons": [str(one) for one in persons] if persons is not None else None,
        }


def _read(content: bytes, origin: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The head and the rows of a whole backup of this journal's vault. Raises BadBackup."""
    lines = content.split(b"\n")
    if lines[0] != FORMAT.encode() or len(lines) < 4 or lines[-1]:
        raise BadBackup("not_a_backup")
    before = content[: len(content) - len(lines[-2]) - 1]
    try:
        rows = [json.loads(line) for line in lines[1:-1]]
        end, head = rows.pop(), rows[0]
        whole = end == {"end": len(rows), "sha256": hashlib.sha256(before).hexdigest()} and head["row"] == "vault"
    except (ValueError, LookupError, TypeError):
        whole = False
    if not whole:
        raise BadBackup("not_whole")
    if head["origin"] != origin:
        raise BadBackup("other_journal")
    return head, rows[1:]


def _mask_of(person: UUID) -> bytes:
    """What a sealed mask is bound to."""
    return b"mask " + person.bytes


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def _text(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
