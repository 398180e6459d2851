"""A wrapped key opens with its holder's secret, for its own public key, and in no other way."""

import pytest
from argon2.low_level import Type, hash_secret_raw

from api.custody.wrapping import REHEARSAL, STRONG, Lock, WrongSecret, cost_for, unwrap, wrap
from journal.note import Ed25519Signer

NAME = "mingzhang.example/361125/county_officer/11111111-1111-4111-8111-111111111111"
SECRET = "四个 不相干 的 词"
LOCK = Lock.new(REHEARSAL)
SIGNER = Ed25519Signer.generate(NAME)
KEY = str(SIGNER.verifier_key)
SEALED = wrap(SIGNER, LOCK.key(SECRET))


def test_what_was_wrapped_opens_with_the_secret_and_signs_as_before() -> None:
    opened = unwrap(SEALED, LOCK.key(SECRET), key=KEY)
    assert opened == SIGNER
    assert opened.sign(b"text\n") == SIGNER.sign(b"text\n")


def test_the_seed_does_not_stand_in_what_is_kept_and_no_two_wrappings_are_alike() -> None:
    assert len(SEALED) == 12 + 32 + 16
    assert SIGNER.seed not in SEALED
    assert wrap(SIGNER, LOCK.key(SECRET)) != SEALED


@pytest.mark.parametrize("secret", ["", SECRET + " ", SECRET[:-1], SECRET.replace(" ", "")])
def test_another_secret_opens_nothing(secret: str) -> None:
    with pytest.raises(WrongSecret):
        unwrap(SEALED, LOCK.key(secret), key=KEY)


def test_the_same_secret_under_another_salt_or_cost_opens_nothing() -> None:
    dearer = Lock(LOCK.salt, STRONG)
    for lock in (Lock.new(REHEARSAL), dearer):
        with pytest.raises(WrongSecret):
            unwrap(SEALED, lock.key(SECRET), key=KEY)


@pytest.mark.parametrize("place", [0, 11, 12, 30, 43, 44, 59])
def test_a_changed_byte_is_refused(place: int) -> None:
    changed = bytearray(SEALED)
    changed[place] ^= 1
    with pytest.raises(WrongSecret):
        unwrap(bytes(changed), LOCK.key(SECRET), key=KEY)


@pytest.mark.parametrize(
    "sealed",
    [b"", SEALED[:-1], SEALED + b"\x00", SEALED[:12]],
    ids=["nothing", "a byte too short", "a byte too long", "its nonce alone"],
)
def test_what_was_cut_or_lengthened_is_refused(sealed: bytes) -> None:
    with pytest.raises(WrongSecret):
        unwrap(sealed, LOCK.key(SECRET), key=KEY)


def test_a_row_moved_to_another_key_is_refused() -> None:
    """Whoever can write the table cannot let one officer sign under another's name, nor under a key of his own."""
    approver = NAME.replace("officer", "approver")
    for other in (Ed25519Signer.generate(NAME), Ed25519Signer.from_seed(approver, SIGNER.seed)):
        with pytest.raises(WrongSecret):
            unwrap(SEALED, LOCK.key(SECRET), key=str(other.verifier_key))


def test_the_hash_that_a_password_is_checked_against_never_leads_to_the_wrapping_key() -> None:
    """Even if somebody writes the hash's own salt and cost beside the wrapped keys."""
    same = hash_secret_raw(
        SECRET.encode(),
        LOCK.salt,
        time_cost=REHEARSAL.passes,
        memory_cost=REHEARSAL.memory_kib,
        parallelism=REHEARSAL.lanes,
        hash_len=32,
        type=Type.ID,
    )
    assert same != LOCK.key(SECRET)
    with pytest.raises(WrongSecret):
        unwrap(SEALED, same, key=KEY)


def test_only_a_rehearsal_is_cheap() -> None:
    assert cost_for(rehearsal=True) == REHEARSAL
    assert cost_for(rehearsal=False) == STRONG
    assert STRONG.memory_kib >= 64 * 1024
    assert STRONG.passes >= 3


def test_nothing_secret_is_in_a_representation() -> None:
    assert repr(SIGNER.seed) not in repr(SIGNER)
    assert "seed" not in repr(SIGNER)
