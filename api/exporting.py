"""The audit package of this journal: everything up to the latest signed checkpoint, written for people who do not
trust us.

What must not be broken: it is read with the auditor's database role, which can change nothing, and it ends exactly at
the checkpoint; what was recorded after it waits for the next package.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool

from api.context import NotInitialised, vault_of
from api.package_contents import HandOver, contents, published_pages
from api.publishing import policy_text, target_of
from api.settings import Settings
from api.signing import signer_of
from audit.package import Written, write_package
from domain.kernel.places import Division
from domain.log import LogOpened
from domain.streams import event_types
from journal import note
from journal.checkpoint import parse_text
from journal.codec import Codec
from journal.errors import IntegrityError
from journal.log_keys import keys_in
from journal.note import VerifierKey
from journal.published import PublishedLog
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
    pages: int


def export_package(
    settings: Settings,
    access: Access,
    directory: Path,
    *,
    hand_over: HandOver | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Write the package to a folder that is empty or does not exist; `hand_over`: what the vault keeps goes along.

    Raises PackageError (nothing is written then), NotInitialised, KeyFileError, MigrationError, IntegrityError.
    """
    check(access.owner)
    with signer_of(settings, access) as signer:
        last = signer.last()
    if last is None:
        raise NotInitialised(str(settings.home))
    checkpoint = _best(last, PublishedLog(target_of(settings)).standing().checkpoint)
    signed = parse_text(note.parse(checkpoint).text)
    size = signed.size
    with ExitStack() as stack:
        store = Store(stack.enter_context(_pool(access.auditor)))
        head = store.head()[0]
        if head < size:
            raise IntegrityError(f"the journal holds {head} entries, but {size} were signed")
        policy = policy_text(store, Codec(event_types()), origin=signed.origin, size=size)
        vault = vault_of(settings, stack.enter_context(_pool(access.writer))) if hand_over is not None else None
        pages = published_pages(access.reader, county=_county(store, signed.origin), position_max=size)
        written = write_package(
            directory,
            entries=_counted(store, size, progress),
            checkpoint=checkpoint,
            policy=policy,
            beside=contents(settings, pages=pages, vault=vault, hand_over=hand_over),
        )
    return Exported(written, size, head - size, keys_in(policy, origin=signed.origin)[-1], len(pages))


def _pool(dsn: str) -> ConnectionPool[Connection[Any]]:
    return ConnectionPool(dsn, kwargs={"autocommit": True}, min_size=1, max_size=2)


def _best(last: bytes, published: bytes | None) -> bytes:
    """The published checkpoint, which witnesses have signed, unless it lags behind a log that asks for none."""
    if published is None or len(note.parse(published).signatures) < 2:
        return last
    return published


def _county(store: Store, origin: str) -> Division:
    """The county of the journal, as its genesis names it."""
    codec = Codec(event_types())
    for index, entry in store.entries(0, stop=1):
        genesis = codec.decode(index, entry).event
        if isinstance(genesis, LogOpened):
            return genesis.division
    raise IntegrityError(f"the journal {origin} does not begin with its genesis")


def _counted(store: Store, size: int, progress: Progress | None) -> Iterator[bytes]:
    for index, entry in store.entries(0, stop=size):
        yield entry
        if progress is not None:
            progress(index + 1, size)
