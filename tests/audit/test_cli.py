"""`verify` from a terminal: its exit codes, its words, and its progress beside them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audit.cli import main
from audit.findings import Check
from tests.audit.story import LOG_KEY, seal

KEY = str(LOG_KEY.verifier_key)
ROOT = Path(__file__).resolve().parents[2]
NOT_RUN = {Check.BANK, Check.OPENED, Check.TIMESTAMPS, Check.PERIODS}


def test_whole(whole, told, tmp_path, capsys):
    kept = tmp_path / "kept"
    kept.write_bytes(seal(told[:40]))
    assert main([str(whole), "--log-key", KEY, "--since", str(kept), "--processes", "1"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == [f"{number}." for number in range(1, len(Check) + 1)]
    states = dict(zip(Check, (line.split()[1] for line in lines[:-1]), strict=True))
    assert set(states.values()) == {"通过", "未执行"}
    # No bank files, opened values, time stamps or closed months are in the story; everything else is judged.
    assert {check for check, state in states.items() if state == "未执行"} == NOT_RUN
    assert lines[-1].startswith("结论：完整")
    assert "核对签名" in err


def test_findings(whole, tmp_path, capsys):
    package = tmp_path / "package"
    shutil.copytree(whole, package)
    (package / "ledgers/accounts.csv").write_text("account\n")
    assert main([str(package), "--json", "--quiet", "--processes", "1"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    found = json.loads(out)
    assert found["verdict"] == "findings"
    assert {check["check"] for check in found["checks"] if check["status"] == "failed"} == {"files", "ledgers"}


def test_nothing_to_check(tmp_path, capsys):
    assert main([str(tmp_path / "absent")]) == 2
    assert "没有可读的审计包" in capsys.readouterr().out


@pytest.mark.parametrize("asked", [["--since", "/does/not/exist"], ["--log-key", "x"], ["--processes", "0"]])
def test_arguments_that_make_no_sense(whole, asked, capsys):
    with pytest.raises(SystemExit) as ended:
        main([str(whole), *asked])
    assert ended.value.code == 2
    assert asked[0] in capsys.readouterr().err


def test_a_file_that_is_no_checkpoint_is_an_argument_that_makes_no_sense(whole, tmp_path, capsys):
    kept = tmp_path / "kept"
    for content in (b"", b"\xff\x00", (whole / "README.txt").read_bytes(), (whole / "trust.policy").read_bytes()):
        kept.write_bytes(content)
        with pytest.raises(SystemExit) as ended:
            main([str(whole), "--since", str(kept)])
        assert ended.value.code == 2
        assert f"{kept} 不是以前留存的 checkpoint 文件" in capsys.readouterr().err


def test_a_checkpoint_that_contradicts_is_a_finding(whole, told, tmp_path, capsys):
    kept = tmp_path / "kept"
    kept.write_bytes(seal([*told[:39], told[0]]))
    assert main([str(whole), "--log-key", KEY, "--since", str(kept), "--processes", "1", "--quiet"]) == 1
    assert "账本有两个版本" in capsys.readouterr().out


def test_as_a_module_of_its_own(whole):
    done = subprocess.run(
        [sys.executable, "-m", "audit", str(whole), "--quiet"],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().splitlines()[-1].startswith("结论：完整")
