"""Pools of database connections: as many as the work needs, none that died while nobody used it."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg_pool import ConnectionPool

from journal.store import Pool

CONNECTIONS_MAX: Final = 32
COMMAND_MAX: Final = 2
CONNECT_TIMEOUT_S: Final = 5
READ_TIMEOUT_S: Final = 10.0
RECONNECT_S: Final = 2.0
"""So long a pool tries to replace a connection, ever more rarely; then the next request tries at once."""


@contextmanager
def opened_pool(dsn: str, *, read_only: bool = False, connections_max: int = CONNECTIONS_MAX) -> Iterator[Pool]:
    """A pool for one database role, open while the context is; a command that runs by itself needs `COMMAND_MAX`."""
    options: dict[str, Any] = {"autocommit": True, "connect_timeout": CONNECT_TIMEOUT_S}
    if read_only:
        options["options"] = "-c default_transaction_read_only=on"
    # A restarted database leaves dead connections in the pool; handed out, each would cost somebody a request.
    with ConnectionPool(
        dsn,
        kwargs=options,
        min_size=min(2, connections_max // 2),
        max_size=connections_max,
        timeout=READ_TIMEOUT_S,
        reconnect_timeout=RECONNECT_S,
        check=check_connection,
        open=True,
    ) as pool:
        yield pool


def check_connection(connection: psycopg.Connection[Any]) -> None:
    """Raise OperationalError where the server has ended an idle connection; asks it only where it has said something.

    An idle session is told nothing, except that it ends (or a parameter changed): its socket is silent while it lives.
    Asking the server every time would cost a round trip for each thing that is read.
    """
    if _has_been_told_something(connection.fileno()):
        connection.execute("")


def _has_been_told_something(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
