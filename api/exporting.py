"""The audit package of this journal: everything up to the latest signed checkpoint, written for people who do not
trust us.

What must not be broken: it is read with the auditor's database role, which can change nothing, and it ends exactly at
the checkpoint; what was recorded after it waits for the next package.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg_pool import ConnectionPool

from api.context import NotInitialised, keys_of
from api.settings import Settings
from audit.package import Written, write_package
from domain.log import LogOpened
from domain.streams import event_types
from journal.checkpoint import open_checkpoint
from journal.codec import Codec
from journal.errors import IntegrityError
from journal.keys import read_log_key
from journal.note import VerifierKey
from journal.signer import LogSigner
from journal.store import Store
from migrations.roles import Access
from migrations.runner import check

Progress = Callable[[int, int], None]
"""Told how many entries were written, and of how many."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and up to which checkpoint; `beyond` entries were recorded after it and are not in."""

    written: Written
    size: int
    beyond: int
    log_key: VerifierKey


def export_package(
    settings: Settings, access: Access, directory: Path, *, progress: Progress | None = None
) -> Exported:
    """Write the package to a folder that is empty or does not exist.

    Raises PackageError (nothing is written then), NotInitialised, KeyFileError, MigrationError, IntegrityError.
    """
    check(access.owner)
    key = read_log_key(keys_of(settings)["log"])
    checkpoint = LogSigner(key, settings.signer_state).last()
    if checkpoint is None:
        raise NotInitialised(str(settings.home))
    size = open_checkpoint(checkpoint, log_key=key.verifier_key).size
    with ConnectionPool(access.auditor, kwargs={"autocommit": True}, min_size=1, max_size=2) as pool:
        store = Store(pool)
        head = store.head()[0]
        if head < size:
            raise IntegrityError(f"the journal holds {head} entries, but {size} were signed")
        written = write_package(
            directory,
            entries=_counted(store, size, progress),
            checkpoint=checkpoint,
            policy=_policy(store),
        )
    return Exported(written, size, head - size, key.verifier_key)


def _counted(store: Store, size: int, progress: Progress | None) -> Iterator[bytes]:
    for index, entry in store.entries(0, stop=size):
        yield entry
        if progress is not None:
            progress(index + 1, size)


def _policy(store: Store) -> str:
    """The policy that the genesis states."""
    for index, entry in store.entries(0, stop=1):
        genesis = Codec(event_types()).decode(index, entry).event
        if isinstance(genesis, LogOpened):
            return genesis.policy
    raise IntegrityError("the journal does not begin with its genesis")
