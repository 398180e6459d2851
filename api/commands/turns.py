"""Taking turns: who wants the same streams at the same moment stands in line instead of deciding in vain.

What must not be broken: nothing is right only because of this. The journal alone decides who came first; within one
process this spares those behind him a decision that would have to be made again, and again.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final
from weakref import WeakValueDictionary

from domain.kernel.ids import StreamName


class _Turn:
    """One stream's line."""

    __slots__ = ("__weakref__", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()


_TURNS: Final[WeakValueDictionary[str, _Turn]] = WeakValueDictionary()
_GIVING: Final = threading.Lock()


@contextmanager
def in_turn(streams: Iterable[StreamName]) -> Iterator[None]:
    """Wait until nobody else in this process writes these streams; in one order always, so that no two wait for each
    other. A stream that nobody wants any more is forgotten.
    """
    wanted = sorted(set(streams))
    with _GIVING:
        turns = [_TURNS.setdefault(stream, _Turn()) for stream in wanted]
    with ExitStack() as stack:
        for turn in turns:
            stack.enter_context(turn.lock)
        yield
