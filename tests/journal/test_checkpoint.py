"""Checkpoints: three lines and no fourth, signed by the log's own key."""

import base64
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal import checkpoint, merkle, note
from journal.checkpoint import Checkpoint, CheckpointError
from journal.merkle import EMPTY_ROOT, Frontier, ProofError
from journal.note import COSIGNATURE_V1, Ed25519Signer, NoteError, VerifierKey

ORIGIN = "example.com/log"
LOG = Ed25519Signer.from_seed(ORIGIN, b"\x01" * 32)
NEXT_LOG_KEY = Ed25519Signer.from_seed(ORIGIN, b"\x02" * 32)
OFFICER = Ed25519Signer.from_seed("example.com/log/officer", b"\x03" * 32)
WITNESS = Ed25519Signer.from_seed("witness.example/w1", b"\x04" * 32, algorithm=COSIGNATURE_V1)
CHECKPOINT = Checkpoint(ORIGIN, 7, merkle.leaf_hash(b"seven"))
ROOT_LINE = base64.b64encode(CHECKPOINT.root)


def test_published_checkpoints(published: dict[str, Any]) -> None:
    """Tessera's log, one checkpoint a size: opened with its key, and written again to the same bytes."""
    vectors = [vector for vector in published["notes"] if "tessera" in vector["source"]]
    assert len(vectors) == 16
    signer = Ed25519Signer.parse(vectors[0]["skey"])
    for size, vector in enumerate(vectors):
        signed = vector["signed_note"].encode()
        opened = checkpoint.open_checkpoint(signed, log_key=VerifierKey.parse(vector["vkey"]))
        assert opened.size == size
        assert checkpoint.sign(opened, signer) == signed
    first = checkpoint.open_checkpoint(vectors[0]["signed_note"].encode(), log_key=signer.verifier_key)
    assert first.root == EMPTY_ROOT


def test_published_tree_text(published: dict[str, Any]) -> None:
    """Go's text for a tree, under our origin: Go's own holds spaces and so can be no key name."""
    vector = published["format_tree"]
    root = merkle.leaf_hash(vector["record"].encode())
    go_origin = vector["text"].split("\n")[0]
    ours = Checkpoint(ORIGIN, vector["size"], root).text().decode()
    assert ours.replace(ORIGIN, go_origin) == vector["text"]
    with pytest.raises(CheckpointError, match="key name"):
        checkpoint.parse_text(vector["text"].encode())
    for bad in vector["bad"][:2]:
        with pytest.raises(CheckpointError):
            checkpoint.parse_text(bad.replace("…", "1\n" + vector["text"].split("\n")[2] + "\n").encode())


def test_the_two_checkpoints_that_fork(published: dict[str, Any], vectors: Path, gridlog: list[bytes]) -> None:
    """Both are well signed and cosigned; only a proof from a kept one tells which belongs to the log."""
    log_key = VerifierKey.parse(published["cosigned_checkpoint_made_here"]["vkeys"][0])
    signed_70000 = published["cosigned_checkpoint_made_here"]["signed_note"].encode()
    kept = checkpoint.open_checkpoint((vectors / "checkpoint-35000.txt").read_bytes(), log_key=log_key)
    forked = checkpoint.open_checkpoint((vectors / "equivocating-checkpoint-35000.txt").read_bytes(), log_key=log_key)
    latest = checkpoint.open_checkpoint(signed_70000, log_key=log_key)
    assert (kept.size, forked.size, latest.size) == (35_000, 35_000, 70_000)

    hashes = [merkle.leaf_hash(entry) for entry in gridlog]
    frontier = Frontier()
    frontier.extend(hashes[:35_000])
    assert frontier.root() == kept.root != forked.root
    frontier.extend(hashes[35_000:])
    assert frontier.root() == latest.root

    path = merkle.consistency_proof(node_reader(hashes), first=35_000, second=70_000)
    merkle.verify_consistency(first=35_000, second=70_000, first_root=kept.root, second_root=latest.root, path=path)
    with pytest.raises(ProofError, match="another first root"):
        merkle.verify_consistency(
            first=35_000, second=70_000, first_root=forked.root, second_root=latest.root, path=path
        )
    with pytest.raises(ProofError, match="two different roots for the same size"):
        merkle.verify_consistency(first=35_000, second=35_000, first_root=kept.root, second_root=forked.root, path=[])


def node_reader(hashes: list[bytes]) -> merkle.NodeReader:
    return lambda level, index: merkle.root_of(hashes[index << level : (index + 1) << level])


def test_the_text_is_three_lines() -> None:
    assert CHECKPOINT.text() == b"example.com/log\n7\n" + ROOT_LINE + b"\n"
    assert checkpoint.parse_text(CHECKPOINT.text()) == CHECKPOINT


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_every_checkpoint_survives(size: int, root: bytes) -> None:
    made = Checkpoint(ORIGIN, size, root)
    assert checkpoint.open_checkpoint(checkpoint.sign(made, LOG), log_key=LOG.verifier_key) == made


MALFORMED = [
    b"",
    b"\n",
    b"example.com/log\n7\n",
    b"example.com/log\n7\n" + ROOT_LINE,
    b"example.com/log\n7\n" + ROOT_LINE + b"\nextension\n",
    b"example.com/log\n7\n" + ROOT_LINE + b"\n\n",
    b"\n7\n" + ROOT_LINE + b"\n",
    b"example.com/a log\n7\n" + ROOT_LINE + b"\n",
    b"example.com/log+\n7\n" + ROOT_LINE + b"\n",
    b"example.com/\xff\n7\n" + ROOT_LINE + b"\n",
    *(
        b"example.com/log\n" + size + b"\n" + ROOT_LINE + b"\n"
        for size in (b"", b"07", b"+7", b"-7", b" 7", b"7 ", b"7_0", b"7.0", b"0x7", b"9223372036854775808")
    ),
    "example.com/log\n٧\n".encode() + ROOT_LINE + b"\n",
    b"example.com/log\n" + b"9" * 5000 + b"\n" + ROOT_LINE + b"\n",
    *(
        b"example.com/log\n7\n" + root + b"\n"
        for root in (
            b"",
            ROOT_LINE[:-1],
            ROOT_LINE[:-2] + b"==",
            ROOT_LINE + b"AAAA",
            base64.b64encode(bytes(31)),
            base64.b64encode(bytes(33)),
            base64.urlsafe_b64encode(b"\xff" * 32),
            b"A" * 42 + b"B=",  # the last two bits are unused and must be zero
            ROOT_LINE + b" ",
            ROOT_LINE + b"\r",
        )
    ),
]


@pytest.mark.parametrize("text", MALFORMED)
def test_malformed_texts_are_refused(text: bytes) -> None:
    with pytest.raises(CheckpointError):
        checkpoint.parse_text(text)


@pytest.mark.parametrize(
    "text", [CHECKPOINT.text() + b"extension\n", b"some other text\n", CHECKPOINT.text().replace(b"7", b"07")]
)
def test_what_is_not_a_checkpoint_stays_none_when_it_is_signed(text: bytes) -> None:
    with pytest.raises(CheckpointError):
        checkpoint.open_checkpoint(note.sign(text, LOG), log_key=LOG.verifier_key)


def test_only_a_key_of_the_origin_speaks_for_the_log() -> None:
    with pytest.raises(CheckpointError, match="not a key of"):
        checkpoint.sign(CHECKPOINT, OFFICER)
    by_officer = note.sign(CHECKPOINT.text(), OFFICER)
    with pytest.raises(CheckpointError, match="signed by the key of"):
        checkpoint.open_checkpoint(by_officer, log_key=OFFICER.verifier_key)
    with pytest.raises(NoteError, match="no known key"):
        checkpoint.open_checkpoint(by_officer, log_key=LOG.verifier_key)


def test_a_witness_cannot_speak_for_a_log_of_its_name() -> None:
    own = Checkpoint(WITNESS.verifier_key.name, 7, CHECKPOINT.root)
    with pytest.raises(NoteError, match="witness key"):
        checkpoint.sign(own, WITNESS)
    cosigned = bytes(note.Note(own.text(), (checkpoint.cosign(own, WITNESS, time_s=1),)))
    with pytest.raises(CheckpointError, match="cannot speak"):
        checkpoint.open_checkpoint(cosigned, log_key=WITNESS.verifier_key)


def test_a_checkpoint_may_carry_the_old_and_the_new_key_of_its_log() -> None:
    signed = checkpoint.sign(CHECKPOINT, LOG, NEXT_LOG_KEY)
    assert checkpoint.open_checkpoint(signed, log_key=LOG.verifier_key) == CHECKPOINT
    assert checkpoint.open_checkpoint(signed, log_key=NEXT_LOG_KEY.verifier_key) == CHECKPOINT


def test_a_size_or_root_that_cannot_be_is_not_made() -> None:
    for size, root in ((-1, bytes(32)), (2**63, bytes(32)), (1, bytes(31))):
        with pytest.raises(CheckpointError):
            Checkpoint(ORIGIN, size, root)
    with pytest.raises(NoteError, match="key name"):
        Checkpoint("two words", 1, bytes(32))


def test_a_witness_cosigns() -> None:
    cosignature = checkpoint.cosign(CHECKPOINT, WITNESS, time_s=1763787098)
    signed = checkpoint.add_cosignatures(checkpoint.sign(CHECKPOINT, LOG), cosignature)
    verified = note.verify(signed, [LOG.verifier_key, WITNESS.verifier_key])
    assert verified.verified == (LOG.verifier_key, WITNESS.verifier_key)
    assert verified.cosigned_at_s == {WITNESS.verifier_key: 1763787098}
    assert checkpoint.open_checkpoint(signed, log_key=LOG.verifier_key) == CHECKPOINT


def test_a_cosignature_belongs_to_one_checkpoint() -> None:
    cosignature = checkpoint.cosign(CHECKPOINT, WITNESS, time_s=1763787098)
    for other in (Checkpoint(ORIGIN, 8, CHECKPOINT.root), Checkpoint(ORIGIN, 7, EMPTY_ROOT)):
        signed = checkpoint.add_cosignatures(checkpoint.sign(other, LOG), cosignature)
        with pytest.raises(NoteError, match="does not verify"):
            note.verify(signed, [LOG.verifier_key, WITNESS.verifier_key])


def test_a_line_is_added_once() -> None:
    cosignature = checkpoint.cosign(CHECKPOINT, WITNESS, time_s=1763787098)
    signed = checkpoint.sign(CHECKPOINT, LOG)
    once = checkpoint.add_cosignatures(signed, cosignature)
    assert checkpoint.add_cosignatures(once, cosignature, cosignature) == once
    assert once == signed + bytes(cosignature)


def test_only_a_witness_key_cosigns_and_only_at_a_time_that_exists() -> None:
    with pytest.raises(CheckpointError, match="not a witness key"):
        checkpoint.cosign(CHECKPOINT, LOG, time_s=1)
    for time_s in (-1, 2**63):
        with pytest.raises(NoteError, match=r"2\^63-1"):
            checkpoint.cosign(CHECKPOINT, WITNESS, time_s=time_s)
