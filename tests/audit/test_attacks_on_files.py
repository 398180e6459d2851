"""Attacks by whoever holds the database or the files, or a stolen log key: each is caught, at its place."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from audit.entries import path_of
from audit.package import Beside, write_package
from audit.verify import verify_package
from journal import note
from journal.note import Ed25519Signer
from journal.tiles import decode_bundle, encode_bundle
from tests.audit.full import pages_of
from tests.audit.packages import fresh, list_again
from tests.audit.story import (
    LOG_KEY,
    ORIGIN,
    POLICY,
    WITNESS,
    codes,
    seal,
    seeded,
)

KEY = str(LOG_KEY.verifier_key)


@pytest.fixture
def package(whole, tmp_path):
    return fresh(whole, tmp_path)


def rebundle(package: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change the entries of the one bundle, and keep every file consistent but the seal."""
    old = next(path for path in (package / "entries").rglob("*") if path.is_file())
    entries = change(decode_bundle(old.read_bytes()))
    old.unlink()
    new = package / path_of(0, len(entries))
    new.parent.mkdir(exist_ok=True)
    new.write_bytes(encode_bundle(entries))
    list_again(package)


def check(package: Path, **options):
    return verify_package(package, log_key=KEY, processes=1, **options)


# The database owner changes rows, and cannot seal them.


def test_an_edited_event_breaks_its_signature_and_the_root(package):
    def edit(entries):
        at = next(i for i, entry in enumerate(entries) if b'"amount_fen":1000' in entry and b"granted/1" in entry)
        edit.at = at
        entries[at] = entries[at].replace(b'"amount_fen":1000', b'"amount_fen":2000')
        return entries

    rebundle(package, edit)
    report = check(package)
    assert codes(report) >= {"tree.root", "signatures.bad", "postings.differ"}
    bad = next(finding for finding in report.findings if finding.code == "signatures.bad")
    assert bad.place.index == edit.at
    assert bad.place.event is not None
    assert bad.place.event.startswith("reward/")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda e: e[:50] + e[51:], {"structure.missing", "structure.unexpected"}),
        (lambda e: [*e[:50], e[51], e[50], *e[52:]], {"tree.root"}),
        (lambda e: [*e[:50], e[49], *e[51:]], {"tree.root", "continuity.gap"}),
        (lambda e: e[:-1], {"structure.missing"}),
        (lambda e: [*e, e[-1]], {"structure.missing"}),
    ],
    ids=["dropped", "swapped", "doubled over another", "tail cut off", "doubled at the end"],
)
def test_entries_moved_about_do_not_match_the_seal(package, change, expected):
    rebundle(package, change)
    assert codes(check(package)) >= expected


def test_entries_cut_off_inside_the_file_are_named_by_index(package, told):
    path = package / path_of(0, len(told))
    path.write_bytes(encode_bundle(decode_bundle(path.read_bytes())[:-2]))
    list_again(package)
    report = check(package)
    assert codes(report) >= {"structure.width", "tree.too_few"}
    width = next(finding for finding in report.findings if finding.code == "structure.width")
    assert width.place.index == len(told) - 2


# Other seals.


def test_a_checkpoint_of_another_log(package, told):
    other = Ed25519Signer.from_seed("log.example.org/other", seeded("other log"))
    (package / "checkpoint").write_bytes(seal(told, key=other))
    list_again(package)
    assert "tree.unsealed" in codes(check(package))


def test_a_checkpoint_by_a_stranger_with_the_same_name(package, told):
    stranger = Ed25519Signer.from_seed(ORIGIN, seeded("stranger"))
    (package / "checkpoint").write_bytes(seal(told, key=stranger))
    list_again(package)
    assert "tree.unsealed" in codes(check(package))


def test_a_whole_other_log_under_the_same_name_is_betrayed_by_the_known_key(tmp_path, county):
    stranger = Ed25519Signer.from_seed(ORIGIN, seeded("stranger"))
    policy = POLICY.replace(KEY, str(stranger.verifier_key))
    county.story.find("log.opened/1").data.update(log_key=str(stranger.verifier_key), policy=policy)
    entries = county.story.entries()
    signed, beside = seal(entries, key=stranger), Beside(disclosures=pages_of(entries))
    write_package(tmp_path / "p", entries=entries, checkpoint=signed, policy=policy, beside=beside)
    assert codes(verify_package(tmp_path / "p", processes=1)) == set()
    assert codes(check(tmp_path / "p")) == {"tree.key_differs"}


def test_a_fork_with_the_stolen_log_key_is_no_continuation(verdict_on, county, told):
    kept = seal(told[:60])
    assert codes(verdict_on(told, since=kept)) == set()
    county.story.find("incident.verified/1").data["reason"] = "photo_matches"
    forked = county.story.entries()
    assert codes(verdict_on(forked)) == set()
    assert codes(verdict_on(forked, since=kept)) == {"since.fork"}
    assert codes(verdict_on(forked, since=seal(told))) == {"since.fork"}


def test_yesterdays_backup_has_gone_back(verdict_on, told):
    assert codes(verdict_on(told[:-3], since=seal(told))) >= {"since.went_back"}


def test_a_kept_checkpoint_of_another_log_or_of_none_proves_nothing(verdict_on, told):
    other = Ed25519Signer.from_seed("log.example.org/other", seeded("other log"))
    for kept in (seal(told[:9], key=other), b"", b"\xff\x00", b"log.example.org/hengfeng\n5\n\n"):
        assert codes(verdict_on(told, since=kept)) == {"since.unsealed"}


def test_an_older_checkpoint_in_the_package_must_be_a_prefix(package, told, county):
    county.story.find("incident.verified/1").data["reason"] = "photo_matches"
    (package / "checkpoints/60").write_bytes(seal(county.story.entries()[:60]))
    list_again(package, readme=True)
    report = check(package)
    assert codes(report) == {"tree.fork"}
    assert report.findings[0].place.file == "checkpoints/60"


def test_missing_and_false_cosignatures(package, told):
    page = {"files.readme"}  # it goes on telling how a cosignature is checked that is not there any more
    (package / "checkpoint").write_bytes(seal(told, witness=None))
    list_again(package, readme=True)
    assert codes(check(package)) == {"witnesses.missing", *page}
    liar = Ed25519Signer.from_seed(WITNESS.verifier_key.name, seeded("liar"), algorithm=note.COSIGNATURE_V1)
    (package / "checkpoint").write_bytes(seal(told, witness=liar))
    list_again(package, readme=True)
    assert codes(check(package)) == {"witnesses.missing", "tree.signature_lines", *page}
    parsed = note.parse(seal(told))
    false = replace(parsed.signatures[1], signature=bytes(72))
    (package / "checkpoint").write_bytes(bytes(note.Note(parsed.text, (parsed.signatures[0], false))))
    list_again(package, readme=True)
    assert codes(check(package)) == {"witnesses.refused", *page}


def test_another_policy_than_the_journal_began_with(package):
    policy = POLICY.replace("quorum bodies", "quorum none")
    (package / "trust.policy").write_text(policy)
    list_again(package)
    report = check(package)
    assert codes(report) == {"genesis.policy"}
    assert "witnesses.none_asked" in {finding.code for finding in report.findings}


# Published figures.


@pytest.mark.parametrize(("name", "row"), [("trial-balance.csv", 3), ("accounts.csv", 2), ("journal.csv", 4)])
def test_a_published_figure_that_does_not_follow(package, name, row):
    path = package / "ledgers" / name
    rows = path.read_bytes().split(b"\n")
    digit = next(i for i in range(len(rows[row - 1]) - 1, 0, -1) if chr(rows[row - 1][i]).isdigit())
    rows[row - 1] = rows[row - 1][:digit] + b"7" + rows[row - 1][digit + 1 :]
    path.write_bytes(b"\n".join(rows))
    list_again(package)
    report = check(package)
    assert codes(report) == {"ledgers.differs"}
    assert [(f.place.file, f.place.row) for f in report.findings] == [(f"ledgers/{name}", row)]


@pytest.mark.parametrize("name", ["trial-balance.csv", "accounts.csv", "journal.csv"])
def test_published_rows_dropped_doubled_swapped(package, name):
    path = package / "ledgers" / name
    rows = path.read_bytes().splitlines(keepends=True)
    for changed in (rows[:5] + rows[6:], [*rows, rows[5]], [*rows[:5], rows[6], rows[5], *rows[7:]], rows[1:], []):
        path.write_bytes(b"".join(changed))
        list_again(package)
        report = check(package)
        assert {code.partition(".")[0] for code in codes(report)} == {"ledgers"}
        assert {finding.place.file for finding in report.findings} == {f"ledgers/{name}"}
