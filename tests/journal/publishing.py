"""A log without a database, published to any target: entries by number, its key, its policy, its witnesses."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from domain.kernel.ids import stream_name
from journal import checkpoint, merkle, note, tiles
from journal.checkpoint import Checkpoint
from journal.cosigning import Cosigners
from journal.line import Line, encode
from journal.merkle import NodeReader
from journal.note import COSIGNATURE_V1, Ed25519Signer, VerifierKey
from journal.publisher import Publisher
from journal.targets import LocalFolder, Target
from journal.tile_files import CHECKPOINT, TileFiles
from journal.trust import Policy
from journal.witness import Witness
from journal.witness_server import WitnessServer
from journal.witness_state import State, create_state

ORIGIN = "example.com/log"
KEY = Ed25519Signer.from_seed(ORIGIN, b"\x01" * 32)
CLOSER = UUID(int=7)
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


def entry(number: int) -> bytes:
    """The entry of a number: short, and no two alike."""
    return b"entry %d\n" % number


def other_entry(number: int) -> bytes:
    """Another history from the hundredth entry on."""
    return entry(number) if number < 100 else b"forged %d\n" % number


@dataclass
class Entries:
    """A `Source` out of a list: what a journal would give."""

    all: list[bytes]
    _leaves: list[bytes] = field(default_factory=list)
    _nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._leaves = [merkle.leaf_hash(one) for one in self.all]

    def entries(self, start: int, *, stop: int | None = None) -> Iterator[tuple[int, bytes]]:
        """(index, entry) from `start` on."""
        return iter(enumerate(self.all[start:stop], start=start))

    def nodes(self, _size: int) -> NodeReader:
        """Nodes of any size: a whole subtree is the same in all of them."""
        return self._node

    def _node(self, level: int, index: int) -> bytes:
        if level == 0:
            return self._leaves[index]
        if (level, index) not in self._nodes:
            left, right = self._node(level - 1, 2 * index), self._node(level - 1, 2 * index + 1)
            self._nodes[level, index] = merkle.node_hash(left, right)
        return self._nodes[level, index]

    def head(self, size: int) -> Checkpoint:
        """The tree of that size."""
        return Checkpoint(ORIGIN, size, merkle.subtree_root(self._node, size=size))

    def signed(self, size: int) -> bytes:
        """The checkpoint of that size under the log's key."""
        return checkpoint.sign(self.head(size), KEY)


def numbered(count: int, make: Callable[[int], bytes] = entry) -> Entries:
    """A source of so many entries."""
    return Entries([make(number) for number in range(count)])


def ended(count: int) -> Entries:
    """A source of so many entries, the last of which closes the journal."""
    whose = stream_name("log", CLOSER)
    last = Line(
        origin=ORIGIN,
        stream=whose,
        seq=2,
        type="log.closed/1",
        at="2026-11-22T04:00:00.000000Z",
        on="2026-11-22",
        by=str(CLOSER),
        role="administrator",
        cmd="close",
        data={"reason": "并入邻县账本"},
    )
    return Entries([*numbered(count - 1).all, bytes(note.sign(encode(last), KEY))])


def policy(*witnesses: str, quorum: str = "none") -> Policy:
    """A policy with lines for witnesses and groups, and the quorum."""
    return Policy.parse("\n".join([f"log {KEY.verifier_key}", *witnesses, f"quorum {quorum}", ""]).encode())


@dataclass
class Log:
    """A log in public. `size` is how much of `source` is signed; its publisher is made anew by `restart`."""

    folder: Path
    source: Entries
    policy: Policy = field(default_factory=policy)
    size: int = 0
    now: datetime = NOON
    target: Target | None = None
    limit_s: float = 5.0

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """As if the program had been started again."""
        self.publisher = Publisher(
            files=TileFiles(self.target or LocalFolder(self.folder)),
            source=self.source,
            last=lambda: self.source.signed(self.size) if self.size else None,
            policy_of=lambda _size: self.policy,
            clock=lambda: self.now,
            lock=self.folder.with_name("publisher.lock"),
            cosigners=Cosigners(limit_s=self.limit_s, grace_s=0.2),
        )

    def publish(self, size: int) -> object:
        """Sign up to a size, and publish."""
        self.size = size
        self.now += timedelta(seconds=1)
        return self.publisher.publish()


def assert_public(target: Target, entries: Sequence[bytes], judge: Policy) -> int:
    """The judge: whatever is published is whole and true, by files alone; its size (0 if nothing is).

    The policy believes the checkpoint; every tile and bundle of its size lies there and is what the functions of
    `journal.tiles` cut from the entries; no file of a tile lies there that differs from them.
    """
    for path in target.paths("tile"):
        tile, found = tiles.parse_path(path), target.read(path)
        if found is None and tile.width < 256:
            continue  # swept away while we look, as the full one is there: that is looked for below
        assert found == expected(tile, entries), path
    signed = target.read(CHECKPOINT)
    if signed is None:
        return 0
    head = judge.require(signed)
    leaves = [merkle.leaf_hash(one) for one in entries[: head.size]]
    assert head.root == merkle.root_of(leaves)
    files = TileFiles(target)
    for tile in tiles.tiles_for_size(head.size):
        assert files.tile(*tile) == expected(tile, entries)
        if tile.level == 0:
            first = tile.n * 256
            assert files.bundle(tile.n, tile.width) == list(entries[first : first + tile.width])
    return head.size


def expected(tile: tiles.Tile, entries: Sequence[bytes]) -> bytes:
    """What must lie at the address of a tile, from the definition in tlog-tiles."""
    first = tile.n * 256
    if tile.level == tiles.ENTRIES_LEVEL:
        return tiles.encode_bundle(entries[first : first + tile.width])
    span = 256**tile.level
    return b"".join(
        merkle.root_of([merkle.leaf_hash(one) for one in entries[place * span : (place + 1) * span]])
        for place in range(first, first + tile.width)
    )


@contextmanager
def witnessing(
    folder: Path, name: str, *, port: int = 0, keys: Sequence[VerifierKey] = (KEY.verifier_key,)
) -> Iterator[tuple[Ed25519Signer, str, Witness]]:
    """A witness of the log that is served: its key, its address, and itself. Its memory stays in the folder.

    `keys`: those that it knows the log by.
    """
    key = Ed25519Signer.from_seed(f"{name}.example/witness", name.encode().ljust(32, b"."), algorithm=COSIGNATURE_V1)
    path = folder / f"{name}.db"
    if not path.exists():
        create_state(path, key=key.verifier_key)
    state = State(path, key=key.verifier_key)
    witness = Witness(key=key, logs=keys, state=state)
    with WitnessServer(witness, host="127.0.0.1", port=port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield key, f"http://127.0.0.1:{server.server_port}", witness
        finally:
            server.shutdown()
            thread.join()
    state.close()


def line_of(name: str, key: Ed25519Signer, url: str = "") -> str:
    """The line of a policy that names a witness."""
    return f"witness {name} {key.verifier_key} {url}".rstrip()


def handed_in(source: Entries, old: int, size: int) -> bytes:
    """The body by which a log asks a witness to go from one size to another."""
    path = merkle.consistency_proof(source.nodes(size), first=old, second=size)
    return b"old %d\n%b\n%b" % (old, b"".join(note.encode_base64(one) + b"\n" for one in path), source.signed(size))
