"""Whoever may not be told from the public log stands in it under another identity, which the county alone can open.

What must not be broken: without the county's secret nobody gets from a blinded identity to the one behind it, nor from
one scope to another; within a scope each identity has one blinded identity of its own, and that opens to it again.
Source: AES (FIPS 197), whose block is as long as a UUID, under a key of the scope (HMAC-SHA-256, RFC 2104).
"""

import hmac
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from journal.vault import FILES, Vault


class Blinding:
    """Blinded identities under one secret of 32 bytes; `scope` is within what they may be compared."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def blind(self, identity: UUID, *, scope: UUID) -> UUID:
        """What stands for an identity."""
        return UUID(bytes=self._cipher(scope).encryptor().update(identity.bytes))

    def open(self, blinded: UUID, *, scope: UUID) -> UUID:
        """The identity behind a blinded one; some that nobody has, where it was never blinded in this scope."""
        return UUID(bytes=self._cipher(scope).decryptor().update(blinded.bytes))

    def _cipher(self, scope: UUID) -> Cipher[ECB]:
        return _cipher_of(hmac.digest(self._secret, b"mingzhang blinding scope 1\x00" + scope.bytes, "sha256"))


def blinding(vault: Vault) -> Blinding:
    """The county's own: its secret lies wrapped in the vault and stays when the vault's key is replaced."""
    with vault.pool.connection() as connection, connection.transaction():
        key = vault.person_keys(connection, [FILES])[FILES]
    return Blinding(hmac.digest(key, b"mingzhang blinding 1", "sha256"))


@lru_cache(maxsize=8)
def _cipher_of(key: bytes) -> Cipher[ECB]:
    # Each block is looked up by itself and none repeats, so that there is nothing for another mode to hide.
    return Cipher(AES(key), ECB())  # noqa: S305
