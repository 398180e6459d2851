"""What the scribe writes in one go is, byte for byte, what `line.encode` writes; and it refuses what that refuses."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.calendar import instant, instant_text
from domain.kernel.ids import EventName, StreamName
from domain.kernel.postings import Posting, Postings
from domain.streams import event_types
from journal import line as lines
from journal.codec import Codec
from journal.line import Line, LineError
from journal.scribe import Scribe

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*.json"))
CODEC = Codec(event_types())
BY = UUID(int=7)
AT = datetime(2026, 11, 2, 3, 4, 5, 678, UTC)
STREAM = StreamName(f"place/{UUID(int=8)}")
ORIGIN = "test.example/mingzhang"
CAUSE = EventName(f"{STREAM}@2")


@dataclass(frozen=True)
class Inner:
    """A value inside an event."""

    words: str
    ids: tuple[UUID, ...]
    when: datetime | None = None


@dataclass(frozen=True)
class Anything:
    """An event with a field of every form that can be recorded."""

    zeta: str
    count: int
    yes: bool
    day: date
    inner: Inner
    many: tuple[Inner, ...] = ()
    absent: str | None = None
    postings: Postings = ()


@dataclass(frozen=True)
class One:
    """An event with one field."""

    value: Any


OWN = Codec({"test.anything/1": Anything})


def written(event: object, *, cmd: str = "k", role: str = "agent", **line: Any) -> bytes:
    scribe = Scribe(origin=ORIGIN, at=AT, by=BY, role=role, cmd=cmd)
    parts = {"type_": "test.anything/1", "stream": STREAM, "seq": 3, "on": AT.date(), "cause": None, "postings": ()}
    return scribe.line(event, **{**parts, **line})


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_type_is_written_as_it_was_released(path: Path) -> None:
    text = path.read_bytes().rstrip(b"\n") + b"\n"
    line = lines.parse(text)
    scribe = Scribe(origin=line.origin, at=instant(line.at), by=UUID(line.by), role=line.role, cmd=line.cmd)
    again = scribe.line(
        CODEC.event_of(line),
        type_=line.type,
        stream=line.stream,
        seq=line.seq,
        on=date.fromisoformat(line.on),
        cause=line.cause,
        postings=line.postings,
    )
    assert again == text


texts = st.text()
integers = st.integers(-lines.MAX_SAFE_INTEGER, lines.MAX_SAFE_INTEGER)
moments = st.datetimes(timezones=st.just(UTC))
inners = st.builds(Inner, texts, st.lists(st.uuids(), max_size=2).map(tuple), st.none() | moments)
postings = st.builds(Posting, st.sampled_from(["fin:1011", "ind:available:x-1"]), st.just("CNY"), integers)
events = st.builds(
    Anything,
    texts,
    integers,
    st.booleans(),
    st.dates(),
    inners,
    st.lists(inners, max_size=2).map(tuple),
    st.none() | texts,
    st.lists(postings, max_size=3).map(tuple),
)
keys = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)


@given(events, keys, st.sampled_from([None, CAUSE]))
def test_any_event_is_written_as_the_encoder_writes_it(event: Anything, cmd: str, cause: EventName | None) -> None:
    slowly = Line(
        origin=ORIGIN,
        stream=STREAM,
        seq=3,
        type="test.anything/1",
        at=instant_text(AT),
        on=AT.date().isoformat(),
        by=str(BY),
        role="agent",
        cmd=cmd,
        data=OWN.data_of(event),
        cause=cause,
        postings=event.postings,
    )
    text = written(event, cmd=cmd, cause=cause, postings=event.postings)
    assert text == lines.encode(slowly)
    assert lines.parse(text) == slowly


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cmd": ""}, "cmd"),
        ({"cmd": "two words"}, "cmd"),
        ({"role": "Agent"}, "role"),
        ({"cause": "nothing@0"}, "cause"),
        ({"cause": "nothing@1"}, "cause"),
        ({"postings": (Posting("Fin:1", "CNY", 1),)}, "account"),
        ({"postings": (Posting('fin:"', "CNY", 1),)}, "account"),
        ({"postings": (Posting("fin:1", "cny", 1),)}, "commodity"),
        ({"postings": (Posting("fin:1", "CNY", 2**53),)}, "integer"),
        ({"postings": (Posting("fin:1", "CNY", True),)}, "integer"),
    ],
)
def test_an_envelope_of_another_form_is_not_written(change: dict[str, Any], said: str) -> None:
    with pytest.raises(LineError, match=said):
        written(One("x"), **change)


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800"])
def test_a_value_that_could_not_be_read_back_is_not_written(value: object) -> None:
    with pytest.raises(LineError):
        written(One(value))


@pytest.mark.parametrize("value", [1.5, b"x", [1], {"a": 1}, {1}, (None,)])
def test_a_value_of_no_recorded_kind_is_a_fault_of_the_program(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be recorded"):
        written(One(value))


def test_a_field_whose_name_is_no_key_is_not_written() -> None:
    @dataclass(frozen=True)
    class Odd:
        Upper: int

    with pytest.raises(LineError, match="Upper"):
        written(Odd(1))


def test_an_origin_must_be_named() -> None:
    with pytest.raises(LineError, match="origin"):
        Scribe(origin="", at=AT, by=BY, role="agent", cmd="k")
