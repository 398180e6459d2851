"""What the writer needs of whoever seals the log's heads, in this process or in one of its own."""

from collections.abc import Callable
from typing import Protocol

ConsistencyProver = Callable[[int, int], list[bytes]]
"""(first, second) -> the consistency proof between the trees of these sizes."""


class Sealer(Protocol):
    """Signs heads, each only with a proof that it extends the one before. Called by one thread at a time.

    It remembers durably what it signed before it answers; whatever was acknowledged stands under a head of its.
    """

    @property
    def origin(self) -> str:
        """The log's name."""

    def last(self) -> bytes | None:
        """The signed checkpoint that was signed last; None before the first."""

    def check(self, *, size: int, root: bytes) -> None:
        """Refuse a tree that has gone back or differs. Raises IntegrityError, with what to do."""

    def seal(self, *, size: int, root: bytes, prove: ConsistencyProver) -> bytes:
        """The signed checkpoint over the head (size, root), or a newer one that another process had signed.

        Raises IntegrityError where the head does not extend the last one; OSError or Unavailable where it could not
        be signed now: then nothing was acknowledged, and the next seal covers it.
        """
