"""Make the golden files of new event types: `python -m tests.golden.make`. A file that is there is never touched.

A released type is never edited, so its file is never made again: if a golden test fails, the code is wrong.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from domain.incidents.events import DifferenceHash
from domain.kernel.calendar import Month
from domain.kernel.disclosed import DisclosedPeriod
from domain.kernel.events import Commitment, Sha256
from domain.kernel.ids import EventName, StreamName, derived
from domain.kernel.money import Fen
from domain.kernel.periods import Period
from domain.kernel.places import Division
from domain.kernel.postings import Posting
from domain.streams import event_types
from journal import line as lines
from journal.codec import Codec
from journal.line import Line

FOLDER = Path(__file__).parent
VARIANTS = ("full", "least")

# A value of each type, told apart by the name of its field.
VALUES: Mapping[object, Callable[[str], object]] = {
    str: lambda name: f"{name} 横峰县 \u2028",
    bool: lambda _name: True,
    int: lambda _name: 7,
    UUID: lambda name: derived("golden", name),
    date: lambda _name: date(2026, 11, 2),
    datetime: lambda _name: datetime(2026, 11, 2, 3, 4, 5, 678, UTC),
    Fen: lambda _name: Fen(1000),
    Division: lambda _name: Division("361125100201"),
    Month: lambda _name: Month("2026-11"),
    Period: lambda _name: Period("2026-Q4"),
    DisclosedPeriod: lambda _name: DisclosedPeriod("2026-Q4"),
    Commitment: lambda _name: Commitment("c0" * 32),
    Sha256: lambda _name: Sha256("5a" * 32),
    DifferenceHash: lambda _name: DifferenceHash("5a" * 8),
    EventName: lambda name: EventName(f"tariff/{derived('golden', name)}@2"),
    Posting: lambda _name: Posting("fin:5001", "CNY", 1000),
}


def golden_path(type_name: str, variant: str) -> Path:
    """`("reward.granted/1", "full")` -> `reward.granted-1.full.json`."""
    return FOLDER / f"{type_name.replace('/', '-')}.{variant}.json"


def sample(cls: type, *, full: bool) -> object:
    """An event with every field set, or with every option left out and every tuple empty."""
    hints = typing.get_type_hints(cls)
    return cls(**{field.name: _value(hints[field.name], field.name, full) for field in dataclasses.fields(cls)})


def golden_line(type_name: str, *, full: bool) -> bytes:
    """A whole canonical line of a type."""
    codec = Codec(event_types())
    event = sample(event_types()[type_name], full=full)
    category = type_name.partition(".")[0]
    return lines.encode(
        Line(
            origin="golden.example/mingzhang",
            stream=StreamName(f"{category}/{derived('golden', category)}"),
            seq=3,
            type=type_name,
            at="2026-11-22T04:51:38.000001Z",
            on="2026-11-22",
            by=str(derived("golden", "actor")),
            role="county_officer",
            cmd="golden:1",
            data=codec.data_of(event),
            cause=EventName(f"incident/{derived('golden', 'incident')}@5") if full else None,
            postings=tuple(getattr(event, "postings", ())),
        )
    )


def missing() -> Iterator[tuple[str, str]]:
    """The types and variants without a golden file."""
    for type_name in event_types():
        for variant in VARIANTS:
            if not golden_path(type_name, variant).exists():
                yield type_name, variant


def _value(hint: object, name: str, full: bool) -> object:
    if hint in VALUES:
        return VALUES[hint](name)
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return (_value(parts[0], name, full),) * (2 if full else 0)
    if origin in {typing.Union, types.UnionType} and type(None) in parts:
        return _value(parts[0], name, full) if full else None
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return sample(hint, full=full)
    raise TypeError(f"{name}: no golden value for {hint}; add one to VALUES")


if __name__ == "__main__":
    for type_name, variant in missing():
        golden_path(type_name, variant).write_bytes(golden_line(type_name, full=variant == "full"))
