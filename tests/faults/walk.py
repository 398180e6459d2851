"""A random walk of a log through its accidents: who does what, and what dies, is drawn from a seed.

Writers in threads and in a process of their own, readers who verify receipts, a publisher, a witness; signer, writing
process and database are killed with kill -9 and come back. What one step leaves undone, a later one does again.
"""

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import psycopg

from journal import line as lines
from journal.checkpoint import open_checkpoint
from journal.errors import Unavailable
from journal.proof import verify_proof
from journal.publisher import Published
from journal.tile_files import CHECKPOINT
from tests.conftest import Cluster
from tests.faults.serving import publish, server
from tests.faults.world import World
from tests.faults.writing_process import WritingProcess
from tests.journal.opened import LOG_KEY, Opened
from tests.journal.signers import wait_until

THREADS = 3
PATIENCE_S = 60.0


@dataclass
class Walk:
    """One walk. `steps` takes so many steps; `arrive` brings everything back and judges it."""

    world: World
    cluster: Cluster
    draw: random.Random
    sent: list[str] = field(default_factory=list)  # keys of commands, acknowledged or not
    taken: list[str] = field(default_factory=list)
    unsure: int = 0  # how often a caller was not told what became of his command
    _parts: ExitStack = field(default_factory=ExitStack)
    _opened: Opened | None = None
    _process: WritingProcess | None = None
    _size: int = 0
    _published: int = 0

    def steps(self, count: int) -> None:
        """Take random steps, each followed by a look at what may never happen."""
        doing: Sequence[tuple[int, Callable[[], None]]] = (
            (4, self.record_in_threads),
            (5, self.record_amid_an_accident),
            (4, self.record_elsewhere),
            (3, self.send_again),
            (5, self.publish),
            (3, self.read),
            (2, self.kill_the_signer),
            (2, self.kill_the_process),
            (1, self.kill_the_database),
            (1, self.restart_the_server),
            (2, self.witness_goes_or_comes),
        )
        for _ in range(count):
            (step,) = self.draw.choices([step for _, step in doing], [weight for weight, _ in doing])
            self.taken.append(step.__name__)
            step()
            self.look()

    def arrive(self) -> None:
        """Everything comes back; each command is sent once more; all is published and judged."""
        self.world.start_witness()
        self._end_process()
        self.restart_the_server()
        for key in self.sent:
            acknowledged = key in self.world.acknowledged
            receipt = self._again(key)
            assert receipt or not acknowledged, f"{key} was acknowledged and is lost"
        standing = publish(self.world.given, self.opened)
        assert isinstance(standing, Published)
        assert standing.pending_size is None, standing.reasons
        self._parts.close()
        self.world.judge()

    def _again(self, key: str) -> bool:
        """Send a command once more; whether it was known."""
        receipt = self.opened.place(key=key)
        self.world.acknowledge(key, receipt.proof.decode())
        return receipt.replayed

    # What is done.

    def record_in_threads(self) -> None:
        opened = self.opened
        keys = [self._new_key() for _ in range(self.draw.randint(1, 2 * THREADS))]
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(partial(self._try, opened), keys))

    def record_amid_an_accident(self) -> None:
        """The same, while something dies; here the moment is not the seed's."""
        accident = self.draw.choice([self.kill_the_signer, self.kill_the_database, self.world.stop_witness])
        with ThreadPoolExecutor(1) as pool:
            dying = pool.submit(self._after, self.draw.random() / 20, accident)
            self.record_in_threads()
            self.publish()
            dying.result()

    def record_elsewhere(self) -> None:
        key = self._new_key()
        self.process.send(key)
        self._hear(self.process.answer())

    def send_again(self) -> None:
        """Commands of which nobody knows, and one that is known."""
        unsure = [key for key in self.sent if key not in self.world.acknowledged]
        for key in [*unsure, *self.draw.sample(sorted(self.world.acknowledged), min(1, len(self.world.acknowledged)))]:
            self._try(self.opened, key)

    def publish(self) -> None:
        with suppress(Unavailable, OSError):
            publish(self.world.given, self.opened)

    def read(self) -> None:
        """A villager verifies three receipts against the entries that the database has."""
        known = sorted(self.world.acknowledged)
        with self._reading() as connection:
            entries = {
                lines.parse(bytes(entry).rpartition(b"\n\n")[0] + b"\n").cmd: bytes(entry)
                for (entry,) in connection.execute("SELECT state FROM journal.events")
            }
        for key in self.draw.sample(known, min(3, len(known))):
            verify_proof(self.world.acknowledged[key].encode(), entry=entries[key], log_key=LOG_KEY)

    # What dies, and what comes back.

    def kill_the_signer(self) -> None:
        self.world.home.kill()

    def kill_the_process(self) -> None:
        """In the middle of an append, if it is fast enough."""
        self.process.send(self._new_key())
        self._end_process()

    def kill_the_database(self) -> None:
        """kill -9 of one of its processes: PostgreSQL cuts every session and recovers from its log."""
        with psycopg.connect(self.cluster.superuser_dsn, autocommit=True) as connection:
            if self.cluster.name == "url":  # a server elsewhere: its sessions are all that we can reach
                query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                connection.execute(query, (self.world.access.database,))
                return
            with self._reading() as watching:
                os.kill(connection.info.backend_pid, signal.SIGKILL)
                # It goes on accepting for a moment before it learns of the death, and cuts this session then.
                wait_until(lambda: not _lives(watching))
        wait_until(self._answers, timeout_s=PATIENCE_S)

    def restart_the_server(self) -> None:
        self._close_server()

    def witness_goes_or_comes(self) -> None:
        if self.draw.random() < 0.5:
            self.world.stop_witness()
        else:
            self.world.start_witness()

    # What may never happen.

    def look(self) -> None:
        """No two checkpoints disagree, nothing acknowledged is missing, neither log nor public files shrink."""
        self.world.see_public()
        with self._reading() as connection:
            row = connection.execute("SELECT size FROM journal.head").fetchone()
        assert row is not None
        assert row[0] >= self._size, "the log has shrunk"
        self._size = row[0]
        assert len(self.world.acknowledged) <= self._size
        signed = self.world.given.published().read(CHECKPOINT)
        size = 0 if signed is None else open_checkpoint(signed, log_key=LOG_KEY).size
        assert self._published <= size <= self._size, "what is public has shrunk, or is more than there is"
        self._published = size

    # The parts.

    @property
    def opened(self) -> Opened:
        """The server in this process; if its database or signer dies while it starts, it starts again."""
        until = time.monotonic() + PATIENCE_S
        while self._opened is None:
            try:
                with ExitStack() as starting:
                    client = starting.enter_context(self.world.home.client())
                    self._opened = starting.enter_context(server(self.world.given, client))
                    self._parts = starting.pop_all()
            except (psycopg.OperationalError, Unavailable):
                assert time.monotonic() < until, "the server does not start"
        return self._opened

    @property
    def process(self) -> WritingProcess:
        """The other one; it finds a signer, as this one has started it."""
        if self._process is None:
            with suppress(Unavailable):
                self.opened.signer.last()
            self._process = WritingProcess(self.world)
        return self._process

    def close(self) -> None:
        """End what was started."""
        self._end_process()
        self._close_server()

    def _close_server(self) -> None:
        self._opened = None
        self._parts.close()

    def _end_process(self) -> None:
        if self._process is not None:
            for told in self._process.end():
                self._hear(told)
            self._process = None

    def _hear(self, told: str) -> None:
        """A receipt, or a word that there is none, or nothing from one that died."""
        if not told.endswith("\n"):
            self._process, dead = None, self._process
            if dead is not None:
                dead.end()
            return
        message = json.loads(told)
        if "proof" in message:
            self.world.acknowledge(message["key"], message["proof"])

    def _after(self, pause_s: float, accident: Callable[[], None]) -> None:
        time.sleep(pause_s)
        accident()

    def _try(self, opened: Opened, key: str) -> None:
        try:
            self.world.record(opened, key)
        except Unavailable:
            self.unsure += 1

    def _new_key(self) -> str:
        self.sent.append(f"walk-{len(self.sent)}")
        return self.sent[-1]

    @contextmanager
    def _reading(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.world.access.auditor, autocommit=True) as connection:
            yield connection

    def _answers(self) -> bool:
        try:
            with self._reading():
                return True
        except psycopg.OperationalError:
            return False


def _lives(connection: psycopg.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
