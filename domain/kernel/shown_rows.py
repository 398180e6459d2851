"""What stands beside the rows of a posted version, fixed so that each row opens by itself and goes by itself.

What must not be broken: a commitment tells nothing without its salt, and the salt goes with the person whom the row is
about; the digest of all commitments stays, and binds every row that still opens.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import NamedTuple

from domain.kernel.documents import ShownName
from domain.kernel.events import Commitment


class Salted(NamedTuple):
    """What is shown beside a row, and the salt (32 bytes) under which it was fixed; None where it was not."""

    shown: ShownName
    salt: bytes | None


def row_commitment(row: str, salted: Salted) -> Commitment:
    """SHA-256(0x00 || salt || [row, name, reference] as a line of RFC 8785 without its end), in hex."""
    return Commitment(hashlib.sha256(b"\x00" + (salted.salt or b"") + _canonical([row, *salted.shown])).hexdigest())


def rows_content(commitments: Mapping[str, str]) -> bytes:
    """What the journal names by its digest: row (`payees:12`) -> commitment, as a line of RFC 8785."""
    return _canonical(dict(commitments)) + b"\n"


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
