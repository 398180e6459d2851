"""Folders of small SQL files, written by the tests themselves."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def sql_folder(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes SQL files (name without .sql = text) into one folder and returns it."""
    folder = tmp_path / "sql"

    def write(**texts: str) -> Path:
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name.removeprefix('f')}.sql").write_text(text, "utf-8")
        return folder

    return write
