"""Short codes: what a reporter writes down and reads out on the telephone to ask how his report stands.

Eight of 28 signs that look and sound unlike one another: no 0 and O, no 1, I and L, no B beside 8, no S beside 5, no
Z beside 2. A code follows from the id alone; the next candidate is taken where another report had the code before.
"""

import hashlib
import unicodedata
from collections.abc import Iterator
from itertools import count
from typing import Final
from uuid import UUID

SIGNS: Final = "23456789ACDEFGHJKMNPQRTUVWXY"
LENGTH: Final = 8
_MISREAD: Final = str.maketrans("BSZ", "852", " -—－_")


def candidates(identity: UUID) -> Iterator[str]:
    """The codes that an id may have, the first that is free is its own: digits of SHA-256 over the id and a counter."""
    for attempt in count():
        digest = hashlib.sha256(b"mingzhang short code\x00" + identity.bytes + attempt.to_bytes(4)).digest()
        yield signs_of(digest, LENGTH)


def signs_of(digest: bytes, length: int) -> str:
    """So many signs that follow from the first sixteen bytes of a digest."""
    number = int.from_bytes(digest[:16]) % len(SIGNS) ** length
    signs = []
    for _ in range(length):
        number, sign = divmod(number, len(SIGNS))
        signs.append(SIGNS[sign])
    return "".join(signs)


def read_code(text: str, *, length: int = LENGTH) -> str | None:
    """A code as people write it: small or wide letters, gaps, hyphens, B for 8, S for 5, Z for 2; None for others."""
    code = unicodedata.normalize("NFKC", text).strip().upper().translate(_MISREAD)
    return code if len(code) == length and set(code) <= set(SIGNS) else None


def shown_code(code: str) -> str:
    """`23456789` -> `2345-6789`."""
    return f"{code[:4]}-{code[4:]}"
