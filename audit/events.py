"""What an event says, whether it was read as a line of the journal or as an entry of a package."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

Moves = tuple[tuple[str, str, int], ...]
"""Account, commodity and signed amount of each posting."""


class Event(Protocol):
    """The parts from which tables and journals are written."""

    @property
    def type(self) -> str:
        """Its stored type."""

    @property
    def stream(self) -> str:
        """The stream that it stands in."""

    @property
    def name(self) -> str:
        """`<stream>@<seq>`."""

    @property
    def at(self) -> str:
        """When it was recorded."""

    @property
    def on(self) -> str:
        """The day on which it takes effect."""

    @property
    def data(self) -> Mapping[str, Any]:
        """Its own fields."""

    @property
    def postings(self) -> Moves:
        """What it moves; empty where it moves nothing."""


class Moving(NamedTuple):
    """An event that moves something, with what a journal says of it beside: its log index and its leaf hash in hex."""

    log_index: int
    leaf: str
    type: str
    category: str
    name: str
    at: str
    on: str
    postings: Moves


def moving(index: int, event: Event, leaf: bytes) -> Moving:
    """An event as journals tell it."""
    category = event.stream.partition("/")[0]
    return Moving(index, leaf.hex(), event.type, category, event.name, event.at, event.on, event.postings)
