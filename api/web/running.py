"""Whether the read models that a page shows are whole: a page on a stopped one says so and shows no old figures."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from journal.errors import IntegrityError
from projections import positions
from projections.read_model import ReadModel


def require_running(conn: Connection[Any], models: Sequence[ReadModel]) -> None:
    """Raise IntegrityError if one of these models has stopped at an event that it could not apply."""
    for status in positions.status(conn, models):
        if status.stopped_event is not None:
            raise IntegrityError(f"the read model {status.model} stopped before {status.stopped_event}")
