"""The ground that every measurement stands on: one throw-away PostgreSQL, and a journal put together as in production.

Durability is as in production too: fsync and synchronous commit are on, for us and for whatever we are compared with.
"""

import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID, uuid4

import psycopg
from psycopg_pool import ConnectionPool

from domain import accounts
from domain.budgets import BudgetAppropriated, budget_id
from domain.kernel.calendar import Month
from domain.kernel.ids import EventName, derived, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.keys import KeyRegistered
from domain.log import LogOpened
from domain.rewards import Chain, RewardGranted
from domain.streams import event_types
from journal.codec import Codec
from journal.facts import Actor, Fact, Receipt
from journal.journal import Journal, Reading, key_stream
from journal.keys import ServerCustody, create_log_key
from journal.note import Ed25519Signer, VerifierKey
from journal.signer import LogSigner
from journal.signer_client import SignerClient
from journal.signer_launch import Launch
from journal.store import Pool, Store
from journal.writer import Writer
from migrations.embedded import EmbeddedPostgres
from migrations.roles import KINDS, Access, ensure_roles
from migrations.runner import migrate

T = TypeVar("T")

ORIGIN: Final = "bench.example/mingzhang"
DAY: Final = date(2026, 11, 2)
COUNTY: Final = Division("361125000000")
BUDGET_ID: Final = budget_id(COUNTY, "reward", "2299999", 2026)
FOUNDER: Final = Actor(UUID("00000000-0000-4000-8000-000000000001"), "administrator")
CONNECTIONS_MAX: Final = 32


@contextmanager
def throw_away_server() -> Iterator[str]:
    """A fresh embedded PostgreSQL for as long as the block lasts; yields its superuser's connection string."""
    folder = Path(tempfile.mkdtemp(prefix="mz-bench-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        with EmbeddedPostgres(folder / "home") as server:
            yield server.endpoint.superuser_dsn
    finally:
        shutil.rmtree(folder)


def new_database(superuser_dsn: str, *, migrated: bool = True) -> Access:
    """A fresh database on the server, with our roles; `migrated` puts our tables into it."""
    passwords = {kind: derived("benchmark", kind).hex for kind in KINDS}
    access = ensure_roles(superuser_dsn, database=f"bench_{secrets.token_hex(4)}", passwords=passwords)
    if migrated:
        migrate(access.owner, names=access.names)
    return access


@dataclass(frozen=True)
class Ground:
    """A journal that has begun and has a budget, and the keys of its log."""

    journal: Journal
    store: Store
    writer: Writer
    custody: ServerCustody
    log_key: VerifierKey

    @property
    def policy(self) -> str:
        """The trust policy that an auditor is given."""
        return policy_of(self.log_key)

    def fill(self, count: int) -> None:
        """Record so many appropriations, 500 a command: whole by every rule, so that a verifier finds nothing."""
        stream = stream_name("budget", BUDGET_ID)
        done = 0
        while done < count:
            numbers = range(done, min(done + 500, count))
            facts = [Fact(stream, appropriated(f"演练〔2026〕{number + 2}号"), DAY) for number in numbers]

            def decide(read: Reading, facts: list[Fact] = facts, version: int = 1 + done) -> list[Fact]:
                read.versions[BUDGET_ID] = version  # reading a stream of thousands for each command is not measured
                return facts

            self.journal.execute(actor=FOUNDER, key=f"fill:{done}", inputs={}, decide=decide)
            done += len(facts)

    def grant(self, reward: "Reward") -> Receipt:
        """Grant one reward: a signed event with four postings, two of them to accounts with a limit."""
        return self.journal.execute(
            actor=FOUNDER,
            key=reward.key,
            inputs=reward.inputs,
            decide=lambda _read: [reward.fact],
        )

    def grant_and_prove(self, reward: "Reward") -> bytes:
        """The same, with the proof that its caller takes home."""
        return self.grant(reward).proof


@dataclass(frozen=True)
class Reward:
    """What a caller comes with: an idempotency key and the fact to record."""

    key: str
    fact: Fact

    @property
    def inputs(self) -> dict[str, object]:
        """What the key stands for."""
        return {"command": "grant_reward", "incident_id": self.key}


def new_reward() -> Reward:
    """A reward of 10 yuan, for an incident and a payee that nobody has seen."""
    incident_id, payee_id = uuid4(), uuid4()
    amount_fen = Fen(1000)
    granted = RewardGranted(
        incident_id=incident_id,
        payee_id=payee_id,
        division=Division("361125100201"),
        category="environment",
        sensitive=False,
        amount_fen=amount_fen,
        tariff=EventName(f"tariff/{BUDGET_ID}@2"),
        accrual_month=Month("2026-11"),
        budget_id=BUDGET_ID,
        budget_year=2026,
        chain=Chain(payee_id, FOUNDER.person_id, FOUNDER.person_id, FOUNDER.person_id),
        postings=accounts.reward_granted(payee_id, BUDGET_ID, amount_fen),
    )
    return Reward(f"grant:{incident_id}", Fact(stream_name("reward", derived("reward", incident_id)), granted, DAY))


@dataclass(frozen=True)
class SignerHome:
    """Where a signer lives as in production, a process of its own: its key, its memory, the role that it reads with."""

    folder: Path
    dsn: str = field(repr=False)

    def client(self) -> SignerClient:
        """Seals by asking that process, and starts it if it is not there."""
        keys, state = self.folder / "keys", self.folder / "signer"
        if not (keys / "log.key").exists():
            create_log_key(keys / "log.key", origin=ORIGIN)
        return SignerClient(state / "socket", launch=Launch(keys, state, self.dsn, self.folder / "signer.log"))


@contextmanager
def opened_ground(writer_dsn: str, *, signer_home: SignerHome | None = None) -> Iterator[Ground]:
    """A journal with genesis, the founder's key and a budget of ten million yuan; begun if it is not there.

    It seals its heads in this process, or asks the signer of `signer_home`, whom other processes may ask too.
    """
    custody = ServerCustody(bytes(32), origin=ORIGIN)
    with ExitStack() as stack:
        pool: Pool = stack.enter_context(
            ConnectionPool(writer_dsn, min_size=4, max_size=CONNECTIONS_MAX, kwargs={"autocommit": True}, open=True)
        )
        store = Store(pool)
        sealer: LogSigner | SignerClient
        if signer_home is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mz-bench-signer-")))
            log_signer = Ed25519Signer.generate(ORIGIN)
            sealer, log_key = LogSigner(log_signer, folder), log_signer.verifier_key
        else:
            sealer = stack.enter_context(signer_home.client())
            (log_key,) = sealer.keys()
        writer = Writer(
            connect=lambda: psycopg.connect(writer_dsn, autocommit=True),
            signer=sealer,
            stored_nodes=store.nodes,
            limit_of=accounts.limit_of,
        )
        stack.enter_context(writer)
        journal = Journal(origin=ORIGIN, store=store, writer=writer, codec=Codec(event_types()), custody=custody)
        journal.execute(
            actor=FOUNDER,
            key="genesis",
            inputs={"command": "open_log"},
            decide=lambda _read: _genesis(custody, log_key),
        )
        yield Ground(journal, store, writer, custody, log_key)


def _genesis(custody: ServerCustody, log_key: VerifierKey) -> Iterator[Fact]:
    founder_key = str(custody.signer(FOUNDER.person_id, FOUNDER.role).verifier_key)
    yield Fact(
        stream_name("log", derived("log", ORIGIN)),
        LogOpened(
            origin=ORIGIN,
            log_key=str(log_key),
            rehearsal=True,
            division=COUNTY,
            county_name="演练县",
            founder_id=FOUNDER.person_id,
            founder_key=founder_key,
            policy=policy_of(log_key),
        ),
        DAY,
    )
    yield Fact(
        stream_name("key", key_stream(FOUNDER.person_id, FOUNDER.role)),
        KeyRegistered(person_id=FOUNDER.person_id, role=FOUNDER.role, key=founder_key, custody="server"),
        DAY,
    )
    yield Fact(stream_name("budget", BUDGET_ID), appropriated("演练〔2026〕1号"), DAY)


def policy_of(log_key: VerifierKey) -> str:
    """Only the log's own key; no witness yet."""
    return f"log {log_key}\nquorum none\n"


def appropriated(document: str) -> BudgetAppropriated:
    """Ten million yuan for rewards, by a document."""
    amount_fen = Fen(1_000_000_000)
    return BudgetAppropriated(
        unit=COUNTY,
        project="reward",
        spending_class="2299999",
        year=2026,
        document=document,
        amount_fen=amount_fen,
        postings=accounts.budget_appropriated(BUDGET_ID, amount_fen),
    )


def rate(act: Callable[[T], object], arguments: Sequence[T], *, threads: int, seconds: float) -> float:
    """How often a second `act` is done by so many threads, each with the next argument, again and again for that long.

    Arguments are made before, for both sides alike; if they run out, the window ends there.
    """
    barrier = threading.Barrier(threads + 1)
    left = iter(arguments)

    def work() -> int:
        barrier.wait()
        count, until = 0, time.perf_counter() + seconds
        for argument in left:
            act(argument)
            count += 1
            if time.perf_counter() >= until:
                break
        return count

    with ThreadPoolExecutor(threads) as pool:
        workers = [pool.submit(work) for _ in range(threads)]
        barrier.wait()
        begun = time.perf_counter()
        return sum(worker.result() for worker in workers) / (time.perf_counter() - begun)
