"""Whatever was disclosed is computed again at the place of the log that it states, however much came after it."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from audit.book import Book
from audit.differences import first_difference
from audit.entries import BUNDLE_BYTES_MAX, bundles_of
from audit.findings import Findings
from audit.folder import PackageFolder
from audit.rules.disclosed import frame, shown_names
from audit.rules.disclosed.folds import folds
from audit.rules.disclosed.frame import PublishedDocuments, path_of
from audit.rules.disclosed.shown_names import RowsShown
from domain.disclosures.deciding import parameters_of
from domain.disclosures.events import DisclosureDrafted, DisclosurePublished, DisclosureRowsShown
from domain.disclosures.state import disclosure_id
from domain.kernel.disclosed import disclosed_period
from domain.kernel.documents import Document, ShownName, referred
from domain.kernel.events import Sha256
from domain.kernel.shown_rows import Salted, row_commitment, rows_content
from journal.tiles import encode_bundle
from projections.disclosed.makers import MAKERS
from tests.projections.disclosed.agreeing import PARAMETERS, entries_of, folded
from tests.projections.story import CLERK, COUNTY, Story, paid_month

JANUARY = disclosed_period("2026-01")
STREAM = disclosure_id(COUNTY, "rewards", JANUARY)


def document_of(story: Story, size: int) -> Document:
    fold = folded("rewards", entries_of(story, size=size))
    return referred(fold.document(division=COUNTY, period=JANUARY, parameters=PARAMETERS, position=size))


def drafted(document: Document, /, **changed: object) -> DisclosureDrafted:
    event = DisclosureDrafted(
        division=COUNTY,
        kind="rewards",
        period=JANUARY,
        version=1,
        query="rewards/1",
        parameters=parameters_of(PARAMETERS),
        position=document.position,
        document=document.digest(),
        length=len(document.canonical()),
        row_count=document.row_count,
        drafter_id=CLERK,
    )
    return replace(event, **changed)


def found(story: Story, folder: Path, documents: dict[str, bytes]) -> set[str]:
    """What the frame finds in a package of a story."""
    (bundle,) = bundles_of(len(story.entries))
    for path, content in {bundle.path: encode_bundle([note for *_, note in story.entries]), **documents}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        assert len(content) < BUNDLE_BYTES_MAX
    findings, book = Findings(), Book()
    rule = PublishedDocuments(PackageFolder(folder), findings)
    rule.look_ahead([bundle])
    for entry in entries_of(story):
        if rule.types is None or entry.type in rule.types:
            rule.see(entry, book)
    rule.check_files()
    return {one.code for result in findings.results() for one in result.findings}


def told(**changed: object) -> tuple[Story, Document]:
    """A month that is paid after its page was computed, and the draft recorded after that."""
    story = Story().opened()
    story.grant("rider")
    story.grant("courier")
    document = document_of(story, len(story.entries))
    story = paid_month(story)
    story.record("disclosure", STREAM, drafted(document, **changed), by=CLERK)
    return story, document


def test_it_is_computed_at_its_place_and_not_at_the_end(tmp_path: Path) -> None:
    story, document = told()
    assert document_of(story, len(story.entries)).tables != document.tables, "the month was paid meanwhile"
    assert found(story, tmp_path, {path_of(document.digest()): document.canonical()}) == set()


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("disclosures.document_differs", {"document": Sha256("a" * 64)}),
        ("disclosures.document_differs", {"row_count": 7}),
        ("disclosures.document_differs_at", {"position": 3}),
        ("disclosures.document_position", {"position": 10_000}),
        ("disclosures.document_query", {"query": "rewards/9"}),
        ("disclosures.document_query", {"kind": "gossip"}),
        ("disclosures.document_query", {"parameters": ()}),
        ("disclosures.document_query", {"period": "once-0f1e2d3c-0000-4000-8000-000000000000"}),
    ],
)
def test_what_does_not_follow_is_found(tmp_path: Path, code: str, changed: dict[str, object]) -> None:
    story, document = told(**changed)
    named = str(changed.get("document", document.digest()))
    assert code in found(story, tmp_path, {path_of(named): document.canonical()})


def test_files_are_those_that_the_journal_names(tmp_path: Path) -> None:
    story, document = told()
    posting = {"since": story.today, "until": story.today, "names": "masked", "publisher_id": CLERK}
    story.record("disclosure", STREAM, DisclosurePublished(version=1, **posting), by=CLERK)
    assert found(story, tmp_path, {}) == {"disclosures.document_missing"}
    names = f"disclosures/names/{STREAM}-"
    files = {
        path_of(document.digest()): document.canonical().replace(b'"v":1', b'"v":2'),
        path_of("b" * 64): b"{}",
        f"{names}1.json": b'{"payees:1": "x"}',
        f"{names}2.json": b"{}\n",
    }
    assert found(story, tmp_path, files) == {
        "disclosures.document_changed",
        "disclosures.document_unnamed",
        "disclosures.names_form",
        "disclosures.names_unnamed",
    }
    right = {path_of(document.digest()): document.canonical(), f"{names}1.json": '{"payees:1":"张*国"}\n'.encode()}
    for path in files:
        (tmp_path / path).unlink()
    assert found(story, tmp_path, right) == set()


@pytest.mark.parametrize("names", ["masked", "full"])
def test_a_correction_that_says_the_same_again_is_pointed_out(tmp_path: Path, names: str) -> None:
    """Names may have been what was corrected, where they are written otherwise; else a person should know it."""
    story, document = Story().opened(), None
    story.grant("rider")
    files = {}
    for version, how in ((1, "masked"), (2, names)):
        document = document_of(story, len(story.entries))
        files[path_of(document.digest())] = document.canonical()
        more = {"corrects": 1, "reason": "更正"} if version > 1 else {}
        story.record("disclosure", STREAM, drafted(document, version=version, **more), by=CLERK)
        posting = {"since": story.today, "until": story.today, "names": how, "publisher_id": CLERK}
        story.record("disclosure", STREAM, DisclosurePublished(version=version, **posting), by=CLERK)
    assert len(files) == 2, "the log stands elsewhere, so that the bytes differ"
    told = found(story, tmp_path, files)
    assert told == ({"disclosures.nothing_corrected"} if names == "masked" else set())


def shown(salt: bytes = b"\x05" * 32) -> RowsShown:
    """One row opened, and one whose person was erased."""
    one = Salted(ShownName("张*国", "K7F2QM"), salt)
    return RowsShown({"payees:1": row_commitment("payees:1", one), "payees:2": "c" * 64}, {"payees:1": one})


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (None, lambda content: content),
        ("disclosures.names_differ", lambda content: content.replace("张*国".encode(), "吴*国".encode())),
        ("disclosures.names_differ", lambda content: content.replace(b"K7F2QM", b"K7F2QN")),
        ("disclosures.names_replaced", lambda content: content.replace(b"c" * 64, b"d" * 64)),
        ("disclosures.names_replaced", lambda _: shown_names.file_of(shown(b"\x06" * 32))),
        ("disclosures.names_form", lambda content: content.replace(b'"salt"', b'"pepper"')),
        ("disclosures.names_form", lambda _: '{"payees:1":"张*国"}\n'.encode()),
        ("disclosures.names_missing", lambda _: None),
    ],
)
def test_a_name_changed_after_posting_is_found(
    tmp_path: Path, code: str | None, change: Callable[[bytes], bytes | None]
) -> None:
    story, document = told()
    posting = {"since": story.today, "until": story.today, "names": "masked", "publisher_id": CLERK}
    story.record("disclosure", STREAM, DisclosurePublished(version=1, **posting), by=CLERK)
    rows = Sha256(sha256(rows_content(shown().commitments)).hexdigest())
    story.record("disclosure", STREAM, DisclosureRowsShown(version=1, rows=rows, row_count=2), by=CLERK)
    files = {path_of(document.digest()): document.canonical()}
    content = change(shown_names.file_of(shown()))
    if content is not None:
        files[shown_names.path_of(str(STREAM), 1)] = content
    codes = found(story, tmp_path, files)
    assert codes == {code} - {None}


def test_a_finding_names_the_first_row_and_figure(tmp_path: Path) -> None:
    story, document = told()
    (table,) = document.tables
    rows = tuple((*row[:3], 99_900, row[4]) for row in table.rows)
    changed = replace(document, tables=(replace(table, rows=rows),))
    assert found(story, tmp_path, {path_of(document.digest()): changed.canonical()}) == {
        "disclosures.document_changed_at"
    }
    assert first_difference(document.canonical(), changed.canonical()) == ("payees:1.fen", "1000", "99900")
    fewer = replace(document, tables=(replace(table, rows=table.rows[:1]),))
    assert first_difference(document.canonical(), fewer.canonical()) == ("payees.rows", "2", "1")
    said = replace(document, sentence={**document.sentence, "count": 7})
    assert first_difference(document.canonical(), said.canonical()) == ("sentence.count", "2", "7")
    assert first_difference(document.canonical(), document.canonical()) is None
    assert first_difference(document.canonical(), b"{}") is None


def test_every_kind_has_both_ways() -> None:
    assert folds().keys() == MAKERS.keys()
    assert {kind: fold.query for kind, fold in folds().items()} == {kind: one.QUERY for kind, one in MAKERS.items()}
    assert frame.DRAFTED not in {name for fold in folds().values() for name in fold.types}
