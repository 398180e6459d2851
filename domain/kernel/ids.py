"""Names of streams and events. An event is named `<stream>@<seq>`; that name is what everything else refers to.

Ids that must be unique by construction are derived (UUID version 5), so that a second attempt meets the first.
"""

import re
from functools import lru_cache
from typing import NewType
from uuid import UUID, uuid5

StreamName = NewType("StreamName", str)
EventName = NewType("EventName", str)

NAMESPACE = UUID("6d0f2b5e-7d1c-5a55-9f0e-6b6f3b2f9f10")

_KEPT = 1 << 14
"""So many names and ids are not worked out again: a decision asks for the same few of each report many times."""

_STREAM = re.compile(r"[a-z][a-z_]*/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)


def stream_name(category: str, identity: UUID) -> StreamName:
    """`("reward", UUID)` -> `reward/<uuid>`."""
    return StreamName(f"{category}/{identity}")


@lru_cache(_KEPT)
def parse_stream(name: str) -> tuple[str, UUID]:
    """`reward/<uuid>` -> `("reward", UUID)`. Raises ValueError on any other form."""
    if not _STREAM.fullmatch(name):
        raise ValueError(f"not a stream name: {name!r}")
    category, _, identity = name.partition("/")
    return category, UUID(identity)


def event_name(stream: str, seq: int) -> EventName:
    """The permanent name of one event."""
    return EventName(f"{stream}@{seq}")


def derived(*parts: object) -> UUID:
    """A UUID that the same parts always give again: `derived("place", "361125000000")`."""
    return _derived("\x1f".join([str(part) for part in parts]))


@lru_cache(_KEPT)
def _derived(name: str) -> UUID:
    return uuid5(NAMESPACE, name)
