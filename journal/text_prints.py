"""Prints of texts, kept in the vault: by them near-identical reports are found without opening a text.

What must not be broken: a print goes with the text that it was made of, in the same statement that destroys it; and it
is made under a secret that lies wrapped in the vault, so that nobody who holds the database can try a guess on it.
"""

import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.kernel.events import Commitment
from journal.vault import FILES, Vault

_ADD = (
    "INSERT INTO vault.text_prints (commitment, minima, bands)"
    " SELECT (one ->> 0)::bytea, (one ->> 1)::bytea, ARRAY(SELECT jsonb_array_elements_text(one -> 2)::bigint)"
    " FROM jsonb_array_elements(%s::jsonb) AS one ON CONFLICT (commitment) DO NOTHING"
)
_OF = "SELECT commitment, minima FROM vault.text_prints WHERE commitment = ANY(%s)"
# Key by key: asked for any of them at once, the planner reads every print (2 s among a hundred thousand, not 0.03 s).
_NEAR = (
    "SELECT DISTINCT near.commitment, near.minima FROM unnest(%s::bigint[]) AS mine (band) CROSS JOIN LATERAL"
    " (SELECT commitment, minima FROM vault.text_prints WHERE bands @> ARRAY[mine.band] LIMIT %s) AS near LIMIT %s"
)
_MISSING = (
    "SELECT v.commitment FROM vault.personal_values v WHERE v.kind = %s"
    " AND NOT EXISTS (SELECT FROM vault.text_prints p WHERE p.commitment = v.commitment)"
    " AND v.commitment > %s ORDER BY v.commitment LIMIT %s"
)

NEAR_MAX: Final = 2_000
"""So many prints at most are compared one by one; more share a key only where thousands of texts are the same."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A print as it is kept: its bytes, and the keys by which it is found."""

    minima: bytes
    bands: Sequence[int]


def secret(vault: Vault) -> bytes:
    """The 32 bytes under which all prints of this vault are made; they stay when the vault's key is replaced."""
    with vault.pool.connection() as connection, connection.transaction():
        key = vault.person_keys(connection, [FILES])[FILES]
    return hmac.digest(key, b"mingzhang text prints 1", "sha256")


def keep(vault: Vault, prints: Mapping[Commitment, Kept]) -> None:
    """Keep the prints of texts that the vault holds, by their commitments."""
    if not prints:
        return
    rows = [[rf"\x{commitment}", rf"\x{one.minima.hex()}", list(one.bands)] for commitment, one in prints.items()]
    with vault.pool.connection() as connection:
        connection.execute(_ADD, (json.dumps(rows),))


def of(vault: Vault, commitments: Collection[str]) -> dict[Commitment, bytes]:
    """The prints of these texts; one that was erased, or said too little, has none."""
    with vault.pool.connection() as connection:
        found = connection.execute(_OF, ([bytes.fromhex(one) for one in commitments],), binary=True).fetchall()
    return {Commitment(commitment.hex()): minima for commitment, minima in found}


def near(vault: Vault, bands: Sequence[int]) -> dict[Commitment, bytes]:
    """The prints that share a key with these: at most `NEAR_MAX`."""
    with vault.pool.connection() as connection:
        found = connection.execute(_NEAR, (list(bands), NEAR_MAX, NEAR_MAX), binary=True).fetchall()
    return {Commitment(commitment.hex()): minima for commitment, minima in found}


def missing(vault: Vault, *, kind: str, after: str = "", limit: int = 500) -> list[Commitment]:
    """Texts of a kind without a print, in the order of their commitments: what a restored backup lacks."""
    with vault.pool.connection() as connection:
        found = connection.execute(_MISSING, (kind, bytes.fromhex(after), limit), binary=True).fetchall()
    return [Commitment(commitment.hex()) for (commitment,) in found]
