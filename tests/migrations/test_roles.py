"""Database roles: five where they can be made, one (and said so) where they cannot."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from migrations.errors import RolesRefused
from migrations.roles import KINDS, Access, ensure_roles

if TYPE_CHECKING:
    from tests.conftest import Cluster


@contextmanager
def throw_away_role(cluster: "Cluster", attributes: str) -> Iterator[tuple[str, str]]:
    """Yield a login role with such attributes and its connection string to a database of its own."""
    name = f"mzt_{secrets.token_hex(4)}"
    role = sql.Identifier(name)
    with psycopg.connect(cluster.superuser_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x' {}").format(role, sql.SQL(attributes)))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
        try:
            yield name, make_conninfo(cluster.superuser_dsn, user=name, password="x", dbname=name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(role))
            made = connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [f"{name}_%"])
            for (one,) in made.fetchall():
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(one)))
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


def who(dsn: str) -> tuple[str, str]:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT current_user, current_setting('transaction_read_only')").fetchone()
    assert row is not None
    return row[0], row[1]


def test_each_role_signs_in_and_readers_only_read(empty_database: Access) -> None:
    expected = {"owner": "off", "writer": "off", "projector": "off", "reader": "on", "auditor": "on"}
    assert {kind: who(getattr(empty_database, kind)) for kind in KINDS} == {
        kind: (empty_database.names[kind], read_only) for kind, read_only in expected.items()
    }
    assert empty_database.separate


def test_a_wrong_password_does_not_sign_in(empty_database: Access) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(make_conninfo(empty_database.owner, password="guess"))


def test_only_the_owner_makes_tables(empty_database: Access) -> None:
    for kind in KINDS[1:]:
        with (
            psycopg.connect(getattr(empty_database, kind)) as connection,
            pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)),
        ):
            connection.execute("CREATE TABLE public.mine (n int)")
    with psycopg.connect(empty_database.owner) as connection:
        connection.execute("CREATE TABLE public.mine (n int)")


def test_doing_it_again_changes_nothing(cluster: "Cluster", empty_database: Access) -> None:
    again = ensure_roles(
        cluster.superuser_dsn,
        database=empty_database.database,
        passwords=cluster.passwords,
        prefix=cluster.prefix,
    )
    assert again == empty_database
    assert who(again.writer)[0] == again.names["writer"]


def test_a_stranger_cannot_connect(cluster: "Cluster", empty_database: Access) -> None:
    with (
        throw_away_role(cluster, "") as (_, dsn),
        pytest.raises(psycopg.OperationalError, match="permission denied"),
    ):
        psycopg.connect(make_conninfo(dsn, dbname=empty_database.database))


def test_a_user_that_may_not_create_roles_does_everything_itself(cluster: "Cluster") -> None:
    with throw_away_role(cluster, "") as (name, dsn):
        access = ensure_roles(dsn, database=None, passwords=cluster.passwords, prefix=f"{name}_")
        assert not access.separate
        assert name in access.why_not_separate
        assert {who(getattr(access, kind)) for kind in KINDS} == {(name, "off")}
        assert set(access.names.values()) == {name}


@pytest.mark.parametrize("attributes", ["CREATEROLE", "CREATEROLE CREATEDB"])
def test_an_administrator_that_is_no_superuser_is_enough(cluster: "Cluster", attributes: str) -> None:
    with throw_away_role(cluster, attributes) as (name, dsn):
        for _ in range(2):
            access = ensure_roles(dsn, database=None, passwords=cluster.passwords, prefix=f"{name}_")
            assert access.separate, access.why_not_separate
        assert {who(getattr(access, kind))[0] for kind in KINDS} == {f"{name}_{kind}" for kind in KINDS}
        with psycopg.connect(access.owner) as connection:
            connection.execute("CREATE SCHEMA journal; CREATE TABLE public.mine (n int)")
        with psycopg.connect(cluster.superuser_dsn, dbname=name, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(f"{name}_owner")))


def test_a_superuser_of_that_name_is_refused(cluster: "Cluster") -> None:
    with throw_away_role(cluster, "SUPERUSER") as (name, dsn):
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE ROLE {} SUPERUSER").format(sql.Identifier(f"{name}_writer")))
        with pytest.raises(RolesRefused, match="superuser"):
            ensure_roles(dsn, database=None, passwords=cluster.passwords, prefix=f"{name}_")


def test_connection_strings_do_not_show_in_prints(empty_database: Access, cluster: "Cluster") -> None:
    assert cluster.passwords["writer"] not in repr(empty_database)
