"""The register of event types: a permanent name and version for each, never a Python path.

Only a registered type can be written or read. A released type is never edited; a new version stands beside it.
"""

import dataclasses
import re
from collections.abc import Callable
from typing import Annotated, NewType, TypeVar, dataclass_transform

_TYPE_NAME = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*/[1-9][0-9]*", re.ASCII)
_REGISTERED: dict[str, type] = {}

Event = TypeVar("Event")

Commitment = NewType("Commitment", str)
"""Lower-case hex of SHA-256(0x00 || 32 random bytes || value): stands for a personal value kept in the vault."""

Sha256 = NewType("Sha256", str)
"""Lower-case hex of a SHA-256 digest."""


@dataclasses.dataclass(frozen=True, slots=True)
class Attachment:
    """A file named by its digest and length, kept beside the journal."""

    sha256: Sha256
    length: int


Text = Annotated[str, "free of personal values; at most a few hundred characters"]


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(type_name: str) -> Callable[[type[Event]], type[Event]]:
    """Register a class as the events of one stored type, and make it a frozen, keyword-only dataclass.

    `type_name` is `<subject>.<past participle>/<version>`. Raises ValueError for another form or a second use.
    """
    if not _TYPE_NAME.fullmatch(type_name):
        raise ValueError(f"not an event type: {type_name!r}")

    def register(cls: type[Event]) -> type[Event]:
        if type_name in _REGISTERED:
            raise ValueError(f"event type registered twice: {type_name}")
        made = dataclasses.dataclass(frozen=True, slots=True, kw_only=True)(cls)
        _REGISTERED[type_name] = made
        _NAMES[made] = type_name
        return made

    return register


_NAMES: dict[type, str] = {}


def type_of(event: object) -> str:
    """The stored type of an event. Raises KeyError for a class that was never registered."""
    return _NAMES[type(event)]


def registered() -> dict[str, type]:
    """Every type registered so far, by name. `domain.streams` makes sure that all are."""
    return dict(_REGISTERED)
