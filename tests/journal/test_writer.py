"""Concurrent appends share transactions; each gets its own outcome, and nobody is told before it is signed."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain import accounts
from domain.kernel.postings import Posting
from domain.kernel.refusals import Refusal
from journal import transaction
from journal import writer as writers
from journal.answers import Committed
from journal.batch import BelowLimit, KeyReused, Moved, Outcome, Stored
from journal.checkpoint import open_checkpoint
from journal.errors import Busy, IntegrityError, Unavailable
from journal.facts import Append, Entry
from journal.line import LineError
from journal.sealing import ConsistencyProver
from journal.signer import LogSigner
from journal.transaction import Done
from journal.writer import Draft, Writer
from migrations.roles import Access
from tests.journal.opened import LOG_KEY, LOG_SIGNER, Opened, assert_whole, running

ACTOR = UUID(int=9)
LIMITED = "ind:available:x"
WAIT_S = 30.0


class HeldSigner(LogSigner):
    """Signs only while `open` is set, so that a test can fill the queue behind it."""

    def __init__(self, state: Path) -> None:
        super().__init__(LOG_SIGNER, state)
        self.open = threading.Event()
        self.open.set()

    def seal(self, *, size: int, root: bytes, prove: ConsistencyProver) -> bytes:
        assert self.open.wait(WAIT_S)
        return super().seal(size=size, root=root, prove=prove)


@contextmanager
def started(database: Access, signer: LogSigner) -> Iterator[Writer]:
    writer = Writer(
        connect=lambda: psycopg.connect(database.writer),
        signer=signer,
        stored_nodes=lambda _size: pytest.fail("the edge holds all that a short log needs"),
        limit_of=accounts.limit_of,
    )
    with writer:
        yield writer


def being_sealed(database: Access, size: int) -> None:
    """Wait until so many entries are committed; what committed them is at the seal then, or will be next."""
    until = time.monotonic() + WAIT_S
    with psycopg.connect(database.auditor, autocommit=True) as reader:
        while reader.execute("SELECT size FROM journal.head").fetchone() != (size,):
            assert time.monotonic() < until
            time.sleep(0.01)


@pytest.fixture
def one_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever waits while one group is carried goes into the next group, all of it."""
    monkeypatch.setattr(writers, "SHARES", 1)


@pytest.fixture
def signer(state: Path) -> HeldSigner:
    return HeldSigner(state)


@pytest.fixture
def writer(database: Access, signer: HeldSigner) -> Iterator[Writer]:
    with started(database, signer) as running_writer:
        yield running_writer
        signer.open.set()


def append(
    stream: UUID | None = None, *, seq: int = 1, change: int = 0, key: str | None = None, digest: bytes = bytes(32)
) -> Append:
    stream = stream or uuid4()
    return Append(
        (Entry(stream, seq, "t.t/1", str(stream).encode()),),
        {stream: seq - 1},
        (Posting(LIMITED, "CNY", change),) if change else (),
        ACTOR,
        key or str(uuid4()),
        digest,
    )


def together(writer: Writer, signer: HeldSigner, *appends: Append) -> list[Outcome]:
    """The outcomes of appends that share one batch: they queue up behind one that waits for its signature."""
    signer.open.clear()
    first = writer.append(append())
    being_written(writer)
    waiting = [writer.append(one) for one in appends]
    signer.open.set()
    assert isinstance(first.result(WAIT_S).outcome, Stored)
    return [one.result(WAIT_S).outcome for one in waiting]


def being_written(writer: Writer) -> None:
    """Wait until the writer has taken what was appended, so that the next append is not of its batch."""
    until = time.monotonic() + WAIT_S
    while writer._appends and time.monotonic() < until:
        time.sleep(0.01)


def test_one_append(writer: Writer) -> None:
    committed = writer.append(append()).result(WAIT_S)
    assert committed.outcome == Stored(0, 0)
    assert open_checkpoint(committed.checkpoint, log_key=LOG_KEY).size == committed.size == 1
    assert writer.last_checkpoint() == committed.checkpoint


@pytest.mark.usefixtures("one_group")
def test_each_of_a_batch_gets_its_own_outcome(writer: Writer, signer: HeldSigner) -> None:
    stream, known = uuid4(), append(key="known", change=10)
    writer.append(known).result(WAIT_S)
    outcomes = together(
        writer,
        signer,
        append(stream, key="good"),
        append(stream, key="conflict"),
        append(change=-11, key="limit"),
        append(change=-10, key="enough"),
        known,
        append(key="known", digest=b"\1" * 32),
        append(key="good", digest=b"\1" * 32),
        append(stream, seq=2, key="next"),
    )
    assert outcomes == [
        Stored(2, 2),
        Moved(stream),
        BelowLimit(LIMITED, "CNY", 10, -11),
        Stored(3, 3),
        Stored(0, 0, replayed=True),
        KeyReused("known"),
        KeyReused("good"),
        Stored(4, 4),
    ]


@pytest.mark.usefixtures("one_group")
def test_a_row_that_the_tables_refuse_does_not_cost_its_neighbours(writer: Writer, signer: HeldSigner) -> None:
    """A balance beyond 64 bits cannot be stored; whoever shares the batch is stored all the same."""
    signer.open.clear()
    first = writer.append(append())
    before, bad, after = (writer.append(append(change=change)) for change in (5, 2**63, 7))
    signer.open.set()
    assert [answer.result(WAIT_S).outcome for answer in (first, before, after)] == [
        Stored(0, 0),
        Stored(1, 1),
        Stored(2, 2),
    ]
    with pytest.raises(IntegrityError, match="the tables refused the append"):
        bad.result(WAIT_S)


def test_many_threads_share_few_transactions(database: Access, writer: Writer) -> None:
    def one(_number: int) -> Committed:
        return writer.append(append()).result(WAIT_S)

    with ThreadPoolExecutor(32) as pool:
        committed = list(pool.map(one, range(640)))
    firsts = sorted(c.outcome.first_index for c in committed if isinstance(c.outcome, Stored))
    assert firsts == list(range(640))
    assert len({c.checkpoint for c in committed}) < 320


def test_nobody_is_told_before_the_head_is_signed(database: Access, writer: Writer, signer: HeldSigner) -> None:
    signer.open.clear()
    answer = writer.append(append())
    with psycopg.connect(database.auditor, autocommit=True) as connection:
        until = time.monotonic() + WAIT_S
        while connection.execute("SELECT size FROM journal.head").fetchone() != (1,):
            assert time.monotonic() < until, "it was never stored"
            time.sleep(0.01)
    with pytest.raises(Unavailable, match="no answer within"):
        answer.result(0.3)
    signer.open.set()
    assert answer.result(WAIT_S).outcome == Stored(0, 0)


def test_too_many_in_flight_is_busy(writer: Writer, signer: HeldSigner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is refused left nothing; who was let in has his outcome; and then there is room again."""
    monkeypatch.setattr(writers, "IN_FLIGHT_APPENDS_MAX", 4)
    signer.open.clear()
    answers = [writer.append(append()) for _ in range(4)]
    refused = append(key="later")
    with pytest.raises(Busy, match="4 appends are waiting"):
        writer.append(refused)
    signer.open.set()
    assert [answer.result(WAIT_S).outcome for answer in answers] == [Stored(n, n) for n in range(4)]
    assert writer.append(refused).result(WAIT_S).outcome == Stored(4, 4)


def test_batches_stay_within_their_bounds(writer: Writer, signer: HeldSigner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "BATCH_APPENDS_MAX", 2)
    monkeypatch.setattr(writers, "BATCH_BYTES_MAX", 60)
    signer.open.clear()
    answers = [writer.append(append()) for _ in range(7)]
    committed = commits_counted(monkeypatch)
    signer.open.set()
    assert [answer.result(WAIT_S).outcome for answer in answers] == [Stored(n, n) for n in range(7)]
    assert committed
    assert max(committed) <= 2


@pytest.mark.usefixtures("one_group")
def test_what_is_too_much_for_a_batch_keeps_its_place(
    writer: Writer, signer: HeldSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note of 36 bytes is under the bound, two are not; whoever has to wait is not overtaken."""
    monkeypatch.setattr(writers, "BATCH_BYTES_MAX", 40)
    sizes = commits_counted(monkeypatch)
    signer.open.clear()
    first = writer.append(append())
    being_written(writer)
    answers = [writer.append(append()) for _ in range(5)]
    signer.open.set()
    assert [answer.result(WAIT_S).outcome for answer in (first, *answers)] == [Stored(n, n) for n in range(6)]
    assert sizes == [1, 2, 2, 1]


def commits_counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many appends each transaction took, from now on."""
    sizes: list[int] = []
    commit = transaction.commit_as_foreseen

    def counted(connection: psycopg.Connection, appends: Sequence[Append], **named: Any) -> Done | None:
        sizes.append(len(appends))
        return commit(connection, appends, **named)

    monkeypatch.setattr(transaction, "commit_as_foreseen", counted)
    return sizes


def test_closing_finishes_what_waits(database: Access, signer: HeldSigner) -> None:
    with started(database, signer) as writer:
        signer.open.clear()
        answers = [writer.append(append()) for _ in range(5)]
        threading.Timer(0.2, signer.open.set).start()
    assert [answer.result(0).outcome for answer in answers] == [Stored(n, n) for n in range(5)]
    with pytest.raises(Unavailable, match="closed"):
        writer.append(append())
    writer.close()


def test_after_an_integrity_error_nothing_is_written(database: Access, writer: Writer) -> None:
    writer.append(append()).result(WAIT_S)
    with psycopg.connect(database.owner) as owner:
        owner.execute("UPDATE journal.head SET root = sha256('x')")
    with pytest.raises(IntegrityError, match="do not give the root"):
        writer.append(append()).result(WAIT_S)
    with pytest.raises(IntegrityError, match="do not give the root"):
        writer.append(append())
    with psycopg.connect(database.auditor) as connection:
        assert connection.execute("SELECT count(*) FROM journal.events").fetchone() == (1,)


@pytest.mark.usefixtures("one_group")
def test_a_fault_of_the_program_answers_everybody(
    database: Access, signer: HeldSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that dies must not leave its callers waiting; and the fault itself is heard."""
    heard: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda caught: heard.append(caught.exc_type))
    with started(database, signer) as writer:
        signer.open.clear()
        first = writer.append(append())
        being_sealed(database, 1)
        bad = writer.append(Append((Entry("no uuid", 1, "t.t/1", b""),), {}, (), ACTOR, "k", b""))  # type: ignore[arg-type]
        behind = writer.append(append())
        signer.open.set()
        assert isinstance(first.result(WAIT_S).outcome, Stored)
        for answer in (bad, behind):
            with pytest.raises(Unavailable, match="fault of the program"):
                answer.result(WAIT_S)
        with pytest.raises(Unavailable, match="fault of the program"):
            writer.append(append())
    assert heard == [AttributeError]


@pytest.mark.usefixtures("one_group")
@pytest.mark.parametrize("error", [LineError("no"), Refusal("event.too_large"), IntegrityError("another's key")])
def test_a_draft_that_cannot_be_signed_is_its_callers_matter(
    writer: Writer, signer: HeldSigner, error: Exception
) -> None:
    signer.open.clear()
    first = writer.append(append())
    being_written(writer)
    bad, good = writer.append(raising(error)), writer.append(append)
    signer.open.set()
    with pytest.raises(type(error)) as told:
        bad.result(WAIT_S)
    assert told.value is error
    assert [answer.result(WAIT_S).outcome for answer in (first, good)] == [Stored(0, 0), Stored(1, 1)]
    assert writer.append(append()).result(WAIT_S).outcome == Stored(2, 2)


def raising(error: Exception) -> Draft:
    def draft() -> Append:
        raise error

    return draft


@pytest.mark.usefixtures("one_group")
def test_a_draft_with_a_fault_answers_everybody(
    database: Access, signer: HeldSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda caught: heard.append(caught.exc_type))
    with started(database, signer) as writer:
        signer.open.clear()
        first = writer.append(append())
        being_sealed(database, 1)
        others = [writer.append(one) for one in (append(), raising(TypeError("a fault")), append())]
        signer.open.set()
        assert isinstance(first.result(WAIT_S).outcome, Stored)
        for answer in others:
            with pytest.raises(Unavailable, match="fault of the program"):
                answer.result(WAIT_S)
    assert heard == [TypeError]


def test_a_server_that_is_not_durable_is_made_so(database: Access, state: Path) -> None:
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute(f'ALTER DATABASE "{database.database}" SET synchronous_commit = off')
    with running(database.writer, state) as opened:
        opened.place()
        connection = opened.writer._connection
        assert connection is not None
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert connection.autocommit


# Two groups at once: one is committed while one is sealed.


def test_the_next_group_is_committed_while_one_is_sealed(database: Access, writer: Writer, signer: HeldSigner) -> None:
    """It waits for its own seal, which then covers both."""
    signer.open.clear()
    first, second = writer.append(append()), writer.append(append())
    being_sealed(database, 2)
    for answer in (first, second):
        with pytest.raises(Unavailable):
            answer.result(0.05)
    signer.open.set()
    told = [answer.result(WAIT_S) for answer in (first, second)]
    assert [one.outcome for one in told] == [Stored(0, 0), Stored(1, 1)]
    assert [open_checkpoint(one.checkpoint, log_key=LOG_KEY).size for one in told] == [one.size for one in told]


class FailingSigner(HeldSigner):
    """Fails once with each of the errors it is given."""

    def __init__(self, state: Path) -> None:
        super().__init__(state)
        self.errors: list[Exception] = []

    def seal(self, *, size: int, root: bytes, prove: ConsistencyProver) -> bytes:
        checkpoint = super().seal(size=size, root=root, prove=prove) if not self.errors else None
        if checkpoint is None:
            assert self.open.wait(WAIT_S)
            raise self.errors.pop()
        return checkpoint


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), Unavailable("the signer is away")])
def test_what_could_not_be_sealed_is_not_acknowledged_and_covered_by_the_next_seal(
    database: Access, state: Path, error: Exception
) -> None:
    signer = FailingSigner(state)
    with started(database, signer) as writer:
        signer.errors.append(error)
        one = append(key="k")
        with pytest.raises(Unavailable, match="could not be signed"):
            writer.append(one).result(WAIT_S)
        again = writer.append(one).result(WAIT_S)
        assert again.outcome == Stored(0, 0, replayed=True)
        assert writer.append(append()).result(WAIT_S).size == 2


def test_after_a_seal_that_found_the_journal_broken_nothing_is_acknowledged(database: Access, state: Path) -> None:
    """Also not the group that was committed meanwhile."""
    signer = FailingSigner(state)
    with started(database, signer) as writer:
        signer.errors.append(IntegrityError("does not extend"))
        signer.open.clear()
        answers = [writer.append(append()) for _ in range(3)]
        signer.open.set()
        for answer in answers:
            with pytest.raises(IntegrityError, match="does not extend"):
                answer.result(WAIT_S)
        with pytest.raises(IntegrityError, match="does not extend"):
            writer.append(append())


# From an event loop.


def test_many_tasks_wait_without_a_thread_each(writer: Writer) -> None:
    async def all_of_them() -> list[Committed]:
        return await asyncio.gather(*(writer.append_soon(append()).result(WAIT_S) for _ in range(200)))

    committed = asyncio.run(all_of_them())
    assert sorted(c.outcome.first_index for c in committed if isinstance(c.outcome, Stored)) == list(range(200))
    assert len({c.checkpoint for c in committed}) < 100


@pytest.mark.usefixtures("one_group")
def test_tasks_of_one_round_are_handed_over_together(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = commits_counted(monkeypatch)

    async def all_of_them() -> list[Committed]:
        return await asyncio.gather(*(writer.append_soon(append()).result(WAIT_S) for _ in range(50)))

    asyncio.run(all_of_them())
    asyncio.run(all_of_them())
    assert sizes == [50, 50]


@pytest.mark.usefixtures("one_group")
def test_whoever_gathers_waits_for_the_end_of_a_round(
    writer: Writer, signer: HeldSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group that was told in between does not tear a round of tasks into two."""
    monkeypatch.setattr(writers, "ROUND_S_MAX", WAIT_S)
    sizes = commits_counted(monkeypatch)
    signer.open.clear()
    first = writer.append(append())
    being_written(writer)

    async def one_round() -> list[Committed]:
        early = writer.append_soon(append())
        signer.open.set()
        first.result(WAIT_S)
        time.sleep(0.05)  # the round goes on, and the writer has nothing else to do
        late = writer.append_soon(append())
        return [await early.result(WAIT_S), await late.result(WAIT_S)]

    assert [one.outcome for one in asyncio.run(one_round())] == [Stored(1, 1), Stored(2, 2)]
    assert sizes == [1, 2]


def test_a_loop_that_ends_before_it_hands_over_keeps_nobody_waiting(writer: Writer) -> None:
    async def leave() -> None:
        writer.append_soon(append())
        asyncio.get_running_loop().stop()

    loop = asyncio.new_event_loop()
    leaving = loop.create_task(leave())
    loop.run_forever()
    loop.close()
    assert leaving.done()
    answers = [writer.append(append()) for _ in range(3)]
    assert [answer.result(WAIT_S).outcome for answer in answers] == [Stored(n, n) for n in range(1, 4)]


def test_a_task_hears_its_error_and_its_neighbours_their_outcomes(writer: Writer) -> None:
    async def some() -> list[Committed | BaseException]:
        asked: list[Append | Draft] = [append(), raising(LineError("no")), append(change=-1), append()]
        waiting = [writer.append_soon(one).result(WAIT_S) for one in asked]
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, error, below, last = asyncio.run(some())
    assert isinstance(error, LineError)
    assert [one.outcome for one in (first, below, last) if isinstance(one, Committed)] == [
        Stored(0, 0),
        BelowLimit(LIMITED, "CNY", 0, -1),
        Stored(1, 1),
    ]


def test_who_gave_up_waiting_does_not_trouble_the_others(writer: Writer, signer: HeldSigner) -> None:
    """A task that was cancelled, one that is late, and a loop that is gone: their appends are recorded all the same."""

    async def late_and_cancelled() -> None:
        with pytest.raises(Unavailable, match="no answer within"):
            await writer.append_soon(append()).result(0.05)
        task = asyncio.create_task(writer.append_soon(append()).result(WAIT_S))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    signer.open.clear()
    asyncio.run(late_and_cancelled())
    signer.open.set()
    assert writer.append(append()).result(WAIT_S).outcome == Stored(2, 2)


# Under load, with the whole log judged afterwards (the fixture `opened` does).


def test_a_limit_is_never_crossed_by_32_threads(opened: Opened) -> None:
    """Fifty rewards' worth of budget, 320 askers: exactly fifty succeed, everybody else is told."""
    opened.appropriate(50 * 1000)

    def ask(_number: int) -> bool:
        try:
            return bool(opened.grant().events)
        except Refusal as refusal:
            if (refusal.code, refusal.facts["balance"]) != ("balance.below_limit", 0):
                raise
            return False

    with ThreadPoolExecutor(32) as pool:
        assert sum(pool.map(ask, range(320))) == 50
    assert opened.journal.position() == 3 + 50


def test_two_writers_on_one_database(database: Access, state: Path, opened: Opened) -> None:
    """Two processes share database and signer; here as two writers, in turns and at once."""
    opened.appropriate(200 * 1000)
    with running(database.writer, state) as other:
        for _ in range(5):
            opened.grant()
            other.grant()

        def ask(number: int) -> None:
            (opened if number % 2 else other).grant()

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(ask, range(190)))
        receipts = opened.receipts + other.receipts
        assert_whole(database.auditor, receipts, state=state)
    assert opened.journal.position() == 3 + 200
