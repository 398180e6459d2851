"""Events verified a second: the whole offline check of a package, every rule, as `mingzhang verify` does it.

Beside it what nobody can do without: verifying the same signatures alone, by the same function on the same processors,
and hashing alone. These two have their processes before the clock starts and their bytes in memory; a check has to
start its own and to read. They are measured over the first entries and scaled, so that a million need no more memory.
"""

import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TypeVar

from audit.package import write_package
from audit.verify import verify_package
from benchmarks.ground import FOUNDER, new_database, opened_ground
from journal import merkle, note
from journal.note import VerifierKey

T = TypeVar("T")
CHUNK = 256
SAMPLE_MAX = 100_000


@dataclass(frozen=True)
class Verified:
    """Seconds for so many events: to write a package, to verify it, its signatures alone, its hashes alone.

    Medians of rounds in which all took turns; `ratio` is the median of theirs, verifying to signatures. `memory_mb` is
    the peak of the process that verified, its workers not counted.
    """

    events: int
    write_s: float
    verify_s: float
    signatures_s: float
    hashes_s: float
    ratio: float
    memory_mb: int


def measure(superuser_dsn: str, *, events: int, processes: int, rounds: int = 1) -> Verified:
    """Fill a journal, package it, verify the package; it must be whole."""
    with (
        tempfile.TemporaryDirectory(prefix="mz-bench-package-") as folder,
        opened_ground(new_database(superuser_dsn).writer) as ground,
    ):
        ground.fill(events)
        size, _ = ground.store.head()
        package = Path(folder) / "package"
        write_s = _timed(
            lambda: write_package(
                package,
                entries=(entry for _, entry in ground.store.entries(0, stop=size)),
                checkpoint=ground.writer.last_checkpoint(),
                policy=ground.policy,
            )
        )
        verify_s = [_timed(lambda: _verify(package, size, processes))]
        memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        founder = ground.custody.signer(FOUNDER.person_id, FOUNDER.role).verifier_key
        sample = [entry for _, entry in islice(ground.store.entries(0, stop=size), SAMPLE_MAX)]
        signed, root = [_parts(entry) for entry in sample], merkle.root_of(_leaves(sample))
        signatures_s, hashes_s, scale = [], [], size / len(sample)
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            list(pool.map(len, [()] * processes))  # started before the clock is
            for number in range(rounds):
                if number:
                    verify_s.append(_timed(lambda: _verify(package, size, processes)))
                signatures_s.append(scale * _timed(lambda: _signatures(pool, signed, founder)))
                hashes_s.append(scale * _timed(lambda: _hashes(pool, sample, root)))
    ratio = median(ours / theirs for ours, theirs in zip(verify_s, signatures_s, strict=True))
    return Verified(size, write_s, median(verify_s), median(signatures_s), median(hashes_s), ratio, memory_mb)


def _verify(package: Path, size: int, processes: int) -> None:
    report = verify_package(package, processes=processes)
    assert report.verdict == "whole", report.findings[:3]
    assert report.size == size


def _timed(act: Callable[[], object]) -> float:
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
