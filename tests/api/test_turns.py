"""Whoever wants the same streams stands in line, whatever order he names them in, and the line is forgotten."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest

from api.pooling import opened_pool
from api.turns import LINES_MAX, Turns
from domain.kernel.ids import stream_name
from migrations.roles import Access


@pytest.fixture
def programs(database: Access) -> Iterator[tuple[Turns, Turns]]:
    """Two programs on one database."""
    with opened_pool(database.writer) as one, opened_pool(database.writer) as other:
        yield Turns(one), Turns(other)


def test_one_after_the_other_in_all_programs_and_nobody_waits_for_ever(programs: tuple[Turns, Turns]) -> None:
    one, other = stream_name("stock", uuid4()), stream_name("stock", uuid4())
    inside: list[int] = []
    most = 0

    def served(number: int) -> None:
        nonlocal most
        with programs[number % 2].taken([one, other] if number % 3 else [other, one, other]):
            inside.append(number)
            most = max(most, len(inside))
            inside.remove(number)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(served, range(100), timeout=60))
    assert most == 1
    assert not [turns for turns in programs if turns._turns]


def test_other_streams_are_served_at_the_same_time(programs: tuple[Turns, Turns]) -> None:
    with (
        programs[0].taken([stream_name("stock", uuid4())]),
        programs[0].taken([stream_name("stock", uuid4())]),
        programs[1].taken([stream_name("stock", uuid4())]),
    ):
        assert len(programs[0]._turns) >= 2


def test_who_reads_while_he_has_his_turn_finds_a_connection(database: Access) -> None:
    """More lines than connections: as many as may stand at once leave enough to read with."""
    with opened_pool(database.writer, connections_max=LINES_MAX + 2) as pool:
        turns = Turns(pool)

        def served(_: int) -> int:
            with turns.taken([stream_name("stock", uuid4())]), pool.connection() as connection:
                return connection.execute("SELECT 1").fetchone()[0]

        with ThreadPoolExecutor(24) as threads:
            assert list(threads.map(served, range(72), timeout=60)) == [1] * 72


def test_a_turn_that_ends_with_its_connection_keeps_nobody_from_going_on(
    database: Access, programs: tuple[Turns, Turns]
) -> None:
    wanted = [stream_name("stock", uuid4())]
    with programs[0].taken(wanted), psycopg.connect(database.writer) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE locktype = 'advisory' AND datname = current_database()"
        ).fetchall()
        assert ended == [(True,)]
        with programs[1].taken(wanted):
            pass
