"""The signer never signs two heads that disagree, remembers what it signed, and says so when its memory is bad."""

import errno
import os
import resource
from hashlib import sha256
from pathlib import Path

import pytest

from journal import merkle
from journal.checkpoint import Checkpoint, open_checkpoint
from journal.edge import Edge
from journal.errors import IntegrityError
from journal.note import Ed25519Signer
from journal.signer import LogSigner
from tests.journal.opened import LOG_KEY, LOG_SIGNER, ORIGIN

LEAVES = [sha256(number.to_bytes(4)).digest() for number in range(64)]
OTHER = [sha256(leaf).digest() for leaf in LEAVES]
SLOT = 4096


def seal(signer: LogSigner, size: int, leaves: list[bytes] = LEAVES) -> Checkpoint:
    edge, _ = Edge(0).grown(leaves[:size])
    signed = signer.seal(
        size=size,
        root=edge.root(),
        prove=lambda first, second: merkle.consistency_proof(edge.node, first=first, second=second),
    )
    return open_checkpoint(signed, log_key=LOG_KEY)


def root(size: int, leaves: list[bytes] = LEAVES) -> bytes:
    return merkle.root_of(leaves[:size])


@pytest.fixture
def signer(state: Path) -> LogSigner:
    return LogSigner(LOG_SIGNER, state)


def test_before_the_first_signature(signer: LogSigner, state: Path) -> None:
    assert signer.last() is None
    assert signer.origin == ORIGIN
    signer.check(size=0, root=merkle.EMPTY_ROOT)
    assert (state / "last-signed").stat().st_mode & 0o777 == 0o600
    assert state.stat().st_mode & 0o777 == 0o700


def test_it_remembers_across_restarts(signer: LogSigner, state: Path) -> None:
    for size in (1, 2, 7, 8, 40):
        assert seal(signer, size) == Checkpoint(ORIGIN, size, root(size))
        again = LogSigner(LOG_SIGNER, state).last()
        assert again is not None
        assert open_checkpoint(again, log_key=LOG_KEY).size == size


def test_the_same_head_again_is_the_same_checkpoint(signer: LogSigner) -> None:
    first = signer.seal(size=3, root=root(3), prove=lambda _first, _second: [])
    assert signer.seal(size=3, root=root(3), prove=lambda _first, _second: []) == first


def test_a_smaller_head_gets_the_newer_checkpoint(signer: LogSigner) -> None:
    """Another process has signed more by now; what it signed covers the smaller head."""
    seal(signer, 9)
    assert seal(signer, 4).size == 9


@pytest.mark.parametrize("size", [8, 9, 30])
def test_a_head_that_disagrees_is_never_signed(signer: LogSigner, size: int) -> None:
    seal(signer, 8)
    with pytest.raises(IntegrityError, match="does not extend"):
        seal(signer, size, OTHER)
    assert seal(signer, 8).root == root(8)


def test_a_proof_that_is_wrong_is_refused(signer: LogSigner) -> None:
    seal(signer, 8)
    with pytest.raises(IntegrityError, match="does not extend"):
        signer.seal(size=9, root=root(9), prove=lambda _first, _second: [bytes(32)])


def test_a_database_that_has_gone_back_is_told(signer: LogSigner) -> None:
    seal(signer, 8)
    signer.check(size=8, root=root(8))
    signer.check(size=9, root=root(9))
    with pytest.raises(IntegrityError, match="holds 7 entries, but 8 were signed: an older backup"):
        signer.check(size=7, root=root(7))
    with pytest.raises(IntegrityError, match="not the one that was signed"):
        signer.check(size=8, root=root(8, OTHER))


def test_two_processes_share_the_memory(signer: LogSigner, state: Path) -> None:
    other = LogSigner(LOG_SIGNER, state)
    for size in range(1, 20):
        assert seal(signer if size % 2 else other, size).size == size
    with pytest.raises(IntegrityError):
        seal(other, 30, OTHER)


# Bad memory.


def torn(state: Path, slot: int, *, at: int = 40) -> None:
    with (state / "last-signed").open("r+b") as file:
        file.seek(slot * SLOT + at)
        file.write(bytes(200))


def test_a_torn_slot_leaves_the_other(signer: LogSigner, state: Path) -> None:
    for size in (1, 2, 3):
        seal(signer, size)
    torn(state, 0)  # the first, third, … signature
    again = LogSigner(LOG_SIGNER, state)
    assert open_checkpoint(again.last() or b"", log_key=LOG_KEY).size == 2
    assert seal(again, 3).size == 3
    assert open_checkpoint(LogSigner(LOG_SIGNER, state).last() or b"", log_key=LOG_KEY).size == 3


def test_no_readable_slot_stops_the_signer(signer: LogSigner, state: Path) -> None:
    for size in (1, 2):
        seal(signer, size)
    torn(state, 0)
    torn(state, 1)
    again = LogSigner(LOG_SIGNER, state)
    with pytest.raises(IntegrityError, match="memory cannot be read"):
        again.last()
    with pytest.raises(IntegrityError, match="memory cannot be read"):
        seal(again, 3)


def test_the_memory_of_another_log_stops_the_signer(state: Path) -> None:
    seal(LogSigner(LOG_SIGNER, state), 1)
    with pytest.raises(IntegrityError, match="memory cannot be read"):
        LogSigner(Ed25519Signer.from_seed(ORIGIN, b"\x09" * 32), state).last()


def test_a_length_beyond_the_slot_is_no_note(signer: LogSigner, state: Path) -> None:
    seal(signer, 1)
    with (state / "last-signed").open("r+b") as file:
        file.write(b"\xff\xff\xff\xff")
    with pytest.raises(IntegrityError, match="memory cannot be read"):
        LogSigner(LOG_SIGNER, state).last()


def test_the_room_for_both_slots_is_taken_at_once(signer: LogSigner, state: Path) -> None:
    """A disk that fills up later cannot stop a signature: its blocks are there."""
    found = (state / "last-signed").stat()
    assert found.st_size == 2 * SLOT
    assert found.st_blocks * 512 >= 2 * SLOT


def test_a_write_that_fails_signs_nothing(signer: LogSigner, state: Path) -> None:
    """RLIMIT_FSIZE stands for the full disk: the second slot lies beyond the limit."""
    seal(signer, 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (SLOT, SLOT + 100):  # refused whole, and written in part
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            with pytest.raises(OSError, match=r".") as failed:
                seal(signer, 2)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert failed.value.errno in {errno.EFBIG, errno.ENOSPC}
        assert open_checkpoint(LogSigner(LOG_SIGNER, state).last() or b"", log_key=LOG_KEY).size == 1
    assert seal(signer, 2).size == 2


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match=os.strerror(errno.ENOTDIR)):
        LogSigner(LOG_SIGNER, tmp_path / "file" / "signer")
