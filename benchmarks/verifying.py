"""Events verified a second: the whole offline check of a package, every rule, as `mingzhang verify` does it."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from audit.package import write_package
from audit.verify import verify_package
from benchmarks.ground import new_database, opened_ground


@dataclass(frozen=True)
class Verified:
    """Seconds to write a package and to verify it, for so many events."""

    events: int
    write_s: float
    verify_s: float
    processes: int


def measure(superuser_dsn: str, *, events: int, processes: int) -> Verified:
    """Fill a journal, package it, verify the package; it must be whole."""
    with (
        tempfile.TemporaryDirectory(prefix="mz-bench-package-") as folder,
        opened_ground(new_database(superuser_dsn).writer) as ground,
    ):
        ground.fill(events)
        size, _ = ground.store.head()
        package = Path(folder) / "package"
        begun = time.perf_counter()
        write_package(
            package,
            entries=(entry for _, entry in ground.store.entries(0, stop=size)),
            checkpoint=ground.writer.last_checkpoint(),
            policy=ground.policy,
        )
        written = time.perf_counter()
        report = verify_package(package, processes=processes)
        verified = time.perf_counter()
    assert report.verdict == "whole", report.findings[:3]
    assert report.size == size
    return Verified(size, written - begun, verified - written, processes)
