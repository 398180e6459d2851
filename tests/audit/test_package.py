"""What is written can be checked with tools nobody here wrote, is the same every time, and is whole or not there."""

import csv
import io
import os
import re
import subprocess
import sys

import pytest

from audit.explanation import README
from audit.manifest import MANIFEST
from audit.package import PackageError, write_package
from journal.note import Ed25519Signer
from journal.tiles import decode_bundle
from tests.audit.story import LOG_KEY, POLICY, seal, seeded


def write(directory, told, **changed):
    asked = {"entries": told, "checkpoint": seal(told), "policy": POLICY, **changed}
    return write_package(directory, **asked)


def files_of(directory):
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_the_package_holds_what_the_design_names(whole, told):
    assert set(files_of(whole)) == {
        MANIFEST,
        "README.txt",
        "checkpoint",
        "checkpoints/20",
        "checkpoints/60",
        "trust.policy",
        f"entries/000.p/{len(told)}",
        "ledgers/journal.csv",
        "ledgers/trial-balance.csv",
        "ledgers/accounts.csv",
        "ledgers/journal.beancount",
        "ledgers/journal.hledger",
        "disclosures/2026-02.jsonl",
        "attachments/digests.csv",
        "statements/digests.csv",
    }


def test_sha256sum_agrees(whole):
    done = subprocess.run(["sha256sum", "-c", "--strict", MANIFEST], cwd=whole, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.count(": OK\n") == len(files_of(whole)) - 1


def test_the_readmes_own_line_computes_the_root_and_leaves_the_package_as_it_was(whole):
    text, before = (whole / README).read_text(), files_of(whole)
    (line,) = re.findall(r"(?m)^四、.*\n(    .*\n)", text)
    done = subprocess.run(["bash", "-e", "-c", line], cwd=whole, capture_output=True, text=True, check=True)
    size, root = done.stdout.split()
    assert (whole / "checkpoint").read_text().splitlines()[1:3] == [size, root]
    assert files_of(whole) == before


def test_the_readmes_script_can_be_pasted_as_it_stands(whole):
    text = (whole / README).read_text()
    pasted = text[text.index("\nimport ") : text.index("\n五、")]
    ran = [sys.executable, "-c", pasted]
    done = subprocess.run(ran, cwd=whole, capture_output=True, text=True, check=True)
    assert (whole / "checkpoint").read_text().splitlines()[1:3] == done.stdout.split()


def test_the_readme_fits_a_page(whole):
    assert len((whole / README).read_text().splitlines()) <= 66


def test_the_same_journal_gives_the_same_bytes(told, tmp_path):
    summary = write(tmp_path / "one", told)
    write(tmp_path / "two", told, entries=iter(told))
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    written = files_of(tmp_path / "one")
    assert (summary.entries, summary.files) == (len(told), len(written) - 1)
    assert summary.bytes == sum(map(len, written.values()))


def test_many_bundles_have_the_layout_of_tlog_tiles(told, tmp_path):
    """The same entries over and over make no true journal, but a folder of the right form."""
    many = [told[n % len(told)] for n in range(600)]
    write(tmp_path / "many", many)
    found = files_of(tmp_path / "many")
    bundles = [name for name in sorted(found) if name.startswith("entries/")]
    assert bundles == ["entries/000", "entries/001", "entries/002.p/88"]
    assert [entry for name in bundles for entry in decode_bundle(found[name])] == many


def test_an_empty_folder_may_be_the_target_and_no_other(told, tmp_path):
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty", told)
    before = files_of(tmp_path / "empty")
    with pytest.raises(PackageError, match="not_empty"):
        write(tmp_path / "empty", told)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(PackageError, match="not_empty"):
        write(tmp_path / "file", told)
    assert files_of(tmp_path / "empty") == before


def broken_after(entries, count):
    for number, entry in enumerate(entries):
        if number == count:
            raise ConnectionError("the database went away")
        yield entry


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (lambda told: {"entries": told[:-1]}, "too_few"),
        (lambda told: {"entries": [*told, told[0]]}, "too_many"),
        (lambda told: {"entries": [*told[:-2], told[-1], told[-2]]}, "other_root"),
        (lambda told: {"entries": [*told[:-1], b"junk\n\n"]}, "bad_entry"),
        (lambda told: {"checkpoint": seal(told, key=Ed25519Signer.generate("log.example.org/x"))}, "unsealed"),
        (lambda _: {"checkpoint": b"junk"}, "unsealed"),
        (lambda _: {"policy": "quorum none\n"}, "policy_logs"),
        (lambda _: {"policy": POLICY.replace("bodies", "others")}, "policy_not_in_force"),
        (lambda _: {"policy": "log\n"}, "bad_policy"),
        (lambda _: {"older_checkpoints": [b"junk"]}, "bad_older_checkpoint"),
    ],
)
def test_what_does_not_agree_is_not_written(told, tmp_path, changed, message):
    with pytest.raises(PackageError, match=message):
        write(tmp_path / "package", told, **changed(told))
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_breaks_off_leaves_nothing(told, tmp_path):
    with pytest.raises(ConnectionError):
        write(tmp_path / "package", told, entries=broken_after(told, 50))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_and_leaves_nothing(told, tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "package", told)
    assert list(tmp_path.iterdir()) == []


def table(whole, name):
    text = (whole / "ledgers" / name).read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_ledgers_open_in_excel_and_hold_no_formula(whole):
    for name in ("journal.csv", "trial-balance.csv", "accounts.csv"):
        assert (whole / "ledgers" / name).read_bytes().startswith(b"\xef\xbb\xbf")
        heading, *rows = table(whole, name)
        assert rows
        assert {len(row) for row in rows} == {len(heading)}
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_the_trial_balance_balances_by_hand(whole):
    """5,000 fen appropriated, 3,000 granted and paid: so many fen, by somebody who only adds up a CSV."""
    rows = {row[0]: row for row in table(whole, "trial-balance.csv")[1:]}
    assert rows["fin:1011"][2:] == ["零余额账户用款额度", "50.00", "30.00", "20.00", "0.00"]
    assert rows["fin:5001"][5:] == ["30.00", "0.00"]
    for book in ("fin", "bud", "ind"):
        debit, credit = rows[book][3:5]
        assert debit == credit
        assert rows[book][5:] == ["0.00", "0.00"]
    journal = table(whole, "journal.csv")[1:]
    debits = sum(round(float(row[9]) * 100) for row in journal if row[6] == "fin:1011" and row[9])
    assert debits == 5_000


def test_the_key_in_the_readme_is_the_logs(whole):
    assert str(LOG_KEY.verifier_key) in (whole / README).read_text()
    assert seeded("log").hex() not in (whole / README).read_text()
