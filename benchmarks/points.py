"""`python -m benchmarks.points [--households N]`: a whole county's points, loaded, exchanged, verified and rebuilt.

204 villages with a station each, 58,000 households and their 23,000,000 points go through the commands into a journal;
64 counters exchange at once; then an auditor's package of all of it must verify whole, and the read models made anew
from the first event must equal those that followed along.
"""

import argparse
import os
import platform
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from api.context import App, read_roles
from api.publishing import policy_text
from audit.package import write_package
from audit.verify import verify_package
from benchmarks import points_counters
from benchmarks.ground import throw_away_server
from benchmarks.points_counters import Exchanged, LongAccount
from benchmarks.points_county import HOUSEHOLDS, County, loaded_county, points_of
from domain.streams import event_types
from journal.codec import Codec
from projections.rebuild import rebuild

_HELD: Final = "SELECT coalesce(sum(amount), 0)::bigint FROM journal.balances WHERE account LIKE 'pts:held:%'"
_EVENTS: Final = "SELECT pg_total_relation_size('journal.events')::bigint"
_DATABASE: Final = "SELECT pg_database_size(current_database())::bigint"
_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'read' AND tablename <> 'positions' ORDER BY 1"

_MB: Final = 1_000_000


@dataclass(frozen=True)
class Kept:
    """What the journal takes on the disk, in bytes, and what it takes to check it, in seconds."""

    events: int
    entry_bytes: int
    events_bytes: int
    database_bytes: int
    package_bytes: int
    package_s: float
    verify_s: float
    rebuild_s: float
    tables: int


def keep(made: County) -> Kept:
    """Package, verify, rebuild. Raises AssertionError where the package is not whole or a rebuilt table differs."""
    app = made.app
    size = app.journal.position()
    with tempfile.TemporaryDirectory(prefix="mz-bench-package-") as folder:
        package = Path(folder) / "package"
        package_s, entry_bytes = _packaged(app, package, size)
        package_bytes = sum(path.stat().st_size for path in package.rglob("*") if path.is_file())
        begun = time.perf_counter()
        report = verify_package(package, processes=os.cpu_count() or 1)
        verify_s = time.perf_counter() - begun
        assert report.verdict == "whole", report.findings[:5]
        assert report.size == size
    before = _digests(app)
    begun = time.perf_counter()
    position = rebuild(app.access.projector, Codec(event_types()), roles=read_roles(app.access))
    rebuild_s = time.perf_counter() - begun
    assert position == size
    after = _digests(app)
    assert after == before, sorted(name for name in after if after[name] != before.get(name))
    return Kept(
        size,
        entry_bytes,
        _number(app, _EVENTS),
        _number(app, _DATABASE),
        package_bytes,
        package_s,
        verify_s,
        rebuild_s,
        len(after),
    )


def _packaged(app: App, package: Path, size: int) -> tuple[float, int]:
    """Write the auditor's package; the seconds, and the bytes of all entries."""
    checkpoint = app.signer.last()
    assert checkpoint is not None
    store, total = app.journal.store, 0

    def entries() -> Iterator[bytes]:
        nonlocal total
        for _, entry in store.entries(0, stop=size):
            total += len(entry)
            yield entry

    policy = policy_text(store, Codec(event_types()), origin=app.journal.origin, size=size)
    begun = time.perf_counter()
    write_package(package, entries=entries(), checkpoint=checkpoint, policy=policy)
    return time.perf_counter() - begun, total


def _digests(app: App) -> dict[str, tuple[int, str]]:
    """For each table of the read models how many rows it has, and a digest of them all."""
    with psycopg.connect(app.access.projector, autocommit=True) as connection:
        found: dict[str, tuple[int, str]] = {}
        for (table,) in connection.execute(_TABLES).fetchall():
            query = sql.SQL("SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} t").format(
                sql.Identifier("read", table)
            )
            row = connection.execute(query).fetchone()
            assert row is not None
            found[table] = row
    return found


def _number(app: App, query: str) -> int:
    with psycopg.connect(app.access.owner, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def print_machine() -> None:
    """What the figures were measured on, and how busy it was."""
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{os.cpu_count()} processors, {platform.machine()}; load {load}\n", flush=True)


def print_load(made: County, *, households: int, held: int) -> None:
    """One line a stage; then the sums."""
    print(f"{len(made.villages)} villages, {households:,} households, {held:,} points\n")
    print(f"{'':40}{'seconds':>10}{'followed':>10}{'events':>12}{'events/s':>10}")
    seconds = sum(one.seconds for one in made.stages)
    followed = sum(one.followed_s for one in made.stages)
    events = sum(one.events for one in made.stages)
    lines = [(one.name, one.seconds, one.followed_s, one.events) for one in made.stages]
    for name, taken, behind, count in (*lines, ("together", seconds, followed, events)):
        print(f"{name:40}{taken:>10.1f}{behind:>10.1f}{count:>12,}{count / max(taken, 0.001):>10,.0f}")
    print(flush=True)


def print_exchanged(done: Exchanged) -> None:
    """Exchanges a second, and what stands beside them."""
    print(f"{done.exchanges:,} exchanges at {done.counters} counters at once")
    print(f"{'a second':40}{done.per_second:>10,.0f}")
    print(f"{'one of them, median and 99 of 100, ms':40}{done.p50_ms:>10,.0f}{done.p99_ms:>10,.0f}")
    print(f"{'codes given out a second':40}{done.codes_per_second:>10,.0f}")
    ratio = done.per_second / done.bare_per_second
    print(f"{'bare limit: plain rows, a second, ratio':40}{done.bare_per_second:>10,.0f}{ratio:>10.2f}\n", flush=True)


def print_long(done: LongAccount) -> None:
    """What an account with many entries costs."""
    print(f"an account with {done.entries:,} entries")
    print(f"{'to replay it, ms':40}{done.replay_ms:>10,.1f}")
    print(f"{'first and last page from the database, ms':44}{done.first_page_ms:>6,.1f}{done.last_page_ms:>10,.1f}")
    print(f"{'its page as staff see it, ms':40}{done.shown_ms:>10,.1f}")
    print(
        f"{'an exchange on it, beside a short one, ms':44}{done.exchange_ms:>6,.1f}{done.exchange_short_ms:>10,.1f}\n"
    )


def print_kept(kept: Kept) -> None:
    """Sizes and the auditor's seconds."""
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{kept.events:,} events")
    print(
        f"{'bytes of an event; with indexes':40}{kept.entry_bytes / kept.events:>10,.0f}"
        f"{kept.events_bytes / kept.events:>10,.0f}"
    )
    print(f"{'database, MB (read models too)':40}{kept.database_bytes / _MB:>10,.0f}")
    print(f"{'package, MB; written in s':40}{kept.package_bytes / _MB:>10,.0f}{kept.package_s:>10,.0f}")
    print(f"{'verified whole, s; events/s':40}{kept.verify_s:>10,.0f}{kept.events / kept.verify_s:>10,.0f}")
    print(f"{f'rebuilt, {kept.tables} tables equal, s':40}{kept.rebuild_s:>10,.0f}")
    print(f"{'memory of this process at most, MB':40}{memory_mb:>10,}", flush=True)


def main() -> None:
    """Load, exchange, verify, rebuild; print each as it is done."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.points", description=__doc__)
    parser.add_argument("--households", type=int, default=HOUSEHOLDS, metavar="N", help="default 58,000")
    parser.add_argument(
        "--entries", type=int, default=points_counters.ENTRIES, metavar="N", help="of the long account, default 10,000"
    )
    asked = parser.parse_args()
    print_machine()
    with throw_away_server() as dsn, loaded_county(dsn, household_count=asked.households) as made:
        held = _number(made.app, _HELD)
        assert held == points_of(asked.households), held
        print_load(made, households=asked.households, held=held)
        print_exchanged(points_counters.measure(made, dsn))
        print_long(points_counters.long_account(made, entries=asked.entries))
        made.app.runner.catch_up()
        print_kept(keep(made))
    print_machine()


if __name__ == "__main__":
    main()
