"""The program put together: database, keys, journal, vault and read models, opened in this order and closed in reverse.

Nothing is opened on a journal that is not whole: a database behind or ahead of the code, or a tree that has gone
back, stops here with a sentence that says what to do.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from api.closed_months import guard_of
from api.pooling import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, opened_pool
from api.settings import BadSetting, Settings
from api.signing import signer_of
from api.turns import Turns
from api.web.identity import Identity
from domain import accounts, log
from domain.kernel.ids import derived, stream_name
from domain.log import Log
from domain.public_texts import require_impersonal
from domain.streams import event_types
from journal.codec import Codec
from journal.errors import IntegrityError
from journal.journal import Clock, Journal, now
from journal.keys import KeyFileError, ServerCustody, read_secret
from journal.log_keys import FIRST, keys_in, log_key_files
from journal.note import VerifierKey
from journal.signer_client import SignerClient
from journal.store import Pool, Store
from journal.vault import Vault
from journal.vault_keys import finish_rotation, in_reach, read_key
from journal.writer import Writer
from migrations.embedded import EmbeddedPostgres, Endpoint, attach_or_start, passwords_file
from migrations.errors import DatabaseError
from migrations.passwords import kept_passwords
from migrations.roles import KINDS, Access, ensure_roles
from migrations.runner import check, migrate
from projections.models import MODELS
from projections.runner import Runner
from projections.schema import Roles, install

DATABASE = "mingzhang"
REVIVE_S = 0.5

logger = logging.getLogger(__name__)


class NotInitialised(Exception):
    """There is no journal here yet: `mingzhang init` or `mingzhang demo` makes one."""


@dataclass(frozen=True)
class App:
    """What every way in works with."""

    settings: Settings
    access: Access
    journal: Journal
    log: Log
    signer: SignerClient
    vault: Vault
    runner: Runner
    writing: Pool
    reading: Pool
    turns: Turns

    def caught_up(self, position: int) -> bool:
        """Wait until the read models show everything up to `position`; False if they do not within the limit."""
        return self.runner.wait_for(position, timeout_s=READ_TIMEOUT_S)

    def log_now(self) -> Log:
        """The journal as it is now; `log` is as it was when the program was opened."""
        return log_of(self.journal) or self.log

    @property
    def identity(self) -> Identity:
        """Whose journal this is, at the address where its pages stand."""
        return Identity(
            origin=self.journal.origin,
            county_name=self.log.county_name,
            division=self.log.division,
            rehearsal=self.log.rehearsal,
            base_url=self.settings.base_url,
            auditor_phone=self.settings.auditor_phone,
        )

    @property
    def log_key(self) -> VerifierKey:
        """The log's key by the policy now in force; while two sign, the one that stays."""
        return keys_in(self.log_now().policy, origin=self.journal.origin)[-1]


def keys_of(settings: Settings) -> dict[str, Any]:
    """The paths of the key files by their purpose."""
    folder = settings.keys
    return {
        "log": next(reversed(log_key_files(folder)), folder / FIRST),
        "actors": folder / "actors.key",
        "vault": folder / "vault.key",
        "session": folder / "session.key",
    }


@contextmanager
def database(settings: Settings, *, own: bool = False) -> Iterator[Access]:
    """The database with its roles: the one of MINGZHANG_DATABASE_URL, or the embedded one of the home.

    `own`: a server that stays up runs the embedded one itself, and raises EmbeddedBusy where another process does.
    """
    with ExitStack() as stack:
        if settings.database_url:
            admin, name = external_database(settings), None
            settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        else:
            admin, name = stack.enter_context(_embedded(settings, own=own)).superuser_dsn, DATABASE
        passwords = kept_passwords(passwords_file(settings.home), KINDS)
        yield ensure_roles(admin, database=name, passwords=passwords)


def external_database(settings: Settings) -> str:
    """The database of MINGZHANG_DATABASE_URL. Raises BadSetting, which never repeats it: it may hold a password."""
    try:
        conninfo_to_dict(settings.database_url)
    except psycopg.ProgrammingError:
        text = "MINGZHANG_DATABASE_URL 不是数据库的网址，应如 postgresql://用户@主机:5432/数据库名"
        raise BadSetting(text) from None
    return settings.database_url


@contextmanager
def _embedded(settings: Settings, *, own: bool) -> Iterator[Endpoint]:
    if not own:
        with attach_or_start(settings.home, run_as=settings.run_as, bin_dir=settings.pg_bin) as endpoint:
            yield endpoint
        return
    server = EmbeddedPostgres(settings.home, run_as=settings.run_as, bin_dir=settings.pg_bin)
    with server, _kept_alive(server):
        yield server.endpoint


@contextmanager
def _kept_alive(server: EmbeddedPostgres) -> Iterator[None]:
    """Start the database again if it dies under a running service (out of memory, kill -9)."""
    ended = threading.Event()

    def look_after() -> None:
        while not ended.wait(REVIVE_S):
            try:
                if server.revive():
                    logger.warning("the embedded database had died and was started again")
            except DatabaseError as error:
                logger.error("the embedded database died and does not start: %s", error)

    thread = threading.Thread(target=look_after, name="database-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def make_ready(access: Access) -> None:
    """Apply the migrations that are missing and install the read models. Raises MigrationError, NeedsRebuild."""
    migrate(access.owner, names=access.names)
    with psycopg.connect(access.projector, autocommit=True) as connection:
        install(connection, MODELS, roles=read_roles(access))


def read_roles(access: Access) -> Roles:
    """Who writes the read models, and who reads them."""
    readers = tuple(access.names[kind] for kind in ("reader", "auditor", "writer"))
    return Roles(projector=access.names["projector"], readers=readers)


@contextmanager
def open_app(
    settings: Settings, *, access: Access | None = None, clock: Clock = now, codec: Codec | None = None
) -> Iterator[App]:
    """Everything, on a journal that `init` has begun. Raises NotInitialised, MigrationError, IntegrityError, …"""
    with ExitStack() as stack:
        codec = codec or Codec(event_types())
        reached = access or stack.enter_context(database(settings))
        check(reached.owner)
        files = keys_of(settings)
        if not files["log"].exists():
            raise NotInitialised(str(settings.home))
        writing = stack.enter_context(opened_pool(reached.writer))
        store = Store(writing)
        signer = stack.enter_context(signer_of(settings, reached))
        journal = _open_journal(stack, settings, reached, store, codec, clock, signer)
        opened = log_of(journal)
        if opened is None:
            raise NotInitialised(str(settings.home))
        journal.guard = guard_of(opened.division)
        yield App(
            settings=settings,
            access=reached,
            journal=journal,
            log=opened,
            signer=signer,
            vault=_checked_vault(settings, writing),
            runner=Runner(reached.projector, codec, MODELS),
            writing=writing,
            reading=stack.enter_context(opened_pool(reached.reader, read_only=True)),
            turns=Turns(writing),
        )


def log_of(journal: Journal) -> Log | None:
    """The journal's own state, None before its first event."""
    return journal.state(stream_name("log", derived("log", journal.origin)), log.evolve)


def _open_journal(
    stack: ExitStack,
    settings: Settings,
    access: Access,
    store: Store,
    codec: Codec,
    clock: Clock,
    signer: SignerClient,
) -> Journal:
    files = keys_of(settings)
    writer = Writer(
        connect=lambda: psycopg.connect(access.writer, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S),
        signer=signer,
        stored_nodes=store.nodes,
        limit_of=accounts.limit_of,
    )
    stack.enter_context(writer)
    origin = signer.origin
    return Journal(
        origin=origin,
        store=store,
        writer=writer,
        codec=codec,
        custody=ServerCustody(read_secret(files["actors"]), origin=origin),
        clock=clock,
        judge=require_impersonal,
    )


def vault_of(settings: Settings, pool: Pool) -> Vault:
    """The vault under the key of the environment, else of its file. Raises KeyFileError."""
    if settings.vault_key is not None:
        return Vault(pool, settings.vault_key)
    path = keys_of(settings)["vault"]
    finish_rotation(pool, path)
    return Vault(pool, read_key(path), candidates=lambda: in_reach(path))


def _checked_vault(settings: Settings, pool: Pool) -> Vault:
    """The vault, under the right key and without those who were erased: what a crash left undone is done here."""
    vault = vault_of(settings, pool)
    try:
        vault.require_key()
    except IntegrityError:
        source = "MINGZHANG_VAULT_KEY" if settings.vault_key is not None else str(keys_of(settings)["vault"])
        raise KeyFileError(f"保险库现用的不是 {source} 这把密钥；请换上更换密钥时得到的那一把") from None
    for person in vault.destroy_erased():
        logger.warning("person %s is erased in the journal; what the vault still held was destroyed", person)
    return vault


@contextmanager
def open_journal(settings: Settings, access: Access, *, clock: Clock = now) -> Iterator[Journal]:
    """The journal alone, before or after its first event: what `init` needs."""
    with ExitStack() as stack:
        store = Store(stack.enter_context(opened_pool(access.writer)))
        signer = stack.enter_context(signer_of(settings, access))
        yield _open_journal(stack, settings, access, store, Codec(event_types()), clock, signer)
