"""`python -m benchmarks.public_pages HOME`: what villagers wait for a page while the county works.

HOME is that of a demonstration county (`mingzhang demo --no-serve`), which is served by `mingzhang serve`. wrk asks for
its public pages, so many a second at random moments, while a second program on the same database records reports, one
an append. How long a page took is as wrk measured it; the work is checked afterwards: every append was recorded. It
begins when the server has read the whole journal once, as it does after each start.

wrk waits for an answer before it asks again on the same connection. With so many connections, each of which asks once
in CONNECTIONS / rate seconds, it goes on asking while answers are late by less than that; and wrk adds to its
percentiles the questions that it should have asked in a longer pause.

Pages are those that caches may keep. Forms are not among them: each carries a key of its own and is made for one.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
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
CONNECTIONS: Final = 200
PAGES_MAX: Final = 200
BEGIN_S: Final = 120.0
SETTLE_S: Final = 120.0
LOOK_S: Final = 2.0
IDLE_SHARE: Final = 0.1
OFFERED_MORE: Final = 1.03
"""What wrk is told to ask beyond the rate: the time of each answer is added to each pause."""

_SCRIPT: Final = """
local paths = {%s}
math.randomseed(1)
function delay() return math.random(0, %d) end
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


@dataclass(frozen=True)
class Server:
    """`mingzhang serve` in a process of its own."""

    address: str
    pid: int


@contextmanager
def served(home: Path, log: Path) -> Iterator[Server]:
    """The county, served."""
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
                        raise SystemExit(f"it does not begin: {log.read_text()}") from None
                    time.sleep(0.2)
            yield Server(address, process.pid)
        finally:
            process.terminate()
            process.wait(30)


def settle(server: Server) -> None:
    """Wait until it has read what it reads after a start."""
    until = time.monotonic() + SETTLE_S
    while time.monotonic() < until:
        before = seconds_of(server.pid)
        time.sleep(LOOK_S)
        if seconds_of(server.pid) - before < IDLE_SHARE * LOOK_S:
            return


def seconds_of(pid: int) -> float:
    """The processor's time that a process has had (proc(5))."""
    return (int(_stat(pid)[11]) + int(_stat(pid)[12])) / os.sysconf("SC_CLK_TCK")


def parent_of(pid: int) -> int:
    """The process that began it."""
    return int(_stat(pid)[1])


def opened(pid: int, *, below: str) -> bool:
    """Whether it has a file of a folder open."""
    return any(str(one.readlink()).startswith(below) for one in Path(f"/proc/{pid}/fd").iterdir())


def _stat(pid: int) -> list[str]:
    """The fields of proc(5) `stat` from the third on: the second, its name, may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def spent(home: Path, named: Mapping[int, str]) -> Mapping[str, float]:
    """The processor's time by what works for the county: `named` processes, door, database, signer, and wrk."""
    found: dict[str, float] = defaultdict(float, wrk=os.times().children_user + os.times().children_system)
    data = str(home.resolve())
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if (pid := int(process.name)) in named:
                name = named[pid]
            elif b"api.front.door" in command and parent_of(pid) in named:
                name = "door"
            elif b"journal.signer_process" in command and opened(pid, below=data):
                name = "signer"
            elif str((process / "cwd").readlink()).startswith(data):
                name = "postgres"
            else:
                continue
            found[name] += seconds_of(pid)
    return found


def pages_of(address: str) -> list[str]:
    """The public pages that lead from one to the other, the first so many of them that caches may keep."""
    found, asked = ["/"], 0
    public: list[str] = []
    with httpx.Client(base_url=address) as client:
        while asked < len(found) and len(public) < PAGES_MAX:
            answer = client.get(found[asked])
            if answer.status_code == 200 and answer.headers.get("cache-control", "").startswith("public"):
                public.append(found[asked])
            asked += 1
            if "text/html" in answer.headers.get("content-type", ""):
                found += [link for link in dict.fromkeys(_LINK.findall(answer.text)) if link not in found]
    return public


def asked_for(wrk: str, address: str, paths: list[str], *, seconds: int, rate: int) -> Waited:
    """wrk's figures for so many random pages a second (0: as many as it can)."""
    pause_ms = round(2 * 1000 * CONNECTIONS / (OFFERED_MORE * rate)) if rate else 0
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
def working(home: Path, rate: int) -> Iterator[tuple[Connection, int]]:
    """A second program that records while this lasts, and the number of its process."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_record, args=(str(home), rate, theirs), daemon=True)
    process.start()
    theirs.close()
    ours.recv()
    ours.send("begin")
    yield ours, process.pid or 0
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
        served(arguments.home, Path(folder) / "serve.log") as server,
    ):
        paths = pages_of(server.address)
        settle(server)
        named = {server.pid: "server"}

        def measured(rate: int) -> tuple[Waited, str]:
            return shared(
                lambda: asked_for(wrk, server.address, paths, seconds=arguments.seconds, rate=rate),
                lambda: spent(arguments.home, named),
            )

        print(f"{len(paths)} public pages, {os.cpu_count()} processors\n")
        print(f"{'':34}{'pages/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'failed':>8}{'appends/s':>11}  % of one processor")
        _print("as many as go, nothing else", *measured(0), None)
        _print(f"{arguments.rate} a second, nothing else", *measured(arguments.rate), None)
        with working(arguments.home, arguments.appends) as (command, pid):
            named[pid] = "appending"
            beside = measured(arguments.rate)
            command.send("end")
            count, seconds = command.recv()
        _print(f"{arguments.rate} a second beside appends", *beside, count / seconds)


def shared(work: Callable[[], Waited], spending: Callable[[], Mapping[str, float]]) -> tuple[Waited, str]:
    """What came of it, and who had how much of one processor meanwhile."""
    before, began = spending(), time.monotonic()
    done = work()
    took_s, after = time.monotonic() - began, spending()
    shares = {name: round(100 * (after[name] - before.get(name, 0.0)) / took_s) for name in after}
    return done, ", ".join(f"{name} {share}" for name, share in sorted(shares.items(), key=lambda one: -one[1]))


def _print(what: str, waited: Waited, shares: str, appends: float | None) -> None:
    told = "–" if appends is None else f"{appends:,.0f}"
    print(
        f"{what:34}{waited.per_second:>9,.0f}{waited.p50_ms:>9,.1f}{waited.p99_ms:>9,.1f}{waited.failed:>8}{told:>11}"
        f"  {shares}",
        flush=True,
    )


if __name__ == "__main__":
    main()
