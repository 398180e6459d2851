"""One event has one spelling, the reference implementation of RFC 8785 writes the same, and nothing else is read."""

import json
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.ids import EventName, StreamName
from domain.kernel.postings import Posting
from journal import line as lines
from journal.line import MAX_ENTRY_BYTES, MAX_SAFE_INTEGER, Line, LineError

STREAM = StreamName("reward/6d0f2b5e-7d1c-4a55-9f0e-6b6f3b2f9f10")
LINE = Line(
    origin="test.example/mingzhang",
    stream=STREAM,
    seq=3,
    type="reward.granted/1",
    at="2026-11-22T04:51:38.000001Z",
    on="2026-11-22",
    by="00000000-0000-4000-8000-000000000001",
    role="county_officer",
    cmd="grant:7",
    data={"amount_fen": 1000, "chain": {"who": None}, "notes": ["横峰县", "\u2028 \x7f"], "ok": True},
    cause=EventName("incident/6d0f2b5e-7d1c-4a55-9f0e-6b6f3b2f9f10@5"),
    postings=(Posting("fin:5001", "CNY", 1000), Posting("fin:2307:payee:x", "CNY", -1000)),
)

values = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True), values, max_size=6)


def fields_of(line: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(line)
    return fields


@given(objects)
def test_what_is_written_is_canonical_and_read_back(data: dict[str, Any]) -> None:
    line = replace(LINE, data=data)
    text = lines.encode(line)
    assert text == rfc8785.dumps(fields_of(text)) + b"\n"
    assert lines.parse(text) == lines.load(text) == line


def test_the_envelope_holds_everything() -> None:
    assert sorted(fields_of(lines.encode(LINE))) == sorted(
        ["at", "by", "cause", "cmd", "data", "on", "origin", "postings", "role", "seq", "stream", "type", "v"]
    )


def test_absent_parts_are_left_out() -> None:
    text = lines.encode(replace(LINE, cause=None, postings=()))
    assert not {"cause", "postings"} & set(fields_of(text))
    assert lines.parse(text).postings == ()


def test_names() -> None:
    assert LINE.name == f"{STREAM}@3"
    assert LINE.key_name == "test.example/mingzhang/county_officer/00000000-0000-4000-8000-000000000001"


REFUSED: list[tuple[str, Any, str]] = [
    ("v", 2, "v:"),
    ("v", True, "v:"),
    ("at", "2026-11-22T04:51:38Z", "at:"),
    ("at", "2026-02-30T04:51:38.000000Z", "at:"),
    ("at", "2026-11-22T04:51:38.000000+00:00", "at:"),
    ("by", "00000000-0000-4000-8000-00000000000A", "by:"),
    ("cmd", "", "cmd:"),
    ("cmd", "a b", "cmd:"),
    ("cmd", "钥", "cmd:"),
    ("cmd", "x" * 129, "cmd:"),
    ("on", "2026-11-2", "on:"),
    ("on", "2026-02-30", "on:"),
    ("on", "2026-11-02\n", "on:"),
    ("role", "County", "role:"),
    ("type", "os:system", "type:"),
    ("type", "reward.granted/0", "type:"),
    ("type", "reward.granted", "type:"),
    ("origin", "", "origin:"),
    ("origin", None, "origin:"),
    ("stream", "reward/7", "stream:"),
    ("stream", "../etc/passwd", "stream:"),
    ("seq", 0, "seq:"),
    ("seq", True, "seq:"),
    ("seq", 2**53, "seq:"),
    ("cause", STREAM, "cause:"),
    ("cause", f"{STREAM}@0", "cause:"),
    ("cause", "reward/7@1", "cause:"),
    ("data", [], "data:"),
    ("data", {"Name": 1}, "data: key"),
    ("data", {"名": 1}, "data: key"),
    ("data", {"a": [{"b": 2**53}]}, r"data.a\[0\].b"),
    ("data", {"a": -(2**53)}, "data.a"),
    ("postings", [], "postings:"),
    ("postings", [["fin:1", "CNY"]], r"postings\[0\]"),
    ("postings", [["cash", "CNY", 1]], "account"),
    ("postings", [["fin:1", "cny", 1]], "commodity"),
    ("postings", [["fin:1", "CNY", 2**53]], r"postings\[0\]"),
]


@pytest.mark.parametrize(("name", "value", "said"), REFUSED)
def test_a_part_that_is_not_of_its_form_is_refused(name: str, value: object, said: str) -> None:
    changed = {**fields_of(lines.encode(LINE)), name: value}
    with pytest.raises(LineError, match=said):
        lines.parse(_dumped(changed))


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, v, _ in REFUSED if n not in {"v", "postings", "cause"}])
def test_nothing_is_written_that_would_not_be_read_back(name: str, value: Any) -> None:
    with pytest.raises(LineError):
        lines.encode(replace(LINE, **{name: value}))


def _dumped(fields: dict[str, Any]) -> bytes:
    return lines.canonical(fields) + b"\n"


@pytest.mark.parametrize("name", ["at", "by", "cmd", "data", "on", "origin", "role", "seq", "stream", "type", "v"])
def test_a_part_that_is_missing_is_refused(name: str) -> None:
    fields = fields_of(lines.encode(LINE))
    del fields[name]
    with pytest.raises(LineError, match=rf"missing.*{name}"):
        lines.parse(_dumped(fields))


def test_a_part_that_is_unknown_is_refused() -> None:
    with pytest.raises(LineError, match=r"unknown.*extra"):
        lines.parse(_dumped({**fields_of(lines.encode(LINE)), "extra": 1}))


@pytest.mark.parametrize(
    "value", [1.5, 1e3, float("nan"), float("inf"), b"bytes", {1, 2}, object()], ids=lambda value: type(value).__name__
)
def test_a_float_or_an_object_is_never_written(value: object) -> None:
    with pytest.raises(LineError):
        lines.encode(replace(LINE, data={"a": [value]}))


def test_a_lone_surrogate_is_never_written() -> None:
    with pytest.raises(LineError, match="surrogate"):
        lines.encode(replace(LINE, data={"a": "\ud800"}))


def _spellings() -> dict[str, bytes]:
    text = lines.encode(LINE)
    return {
        "space": text.replace(b'"seq":3', b'"seq": 3'),
        "order": b'{"v":1,' + text.replace(b',"v":1}', b"}")[1:],
        "escape": text.replace("横".encode(), b"\\u6a2a"),
        "float": text.replace(b"1000,", b"1e3,", 1),
        "point": text.replace(b'"seq":3', b'"seq":3.0'),
        "nan": text.replace(b'"seq":3', b'"seq":NaN'),
        "zero": text.replace(b'"seq":3', b'"seq":03'),
        "minus zero": text.replace(b'"amount_fen":1000', b'"amount_fen":-0'),
        "twice": text.replace(b'"seq":3', b'"seq":3,"seq":3'),
        "no newline": text[:-1],
        "two lines": text + b"\n",
        "carriage return": text[:-1] + b"\r\n",
        "list": b"[1]\n",
        "empty": b"",
        "not UTF-8": text.replace("横".encode(), b"\xff\xfe\xfd"),
        "deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n",
        "long": text.replace(b'"ok":true', b'"ok":"' + b"x" * MAX_ENTRY_BYTES + b'"'),
    }


@pytest.mark.parametrize("spelling", _spellings().values(), ids=_spellings().keys())
def test_any_other_spelling_is_refused(spelling: bytes) -> None:
    with pytest.raises(LineError):
        lines.parse(spelling)


@given(st.binary(max_size=60))
def test_noise_is_a_line_error(noise: bytes) -> None:
    with pytest.raises(LineError):
        lines.parse(noise)
    with pytest.raises(LineError):
        lines.load(noise)


@given(st.data())
def test_any_byte_that_changes_is_seen(data: st.DataObject) -> None:
    """A changed byte gives another line or none: never the same line in another spelling."""
    text = lines.encode(LINE)
    place = data.draw(st.integers(0, len(text) - 1))
    changed = bytearray(text)
    changed[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != text[place]))
    try:
        read = lines.parse(bytes(changed))
    except LineError:
        return
    assert read != LINE
    assert lines.encode(read) == bytes(changed)
