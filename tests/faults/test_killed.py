"""kill -9 at every step of the write path: nothing acknowledged is lost, and the same key tells of the rest.

The victim is a process of its own whose signer, or whose clock, ends it at the chosen step.
"""

import os
import signal
from multiprocessing import get_context
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

from journal import transaction
from journal.sealing import ConsistencyProver
from journal.signer import LogSigner, Signed
from migrations.roles import Access
from tests.journal.opened import LOG_SIGNER, assert_whole, running

STEPS = ("while deciding", "before the commit", "after the commit", "after the memory", "after the signature")


def die(*_: object, **__: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("SIGKILL was survived")


class DyingSigner(LogSigner):
    """Ends its process where it is told to, at the third head."""

    def __init__(self, state: Path, step: str) -> None:
        super().__init__(LOG_SIGNER, state)
        self._step = step

    def seal(self, *, size: int, root: bytes, prove: ConsistencyProver) -> bytes:
        if size == 4 and self._step == "after the commit":
            die()
        note = super().seal(size=size, root=root, prove=prove)
        if size == 4 and self._step == "after the signature":
            die()
        return note

    def _remember(self, note: bytes, opened: Signed) -> None:
        if opened.head.size == 4 and self._step == "after the memory":
            die()  # the slot is on the disk, and the signature has not left
        super()._remember(note, opened)


def victim(dsn: str, state: Path, step: str) -> None:
    """Record one place that is acknowledged, and die while recording the second."""
    with running(dsn, state, make_signer=lambda _key, folder: DyingSigner(folder, step)) as opened:
        opened.place(key="first")
        (state / "acknowledged").write_bytes(opened.receipts[-1].proof)
        if step == "while deciding":
            opened.journal._clock = die
        if step == "before the commit":
            transaction.batch.plan = die
        opened.place(key="second")
        (state / "survived").touch()


@pytest.mark.parametrize("step", STEPS)
def test_killed(database: Access, state: Path, step: str) -> None:
    process = get_context("spawn").Process(target=victim, args=(database.writer, state, step))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert (state / "acknowledged").exists()
    assert not (state / "survived").exists()
    committed = step not in {"while deciding", "before the commit"}
    with psycopg.connect(database.auditor) as connection:
        assert connection.execute("SELECT size FROM journal.head").fetchone() == (4 if committed else 3,)
    with running(database.writer, state) as opened:
        assert_whole(database.auditor, state=state)  # the start alone has signed what was committed
        assert opened.place(key="first").replayed
        again = opened.place(key="second")
        assert again.replayed is committed
        assert again.first_index == 3
        opened.place(key="third")
        assert_whole(database.auditor, opened.receipts, state=state)
