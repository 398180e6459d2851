"""The receipt: the published one byte for byte, and no altered byte of it accepted."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal import checkpoint, merkle, proof
from journal.checkpoint import Checkpoint
from journal.merkle import ProofError
from journal.note import COSIGNATURE_V1, Ed25519Signer, VerifierKey
from journal.proof import Proof
from journal.trust import Log, Policy, Witness

ORIGIN = "example.com/log"
LOG = Ed25519Signer.from_seed(ORIGIN, b"\x01" * 32)
WITNESS = Ed25519Signer.from_seed("witness.example/w1", b"\x02" * 32, algorithm=COSIGNATURE_V1)
ENTRIES = [b"entry %d" % i for i in range(11)]
HASHES = [merkle.leaf_hash(entry) for entry in ENTRIES]


def read(level: int, index: int) -> bytes:
    return merkle.root_of(HASHES[index << level : (index + 1) << level])


def proof_of(index: int, size: int = len(ENTRIES), *, cosigned: bool = False) -> bytes:
    head = Checkpoint(ORIGIN, size, merkle.root_of(HASHES[:size]))
    signed = checkpoint.sign(head, LOG)
    if cosigned:
        signed = checkpoint.add_cosignatures(signed, checkpoint.cosign(head, WITNESS, time_s=1763787098))
    return bytes(Proof(index, tuple(merkle.inclusion_proof(read, index=index, size=size)), signed))


POLICY = Policy((Log(LOG.verifier_key),), (Witness("w1", WITNESS.verifier_key),), quorum="w1")


def test_published_proof(vectors: Path, published: dict[str, Any]) -> None:
    data = (vectors / "entry-69999.tlog-proof").read_bytes()
    entry = (vectors / "entry-69999.leaf").read_bytes()
    log, *witnesses = map(VerifierKey.parse, published["cosigned_checkpoint_made_here"]["vkeys"])
    assert bytes(Proof.parse(data)) == data
    assert proof.verify_proof(data, entry=entry, log_key=log).size == 70_000
    policy = Policy((Log(log),), tuple(Witness(key.name, key) for key in witnesses), quorum=witnesses[1].name)
    assert proof.verify_proof(data, entry=entry, policy=policy).origin == "example.com/gridlog"
    with pytest.raises(ProofError, match="another root"):
        proof.verify_proof(data, entry=entry + b" ", log_key=log)


def test_the_published_proof_is_made_again(vectors: Path, gridlog: list[bytes]) -> None:
    data = (vectors / "entry-69999.tlog-proof").read_bytes()
    hashes = list(map(merkle.leaf_hash, gridlog))
    path = merkle.inclusion_proof(
        lambda level, index: merkle.root_of(hashes[index << level : (index + 1) << level]),
        index=69_999,
        size=70_000,
    )
    assert (vectors / "entry-69999.leaf").read_bytes() == gridlog[69_999]
    assert bytes(Proof(69_999, tuple(path), Proof.parse(data).checkpoint)) == data


def test_every_entry_has_its_receipt() -> None:
    for size in range(1, len(ENTRIES) + 1):
        for index in range(size):
            head = proof.verify_proof(proof_of(index, size), entry=ENTRIES[index], log_key=LOG.verifier_key)
            assert (head.size, head.origin) == (size, ORIGIN)


def test_every_altered_byte_is_noticed() -> None:
    good = proof_of(4)
    for at in range(len(good)):
        for altered in (
            good[:at] + bytes([good[at] ^ 1 << at % 8]) + good[at + 1 :],
            good[:at] + good[at + 1 :],
            good[: at + 1] + good[at:],
            good[:at],
        ):
            if altered != good:
                with pytest.raises(ProofError):
                    proof.verify_proof(altered, entry=ENTRIES[4], log_key=LOG.verifier_key)


def test_parts_of_different_proofs_do_not_fit_together() -> None:
    one, other, older = Proof.parse(proof_of(4)), Proof.parse(proof_of(5)), Proof.parse(proof_of(4, 9))
    for mixed in (
        Proof(other.index, one.path, one.checkpoint),
        Proof(one.index, other.path, one.checkpoint),
        Proof(one.index, one.path, older.checkpoint),
    ):
        with pytest.raises(ProofError):
            proof.verify_proof(bytes(mixed), entry=ENTRIES[4], log_key=LOG.verifier_key)
    with pytest.raises(ProofError, match="another root"):
        proof.verify_proof(bytes(one), entry=ENTRIES[5], log_key=LOG.verifier_key)


def test_another_log_or_an_unsigned_head_is_not_believed() -> None:
    stranger = Ed25519Signer.from_seed(ORIGIN, b"\x09" * 32)
    with pytest.raises(ProofError, match="no known key"):
        proof.verify_proof(proof_of(4), entry=ENTRIES[4], log_key=stranger.verifier_key)


def test_with_a_policy_the_quorum_must_have_cosigned() -> None:
    assert proof.verify_proof(proof_of(4, cosigned=True), entry=ENTRIES[4], policy=POLICY).size == len(ENTRIES)
    with pytest.raises(ProofError, match="witness w1 has not cosigned"):
        proof.verify_proof(proof_of(4), entry=ENTRIES[4], policy=POLICY)


def test_trust_comes_from_one_side() -> None:
    with pytest.raises(TypeError, match="either"):
        proof.verify_proof(proof_of(4), entry=ENTRIES[4])
    with pytest.raises(TypeError, match="either"):
        proof.verify_proof(proof_of(4), entry=ENTRIES[4], log_key=LOG.verifier_key, policy=POLICY)


GOOD = proof_of(0, 2)
HASH_LINE = GOOD.split(b"\n")[2]


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("begins with", b""),
        ("begins with", GOOD.replace(b"@v1", b"@v2", 1)),
        ("begins with", b"\n" + GOOD),
        ("begins with", b"c2sp.org/tlog-proof@v1\r\n" + GOOD.split(b"\n", 1)[1]),
        ("its index", b"c2sp.org/tlog-proof@v1\n\n" + checkpoint.sign(Checkpoint(ORIGIN, 1, HASHES[0]), LOG)),
        ("its index", GOOD.replace(b"index 0", b"extra AAAA\nindex 0")),
        ("its index", GOOD.replace(b"index 0", b"index\t0")),
        ("decimal", GOOD.replace(b"index 0", b"index 00")),
        ("decimal", GOOD.replace(b"index 0", b"index -0")),
        ("decimal", GOOD.replace(b"index 0", b"index 0 ")),
        ("decimal", GOOD.replace(b"index 0", b"index 9223372036854775808")),
        ("32 bytes", GOOD.replace(HASH_LINE, b"AAAA")),
        ("base64", GOOD.replace(HASH_LINE, HASH_LINE[:-1])),
        ("base64", GOOD.replace(HASH_LINE, HASH_LINE + b" ")),
        ("at most 63", GOOD.replace(HASH_LINE, b"\n".join([HASH_LINE] * 64))),
    ],
)
def test_malformed_proofs_are_refused(reason: str, data: bytes) -> None:
    with pytest.raises(ProofError, match=reason):
        Proof.parse(data)


@given(st.binary(max_size=40), st.integers(0, len(GOOD)), st.integers(0, 30))
def test_whatever_is_read_has_one_byte_form(noise: bytes, at: int, dropped: int) -> None:
    candidate = GOOD[:at] + noise + GOOD[at + dropped :]
    try:
        parsed = Proof.parse(candidate)
    except ProofError:
        return
    assert bytes(parsed) == candidate


def test_a_proof_that_cannot_be_is_not_made() -> None:
    for index, path in ((-1, ()), (2**63, ()), (0, (bytes(31),)), (0, (bytes(32),) * 64)):
        with pytest.raises(ProofError):
            Proof(index, path, b"")
