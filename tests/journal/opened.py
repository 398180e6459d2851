"""A journal that has begun, put together as in production, and the judge that re-reads all of it after a test."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
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
from domain.places import PlaceRegistered
from domain.rewards import Chain, RewardGranted
from domain.streams import event_types
from journal import line as lines
from journal import merkle, note
from journal.checkpoint import open_checkpoint
from journal.codec import Codec
from journal.facts import Actor, Fact, Receipt
from journal.journal import Journal, Reading, key_stream
from journal.keys import ServerCustody
from journal.note import Ed25519Signer, VerifierKey
from journal.proof import verify_proof
from journal.sealing import Sealer
from journal.signer import LogSigner
from journal.store import Store
from journal.writer import Writer

ORIGIN = "test.example/mingzhang"
DAY = date(2026, 11, 2)
COUNTY = Division("361125000000")
FOUNDER = Actor(UUID("00000000-0000-4000-8000-000000000001"), "administrator")
LOG_SIGNER = Ed25519Signer.from_seed(ORIGIN, b"\x01" * 32)
LOG_KEY = LOG_SIGNER.verifier_key
MASTER = b"\x02" * 32
REWARD_FEN = Fen(1000)

MakeSigner = Callable[[Ed25519Signer, Path], Sealer]


def budget_of(year: int) -> UUID:
    """A budget of its own for each year; 2026 is the one most tests use."""
    return budget_id(COUNTY, "reward", "2299999", year)


@dataclass
class Opened:
    """A running journal. `receipts` are those that its short cuts got, for `assert_whole`."""

    writer_dsn: str
    state: Path
    journal: Journal
    store: Store
    writer: Writer
    signer: Sealer
    custody: ServerCustody
    receipts: list[Receipt] = field(default_factory=list)

    def record(self, *facts: Fact, key: str, inputs: str = "", actor: Actor = FOUNDER) -> Receipt:
        """Record facts that need no decision."""
        receipt = self.journal.execute(actor=actor, key=key, inputs={"asked": inputs}, decide=lambda _read: facts)
        self.receipts.append(receipt)
        return receipt

    def place(self, name: str = "横峰县", *, key: str | None = None, stream: UUID | None = None) -> Receipt:
        """Record an event without postings, in a stream of its own."""
        event = PlaceRegistered(code=COUNTY, name=name, since=DAY)
        return self.record(
            Fact(stream_name("place", stream or uuid4()), event, DAY), key=key or f"place:{uuid4()}", inputs=name
        )

    def appropriate(self, amount_fen: int, *, year: int = 2026) -> Receipt:
        """Fund a budget; each call is another document in its stream."""
        stream = stream_name("budget", budget_of(year))
        event = BudgetAppropriated(
            unit=COUNTY,
            project="reward",
            spending_class="2299999",
            year=year,
            document=str(uuid4()),
            amount_fen=Fen(amount_fen),
            postings=accounts.budget_appropriated(budget_of(year), Fen(amount_fen)),
        )

        def decide(read: Reading) -> list[Fact]:
            read.state(stream, lambda _state, _event: True)
            return [Fact(stream, event, DAY)]

        receipt = self.journal.execute(actor=FOUNDER, key=f"fund:{uuid4()}", inputs={}, decide=decide)
        self.receipts.append(receipt)
        return receipt

    def grant(self, *, year: int = 2026, key: str | None = None, incident_id: UUID | None = None) -> Receipt:
        """Grant one reward of 10 yuan; refused (`balance.below_limit`) when the budget is used up."""
        incident_id = incident_id or uuid4()
        return self.record(
            Fact(stream_name("reward", derived("reward", incident_id)), granted(incident_id, year=year), DAY),
            key=key or f"grant:{incident_id}",
            inputs=str(incident_id),
        )


def granted(incident_id: UUID, *, year: int = 2026) -> RewardGranted:
    """A reward of 10 yuan, with its four postings."""
    payee_id = derived("payee", incident_id)
    return RewardGranted(
        incident_id=incident_id,
        payee_id=payee_id,
        division=COUNTY,
        category="environment",
        sensitive=False,
        amount_fen=REWARD_FEN,
        tariff=EventName(f"tariff/{budget_of(year)}@2"),
        accrual_month=Month("2026-11"),
        budget_id=budget_of(year),
        budget_year=year,
        chain=Chain(payee_id, FOUNDER.person_id, FOUNDER.person_id, FOUNDER.person_id),
        postings=accounts.reward_granted(payee_id, budget_of(year), REWARD_FEN),
    )


@contextmanager
def running(
    writer_dsn: str, state: Path, *, make_signer: MakeSigner = LogSigner, origin: str = ORIGIN
) -> Iterator[Opened]:
    """Start a journal on a database, begin it if it is empty, stop it in the end."""
    custody = ServerCustody(MASTER, origin=origin)
    with ExitStack() as stack:
        pool = stack.enter_context(
            ConnectionPool(writer_dsn, min_size=2, max_size=8, kwargs={"autocommit": True}, open=True)
        )
        store = Store(pool)
        signer = make_signer(LOG_SIGNER, state)
        writer = Writer(
            connect=lambda: psycopg.connect(writer_dsn, autocommit=True),
            signer=signer,
            stored_nodes=store.nodes,
            limit_of=accounts.limit_of,
        )
        stack.enter_context(writer)
        journal = Journal(origin=origin, store=store, writer=writer, codec=Codec(event_types()), custody=custody)
        opened = Opened(writer_dsn, state, journal, store, writer, signer, custody)
        if journal.position() == 0:
            opened.record(*genesis(custody), key="genesis")
        yield opened


def genesis(custody: ServerCustody) -> Iterator[Fact]:
    """The first two facts of a journal: it is opened, and the founder's key is registered."""
    founder_key = str(custody.signer(FOUNDER.person_id, FOUNDER.role).verifier_key)
    yield Fact(
        stream_name("log", derived("log", ORIGIN)),
        LogOpened(
            origin=ORIGIN,
            log_key=str(LOG_KEY),
            rehearsal=True,
            division=COUNTY,
            county_name="演练县",
            founder_id=FOUNDER.person_id,
            founder_key=founder_key,
            policy=f"log {LOG_KEY}\nquorum none\n",
        ),
        DAY,
    )
    yield Fact(
        stream_name("key", key_stream(FOUNDER.person_id, FOUNDER.role)),
        KeyRegistered(person_id=FOUNDER.person_id, role=FOUNDER.role, key=founder_key, custody="server"),
        DAY,
    )


# The judge. It uses nothing of the writer: only the formats, and a connection that may read.


def assert_whole(dsn: str, receipts: Iterable[Receipt] = (), *, state: Path | None = None) -> list[bytes]:
    """Read every entry back and recompute everything; return the entries.

    Ids are contiguous, leaves and tree and head are what the entries give, every line is canonical and signed by a
    key that was registered before, streams are contiguous, balances are the fold and no limit is ever passed, keys of
    commands name their entries, each receipt's proof holds for its entry, and its checkpoint is a beginning of the
    log. With `state`, the signer's last checkpoint covers the whole log.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT notification_id, originator_id, originator_version, topic, state, leaf"
            " FROM journal.events ORDER BY notification_id"
        ).fetchall()
        head = connection.execute("SELECT size, root FROM journal.head").fetchall()
        balances = {
            (account, commodity): amount
            for account, commodity, amount in connection.execute(
                "SELECT account, commodity, amount FROM journal.balances"
            )
        }
        tree = {
            (level, index): hash_
            for level, index, hash_ in connection.execute("SELECT level, index, hash FROM journal.tree")
        }
    entries = [bytes(row[4]) for row in rows]
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1)), "ids are not contiguous"
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    assert [row[5] for row in rows] == leaves
    assert head == [(len(rows), merkle.root_of(leaves))]
    assert tree == {
        (1, tile): merkle.root_of(leaves[tile * 256 : tile * 256 + 256]) for tile in range(len(leaves) // 256)
    }
    _assert_lines(rows, balances)
    roots = _roots(leaves)
    for receipt in receipts:
        for index, name in enumerate(receipt.events, start=receipt.first_index):
            assert lines.parse(entries[index].rpartition(b"\n\n")[0] + b"\n").name == name
        checkpoint = verify_proof(receipt.proof, entry=entries[receipt.last_index], log_key=LOG_KEY)
        assert checkpoint.root == roots[checkpoint.size], "an acknowledged head is no beginning of the log"
        assert checkpoint.size == receipt.size > receipt.last_index
    if state is not None:
        signed = LogSigner(LOG_SIGNER, state).last()
        assert signed is not None
        assert open_checkpoint(signed, log_key=LOG_KEY).size == len(entries)
        assert open_checkpoint(signed, log_key=LOG_KEY).root == roots[-1]
    return entries


def _roots(leaves: list[bytes]) -> list[bytes]:
    """The root at every size."""
    frontier, roots = merkle.Frontier(), [merkle.EMPTY_ROOT]
    for leaf in leaves:
        frontier.append(leaf)
        roots.append(frontier.root())
    return roots


def _assert_lines(rows: list[tuple[object, ...]], balances: dict[tuple[str, str], int]) -> None:
    keys: dict[str, VerifierKey] = {}
    versions: dict[object, int] = defaultdict(int)
    folded: dict[tuple[str, str], int] = defaultdict(int)
    for _, stream_id, version, topic, entry, _ in rows:
        assert isinstance(entry, bytes)
        text = entry.rpartition(b"\n\n")[0] + b"\n"
        line = lines.parse(text)
        if line.type == "log.opened/1":
            founder = VerifierKey.parse(line.data["founder_key"])
            keys[founder.name] = founder
        note.verify(entry, [keys[line.key_name]])
        if line.type == "key.registered/1":
            key = VerifierKey.parse(line.data["key"])
            keys[key.name] = key
        versions[stream_id] += 1
        assert (line.stream.partition("/")[2], line.seq, line.type) == (str(stream_id), version, topic)
        assert version == versions[stream_id], "a stream is not contiguous"
        for account, commodity, amount in line.postings:
            folded[account, commodity] += amount
        for account, commodity, _ in line.postings:
            assert accounts.limit_of(account) * folded[account, commodity] >= 0, f"{account} passed its limit"
    assert dict(folded) == balances
