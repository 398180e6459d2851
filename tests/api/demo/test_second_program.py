"""The second program ends with the command, and says where it broke off."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from api.context import App, open_app
from api.demo.beginning import begin_or_go_on, period_of
from api.demo.people import People
from api.demo.second_program import SecondProgramFailed, second_program
from api.settings import read_settings
from migrations.roles import Access


@contextmanager
def county(home: Path, access: Access) -> Iterator[App]:
    """The demonstration county on its first day: its journal is begun, nobody is registered."""
    settings = read_settings({"MINGZHANG_HOME": str(home)})
    begin_or_go_on(settings, access, today=date(2026, 11, 22))
    with open_app(settings, access=access) as app:
        yield app


def children() -> set[int]:
    """The processes that this one has started and that are still there."""
    return {int(one) for one in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()}


def test_what_breaks_off_is_said(home: Path, database: Access, capfd: pytest.CaptureFixture[str]) -> None:
    """Nobody is registered: who writes reports down has no key."""
    with county(home, database) as app, second_program(app, People("1", period_of(app))) as second:
        before = app.journal.position()
        second.begin()
        with pytest.raises(SecondProgramFailed, match="上报的第 1 个月中断（退出码 1）；重新运行本命令会接着装入"):
            second.await_reported(1)
        assert "key.not_at_hand" in capfd.readouterr().err, "its own words say why"
        assert app.journal.position() == before


def test_a_command_that_ends_before_they_may_begin_leaves_no_process(home: Path, database: Access) -> None:
    with county(home, database) as app:
        before = children()
        with second_program(app, People("1", period_of(app))):
            started = children() - before
            assert started
        assert not {one for one in started & children() if _reports(one)}


def _reports(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False
