"""How long the outside judges take to load our export, beside our own check of the same package.

The journal is full of appropriations, whose six postings are as many as any event has. beancount and hledger check
arithmetic and assertions; `verify` checks every signature, every rule and the same arithmetic.

    python -m benchmarks.exports [--events N]
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from audit.package import write_package
from audit.verify import verify_package
from benchmarks.ground import new_database, opened_ground, throw_away_server


@dataclass(frozen=True)
class Loaded:
    """Seconds for so many events: each outside program over its whole journal, our own check; None: not installed."""

    events: int
    beancount_s: float
    hledger_s: float | None
    verify_s: float
    beancount_bytes: int
    hledger_bytes: int


def measure(superuser_dsn: str, *, events: int, processes: int | None = None) -> Loaded:
    """Fill a journal, package it, and let everybody load it. Everybody must find it whole."""
    with (
        tempfile.TemporaryDirectory(prefix="mz-bench-exports-") as folder,
        opened_ground(new_database(superuser_dsn).writer) as ground,
    ):
        ground.fill(events)
        size, _ = ground.store.head()
        package = Path(folder) / "package"
        entries = (entry for _, entry in ground.store.entries(0, stop=size))
        write_package(package, entries=entries, checkpoint=ground.writer.last_checkpoint(), policy=ground.policy)
        beancount, hledger = (package / f"ledgers/journal.{name}" for name in ("beancount", "hledger"))
        bean_check = Path(sys.executable).with_name("bean-check")
        beancount_s = _timed([str(bean_check), "-C", str(beancount)])
        program = shutil.which("hledger")
        hledger_s = _timed([program, "-f", str(hledger), "check", "ordereddates", "payees"]) if program else None
        begun = time.perf_counter()
        report = verify_package(package, processes=processes)
        verify_s = time.perf_counter() - begun
        assert report.verdict == "whole", report.findings[:3]
        sizes = beancount.stat().st_size, hledger.stat().st_size
    return Loaded(size, beancount_s, hledger_s, verify_s, *sizes)


def _timed(words: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    return time.perf_counter() - begun


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exports", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000, metavar="N", help="events (default 10,000)")
    asked = parser.parse_args()
    with throw_away_server() as dsn:
        print_table(measure(dsn, events=asked.events))


def print_table(one: Loaded) -> None:
    """Seconds and events a second, side by side."""
    print(f"{one.events:,} events; journals of {one.beancount_bytes:,} and {one.hledger_bytes:,} bytes")
    rows = (("bean-check", one.beancount_s), ("hledger check", one.hledger_s), ("mingzhang verify", one.verify_s))
    for name, seconds in rows:
        if seconds is None:
            print(f"{name:20}{'not installed':>14}")
        else:
            print(f"{name:20}{seconds:>12.1f} s{one.events / seconds:>12,.0f} events/s")


if __name__ == "__main__":
    main()
