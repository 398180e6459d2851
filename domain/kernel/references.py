"""By what somebody finds his own row in public: a number of his own, and what pages show, made of it in secret.

What must not be broken: without the county's secret nobody gets from what a page shows to an identity of the journal,
nor from one kind, place or period to another: a list of a person's rows cannot be made of pages, nor of copies that
outlive them. With his own number everybody gets to his rows, on any page. Source: HMAC-SHA-256 (RFC 2104), read as
`kernel.short_codes` are: eight signs for one's own number, six for what pages show.
"""

import hmac
from collections.abc import Collection
from typing import Final
from uuid import UUID

from domain.kernel.places import Division
from domain.kernel.short_codes import LENGTH, signs_of

LINE_LENGTH: Final = 6
ATTEMPTS: Final = 4
"""So many references somebody may have: the first that nobody on the page before him has is his. One digest has them
all, eight bytes each."""
ATTEMPTS_OF_KIND: Final = 8


class References:
    """References under one secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def own(self, identity: UUID) -> str:
        """The number of a person or a household, which is told to him alone."""
        return signs_of(self._digest(b"own", identity.bytes), LENGTH)

    def lines(self, own: str, *, division: Division, kind: str, period: str) -> tuple[str, ...]:
        """What stands beside his rows in one disclosure, all its versions: one of these, nearly always the first."""
        digest = self._digest(b"line of period", f"{own}\x00{division}\x00{kind}\x00{period}".encode())
        return tuple(signs_of(digest[8 * n : 8 * n + 8], LINE_LENGTH) for n in range(ATTEMPTS))

    def lines_of_kind(self, own: str, *, division: Division, kind: str) -> tuple[str, ...]:
        """What stands there in versions posted before each period had its own: the same in all of a kind and place."""
        scope = f"{own}\x00{division}\x00{kind}".encode()
        return tuple(
            signs_of(self._digest(b"line", scope + attempt.to_bytes(1)), LINE_LENGTH)
            for attempt in range(ATTEMPTS_OF_KIND)
        )

    def of_page(self, identities: Collection[UUID], *, division: Division, kind: str, period: str) -> dict[UUID, str]:
        """What stands beside the rows of each on one page; no two have the same, however they are asked for.

        Raises ValueError where somebody is left without: of a hundred thousand people on a page once in 10^10.
        """
        page: dict[str, UUID] = {}
        for one in sorted(set(identities)):
            lines = self.lines(self.own(one), division=division, kind=kind, period=period)
            free = next((line for line in lines if line not in page), None)
            if free is None:
                raise ValueError("two people of a page cannot be told apart by their references")
            page[free] = one
        return {one: reference for reference, one in page.items()}

    def _digest(self, of: bytes, content: bytes) -> bytes:
        return hmac.digest(self._secret, b"mingzhang references 1\x00" + of + b"\x00" + content, "sha256")
