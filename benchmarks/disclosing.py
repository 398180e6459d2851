"""`python -m benchmarks.disclosing [--documents N …]`: what it takes to post so many disclosed documents, and after.

A county of 204 villages posts about 26,000 documents a year: seven kinds, each of twelve months, four quarters and the
year. For each N a county of its own is made, with as many villages as post N in a year, and each document goes the
whole way: computed, drafted, reviewed, posted. Then follow the read models' size, the pages that everybody reads, and
the computation of every document again from an exported package alone, as `verify` does it. Seconds are of processors,
this program's and the database's together, because they do not depend on what else the machine does. What a document
takes must not grow with how many there are: the last columns compare the first N with the last.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import httpx
import psycopg

from api.commands.disclosing import computing, disclosures
from api.commands.shared import today
from api.exporting import export_package
from api.publishing import publisher_of, signed_last
from api.server import create_app
from audit.book import Book
from audit.entries import bundles_found, read_bundle
from audit.findings import Findings
from audit.folder import PackageFolder
from audit.rules.disclosed.frame import PublishedDocuments
from audit.strict import entry_of
from benchmarks.disclosing_county import COUNTY, DisclosingCounty, disclosing_county, months_until
from benchmarks.ground import throw_away_server
from domain.kernel.disclosed import KINDS
from domain.kernel.places import Division
from migrations.roles import Access
from projections import disclosure_calendar, disclosure_queries, places
from projections.disclosure_calendar import OF_THE_COUNTY

VILLAGES_MAX: Final = 204
OF_A_VILLAGE: Final = 127
"""Documents that a village posts in a year: 26,000 by 204."""
ASKED: Final = 20
"""How often a page is asked for: the kernel counts the database's seconds in hundredths."""

SIZES: Final = """
SELECT sum(pg_total_relation_size(c.oid)) FILTER (WHERE n.nspname = 'read' AND c.relname LIKE 'disclosure%'),
    sum(pg_total_relation_size(c.oid)) FILTER (WHERE c.relname = 'disclosed_documents'),
    sum(pg_total_relation_size(c.oid)) FILTER (WHERE c.relname = 'disclosed_names')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'
"""


@dataclass(frozen=True)
class Measured:
    """A county with so many documents: processor seconds for each of them, kilobytes, milliseconds of pages."""

    documents: int
    villages: int
    events: int
    figures: dict[str, float]


def measure(superuser_dsn: str, *, documents: int) -> Measured:
    """Post so many documents, read them, compute them again. Raises AssertionError where one comes out otherwise."""
    with disclosing_county(superuser_dsn, villages=min(VILLAGES_MAX, -(-documents // OF_A_VILLAGE))) as one:
        spent = _Spent(one.access)
        before = one.app.journal.position()
        wanted = list(islice(_wanted(one), documents))
        assert len(wanted) == documents
        tenth = max(1, documents // 10)
        taken = [spent.by(partial(_post, one, part)) for part in _parts(wanted, tenth)]
        figures = {
            "posting: CPU ms a document": 1_000 * sum(taken) / documents,
            "  the first tenth": 1_000 * taken[0] / tenth,
            "  the last whole tenth": 1_000 * taken[documents // tenth - 1] / tenth,
        }
        one.app.runner.catch_up()
        figures |= _sizes(one, documents)
        figures |= asyncio.run(_pages(one, wanted[0], spent))
        figures |= _lists(one, spent)
        figures |= _again(one, documents)
        return Measured(documents, len(one.villages), one.app.journal.position() - before, figures)


class _Spent:
    """Processor seconds of this program and of its database's processes."""

    def __init__(self, access: Access) -> None:
        with psycopg.connect(access.reader) as conn:
            (self._postmaster,) = _fields(_stat(conn.info.backend_pid), 1)

    def by(self, act: Callable[[], object]) -> float:
        """What an act takes."""
        before = self.now()
        act()
        return self.now() - before

    def now(self) -> float:
        """All of it so far."""
        ticks = sum(_fields(_stat(self._postmaster), 11, 12, 13, 14))
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                told = path.read_text()
            except OSError:
                continue  # it ended meanwhile, and its parent has what it took
            if _fields(told, 1) == [self._postmaster]:
                ticks += sum(_fields(told, 11, 12))
        return time.process_time() + ticks / 100


def _stat(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text()


def _fields(stat: str, *places: int) -> list[int]:
    """Fields of proc(5)'s stat after the name, which may hold anything: 1 is the parent, 11 to 14 are ticks."""
    told = stat.rpartition(")")[2].split()
    return [int(told[place]) for place in places]


def _parts(wanted: Sequence[tuple[Division, str, str]], size: int) -> list[Sequence[tuple[Division, str, str]]]:
    return [wanted[start : start + size] for start in range(0, len(wanted), size)]


def _wanted(one: DisclosingCounty) -> Iterator[tuple[Division, str, str]]:
    """What is posted, in the order in which it falls due: by month, then by village."""
    for month in months_until(one.last):
        year, number = int(month[:4]), int(month[5:])
        periods = [str(month)]
        periods += [f"{year}-Q{number // 3}"] if number % 3 == 0 else []
        periods += [str(year)] if number == 12 else []
        for period in periods:
            for village in one.villages:
                yield from ((village, kind, period) for kind in KINDS if kind not in OF_THE_COUNTY)


def _post(one: DisclosingCounty, wanted: Sequence[tuple[Division, str, str]]) -> None:
    app, on = one.app, today(one.app)
    for division, kind, period in wanted:
        key = f"{division}:{kind}:{period}"
        found = computing.compute(app, division=division, kind=kind, period=period, on=on)
        own, _ = disclosures.draft(app, actor=one.accountant, key=key, digest=found.digest, reason=None, on=on)
        disclosures.review(
            app,
            actor=one.supervisor,
            key=f"{key}:reviewed",
            disclosure_id=own,
            version=1,
            passed=True,
            opinion="",
            on=on,
        )
        disclosures.publish(app, actor=one.accountant, key=f"{key}:published", disclosure_id=own, version=1, on=on)


def _sizes(one: DisclosingCounty, documents: int) -> dict[str, float]:
    with psycopg.connect(one.access.owner) as conn:
        found = conn.execute(SIZES).fetchone()
    assert found is not None
    names = ("read models: kB a document", "documents' own bytes: kB", "names shown: kB")
    return {name: int(size or 0) / 1024 / documents for name, size in zip(names, found, strict=True)}


async def _pages(one: DisclosingCounty, posted: tuple[Division, str, str], spent: _Spent) -> dict[str, float]:
    """Pages that the program makes anew each time."""
    village, kind, period = posted
    paths = {
        "the county's list": f"/v/{COUNTY}/disclosures",
        "what is late in the county": f"/v/{COUNTY}/late",
        "a village's list": f"/v/{village}/disclosures",
        "a document": f"/v/{village}/disclosures/{kind}/{period}",
        "search by reference": f"/v/{village}/find?ref=00000000",
        "the county's feed": f"/v/{COUNTY}/feed.atom",
    }
    publisher = publisher_of(one.app, last=signed_last(one.app))
    with publisher.claimed():
        publisher.publish()
    found: dict[str, float] = {}
    transport = httpx.ASGITransport(app=create_app(one.app))
    async with httpx.AsyncClient(transport=transport, base_url="http://bench.example") as client:
        for name, path in paths.items():
            before = spent.now()
            for _ in range(ASKED):
                answer = await client.get(path)
                assert answer.status_code == 200, (path, answer.text)
            found[f"page, {name}: CPU ms"] = (spent.now() - before) * 1_000 / ASKED
    return found


def _lists(one: DisclosingCounty, spent: _Spent) -> dict[str, float]:
    """What staff of the county is shown: the calendar, and the disclosures begun last."""
    on = today(one.app)
    with one.app.reading.connection() as conn:
        villages = [place.code for place in places.within(conn, COUNTY, on=on)]
        calendar = partial(disclosure_calendar.calendar, conn, COUNTY, villages, county=COUNTY, today=on)
        listed = partial(disclosure_queries.within, conn, COUNTY, on=on)
        return {
            "calendar of the county: CPU ms": spent.by(partial(_often, calendar)) * 1_000 / ASKED,
            "staff's list of the county: CPU ms": spent.by(partial(_often, listed)) * 1_000 / ASKED,
        }


def _often(ask: Callable[[], object]) -> None:
    for _ in range(ASKED):
        ask()


def _again(one: DisclosingCounty, documents: int) -> dict[str, float]:
    """Every document computed again from a package, reading and judging its lines not counted."""
    with tempfile.TemporaryDirectory(prefix="mz-bench-package-") as folder:
        package = Path(folder) / "package"
        export_package(one.settings, one.access, package)
        root, findings, book = PackageFolder(package), Findings(), Book()
        bundles = list(bundles_found(root))
        rule = PublishedDocuments(root, findings)
        begun = time.process_time()
        rule.look_ahead(bundles)
        spent = time.process_time() - begun
        types = rule.types or frozenset()
        for bundle in bundles:
            entries = [entry for raw in read_bundle(root, bundle) if (entry := entry_of(bundle, raw)) is not None]
            begun = time.process_time()
            for entry in entries:
                if entry.type in types:
                    rule.see(entry, book)
            spent += time.process_time() - begun
        begun = time.process_time()
        rule.check_files()
        spent += time.process_time() - begun
        found = [finding for result in findings.results() for finding in result.findings]
        assert not found, found[:3]
        assert rule.compared == documents
    return {"computed again offline: CPU ms a document": 1_000 * spent / documents}


def print_table(found: Sequence[Measured]) -> None:
    """A line for each figure, a column for each N, and last how much more it is at the largest N than at the first."""
    print(f"{'':42}" + "".join(f"{one.documents:>12,}" for one in found) + f"{'last/first':>12}")
    for name in ("villages", "events"):
        print(f"{name:42}" + "".join(f"{getattr(one, name):>12,}" for one in found))
    for name in found[0].figures:
        told = [one.figures[name] for one in found]
        ratio = f"{told[-1] / told[0]:>12.2f}" if told[0] else ""
        print(f"{name:42}" + "".join(f"{value:>12.2f}" for value in told) + ratio)


def main() -> None:
    """Measure each N in a database of its own, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.disclosing", description=__doc__)
    parser.add_argument(
        "--documents",
        type=int,
        nargs="+",
        default=[500],
        metavar="N",
        help="how many (default 500; 26,000 is a county's year; 250 1000 shows what grows)",
    )
    asked = parser.parse_args()
    with throw_away_server() as dsn:
        print_table([measure(dsn, documents=number) for number in asked.documents])


if __name__ == "__main__":
    main()
