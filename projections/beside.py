"""A process that works beside a command, and ends with it, however that ends.

The two are joined by a pipe: what the process has to say comes through it, and its end is the word to stop. A command
that knows at its start that it will want some has them ready: they need not read in again what it has read in.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

ENDS_WITHIN_S: Final = 10.0

Work = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Spare:
    """A process that has nothing to do yet, and the command's end of its pipe."""

    process: BaseProcess
    pipe: Connection


@contextmanager
def spares(count: int) -> Iterator[list[Spare]]:
    """While this lasts, so many processes stand by, with whatever this one has read in; those unused end with it.

    To be called before anything is opened and any thread is started: what a process shares with the one that it came
    from, a lock that is held or a file that is locked, must not outlive that one. Where threads run there are none.
    """
    if threading.active_count() > 1 or "fork" not in get_all_start_methods():
        yield []
        return
    fork = get_context("fork")
    ready: list[Spare] = []
    with ExitStack() as stack:
        for number in range(count):
            ours, theirs = fork.Pipe()
            inherited = (ours, *(one.pipe for one in ready))
            process = fork.Process(target=_stand_by, args=(theirs, inherited), name=f"spare-{number}", daemon=True)
            process.start()
            theirs.close()
            ready.append(Spare(process, ours))
            stack.callback(_end, ready[-1])
        yield list(ready)


@contextmanager
def beside(
    work: Work, *arguments: object, name: str, spare: Spare | None = None
) -> Iterator[tuple[BaseProcess, Connection]]:
    """While this lasts, a process does `work(*arguments, pipe)`; it gets some seconds to end by itself.

    `work` stands in a module and its arguments can be pickled: nothing of this process is shared. `spare` does it, or a
    new process.
    """
    if spare is None:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_alone, args=(work, *arguments, theirs), name=name, daemon=True)
        process.start()
        theirs.close()
        spare = Spare(process, ours)
    else:
        spare.pipe.send((work, arguments))
    try:
        yield spare.process, spare.pipe
    finally:
        _end(spare)


def await_end(command: Connection) -> None:
    """Wait until the command's end of the pipe is closed, by itself or by its death."""
    with suppress(EOFError, OSError):
        command.recv()


def _end(spare: Spare) -> None:
    spare.pipe.close()
    spare.process.join(ENDS_WITHIN_S)
    if spare.process.is_alive():
        spare.process.kill()
        spare.process.join()


def _stand_by(pipe: Connection, inherited: tuple[Connection, ...]) -> None:
    """Wait for work; without any, end with the command."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:  # while anybody holds the command's end, its death is not noticed
        other.close()
    try:
        work, arguments = pipe.recv()
    except (EOFError, OSError):
        return
    _alone(work, *arguments, pipe)


def _alone(work: Work, *arguments: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the command says when it is over
    work(*arguments)
