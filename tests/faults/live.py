"""A live log for attacks: PostgreSQL, a signer's process, a publisher, a witness over HTTP, an auditor's kept papers.

It holds the county's whole story and more, so that a first tile is full; everybody's keys are known, so that a test may
play a thief of any of them.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg_pool import ConnectionPool

from api.context import make_ready
from api.package_contents import published_pages
from api.publishing import policy_of
from api.settings import Settings, read_settings
from api.signing import signer_of
from audit.package import Beside, write_package
from domain import accounts
from domain.kernel.ids import derived, stream_name
from domain.kernel.places import Division
from domain.streams import event_types
from journal import checkpoint as checkpoints
from journal import line as lines
from journal.checkpoint import Checkpoint
from journal.codec import Codec
from journal.cosigning import Cosigners
from journal.facts import Append, Entry
from journal.journal import now
from journal.keys import create_secret
from journal.merkle import Frontier, leaf_hash
from journal.publisher import Publisher
from journal.signer_client import SignerClient
from journal.store import Store
from journal.targets import LocalFolder
from journal.tile_files import TileFiles
from journal.trust import Group, Log, Policy
from journal.trust import Witness as Listed
from journal.writer import Writer
from migrations.roles import Access
from projections.models import MODELS
from projections.runner import Runner
from tests.audit.packages import list_again
from tests.audit.story import COUNTY, LOG_KEY, ORIGIN, WITNESS, County, Draft, Story, seal
from tests.conftest import Cluster
from tests.faults.serving import witnessing

PLACES = 200
"""So many places more, one event each: with them a first tile is full."""

TODAY = 5
"""So many of them are recorded today; all before them stood in yesterday's backup."""


def policy_text(url: str) -> str:
    """The policy of the log: one witness at an address, and it must sign."""
    witness = Listed("audit-bureau", WITNESS.verifier_key, url)
    return bytes(
        Policy((Log(LOG_KEY.verifier_key),), (witness,), (Group("bodies", 1, ("audit-bureau",)),), quorum="bodies")
    ).decode()


def add_place(county: County, number: int) -> Draft:
    """One event more, in a stream of its own."""
    code = f"36112599{number % 10_000:04d}"
    data = {"code": code, "name": f"第{number}村", "since": "2020-01-01"}
    return county.admin(stream_name("place", derived("place", code)), "place.registered/1", data)


@dataclass
class Base:
    """What every attack begins with: the log of today and the backup of yesterday, each as a database and a home."""

    port: int
    county: County
    state: Path  # the witness's memory
    today: "Kept"
    yesterday: "Kept"
    kept: bytes  # today's checkpoint, which the auditor took home


@dataclass(frozen=True)
class Kept:
    """A database that is copied, and the folders beside it."""

    access: Access
    home: Path


@dataclass
class Live:
    """A log at work."""

    access: Access
    settings: Settings
    county: County
    port: int
    signer: SignerClient
    store: Store
    publisher: Publisher

    @property
    def story(self) -> Story:
        """Whose drafts are the log, if nobody lies."""
        return self.county.story

    @property
    def log(self) -> LocalFolder:
        """What is published."""
        return LocalFolder(self.settings.home / "log")

    @property
    def policy(self) -> str:
        """The policy of the genesis."""
        return policy_text(f"http://127.0.0.1:{self.port}")

    def record(self, drafts: Sequence[Draft]) -> None:
        """Append drafts of the story over a writer of one's own, sealed by the signer."""
        places = {id(draft): entry for draft, entry in zip(self.story.drafts, self.story.entries(), strict=True)}
        with self.writer() as writer:
            answers = [writer.append(_append(list(group), places)) for _, group in groupby(drafts, _command)]
            for answer in answers:
                answer.result(60)

    def writer(self) -> Writer:
        """A writer as the server has one, not yet started."""
        return Writer(
            connect=lambda: psycopg.connect(self.access.writer, autocommit=True),
            signer=self.signer,
            stored_nodes=self.store.nodes,
            limit_of=accounts.limit_of,
        )

    def publish(self) -> object:
        """One round of the publisher, witness included."""
        with self.publisher.claimed() as ours:
            assert ours
            return self.publisher.publish()

    def entries(self) -> list[bytes]:
        """What the database holds, in its order."""
        return [entry for _, entry in self.store.entries(0)]

    def package(self, directory: Path, *, entries: Iterable[bytes], checkpoint: bytes) -> Path:
        """A package as a liar would make it: all figures follow from these entries, the seal is the one that he has.

        The month pages are those of the read models, as in every package.
        """
        told = list(entries)
        pages = published_pages(self.access.reader, county=Division(COUNTY), on=date(2026, 11, 22))
        write_package(
            directory, entries=told, checkpoint=seal(told), policy=self.policy, beside=Beside(disclosures=pages)
        )
        (directory / "checkpoint").write_bytes(checkpoint)
        list_again(directory, readme=True)
        return directory


def head_of(entries: Iterable[bytes]) -> Checkpoint:
    """The tree over entries."""
    frontier = Frontier()
    frontier.extend(map(leaf_hash, entries))
    return Checkpoint(ORIGIN, frontier.size, frontier.root())


def forged(entries: Iterable[bytes]) -> bytes:
    """A checkpoint by whoever stole the log's key; no witness signed it."""
    return checkpoints.sign(head_of(entries), LOG_KEY)


@contextmanager
def running(access: Access, home: Path, county: County, port: int) -> Iterator[Live]:
    """The log at work over a database and a home."""
    settings = read_settings({"MINGZHANG_HOME": str(home), "MINGZHANG_DATABASE_URL": access.owner})
    with ExitStack() as stack:
        signer = stack.enter_context(signer_of(settings, access))
        pool = stack.enter_context(
            ConnectionPool(access.writer, min_size=1, max_size=4, kwargs={"autocommit": True}, open=True)
        )
        store = Store(pool)
        publisher = Publisher(
            files=TileFiles(LocalFolder(home / "log")),
            source=store,
            last=signer.last,
            policy_of=policy_of(store, Codec(event_types()), origin=ORIGIN),
            clock=now,
            lock=home / "publisher.lock",
            cosigners=Cosigners(limit_s=10.0, grace_s=0.1),
        )
        yield Live(access, settings, county, port, signer, store, publisher)


def witnessed(state: Path, *, port: int = 0) -> AbstractContextManager[int]:
    """The witness of this log at its address, over its memory; gives the port."""
    return witnessing(state, key=WITNESS, log=LOG_KEY.verifier_key, port=port)


def built(cluster: Cluster, folder: Path) -> Base:
    """Record the story up to yesterday, keep a backup of everything, go on to today."""
    access, home, state = cluster.new_database(), folder / "today", folder / "witness.db"
    county = County()
    create_secret(home / "keys" / "log.key", LOG_KEY.private_text().encode() + b"\n")
    with witnessed(state) as port:
        county.story.drafts[0].data["policy"] = policy_text(f"http://127.0.0.1:{port}")
        for number in range(PLACES):
            add_place(county, number)
        drafts = list(county.story.drafts)
        make_ready(access)
        with running(access, home, county, port) as live:
            live.record(drafts[:1])  # as `init` does: a signer without a memory signs a beginning, and no more
            live.record(drafts[1:-TODAY])
            Runner(access.projector, Codec(event_types()), MODELS).catch_up()
            live.publish()
        backup = Kept(cluster.copy(access), copied(home, folder / "yesterday"))
        with running(access, home, county, port) as live:
            live.record(drafts[-TODAY:])
            live.publish()
            kept = live.log.read("checkpoint")
            assert kept is not None
    return Base(port, county, state, today=Kept(access, home), yesterday=backup, kept=kept)


def copied(home: Path, target: Path) -> Path:
    """A copy of a home without what belongs to a running process."""
    return shutil.copytree(home, target, ignore=shutil.ignore_patterns("socket", "lock"))


def _command(draft: Draft) -> tuple[str, str]:
    return draft.by, draft.cmd


def _append(drafts: Sequence[Draft], places: dict[int, bytes]) -> Append:
    entries = []
    for draft in drafts:
        content = places[id(draft)]
        line = lines.parse(content.rpartition(b"\n\n")[0] + b"\n")
        entries.append(Entry(UUID(line.stream.partition("/")[2]), line.seq, line.type, content))
    return Append(
        entries=tuple(entries),
        expected={},
        postings=tuple(posting for draft in drafts for posting in draft.postings),
        actor_id=UUID(drafts[0].by),
        key=drafts[0].cmd,
        input_digest=sha256(drafts[0].cmd.encode()).digest(),
    )
