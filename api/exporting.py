"""The audit package of this journal: everything up to the latest signed checkpoint, written for people who do not
trust us.

What must not be broken: it is read with the auditor's database role, which can change nothing, and it ends exactly at
the checkpoint; what was recorded after it waits for the next package.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

from api.context import NotInitialised, vault_of
from api.examining import auditor_pool
from api.package_contents import HandOver, contents, published_pages
from api.pooling import COMMAND_MAX, opened_pool
from api.publishing import policy_text, target_of
from api.settings import Settings
from api.signing import signer_of
from audit.disclosures import Disclosure
from audit.package import PackageError, Written, write_package
from domain.kernel.calendar import day_in_china
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
from journal.signer_client import SignerClient
from journal.store import Store
from migrations.roles import Access
from migrations.runner import check

WAIT_S: Final = 30.0
LOOK_S: Final = 0.5
_REWARDED: Final = "SELECT EXISTS (SELECT FROM journal.events WHERE topic = 'reward.granted/1')"

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
    log = PublishedLog(target_of(settings))
    with ExitStack() as stack:
        signer = stack.enter_context(signer_of(settings, access))
        if signer.last() is None:
            raise NotInitialised(str(settings.home))
        store = Store(stack.enter_context(auditor_pool(access)))
        pages, checkpoint = _pages_and_checkpoint(access, store, log=log, signer=signer)
        signed = parse_text(note.parse(checkpoint).text)
        size = signed.size
        head = store.head()[0]
        if head < size:
            raise IntegrityError(f"the journal holds {head} entries, but {size} were signed")
        policy = policy_text(store, Codec(event_types()), origin=signed.origin, size=size)
        vault = None
        if hand_over is not None:
            writing = stack.enter_context(opened_pool(access.writer, connections_max=COMMAND_MAX))
            vault = vault_of(settings, writing)
        reader = stack.enter_context(psycopg.connect(access.reader, autocommit=True))
        written = write_package(
            directory,
            entries=_counted(store, size, progress),
            checkpoint=checkpoint,
            policy=policy,
            older_checkpoints=log.kept(below=size),
            beside=contents(settings, pages=pages, reader=reader, vault=vault, hand_over=hand_over),
        )
    return Exported(written, size, head - size, keys_in(policy, origin=signed.origin)[-1], len(pages))


def _best(last: bytes, published: bytes | None) -> bytes:
    """The published checkpoint, which witnesses have signed, unless it lags behind a log that asks for none."""
    if published is None or len(note.parse(published).signatures) < 2:
        return last
    return published


def _pages_and_checkpoint(
    access: Access, store: Store, *, log: PublishedLog, signer: SignerClient
) -> tuple[list[Disclosure], bytes]:
    """The pages, and a checkpoint that seals all they show. Raises PackageError where there is none in time.

    Pages first: what they show was sealed before. Only witnesses may still have to sign it.
    """
    county, until = _county(store), time.monotonic() + WAIT_S
    while True:
        pages = published_pages(access.reader, county=county, on=day_in_china(datetime.now(UTC)))
        last = signer.last()
        if last is None:
            raise IntegrityError("the signer has forgotten its last checkpoint")
        checkpoint = _best(last, log.standing().checkpoint)
        size = parse_text(note.parse(checkpoint).text).size
        if all(page.position <= size for page in pages) and (pages or not _rewarded(access.auditor)):
            return pages, checkpoint
        if time.monotonic() >= until:
            raise PackageError("no_disclosures")
        time.sleep(LOOK_S)


def _rewarded(dsn: str) -> bool:
    """Whether there is anything to publish."""
    with psycopg.connect(dsn) as connection:
        return connection.execute(_REWARDED).fetchone() == (True,)


def _county(store: Store) -> Division:
    """The county of the journal, as its genesis names it."""
    codec = Codec(event_types())
    for index, entry in store.entries(0, stop=1):
        genesis = codec.decode(index, entry).event
        if isinstance(genesis, LogOpened):
            return genesis.division
    raise IntegrityError("the journal does not begin with its genesis")


def _counted(store: Store, size: int, progress: Progress | None) -> Iterator[bytes]:
    for index, entry in store.entries(0, stop=size):
        yield entry
        if progress is not None:
            progress(index + 1, size)
