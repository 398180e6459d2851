"""Signers as processes, for tests: their folders, clients that start them, and their end by their own id."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from domain.kernel.ids import derived, stream_name
from domain.log import LogClosed, LogPolicySet
from journal.facts import Fact, Receipt
from journal.journal import Reading
from journal.keys import create_secret
from journal.note import Ed25519Signer
from journal.signer_client import SignerClient
from journal.signer_launch import Launch
from journal.signer_process import Place
from tests.journal.opened import DAY, FOUNDER, LOG_SIGNER, ORIGIN, Opened

LOG_STREAM = stream_name("log", derived("log", ORIGIN))
IDLE_S = 0.3
PATIENCE_S = 60.0


@dataclass
class Home:
    """Where one signer lives. `client()` gives clients that start it; `kill` ends whoever holds its lock."""

    folder: Path
    dsn: str
    idle_s: float = IDLE_S
    clients: list[SignerClient] = field(default_factory=list)

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def state(self) -> Path:
        return self.folder / "signer"

    @property
    def socket(self) -> Path:
        return self.state / "socket"

    @property
    def launch(self) -> Launch:
        return Launch(self.keys, self.state, self.dsn, self.folder / "signer.log", self.idle_s)

    @property
    def place(self) -> Place:
        return Place(self.keys, self.state, self.socket, lambda: self.dsn)

    def add_key(self, signer: Ed25519Signer, name: str = "log.key") -> None:
        create_secret(self.keys / name, signer.private_text().encode() + b"\n")

    def client(self, *, launching: bool = True) -> SignerClient:
        self.clients.append(SignerClient(self.socket, launch=self.launch if launching else None))
        return self.clients[-1]

    def on(self, dsn: str) -> "Home":
        """The same folders over another database."""
        return replace(self, dsn=dsn)

    def pid(self) -> int | None:
        """The process that holds the lock, which is none of ours; None if it has ended."""
        try:
            pid = int((self.state / "lock").read_text() or "-1")
            assert pid != os.getpid()
            status = Path(f"/proc/{pid}/stat").read_text()
        except FileNotFoundError:
            return None
        return None if status.rpartition(")")[2].split()[0] == "Z" else pid  # whoever adopted it has yet to collect it

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        pid = self.pid()
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: self.pid() is None)


def wait_until(true: Callable[[], bool], *, timeout_s: float = PATIENCE_S) -> None:
    """Wait for what another process does."""
    until = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)


@contextmanager
def signer_home(folder: Path, dsn: str) -> Iterator[Home]:
    """A folder with the log's key; whatever was started is ended."""
    home = Home(folder, dsn)
    home.add_key(LOG_SIGNER)
    try:
        yield home
    finally:
        for client in home.clients:
            client.close()
        home.kill()


def set_policy(opened: Opened, policy: str) -> Receipt:
    """Record another policy."""
    return about_the_log(opened, LogPolicySet(policy=policy), key=f"policy:{hash(policy)}")


def close(opened: Opened) -> Receipt:
    """Record the end."""
    return about_the_log(opened, LogClosed(reason="the county was merged"), key="close")


def about_the_log(opened: Opened, event: object, *, key: str) -> Receipt:
    def decide(read: Reading) -> list[Fact]:
        read.state(LOG_STREAM, lambda _state, _event: True)
        return [Fact(LOG_STREAM, event, DAY)]

    receipt = opened.journal.execute(actor=FOUNDER, key=key, inputs={}, decide=decide)
    opened.receipts.append(receipt)
    return receipt
