"""`python -m benchmarks [--json FILE] [--rounds N] [--seconds S] [--events N] [--tree N]`: measure, print one table.

Each measurement runs in a process of its own against one throw-away PostgreSQL, so that memory is its own and no
cache is another's. Rates on a shared machine vary; ratios are medians over rounds in which all sides took turns.
"""

import argparse
import json
import os
import platform
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from benchmarks import appending, projecting, proving, verifying
from benchmarks.apart import apart
from benchmarks.appending import CONCURRENT, Measured, Round
from benchmarks.ground import throw_away_server

Figures = dict[str, Any]


def main() -> None:
    """Measure, print, and write the figures where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="rounds of appending and verifying (default 3)"
    )
    parser.add_argument("--seconds", type=float, default=2.0, metavar="S", help="length of a window (default 2)")
    parser.add_argument(
        "--events", type=int, default=10_000, metavar="N", help="to verify and project (default 10,000)"
    )
    parser.add_argument(
        "--tree", type=int, default=1_000_000, metavar="N", help="largest tree to prove in (default 1,000,000)"
    )
    asked = parser.parse_args()
    figures = measured(rounds=asked.rounds, seconds=asked.seconds, events=asked.events, tree=asked.tree)
    print_table(figures)
    if asked.json:
        asked.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")


def measured(*, rounds: int, seconds: float, events: int, tree: int) -> Figures:
    """Every figure by its name."""
    with throw_away_server() as dsn:
        with psycopg.connect(dsn) as connection:
            ((server,),) = connection.execute("SHOW server_version")
        figures: Figures = {"machine": f"{os.cpu_count()} processors, {platform.machine()}", "postgresql": str(server)}
        appended, memory_mb = apart(appending.measure, dsn, rounds=rounds, seconds=seconds)
        figures |= of_appending(appended) | {"append memory MB": memory_mb}
        verified, _ = apart(verifying.measure, dsn, events=events, processes=os.cpu_count() or 1, rounds=rounds)
        figures["events verified"] = verified.events
        figures["verify/s"] = round(verified.events / verified.verify_s)
        figures["signatures/s"] = round(verified.events / verified.signatures_s)
        figures["verify to signatures"] = round(verified.ratio, 2)
        figures["hashes/s"] = round(verified.events / verified.hashes_s)
        figures["package/s"] = round(verified.events / verified.write_s)
        figures["verify memory MB"] = verified.memory_mb
        projected, memory_mb = apart(projecting.measure, dsn, events=events)
        figures["project/s"] = round(projected.ours)
        figures["project/s library"] = round(projected.library)
        figures["project ratio"] = round(projected.ours / projected.library, 1)
        figures["project memory MB"] = memory_mb
        proved, _ = apart(proving.measure, dsn, largest=tree)
        for one in proved:
            figures[f"proof us {one.size}"] = round(one.proof_us)
            figures[f"proof hashes {one.size}"] = one.hashes
            figures[f"proof bytes {one.size}"] = one.text_bytes
    return figures


def of_appending(measured: Measured) -> Figures:
    """Medians of the rounds, for each number of appends in flight; bytes for each event."""
    figures: Figures = {
        "entry bytes": measured.entry_bytes,
        "event bytes on disk": measured.event_bytes,
        "append bytes on disk": measured.append_bytes,
    }
    for concurrent in CONCURRENT:
        rounds = [one for one in measured.rounds if one.concurrent == concurrent]
        figures |= {f"{name} {concurrent}": figure for name, figure in _of_rounds(rounds).items()}
    return figures


def _of_rounds(rounds: list[Round]) -> Figures:
    two = [one.two for one in rounds if one.two is not None]
    return {
        "append/s": round(median(one.ours.per_second for one in rounds)),
        "append p50 ms": round(median(one.ours.p50_ms for one in rounds), 1),
        "append p99 ms": round(median(one.ours.p99_ms for one in rounds), 1),
        "append/s threads": round(median(one.threads for one in rounds)),
        "append/s apart": round(median(one.apart.per_second for one in rounds)),
        "append p50 ms apart": round(median(one.apart.p50_ms for one in rounds), 1),
        "append p99 ms apart": round(median(one.apart.p99_ms for one in rounds), 1),
        "append/s two": round(median(two)) if two else "–",
        "append/s library": round(median(one.library for one in rounds)),
        "append/s bare": round(median(one.bare for one in rounds)),
        "append to library": round(median(one.ours.per_second / one.library for one in rounds), 1),
        "append threads to library": round(median(one.threads / one.library for one in rounds), 1),
        "append to bare": round(median(one.ours.per_second / one.bare for one in rounds), 2),
    }


def print_table(figures: Figures) -> None:
    """One line a measurement: ours, what it is measured against, the ratio."""
    print(f"{figures['machine']}; PostgreSQL {figures['postgresql']}, fsync on\n")
    print(f"{'appends a second, in flight':32}{'1':>10}{'32':>10}{'256':>10}")
    for name, label in (
        ("append/s", "ours: signed, proven; tasks"),
        ("append p50 ms", "  receipt after ms, median"),
        ("append p99 ms", "  receipt after ms, 99 of 100"),
        ("append/s threads", "ours, a thread for each"),
        ("append/s apart", "ours, sealed by a signer process"),
        ("append p50 ms apart", "  receipt after ms, median"),
        ("append p99 ms apart", "  receipt after ms, 99 of 100"),
        ("append/s two", "two such servers, half for each"),
        ("append/s library", "the library's recorder, unsigned"),
        ("append/s bare", "bare limit: signed before"),
        ("append to library", "ratio to the library, tasks"),
        ("append threads to library", "ratio to the library, threads"),
        ("append to bare", "ratio to the bare limit"),
    ):
        print(f"{label:32}" + "".join(f"{_shown(figures[f'{name} {concurrent}']):>10}" for concurrent in CONCURRENT))
    print(
        f"\nan entry of {figures['entry bytes']:,} bytes takes {figures['event bytes on disk']:,} on the disk, with"
        f" indexes; with balances and key {figures['append bytes on disk']:,}\n"
    )
    print(f"{'':48}{'ours':>10}{'beside':>10}{'ratio':>8}")
    _row(
        "events verified/s, every rule (signatures alone)", figures, "verify/s", "signatures/s", "verify to signatures"
    )
    _row("hashes of entries verified/s", figures, "hashes/s")
    _row("events packaged/s", figures, "package/s")
    _row("events projected/s (library: one view)", figures, "project/s", "project/s library", "project ratio")
    print(f"\n{'a proof, cold, in a tree of':32}{'microseconds':>14}{'hashes':>8}{'bytes':>8}")
    for size in proving.SIZES:
        if f"proof us {size}" in figures:
            cost, hashes, length = (figures[f"proof {what} {size}"] for what in ("us", "hashes", "bytes"))
            print(f"{size:>32,}{cost:>14,}{hashes:>8}{length:>8}")
    peaks = " · ".join(f"{figures[f'{what} memory MB']}" for what in ("append", "project", "verify"))
    print(f"\npeak memory, MB: append · project · verify  {peaks}")


def _shown(figure: float | str) -> str:
    return figure if isinstance(figure, str) else f"{figure:,}"


def _row(label: str, figures: Figures, ours: str, beside: str = "", ratio: str = "") -> None:
    other = f"{figures[beside]:>10,}{figures[ratio]:>7}×" if beside else ""
    print(f"{label:48}{figures[ours]:>10,}{other}")


if __name__ == "__main__":
    main()
