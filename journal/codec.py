"""Between typed events and lines: a closed register of types, strict both ways.

A stored word never names code. An unknown type, an unknown field or a value of the wrong form stops the reader;
today's rules do not: history that broke them still reads.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any, get_args, get_type_hints
from uuid import UUID

from pydantic import ConfigDict, TypeAdapter, ValidationError

from domain.kernel.calendar import instant, instant_text
from domain.kernel.ids import EventName, StreamName
from domain.kernel.postings import Postings
from journal import line as lines
from journal.errors import UndecodableEvent
from journal.line import Line, LineError

_STRICT = ConfigDict(strict=True, extra="forbid")


@dataclass(frozen=True)
class Recorded:
    """One event as it stands in the journal, at its index."""

    index: int
    line: Line
    event: Any

    @property
    def name(self) -> EventName:
        return self.line.name

    @property
    def stream(self) -> StreamName:
        return self.line.stream

    @property
    def type(self) -> str:
        return self.line.type

    @cached_property
    def on(self) -> date:
        return date.fromisoformat(self.line.on)

    @cached_property
    def at(self) -> datetime:
        return instant(self.line.at)

    @cached_property
    def by(self) -> UUID:
        return UUID(self.line.by)

    @property
    def role(self) -> str:
        return self.line.role

    @property
    def cmd(self) -> str:
        return self.line.cmd

    @property
    def cause(self) -> EventName | None:
        return self.line.cause

    @property
    def postings(self) -> Postings:
        return self.line.postings


class Codec:
    """Encodes and decodes the given types, and no other."""

    def __init__(self, types: Mapping[str, type]) -> None:
        self._types = {name: _made_strict(cls) for name, cls in types.items()}
        self._names = {cls: name for name, cls in types.items()}
        self._fields = {cls: tuple(field.name for field in dataclasses.fields(cls)) for cls in types.values()}
        self._recorded_fields = {
            cls: tuple(name for name in names if name != "postings") for cls, names in self._fields.items()
        }
        self._with_postings = {name for name, cls in types.items() if "postings" in self._fields[cls]}

    def type_of(self, event: object) -> str:
        """The stored type of an event. Raises LookupError for a class that is not in the register."""
        try:
            return self._names[type(event)]
        except KeyError:
            raise LookupError(f"{type(event).__name__} is not a registered event") from None

    def data_of(self, event: object) -> dict[str, Any]:
        """The event's fields as JSON values; absent options are left out, and so are postings (they stand beside)."""
        return _plain_fields(event, self._recorded_fields[type(event)])

    def event_of(self, recorded: Line) -> Any:
        """The typed event of a line. Raises UndecodableEvent for an unknown type, field or form."""
        cls = self._types.get(recorded.type)
        if cls is None:
            raise UndecodableEvent(f"{recorded.name}: no decoder for the type {recorded.type}")
        data: Mapping[str, Any] = recorded.data
        if recorded.type in self._with_postings:
            data = {**data, "postings": [list(posting) for posting in recorded.postings]}
        elif recorded.postings:
            raise UndecodableEvent(f"{recorded.name}: {recorded.type} carries no postings")
        try:
            return _judge_of(cls).validate_json(lines.canonical(data))
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise UndecodableEvent(f"{recorded.name}: {recorded.type}: {where}: {first['msg']}") from None

    def decode(self, index: int, entry: bytes) -> Recorded:
        """The stored entry (a whole note) at a log index.

        Form and signature were checked by the append and are by `audit`; here only the type judges the data.
        """
        text, separator, _ = entry.rpartition(b"\n\n")
        if not separator:
            raise UndecodableEvent(f"log index {index}: not a signed note")
        try:
            recorded = lines.load(text)
        except LineError as error:
            raise UndecodableEvent(f"log index {index}: {error}") from None
        return Recorded(index, recorded, self.event_of(recorded))


@cache
def _judge_of(cls: type) -> TypeAdapter[Any]:
    """What judges a type's data, built when the first such event is read: to build all of them takes half a second."""
    return TypeAdapter(cls)


@cache
def _made_strict(cls: type) -> type:
    """The class, it and every dataclass within it told to be strict: pydantic reads that from the class alone."""
    cls.__pydantic_config__ = _STRICT  # type: ignore[attr-defined]
    for hint in get_type_hints(cls).values():
        for part in (hint, *get_args(hint)):
            if dataclasses.is_dataclass(part) and isinstance(part, type):
                _made_strict(part)
    return cls


_AS_IT_IS = frozenset({str, int, bool})
_CONVERTED: Mapping[type, Callable[[Any], Any]] = {
    UUID: str,
    datetime: instant_text,
    date: date.isoformat,
    tuple: lambda value: [_plain(item) for item in value],
}


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    convert = _CONVERTED.get(kind)
    if convert is not None:
        return convert(value)
    if dataclasses.is_dataclass(kind):
        return _plain_fields(value, _field_names(kind))
    raise TypeError(f"a value of type {kind.__name__} cannot be recorded")


def _plain_fields(value: object, names: tuple[str, ...]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name in names:
        item = getattr(value, name)
        if type(item) in _AS_IT_IS:
            fields[name] = item
        elif item is not None:
            fields[name] = _plain(item)
    return fields


@cache
def _field_names(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))
