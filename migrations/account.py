"""Under which account the embedded database runs, and how our programs are started there.

PostgreSQL refuses to run as root: started by root, it runs under an unprivileged account. Nothing of our
environment (PG* variables, secrets in settings) reaches its processes.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from migrations.errors import EmbeddedError

CLEAN_ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}


@dataclass(frozen=True)
class Account:
    """The unprivileged account under which root runs the server."""

    name: str
    uid: int
    gid: int


def choose_account(run_as: str | None, *, data: Path) -> Account | None:
    """Return the account for the server, None for "as ourselves" (whoever is not root).

    Existing data decides; else `run_as`; else `postgres`, else `nobody`.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        _refuse_foreign(run_as, owner=owner, data=data)
        return None
    if run_as is None and owner is not None:
        found = _account(pwd.getpwuid(owner).pw_name)
    else:
        found = _account(run_as) if run_as else _first_account("postgres", "nobody")
    if owner is not None and owner != found.uid:
        raise EmbeddedError(
            "embedded.account",
            f"{data} belongs to uid {owner}, not to {found.name}: unset MINGZHANG_RUN_AS or name its owner",
            account=found.name,
        )
    return found


def _refuse_foreign(run_as: str | None, *, owner: int | None, data: Path) -> None:
    """An ordinary user can only run a server as itself, on data of its own."""
    if run_as and pwd.getpwuid(os.geteuid()).pw_name != run_as:
        raise EmbeddedError("embedded.account", f"only root can run the server as {run_as}: unset MINGZHANG_RUN_AS")
    if owner is not None and owner != os.geteuid():
        raise EmbeddedError("embedded.account", f"{data} belongs to uid {owner}: start as that account, or as root")


def _first_account(*names: str) -> Account:
    for name in names:
        try:
            return _account(name)
        except EmbeddedError:
            continue
    raise EmbeddedError(
        "embedded.account",
        "PostgreSQL does not run as root, and there is neither an account postgres nor nobody: "
        "set MINGZHANG_RUN_AS to an unprivileged account",
    )


def _account(name: str) -> Account:
    try:
        entry = pwd.getpwnam(name)
    except KeyError as error:
        raise EmbeddedError("embedded.account", f"there is no account {name}", account=name) from error
    if entry.pw_uid == 0:
        raise EmbeddedError(
            "embedded.account", "PostgreSQL does not run as root: set MINGZHANG_RUN_AS to another account"
        )
    return Account(name, entry.pw_uid, entry.pw_gid)


def run_as(account: Account | None, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program to its end as `account` (None: as ourselves); its output and errors are in `stdout`."""
    return subprocess.run(  # noqa: S603 (our own programs, no shell, no user input)
        command,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        umask=0o077,
        cwd="/",
        env=CLEAN_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def spawn_as(account: Account | None, *command: str | Path, output: BinaryIO) -> subprocess.Popen[bytes]:
    """Start a program as `account` in a session of its own: Ctrl-C in the terminal reaches us and not it."""
    return subprocess.Popen(  # noqa: S603 (our own programs, no shell, no user input)
        command,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        umask=0o077,
        cwd="/",
        env=CLEAN_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
