"""What every test may ask for: a real PostgreSQL, and fresh databases in it, migrated as in production.

MINGZHANG_TEST_PG says which server: `embedded` (the default: our wheel's), `debian` (the system's binaries,
run by our own lifecycle), `url` (the server of MINGZHANG_TEST_DATABASE_URL, as a user that may create roles
and databases), several of them with commas, `all`: each that is there, or `others`: each but ours. Every test
that asks for a database then runs once on each server.

`make test` runs several workers, each with a PostgreSQL of its own. Whoever listens takes a free port, whatever is
written lies in a folder of the test's own; files that are dear begin first, so that no worker is left with one.
"""

import gc
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Callable, Generator, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from psycopg import sql

from migrations.binaries import carriers
from migrations.embedded import EmbeddedPostgres
from migrations.roles import KINDS, Access, access_to, ensure_roles, grant_database
from migrations.runner import migrate

# Tests start hundreds of programs: each would compile half a million lines anew where nothing may be kept.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A shell that runs tests in its background lets them ignore Ctrl-C, and so everything that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Two workers share two processors with their databases and browsers: a page that needs a second alone may take many.
expect.set_options(timeout=60_000)

LONGEST_FIRST = (
    "journeys/test_rehearsal.py",
    "migrations/test_embedded.py",
    "journeys/test_demo.py",
    "journeys/test_import.py",
    "api/web/test_openapi.py",
    "journeys/test_in_a_browser.py",
    "faults/test_system_calls.py",
    "journeys/test_outage.py",
    "journeys/test_log_commands.py",
    "journal/test_signer_process.py",
    "migrations/test_embedded_faults.py",
    "journeys/test_vault_commands.py",
    "projections/test_random_stories.py",
)
"""The files that take longest, as `pytest --durations=0` finds them; the others follow in their usual order."""

Kept = TypeVar("Kept")

_SEND_AWAY = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"

# Each home is a folder of its own in one of these, closed to others.
DISK = Path("/tmp")  # noqa: S108
MEMORY = Path("/dev/shm")  # noqa: S108
MEMORY_FILES_BYTES = 2 << 30
MEMORY_LEFT_BYTES = 4 << 30

SYSTEM_BINARIES = next((one.folder for one in carriers() if one.origin == "system"), None)
TEST_URL = os.environ.get("MINGZHANG_TEST_DATABASE_URL")
PRESENT = {"embedded": True, "debian": SYSTEM_BINARIES is not None, "url": bool(TEST_URL)}


def servers_to_test() -> list[Any]:
    """Return the chosen servers; one that was asked for by name and is not there is an error, not a skip."""
    asked = os.environ.get("MINGZHANG_TEST_PG", "embedded").split(",")
    if asked == ["all"]:
        return [name for name, present in PRESENT.items() if present]
    if asked == ["others"]:
        others = [name for name, present in PRESENT.items() if present and name != "embedded"]
        return others or [pytest.param("none", marks=pytest.mark.skip("there is no PostgreSQL here but our own"))]
    for name in asked:
        if not PRESENT.get(name):
            raise pytest.UsageError(f"MINGZHANG_TEST_PG: there is no server {name!r} here")
    return asked


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing that is collected is garbage: not while it is made, nor whenever a test's own is looked for."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files; within a file nothing moves."""
    here = Path(__file__).parent
    place = {here / path: number for number, path in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


@dataclass
class Cluster:
    """A running PostgreSQL for tests. `new_database` gives databases that nobody else uses."""

    name: str
    superuser_dsn: str
    prefix: str  # of the role names; a server that is not ours alone gets names of our own
    kept_homes: Path  # where homes lie that belong to templates
    passwords: dict[str, str] = field(default_factory=lambda: {kind: secrets.token_hex(12) for kind in KINDS})
    _templates: dict[Hashable, tuple[Access, Any]] = field(default_factory=dict)
    _made: list[str] = field(default_factory=list)

    def new_database(self) -> Access:
        """Return a fresh database with all migrations applied: a copy of a template that was migrated
        once.
        """
        made, _ = self._once("migrated", self.new_empty_database, lambda new: migrate(new.owner, names=new.names))
        return self._create(template=made.database)

    def copy_of(self, what: Hashable, make: Callable[[Access], Kept]) -> tuple[Access, Kept]:
        """A copy of what `make` makes of a migrated database, and what it returned: it is made once for all who ask
        for the same `what`, and whoever is still connected when it is made is sent away.
        """
        made, kept = self._once(what, self.new_database, make)
        return self._create(template=made.database), kept

    def _once(self, what: Hashable, begin: Callable[[], Access], make: Callable[[Access], Kept]) -> tuple[Access, Kept]:
        if what not in self._templates:
            template = begin()
            kept = make(template)
            with self._connected() as connection:
                connection.execute(_SEND_AWAY, (template.database,))
            self._templates[what] = template, kept
        return self._templates[what]

    def new_empty_database(self) -> Access:
        """Return a fresh database with our roles and without any migration."""
        database = self._new_name()
        return ensure_roles(self.superuser_dsn, database=database, passwords=self.passwords, prefix=self.prefix)

    def copy(self, access: Access) -> Access:
        """Return a copy of a whole database to which nobody is connected, as a restored backup would be."""
        return self._create(template=access.database)

    def drop(self, access: Access) -> None:
        """Drop a database, whoever is still connected."""
        self._drop_database(access.database)
        self._made.remove(access.database)

    def clean_up(self) -> None:
        """Leave a server that is not ours as we found it."""
        for database in self._made:
            self._drop_database(database)
        with self._connected() as connection:
            for kind in KINDS:
                role = sql.Identifier(f"{self.prefix}{kind}")
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))

    def _create(self, *, template: str) -> Access:
        database = self._new_name()
        access = access_to(self.superuser_dsn, database=database, passwords=self.passwords, prefix=self.prefix)
        with self._connected() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(database), sql.Identifier(access.names["owner"]), sql.Identifier(template)
                )
            )
            # Rights on the database itself are not copied from the template.
            grant_database(connection, database, names=access.names)
        return access

    def _new_name(self) -> str:
        self._made.append(f"mz_test_{secrets.token_hex(6)}")
        return self._made[-1]

    def _drop_database(self, database: str) -> None:
        with self._connected() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def _connected(self) -> psycopg.Connection:
        return psycopg.connect(self.superuser_dsn, autocommit=True)


@contextmanager
def temporary_home(where: Path = DISK) -> Iterator[Path]:
    """Yield a short path for a home that the server's account can reach also when root runs the tests.

    (pytest's own tmp_path is closed to every other account.) The home itself does not exist yet.
    """
    folder = Path(tempfile.mkdtemp(prefix="mz-", dir=where))
    folder.chmod(0o711)
    try:
        yield folder / "home"
    finally:
        shutil.rmtree(folder)


def roomy_memory() -> Path:
    """A folder in memory where there is plenty of it, else the usual one: thousands of databases come and go.

    The server syncs as in production either way; what a crash leaves behind is tested with homes on the disk.
    """
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < MEMORY_FILES_BYTES:
        return DISK
    told = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    available = int(told["MemAvailable"].split()[0]) * 1024
    return MEMORY if available > MEMORY_LEFT_BYTES else DISK


@pytest.fixture
def home() -> Iterator[Path]:
    """A path for a home folder, not there yet, gone afterwards."""
    with temporary_home() as path:
        yield path


@pytest.fixture(scope="session")
def kept_homes() -> Iterator[Path]:
    """Where homes lie for a whole run. The path is short: sockets have names of at most a hundred bytes."""
    with temporary_home() as folder:
        folder.mkdir()
        yield folder


@pytest.fixture(scope="session", params=servers_to_test())
def cluster(request: pytest.FixtureRequest, kept_homes: Path) -> Iterator[Cluster]:
    """A running PostgreSQL; tests that use it run once on each server of MINGZHANG_TEST_PG."""
    if request.param == "url":
        assert TEST_URL is not None
        shared = Cluster("url", TEST_URL, prefix=f"mzt_{os.getpid()}_", kept_homes=kept_homes)
        yield shared
        shared.clean_up()
        return
    bin_dir = SYSTEM_BINARIES if request.param == "debian" else None
    with temporary_home(roomy_memory()) as path, EmbeddedPostgres(path, bin_dir=bin_dir) as server:
        yield Cluster(request.param, server.endpoint.superuser_dsn, prefix="mz_", kept_homes=kept_homes)


@pytest.fixture
def new_database(cluster: Cluster) -> Iterator[Callable[[], Access]]:
    """A function that makes one more fresh, migrated database; all are dropped after the test."""
    made: list[Access] = []

    def make() -> Access:
        made.append(cluster.new_database())
        return made[-1]

    yield make
    for access in made:
        cluster.drop(access)


@pytest.fixture
def database(new_database: Callable[[], Access]) -> Access:
    """A fresh, migrated database: `.owner`, `.writer`, `.projector`, `.reader`, `.auditor` are connection
    strings.
    """
    return new_database()


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[Access]:
    """A fresh database with our roles, before any migration."""
    access = cluster.new_empty_database()
    yield access
    cluster.drop(access)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One real browser for a file's tests: while it is open, its own event loop keeps every other from running.

    `mingzhang.test` leads to this machine, as an address that is not secure.
    """
    program = Path(os.environ.get("MINGZHANG_TEST_CHROMIUM", "/usr/bin/chromium"))
    assert program.exists(), f"{program} is missing: apt-get install chromium, or set MINGZHANG_TEST_CHROMIUM"
    arguments = [
        "--disable-gpu",
        "--disable-background-networking",
        "--host-resolver-rules=MAP mingzhang.test 127.0.0.1",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(program), args=arguments)
        yield browser
        browser.close()
