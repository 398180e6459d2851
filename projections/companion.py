"""A process of its own that keeps the read models up to date while a command loads years of events.

The command and the read models would otherwise take turns on one interpreter. The companion is a help and no more:
whoever needs the read models asks his own runner to catch up, which waits for the companion's step and finds little
left; if the companion is gone, it does all of it itself. It ends with the command, however that ends.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Final

import psycopg

from domain.streams import event_types
from journal.codec import Codec
from journal.errors import IntegrityError
from projections.beside import Spare, await_end, beside
from projections.runner import Runner
from projections.schema import NeedsRebuild

EVERY_S: Final = 2.0
"""Batches as large as this makes them: what a batch costs besides its events is paid once."""


@contextmanager
def companion(dsn: str, *, spare: Spare | None = None) -> Iterator[None]:
    """While this lasts, a process applies what is recorded: `spare`, or a new one. `dsn` is the projector's."""
    with beside(_follow, dsn, name="read-models", spare=spare):
        yield


def _follow(dsn: str, command: Connection) -> None:
    """Catch up every second until the command's end of the pipe is closed, by itself or by its death."""
    ended = threading.Event()
    threading.Thread(target=_await_end, args=(command, ended), daemon=True).start()
    runner = Runner(dsn, Codec(event_types()))
    while not ended.wait(EVERY_S):
        # The command's own runner meets the same failure and says so to somebody who reads it.
        with suppress(psycopg.OperationalError, IntegrityError, NeedsRebuild):
            runner.catch_up()


def _await_end(command: Connection, ended: threading.Event) -> None:
    await_end(command)
    ended.set()
