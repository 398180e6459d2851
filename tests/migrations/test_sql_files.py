"""The numbered files themselves: no gap, no double, no strange name, no transaction control."""

from collections.abc import Callable
from pathlib import Path

import pytest

from migrations.errors import Numbering
from migrations.sql_files import own_folder, read_sql_files

Write = Callable[..., Path]


def test_our_own_files_are_in_order() -> None:
    assert [file.number for file in read_sql_files(own_folder())][:1] == [1]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["0002_b"], "0001 is missing"),
        (["0001_a", "0003_c"], "0002 is missing"),
        (["0001_a", "0001_b"], "0001 is there twice"),
        (["0001_a", "0002_b", "0002_c", "0003_d"], "0002 is there twice"),
        (["0000_a", "0001_b"], "0000 is there twice"),
        (["1_a"], "1_a.sql"),
        (["0001-a"], "0001-a.sql"),
        (["0001_A"], "0001_A.sql"),
    ],
)
def test_wrong_numbering_is_refused(sql_folder: Write, names: list[str], said: str) -> None:
    folder = sql_folder(**dict.fromkeys((f"f{name}" for name in names), "SELECT 1"))
    with pytest.raises(Numbering, match=said):
        read_sql_files(folder)


@pytest.mark.parametrize("word", ["COMMIT;", "  begin ;", "ROLLBACK;", "start transaction;", "Commit work;"])
def test_transaction_control_is_refused(sql_folder: Write, word: str) -> None:
    with pytest.raises(Numbering, match="line 2"):
        read_sql_files(sql_folder(f0001_a=f"SELECT 1;\n{word}\n"))


def test_a_function_body_is_no_transaction_control(sql_folder: Write) -> None:
    body = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN NEW;\nEND;\n$$;\n"
    assert len(read_sql_files(sql_folder(f0001_a=body))) == 1


def test_other_files_in_the_folder_do_not_count(sql_folder: Write) -> None:
    folder = sql_folder(f0001_a="SELECT 1")
    (folder / "README.txt").write_text("about these files")
    assert [file.file_name for file in read_sql_files(folder)] == ["0001_a.sql"]
