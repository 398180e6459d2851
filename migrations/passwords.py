"""The passwords of the database accounts: made once, kept in one file that only we can read.

The file is 0600 and replaced in one step, so that a crash leaves the old file or the new one. A password that
was handed out is never changed here.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from migrations.errors import EmbeddedError


def kept_passwords(file: Path, names: Iterable[str]) -> dict[str, str]:
    """Return a password for each of `names`, reading `file` (JSON object, 0600) and adding those that are
    missing.

    Raises EmbeddedError `embedded.passwords` if the file cannot be read or is not such an object.
    """
    with Path(f"{file}.lock").open("a") as lock:
        os.fchmod(lock.fileno(), 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)  # two starters must not each invent one and keep the last
        kept = read_passwords(file)
        missing = [name for name in names if name not in kept]
        if missing:
            kept |= {name: secrets.token_urlsafe(24) for name in missing}
            write_private(file, json.dumps(kept, indent=1) + "\n")
    return {name: kept[name] for name in names}


def read_passwords(file: Path) -> dict[str, str]:
    """Return every kept password, none if there is no file yet."""
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise EmbeddedError(
            "embedded.passwords",
            f"{file}: {error.strerror}; start as the account that made this file",
            file=str(file),
        ) from error
    try:
        kept = json.loads(text)
    except ValueError:
        kept = None
    if not isinstance(kept, dict) or not all(isinstance(value, str) for value in kept.values()):
        raise EmbeddedError("embedded.passwords", f"{file} is damaged: restore it from a backup", file=str(file))
    return kept


def write_private(file: Path, text: str) -> None:
    """Replace `file` in one durable step; only its owner may read it."""
    new = Path(f"{file}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
    fsync_folder(file.parent)


def fsync_folder(folder: Path) -> None:
    """Make a rename inside `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
