"""Both ways to compute what is disclosed, beside one another: from the read models, and from the events alone."""

from collections.abc import Mapping, Sequence

import psycopg

from api.web.disclosed.kinds import WORDS
from audit.entries import Entry, Raw
from audit.rules.disclosed.fold import Fold
from audit.rules.disclosed.folds import folds
from audit.strict import fields_of
from domain.kernel.documents import Document, parse, referred
from domain.kernel.places import Division
from journal import line as lines
from journal.note import Signature
from projections.disclosed import frame
from projections.disclosed.frame import Made
from projections.disclosed.makers import MAKERS
from tests.projections.story import Story

PARAMETERS = {"small_count_min": "3"}


def entries_of(story: Story, *, size: int | None = None) -> list[Entry]:
    """A story's first events as the auditor's rules see them."""
    return [_entry(index, note) for index, (_, _, _, note) in enumerate(story.entries[:size])]


def _entry(index: int, note: bytes) -> Entry:
    line = lines.load(note.rpartition(b"\n\n")[0])
    signature = Signature(line.key_name, b"\0\0\0\0", b"\0")
    return Entry(*fields_of(line, Raw(index, 0, note), path="", leaf=bytes(32), signature=signature))


def folded(kind: str, entries: Sequence[Entry]) -> Fold:
    """The fold of a kind, after these events."""
    fold = folds()[kind]
    for entry in entries:
        if entry.type in fold.types:
            fold.apply(entry)
    return fold


def agree(
    reader: psycopg.Connection,
    story: Story,
    kind: str,
    *,
    division: Division,
    period: str,
    parameters: Mapping[str, str] = PARAMETERS,
) -> Made:
    """The document of a kind, after both ways came to the same bytes.

    Everything of the story is recorded and projected.
    """
    made = frame.make(reader, MAKERS[kind], division=division, period=period, parameters=parameters)
    fold, position = folded(kind, entries_of(story)), len(story.entries)
    whole = fold.document(division=division, period=period, parameters=parameters, position=position)
    other: Document = referred(whole)
    assert made.document == other
    assert made.document.canonical() == other.canonical()
    assert parse(other.canonical()) == other
    assert fold.query == MAKERS[kind].QUERY == other.query
    words = WORDS[kind]
    assert words.sentence(other.sentence)
    assert len(words.left_out(other.withheld)) == len(other.withheld)
    for table in other.tables:
        assert {column.name for column in table.columns} <= set(words.tables[table.name].columns)
        subjects = made.subjects.get(table.name)
        assert subjects is None or len(subjects) == len(table.rows)
    return made
