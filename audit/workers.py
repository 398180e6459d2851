"""All processors at once, because nothing takes as long as signatures: bundles go out, faults come back.

What must not be broken: answers come in the order of the bundles, and only so many are under way at a time, so that
memory does not grow with the journal.
"""

import gc
import marshal
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from audit.called import Called
from audit.entries import Bundle
from audit.strict import Fault, Judged, Keys, judge_file

# Below this, starting processes takes longer than the work.
ENTRIES_WORTH_A_POOL = 4_000
_BUNDLES_A_TASK = 4
_TASKS_AHEAD = 4  # for each worker


class Ground(NamedTuple):
    """What every judgement needs beside the bundle."""

    root: Path
    keys: Keys
    origin: str | None
    called: Called


def judged(ground: Ground, bundles: Sequence[Bundle], *, processes: int | None) -> Iterator[Judged | None]:
    """The judgement of each bundle, in order; None for a file that cannot be read.

    `processes`: None takes all processors.
    """
    workers = processes or os.cpu_count() or 1
    if workers == 1 or sum(bundle.width for bundle in bundles) < ENTRIES_WORTH_A_POOL:
        for bundle in bundles:
            yield judge_file(ground.root, bundle, ground.keys, ground.origin, ground.called)
        return
    # Spawned, not forked: the caller may have threads, and a forked copy of a held lock never opens.
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(ground,)
    ) as pool:
        under_way: deque[Future[bytes]] = deque()
        for begin in range(0, len(bundles), _BUNDLES_A_TASK):
            if len(under_way) >= workers * _TASKS_AHEAD:
                yield from _unpacked(under_way.popleft().result())
            under_way.append(pool.submit(_judge_in_worker, tuple(bundles[begin : begin + _BUNDLES_A_TASK])))
        while under_way:
            yield from _unpacked(under_way.popleft().result())


_worker_ground: Ground


def _start_worker(ground: Ground) -> None:
    """Hand a worker keys and names once, not with every task. What it makes holds no circles to be found."""
    global _worker_ground  # a pool's initializer has no other place to leave them
    _worker_ground = ground
    gc.disable()


def _judge_in_worker(bundles: tuple[Bundle, ...]) -> bytes:
    """The judgements packed by `marshal`: plain tuples take a third of the time of pickled objects."""
    ground = _worker_ground
    found = [judge_file(ground.root, bundle, ground.keys, ground.origin, ground.called) for bundle in bundles]
    return marshal.dumps([one and _plain(one) for one in found])


def _plain(one: Judged) -> tuple[object, ...]:
    return (*one[:2], [(*fault,) for fault in one.faults], *one[3:])


def _unpacked(packed: bytes) -> Iterator[Judged | None]:
    for one in marshal.loads(packed):  # noqa: S302 - from our own worker, through its pipe
        yield one and Judged(*one)._replace(faults=[Fault(*fault) for fault in one[2]])
