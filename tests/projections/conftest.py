"""A database with the read models installed, and a runner on it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from migrations.roles import Access
from projections.models import MODELS
from projections.runner import Runner
from projections.schema import Roles, install
from tests.projections.story import CODEC, Story, paid_month

if TYPE_CHECKING:
    from tests.conftest import Cluster

Rows = dict[str, list[tuple[object, ...]]]


def roles_of(access: Access) -> Roles:
    """The roles of a test database, as the application hands them over."""
    names = access.names
    return Roles(projector=names["projector"], readers=(names["reader"], names["auditor"], names["writer"]))


def install_models(access: Access) -> None:
    """Install every read model in a migrated database."""
    with psycopg.connect(access.projector, autocommit=True) as conn:
        install(conn, MODELS, roles=roles_of(access))


@pytest.fixture
def installed(cluster: "Cluster") -> Iterator[Access]:
    """A migrated database with every read model, at position 0."""
    access, _ = cluster.copy_of("read models", install_models)
    yield access
    cluster.drop(access)


@pytest.fixture
def runner(installed: Access) -> Iterator[Runner]:
    """A runner with small batches on `installed`."""
    made = Runner(installed.projector, CODEC, batch=7)
    yield made
    made.close()


@pytest.fixture
def reader(installed: Access) -> Iterator[psycopg.Connection]:
    """A connection as pages have it: it may only read."""
    with psycopg.connect(installed.reader, autocommit=True) as conn:
        yield conn


@pytest.fixture
def told(installed: Access, runner: Runner) -> Story:
    """Two months of a small county, recorded and projected."""
    story = paid_month(Story().opened())
    story.append_to(installed.writer)
    assert runner.catch_up() == len(story.entries)
    return story


def all_rows(access: Access) -> Rows:
    """Every row of every live read model, by table, sorted; without where and when the runner stood."""
    with psycopg.connect(access.projector, autocommit=True) as conn:
        tables = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'read' ORDER BY 1").fetchall()
        return {
            table: conn.execute(
                sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier("read", table))
            ).fetchall()
            for (table,) in tables
            if table != "positions"
        }
