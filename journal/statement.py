"""One call to PostgreSQL that is made again and again: prepared once on each connection, binary both ways.

The driver's own cursor asks each time what its arguments are and waits in Python for the answer; here both are known,
and the thread waits without the interpreter. Only for a connection that one thread uses at a time. It is prepared
where the driver prepares nothing (`prepare_threshold` None): after a rollback the driver forgets everybody's.
"""

from collections.abc import Sequence
from typing import Any, Final
from weakref import WeakSet

import psycopg
from psycopg import errors
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult

from journal.arrays import Column

_BINARY: Final = 1
_ANSWERED: Final = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})


class Statement:
    """A query with `$1`, `$2`, … for its arguments. `name`: no other statement may have it."""

    def __init__(self, name: str, query: str) -> None:
        self._name = name.encode()
        self._query = query.encode()
        self._prepared_on: WeakSet[psycopg.Connection[Any]] = WeakSet()

    def run(self, connection: psycopg.Connection[Any], arguments: Sequence[bytes | Column]) -> PGresult:
        """The answer, its values binary. An argument is a column, or one value as its type is sent.

        Raises psycopg.Error as a cursor would.
        """
        values = [argument if isinstance(argument, bytes) else argument.binary() for argument in arguments]
        formats = [_BINARY] * len(values)
        if connection.prepare_threshold is not None:
            return _checked(connection, connection.pgconn.exec_params(self._query, values, None, formats, _BINARY))
        if connection not in self._prepared_on:
            _checked(connection, connection.pgconn.prepare(self._name, self._query))
            self._prepared_on.add(connection)
        return _checked(connection, connection.pgconn.exec_prepared(self._name, values, formats, _BINARY))


def call_of(function: str, *, arguments: int) -> Statement:
    """The call of a database function."""
    places = ", ".join([f"${number + 1}" for number in range(arguments)])
    return Statement(function, f"SELECT {function}({places})")


def _checked(connection: psycopg.Connection[Any], answer: PGresult) -> PGresult:
    if answer.status in _ANSWERED:
        return answer
    if connection.pgconn.status == ConnStatus.BAD or answer.error_field(DiagnosticField.SQLSTATE) is None:
        # What brings no SQLSTATE was not said by the server: it was lost on the way, which libpq need not have noticed.
        said = connection.pgconn.get_error_message()
        connection.close()
        raise psycopg.OperationalError(said)
    raise errors.error_from_result(answer)
