"""Names as pages and tables show them: masked, or that the person's data was deleted."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from journal.vault import destroyed, masked_names

ERASED: Final = "（已删除）"


def shown_names(connection: Connection[Any], persons: Sequence[UUID]) -> dict[UUID, str]:
    """The masked name of everybody who has one, and `ERASED` for whoever was erased; the reader's connection."""
    return {**masked_names(connection, persons), **dict.fromkeys(destroyed(connection, persons), ERASED)}
