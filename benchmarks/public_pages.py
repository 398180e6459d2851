"""`python -m benchmarks.public_pages HOME`: what villagers wait for a page while the county works.

HOME is that of a demonstration county (`mingzhang demo --no-serve`), which is served by `mingzhang serve`. wrk asks for
its public pages, so many a second at steady pace, while a second program on the same database records reports, one an
append. How long a page took is as wrk measured it; the work is checked afterwards: every append was recorded.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx

from api.commands import incidents
from api.context import database, open_app
from api.demo.beginning import period_of
from api.demo.people import People
from api.demo.year import cases_of
from api.settings import read_settings
from journal.journal import now

PORT: Final = 8149
CONNECTIONS: Final = 50
PAGES_MAX: Final = 200
BEGIN_S: Final = 60.0

_SCRIPT: Final = """
local paths = {%s}
function delay() return %d end
function request() return wrk.format("GET", paths[math.random(#paths)], {["Accept-Encoding"] = "gzip"}) end
"""
_LINK: Final = re.compile(r'href="(/v/[^"#]*|/)"')
_UNITS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Waited:
    """What wrk measured: requests a second, milliseconds by percentile, answers that were no page."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


@contextmanager
def served(home: Path, log: Path) -> Iterator[str]:
    """The county, served by a process of its own; the address."""
    environment = {**os.environ, "MINGZHANG_HOME": str(home), "MINGZHANG_PORT": str(PORT)}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve"], env=environment, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            address, until = f"http://127.0.0.1:{PORT}", time.monotonic() + BEGIN_S
            while True:
                try:
                    httpx.get(f"{address}/healthz").raise_for_status()
                    break
                except httpx.HTTPError:
                    if process.poll() is not None or time.monotonic() > until:
                        raise SystemExit(log.read_text()) from None
                    time.sleep(0.2)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def pages_of(address: str) -> list[str]:
    """The public pages that lead from one to the other, the first so many of them."""
    found, asked = ["/"], 0
    with httpx.Client(base_url=address) as client:
        while asked < len(found) and len(found) < PAGES_MAX:
            answer = client.get(found[asked])
            asked += 1
            if "text/html" in answer.headers.get("content-type", ""):
                found += [link for link in dict.fromkeys(_LINK.findall(answer.text)) if link not in found]
        return [path for path in found[:PAGES_MAX] if client.get(path).status_code == 200]


def asked_for(wrk: str, address: str, paths: list[str], *, seconds: int, rate: int) -> Waited:
    """wrk's figures for so many random pages a second (0: as many as it can)."""
    pause_ms = 1000 * CONNECTIONS // rate if rate else 0
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % (", ".join(f'"{path}"' for path in paths), pause_ms))
        script.flush()
        done = subprocess.run(
            [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", script.name, address],
            capture_output=True,
            text=True,
            check=True,
        )
    told = done.stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    return Waited(
        per_second=float(re.findall(r"Requests/sec: +([\d.]+)", told)[0]),
        p50_ms=_ms(re.findall(r"50% +(\S+)", told)[0]),
        p99_ms=_ms(re.findall(r"99% +(\S+)", told)[0]),
        failed=int(failed[1]) if failed else 0,
    )


def _ms(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr] # wrk's own form
    return float(number) * _UNITS[unit]


def _record(home: str, rate: int, command: Connection) -> None:
    """Report incidents, so many a second, one an append, until told to end; say how many were recorded."""
    settings = read_settings({**os.environ, "MINGZHANG_HOME": home})
    with database(settings) as access, open_app(settings, access=access) as app:
        people = People("1", period_of(app))
        cases = [case for case in cases_of(people, people.period.open_month) if case.by_app]
        command.send("ready")
        command.recv()

        def report(number: int) -> None:
            case = cases[number % len(cases)]
            made = replace(case.report, incident_id=uuid4(), reported_at=now())
            actor = people.member(case.member)
            incidents.report(app, actor=actor, key=str(made.incident_id), reports=[made])

        began = time.monotonic()
        futures: list[Future[None]] = []
        with ThreadPoolExecutor(32) as threads:
            while not command.poll():
                futures.append(threads.submit(report, len(futures)))
                time.sleep(max(0.0, began + len(futures) / rate - time.monotonic()))
        for future in futures:
            future.result()
        command.send((len(futures), time.monotonic() - began))


@contextmanager
def working(home: Path, rate: int) -> Iterator[Connection]:
    """A second program that records while this lasts."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_record, args=(str(home), rate, theirs), daemon=True)
    process.start()
    theirs.close()
    ours.recv()
    ours.send("begin")
    yield ours
    process.join(30)


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.public_pages", description=__doc__)
    parser.add_argument("home", type=Path, metavar="HOME", help="of a demonstration county")
    parser.add_argument("--seconds", type=int, default=20, metavar="S")
    parser.add_argument("--rate", type=int, default=500, metavar="N", help="pages a second, default 500")
    parser.add_argument("--appends", type=int, default=100, metavar="N", help="appends a second, default 100")
    arguments = parser.parse_args()
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("wrk is not here (Debian: apt-get install wrk)")
    with (
        tempfile.TemporaryDirectory(prefix="mz-bench-") as folder,
        served(arguments.home, Path(folder) / "serve.log") as address,
    ):
        paths = pages_of(address)
        print(f"{len(paths)} public pages, {os.cpu_count()} processors\n")
        print(f"{'':34}{'pages/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'failed':>8}{'appends/s':>11}")
        _print("as many as go, nothing else", asked_for(wrk, address, paths, seconds=arguments.seconds, rate=0), None)
        quiet = asked_for(wrk, address, paths, seconds=arguments.seconds, rate=arguments.rate)
        _print(f"{arguments.rate} a second, nothing else", quiet, None)
        with working(arguments.home, arguments.appends) as command:
            beside = asked_for(wrk, address, paths, seconds=arguments.seconds, rate=arguments.rate)
            command.send("end")
            count, seconds = command.recv()
        _print(f"{arguments.rate} a second beside appends", beside, count / seconds)


def _print(what: str, waited: Waited, appends: float | None) -> None:
    told = "–" if appends is None else f"{appends:,.0f}"
    print(
        f"{what:34}{waited.per_second:>9,.0f}{waited.p50_ms:>9,.1f}{waited.p99_ms:>9,.1f}{waited.failed:>8}{told:>11}"
    )


if __name__ == "__main__":
    main()
