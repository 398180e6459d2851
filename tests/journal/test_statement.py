"""A call that is made again and again answers and fails as the driver's own, whatever else the driver does."""

import os
import socket
from contextlib import nullcontext

import psycopg
import pytest

from journal.arrays import Numbers
from journal.statement import Statement, call_of
from migrations.roles import Access

ADDED = Statement("added", "SELECT $1::bigint + cardinality($2::bigint[])")
_MADE = "SELECT count(*) FROM pg_prepared_statements WHERE name = 'added'"


def added(connection: psycopg.Connection) -> int:
    answer = ADDED.run(connection, [(40).to_bytes(8, "big"), Numbers([1, 1])])
    return int.from_bytes(answer.get_value(0, 0) or b"", "big")


@pytest.mark.parametrize(("threshold", "made"), [(None, 1), (5, 0)])
def test_it_is_prepared_once_where_the_driver_prepares_nothing(
    database: Access, threshold: int | None, made: int
) -> None:
    with psycopg.connect(database.writer, autocommit=True, prepare_threshold=threshold) as connection:
        assert [added(connection), added(connection)] == [42, 42]
        assert connection.execute(_MADE).fetchone() == (made,)


@pytest.mark.parametrize("threshold", [None, 0])
def test_it_outlives_a_rollback(database: Access, threshold: int | None) -> None:
    """After one, the driver has the server forget every statement if it has prepared any itself."""
    with psycopg.connect(database.writer, autocommit=True, prepare_threshold=threshold) as connection:
        with connection.transaction(force_rollback=True):
            connection.execute("SELECT 1")
            assert added(connection) == 42
        connection.execute("SELECT 2")
        assert added(connection) == 42


def test_it_fails_as_the_driver_does(database: Access) -> None:
    with psycopg.connect(database.writer, autocommit=True, prepare_threshold=None) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            Statement("divided", "SELECT 1 / $1::bigint").run(connection, [bytes(8)])
        with pytest.raises(psycopg.errors.UndefinedFunction):
            call_of("journal.not_there", arguments=2).run(connection, [b"", b""])
        assert added(connection) == 42
        own = connection.info.backend_pid.to_bytes(4, "big")
        with pytest.raises(psycopg.OperationalError):
            call_of("pg_terminate_backend", arguments=1).run(connection, [own])
        assert connection.closed


@pytest.mark.parametrize("lost", [socket.SHUT_RD, socket.SHUT_WR, socket.SHUT_RDWR])
@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a transaction"])
def test_a_connection_that_was_lost_is_closed_and_said_to_be_lost(database: Access, lost: int, inside: bool) -> None:
    """Also where it is noticed by writing, after which libpq goes on calling it good."""
    with psycopg.connect(database.writer, autocommit=True, prepare_threshold=None) as connection:
        assert added(connection) == 42

        def ask() -> None:
            with socket.socket(fileno=os.dup(connection.pgconn.socket)) as line:
                line.shutdown(lost)
            with connection.transaction() if inside else nullcontext():
                added(connection)

        with pytest.raises(psycopg.OperationalError):
            ask()
        assert connection.closed
