"""Reading what a long run has just written, without working out its meaning every time.

A year of casework reads each report five times: to verify, handle, decide, pay and approve it. An entry never changes,
so what it means is worked out once; which entries a stream has is asked of the database every time.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from journal.codec import Codec, Recorded

ENTRIES_MAX: Final = 16_384
"""About 60 MB. A month of a county's work is 3,000 entries, the rewards of a year that are paid together 10,000."""


class RememberingCodec(Codec):
    """A codec that keeps what it decoded last. For commands that carry out thousands of decisions, not for servers."""

    def __init__(self, types: Mapping[str, type]) -> None:
        super().__init__(types)
        self._remembered = lru_cache(ENTRIES_MAX)(super().decode)

    def decode(self, index: int, entry: bytes) -> Recorded:
        """The entry at an index; the same bytes at the same index have the same meaning."""
        return self._remembered(index, entry)

    def forget(self) -> None:
        """Let go of everything."""
        self._remembered.cache_clear()
