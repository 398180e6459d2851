"""Where the embedded database lives and under which account it runs.

PostgreSQL refuses to run as root. Started by root, the server therefore runs under an unprivileged account,
which must be able to enter its folder; parents of the home are never changed for that. If the account cannot
get there (a home under /root, say), the data is kept in a folder of its own under /var/lib/mingzhang, and the
file `pg-location` in the home names it. What must not be broken: a database that exists is never passed over
for a new, empty one.
"""

import hashlib
import os
import secrets
import stat
from pathlib import Path

from migrations.account import Account, run_as
from migrations.errors import EmbeddedError
from migrations.passwords import write_private

ELSEWHERE = Path("/var/lib/mingzhang")
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_BYTES_MAX = 103  # sun_path holds 104 bytes on BSD and macOS, 108 on Linux, a zero byte included


def make_home(home: Path) -> None:
    """Create `home` if it is not there; an existing folder keeps its permissions."""
    home.parent.mkdir(parents=True, exist_ok=True)
    if not home.is_dir():
        # Root's home can be passed through, not listed: the server's account reaches its own folder.
        home.mkdir(mode=0o700)
        if os.geteuid() == 0:
            home.chmod(0o711)


def recorded_place(home: Path) -> Path:
    """Return the folder of the database of `home`: `home/pg`, or what `pg-location` names."""
    pointer = home / "pg-location"
    if not pointer.exists():
        return home / "pg"
    place = Path(pointer.read_text("utf-8").strip())
    try:
        belongs_to = (place / "HOME").read_text("utf-8").strip()
    except FileNotFoundError as error:
        raise EmbeddedError(
            "embedded.location",
            f"{pointer} says that the database is in {place}, but that is not there: restore that folder from a backup",
            place=str(place),
        ) from error
    if belongs_to != str(home):
        raise EmbeddedError(
            "embedded.location",
            f"{place} is the database of {belongs_to}; if that home was moved to {home}, write the new path "
            f"into {place / 'HOME'}; a copy of a home needs a database of its own",
            place=str(place),
        )
    return place


def settle(home: Path, *, account: Account | None, elsewhere: Path = ELSEWHERE) -> Path:
    """Return the folder of the database, made if need be, that `account` can enter.

    `home` is absolute and exists. A new folder goes into the home where the account can get there, else below
    `elsewhere`.
    """
    place = recorded_place(home)
    if account is None:
        place.mkdir(mode=0o700, exist_ok=True)
        return place
    if (place / "data").exists() or place != home / "pg" or can_enter(home, account):
        make_reachable(place)
        if not can_enter(place, account):
            raise EmbeddedError(
                "embedded.location",
                f"the account {account.name} can no longer enter {place}: restore the permissions of the "
                "folders above it (search permission, x)",
                place=str(place),
                account=account.name,
            )
        return place
    return _settle_elsewhere(home, elsewhere)


def _settle_elsewhere(home: Path, elsewhere: Path) -> Path:
    place = elsewhere / secrets.token_hex(8)
    try:
        make_reachable(elsewhere)
        make_reachable(place)
    except OSError as error:
        raise EmbeddedError(
            "embedded.location",
            f"the server's account cannot enter {home}, and {place} cannot be made ({error.strerror}): set "
            "MINGZHANG_HOME to a folder that every account can pass through, or MINGZHANG_DATABASE_URL",
        ) from error
    write_private(place / "HOME", f"{home}\n")
    write_private(home / "pg-location", f"{place}\n")
    return place


def make_reachable(folder: Path) -> None:
    """Create `folder` (root's) so that any account can pass through, whatever the umask."""
    if not folder.is_dir():
        folder.mkdir()
        folder.chmod(0o711)


def can_enter(folder: Path, account: Account) -> bool:
    """Ask the kernel itself, as that account: this knows of parents, access lists and mounts alike."""
    return run_as(account, "/bin/sh", "-c", 'cd -- "$1"', "sh", folder).returncode == 0


def socket_folder(place: Path, *, account: Account | None) -> Path:
    """Return a private folder (0700) for the socket; a short one, the same each time, where `place` is too
    long.
    """
    folder = place / "s"
    if len(os.fsencode(folder / SOCKET_NAME)) > SOCKET_PATH_BYTES_MAX:
        digest = hashlib.sha256(os.fsencode(place)).hexdigest()[:16]
        folder = _short_parent() / f"mingzhang-{digest}"
    private_folder(folder, account=account)
    return folder


def _short_parent() -> Path:
    """Prefer a parent where strangers cannot create names; /tmp is the last resort, and guarded by
    ownership.
    """
    own = Path("/run") if os.geteuid() == 0 else Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    if len(str(own)) <= 40 and own.is_dir() and own.stat().st_uid == os.geteuid() and os.access(own, os.W_OK):
        return own
    return Path("/tmp")  # noqa: S108 (private_folder refuses a folder that is not ours)


def private_folder(folder: Path, *, account: Account | None) -> None:
    """Make `folder` 0700 and the account's; refuse a link, or a folder that somebody else put there."""
    owner = account.uid if account else os.geteuid()
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise _not_ours(folder) from error
    try:
        found = os.fstat(descriptor)
        if found.st_uid not in (owner, os.geteuid()):
            raise _not_ours(folder)
        if found.st_uid != owner and account:
            os.fchown(descriptor, account.uid, account.gid)
        if stat.S_IMODE(found.st_mode) != 0o700:
            os.fchmod(descriptor, 0o700)
    finally:
        os.close(descriptor)


def _not_ours(folder: Path) -> EmbeddedError:
    return EmbeddedError(
        "embedded.folder",
        f"{folder} is not ours (a link, or made by another account): remove it, or choose a shorter MINGZHANG_HOME",
        folder=str(folder),
    )
