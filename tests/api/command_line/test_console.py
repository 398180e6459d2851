"""Tables line up for Chinese text, and progress goes to standard error only."""

import sys
from pathlib import Path

import pytest

from api.command_line.console import Progress, program, table


def test_columns_line_up_where_characters_take_two_places() -> None:
    lines = table(("县", "金额"), [("横峰县", "1.00"), ("A", "20.00")]).splitlines()
    assert lines == ["县      金额", "──────  ─────", "横峰县  1.00", "A       20.00"]


def test_without_a_terminal_a_step_is_one_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        for done in range(1, 101):
            progress.show("导入", done, 100)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert shown.err.startswith("导入")
    assert shown.err.endswith("100/100\n")


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", "utf-8")
    path.chmod(0o755)
    return path


def test_the_command_to_type_next_is_one_that_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However it was started: by name, by a path, as a module with or without the script beside the interpreter."""
    script, python = executable(tmp_path / "bin" / "mingzhang"), executable(tmp_path / "alone" / "python3")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr(sys, "argv", [str(script), "demo"])
    assert program() == str(script)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "api" / "cli.py"), "demo"])
    assert program() == f"{python} -m api.cli"
    monkeypatch.setattr(sys, "executable", str(executable(tmp_path / "bin" / "python3")))
    assert program() == str(script)
    monkeypatch.setenv("PATH", str(script.parent))
    assert program() == "mingzhang"
