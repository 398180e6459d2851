"""Notes against published ones, against a second Ed25519 library, and against every flipped bit."""

import itertools
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_sign_open

from journal import note
from journal.note import COSIGNATURE_V1, Ed25519Signer, KeyRing, NoteError, Signature, VerifierKey

TEXT = b'{"amount_fen":1500,"for":"\xe4\xb8\xbe\xe6\x8a\xa5"}\n'
ALICE = Ed25519Signer.from_seed("example.com/log/officer/alice", b"\x01" * 32)
BORIS = Ed25519Signer.from_seed("example.com/log/officer/boris", b"\x02" * 32)
WITNESS = Ed25519Signer.from_seed("witness.example/w1", b"\x03" * 32, algorithm=COSIGNATURE_V1)
SIGNED = note.sign(TEXT, ALICE)
LINE = SIGNED[len(TEXT) + 1 :]


def changed_signature(signed: bytes) -> bytes:
    """The same note, its last signature well formed and wrong."""
    parsed = note.parse(signed)
    last = parsed.signatures[-1]
    wrong = Signature(last.name, last.key_id, bytes([last.signature[0] ^ 1]) + last.signature[1:])
    return bytes(note.Note(parsed.text, (*parsed.signatures[:-1], wrong)))


# Published vectors


def test_published_notes_verify_and_have_one_byte_form(published: dict[str, Any]) -> None:
    assert len(published["notes"]) == 20
    for vector in published["notes"]:
        signed, key = vector["signed_note"].encode(), VerifierKey.parse(vector["vkey"])
        assert note.verify(signed, [key]).verified == (key,), vector["source"]
        assert bytes(note.parse(signed)) == signed
        assert str(key) == vector["vkey"]


def test_published_private_keys_sign_the_same_bytes(published: dict[str, Any]) -> None:
    with_secret = [vector for vector in published["notes"] if "skey" in vector]
    assert len(with_secret) == 2
    for vector in with_secret:
        signer = Ed25519Signer.parse(vector["skey"])
        signed = vector["signed_note"].encode()
        assert note.sign(note.parse(signed).text, signer) == signed
        assert signer.private_text() == vector["skey"]
        assert str(signer.verifier_key) == vector["vkey"]


def test_published_note_with_two_signatures(published: dict[str, Any]) -> None:
    signed = published["notes"][1]["signed_note"].encode()
    peter, enoch = (VerifierKey.parse(published["notes"][i]["vkey"]) for i in (0, 1))
    assert note.verify(signed, [enoch, peter]).verified == (peter, enoch)
    assert note.verify(signed, [enoch]).verified == (enoch,)


def test_published_bad_keys_are_refused(published: dict[str, Any]) -> None:
    for name in ("wrong_length", "unknown_alg"):
        with pytest.raises(NoteError):
            VerifierKey.parse(published["bad_vkeys"][name])
    # An ECDSA key (type 0x02) is a good key elsewhere; here one signature type does, as signed-note recommends.
    with pytest.raises(NoteError, match="0x02 is not supported"):
        VerifierKey.parse(published["other_vkeys"]["ecdsa"])


def test_published_cosignature_key(published: dict[str, Any]) -> None:
    key = VerifierKey.parse(published["other_vkeys"]["cosig_v1"])
    assert (key.algorithm, key.key_hash.hex(), key.key_id) == (COSIGNATURE_V1, "da77ade7", 0xDA77ADE7)


def test_published_cosigned_checkpoint(published: dict[str, Any]) -> None:
    vector = published["cosigned_checkpoint_made_here"]
    log, first, second = map(VerifierKey.parse, vector["vkeys"])
    verified = note.verify(vector["signed_note"].encode(), [first, log, second])
    assert verified.verified == (log, first, second)
    assert verified.cosigned_at_s == {first: 1761100000, second: 1761100000}


# Ed25519


def test_edge_cases_of_ed25519_are_refused(vectors: Path) -> None:
    """Of CCTV's 914 only those pass that dalek's verify_strict passes, and OpenSSL passes each of them."""
    cases = json.loads((vectors / "ed25519-cctv" / "ed25519vectors.json").read_bytes())
    assert len(cases) == 914
    refused_by_the_strict_rule = {
        "low_order_A",
        "low_order_R",
        "non_canonical_A",
        "non_canonical_R",
        "low_order_residue",
        "reencoded_k",
    }
    accepted = 0
    for case in cases:
        key, message, signature = bytes.fromhex(case["key"]), case["msg"].encode(), bytes.fromhex(case["sig"])
        if note.verify_ed25519(key, message, signature):
            accepted += 1
            assert not refused_by_the_strict_rule.intersection(case["flags"] or ()), case["number"]
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        else:
            assert case["flags"], "the one case without any flag is an ordinary signature"
    assert accepted == 43


def test_a_scalar_that_is_not_reduced_is_refused() -> None:
    """s + L satisfies the same equation: without this check a signature would have a second spelling."""
    order = 2**252 + 27742317777372353535851937790883648493
    signature = ALICE.sign(TEXT)
    second = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert note.verify_ed25519(ALICE.verifier_key.public_key, TEXT, signature)
    assert not note.verify_ed25519(ALICE.verifier_key.public_key, TEXT, second)


def test_the_border_between_signature_and_message_cannot_move() -> None:
    key, signature = ALICE.verifier_key.public_key, ALICE.sign(TEXT)
    shorter, longer_message = signature[:63], signature[63:] + TEXT
    assert crypto_sign_open(shorter + longer_message, key) == TEXT  # the binding alone would accept it
    assert not note.verify_ed25519(key, longer_message, shorter)
    assert not note.verify_ed25519(key, TEXT[1:], signature + TEXT[:1])
    assert not note.verify_ed25519(key[:31], TEXT, signature)
    assert crypto_sign_open(signature + TEXT, key + b"x") == TEXT
    assert not note.verify_ed25519(key + b"x", TEXT, signature)


@given(st.binary(max_size=200), st.binary(min_size=64, max_size=64))
def test_openssl_agrees(message: bytes, noise: bytes) -> None:
    key = ALICE.verifier_key.public_key
    reference = Ed25519PublicKey.from_public_bytes(key)
    reference.verify(ALICE.sign(message), message)
    assert note.verify_ed25519(key, message, ALICE.sign(message))
    with pytest.raises(InvalidSignature):
        reference.verify(noise, message)
    assert not note.verify_ed25519(key, message, noise)


# Keys


def test_key_id_follows_the_formula() -> None:
    key = ALICE.verifier_key
    formula = sha256(key.name.encode() + b"\n" + b"\x01" + key.public_key).digest()[:4]
    assert key.key_hash == formula
    assert key.key_id == int.from_bytes(formula, "big")


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\u2028b", "a\u3000", "\ta", "a\n", "\x1f", "\ud800"])
def test_names_that_would_be_ambiguous_are_refused(name: str) -> None:
    with pytest.raises(NoteError, match="key name"):
        VerifierKey(name, note.ED25519, ALICE.verifier_key.public_key)
    with pytest.raises(NoteError, match="key name"):
        Signature(name, b"1234", b"x")


def test_a_name_may_be_chinese() -> None:
    signer = Ed25519Signer.from_seed("清水镇.example/日志", b"\x09" * 32)
    assert VerifierKey.parse(str(signer.verifier_key)) == signer.verifier_key
    assert note.verify(note.sign(TEXT, signer), [signer.verifier_key]).verified == (signer.verifier_key,)


KEY_TEXT = str(ALICE.verifier_key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name+00000000",
        KEY_TEXT + "\n",
        " " + KEY_TEXT,
        KEY_TEXT[:-4],
        KEY_TEXT + "AAAA",
        KEY_TEXT.replace("officer", "auditor"),
        KEY_TEXT.replace("+" + ALICE.verifier_key.key_hash.hex(), "+00000000"),
        KEY_TEXT.replace(ALICE.verifier_key.key_hash.hex(), ALICE.verifier_key.key_hash.hex().upper()),
        "name+00000000+",
        "name+00000000+AQ==",
    ],
)
def test_malformed_key_texts_are_refused(text: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse(text)


def test_a_private_key_is_not_shown_and_must_fit_its_public_key() -> None:
    assert ALICE.seed.hex() not in repr(ALICE)
    assert repr(ALICE.seed) not in repr(ALICE)
    with pytest.raises(NoteError, match="does not belong"):
        Ed25519Signer(BORIS.verifier_key, ALICE.seed)
    with pytest.raises(NoteError, match="32 bytes"):
        Ed25519Signer.from_seed("example.com", b"short")
    other_id = ALICE.private_text().replace(ALICE.verifier_key.key_hash.hex(), "00000000")
    with pytest.raises(NoteError, match="does not belong"):
        Ed25519Signer.parse(other_id)
    with pytest.raises(NoteError, match="begins with"):
        Ed25519Signer.parse(KEY_TEXT)


def test_generated_keys_differ_and_survive_their_text() -> None:
    one, two = Ed25519Signer.generate("example.com"), Ed25519Signer.generate("example.com")
    assert one != two
    assert Ed25519Signer.parse(one.private_text()) == one
    assert Ed25519Signer.parse(WITNESS.private_text()) == WITNESS


# The form of a note


@pytest.mark.parametrize(
    ("reason", "signed"),
    [
        ("no blank line", b""),
        ("no blank line", TEXT + LINE),
        ("no newline", SIGNED[:-1]),
        ("no newline", TEXT + b"\n"),
        ("em dash", TEXT + b"\n" + LINE.replace("—".encode(), b"-")),
        ("em dash", SIGNED + TEXT),
        ("em dash", SIGNED.replace("— ".encode(), "—\u00a0".encode())),
        ("key name", TEXT + "\n—  bmFtZXNpZ25hdHVyZQ==\n".encode()),
        ("key name", TEXT + "\n— a+b bmFtZXNpZ25hdHVyZQ==\n".encode()),
        ("key name", TEXT + "\n— a\u3000b bmFtZXNpZ25hdHVyZQ==\n".encode()),
        ("not valid UTF-8", TEXT + b"\n\xe2\x80\x94 a\xff bmFtZXNpZ25hdHVyZQ==\n"),
        ("lacks its key ID", TEXT + "\n— a bmFtZQ==\n".encode()),
        ("lacks its key ID", TEXT + "\n— a\n".encode()),
        ("base64", TEXT + "\n— a bmFtZXNpZ25hdHVyZQ\n".encode()),
        ("canonical", TEXT + "\n— a bmFtZXNpZ25hdHVyZR==\n".encode()),
        ("canonical", TEXT + "\n— a bmFtZXNp ZGVzaWdu\n".encode()),
        ("canonical", TEXT + "\n— a bmFtZXNpZGVzaWdu \n".encode()),
        ("canonical", TEXT + "\n— a bmFtZXNpZGVzaWdu\r\n".encode()),
        ("control character", b"a\tb\n\n" + LINE),
        ("control character", b"a\r\n\n" + LINE),
        ("control character", b"a\x00b\n\n" + LINE),
        ("not valid UTF-8", b"a\xffb\n\n" + LINE),
        ("not valid UTF-8", b"\xed\xa0\x80\n\n" + LINE),
    ],
)
def test_malformed_notes_are_refused(reason: str, signed: bytes) -> None:
    with pytest.raises(NoteError, match=reason):
        note.parse(signed)


def test_a_text_may_hold_blank_lines() -> None:
    """Text and signatures part at the last blank line."""
    for text in (b"\n", b"\n\n", b"a\n\nb\n", b"a\n\n\n", b"looks\n\n" + LINE):
        signed = note.sign(text, ALICE)
        assert note.parse(signed).text == text
        assert note.verify(signed, [ALICE.verifier_key]).text == text


@pytest.mark.parametrize("text", [b"", b"no newline", b"tab\t\n", b"\xff\n"])
def test_only_a_legal_text_is_signed(text: bytes) -> None:
    with pytest.raises(NoteError):
        note.sign(text, ALICE)


def test_who_may_sign() -> None:
    with pytest.raises(NoteError, match="1 to 100"):
        note.sign(TEXT)
    with pytest.raises(NoteError, match="signs twice"):
        note.sign(TEXT, ALICE, BORIS, ALICE)
    with pytest.raises(NoteError, match="witness key"):
        note.sign(TEXT, WITNESS)


def test_a_hundred_signatures_are_read_and_no_more() -> None:
    unknown = "— nobody bmFtZXNpZ25hdHVyZQ==\n".encode()
    for count in (15, 99):
        assert note.verify(SIGNED + unknown * count, [ALICE.verifier_key]).verified == (ALICE.verifier_key,)
    with pytest.raises(NoteError, match="more than 100"):
        note.parse(SIGNED + unknown * 100)


CONTROLS = "".join(map(chr, [*range(10), *range(11, 32)]))
legal_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS))


@given(legal_text)
def test_every_legal_text_survives(text: str) -> None:
    body = text.encode() + b"\n"
    signed = note.sign(body, ALICE, BORIS)
    assert bytes(note.parse(signed)) == signed
    assert note.verify(signed, [BORIS.verifier_key, ALICE.verifier_key]).text == body


@given(st.binary(max_size=60), st.integers(0, len(SIGNED)), st.integers(0, 20))
def test_whatever_is_accepted_has_one_byte_form(noise: bytes, at: int, dropped: int) -> None:
    """Malformed input is a NoteError, never another exception; accepted input comes back unchanged."""
    candidate = SIGNED[:at] + noise + SIGNED[at + dropped :]
    try:
        parsed = note.parse(candidate)
    except NoteError:
        return
    assert bytes(parsed) == candidate


# Verification


def test_every_flipped_bit_is_noticed() -> None:
    for at, bit in itertools.product(range(len(SIGNED)), range(8)):
        flipped = SIGNED[:at] + bytes([SIGNED[at] ^ 1 << bit]) + SIGNED[at + 1 :]
        with pytest.raises(NoteError):
            note.verify(flipped, [ALICE.verifier_key])


def test_every_dropped_doubled_or_swapped_byte_is_noticed() -> None:
    for at in range(len(SIGNED)):
        dropped = SIGNED[:at] + SIGNED[at + 1 :]
        doubled = SIGNED[: at + 1] + SIGNED[at:]
        swapped = SIGNED[:at] + SIGNED[at + 1 : at + 2] + SIGNED[at : at + 1] + SIGNED[at + 2 :]
        for altered in {dropped, doubled, swapped} - {SIGNED}:
            with pytest.raises(NoteError):
                note.verify(altered, [ALICE.verifier_key])


def test_unknown_keys_are_ignored_even_if_they_share_a_name_or_an_id() -> None:
    line = note.parse(SIGNED).signatures[0]
    same_name = Signature(line.name, b"\0\0\0\0", b"junk")
    same_id = Signature("example.com/other", line.key_id, b"junk")
    signed = bytes(note.Note(TEXT, (same_name, same_id, line)))
    assert note.verify(signed, [ALICE.verifier_key]).verified == (ALICE.verifier_key,)
    with pytest.raises(NoteError, match="no known key"):
        note.verify(bytes(note.Note(TEXT, (same_name, same_id))), [ALICE.verifier_key])


def test_no_known_signature_is_no_note() -> None:
    with pytest.raises(NoteError, match="no known key"):
        note.verify(SIGNED, [BORIS.verifier_key])
    with pytest.raises(NoteError, match="no known key"):
        note.verify(SIGNED, [])


def test_a_known_key_that_fails_rejects_the_whole_note() -> None:
    signed = changed_signature(note.sign(TEXT, ALICE, BORIS))
    assert note.verify(signed, [ALICE.verifier_key]).verified == (ALICE.verifier_key,)
    with pytest.raises(NoteError, match=r"boris .* does not verify"):
        note.verify(signed, [ALICE.verifier_key, BORIS.verifier_key])


def test_a_key_counts_once_and_each_of_its_lines_must_hold() -> None:
    line = note.parse(SIGNED).signatures[0]
    twice = bytes(note.Note(TEXT, (line, line)))
    assert note.verify(twice, [ALICE.verifier_key, ALICE.verifier_key]).verified == (ALICE.verifier_key,)
    with pytest.raises(NoteError, match="does not verify"):
        note.verify(changed_signature(twice), [ALICE.verifier_key])


def test_keys_that_share_name_and_id_are_refused() -> None:
    """Four bytes collide soon: two such keys are found here by trying, as an attacker would."""
    seen: dict[bytes, VerifierKey] = {}
    for number in itertools.count():
        key = VerifierKey("example.com", note.ED25519, sha256(b"%d" % number).digest())
        if key.key_hash in seen:
            break
        seen[key.key_hash] = key
    other = seen[key.key_hash]
    assert other.public_key != key.public_key
    with pytest.raises(NoteError, match="share the name"):
        note.verify(SIGNED, [other, ALICE.verifier_key, key])


def test_the_same_key_as_log_and_as_witness_has_two_ids() -> None:
    as_witness = Ed25519Signer.from_seed(ALICE.verifier_key.name, ALICE.seed, algorithm=COSIGNATURE_V1)
    assert as_witness.verifier_key.key_hash != ALICE.verifier_key.key_hash
    with pytest.raises(NoteError, match="no known key"):
        note.verify(SIGNED, [as_witness.verifier_key])


def test_a_ring_is_built_once_and_used_often() -> None:
    ring = KeyRing([ALICE.verifier_key, BORIS.verifier_key])
    assert list(ring) == [ALICE.verifier_key, BORIS.verifier_key]
    assert note.verify(note.parse(SIGNED), ring).verified == (ALICE.verifier_key,)


def cosigned(time_s: int, *, claimed_s: int) -> bytes:
    signature = WITNESS.sign(note.cosignature_message(TEXT, time_s=time_s))
    key = WITNESS.verifier_key
    return bytes(note.Note(TEXT, (Signature(key.name, key.key_hash, claimed_s.to_bytes(8, "big") + signature),)))


def test_a_cosignature_is_bound_to_its_time() -> None:
    key = WITNESS.verifier_key
    assert note.verify(cosigned(1763787098, claimed_s=1763787098), [key]).cosigned_at_s == {key: 1763787098}
    with pytest.raises(NoteError, match="does not verify"):
        note.verify(cosigned(1763787098, claimed_s=1763787099), [key])
    with pytest.raises(NoteError, match=r"2\^63-1"):
        note.verify(cosigned(0, claimed_s=2**63), [key])
    with pytest.raises(NoteError, match=r"not 8 \+ 64"):
        note.verify(bytes(note.Note(TEXT, (Signature(key.name, key.key_hash, WITNESS.sign(TEXT)),))), [key])


def test_the_cosigned_message_is_as_the_specification_prints_it() -> None:
    text = b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert note.cosignature_message(text, time_s=1679315147) == b"cosignature/v1\ntime 1679315147\n" + text
