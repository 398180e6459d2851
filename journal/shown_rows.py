"""What a posted version shows beside its rows, written down under the keys of those whom the rows are about.

What must not be broken: names, references and salts go with their person; what stays are commitments, which tell
nothing without the salts. Whom a page shows is found by him alone: the secret of references lies wrapped in the vault.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from domain.kernel.documents import ShownName
from domain.kernel.events import Sha256
from domain.kernel.references import References
from domain.kernel.shown_rows import Salted, row_commitment, rows_content
from journal.vault import FILES, Vault

_SHOW: Final = """
INSERT INTO vault.disclosed_names (disclosure_id, version, name_of, person_id, shown, reference, salt)
SELECT %(disclosure)s, %(version)s, * FROM unnest(
    %(rows)s::text[], %(persons)s::uuid[], %(shown)s::text[], %(references)s::text[], %(salts)s::bytea[])
ON CONFLICT (disclosure_id, version, name_of) DO UPDATE SET person_id = EXCLUDED.person_id, shown = EXCLUDED.shown,
    reference = EXCLUDED.reference, salt = EXCLUDED.salt
"""
_KEEP_ROWS: Final = """
INSERT INTO journal.disclosed_documents (digest, content, subjects, drafted)
VALUES (sha256(%(rows)s), %(rows)s, '{}', true) ON CONFLICT (digest) DO NOTHING
"""


class Named(NamedTuple):
    """A row (`payees:12`), the person whose name stands there (None: nobody whom we know), and what is shown of him."""

    row: str
    person_id: UUID | None
    shown: ShownName


def references(vault: Vault) -> References:
    """The county's references: their secret lies wrapped in the vault and stays when the vault's key is replaced."""
    with vault.pool.connection() as connection, connection.transaction():
        key = vault.person_keys(connection, [FILES])[FILES]
    return References(hmac.digest(key, b"mingzhang references 1", "sha256"))


def show(vault: Vault, disclosure_id: UUID, version: int, named: Sequence[Named]) -> Sha256:
    """Write down what a version shows beside its rows from now on; the digest of all the rows' commitments.

    Doing it again changes nothing: each salt follows from the key of its person, and goes with it.
    """
    whose = [one.person_id or FILES for one in named]
    place = f"mingzhang shown row 1\n{disclosure_id}-{version}\n"
    with vault.pool.connection() as conn, conn.transaction():
        keys = vault.person_keys(conn, sorted(set(whose)))
        salts = [
            hmac.digest(keys[person], (place + one.row).encode(), "sha256")
            for person, one in zip(whose, named, strict=True)
        ]
        values = {
            "disclosure": disclosure_id,
            "version": version,
            "rows": [one.row for one in named],
            "persons": whose,
            "shown": [one.shown.name for one in named],
            "references": [one.shown.reference for one in named],
            "salts": salts,
        }
        conn.execute(_SHOW, values)
        salted = {one.row: Salted(one.shown, salt) for one, salt in zip(named, salts, strict=True)}
        content = rows_content({row: row_commitment(row, one) for row, one in salted.items()})
        conn.execute(_KEEP_ROWS, {"rows": content})
    return Sha256(hashlib.sha256(content).hexdigest())
