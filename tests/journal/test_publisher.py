"""Publishing: in one order, by the quorum, past witnesses that are away, and never past one that proves a fork."""

import fcntl
import http.server
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from journal import checkpoint, note
from journal.errors import IntegrityError
from journal.note import COSIGNATURE_V1, Ed25519Signer
from journal.object_store import ObjectStore
from journal.observed import End, Observed
from journal.published import PublishedLog
from journal.publisher import Published
from journal.targets import LocalFolder
from journal.tile_files import CHECKPOINT, OBSERVED, PENDING
from journal.trust import Policy
from tests.journal.publishing import (
    KEY,
    ORIGIN,
    Log,
    assert_public,
    ended,
    handed_in,
    line_of,
    numbered,
    other_entry,
    policy,
    witnessing,
)

FAKE = Ed25519Signer.from_seed("fake.example/witness", b"\x07" * 32, algorithm=COSIGNATURE_V1)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """A log of 700 entries that nobody witnesses."""
    return Log(tmp_path / "log", numbered(700))


def read(log: Log, path: str) -> bytes | None:
    return LocalFolder(log.folder).read(path)


def observed(log: Log) -> Observed:
    return Observed.parse(read(log, OBSERVED) or b"")


@contextmanager
def following(log: Log) -> Iterator[None]:
    """The publisher at work in a thread, which has ended when the block has."""
    stop = threading.Event()
    thread = threading.Thread(target=log.publisher.follow, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_step_by_step_and_started_again(log: Log) -> None:
    """The judge reads everything after each step."""
    assert log.publisher.publish() is None
    for size in (1, 2, 255, 256, 257, 511, 512, 700):
        assert log.publish(size) == Published(size)
        assert assert_public(LocalFolder(log.folder), log.source.all, log.policy) == size
        assert log.publisher.publish() == Published(size)
        log.restart()
        assert log.publisher.publish() == Published(size)
    partial = [path for path in LocalFolder(log.folder).paths("tile") if ".p/" in path]
    assert partial == ["tile/0/002.p/188", "tile/1/000.p/1", "tile/1/000.p/2", "tile/entries/002.p/188"]
    assert read(log, "policy") == bytes(log.policy)


def test_any_store_that_fsspec_knows(tmp_path: Path) -> None:
    target = ObjectStore("memory://test-publisher")
    log = Log(tmp_path / "log", numbered(300), target=target)
    for size in (200, 300):
        log.publish(size)
        assert assert_public(target, log.source.all, log.policy) == size


def test_one_checkpoint_a_day_is_kept(log: Log) -> None:
    for size, hours in ((10, 0), (20, 1), (30, 24), (40, 1), (50, 24)):
        log.now += timedelta(hours=hours)
        log.publish(size)
    assert observed(log).history == (10, 30, 50)
    for size in observed(log).history:
        assert log.policy.require(read(log, f"checkpoints/{size}") or b"") == log.source.head(size)
    log.restart()
    log.publish(60)
    assert observed(log).history == (10, 30, 50)


def test_one_of_several_processes_publishes(log: Log) -> None:
    with log.publisher.claimed() as ours:
        assert ours
        log.restart()
        with log.publisher.claimed() as theirs:
            assert not theirs
    with log.publisher.claimed() as after:
        assert after


def test_following_publishes_what_is_signed_and_stops_when_told(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("journal.publisher.LOOK_S", 0.01)
    with following(log):
        for size in (5, 300):
            log.size = size
            _until(lambda: assert_public(LocalFolder(log.folder), log.source.all, log.policy) == log.size)
    with log.folder.with_name("publisher.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_an_outage_passes(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is no broken log: it is told, and tried again."""
    monkeypatch.setattr("journal.publisher.LOOK_S", 0.01)
    monkeypatch.setattr("journal.publisher.RETRY_S", 0.01)
    log.folder.parent.mkdir(exist_ok=True)
    log.folder.write_bytes(b"a file where the folder should be")
    log.size = 5
    with following(log):
        _until(lambda: log.publisher.trouble is not None)
        log.folder.unlink()
        _until(lambda: read(log, OBSERVED) is not None)
        _until(lambda: log.publisher.trouble is None)
    assert log.publisher.failure is None
    assert assert_public(LocalFolder(log.folder), log.source.all, log.policy) == 5


# A log that has gone back, or is not the one that was published.


def test_a_log_behind_what_is_published_is_refused(log: Log) -> None:
    log.publish(300)
    before = {path: read(log, path) for path in (CHECKPOINT, "tile/0/001.p/44")}
    log.restart()
    log.size = 299
    for attempt in (log.publisher.check, log.publisher.publish, log.publisher.publish):
        with pytest.raises(IntegrityError, match=r"300 entries are published .* only 299 are signed"):
            attempt()
    assert {path: read(log, path) for path in before} == before
    assert "299" in (observed(log).failure or "")
    log.size = 0
    log.restart()
    for attempt in (log.publisher.check, log.publisher.publish):
        with pytest.raises(IntegrityError, match="memory was lost"):
            attempt()


def test_another_journal_is_refused(log: Log) -> None:
    log.publish(300)
    log.source = numbered(700, other_entry)
    log.restart()
    log.size = 400
    for attempt in (log.publisher.check, log.publisher.publish):
        with pytest.raises(IntegrityError, match="no beginning of what is signed"):
            attempt()
    assert log.policy.require(read(log, CHECKPOINT) or b"").size == 300


@pytest.mark.parametrize("content", [b"", b"nonsense", b"a\n1\n\n\n"])
def test_a_published_checkpoint_that_the_log_never_signed_is_refused(log: Log, content: bytes) -> None:
    log.publish(10)
    LocalFolder(log.folder).write(CHECKPOINT, content)
    log.restart()
    with pytest.raises(IntegrityError):
        log.publish(20)


def test_a_tile_that_was_edited_stops_publishing_for_good(log: Log) -> None:
    log.publish(200)
    LocalFolder(log.folder).write("tile/0/000", b"\x00" * 8192)
    with pytest.raises(IntegrityError, match="tile/0/000"):
        log.publish(300)
    LocalFolder(log.folder).remove("tile/0/000")
    with pytest.raises(IntegrityError, match="tile/0/000"):  # it has to be looked at, and started again
        log.publish(310)
    assert "tile/0/000" in (observed(log).failure or "")
    log.restart()
    assert log.publish(310) == Published(310)
    assert observed(log).failure is None


# Witnesses.


def test_below_the_quorum_it_waits_and_says_for_whom(tmp_path: Path) -> None:
    """Two of three: with one it waits, with the second it is published; what was cosigned is not asked for again."""
    with witnessing(tmp_path, "a") as (a, url_a, _), witnessing(tmp_path, "b") as (b, _, _):
        port = free_port()
        lines = (
            line_of("a", a, url_a),
            line_of("b", b, f"http://127.0.0.1:{port}/"),
            line_of("c", FAKE),
            "group two 2 a b c",
        )
        log = Log(tmp_path / "log", numbered(700), policy(*lines, quorum="two"))
        waiting = log.publish(300)
        assert isinstance(waiting, Published)
        assert (waiting.size, waiting.pending_size) == (0, 300)
        assert waiting.reasons[0] == "group two needs 2 of 3 members and has 1"
        assert read(log, CHECKPOINT) is None
        assert [one.size for one in observed(log).witnesses] == [300, None, None]
        assert "cannot be reached" in observed(log).witnesses[1].problem
        assert "no address" in observed(log).witnesses[2].problem
        assert observed(log).pending is not None
        first = read(log, PENDING) or b""
        with pytest.raises(note.NoteError):
            log.policy.require(first)
        assert log.policy.check(first).witnesses == ("a",)
    log.restart()
    log.publish(300)  # a is away now: the line that it gave stays
    assert read(log, PENDING) == first
    with witnessing(tmp_path, "b", port=port):
        log.restart()
        assert log.publish(300) == Published(300)
        assert log.policy.check(read(log, CHECKPOINT) or b"").witnesses == ("a", "b")
        assert read(log, PENDING) is None
        assert assert_public(LocalFolder(log.folder), log.source.all, log.policy) == 300
        told = observed(log)
        assert (told.pending, [one.size for one in told.witnesses]) == (None, [300, 300, None])
        for one in told.witnesses[:2]:
            seen = log.policy.check((one.checkpoint or "").encode())
            assert seen.cosigned_at_s[one.name] == one.cosigned_at_s


def test_the_journals_end_is_told_once_it_is_published(tmp_path: Path) -> None:
    """Also of a journal that had ended before this was told."""
    log = Log(tmp_path / "log", ended(4))
    log.publish(3)
    assert observed(log).closed is None
    log.publish(4)
    assert observed(log).closed == End(3, "2026-11-22")
    LocalFolder(log.folder).write(OBSERVED, bytes(replace(observed(log), closed=None)))
    log.restart()
    log.publish(4)
    assert observed(log).closed == End(3, "2026-11-22")
    assert bytes(Observed.parse(bytes(observed(log)))) == bytes(observed(log))


def test_a_publisher_that_knows_nothing_learns_the_size_from_the_witness(tmp_path: Path) -> None:
    """409 names the size; the proof from there is then accepted."""
    with witnessing(tmp_path, "a") as (key, url, witness):
        log = Log(tmp_path / "log", numbered(700), policy(line_of("a", key, url), quorum="a"))
        witness.add_checkpoint(handed_in(log.source, 0, 123))
        for size in (300, 301, 700):
            assert log.publish(size) == Published(size)
            assert assert_public(LocalFolder(log.folder), log.source.all, log.policy) == size
            log.restart()


def test_a_fork_that_a_witness_has_cosigned_stops_publishing_with_the_proof(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log's key was stolen, and the thief has shown the witness another journal, as long or longer."""
    for name, forked_size in (("longer", 400), ("shorter", 200), ("same", 300)):
        with witnessing(tmp_path, name) as (key, url, witness):
            forged = numbered(400, other_entry)
            witness.add_checkpoint(handed_in(forged, 0, forked_size))
            log = Log(tmp_path / name / "log", numbered(700), policy(line_of("a", key, url)))
            for _ in range(2):
                with pytest.raises(IntegrityError, match="witness a has cosigned another journal"):
                    log.publish(300)
                log.restart()
            assert read(log, CHECKPOINT) is None
            told = observed(log)
            assert told.failure is not None
            shown = (told.witnesses[0].shown or "").encode()
            proof = note.verify(shown, [KEY.verifier_key, key.verifier_key])
            assert set(proof.verified) == {KEY.verifier_key, key.verifier_key}
            assert checkpoint.parse_text(proof.text) == forged.head(forked_size)
    assert caplog.records[-1].levelno == logging.CRITICAL


@contextmanager
def answering(answer: Callable[[str, bytes], tuple[int, bytes]]) -> Iterator[str]:
    """A server that is no honest witness: its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, said = answer(self.path, body)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def cosignature(size: int, *, time_s: int = 1_795_320_000, key: Ed25519Signer = FAKE) -> bytes:
    return bytes(checkpoint.cosign(numbered(700).head(size), key, time_s=time_s))


STRANGER = Ed25519Signer.from_seed("stranger.example", b"\x08" * 32, algorithm=COSIGNATURE_V1)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ((200, b""), "no cosignature of it"),
        ((200, b"nonsense"), "no cosignature of it"),
        ((200, cosignature(299)), "no cosignature of it"),
        ((200, cosignature(300, time_s=0)), "names no time"),
        ((200, cosignature(300, key=STRANGER)), "no cosignature of it"),
        ((403, b"who are you\n"), "refused with 403: who are you"),
        ((302, b""), "refused with 302"),
        ((409, b"many\n"), "could not be asked"),
        ((409, b"301\n"), "it has seen 301 entries, this checkpoint has 300"),
        ((409, b"7\n"), "disagree"),
        ((422, b"I do not like it\n"), "refused with 422"),
        ((500, b"x" * 100_000), "refused with 500"),
    ],
)
def test_a_witness_that_only_says_no_stops_nothing(tmp_path: Path, said: tuple[int, bytes], problem: str) -> None:
    """Its voice is missing from the quorum, and no more: without the log's signature it has proved nothing."""
    asked: list[bytes] = []

    def answer(path: str, body: bytes) -> tuple[int, bytes]:
        asked.append(body)
        return said if path == "/prefix/add-checkpoint" else (404, b"")

    with answering(answer) as url:
        log = Log(tmp_path / "log", numbered(700), policy(line_of("a", FAKE, f"{url}/prefix/"), quorum="a"))
        standing = log.publish(300)
        assert isinstance(standing, Published)
        assert standing.pending_size == 300
        assert problem in observed(log).witnesses[0].problem
        assert read(log, CHECKPOINT) is None
        assert asked[0] == b"old 0\n\n" + log.source.signed(300)
        log.policy = policy(line_of("a", FAKE, f"{url}/prefix/"))
        assert log.publish(310) == Published(310)


def test_a_false_accusation_proves_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It shows a checkpoint of a fork that the log's key has not signed."""
    forged = checkpoint.sign(numbered(400, other_entry).head(400), Ed25519Signer.from_seed(ORIGIN, b"\x09" * 32))
    with answering(lambda path, _: (200, forged) if path.endswith("/checkpoint") else (422, b"fork\n")) as url:
        log = Log(tmp_path / "log", numbered(700), policy(line_of("a", FAKE, url)))
        assert log.publish(300) == Published(300)
    assert "proves nothing" in caplog.text


def test_lines_of_strangers_in_an_answer_are_left_out(tmp_path: Path) -> None:
    lines = cosignature(300, key=STRANGER) + cosignature(300)
    with answering(lambda _path, _body: (200, lines)) as url:
        log = Log(tmp_path / "log", numbered(700), policy(line_of("a", FAKE, url), quorum="a"))
        assert log.publish(300) == Published(300)
    assert read(log, CHECKPOINT) == log.source.signed(300) + cosignature(300)


def test_a_silent_witness_holds_up_nobody_for_longer_than_the_limit(tmp_path: Path) -> None:
    """It accepts the connection and says nothing. It is not asked a second time before it has answered the first."""
    with socket.create_server(("127.0.0.1", 0)) as silent, witnessing(tmp_path, "a") as (key, url, _):
        dead = f"http://127.0.0.1:{silent.getsockname()[1]}"
        lines = (line_of("a", key, url), line_of("dead", FAKE, dead))
        log = Log(tmp_path / "log", numbered(700), policy(*lines, quorum="a"), limit_s=600.0)
        assert log.publish(300) == Published(300)  # the quorum is there: only the grace is waited for
        assert "in time" in observed(log).witnesses[1].problem
        log.limit_s = 1.0
        log.restart()
        log.policy = Policy.parse(bytes(log.policy).replace(b"quorum a", b"quorum dead"))
        standing = log.publish(301)
        assert isinstance(standing, Published)
        assert standing.pending_size == 301
        assert sum(thread.name == "witness-dead" for thread in threading.enumerate()) <= 1


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x", "http://", "http://[", "nonsense"])
def test_an_address_that_is_none_is_told(tmp_path: Path, address: str) -> None:
    log = Log(tmp_path / "log", numbered(10), policy(line_of("a", FAKE, address)))
    assert log.publish(10) == Published(10)
    assert observed(log).witnesses[0].problem


def test_readers_see_what_is_published_and_what_waits(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", numbered(700))
    reader = PublishedLog(LocalFolder(log.folder))
    assert reader.standing().checkpoint is None
    assert reader.proof(0) is None
    log.publish(300)
    log.policy = policy(line_of("a", FAKE), quorum="a")
    log.publish(301)
    standing = reader.standing()
    assert (standing.checkpoint, standing.pending) == (log.source.signed(300), log.source.signed(301))
    assert standing.observed is not None
    assert standing.observed.pending is not None
    assert standing.observed.pending.reasons == ("witness a has not cosigned",)
    assert reader.proof(299) is not None
    assert reader.proof(300) is None
    LocalFolder(log.folder).write(OBSERVED, b"{}")
    assert reader.standing().observed is None
    assert log.publish(302) is not None  # it is told anew
    assert reader.standing().observed is not None


def _until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)
