"""The witness's memory: made once, never another's, never silently gone back, whatever happens to its file."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from journal import checkpoint, witness_state
from journal.checkpoint import origin_hash
from journal.errors import IntegrityError, Unavailable
from journal.note import COSIGNATURE_V1, Ed25519Signer
from journal.witness import Witness
from journal.witness_state import State, StateError, create_state
from tests.journal.witnessing import (
    FORK,
    KEY,
    LEAVES,
    LOG,
    OTHER_LOG,
    FakeClock,
    Standing,
    answer,
    judged,
    request,
    signed,
)

ORIGIN = LOG.verifier_key.name


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Standing]:
    made = Standing(tmp_path / "home" / "witness")
    yield made
    made.state.close()


def opened(path: Path) -> State:
    return State(path, key=KEY.verifier_key)


def test_only_the_owner_can_read_it_and_nothing_is_left_beside_it(standing: Standing) -> None:
    assert standing.path.stat().st_mode & 0o777 == 0o600
    assert standing.path.parent.stat().st_mode & 0o777 == 0o700
    standing.send(request(0, 3))
    assert list(standing.path.parent.iterdir()) == [standing.path]


def test_a_commit_waits_for_the_disk(standing: Standing) -> None:
    """Held against the settings of the connection: in the rollback journal, only EXTRA (3) syncs the commit itself."""
    with closing(witness_state._connect(standing.path)) as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (3,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_state_is_never_made_over_another(standing: Standing) -> None:
    standing.send(request(0, 3))
    with pytest.raises(StateError, match="cannot be made"):
        create_state(standing.path, key=KEY.verifier_key)
    standing.reopen()
    assert standing.send(request(0, 3)) == (409, b"3\n")


def test_what_an_interrupted_making_left_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "witness.new").write_bytes(b"half a file")
    create_state(tmp_path / "witness", key=KEY.verifier_key)
    opened(tmp_path / "witness").close()
    assert list(tmp_path.iterdir()) == [tmp_path / "witness"]


def test_a_lost_state_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="needs a new key"):
        opened(tmp_path / "witness")
    (tmp_path / "witness").touch()
    with pytest.raises(StateError, match="not the state of a witness"):
        opened(tmp_path / "witness")


def test_another_witness_s_state(standing: Standing) -> None:
    other = Ed25519Signer.generate("witness.example/w2", algorithm=COSIGNATURE_V1)
    with pytest.raises(StateError, match="another witness"):
        State(standing.path, key=other.verifier_key)


def altered(standing: Standing, statement: str) -> None:
    """What somebody with the file can do to it."""
    standing.state.close()
    with closing(sqlite3.connect(standing.path)) as db, db:
        db.execute(statement)


def test_a_state_of_a_newer_program_is_refused(standing: Standing) -> None:
    altered(standing, "PRAGMA user_version = 2")
    with pytest.raises(StateError, match="schema 2"):
        opened(standing.path)


def test_some_other_database_is_refused(standing: Standing) -> None:
    altered(standing, "PRAGMA application_id = 7")
    with pytest.raises(StateError, match="not the state"):
        opened(standing.path)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM latest", "lost a log"),
        ("UPDATE latest SET note = 5", "something else"),
        ("UPDATE latest SET note = x'00'", "no blank line"),
        (
            "UPDATE latest SET note = CAST(replace(CAST(note AS TEXT), char(10, 51, 10), char(10, 50, 10)) AS BLOB)",
            "does not verify",
        ),
        ("UPDATE latest SET origin_hash = 'ffffffff' || substr(origin_hash, 9)", "at another log's place"),
        ("DELETE FROM witness", "another witness"),
    ],
)
def test_a_state_that_was_edited(standing: Standing, statement: str, why: str) -> None:
    standing.send(request(0, 3))
    altered(standing, statement)
    with pytest.raises((IntegrityError, StateError), match=why):
        opened(standing.path)


def test_an_edit_while_the_witness_runs_is_seen_before_the_next_cosignature(standing: Standing) -> None:
    standing.send(request(0, 3))
    with closing(sqlite3.connect(standing.path)) as db, db:
        db.execute("UPDATE latest SET note = ?", [signed(2)])
    for sent in (request(3, 5), request(2, 5, FORK), request(0, 5, FORK)):
        with pytest.raises(IntegrityError):
            standing.send(sent)
    with pytest.raises(IntegrityError):
        standing.witness.latest(origin_hash(ORIGIN))


# A torn file. The judge: a witness that still runs knows the tree of three, and cosigns no other.


def assert_knows_or_refuses(path: Path) -> bool:
    """Whether it still runs."""
    try:
        with closing(opened(path)) as state:
            witness = Witness(key=KEY, logs=[LOG.verifier_key], state=state, clock=FakeClock())
            assert answer(witness, request(0, 5, FORK)) == (409, b"3\n")
            assert answer(witness, request(3, 5, FORK))[0] == 422
            assert answer(witness, request(3, 5))[0] == 200
    except (StateError, IntegrityError, Unavailable):
        return False
    return True


@pytest.fixture
def three(standing: Standing) -> Path:
    standing.send(request(0, 3))
    standing.state.close()
    assert standing.path.stat().st_size <= 32_768
    return standing.path


def test_a_file_cut_off_anywhere(three: Path, tmp_path: Path) -> None:
    whole = three.read_bytes()
    last_page = len(whole) - 4096  # an empty table, of which SQLite needs only the first bytes
    for length in [1, 99, 100, *range(0, len(whole), 512)]:
        (tmp_path / "torn").write_bytes(whole[:length])
        assert not assert_knows_or_refuses(tmp_path / "torn") or length > last_page
    (tmp_path / "torn").write_bytes(whole)
    assert assert_knows_or_refuses(tmp_path / "torn")


def test_a_page_of_zeroes(three: Path, tmp_path: Path) -> None:
    whole = three.read_bytes()
    for start in range(0, len(whole), 512):
        (tmp_path / "torn").write_bytes(whole[:start] + bytes(512) + whole[start + 512 :])
        assert_knows_or_refuses(tmp_path / "torn")


def test_damage_where_no_checkpoint_stands(three: Path) -> None:
    """The last page is the empty table of forks: its count of stray bytes, which SQLite would go by in silence."""
    whole = bytearray(three.read_bytes())
    whole[-4096 + 7] = 5
    three.write_bytes(whole)
    with pytest.raises(IntegrityError, match="is damaged"):
        opened(three)


def test_a_flipped_bit_anywhere(three: Path, tmp_path: Path) -> None:
    whole = three.read_bytes()
    chance = random.Random(35_000)
    used = [at for at, byte in enumerate(whole) if byte] + chance.sample(range(len(whole)), 200)
    refused = 0
    for at in used:
        torn = bytearray(whole)
        torn[at] ^= 1 << chance.randrange(8)
        (tmp_path / "torn").write_bytes(torn)
        refused += not assert_knows_or_refuses(tmp_path / "torn")
    assert refused > 500  # of some two thousand; the rest stand in comments of the schema and in free space


# What passes


def test_a_lock_that_is_not_released_in_time(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness_state, "BUSY_TIMEOUT_S", 0.05)
    standing.reopen()
    with closing(sqlite3.connect(standing.path, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable, match="locked"):
            standing.send(request(0, 3))
        db.execute("ROLLBACK")
    assert standing.send(request(0, 3))[0] == 200


def succeeds(standing: Standing, sent: bytes) -> bool:
    try:
        return standing.send(sent)[0] == 200
    except Unavailable:
        return False


def test_a_full_disk(standing: Standing) -> None:
    """The file may not grow any more (as on a full disk, SQLite reports SQLITE_FULL): nothing is cosigned or lost."""
    standing.send(request(0, 3))
    (pages,) = standing.state._db.execute("PRAGMA page_count").fetchone()
    standing.state._db.execute(f"PRAGMA max_page_count = {pages}")
    many = [Ed25519Signer.generate(f"example.com/{i}/{'x' * 100}") for i in range(40)]
    standing.witness = Witness(key=KEY, logs=[log.verifier_key for log in many], state=standing.state)
    cosigned = {log: succeeds(standing, request(0, 1, log=log)) for log in many}
    assert set(cosigned.values()) == {True, False}
    standing.reopen()
    for log in many:
        assert (standing.witness.latest(origin_hash(log.verifier_key.name)) is not None) == cosigned[log]
    assert standing.send(request(3, 5))[0] == 200


# Several at once


@pytest.mark.parametrize("files", [1, 2], ids=["threads of one process", "as two processes"])
def test_of_requests_that_race_one_wins(standing: Standing, files: int) -> None:
    """All extend the tree of three, half of them to another history: the winner decides what is true ever after."""
    standing.send(request(0, 2))
    states = [opened(standing.path) for _ in range(files)]
    witnesses = [Witness(key=KEY, logs=standing.logs, state=state, clock=FakeClock()) for state in states]
    sent = [request(2, size, leaves) for size in (3, 4, 5, 6) for leaves in (LEAVES, FORK)]
    together = Barrier(len(sent))

    def send(number: int) -> tuple[int, bytes]:
        together.wait()
        return answer(witnesses[number % files], sent[number])

    with ThreadPoolExecutor(len(sent)) as pool:
        answers = list(pool.map(send, range(len(sent))))
    for state in states:
        state.close()
    winners = [number for number, (status, _) in enumerate(answers) if status == 200]
    assert len(winners) == 1
    winner = sent[winners[0]]
    size = judged(winner, answers[winners[0]][1]).text.split(b"\n")[1]
    assert {one for number, one in enumerate(answers) if number not in winners} == {(409, size + b"\n")}
    latest = standing.witness.latest(origin_hash(ORIGIN))
    assert latest is not None
    assert checkpoint.open_checkpoint(latest, log_key=LOG.verifier_key).text() in winner


def test_several_logs_at_once(standing: Standing) -> None:
    def grow(log: Ed25519Signer) -> list[int]:
        return [standing.send(request(size, size + 1, log=log))[0] for size in range(20)]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(grow, [LOG, OTHER_LOG])) == [[200] * 20] * 2


def test_a_copy_is_a_whole_state(standing: Standing, tmp_path: Path) -> None:
    """One file is all there is between two transactions, so that a backup is a copy."""
    standing.send(request(0, 3))
    shutil.copy(standing.path, tmp_path / "copy")
    assert assert_knows_or_refuses(tmp_path / "copy")
