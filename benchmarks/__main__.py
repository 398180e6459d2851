"""`python -m benchmarks [--json FILE] [--rounds N] [--seconds S] [--events N]`: measure, and print one table.

Each measurement runs in a process of its own against one throw-away PostgreSQL, so that memory is its own and no
cache is another's. Rates on a shared machine vary; ratios are medians over rounds in which both sides took turns.
"""

import argparse
import json
import os
import platform
from pathlib import Path
from statistics import median

import psycopg

from benchmarks import appending, projecting, verifying
from benchmarks.apart import apart
from benchmarks.appending import Round
from benchmarks.ground import CONNECTIONS_MAX, throw_away_server

Figures = dict[str, float | int | str]


def main() -> None:
    """Measure, print, and write the figures where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds of appending (default 3)")
    parser.add_argument("--seconds", type=float, default=3.0, metavar="S", help="length of a window (default 3)")
    parser.add_argument(
        "--events", type=int, default=10_000, metavar="N", help="to verify and project (default 10,000)"
    )
    asked = parser.parse_args()
    figures = measured(rounds=asked.rounds, seconds=asked.seconds, events=asked.events)
    print_table(figures)
    if asked.json:
        asked.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")


def measured(*, rounds: int, seconds: float, events: int) -> Figures:
    """Every figure by its name."""
    with throw_away_server() as dsn:
        with psycopg.connect(dsn) as connection:
            ((server,),) = connection.execute("SHOW server_version")
        figures: Figures = {"machine": f"{os.cpu_count()} processors, {platform.machine()}", "postgresql": str(server)}
        appended, memory_mb = apart(appending.measure, dsn, rounds=rounds, seconds=seconds)
        for threads in (1, CONNECTIONS_MAX):
            figures |= of_rounds([one for one in appended if one.threads == threads], threads)
        figures["append memory MB"] = memory_mb
        verified, memory_mb = apart(verifying.measure, dsn, events=events, processes=os.cpu_count() or 1)
        figures["verify/s"] = round(verified.events / verified.verify_s)
        figures["package/s"] = round(verified.events / verified.write_s)
        figures["verify memory MB"] = memory_mb
        projected, memory_mb = apart(projecting.measure, dsn, events=events)
        figures["project/s"] = round(projected.ours)
        figures["project/s library"] = round(projected.library)
        figures["project ratio"] = round(projected.ours / projected.library, 1)
        figures["project memory MB"] = memory_mb
    return figures


def of_rounds(rounds: list[Round], threads: int) -> Figures:
    """Medians of the rounds with so many threads."""
    return {
        f"append/s {threads}": round(median(one.ours for one in rounds)),
        f"append/s {threads} library": round(median(one.library for one in rounds)),
        f"append ratio {threads}": round(median(one.ours / one.library for one in rounds), 1),
    }


def print_table(figures: Figures) -> None:
    """One line a measurement: ours, the library's, the ratio."""
    print(f"{figures['machine']}; PostgreSQL {figures['postgresql']}, fsync on\n")
    print(f"{'':44}{'ours':>9}{'library':>10}{'ratio':>8}")
    for threads in (1, CONNECTIONS_MAX):
        ours, theirs = figures[f"append/s {threads}"], figures[f"append/s {threads} library"]
        name = f"appends/s, {threads} concurrent (library: unsigned)"
        print(f"{name:44}{ours:>9,}{theirs:>10,}{figures[f'append ratio {threads}']:>7}×")
    ours, theirs = figures["project/s"], figures["project/s library"]
    print(f"{'events projected/s (library: one view)':44}{ours:>9,}{theirs:>10,}{figures['project ratio']:>7}×")
    print(f"{'events verified/s, every rule':44}{figures['verify/s']:>9,}")
    print(f"{'events packaged/s':44}{figures['package/s']:>9,}")
    peaks = " · ".join(f"{figures[f'{what} memory MB']}" for what in ("append", "project", "verify"))
    print(f"{'peak memory, MB: append · project · verify':44}{peaks:>9}")


if __name__ == "__main__":
    main()
