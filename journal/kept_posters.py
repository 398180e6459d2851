"""Sheets for the notice board, kept under the digest of their bytes while their version is posted.

What must not be broken: a kept sheet has the digest that it is asked for by; it goes with the first name on it that is
taken away, and when the days of its version are over.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

_DISCARD: Final = "SELECT vault.discard_posters_down(%s)"
_KEEP: Final = """
INSERT INTO vault.posters (sha256, disclosure_id, version, paper, until, content) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (sha256) DO NOTHING
"""
_CONTENT: Final = "SELECT content FROM vault.posters WHERE sha256 = %s"


def keep(
    conn: Connection[Any],
    *,
    sha256: str,
    disclosure_id: UUID,
    version: int,
    paper: str,
    until: date,
    content: bytes,
    today: date,
) -> None:
    """Keep a sheet until the last day of its version; discard those whose days are over. The writer's connection."""
    conn.execute(_DISCARD, (today,))
    conn.execute(_KEEP, (bytes.fromhex(sha256), disclosure_id, version, paper, until, content))


def content_of(conn: Connection[Any], sha256: str) -> bytes | None:
    """A sheet's bytes; None where it is not kept. The writer's or the reader's connection."""
    found = conn.execute(_CONTENT, (bytes.fromhex(sha256),)).fetchone()
    return bytes(found[0]) if found else None
