"""Events verified a second: the whole offline check of a package, every rule, as `mingzhang verify` does it.

Beside it what nobody can do without: verifying the same signatures alone on the same processors, and hashing alone.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from audit.package import write_package
from audit.verify import verify_package
from benchmarks.ground import FOUNDER, new_database, opened_ground
from journal import merkle, note
from journal.note import VerifierKey

T = TypeVar("T")
CHUNK = 256


@dataclass(frozen=True)
class Verified:
    """Seconds for so many events: to write a package, to verify it, its signatures alone, its hashes alone."""

    events: int
    write_s: float
    verify_s: float
    signatures_s: float
    hashes_s: float
    processes: int


def measure(superuser_dsn: str, *, events: int, processes: int) -> Verified:
    """Fill a journal, package it, verify the package; it must be whole."""
    with (
        tempfile.TemporaryDirectory(prefix="mz-bench-package-") as folder,
        opened_ground(new_database(superuser_dsn).writer) as ground,
    ):
        ground.fill(events)
        size, root = ground.store.head()
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
        founder = ground.custody.signer(FOUNDER.person_id, FOUNDER.role).verifier_key
        entries = [entry for _, entry in ground.store.entries(0, stop=size)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(len, [()] * processes))  # started before the clock is
        signed = [_parts(entry) for entry in entries]
        signatures_s = _timed(lambda: _signatures(pool, signed, founder))
        hashes_s = _timed(lambda: _hashes(pool, entries, root))
    return Verified(size, written - begun, verified - written, signatures_s, hashes_s, processes)


def _timed(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _chunks(items: Sequence[T]) -> list[Sequence[T]]:
    return [items[at : at + CHUNK] for at in range(0, len(items), CHUNK)]


def _signatures(pool: ProcessPoolExecutor, signed: Sequence[tuple[bytes, bytes]], key: VerifierKey) -> None:
    chunks = _chunks(signed)
    assert sum(pool.map(_good, chunks, [key.public_key] * len(chunks))) == len(signed)


def _parts(entry: bytes) -> tuple[bytes, bytes]:
    """Text and signature of an entry with one signature."""
    parsed = note.parse(entry)
    return parsed.text, parsed.signatures[0].signature


def _good(signed: Sequence[tuple[bytes, bytes]], public_key: bytes) -> int:
    return sum(note.verify_ed25519(public_key, text, signature) for text, signature in signed)


def _hashes(pool: ProcessPoolExecutor, entries: Sequence[bytes], root: bytes) -> None:
    frontier = merkle.Frontier()
    for leaves in pool.map(_leaves, _chunks(entries)):
        frontier.extend(leaves)
    assert frontier.root() == root


def _leaves(entries: Sequence[bytes]) -> list[bytes]:
    return [merkle.leaf_hash(entry) for entry in entries]
