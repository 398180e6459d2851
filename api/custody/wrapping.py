"""A private key wrapped by its holder's secret: whoever has the bytes and not the secret has nothing.

What must not be broken: the secret becomes a wrapping key by Argon2id (RFC 9106) over an input of its own, so that the
hash a password is checked against, whose salt and cost may stand beside it, never leads to that key; and each wrapped
key is bound to the full text of its public key (AES-256-GCM, NIST SP 800-38D, that text as associated data).
"""

import secrets
import threading
from dataclasses import dataclass
from typing import Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from journal.note import Ed25519Signer, NoteError, VerifierKey

SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32

AT_ONCE: Final = threading.BoundedSemaphore(2)
"""Argon2 runs under this: sign-ins wait for one another rather than take the machine's memory."""

# Before the secret goes in: no password's own hash has this input, whatever salt and cost somebody writes beside it.
_PURPOSE: Final = b"mingzhang key wrapping 1\x00"


class WrongSecret(Exception):
    """What is wrapped does not open with this secret, or was tampered with; the two cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs: memory in KiB, passes over it, lanes. Kept with everything that was made with it."""

    memory_kib: int
    passes: int
    lanes: int


STRONG: Final = Cost(memory_kib=64 * 1024, passes=3, lanes=4)
"""RFC 9106, section 4, the second recommended option."""

REHEARSAL: Final = Cost(memory_kib=256, passes=1, lanes=1)
"""For invented people with published passwords; `doctor` warns of it in a journal that is no rehearsal."""


def cost_for(*, rehearsal: bool) -> Cost:
    """What secrets cost in a journal of that kind."""
    return REHEARSAL if rehearsal else STRONG


@dataclass(frozen=True, slots=True)
class Lock:
    """How a secret becomes a wrapping key. Public: it opens nothing by itself."""

    salt: bytes
    cost: Cost

    @classmethod
    def new(cls, cost: Cost) -> "Lock":
        """A lock with a salt that nobody has used."""
        return cls(secrets.token_bytes(SALT_BYTES), cost)

    def key(self, secret: str) -> bytes:
        """The 32-byte wrapping key of a secret; never stored, never logged."""
        with AT_ONCE:
            return hash_secret_raw(
                _PURPOSE + secret.encode(),
                self.salt,
                time_cost=self.cost.passes,
                memory_cost=self.cost.memory_kib,
                parallelism=self.cost.lanes,
                hash_len=KEY_BYTES,
                type=Type.ID,
            )


def wrap(signer: Ed25519Signer, wrapping_key: bytes) -> bytes:
    """The seed of 32 bytes, sealed: nonce of 12 bytes, ciphertext, tag of 16."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(wrapping_key).encrypt(nonce, signer.seed, str(signer.verifier_key).encode())


def unwrap(sealed: bytes, wrapping_key: bytes, *, key: str) -> Ed25519Signer:
    """The private key of a verifier-key text. Raises WrongSecret; NoteError never: a foreign seed is refused too."""
    try:
        seed = AESGCM(wrapping_key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], key.encode())
        return Ed25519Signer(VerifierKey.parse(key), seed)
    except (InvalidTag, NoteError, ValueError) as error:
        raise WrongSecret(f"the key {key.partition('+')[0]} does not open") from error
