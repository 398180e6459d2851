"""A package with everything: whole, judged by tools nobody here wrote, and every byte of it is accounted for."""

import json
import re
import shutil
import subprocess
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Balance, Transaction

from audit import report as reports
from audit.explanation import README
from audit.findings import Check, Status
from audit.folder import PackageFolder
from audit.manifest import MANIFEST
from audit.opened import OPENED, file_of
from audit.package import Beside, PackageError, write_package
from audit.verify import verify_package
from journal.checkpoint import Checkpoint
from journal.note import Ed25519Signer
from journal.tiles import encode_bundle
from journal.timestamp import request_for
from journal.trust import Policy
from tests.audit.full import full, full_pages
from tests.audit.packages import fresh, list_again
from tests.audit.story import LOG_KEY, ORIGIN, POLICY, County, Story, codes, seal, seeded
from tests.authority import make_authority

KEY = str(LOG_KEY.verifier_key)


def check(package: Path, **options):
    report = verify_package(package, log_key=KEY, processes=1, **options)
    json.loads(reports.to_json(report))
    return report


def places(report):
    return {finding.place.file for finding in report.findings if not finding.attention}


def test_every_check_passes(full_package):
    report = check(full_package, since=seal(full().entries[:33]))
    assert report.findings == ()
    # No month is closed in it: tests/audit/test_attacks_on_seals.py has those.
    assert [result.check for result in report.checks if result.status is not Status.PASSED] == [Check.PERIODS]
    summaries = {result.check: result.summary for result in report.checks}
    assert summaries[Check.ATTACHMENTS] == {"named": 5, "here": 5}
    assert summaries[Check.BANK]["files"] == 5
    assert summaries[Check.DISCLOSURES]["opened"] == 9
    assert summaries[Check.TIMESTAMPS] == {"stamps": 1}


# The page, followed by hand.


def commands_of(package: Path) -> str:
    """The indented lines of README.txt before the script."""
    text = (package / README).read_text("utf-8")
    block = text[text.index("三、") : text.index("四、")]
    return "\n".join(line[4:] for line in block.splitlines() if line.startswith("    "))


needs_tools = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("bash", "openssl", "jq", "sha256sum")),
    reason="openssl or jq is missing",
)


@needs_tools
def test_the_commands_in_the_readme_check_files_signatures_and_a_path(full_package, tmp_path):
    package = fresh(full_package, tmp_path)

    def run() -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-c", commands_of(package)],
            cwd=package,
            capture_output=True,
            text=True,
            env={"PATH": "/usr/bin:/bin"},
        )
        return done.stdout.count("Signature Verified Successfully"), done.stdout

    verified, said = run()
    assert verified == 3  # the log's, the witness's, the officer's
    assert "文件未变" in said
    assert said.splitlines()[-1] == (package / "checkpoint").read_text("utf-8").splitlines()[2]
    assert re.search(r"检查点文件 SHA-256 (\w+)", (package / README).read_text("utf-8"))[1] in said
    bundle = next(path for path in (package / "entries").rglob("*") if path.is_file())
    bundle.write_bytes(bundle.read_bytes().replace(b'{"at":"2026', b'{"at":"2027'))
    verified, said = run()
    assert verified == 2
    assert "文件未变" not in said
    assert said.splitlines()[-1] != (package / "checkpoint").read_text("utf-8").splitlines()[2]


@needs_tools
def test_the_commands_in_the_readme_tell_when_a_witness_signed_and_notice_another_time(full_package, tmp_path):
    package = fresh(full_package, tmp_path)

    def run() -> tuple[int, str]:
        ran = ["bash", "-c", commands_of(package)]
        done = subprocess.run(
            ran, cwd=package, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "TZ": "UTC"}
        )
        return done.stdout.count("Signature Verified Successfully"), done.stdout

    signed = (package / "checkpoint").read_bytes()
    cosigned_at_s = Policy.parse(POLICY.encode()).check(signed).cosigned_at_s["audit-bureau"]
    assert f"{datetime.fromtimestamp(cosigned_at_s, UTC):%H:%M:%S}" in run()[1]
    *others, last = signed.splitlines()
    name, _, blob = last.rpartition(b" ")
    raw = bytearray(b64decode(blob))
    raw[11] ^= 1  # the last of the eight bytes of the time
    (package / "checkpoint").write_bytes(b"\n".join([*others, name + b" " + b64encode(raw), b""]))
    assert run()[0] == 2


@needs_tools
def test_without_a_witness_the_page_checks_none(tmp_path):
    county = County()
    policy = f"log {LOG_KEY.verifier_key}\nquorum none\n"
    county.story.find("log.opened/1").data.update(policy=policy)
    entries, package = county.story.entries(), tmp_path / "p"
    beside = Beside(disclosures=full_pages(county, entries))
    write_package(package, entries=entries, checkpoint=seal(entries, witness=None), policy=policy, beside=beside)
    assert "cosignature" not in (package / README).read_text("utf-8")
    done = subprocess.run(["bash", "-c", commands_of(package)], cwd=package, capture_output=True, text=True)
    assert done.stdout.count("Signature Verified Successfully") == 2, done.stderr


def plus_key(name: str) -> Ed25519Signer:
    """A key whose base64 holds the character that parts a key's fields."""
    keys = (Ed25519Signer.from_seed(name, seeded(f"{name} {number}")) for number in count())
    return next(key for key in keys if "+" in str(key.verifier_key).split("+", 2)[2])


class PlusStory(Story):
    """Everybody has such a key."""

    def key(self, role: str, name_or_id: str, generation: int = 1) -> Ed25519Signer:  # noqa: ARG002 - one is enough
        return plus_key(f"{ORIGIN}/{role}/{name_or_id}")


@needs_tools
def test_keys_with_a_plus_in_their_base64_are_copied_whole(tmp_path):
    county, log_key = County(PlusStory()), plus_key(ORIGIN)
    policy = POLICY.replace(str(LOG_KEY.verifier_key), str(log_key.verifier_key))
    county.story.find("log.opened/1").data.update(log_key=str(log_key.verifier_key), policy=policy)
    entries, package = county.story.entries(), tmp_path / "p"
    beside = Beside(disclosures=full_pages(county, entries))
    write_package(package, entries=entries, checkpoint=seal(entries, key=log_key), policy=policy, beside=beside)
    done = subprocess.run(["bash", "-c", commands_of(package)], cwd=package, capture_output=True, text=True)
    assert done.stdout.count("Signature Verified Successfully") == 3, done.stderr
    assert f"printf %s {str(log_key.verifier_key).split('+', 2)[2]} |" in (package / README).read_text("utf-8")


@needs_tools
def test_the_commands_in_the_readme_check_a_time_stamp(tmp_path):
    """With a real authority; the page names the files, and the root of that time follows from the entries."""
    county = County()
    made = full(county)
    event = county.story.find("log.checkpoint_timestamped/1").data
    text = Checkpoint(ORIGIN, event["size"], bytes.fromhex(event["root"])).text()
    authority = make_authority(tmp_path / "authority")
    token = authority.reply(request_for(text).der)
    event.update(token=sha256(token).hexdigest(), token_bytes=len(token))
    entries, package = county.story.entries(), tmp_path / "p"
    beside = replace(made.beside, disclosures=full_pages(county, entries), token={event["token"]: token}.get)
    write_package(package, entries=entries, checkpoint=seal(entries), policy=POLICY, beside=beside)
    assert codes(check(package)) == set()
    page = (package / README).read_text("utf-8")
    assert len(page.splitlines()) <= 66
    (cut,) = re.findall(r"(?m)^四、.*\n    (.*)$", page)
    commands = re.findall(r"(?m)^    (t=timestamps/.*|openssl ts .*|python3 .*)$", page)
    assert len(commands) == 3
    work = tmp_path / "work"
    work.mkdir()
    shutil.copy(authority.root, work / "tsa.pem")

    def run() -> subprocess.CompletedProcess[str]:
        ran = ["bash", "-e", "-c", "\n".join([f"T={work}", cut, *commands])]
        return subprocess.run(ran, cwd=package, capture_output=True, text=True)

    done = run()
    assert "Verification: OK" in done.stdout + done.stderr, done.stderr
    whole, *stamped, computed = [line for line in done.stdout.splitlines() if "Verification" not in line]
    assert stamped == text.decode().splitlines()
    assert whole.split() == (package / "checkpoint").read_text("utf-8").splitlines()[1:3]
    assert computed.split() == stamped[1:]
    (package / f"timestamps/{event['token']}.checkpoint").write_bytes(text.replace(b"\n40\n", b"\n41\n"))
    assert run().returncode != 0


def test_the_page_fits(full_package):
    assert len((full_package / README).read_text("utf-8").splitlines()) <= 66


# Outside judges of the ledgers.


def trial_balance(package: Path) -> dict[str, Fraction]:
    """Control account -> balance in yuan, from our own table."""
    rows = (package / "ledgers/trial-balance.csv").read_text("utf-8-sig").splitlines()[1:]
    found: dict[str, Fraction] = {}
    for row in rows:
        account, _, name, _, _, debit, credit = row.split(",")
        if name != "合计":
            top = ":".join(account.split(":")[:2])
            found[top] = found.get(top, Fraction(0)) + Fraction(debit) - Fraction(credit)
    return found


def of_path(path: str) -> str:
    """`Assets:Fin:1011-零余额…` -> `fin:1011`."""
    _, book, code, *_ = path.split(":")
    return f"{book.lower()}:{code.partition('-')[0].lower()}"


def summed(balances: list[tuple[str, str]]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for path, amount in balances:
        found[of_path(path)] = found.get(of_path(path), Fraction(0)) + Fraction(amount)
    return found


def test_beancount_accepts_the_journal_and_has_the_same_balances(full_package):
    entries, errors, _ = loader.load_file(str(full_package / "ledgers/journal.beancount"))
    assert errors == []
    assert sum(isinstance(entry, Balance) for entry in entries) >= 10
    postings = [posting for entry in entries if isinstance(entry, Transaction) for posting in entry.postings]
    assert summed([(one.account, str(one.units.number)) for one in postings]) == trial_balance(full_package)


def test_beancount_refuses_an_assertion_that_is_not_so(full_package, tmp_path):
    text = (full_package / "ledgers/journal.beancount").read_text("utf-8")
    wrong = re.sub(r"(balance Assets:Fin:1011-\S+  )\S+", r"\g<1>1.00", text)
    assert wrong != text
    (tmp_path / "wrong.beancount").write_text(wrong, "utf-8")
    assert loader.load_file(str(tmp_path / "wrong.beancount"))[1] != []


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_hledger_accepts_the_journal_and_has_the_same_balances(full_package, tmp_path):
    journal, utf8 = full_package / "ledgers/journal.hledger", {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    words = ["hledger", "-f", str(journal)]
    checks = ["ordereddates", "payees", "tags"]
    version = subprocess.run(["hledger", "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < (1, 27):
        checks.remove("tags")  # Debian 12's does not know it yet
    checked = subprocess.run([*words, "check", "-s", *checks], capture_output=True, text=True, env=utf8)
    assert checked.returncode == 0, checked.stderr
    table = subprocess.run(
        [*words, "balance", "--flat", "-N", "-E", "-O", "csv"], capture_output=True, text=True, env=utf8, check=True
    )
    rows = [re.findall(r'"([^"]*)"', row) for row in table.stdout.splitlines()[1:]]
    assert summed([(path, amount.replace(" CNY", "")) for path, amount in rows]) == trial_balance(full_package)
    wrong = re.sub(r"=\* 20\.00 CNY", "=* 21.00 CNY", journal.read_text("utf-8"))
    (tmp_path / "wrong.hledger").write_text(wrong, "utf-8")
    refused = subprocess.run(["hledger", "-f", str(tmp_path / "wrong.hledger"), "check"], capture_output=True, env=utf8)
    assert refused.returncode != 0


# Every byte and line.


def lines_of(package: Path) -> list[tuple[str, int]]:
    """Every line of every text file, as (file, number)."""
    found = []
    for name in sorted(PackageFolder(package).files):
        content = (package / name).read_bytes()
        if not name.startswith(("entries/", "attachments/0")) and not name.endswith(".tsr"):
            found.extend((name, number) for number in range(len(content.splitlines(keepends=True))))
    return found


def test_no_line_of_any_file_can_be_dropped_doubled_or_swapped(full_package, tmp_path):
    """With the manifest written again, so that only what the files say betrays it; a third of all, then bytes."""
    package = fresh(full_package, tmp_path)
    whole = {name: (package / name).read_bytes() for name in PackageFolder(package).files}
    every = [(name, number) for name, number in lines_of(package) if name != MANIFEST]
    long = {name for name, number in every if number > 60}
    chosen = [(name, n) for place, (name, n) in enumerate(every) if name not in long or place % 41 == 0 or n < 2]
    for step, (name, number) in enumerate(chosen):
        pieces = whole[name].splitlines(keepends=True)
        kinds = ("drop", "double", "swap")
        kind = kinds[step % 3]
        if kind == "drop":
            del pieces[number]
        elif kind == "double":
            pieces.insert(number, pieces[number])
        else:
            other = (number + 1) % len(pieces)
            pieces[number], pieces[other] = pieces[other], pieces[number]
        changed = b"".join(pieces)
        if changed == whole[name]:
            continue
        (package / name).write_bytes(changed)
        list_again(package)
        report = check(package)
        assert report.exit_code == 1, (kind, name, number)
        assert places(report) & {name, README}, (kind, name, number, codes(report))
        (package / name).write_bytes(whole[name])


def test_no_byte_of_any_file_can_be_flipped(full_package, tmp_path):
    package = fresh(full_package, tmp_path)
    for step, name in enumerate(sorted(PackageFolder(package).files)):
        content = (package / name).read_bytes()
        spoilt = bytearray(content)
        spoilt[(7_919 * (step + 1)) % len(content)] ^= 1 << (step % 8)
        (package / name).write_bytes(spoilt)
        assert name in places(check(package)) or name == MANIFEST, name
        if name != MANIFEST:
            list_again(package)
            report = check(package)
            assert report.exit_code == 1, name
            assert places(report) & {name, README}, (name, codes(report))
        (package / name).write_bytes(content)
        list_again(package)
    assert check(package).exit_code == 0


def test_an_empty_folder_does_not_belong(full_package, tmp_path):
    package = fresh(full_package, tmp_path)
    (package / "entries/x001").mkdir()
    assert codes(check(package)) == {"files.empty_folder"}


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("attachments/[0-9a-f]*", "attachments.differs"),
        ("statements/[0-9a-f]*", "bank.differs"),
        ("checkpoints/*", "files.readme"),
        ("timestamps/*.checkpoint", "timestamps.text"),
    ],
)
def test_a_file_left_out_is_missed(full_package, tmp_path, pattern, code):
    package = fresh(full_package, tmp_path)
    next(path for path in sorted(package.glob(pattern)) if "digests" not in path.name).unlink()
    list_again(package)
    assert code in codes(check(package))


def test_a_file_put_in_that_no_event_names(full_package, tmp_path):
    package = fresh(full_package, tmp_path)
    for folder in ("attachments", "statements"):
        (package / folder / ("ab" * 32)).write_bytes(b"x")
    (package / "timestamps/x.tsr").write_bytes(b"x")
    list_again(package)
    assert codes(check(package)) == {
        "attachments.unnamed",
        "attachments.bytes",
        "bank.unnamed",
        "bank.bytes",
        "timestamps.unnamed",
    }


# Values, bank files and pages that are forged consistently.


def test_a_value_that_was_not_the_one(full_package, tmp_path):
    package = fresh(full_package, tmp_path)
    beside = full().beside
    commitments = [json.loads(line)["commitment"] for line in (package / OPENED).read_bytes().splitlines()[:-1]]
    values = list(beside.values(commitments))
    (package / OPENED).write_bytes(file_of([values[0]._replace(value="别人"), *values[1:]]))
    list_again(package)
    assert codes(check(package)) == {"opened.differs"}


def test_a_false_figure_with_its_own_digest_is_found(full_package, tmp_path, monkeypatch):
    package = fresh(full_package, tmp_path)
    made = full().beside.disclosures
    path = next((package / "disclosures").iterdir())
    for change in (
        {"payee_count": 3},
        {"rows": made[0].rows[:1]},
        {"rows": tuple(row._replace(name="张**") for row in made[0].rows)},
    ):
        forged = [type(one)(**{**vars(one), **change}) for one in made]
        path.write_bytes(b"".join(one.line() for one in forged))
        list_again(package)
        assert codes(check(package)) == {"disclosures.differs"}, change


def test_pages_left_out_as_a_whole_are_missed(full_package, tmp_path):
    """With manifest and page written again: a journal with rewards has pages."""
    package = fresh(full_package, tmp_path)
    shutil.rmtree(package / "disclosures")
    list_again(package, readme=True)
    assert codes(check(package)) == {"disclosures.absent"}


def test_opened_values_left_out_as_a_whole_are_not_called_checked(full_package, tmp_path):
    """What is handed over with authority only, a package may have or not; the report says that it was not checked."""
    package = fresh(full_package, tmp_path)
    shutil.rmtree(package / "opened")
    list_again(package, readme=True)
    report = check(package)
    assert report.exit_code == 0
    assert {result.check for result in report.checks if result.status is Status.NOT_RUN} == {
        Check.SINCE,
        Check.OPENED,
        Check.PERIODS,
    }


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (r"(\|农行\|\|)(\d+)", r"\g<1>9\g<2>", "bank.amount"),
        (r"\|SUCCESS\|", "|FAIL|", "bank.outcome"),
        (r"\|SUCCESS\|", "|WHO KNOWS|", "bank.outcome"),
        (r"361125000000202602(\d{11})", r"361125000000202603\g<1>", "bank.unknown_line"),
        (r"(D\|[^\r]+\r\n)", r"\g<1>\g<1>", "bank.unknown_line"),
        (r"D\|[^\r]+\r\n", "", "bank.missing_line"),
        (r"D\|", "D|more|", "bank.row"),
        (r"T\|\d+", "T|77", "bank.row"),
    ],
    ids=["amount", "outcome", "no outcome", "another payment", "twice", "left out", "a cell more", "total"],
)
def test_a_forged_line_of_the_bank(tmp_path, before, after, code):
    """Named by its own digest in the events and sealed again: only what the line says betrays it."""
    county = County()
    kind = "payout_batch.answer_recorded/1"

    def forge(content: bytes) -> bytes:
        text = content.decode()
        forged = re.sub(before, after, text, count=1)
        return forged.encode()

    made = full(county, forge=(kind, forge))
    write_package(
        tmp_path / "p", entries=made.entries, checkpoint=seal(made.entries), policy=POLICY, beside=made.beside
    )
    report = check(tmp_path / "p")
    assert code in codes(report)
    assert {finding.code.partition(".")[0] for finding in report.findings} == {"bank"}
    assert all(finding.place.row or finding.code == "bank.missing_line" for finding in report.findings)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"size": 41}, "timestamps.root"),
        ({"root": "ab" * 32}, "timestamps.root"),
        ({"size": 100_000}, "timestamps.too_early"),
        ({"token_bytes": 7}, "timestamps.bytes"),
        ({"token": "cd" * 32}, "timestamps.unnamed"),
    ],
)
def test_a_forged_event_of_a_time_stamp(full_package, tmp_path, change, code):
    county = County()
    made = full(county)
    token = next((full_package / "timestamps").glob("*.tsr"))
    county.story.find("log.checkpoint_timestamped/1").data.update(change)
    entries = county.story.entries()
    beside = replace(made.beside, disclosures=full_pages(county, entries))
    write_package(tmp_path / "p", entries=entries, checkpoint=seal(entries), policy=POLICY, beside=beside)
    (tmp_path / "p/timestamps").mkdir(exist_ok=True)
    shutil.copy(token, tmp_path / "p/timestamps" / token.name)
    list_again(tmp_path / "p")
    assert code in codes(check(tmp_path / "p"))


def test_a_time_stamp_under_a_name_that_no_log_has(full_package, tmp_path):
    """Such an entry is not exported; put into a package by hand, it is a finding."""
    county = County()
    made = full(county)
    county.story.find("log.checkpoint_timestamped/1").origin = "no name"
    entries, package = county.story.entries(), fresh(full_package, tmp_path)
    with pytest.raises(PackageError, match="bad_entry"):
        write_package(tmp_path / "p", entries=entries, checkpoint=seal(entries), policy=POLICY, beside=made.beside)
    (bundle,) = (path for path in (package / "entries").rglob("*") if path.is_file())
    bundle.write_bytes(encode_bundle(entries))
    (package / "checkpoint").write_bytes(seal(entries))
    list_again(package)
    assert codes(check(package)) >= {"lines.origin", "timestamps.text"}


def test_a_token_over_another_checkpoint(tmp_path):
    """The event names its bytes rightly, but what it stamps is not the root that the event states."""
    county = County()
    made = full(county)
    other = made.token.replace(b"a token", b"token b")[:20] + bytes(32)
    stamped = county.story.find("log.checkpoint_timestamped/1").data
    stamped.update(token=sha256(other).hexdigest(), token_bytes=len(other))
    entries = county.story.entries()
    beside = replace(made.beside, disclosures=full_pages(county, entries), token={sha256(other).hexdigest(): other}.get)
    write_package(tmp_path / "p", entries=entries, checkpoint=seal(entries), policy=POLICY, beside=beside)
    assert codes(check(tmp_path / "p")) == {"timestamps.imprint"}
