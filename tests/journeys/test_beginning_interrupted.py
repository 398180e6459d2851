"""`init` killed in the middle: the same command goes on, any other is refused, and `doctor` names what is half made."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import temporary_home
from tests.journeys.commands import ROOT, CommandLine, Commands, ok, refused, signer_of, write_secret

INIT = ("init", "--origin", "test.example/journal", "--division", "361125000000", "--name", "横峰县", "--rehearsal")
KILLED_AT = """
import os, signal, sys
import {module} as module
module.{name} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
from api.cli import main
sys.exit(main())
"""


def killed(county: CommandLine, at: str) -> subprocess.CompletedProcess[str]:
    """`init` in a process of its own, killed where it comes to a function."""
    module, _, name = at.rpartition(".")
    return subprocess.run(
        [sys.executable, "-c", KILLED_AT.format(module=module, name=name), *INIT],
        cwd=ROOT,
        env=county.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def shown(done: subprocess.CompletedProcess[str]) -> str:
    found = re.search(r"初始密码：(\S+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    return found[1]


@pytest.fixture(scope="module")
def half_made() -> Iterator[CommandLine]:
    """Killed before its first record, begun again, and killed when only the charts were left."""
    with temporary_home() as path:
        county = Commands(path)
        first = killed(county, "api.commands.county._record_genesis")
        assert first.returncode == -signal.SIGKILL, first.stderr
        second = killed(county, "api.commands.charts.publish")
        assert second.returncode == -signal.SIGKILL, second.stderr
        assert "那时显示过的密码作废" in second.stderr
        assert shown(first) != shown(second)
        write_secret(path.parent / "shown", shown(second))
        yield county
        signer_of(county).kill()


def test_a_half_made_county_is_completed_by_the_same_command_alone(half_made: CommandLine) -> None:
    county = half_made
    doctor = county("doctor")
    assert doctor.returncode == 1
    assert (
        "不正常　建立：建立到一半：没有科目表。请再运行 mingzhang init --origin test.example/journal" in doctor.stdout
    )
    left = county.position()

    for other in (
        ("--origin", "other.example/journal"),
        ("--division", "361126000000"),
        ("--name", "弋阳县"),
    ):
        words = list(INIT)
        words[words.index(other[0]) + 1] = other[1]
        assert "已有账本 test.example/journal" in refused(county(*words), 1)
    assert "已有账本 test.example/journal" in refused(county(*INIT[:-1]), 1)  # no rehearsal
    assert "MINGZHANG_SECRET_FILE" in refused(county(*INIT), 2)  # nobody says the password
    wrong = write_secret(county.home.parent / "wrong", "abcd-efgh-ijkl-mnop")
    refused(county(*INIT, MINGZHANG_SECRET_FILE=str(wrong)), 1)
    assert county.position() == left

    secret = {"MINGZHANG_SECRET_FILE": str(county.home.parent / "shown")}
    done = county(*INIT, **secret)
    assert "已建立演练账本：test.example/journal" in ok(done)
    assert "初始密码：" not in done.stdout
    assert "还是第一次显示的那个" in done.stderr
    made = county.position()
    assert made > left
    assert "不正常　建立" not in county("doctor").stdout
    assert "已有账本 test.example/journal" in refused(county(*INIT, **secret), 1)
    assert county.position() == made


def test_ctrl_c_while_modules_are_loaded_is_one_line(tmp_path: Path) -> None:
    """Wherever it comes: while the command line itself is loaded, or the subcommand."""
    for at in ("api.command_line.catalogue", "api.command_line.begin"):
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED_IN.format(at=at), "init"],
            cwd=ROOT,
            env=CommandLine(tmp_path / "home").environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (130, "\n已中断。还没有开始，什么也没有做。\n")


INTERRUPTED_IN = """
import os, signal, sys

class Finder:
    def find_spec(self, name, *_):
        if name == "{at}":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
from api.cli import main
sys.exit(main())
"""
