"""A whole package is called whole by every check, and what was not checked is never called passed."""

import ast
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import audit
from audit import report as reports
from audit import wording
from audit.findings import KEPT_PER_CHECK, Check, Findings, Place, Status, printable
from audit.package import Beside, write_package
from audit.reasons import UNKNOWN, chinese_reason
from audit.verify import verify_package
from journal import checkpoint, line, note, trust
from journal.note import Ed25519Signer, NoteError
from tests.audit.full import pages_of
from tests.audit.story import LOG_KEY, ORIGIN, POLICY, County, codes, seal, seeded

KEY = str(LOG_KEY.verifier_key)
ONLY_IF_HANDED_OVER = {Check.BANK, Check.OPENED, Check.TIMESTAMPS, Check.PERIODS}


def statuses(report):
    return {result.check: result.status for result in report.checks}


def test_a_true_story_is_whole(whole, told):
    report = verify_package(whole, log_key=KEY, since=seal(told[:33]), processes=1)
    assert report.findings == ()
    assert (report.verdict, report.exit_code, report.rehearsal) == ("whole", 0, False)
    assert (report.origin, report.size) == (ORIGIN, len(told))
    not_run = {check for check, status in statuses(report).items() if status is Status.NOT_RUN}
    assert not_run == ONLY_IF_HANDED_OVER
    assert set(statuses(report).values()) == {Status.PASSED, Status.NOT_RUN}


def test_the_checks_are_numbered_from_one(whole):
    report = verify_package(whole, processes=1)
    assert [result.number for result in report.checks] == list(range(1, len(Check) + 1))


def test_without_a_kept_checkpoint_growth_is_not_called_proven(whole):
    assert statuses(verify_package(whole, log_key=KEY, processes=1))[Check.SINCE] is Status.NOT_RUN


def test_a_log_key_from_the_package_itself_asks_to_be_compared(whole):
    report = verify_package(whole, processes=1)
    assert [finding.code for finding in report.findings] == ["tree.key_from_package"]
    assert statuses(report)[Check.TREE] is Status.ATTENTION
    assert report.exit_code == 0


def test_a_log_key_that_is_none_is_the_callers_mistake(whole):
    with pytest.raises(NoteError):
        verify_package(whole, log_key="not a key", processes=1)


def test_a_rehearsal_says_so(verdict_on):
    county = County()
    county.story.find("log.opened/1").data["rehearsal"] = True
    report = verdict_on(county.story)
    assert report.rehearsal
    assert report.exit_code == 0
    assert statuses(report)[Check.GENESIS] is Status.ATTENTION
    assert next(iter(reports.lines(report))) == wording.REHEARSAL


def test_signatures_verified_by_several_processes_are_the_same(whole, tmp_path, monkeypatch):
    monkeypatch.setattr("audit.workers.ENTRIES_WORTH_A_POOL", 1)
    assert verify_package(whole, log_key=KEY, processes=2).findings == ()
    county = County()
    stolen = county.story.drafts[40]
    stolen.signer = Ed25519Signer.from_seed(f"{ORIGIN}/{stolen.role}/{stolen.by}", seeded("a stranger's key"))
    entries = county.story.entries()
    beside = Beside(disclosures=pages_of(entries))
    write_package(tmp_path / "package", entries=entries, checkpoint=seal(entries), policy=POLICY, beside=beside)
    alone = verify_package(tmp_path / "package", log_key=KEY, processes=1)
    together = verify_package(tmp_path / "package", log_key=KEY, processes=2)
    assert codes(alone) == {"signatures.unknown"}
    assert alone.findings == together.findings


def test_no_folder_and_no_package_are_unreadable(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("not a folder")
    for path in ("absent", "empty", "file", "nul\0byte"):
        report = verify_package(tmp_path / path)
        assert (report.verdict, report.exit_code, report.checks) == ("unreadable", 2, ())
        assert list(reports.lines(report))[-1] == wording.VERDICTS["unreadable"]
        json.loads(reports.to_json(report))


def test_the_report_as_json_names_every_place(whole, tmp_path):
    package = tmp_path / "package"
    shutil.copytree(whole, package)
    bundle = package / "entries/000.p" / next(path.name for path in (package / "entries/000.p").iterdir())
    content = bytearray(bundle.read_bytes())
    content[5_000] ^= 1
    bundle.write_bytes(content)
    found = json.loads(reports.to_json(verify_package(package, processes=1)))
    assert (found["verdict"], found["exit_code"]) == ("findings", 1)
    lines = next(check for check in found["checks"] if check["check"] in ("lines", "signatures") and check["count"])
    place = lines["findings"][0]["place"]
    assert place["file"] == str(bundle.relative_to(package))
    assert place["offset"] <= 5_000
    assert place["index"] > 0


def test_every_code_has_a_sentence():
    """Sentences are found by code, so one that is missing would end a report with a traceback."""
    used = {code for code in _literals(Path(inspect.getfile(audit)).parent) if code.partition(".")[0] in set(Check)}
    assert len(used) > 90
    assert used - set(wording.SENTENCES) == set()


def _literals(folder):
    """Every text in the program that has the form of a code, `<check>.<reason>`, whether whole or made of parts."""
    for path in folder.rglob("*.py"):
        if path.name == "wording.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if re.fullmatch(r"[a-z]+\.[a-z_]+", node.value):
                    yield node.value
            elif _adds_to_a_table(node):
                yield from (f"{check}.{node.args[0].value}" for check in ("ledgers", "attachments", "bank"))


def _adds_to_a_table(node):
    """A table's reason, which may come under any of its checks."""
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "_add"
    return called and isinstance(node.args[0], ast.Constant)


def test_every_english_reason_has_a_chinese_one():
    """Whatever the format modules say of a note, a line or a policy: no English in a Chinese report."""
    said = []
    for module in (note, line, checkpoint, trust):
        for node in ast.walk(ast.parse(Path(inspect.getfile(module)).read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                said.append(_with_sevens(node.exc.args[0]))
    said = [text for text in said if text]
    assert len(said) > 50
    left = [
        text for text in said if re.search("[a-z]{3} [a-z]{2}", chinese_reason(text)) or chinese_reason(text) == UNKNOWN
    ]
    assert left == []


def _with_sevens(node):
    """A message with every value in it replaced by 7."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return ""


def test_a_report_on_paper_speaks_chinese(whole, tmp_path):
    package = tmp_path / "package"
    shutil.copytree(whole, package)
    (package / "checkpoint").write_bytes(b"junk")
    (package / "trust.policy").write_bytes(b"log\n")
    (package / "ledgers/accounts.csv").unlink()
    (package / "ledgers/accounts.csv").mkdir()
    said = "\n".join(reports.lines(verify_package(package, log_key=KEY, processes=1)))
    assert "没有空行" in said
    assert "第 1 行：不是策略的行" in said
    assert not re.search("[a-z]{3,} [a-z]{2,} [a-z]{2,}", said)
    said = list(reports.lines(verify_package(tmp_path / "absent")))
    assert said[0].count("absent") == 1
    assert "不存在" in said[0]


def test_what_a_package_says_cannot_paint_the_readers_terminal():
    assert printable("ok\x1b[31m\u202egnp\ud800") == "ok\\x1b[31m\\u202egnp\\ud800"
    assert len(printable("长" * 5_000)) == 201


def test_more_findings_than_are_kept_are_counted():
    findings = Findings()
    for row in range(KEPT_PER_CHECK + 7):
        findings.add("files.extra", Place("x", row=row))
    result = findings.results()[0]
    assert (result.count, len(result.findings), result.omitted) == (KEPT_PER_CHECK + 7, KEPT_PER_CHECK, 7)


def test_the_offline_part_imports_nothing_of_the_server():
    program = (
        "import sys, audit.cli\n"
        "bad = {'pydantic', 'psycopg', 'eventsourcing', 'fastapi', 'api', 'projections', 'migrations'}\n"
        "print(sorted(bad & {name.partition('.')[0] for name in sys.modules}))"
    )
    root = Path(inspect.getfile(audit)).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"
