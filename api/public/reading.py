"""All that public pages have: a connection that may only read, whose journal it is, and the published log.

What must not be broken: nothing public can reach a command or the writer; import contracts hold this package to it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import Request
from psycopg import Connection
from psycopg_pool import ConnectionPool

from api.web.identity import Identity
from api.web.templates import Templates
from api.web.throttle import Throttle
from domain.kernel.references import References
from journal.published import PublishedLog

MaskedNames = Callable[[Connection[Any], Sequence[UUID]], dict[UUID, str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """Handed over by the server when it is put together.

    `pool` is the reader role's; `published` reads the log as it is published; `masked_names` gives names as anyone
    may read them; `references` tell from somebody's own number by what he is found on pages. `healthy` raises
    IntegrityError once the read models have stopped following the journal. `fonts` is the folder that slips are set
    from; `guesses` slows down whoever tries codes.
    """

    pool: ConnectionPool[Connection[Any]]
    identity: Identity
    published: PublishedLog
    masked_names: MaskedNames
    templates: Templates
    references: References
    healthy: Callable[[], None]
    fonts: Path
    guesses: Throttle = field(default_factory=Throttle)


def reading(request: Request) -> Reading:
    """The Reading of the application that a request came to."""
    found: Reading = request.app.state.reading
    return found
