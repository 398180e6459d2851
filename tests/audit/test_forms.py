"""The quick look proves nothing that the long way would refuse, and proves whatever events usually look like."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import shapes
from audit.entries import Bundle, Raw
from audit.forms import prove
from audit.strict import entry_of, fields_of
from journal import line as lines
from journal import note
from journal.line import LineError
from journal.merkle import leaf_hash
from journal.note import Ed25519Signer, NoteError
from tests.audit.story import County, seeded
from tests.golden.make import FOLDER

SIGNER = Ed25519Signer.from_seed("log.example.org/member/somebody", seeded("somebody"))
GOLDEN = {path.name: note.sign(path.read_bytes(), SIGNER) for path in sorted(FOLDER.glob("*.json"))}
STORY = County().story.entries()
ENTRIES = [*GOLDEN.values(), *STORY]
MANY = settings(deadline=None, derandomize=True, max_examples=1500)


def the_long_way(content: bytes) -> tuple[object, ...] | None:
    """What `audit.strict` makes of an entry without the quick look; None for one with any fault of form."""
    try:
        parsed = note.parse(content)
        line = lines.parse(parsed.text)
    except (NoteError, LineError):
        return None
    fits = shapes.day(line.on) and line.type in shapes.SHAPES and not shapes.faults(line.type, line.data)
    if not fits or len(parsed.signatures) != 1 or len(content) > lines.MAX_ENTRY_BYTES:
        return None
    (signature,) = parsed.signatures
    raw = Raw(7, 5, content)
    fields = fields_of(line, raw, path="entries/000", leaf=leaf_hash(content), signature=signature)
    return parsed.text, signature.signature, fields


def agree(content: bytes) -> bool:
    """Whether it was proved; if it was, the long way must come to the same."""
    proved = prove(content)
    if proved is None:
        return False
    found = the_long_way(content)
    fields = (7, "entries/000", 5, proved.key_name, proved.key_id, leaf_hash(content), *proved.line)
    assert found == (proved.text, proved.signature, fields)
    assert json.dumps(found[2][-2]) == json.dumps(proved.line[-2])  # in Python, True equals 1
    return True


@pytest.mark.parametrize("name", GOLDEN)
def test_every_type_is_proved_as_it_usually_is(name: str) -> None:
    content = GOLDEN[name]
    assert the_long_way(content) is not None
    assert agree(content)


def test_a_whole_story_is_proved_but_for_its_policy() -> None:
    """The text of a policy has newlines in it, which JSON escapes."""
    assert [index for index, entry in enumerate(STORY) if not agree(entry)] == [0]
    assert the_long_way(STORY[0]) is not None


@MANY
@given(data=st.data())
def test_no_changed_byte_is_proved_that_the_long_way_refuses(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(ENTRIES)))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["bit", "byte", "drop", "double", "insert"])):
            case "bit":
                content[at] ^= 1 << data.draw(st.integers(0, 7))
            case "byte":
                content[at] = data.draw(st.sampled_from(b'"\\{}[],:0129-+.eEuntf \n\t\x7f\xc3\xa4\xed\xa0'))
            case "drop":
                del content[at]
            case "double":
                content.insert(at, content[at])
            case "insert":
                content[at:at] = data.draw(
                    st.sampled_from([b" ", b"\\u0041", b"\\n", b'"', b",", b"\xed\xa0\x80", b"00"])
                )
    agree(bytes(content))


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(
        ["2026-02-29", "2028-02-29", "2026-04-31", "2026-13", "361125100201", "2026-02-03T24:00:00.000000Z"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "length"]), inner, max_size=2),
    max_leaves=5,
)


@MANY
@given(data=st.data())
def test_no_other_value_is_proved_that_the_long_way_refuses(data: st.DataObject) -> None:
    """Signed properly, but with anything at all in the place of one value, or under one name more."""
    fields = json.loads(note.parse(data.draw(st.sampled_from(ENTRIES))).text)
    inside = fields["data"] if data.draw(st.booleans()) and fields["data"] else fields
    name = data.draw(st.sampled_from([*sorted(inside), "more"]))
    inside[name] = data.draw(_json)
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=data.draw(st.booleans()))
    try:
        agree(note.sign(f"{text}\n".encode(), SIGNER))
    except (NoteError, UnicodeEncodeError):
        return


def test_days_that_are_in_every_calendar_and_no_other() -> None:
    entry = GOLDEN["tariff.set-1.full.json"]
    for day in ("2026-02-28", "2026-04-30", "2026-12-31"):
        changed = re.sub(rb'"on":"[0-9-]+"', f'"on":"{day}"'.encode(), note.parse(entry).text)
        assert agree(note.sign(changed, SIGNER))
    for day in ("2028-02-29", "2026-02-29", "2026-02-30", "2026-04-31", "2026-00-10", "2026-13-01", "0000-01-01"):
        changed = re.sub(rb'"on":"[0-9-]+"', f'"on":"{day}"'.encode(), note.parse(entry).text)
        assert not agree(note.sign(changed, SIGNER))


def test_a_note_of_two_signatures_or_another_key_type_is_not_proved() -> None:
    text = note.parse(GOLDEN["tariff.set-1.full.json"]).text
    assert not agree(note.sign(text, SIGNER, Ed25519Signer.from_seed("other", seeded("other"))))
    assert not agree(b"")
    assert not agree(b"\n\n")


def test_bundles_are_named_in_the_fields() -> None:
    """`fields_of` and `prove` give the parts in one order, the order of `Entry`."""
    entry = entry_of(Bundle("entries/000", 0, 256), Raw(3, 9, STORY[5]))
    assert entry is not None
    line = lines.parse(note.parse(STORY[5]).text)
    assert (entry.name, entry.on, entry.at, entry.data) == (line.name, line.on, line.at, line.data)
    assert (entry.index, entry.file, entry.offset, entry.stream) == (3, "entries/000", 9, line.stream)
