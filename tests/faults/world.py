"""A small log with everything around it, to be hurt: a server's work, a signer's process, a publisher, a witness.

Whatever anybody was ever shown is kept: receipts, and checkpoints from client, witness and public files. The judge
re-reads the whole log and holds all of them against it.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from urllib.request import urlopen

from psycopg_pool import ConnectionPool

from journal import line as lines
from journal.checkpoint import open_checkpoint, origin_hash
from journal.facts import Receipt
from journal.fsck import Examination, bundles_of_entries
from journal.merkle import EMPTY_ROOT, Frontier, leaf_hash
from journal.proof import Proof, verify_proof
from journal.signer_client import SignerClient
from journal.store import Store
from journal.tile_files import CHECKPOINT, PENDING, TileFiles
from migrations.roles import Access
from tests.faults.serving import WITNESS, Given, publish, server, witnessing
from tests.journal.opened import LOG_KEY, ORIGIN, Opened, assert_whole
from tests.journal.signers import Home, set_policy


@dataclass
class World:
    """The log, and what people saw of it."""

    access: Access
    home: Home
    port: int = 0  # the witness's
    acknowledged: dict[str, str] = field(default_factory=dict)  # key of a command -> the proof that its caller got
    seen: dict[int, bytes] = field(default_factory=dict)  # size -> the root that was shown for it
    _witness: ExitStack | None = None

    def start_witness(self) -> None:
        """Let the witness be at work, at its address."""
        if self._witness is None:
            self._witness = ExitStack()
            state = self.home.folder / "witness.db"
            self.port = self._witness.enter_context(witnessing(state, log=LOG_KEY, port=self.port))

    def stop_witness(self) -> None:
        """Let it be away."""
        if self._witness is not None:
            self._witness.close()
            self._witness = None

    @property
    def given(self) -> Given:
        return Given(self.access.writer, str(self.home.folder), str(self.home.socket), self.policy)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def policy(self) -> str:
        """The policy in force: the witness must sign."""
        return f"log {LOG_KEY}\nwitness w {WITNESS.verifier_key} {self.url}\nquorum w\n"

    def see(self, signed: bytes | None) -> None:
        """Somebody was shown a checkpoint. Two that disagree end the test."""
        if signed is not None:
            head = open_checkpoint(signed, log_key=LOG_KEY)
            assert self.seen.setdefault(head.size, head.root) == head.root, f"two roots of size {head.size}"

    def see_public(self) -> None:
        """What lies there for everybody, and what the witness shows, while it can be reached."""
        folder = self.given.published()
        for path in (CHECKPOINT, PENDING, *folder.paths("checkpoints")):
            self.see(folder.read(path))
        try:
            with urlopen(f"{self.url}/{origin_hash(ORIGIN)}/checkpoint", timeout=5) as answer:  # noqa: S310
                self.see(answer.read())
        except OSError:
            return

    def acknowledge(self, key: str, proof: str) -> None:
        """A caller has got his receipt."""
        self.acknowledged[key] = proof
        self.see(Proof.parse(proof.encode()).checkpoint)

    def record(self, opened: Opened, key: str) -> None:
        """Record one event and keep the receipt. Raises Unavailable where it was not acknowledged."""
        receipt: Receipt = opened.place(key=key)
        self.acknowledge(key, receipt.proof.decode())

    def judge(self, *, published: bool = True) -> None:
        """Read all of it back and compare it with all that anybody was shown; examine the public files.

        `published`: they must have come as far as the log.
        """
        self.see_public()
        entries = assert_whole(self.access.auditor, state=self.home.state)
        roots = _roots(entries)
        for size, root in self.seen.items():
            assert roots[size] == root, f"the checkpoint of size {size} that was shown is no beginning of the log"
        places = {lines.parse(_text(entry)).cmd: entry for entry in entries}
        for key, proof in self.acknowledged.items():
            verify_proof(proof.encode(), entry=places[key], log_key=LOG_KEY)
        assert len(places) == len(entries) - 1, "a command stands there twice"  # the genesis alone is two events
        self._examine(len(entries), published=published)

    def _examine(self, size: int, *, published: bool) -> None:
        files = TileFiles(self.given.published())
        signer = SignerClient(self.home.socket, launch=self.home.launch)
        with signer, ConnectionPool(self.access.auditor, min_size=1, max_size=1, open=True) as pool:
            examination = Examination(files, signed=signer.last())
            bundles = bundles_of_entries(
                Store(pool).entries(0), examination=examination, progress=lambda *_: None, size=size
            )
            for bundle in bundles:
                list(examination.take(bundle))
            list(examination.finish())
        assert examination.findings == []
        assert examination.published is not None
        if published:
            assert examination.published.size == size


def _text(entry: bytes) -> bytes:
    return entry.rpartition(b"\n\n")[0] + b"\n"


def _roots(entries: list[bytes]) -> list[bytes]:
    """The root at every size."""
    frontier, roots = Frontier(), [EMPTY_ROOT]
    for entry in entries:
        frontier.append(leaf_hash(entry))
        roots.append(frontier.root())
    return roots


@contextmanager
def begun(access: Access, home: Home) -> Iterator[World]:
    """A log with its first events, whose policy asks for the witness, published once. The witness is at work."""
    world = World(access, home)
    world.start_witness()
    try:
        with home.client() as client, server(world.given, client) as opened:
            set_policy(opened, world.policy)
            assert publish(world.given, opened) is not None
        yield world
    finally:
        world.stop_witness()
