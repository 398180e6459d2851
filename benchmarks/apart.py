"""Each measurement in a fresh process, so that its peak memory is its own and no cache is another's."""

import resource
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")


def apart(measure: Callable[..., T], superuser_dsn: str, **asked: object) -> tuple[T, int]:
    """What was measured, and the peak memory of the process that did it, in MB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_with_memory, measure, superuser_dsn, asked).result()


def _with_memory(measure: Callable[..., T], superuser_dsn: str, asked: Mapping[str, object]) -> tuple[T, int]:
    figures = measure(superuser_dsn, **asked)
    return figures, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
