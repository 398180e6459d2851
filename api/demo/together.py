"""How the demonstration county's people work side by side: who does what is grouped, done in threads, and keyed."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, TypeVar

from api.demo.clock import DemoClock
from api.demo.year import Case
from domain.kernel.calendar import CHINA, Month
from domain.kernel.ids import derived

THREADS: Final = 8
PER_APPEND: Final = 150
EVENING: Final = time(23)

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Together:
    """The threads in which one step's work is done, and the clock by which it is recorded.

    Their appends share transactions. Nobody waits for a day to end: what was recorded of several days may lie mixed.
    """

    clock: DemoClock
    threads: Executor

    def done(self, work: Iterable[tuple[date, T, Sequence[Case]]], record: Callable[[T, Sequence[Case]], None]) -> None:
        """Do all of it, as `begun`; the first failure is raised at the end."""
        for future in self.begun(work, record):
            future.result()

    def begun(
        self, work: Iterable[tuple[date, T, Sequence[Case]]], record: Callable[[T, Sequence[Case]], None]
    ) -> "list[Future[None]]":
        """Begin all of it, each part in the evening of its day, China time."""

        def in_the_evening(day: date, who: T, part: Sequence[Case]) -> None:
            with self.clock.at(datetime.combine(day, EVENING, CHINA)):
                record(who, part)

        return [self.threads.submit(in_the_evening, *one) for one in work]


@contextmanager
def together(clock: DemoClock) -> Iterator[Together]:
    """Threads for as long as this lasts."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="demo") as threads:
        yield Together(clock, threads)


def grouped(cases: Iterable[Case], group: Callable[[Case], K]) -> dict[K, list[Case]]:
    """The cases by what `group` says of each, in the order in which the groups first appear."""
    groups: defaultdict[K, list[Case]] = defaultdict(list)
    for case in cases:
        groups[group(case)].append(case)
    return groups


def in_parts(everything: Sequence[T]) -> list[Sequence[T]]:
    """All of it, in as many pieces as appends are made."""
    return [everything[start : start + PER_APPEND] for start in range(0, len(everything), PER_APPEND)]


def key_of(step: str, of: Month, part: Sequence[Case]) -> str:
    """The idempotency key of a step for these cases: it follows from the plan."""
    return f"demo:{step}:{of}:{derived('demo', *(case.report.incident_id for case in part))}"
