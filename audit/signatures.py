"""Every signature, verified: by all processors at once, because nothing else takes as long.

What must not be broken: each worker reads the bundle again and refuses it if it is not the one that was
replayed, so what is verified here is what was judged there. Verification is libsodium's strict Ed25519
(`journal.note`).
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from audit.entries import BUNDLE_BYTES_MAX, Bundle, split
from audit.findings import Findings, Place, Progress
from audit.folder import UnreadableFile, open_regular, read_limited
from audit.rules.signing_keys import KnownKey
from domain.kernel.ids import event_name
from journal import line as lines
from journal import note
from journal.line import LineError
from journal.note import NoteError, VerifierKey

# Below this, starting processes takes longer than the work.
_ENTRIES_WORTH_A_POOL = 4_000
_BUNDLES_A_TASK = 8

Keys = Mapping[tuple[str, bytes], tuple[VerifierKey, int | None]]
"""(name, key ID) -> the key, and the index from which it is revoked."""


class Fault(NamedTuple):
    """What is wrong with one entry's signature: `bad`, `revoked` or `changed`."""

    reason: str
    place: Place
    key: str


class _Task(NamedTuple):
    root: Path
    bundles: tuple[tuple[Bundle, bytes], ...]  # with the digest of the bytes that were replayed


def verify_signatures(
    root: Path,
    bundles: Sequence[Bundle],
    digests: Mapping[str, bytes],
    known: Mapping[tuple[str, bytes], KnownKey],
    findings: Findings,
    *,
    processes: int | None,
    progress: Progress,
) -> None:
    """Verify the one signature of every readable entry against the registered keys (check 6).

    Entries by unknown keys were reported by the replay. `processes`: None takes all processors.
    """
    keys = {name: (key.key, key.revoked_from) for name, key in known.items()}
    read = [(bundle, digests[bundle.path]) for bundle in bundles if bundle.path in digests]
    tasks = [
        _Task(root, tuple(read[begin : begin + _BUNDLES_A_TASK])) for begin in range(0, len(read), _BUNDLES_A_TASK)
    ]
    total = sum(bundle.width for bundle, _ in read)
    workers = processes or os.cpu_count() or 1
    done = 0
    for task, faults in zip(
        tasks, _results(tasks, keys, workers if total >= _ENTRIES_WORTH_A_POOL else 1), strict=True
    ):
        for fault in faults:
            findings.add(f"signatures.{fault.reason}", fault.place, key=fault.key)
        done += sum(bundle.width for bundle, _ in task.bundles)
        progress("signatures", done, total)


def _results(tasks: Sequence[_Task], keys: Keys, workers: int) -> Iterator[list[Fault]]:
    """The faults of each task, in order."""
    if workers == 1:
        yield from (_verify(task, keys) for task in tasks)
        return
    # Spawned, not forked: the caller may have threads, and a forked copy of a held lock never opens.
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(dict(keys),)
    ) as pool:
        yield from pool.map(_verify_in_worker, tasks)


_worker_keys: Keys = {}


def _start_worker(keys: Keys) -> None:
    """Hand a worker the keys once, not with every task."""
    global _worker_keys  # a pool's initializer has no other place to leave them
    _worker_keys = keys


def _verify_in_worker(task: _Task) -> list[Fault]:
    return _verify(task, _worker_keys)


def _verify(task: _Task, keys: Keys) -> list[Fault]:
    faults: list[Fault] = []
    for bundle, digest in task.bundles:
        try:
            with open_regular(task.root, bundle.path) as file:
                content = read_limited(file, bundle.path, limit=BUNDLE_BYTES_MAX)
        except UnreadableFile:
            content = b""
        if sha256(content).digest() != digest:
            faults.append(Fault("changed", Place(bundle.path, index=bundle.first), ""))
            continue
        for raw in split(content, bundle)[0][: bundle.width]:
            place = Place(bundle.path, raw.offset, index=raw.index)
            faults.extend(_verify_entry(raw.content, place, keys))
    return faults


def _verify_entry(content: bytes, place: Place, keys: Keys) -> Iterator[Fault]:
    try:
        parsed = note.parse(content)
    except NoteError:
        return  # the replay said so
    signature = parsed.signatures[0]
    key, revoked_from = keys.get((signature.name, signature.key_id), (None, None))
    if key is None:
        return  # likewise
    if not note.verify_ed25519(key.public_key, parsed.text, signature.signature):
        yield Fault("bad", _named(place, parsed.text), signature.name)
    if revoked_from is not None and place.index is not None and place.index >= revoked_from:
        yield Fault("revoked", _named(place, parsed.text), signature.name)


def _named(place: Place, text: bytes) -> Place:
    """The place with the event's name, where the line can be read."""
    try:
        line = lines.parse(text)
    except LineError:
        return place
    return replace(place, event=event_name(line.stream, line.seq))
