"""The examination: whatever was changed is named, whatever was not is not, and one fault hides no other."""

from collections.abc import Callable
from pathlib import Path

import pytest

from journal import note
from journal.fsck import Examination, Finding, bundles_of_entries, bundles_of_files
from journal.note import COSIGNATURE_V1, Ed25519Signer
from journal.targets import LocalFolder
from journal.tile_files import TileFiles
from tests.journal.publishing import Entries, Log, entry, line_of, numbered, other_entry, policy

WITNESS = Ed25519Signer.from_seed("a.example/witness", b"\x07" * 32, algorithm=COSIGNATURE_V1)
LINE = (
    b'{"at":"2026-11-22T04:00:00.000000Z","by":"00000000-0000-4000-8000-000000000001","cmd":"genesis","data":%b,'
    b'"on":"2026-11-22","origin":"example.com/log","role":"administrator","seq":%d,'
    b'"stream":"log/00000000-0000-4000-8000-000000000002","type":"log.%b/1","v":1}\n'
)


def stating(seq: int, kind: bytes, text: bytes) -> bytes:
    """An entry that states a policy, signed by whomever: the examination does not judge who may state one."""
    data = b'{"policy":"%b"}' % text.replace(b"\n", b"\\n")
    return note.sign(LINE % (data, seq, kind), Ed25519Signer.from_seed("example.com/log/administrator/1", b"\x03" * 32))


def source_of(count: int = 600, make: Callable[[int], bytes] = entry) -> Entries:
    """A log that begins with its policy."""
    source = numbered(count, make)
    return Entries([stating(1, b"opened", bytes(policy())), *source.all[1:]])


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """600 entries, published in steps, one checkpoint of an earlier day kept."""
    made = Log(tmp_path / "log", source_of())
    for size in (100, 300, 600):
        made.publish(size)
    return made


def of_files(log: Log) -> list[Finding]:
    files = TileFiles(LocalFolder(log.folder))
    examination = Examination(files)
    for bundle in bundles_of_files(files, size=examination.size, examination=examination):
        list(examination.take(bundle))
    list(examination.finish())
    return examination.findings


def of_entries(log: Log, source: Entries, *, signed: bytes | None = None) -> list[Finding]:
    examination = Examination(TileFiles(LocalFolder(log.folder)), signed=signed)
    size = len(source.all)
    entries = source.entries(0)
    for bundle in bundles_of_entries(entries, examination=examination, progress=lambda *_: None, size=size):
        list(examination.take(bundle))
    list(examination.finish())
    return examination.findings


def codes(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(finding.code, finding.where) for finding in findings}


def test_a_whole_log_has_no_findings(log: Log) -> None:
    assert of_files(log) == []
    assert of_entries(log, log.source, signed=log.source.signed(600)) == []
    assert of_entries(log, source_of(777), signed=source_of(777).signed(700)) == []  # more is recorded than published


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512])
def test_at_every_border(tmp_path: Path, size: int) -> None:
    made = Log(tmp_path / "log", source_of())
    made.publish(size)
    assert of_files(made) == []
    assert of_entries(made, made.source) == []


def test_nothing_published_is_no_fault(tmp_path: Path) -> None:
    assert of_files(Log(tmp_path / "log", source_of())) == []


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("tile/0/000", {("file.differs", "tile/0/000")}),
        ("tile/0/002.p/88", {("file.differs", "tile/0/002.p/88")}),
        ("tile/1/000.p/2", {("file.differs", "tile/1/000.p/2")}),
        ("tile/1/000.p/1", {("file.differs", "tile/1/000.p/1")}),
        ("checkpoint", {("checkpoint.signature", "checkpoint")}),
        ("checkpoints/100", {("checkpoint.signature", "checkpoints/100")}),
        ("policy", {("policy.differs", "policy")}),
    ],
)
def test_a_flipped_bit_is_named_by_its_file(log: Log, path: str, named: set[tuple[str, str]]) -> None:
    folder = LocalFolder(log.folder)
    content = bytearray(folder.read(path) or b"")
    content[-20] ^= 1
    folder.write(path, bytes(content))
    assert codes(of_entries(log, log.source)) == named
    assert codes(of_files(log)) == named
    (found,) = of_entries(log, log.source)
    if found.code == "file.differs":
        assert found.detail == f"byte {len(content) - 20} of {len(content)} ({len(content)})"


def test_an_edited_entry_is_seen_with_and_without_the_database(log: Log) -> None:
    folder = LocalFolder(log.folder)
    content = folder.read("tile/entries/001") or b""
    folder.write("tile/entries/001", content.replace(b"entry 300", b"entry 3oo"))
    assert codes(of_entries(log, log.source)) == {("file.differs", "tile/entries/001")}
    found = codes(of_files(log))
    assert ("file.differs", "tile/0/001") in found
    assert ("checkpoint.root", "checkpoint") in found
    assert ("checkpoint.root", "checkpoints/100") not in found


def test_all_faults_are_found_not_only_the_first(log: Log) -> None:
    folder = LocalFolder(log.folder)
    folder.remove("tile/0/001")
    folder.remove("tile/entries/002.p/88")
    folder.write("tile/0/000", b"short")
    folder.write("tile/0/007", bytes(8192))
    folder.write("tile/0/002.p/99", bytes(99 * 32))
    folder.write("tile/7/x000", b"")
    folder.write("checkpoints/101", folder.read("checkpoints/100") or b"")
    folder.write("checkpoints/7", b"nonsense")
    found = codes(of_entries(log, log.source))
    assert found == {
        ("file.missing", "tile/0/001"),
        ("file.missing", "tile/entries/002.p/88"),
        ("file.differs", "tile/0/000"),
        ("file.beyond", "tile/0/007"),
        ("file.beyond", "tile/0/002.p/99"),
        ("file.unexpected", "tile/7/x000"),
        ("checkpoint.misplaced", "checkpoints/101"),
        ("checkpoint.unreadable", "checkpoints/7"),
    }
    # Without a database, the hashes of the bundle that is gone come from the tile beside it.
    alone = codes(of_files(log))
    assert ("bundle.unreadable", "tile/entries/002.p/88") in alone
    assert ("checkpoint.root", "checkpoint") not in alone


def test_entries_cut_off_swapped_or_exchanged(log: Log) -> None:
    cut = codes(of_entries(log, Entries(log.source.all[:599]), signed=log.source.signed(600)))
    assert {("checkpoint.beyond", "checkpoint"), ("checkpoint.beyond", "signer")} <= cut
    swapped = list(log.source.all)
    swapped[10], swapped[11] = swapped[11], swapped[10]
    found = codes(of_entries(log, Entries(swapped)))
    for where in ("checkpoint", "checkpoints/100"):
        assert ("checkpoint.root", where) in found
    assert {("file.differs", "tile/entries/000"), ("file.differs", "tile/0/000")} <= found
    forged = codes(of_entries(log, source_of(600, other_entry)))
    assert ("checkpoint.root", "checkpoint") in forged
    assert ("checkpoint.root", "checkpoints/100") not in forged  # the histories part after it


def test_a_gap_is_named(log: Log) -> None:
    class Gap(Entries):
        def entries(self, start: int, *, stop: int | None = None) -> object:  # type: ignore[override]
            return (one for one in super().entries(start, stop=stop) if one[0] != 400)

    found = of_entries(log, Gap(log.source.all))
    assert Finding("entries.gap", "400", "401") in found


def test_a_signer_that_has_gone_back_is_named(log: Log) -> None:
    assert codes(of_entries(log, log.source, signed=log.source.signed(599))) == {("signer.behind", "signer")}
    forged = source_of(600, other_entry).signed(600)
    assert codes(of_entries(log, log.source, signed=forged)) == {("checkpoint.root", "signer")}


def test_each_checkpoint_is_judged_by_the_policy_of_its_size(tmp_path: Path) -> None:
    """From entry 50 on a witness is demanded; the checkpoint of size 100 lacks it, that of size 50 did not need it."""
    demanding = policy(line_of("a", WITNESS), quorum="a")
    entries = source_of(100).all
    entries[50] = stating(2, b"policy_set", bytes(demanding))
    log = Log(tmp_path / "log", Entries(entries))
    log.publish(50)
    assert of_files(log) == []
    log.publish(100)
    assert codes(of_files(log)) == {("checkpoint.quorum", "checkpoint"), ("policy.differs", "policy")}


def test_a_log_without_a_policy(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", numbered(10))
    log.publish(10)
    assert codes(of_files(log)) == {("checkpoint.no_policy", "checkpoint"), ("checkpoint.no_policy", "checkpoints/10")}
