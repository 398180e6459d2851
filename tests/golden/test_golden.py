"""What was once recorded reads for ever, and is written again byte for byte: one file per type, version and variant."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import rfc8785

from domain.streams import event_types
from journal import line as lines
from journal.codec import Codec
from journal.errors import UndecodableEvent
from tests.golden.make import FOLDER, VARIANTS, golden_path, missing

CODEC = Codec(event_types())
FILES = sorted(FOLDER.glob("*.json"))


def test_every_registered_type_has_its_golden_files() -> None:
    assert list(missing()) == [], "run `python -m tests.golden.make`, look at the new files, and commit them"


def test_every_golden_file_has_a_registered_type() -> None:
    """A type that was released stays readable: its class may go only when its last file goes."""
    known = {golden_path(type_name, variant) for type_name in event_types() for variant in VARIANTS}
    assert set(FILES) == known


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_round_trip(path: Path) -> None:
    text = path.read_bytes()
    line = lines.parse(text)
    event = CODEC.event_of(line)
    assert golden_path(line.type, path.stem.rpartition(".")[2]) == path
    assert CODEC.type_of(event) == line.type
    again = replace(line, data=CODEC.data_of(event), postings=tuple(getattr(event, "postings", ())))
    assert lines.encode(again) == text
    assert rfc8785.dumps(json.loads(text)) + b"\n" == text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_may_be_added(path: Path) -> None:
    line = lines.parse(path.read_bytes())
    with pytest.raises(UndecodableEvent, match="invented"):
        CODEC.event_of(replace(line, data={**line.data, "invented": 1}))
