"""A process that works beside a command, and ends with it, however that ends.

The two are joined by a pipe: what the process has to say comes through it, and its end is the word to stop.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

ENDS_WITHIN_S: Final = 10.0


@contextmanager
def beside(work: Callable[..., None], *arguments: object, name: str) -> Iterator[tuple[BaseProcess, Connection]]:
    """While this lasts, a new process does `work(*arguments, pipe)`; it gets some seconds to end by itself.

    `work` stands in a module and its arguments can be pickled: nothing of this process is shared.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_alone, args=(work, *arguments, theirs), name=name, daemon=True)
    process.start()
    theirs.close()
    try:
        yield process, ours
    finally:
        ours.close()
        process.join(ENDS_WITHIN_S)
        if process.is_alive():
            process.kill()
            process.join()


def await_end(command: Connection) -> None:
    """Wait until the command's end of the pipe is closed, by itself or by its death."""
    with suppress(EOFError, OSError):
        command.recv()


def _alone(work: Callable[..., None], *arguments: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the command says when it is over
    work(*arguments)
