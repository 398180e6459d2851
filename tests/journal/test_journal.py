"""Decide and append in one call: receipts, idempotency, conflicts, limits, and who may sign."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from domain import accounts
from domain.kernel.ids import EventName, derived, stream_name
from domain.kernel.postings import Posting, UnbalancedPostings
from domain.kernel.refusals import Refusal
from domain.keys import KeyRegistered, KeyRetired
from domain.places import PlaceRegistered
from journal import journal as journals
from journal.errors import IntegrityError, Unavailable
from journal.facts import Actor, Fact
from journal.journal import Journal, Reading, key_stream
from journal.note import Ed25519Signer
from journal.proof import verify_proof
from journal.sealing import ConsistencyProver
from journal.signer import LogSigner
from migrations.roles import Access
from tests.journal.opened import (
    COUNTY,
    DAY,
    FOUNDER,
    LOG_KEY,
    ORIGIN,
    Opened,
    assert_whole,
    budget_of,
    genesis,
    granted,
    running,
)

STREAM = stream_name("place", UUID(int=77))
PLACE = PlaceRegistered(code=COUNTY, name="横峰县", since=DAY)


def count(state: int | None, _event: object) -> int:
    return (state or 0) + 1


def entry_of(opened: Opened, index: int) -> bytes:
    return next(opened.store.entries(index))[1]


# The receipt.


def test_a_receipt_proves_every_event_of_its_command(opened: Opened) -> None:
    receipt = opened.record(*(Fact(stream_name("place", uuid4()), PLACE, DAY) for _ in range(3)), key="three")
    assert (receipt.first_index, receipt.last_index, receipt.position, receipt.size) == (2, 4, 5, 5)
    assert verify_proof(receipt.proof, entry=entry_of(opened, 4), log_key=LOG_KEY).size == 5
    assert [opened.journal.codec.decode(i, e).name for i, e in opened.store.entries(2)] == list(receipt.events)


def test_what_is_recorded_about_an_event(opened: Opened) -> None:
    cause = EventName(f"{stream_name('log', derived('log', ORIGIN))}@1")
    before = datetime.now(UTC)
    opened.record(Fact(STREAM, PLACE, DAY, cause), key="key:1")
    recorded = opened.journal.codec.decode(2, entry_of(opened, 2))
    assert (recorded.event, recorded.on, recorded.cause, recorded.cmd) == (PLACE, DAY, cause, "key:1")
    assert (recorded.by, recorded.role, recorded.name) == (FOUNDER.person_id, FOUNDER.role, f"{STREAM}@1")
    assert before <= recorded.at <= datetime.now(UTC)


def test_proofs_hold_across_tiles(opened: Opened) -> None:
    """More than one full tile, so that paths leave the edge and are read from storage."""
    for _ in range(3):
        opened.record(*(Fact(stream_name("place", uuid4()), PLACE, DAY) for _ in range(200)), key=str(uuid4()))
    assert opened.record(*genesis(opened.custody), key="genesis").replayed


# The same command again.


def test_the_same_command_returns_its_first_receipt(opened: Opened) -> None:
    first = opened.place(key="once")
    for _ in range(3):
        opened.place()
    again = opened.place(key="once")
    assert (again.events, again.first_index, again.replayed) == (first.events, first.first_index, True)
    assert again.size >= first.size
    assert opened.journal.position() == 6


def test_the_same_key_with_another_input_is_refused(opened: Opened) -> None:
    opened.place("甲", key="once")
    with pytest.raises(Refusal, match=r"command\.key_reused"):
        opened.place("乙", key="once")
    assert opened.journal.position() == 3


def test_a_repeated_command_that_meets_its_own_effect_gets_its_receipt(opened: Opened) -> None:
    """The decision refuses the second time, because the first went in; the caller asked only once."""

    def decide(read: Reading) -> list[Fact]:
        if read.state(STREAM, count) is not None:
            raise Refusal("place.already_registered", division=COUNTY)
        return [Fact(STREAM, PLACE, DAY)]

    asked = {"code": COUNTY}
    first = opened.journal.execute(actor=FOUNDER, key="k", inputs=asked, decide=decide)
    again = opened.journal.execute(actor=FOUNDER, key="k", inputs=asked, decide=decide)
    assert (again.events, again.replayed) == (first.events, True)
    assert verify_proof(again.proof, entry=entry_of(opened, again.last_index), log_key=LOG_KEY)
    with pytest.raises(Refusal, match=r"command\.key_reused"):
        opened.journal.execute(actor=FOUNDER, key="k", inputs={"code": "other"}, decide=decide)
    with pytest.raises(Refusal, match=r"place\.already_registered"):
        opened.journal.execute(actor=FOUNDER, key="l", inputs=asked, decide=decide)


class AwaySigner(LogSigner):
    """Not there for one seal, when it is told so."""

    away = False

    def seal(self, *, size: int, root: bytes, prove: ConsistencyProver) -> bytes:
        if self.away:
            self.away = False
            raise Unavailable("the signer is away")
        return super().seal(size=size, root=root, prove=prove)


def test_a_repeated_command_whose_seal_had_failed_is_sealed_though_nobody_else_comes(
    database: Access, state: Path
) -> None:
    """It met its own effect and its head was not signed: asking again must not wait for another command."""

    def decide(read: Reading) -> list[Fact]:
        if read.state(STREAM, count) is not None:
            raise Refusal("place.already_registered", division=COUNTY)
        return [Fact(STREAM, PLACE, DAY)]

    with running(database.writer, state, make_signer=AwaySigner) as opened:
        assert isinstance(opened.signer, AwaySigner)
        opened.signer.away = True
        with pytest.raises(Unavailable, match="could not be signed"):
            opened.journal.execute(actor=FOUNDER, key="k", inputs={}, decide=decide)
        receipt = opened.journal.execute(actor=FOUNDER, key="k", inputs={}, decide=decide)
        assert (receipt.replayed, receipt.first_index, receipt.size) == (True, 2, 3)
        assert verify_proof(receipt.proof, entry=entry_of(opened, 2), log_key=LOG_KEY).size == 3
        assert opened.journal.position() == 3
        assert_whole(database.auditor, [*opened.receipts, receipt], state=state)


def test_one_key_from_many_threads_is_recorded_once(opened: Opened) -> None:
    incident = uuid4()
    opened.appropriate(10_000)
    with ThreadPoolExecutor(16) as pool:
        receipts = list(pool.map(lambda _: opened.grant(incident_id=incident), range(16)))
    assert len({receipt.first_index for receipt in receipts}) == 1
    assert sum(not receipt.replayed for receipt in receipts) == 1
    assert opened.journal.position() == 4


def test_keys_belong_to_their_actor(opened: Opened) -> None:
    other = register(opened, uuid4())
    opened.place(key="same")
    receipt = opened.record(Fact(STREAM, PLACE, DAY), key="same", actor=other)
    assert not receipt.replayed


# Conflicts.


def test_a_decision_is_taken_again_when_what_it_read_moved(opened: Opened) -> None:
    seen: list[int | None] = []

    def decide(read: Reading) -> list[Fact]:
        seen.append(read.state(STREAM, count))
        if len(seen) == 1:
            opened.record(Fact(STREAM, PLACE, DAY), key="between")
        return [Fact(STREAM, PLACE, DAY)]

    receipt = opened.journal.execute(actor=FOUNDER, key="k", inputs={}, decide=decide)
    assert seen == [None, 1]
    assert receipt.events == (f"{STREAM}@2",)


def test_a_stream_that_was_only_read_counts_too(opened: Opened) -> None:
    """Two officers decide at once on the same grounds: the second decides again."""
    other = stream_name("place", uuid4())
    seen: list[int | None] = []

    def decide(read: Reading) -> list[Fact]:
        seen.append(read.states([STREAM, other], count)[STREAM])
        if len(seen) == 1:
            opened.record(Fact(STREAM, PLACE, DAY), key="between")
        return [Fact(other, PLACE, DAY)]

    opened.journal.execute(actor=FOUNDER, key="k", inputs={}, decide=decide)
    assert seen == [None, 1]


def test_a_stream_that_never_stands_still_is_given_up(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "ATTEMPTS_MAX", 3)

    def decide(read: Reading) -> list[Fact]:
        read.state(STREAM, count)
        facts = [Fact(STREAM, PLACE, DAY)]
        opened.journal.execute(actor=FOUNDER, key=str(uuid4()), inputs={}, decide=lambda again: advance(again, facts))
        return facts

    with pytest.raises(Refusal, match=r"stream\.moved"):
        opened.journal.execute(actor=FOUNDER, key="k", inputs={}, decide=decide)
    assert opened.journal.state(STREAM, count) == 3


def advance(read: Reading, facts: list[Fact]) -> list[Fact]:
    read.state(STREAM, count)
    return facts


def test_a_stream_that_was_not_read_must_be_new(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "ATTEMPTS_MAX", 2)
    opened.record(Fact(STREAM, PLACE, DAY), key="first")
    with pytest.raises(Refusal, match=r"stream\.moved"):
        opened.record(Fact(STREAM, PLACE, DAY), key="second")


# Refusals leave everything as it was.


def test_a_limited_account_below_zero_is_refused(opened: Opened) -> None:
    opened.appropriate(1500)
    opened.grant()
    with pytest.raises(Refusal) as refused:
        opened.grant()
    assert refused.value.code == "balance.below_limit"
    assert refused.value.facts == {
        "account": accounts.available(budget_of(2026)),
        "commodity": "CNY",
        "balance": 500,
        "change": -1000,
    }
    assert opened.journal.position() == 4


def test_all_facts_of_a_command_go_in_or_none(opened: Opened) -> None:
    opened.appropriate(1500)
    facts = [
        Fact(stream_name("reward", derived("reward", incident)), granted(incident), DAY)
        for incident in (uuid4(), uuid4())
    ]
    with pytest.raises(Refusal, match=r"balance\.below_limit"):
        opened.record(*facts, key="two")
    assert opened.journal.position() == 3


def test_postings_that_do_not_balance_are_never_recorded(opened: Opened) -> None:
    event = replace(granted(uuid4()), postings=(Posting("fin:1011", "CNY", 5),))
    with pytest.raises(UnbalancedPostings):
        opened.record(Fact(stream_name("reward", uuid4()), event, DAY), key="k")
    assert opened.journal.position() == 2


def test_nothing_to_record_is_refused(opened: Opened) -> None:
    with pytest.raises(Refusal, match=r"command\.nothing_to_record"):
        opened.record(key="k")


@pytest.mark.parametrize("length", [62_000, 10_000_000])
def test_an_event_that_is_too_large_is_refused(opened: Opened, length: int) -> None:
    with pytest.raises(Refusal) as refused:
        opened.place("长" * (length // 3))
    assert refused.value.code == "event.too_large"
    assert refused.value.facts["bytes_max"] == 60 * 1024
    assert opened.journal.position() == 2


def test_the_largest_event_that_fits_is_recorded(opened: Opened) -> None:
    opened.place("x" * 60_000)
    assert len(entry_of(opened, 2)) <= 60 * 1024


@pytest.mark.parametrize("key", ["", "has space", "钥匙", "x" * 129, "line\nbreak"])
def test_an_idempotency_key_of_another_form_is_not_recorded(opened: Opened, key: str) -> None:
    with pytest.raises(ValueError, match="cmd"):
        opened.record(Fact(STREAM, PLACE, DAY), key=key)
    assert opened.journal.position() == 2


# Who signs.


def register(opened: Opened, person_id: UUID, role: str = "administrator") -> Actor:
    actor = Actor(person_id, role)
    key = str(opened.custody.signer(person_id, role).verifier_key)
    event = KeyRegistered(person_id=person_id, role=role, key=key, custody="server")
    opened.record(Fact(stream_name("key", key_stream(person_id, role)), event, DAY), key=f"key:{person_id}:{role}")
    return actor


def test_a_key_that_is_not_registered_signs_nothing(opened: Opened) -> None:
    actor = Actor(uuid4(), "county_officer")
    with pytest.raises(Refusal, match=r"key\.not_registered"):
        opened.record(Fact(STREAM, PLACE, DAY), key="k", actor=actor)
    register(opened, actor.person_id, actor.role)
    assert opened.record(Fact(STREAM, PLACE, DAY), key="k", actor=actor).events


def test_a_key_that_was_retired_signs_nothing(database: Access, state: Path, opened: Opened) -> None:
    """Also in a process that had seen it live: its key's stream is part of every append's condition."""
    actor = register(opened, uuid4())
    with running(database.writer, state) as other:
        other.record(Fact(STREAM, PLACE, DAY), key="k", actor=actor)
        stream = stream_name("key", key_stream(actor.person_id, actor.role))

        def retire(read: Reading) -> list[Fact]:
            read.state(stream, count)
            return [Fact(stream, KeyRetired(reason="left"), DAY)]

        opened.journal.execute(actor=FOUNDER, key="retire", inputs={}, decide=retire)
        for journal in (opened, other):
            with pytest.raises(Refusal, match=r"key\.not_registered"):
                journal.record(Fact(stream_name("place", uuid4()), PLACE, DAY), key=str(uuid4()), actor=actor)


def test_a_signer_of_another_name_is_an_integrity_error(opened: Opened) -> None:
    stranger = Ed25519Signer.generate(f"{ORIGIN}/administrator/{uuid4()}")
    with pytest.raises(IntegrityError, match="would be signed by"):
        opened.journal.execute(
            actor=FOUNDER, key="k", inputs={}, decide=lambda _read: [Fact(STREAM, PLACE, DAY)], signer=stranger
        )


# Outages.


def test_no_answer_in_time_is_unavailable_and_the_key_tells(
    database: Access, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "ANSWER_TIMEOUT_S", 0.3)
    with psycopg.connect(database.owner) as holding:
        holding.execute("SELECT * FROM journal.head FOR UPDATE")
        with pytest.raises(Unavailable, match="no answer"):
            opened.place(key="slow")
    monkeypatch.setattr(journals, "ANSWER_TIMEOUT_S", 60.0)
    assert opened.place(key="slow").replayed
    assert opened.journal.position() == 3


# Several processes.


def hammer(dsn: str, state: Path, asks: int) -> None:
    """In a process of its own, with 16 threads: ask for rewards from one budget until it is used up."""
    with running(dsn, state) as mine:

        def ask(_number: int) -> bool:
            try:
                return bool(mine.grant().events)
            except Refusal as refusal:
                if refusal.code != "balance.below_limit":
                    raise
                return False

        with ThreadPoolExecutor(16) as pool:
            got = sum(pool.map(ask, range(asks)))
        assert got == len(mine.receipts)
        assert_whole(dsn, mine.receipts)
        (state / f"got-{uuid4()}").write_text(str(got))


def test_a_limit_is_never_crossed_by_two_processes(database: Access, state: Path, opened: Opened) -> None:
    opened.appropriate(150 * 1000)
    processes = [get_context("spawn").Process(target=hammer, args=(database.writer, state, 120)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    assert sum(int(path.read_text()) for path in state.glob("got-*")) == 150
    assert opened.journal.position() == 3 + 150
    opened.place()  # the first writer has seen nothing of it; its memory is stale, its next append is right
    assert_whole(database.auditor, opened.receipts, state=state)


def test_a_journal_of_another_origin_signs_nothing(opened: Opened) -> None:
    other = Journal(
        origin="other.example/log",
        store=opened.store,
        writer=opened.writer,
        codec=opened.journal.codec,
        custody=opened.custody,
    )
    with pytest.raises(IntegrityError, match="would be signed by"):
        other.execute(actor=FOUNDER, key="k", inputs={}, decide=lambda _read: [Fact(STREAM, PLACE, DAY)])
