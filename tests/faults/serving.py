"""What a server and a witness do, for this process or for one that is to be killed; little is loaded for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from journal.cosigning import Cosigners
from journal.journal import now
from journal.note import COSIGNATURE_V1, Ed25519Signer, VerifierKey
from journal.publisher import Published, Publisher
from journal.sealing import Sealer
from journal.targets import LocalFolder
from journal.tile_files import TileFiles
from journal.trust import Policy
from journal.witness import Witness
from journal.witness_server import WitnessServer
from journal.witness_state import State, create_state
from tests.journal.opened import Opened, running

WITNESS = Ed25519Signer.from_seed("witness.example/w1", b"\x51" * 32, algorithm=COSIGNATURE_V1)


@dataclass(frozen=True)
class Given:
    """What a server needs to know, as plain values that go through a pipe."""

    writer: str
    folder: str
    socket: str
    policy: str

    def published(self) -> LocalFolder:
        """The public files."""
        return LocalFolder(Path(self.folder) / "log")


@contextmanager
def server(given: Given, signer: Sealer) -> Iterator[Opened]:
    """A server, to record with and to publish."""
    with running(given.writer, Path(given.folder) / "signer", make_signer=lambda _key, _state: signer) as opened:
        yield opened


def publish(given: Given, opened: Opened) -> Published | None:
    """One round of a publisher, witness included. Raises OSError, Unavailable, IntegrityError."""
    publisher = Publisher(
        files=TileFiles(given.published()),
        source=opened.store,
        last=opened.signer.last,
        policy_of=lambda _size: Policy.parse(given.policy.encode()),
        clock=now,
        lock=Path(given.folder) / "publisher.lock",
        cosigners=Cosigners(limit_s=5.0, grace_s=0.1),
    )
    publisher.check()
    with publisher.claimed() as ours:
        return publisher.publish() if ours else None


@contextmanager
def witnessing(state: Path, *, key: Ed25519Signer = WITNESS, log: VerifierKey, port: int = 0) -> Iterator[int]:
    """A witness of one log, served over HTTP over its memory; gives the port."""
    if not state.exists():
        create_state(state, key=key.verifier_key)
    memory = State(state, key=key.verifier_key)
    with WitnessServer(Witness(key=key, logs=[log], state=memory), host="127.0.0.1", port=port) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield listening.server_port
        finally:
            listening.shutdown()
            thread.join()
    memory.close()
