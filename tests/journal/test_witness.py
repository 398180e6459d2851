"""The witness: what it cosigns, what it refuses and how, judged by recorded requests, openssl and our own reader."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal import checkpoint, merkle, note
from journal.checkpoint import Checkpoint, origin_hash
from journal.errors import IntegrityError, Unavailable
from journal.note import COSIGNATURE_V1, Ed25519Signer, Note, NoteError, Signature, VerifierKey
from journal.trust import Policy, QuorumError
from journal.witness import SIZE_TYPE, Refused, Witness
from journal.witness_state import Fork
from tests.journal.witnessing import (
    FORK,
    KEY,
    LEAVES,
    LOG,
    NOON_S,
    OTHER_LOG,
    STRANGER,
    Standing,
    body,
    head,
    judged,
    proof,
    request,
    signed,
)

ORIGIN = LOG.verifier_key.name


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Standing]:
    made = Standing(tmp_path / "witness")
    yield made
    made.state.close()


def at(path: Path, *logs: VerifierKey) -> Standing:
    return Standing(path, logs=logs)


# What others recorded


def test_the_recorded_requests_in_their_order(vectors: Path, tmp_path: Path) -> None:
    recorded = json.loads((vectors / "witness-litewitness" / "add-checkpoint.json").read_bytes())
    standing = at(tmp_path / "witness", VerifierKey.parse(recorded["log_vkey"]))
    assert len(recorded["requests"]) == 9
    for sent in recorded["requests"]:
        status, answered = standing.send(sent["body"].encode())
        # The build that was recorded answers 403 to an unknown log, where the specification says 404.
        assert status == (404 if "unknown log" in sent["assert"] else sent["want_status"])
        if status == 200:
            assert judged(sent["body"].encode(), answered).cosigned_at_s == {KEY.verifier_key: NOON_S}
        if status == 409:
            assert sent["assert"] == f"body == {json.dumps(answered.decode())}"
    standing.state.close()


def gridlog(vectors: Path, name: str) -> bytes:
    """One of the two checkpoints, with its log's line alone."""
    parsed = note.parse((vectors / name).read_bytes())
    return bytes(Note(parsed.text, parsed.signatures[:1]))


def test_the_published_fork(vectors: Path, tmp_path: Path) -> None:
    contents = json.loads((vectors / "vectors.json").read_bytes())
    key = next(VerifierKey.parse(text) for text in strings(contents) if text.startswith("example.com/gridlog+"))
    first, second = gridlog(vectors, "checkpoint-35000.txt"), gridlog(vectors, "equivocating-checkpoint-35000.txt")
    standing = at(tmp_path / "witness", key)
    assert standing.send(body(0, [], first))[0] == 200
    assert standing.send(body(0, [], second)) == (409, b"35000\n")
    assert standing.send(body(35_000, [], second))[0] == 422
    (fork,) = standing.state.forks()
    assert (fork.cosigned, fork.refused) == (standing.witness.latest(origin_hash(key.name)), second)
    assert standing.send(body(35_000, [], first))[0] == 200
    standing.state.close()


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        yield from strings([*value.values()])


# What is cosigned


def test_a_log_that_grows(standing: Standing) -> None:
    size = 0
    for grown in (1, 2, 3, 64, 100, 199):
        sent = request(size, grown)
        status, line = standing.send(sent)
        assert status == 200
        assert judged(sent, line).text == head(grown).text()
        size = grown
        standing.reopen()  # the memory is the file alone
    latest = standing.witness.latest(origin_hash(ORIGIN))
    assert latest == signed(199) + line


def test_openssl_verifies_the_cosignature(standing: Standing, tmp_path: Path) -> None:
    """An outside judge, by the letter of the specification: no code of ours between the answer and openssl."""
    _, line = standing.send(request(0, 7))
    dash, name, encoded = line.rstrip(b"\n").split(b" ")
    assert (dash.decode(), name.decode()) == ("—", "witness.example/w1")
    raw = subprocess.run(["openssl", "base64", "-d", "-A"], input=encoded, capture_output=True, check=True).stdout
    assert len(raw) == 4 + 8 + 64
    time_s = int.from_bytes(raw[4:12], "big")
    message = b"cosignature/v1\ntime %d\n" % time_s + signed(7).split(b"\n\n")[0] + b"\n"
    (tmp_path / "message").write_bytes(message)
    (tmp_path / "signature").write_bytes(raw[12:])
    # RFC 8410: the SubjectPublicKeyInfo of an Ed25519 key is these twelve bytes and the key.
    wrapped = bytes.fromhex("302a300506032b6570032100") + KEY.verifier_key.public_key
    (tmp_path / "key.der").write_bytes(wrapped)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin"]
    command += ["-in", "message", "-sigfile", "signature"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "message").write_bytes(message.replace(b"time 1", b"time 2"))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_a_quorum_is_reached_with_the_answer(standing: Standing) -> None:
    text = f"log {LOG.verifier_key}\nwitness w1 {KEY.verifier_key}\nquorum w1\n"
    policy = Policy.parse(text.encode())
    with pytest.raises(QuorumError):
        policy.require(signed(5))
    _, line = standing.send(request(0, 5))
    cosigned = checkpoint.add_cosignatures(signed(5), Signature.parse(line.rstrip(b"\n")))
    assert policy.require(cosigned) == head(5)
    latest = standing.witness.latest(origin_hash(ORIGIN))
    assert latest is not None
    assert policy.require(latest) == head(5)


def test_the_same_head_is_cosigned_again_with_a_new_time(standing: Standing) -> None:
    """So a log can show that its head is still the newest, and one whose answer got lost can ask again."""
    first = standing.send(request(0, 5))[1]
    standing.clock.now_s += 3600
    status, second = standing.send(request(5, 5))
    assert status == 200
    assert judged(request(5, 5), first).cosigned_at_s == {KEY.verifier_key: NOON_S}
    assert judged(request(5, 5), second).cosigned_at_s == {KEY.verifier_key: NOON_S + 3600}
    assert standing.witness.latest(origin_hash(ORIGIN)) == signed(5) + second


def test_an_empty_log(standing: Standing) -> None:
    wrong = Checkpoint(ORIGIN, 0, head(1).root)
    assert standing.send(body(0, [], checkpoint.sign(wrong, LOG)))[0] == 422
    assert standing.send(request(0, 0))[0] == 200
    assert standing.send(request(0, 0))[0] == 200
    assert standing.send(body(0, [], checkpoint.sign(wrong, LOG)))[0] == 422
    assert standing.send(request(0, 3))[0] == 200
    assert standing.send(request(0, 0)) == (409, b"3\n")


def test_logs_do_not_touch_each_other(standing: Standing) -> None:
    assert standing.send(request(0, 5))[0] == 200
    assert standing.send(request(0, 9, FORK, log=OTHER_LOG))[0] == 200
    assert standing.send(request(5, 6))[0] == 200
    assert standing.send(request(9, 10, FORK, log=OTHER_LOG))[0] == 200
    assert standing.witness.latest(origin_hash(STRANGER.verifier_key.name)) is None


def test_a_log_that_changes_its_key(tmp_path: Path) -> None:
    """Both keys bear the log's name; either may sign, and a false line of either spoils the whole."""
    renewed = Ed25519Signer.from_seed(ORIGIN, b"\x09" * 32)
    standing = at(tmp_path / "witness", LOG.verifier_key, renewed.verifier_key)
    both = checkpoint.sign(head(5), LOG, renewed)
    assert standing.send(request(0, 4))[0] == 200
    _, line = standing.send(body(4, proof(4, 5), both))
    assert standing.witness.latest(origin_hash(ORIGIN)) == both + line
    assert standing.send(request(5, 6, log=renewed))[0] == 200
    false = Signature(ORIGIN, renewed.verifier_key.key_hash, bytes(64))
    assert standing.send(body(6, proof(6, 7), signed(7) + bytes(false)))[0] == 403
    standing.state.close()


def test_lines_of_strangers_are_ignored_and_not_kept(standing: Standing) -> None:
    noise = b"".join(bytes(Signature(f"stranger.example/{i}", b"1234", b"x")) for i in range(99))
    status, line = standing.send(body(0, [], signed(5) + noise))
    assert status == 200
    assert standing.witness.latest(origin_hash(ORIGIN)) == signed(5) + line
    assert standing.send(body(5, [], signed(5) + line))[0] == 200  # its own line neither helps nor harms


# What is refused, in the order of the checks

EXTENDED = note.sign(head(5).text() + b"more\n", LOG)
UNKNOWN = request(0, 5, log=STRANGER)
GOOD = request(3, 5)
REFUSALS = [
    ("nothing", b"", 400),
    ("no old size", GOOD.removeprefix(b"old 3\n"), 400),
    ("a leading zero", GOOD.replace(b"old 3", b"old 03"), 400),
    ("a sign", GOOD.replace(b"old 3", b"old +3"), 400),
    ("two spaces", GOOD.replace(b"old 3", b"old  3"), 400),
    ("no size", GOOD.replace(b"old 3", b"old "), 400),
    ("a size of 2^63", GOOD.replace(b"old 3", b"old %d" % 2**63), 400),
    ("carriage returns", GOOD.replace(b"old 3\n", b"old 3\r\n"), 400),
    ("no blank line", GOOD.replace(b"\n\n", b"\n"), 400),
    ("a hash that is not base64", GOOD.replace(b"old 3\n", b"old 3\n%%%%\n"), 400),
    ("a hash of 31 bytes", body(3, [bytes(31)], signed(5)), 400),
    ("64 hashes", body(3, [bytes(32)] * 64, signed(5)), 400),
    ("no checkpoint", body(3, [], b"\n\n"), 400),
    ("text after the root", body(3, proof(3, 5), EXTENDED), 400),
    ("a tree size with a leading zero", GOOD.replace(b"\n5\n", b"\n05\n"), 400),
    ("an unknown log", UNKNOWN, 404),
    ("an unknown log, larger old size", UNKNOWN.replace(b"old 0", b"old 9"), 404),
    ("no signature line", GOOD[: GOOD.rindex("—".encode())], 403),
    ("a stranger's signature only", body(3, proof(3, 5), note.sign(head(5).text(), STRANGER)), 403),
    ("the log's signature under another text", GOOD.replace(b"\n5\n", b"\n6\n"), 403),
    ("half a signature line", GOOD[:-10], 403),
    ("101 lines", body(3, proof(3, 5), signed(5) + bytes(Signature("stranger", b"1234", b"x")) * 100), 403),
    ("an old size above the new one", request(6, 5), 400),
    ("an old size behind ours", request(2, 5), 409),
    ("an old size before ours", request(4, 5), 409),
    ("an old size of nothing", request(0, 5), 409),
    ("a smaller tree", request(2, 2), 409),
    ("a proof that lacks", body(3, [], signed(5)), 422),
    ("a proof with a hash more", body(3, [*proof(3, 5), bytes(32)], signed(5)), 422),
    ("a proof with a false hash", body(3, [*proof(3, 5)[:-1], bytes(32)], signed(5)), 422),
    ("another history", request(3, 5, FORK), 422),
    ("another history of the same size", request(3, 3, FORK), 422),
    ("a proof for the same size", body(3, [bytes(32)], signed(3)), 422),
]


@pytest.mark.parametrize(("sent", "status"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_refusals_after_a_tree_of_three(standing: Standing, sent: bytes, status: int) -> None:
    assert standing.send(request(0, 3))[0] == 200
    before = standing.witness.latest(origin_hash(ORIGIN))
    with pytest.raises(Refused) as refused:
        standing.witness.add_checkpoint(sent)
    assert refused.value.status == status
    assert (refused.value.content_type == SIZE_TYPE) == (status == 409)
    if status == 409:
        assert refused.value.body == b"3\n"
    assert standing.witness.latest(origin_hash(ORIGIN)) == before
    assert standing.send(GOOD)[0] == 200  # nobody can spoil the way of the honest log


def test_a_proof_from_the_empty_tree_is_refused(standing: Standing) -> None:
    assert standing.send(body(0, [bytes(32)], signed(5)))[0] == 422
    assert standing.send(request(1, 5)) == (409, b"0\n")


def test_what_proves_a_lie_is_kept_once(standing: Standing) -> None:
    standing.send(request(0, 3))
    for other in (FORK, FORK, [bytes(32)] * 3):
        assert standing.send(request(3, 3, other))[0] == 422
    cosigned = standing.witness.latest(origin_hash(ORIGIN))
    assert standing.state.forks() == [Fork(cosigned or b"", signed(3, FORK))]
    for one in (standing.state.forks()[0].cosigned, standing.state.forks()[0].refused):
        assert checkpoint.open_checkpoint(one, log_key=LOG.verifier_key).size == 3


# The clock


def test_a_clock_that_was_set_back_a_little(standing: Standing) -> None:
    """At the time of the last cosignature the smaller tree was the largest: no earlier time may name a larger one."""
    standing.send(request(0, 3))
    standing.clock.now_s = NOON_S - 60
    _, line = standing.send(GOOD)
    assert judged(GOOD, line).cosigned_at_s == {KEY.verifier_key: NOON_S}


@pytest.mark.parametrize("now_s", [NOON_S - 61, 0, -5])
def test_a_clock_that_went_back_stops_the_log(standing: Standing, now_s: int) -> None:
    standing.send(request(0, 3))
    standing.clock.now_s = now_s
    with pytest.raises(Unavailable, match="set the clock right"):
        standing.send(GOOD)
    standing.clock.now_s = NOON_S + 1
    assert standing.send(GOOD)[0] == 200


def test_a_cosignature_always_has_a_time(standing: Standing) -> None:
    standing.clock.now_s = 0
    with pytest.raises(Unavailable):
        standing.send(request(0, 3))


# Keys


def test_keys_of_the_wrong_type(standing: Standing) -> None:
    with pytest.raises(NoteError, match="not a witness key"):
        Witness(key=LOG, logs=[LOG.verifier_key], state=standing.state)
    with pytest.raises(NoteError, match="a log signs with type 0x01"):
        Witness(key=KEY, logs=[KEY.verifier_key], state=standing.state)


def test_a_signer_that_signs_with_another_key_leaves_no_trace(standing: Standing) -> None:
    """A device that was exchanged: what it signed would not be believed at the next start."""

    class Exchanged:
        verifier_key = KEY.verifier_key

        def sign(self, message: bytes) -> bytes:
            return Ed25519Signer.generate("x", algorithm=COSIGNATURE_V1).sign(message)

    witness = Witness(key=Exchanged(), logs=[LOG.verifier_key], state=standing.state, clock=standing.clock)
    with pytest.raises(IntegrityError, match="does not verify"):
        witness.add_checkpoint(request(0, 3))
    standing.reopen()
    assert standing.witness.latest(origin_hash(ORIGIN)) is None


# Whatever is sent


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans()), max_size=25))
def test_all_that_was_ever_cosigned_is_one_history(sent: list[tuple[int, int, bool]]) -> None:
    """A log with two histories tries both, at any old size: what is cosigned grows and fits together."""
    with TemporaryDirectory() as folder:
        standing = Standing(Path(folder) / "witness")
        cosigned: list[Checkpoint] = []
        histories = []
        for old, size, lying in sent:
            leaves = FORK if lying else LEAVES
            if standing.send(request(old, size, leaves))[0] == 200:
                cosigned.append(head(size, leaves))
                histories.append(leaves)
        standing.state.close()
    sizes = [one.size for one in cosigned]
    assert sizes == sorted(sizes)
    if cosigned:
        longest = histories[-1]
        assert all(one.root == merkle.root_of(longest[: one.size]) for one in cosigned)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_mangled_request_is_refused_never_a_crash(data: st.DataObject) -> None:
    sent = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 3))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    with TemporaryDirectory() as folder:
        standing = Standing(Path(folder) / "witness")
        standing.send(request(0, 3))
        status, line = standing.send(bytes(sent))
        standing.state.close()
    assert status in (200, 400, 403, 404, 409, 422)
    if status == 200:  # the byte was in a line that nobody needed, or was put back
        assert judged(GOOD, line).text == head(5).text()
