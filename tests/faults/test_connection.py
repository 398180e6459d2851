"""The connection to the database breaks in the middle: the caller is told, and the same key is safe to send again."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from journal.errors import Unavailable
from journal.facts import Receipt
from migrations.roles import Access
from tests.conftest import Cluster
from tests.journal.opened import Opened


def terminate(cluster: Cluster, database: Access) -> int:
    """End every session of the writer role; how many there were."""
    with psycopg.connect(cluster.superuser_dsn, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s AND datname = %s",
            (database.names["writer"], database.database),
        ).fetchall()
    return len(rows)


def test_killed_while_it_waits_for_the_head(opened: Opened, database: Access, cluster: Cluster) -> None:
    opened.place()
    with psycopg.connect(database.owner) as holding:
        holding.execute("SELECT * FROM journal.head FOR UPDATE")
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(opened.place, key="k")
            waiting_for_the_head(cluster, database)
            assert terminate(cluster, database) > 0
            with pytest.raises(Unavailable, match="did not take the append"):
                answer.result(30)
    assert not again(opened, "k").replayed
    assert size(database) == 4


def size(database: Access) -> int:
    with psycopg.connect(database.auditor) as connection:
        ((found,),) = connection.execute("SELECT size FROM journal.head")
    return int(found)


def waiting_for_the_head(cluster: Cluster, database: Access) -> None:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
    with psycopg.connect(cluster.superuser_dsn, autocommit=True) as connection:
        for _ in range(300):
            if connection.execute(query, (database.database,)).fetchone() != (0,):
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits for the head")


def again(opened: Opened, key: str) -> Receipt:
    """Send the same command until it is acknowledged."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            return opened.place(key=key)
        except Unavailable:
            time.sleep(0.05)
    return opened.place(key=key)


def test_killed_again_and_again_under_load(opened: Opened, database: Access, cluster: Cluster) -> None:
    """Eight threads send each command until it is acknowledged; each is recorded once, whatever breaks."""
    kills_wanted, sent = 5, itertools.count()
    enough = threading.Event()

    def kill() -> None:
        """End the sessions again and again, until that has met some at work."""
        try:
            for _ in range(kills_wanted):
                while not terminate(cluster, database):
                    time.sleep(0.01)
                time.sleep(0.1)
        finally:
            enough.set()

    def send() -> int:
        """Send commands for as long as sessions are ended; how many."""
        count = 0
        while not enough.is_set():
            again(opened, f"k{next(sent)}")
            count += 1
        return count

    with ThreadPoolExecutor(9) as pool:
        killing = pool.submit(kill)
        sending = [pool.submit(send) for _ in range(8)]
        killing.result(60)
        acknowledged = sum(one.result(60) for one in sending)
    assert acknowledged >= 8
    assert size(database) == 2 + acknowledged


def test_a_database_that_is_down_is_unavailable(opened: Opened, database: Access, cluster: Cluster) -> None:
    opened.place()
    allow = 'ALTER DATABASE "{}" ALLOW_CONNECTIONS {}'
    with psycopg.connect(cluster.superuser_dsn, autocommit=True) as connection:
        connection.execute(allow.format(database.database, "false"))
        terminate(cluster, database)
        with pytest.raises(Unavailable):
            opened.place(key="k")
        with pytest.raises(Unavailable):
            opened.place(key="k")
        connection.execute(allow.format(database.database, "true"))
    assert not again(opened, "k").replayed
