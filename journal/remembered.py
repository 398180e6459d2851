"""What streams were when they were last read, so that a decision need not load a catalogue for every report.

What must not be broken: what stands here is never believed alone. A decision that looked at it is appended only where
every stream still stands at the version that was remembered, and one that refuses is asked again with the streams
themselves. So what another process recorded meanwhile costs a second look and never an answer.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, Final, NamedTuple
from uuid import UUID

from domain.kernel.ids import StreamName

STREAMS_MAX: Final = 8_192
"""Some tens of megabytes: a county's people, places, catalogues and tariffs, and what a month's batch pays."""

Evolve = Callable[[Any, Any], Any]


class Remembered(NamedTuple):
    """A stream's state, the version in which it was that, who caused its last event, and who wrote to it in order."""

    state: object
    version: int
    author: UUID | None
    authors: tuple[UUID, ...] = ()


class RememberedStates:
    """The states that were read last, the oldest let go first. Safe to use from many threads."""

    def __init__(self, streams_max: int = STREAMS_MAX) -> None:
        self._streams_max = streams_max
        self._states: OrderedDict[tuple[StreamName, Evolve], Remembered] = OrderedDict()
        self._folds: dict[StreamName, set[Evolve]] = {}
        self._lock = Lock()

    def get(self, stream: StreamName, evolve: Evolve) -> Remembered | None:
        """What is remembered of a stream, as folded by `evolve`."""
        with self._lock:
            known = self._states.get((stream, evolve))
            if known is not None:
                self._states.move_to_end((stream, evolve))
            return known

    def keep(self, stream: StreamName, evolve: Evolve, remembered: Remembered) -> None:
        """Remember a state that was just read."""
        with self._lock:
            self._states[stream, evolve] = remembered
            self._states.move_to_end((stream, evolve))
            self._folds.setdefault(stream, set()).add(evolve)
            while len(self._states) > self._streams_max:
                (oldest, fold), _ = self._states.popitem(last=False)
                self._forget_fold(oldest, fold)

    def forget(self, streams: Iterable[StreamName]) -> None:
        """Look again next time: something was recorded on these."""
        with self._lock:
            for stream in streams:
                for evolve in self._folds.pop(stream, ()):
                    del self._states[stream, evolve]

    def _forget_fold(self, stream: StreamName, evolve: Evolve) -> None:
        folds = self._folds[stream]
        folds.discard(evolve)
        if not folds:
            del self._folds[stream]
