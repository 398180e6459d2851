"""Whatever lies in the folder, the answer is findings with places: never a traceback, never a wrong 'whole'."""

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import report as reports
from audit.entries import path_of
from audit.folder import PackageFolder
from audit.manifest import MANIFEST
from audit.verify import verify_package
from journal import checkpoint as checkpoints
from journal import note
from journal.checkpoint import Checkpoint
from journal.tiles import encode_bundle
from tests.audit.packages import fresh, list_again
from tests.audit.story import LOG_KEY, ORIGIN, County, codes, seal

KEY = str(LOG_KEY.verifier_key)
ONE_FIXTURE_FOR_ALL = settings(
    deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def check(package):
    """Verify, and make sure that the report can be read by people and programs."""
    report = verify_package(package, log_key=KEY, processes=1)
    assert list(reports.lines(report))
    json.loads(reports.to_json(report).encode())
    return report


def files_of(package: Path) -> list[str]:
    return sorted(PackageFolder(package).files)


def must_fail_naming(report, *names):
    """The file is named; where it is the manifest, its row may be, with the file that it no longer fits."""
    assert report.exit_code == 1
    named = {finding.place.file for finding in report.findings}
    assert named & set(names) or (MANIFEST in names and "files" in {c.partition(".")[0] for c in codes(report)})


@ONE_FIXTURE_FOR_ALL
@given(data=st.data())
def test_any_flipped_bit_is_found_in_its_file(whole, tmp_path, data):
    package = fresh(whole, tmp_path)
    name = data.draw(st.sampled_from(files_of(package)))
    content = bytearray((package / name).read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (package / name).write_bytes(content)
    must_fail_naming(check(package), name)


@ONE_FIXTURE_FOR_ALL
@given(data=st.data())
def test_any_dropped_doubled_or_swapped_byte_or_line_is_found_in_its_file(whole, tmp_path, data):
    package = fresh(whole, tmp_path)
    name = data.draw(st.sampled_from(files_of(package)))
    content = (package / name).read_bytes()
    pieces = data.draw(st.sampled_from([[bytes([byte]) for byte in content], content.splitlines(keepends=True)]))
    at = data.draw(st.integers(0, len(pieces) - 1))
    other = data.draw(st.integers(0, len(pieces) - 1))
    match data.draw(st.sampled_from(["drop", "double", "swap"])):
        case "drop":
            del pieces[at]
        case "double":
            pieces.insert(at, pieces[at])
        case "swap":
            pieces[at], pieces[other] = pieces[other], pieces[at]
    changed = b"".join(pieces)
    (package / name).write_bytes(changed)
    if changed == content:
        assert check(package).exit_code == 0
    else:
        must_fail_naming(check(package), name)


@ONE_FIXTURE_FOR_ALL
@given(data=st.data())
def test_a_changed_file_with_a_new_manifest_is_found_by_what_it_says(whole, tmp_path, data):
    """Every file follows from the entries, is sealed, or is written again and compared."""
    package = fresh(whole, tmp_path)
    name = data.draw(st.sampled_from([name for name in files_of(package) if name != MANIFEST]))
    content = bytearray((package / name).read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (package / name).write_bytes(content)
    list_again(package)
    report = check(package)
    assert report.exit_code == 1
    assert report.findings[0].place.file is not None


@ONE_FIXTURE_FOR_ALL
@given(data=st.data())
def test_junk_in_place_of_any_file_is_a_finding(whole, tmp_path, data):
    package = fresh(whole, tmp_path)
    name = data.draw(st.sampled_from(files_of(package)))
    junk = data.draw(
        st.one_of(
            st.binary(max_size=300),
            st.text(max_size=100).map(lambda text: text.encode(errors="surrogatepass")),
            st.just(b""),
            st.just(b"\n\n\n"),
        )
    )
    (package / name).write_bytes(junk)
    if data.draw(st.booleans()) and name != MANIFEST:
        list_again(package)
        assert check(package).exit_code == 1
    else:
        must_fail_naming(check(package), name)


def sealed_package(package: Path, entries: list[bytes]) -> Path:
    """Files of any entries at all, sealed by the log key and listed."""
    for old in (package / "entries").rglob("*"):
        if old.is_file():
            old.unlink()
    shutil.rmtree(package / "checkpoints", ignore_errors=True)
    new = package / path_of(0, len(entries))
    new.parent.mkdir(exist_ok=True)
    new.write_bytes(encode_bundle(entries))
    (package / "checkpoint").write_bytes(seal(entries))
    list_again(package)
    return package


_names = st.sampled_from(["a", "sha256", "length"])
_plain = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20)
_flat = _plain | st.lists(_plain, max_size=4) | st.dictionaries(_names, _plain)
_json = _flat | st.lists(_flat, max_size=3) | st.dictionaries(_names, _flat)


@ONE_FIXTURE_FOR_ALL
@given(data=st.data())
def test_any_sealed_nonsense_in_the_fields_of_events_is_a_finding(whole, told, tmp_path, data):
    """An insider signs properly whatever he likes into one field of one event."""
    county = County()
    drafts = [draft for draft in county.story.drafts if draft.data]
    draft = drafts[data.draw(st.integers(0, len(drafts) - 1))]
    fields = sorted(draft.data)
    field = fields[data.draw(st.integers(0, 10**6)) % len(fields)]
    before = draft.data[field]
    draft.data[field] = data.draw(_json)
    report = check(sealed_package(fresh(whole, tmp_path), county.story.entries()))
    if json.dumps(draft.data[field]) == json.dumps(before):  # in Python, True equals 1
        assert report.exit_code == 0
    elif not isinstance(draft.data[field], type(before)):
        assert "lines.fields" in codes(report)
        assert county.story.name_of(draft) in {finding.place.event for finding in report.findings}


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe\n",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b"1e400\n",
        b"[" * 30_000 + b"\n",
        b'{"a":' * 9_000 + b"1" + b"}" * 9_000 + b"\n",
        b"9" * 20_000 + b"\n",
        b"\n",
        b'{"data":{},"data":{}}\n',
        b'{"at":"\\ud800"}\n',
    ],
    ids=lambda text: repr(text[:12]),
)
def test_sealed_notes_that_are_no_events(whole, told, tmp_path, text):
    try:
        entry = note.sign(text, County().story.key("administrator", County.founder))
    except note.NoteError:
        entry = text + b"\n\n"
    report = check(sealed_package(fresh(whole, tmp_path), [*told[:50], entry, *told[50:]]))
    found = next(finding for finding in report.findings if finding.code == "lines.unreadable")
    assert (found.place.index, found.place.file) == (50, f"entries/000.p/{len(told) + 1}")


def test_every_entry_may_be_junk(whole, tmp_path):
    report = check(sealed_package(fresh(whole, tmp_path), [b"", b"x", b"\x00" * 70, b"\n\n"]))
    assert {finding.place.index for finding in report.findings if finding.code == "lines.unreadable"} == {0, 1, 2, 3}


def test_lengths_that_lie(whole, told, tmp_path):
    package = fresh(whole, tmp_path)
    path = next(path for path in (package / "entries").rglob("*") if path.is_file())
    content = path.read_bytes()
    for changed in (b"\xff\xff" + content[2:], content[:-1], content + b"\x00", b"\x00\x00" * 400, b""):
        path.write_bytes(changed)
        list_again(package)
        report = check(package)
        assert {code for code in codes(report) if code.startswith("structure.")}
        assert report.exit_code == 1


@pytest.mark.parametrize("size", [0, 1, 10**6, 2**63 - 1])
def test_a_size_that_lies_is_found_soon(whole, told, tmp_path, size):
    package = fresh(whole, tmp_path)
    (package / "checkpoint").write_bytes(checkpoints.sign(Checkpoint(ORIGIN, size, bytes(32)), LOG_KEY))
    list_again(package)
    report = check(package)
    assert {"structure.unexpected"} <= codes(report)
    assert codes(report) & {"tree.too_few", "tree.root"}


@pytest.mark.parametrize(
    "name", ["checkpoint", "trust.policy", MANIFEST, "ledgers/journal.csv", "README.txt", "entries"]
)
def test_anything_missing_or_a_folder_or_a_link_or_a_pipe(whole, tmp_path, name):
    for make in (None, Path.mkdir, lambda path: path.symlink_to("/etc/passwd"), os.mkfifo):
        package = fresh(whole, tmp_path)
        path = package / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        if make is not None:
            make(path)
        report = check(package)
        assert report.exit_code == 1
        names = {str(finding.place.file) for finding in report.findings}
        assert any(found.startswith(name) for found in names)
        assert "root:x:0" not in reports.to_json(report)


def test_links_are_not_followed_even_by_the_manifest(whole, tmp_path):
    package = fresh(whole, tmp_path)
    (package / "more").symlink_to("/etc")
    (package / "loop").symlink_to(package)
    rows = (package / MANIFEST).read_bytes() + b"a" * 64 + b"  more/passwd\n" + b"b" * 64 + b"  ../../../etc/passwd\n"
    (package / MANIFEST).write_bytes(rows)
    report = check(package)
    assert codes(report) >= {"files.link", "files.missing", "files.manifest_row"}
    assert "root:" not in reports.to_json(report)


def test_extra_files_with_any_name_and_deep_folders(whole, tmp_path):
    package = fresh(whole, tmp_path)
    for name in ("extra", "多余.txt", os.fsdecode(b"bad\xff\xfe"), "new\nline", "\x1b[31mred", "entries/999"):
        (package / name).write_bytes(b"x")
    deep = package
    for _ in range(300):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "f").write_bytes(b"x")
    report = check(package)
    assert len([finding for finding in report.findings if finding.code == "files.extra"]) == 7
    assert "structure.unexpected" in codes(report)


def test_without_a_checkpoint_the_entries_are_still_judged(whole, told, tmp_path):
    package = fresh(whole, tmp_path)
    (package / "checkpoint").write_bytes(b"junk")
    bundle = next(path for path in (package / "entries").rglob("*") if path.is_file())
    content = bundle.read_bytes()
    bundle.write_bytes(content.replace(b'"confirmed":true', b'"confirmed":null', 1))
    report = check(package)
    assert codes(report) >= {"tree.unsealed", "files.changed", "lines.fields"}
    assert report.size is None


def test_a_bundle_too_large_for_its_format_is_not_read(whole, told, tmp_path):
    package = fresh(whole, tmp_path)
    bundle = package / f"entries/000.p/{len(told)}"
    with bundle.open("wb") as file:
        file.truncate(200 << 20)
    assert "structure.too_large" in codes(check(package))


def test_long_entries_are_told(whole, told, tmp_path):
    county = County()
    county.story.find("incident.verified/1").data["reason"] = "长" * 20_400
    report = check(sealed_package(fresh(whole, tmp_path), county.story.entries()))
    assert codes(report) & {"lines.too_long", "lines.unreadable"}
