"""Migrations: applied once, in order, wholly or not at all, and never after somebody changed them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from migrations.errors import Changed, Failed, MigrationError, Numbering, Outdated, TooNew
from migrations.roles import Access
from migrations.runner import check, migrate, status

Write = Callable[..., Path]

HENS = "CREATE TABLE hens (name text PRIMARY KEY); CREATE TABLE eggs (laid int)"
ADD_BO = "INSERT INTO hens VALUES ('Bo')"


def tables(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in rows}


def hens(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT count(*) FROM hens").fetchone()
    assert row is not None
    return int(row[0])


def test_files_are_applied_in_order_and_once(empty_database: Access, sql_folder: Write) -> None:
    folder = sql_folder(f0001_hens=HENS, f0002_bo=ADD_BO)
    first = migrate(empty_database.owner, folder=folder)
    assert [(one.number, one.name) for one in first] == [(1, "hens"), (2, "bo")]
    assert migrate(empty_database.owner, folder=folder) == []
    assert hens(empty_database.owner) == 1
    assert list(status(empty_database.owner, folder=folder).applied) == first


def test_check_says_how_far_behind_a_database_is(empty_database: Access, sql_folder: Write) -> None:
    folder = sql_folder(f0001_hens=HENS, f0002_bo=ADD_BO)
    with pytest.raises(Outdated) as refused:
        check(empty_database.writer, folder=folder)
    assert refused.value.facts == {"pending": 2}
    assert tables(empty_database.owner) == set()  # looking changes nothing
    migrate(empty_database.owner, folder=folder)
    for role in ("writer", "projector", "reader", "auditor"):
        check(getattr(empty_database, role), folder=folder)


def test_a_changed_file_is_refused(empty_database: Access, sql_folder: Write) -> None:
    migrate(empty_database.owner, folder=sql_folder(f0001_hens=HENS))
    folder = sql_folder(f0001_hens=HENS + " ", f0002_bo=ADD_BO)
    for act in (migrate, check):
        with pytest.raises(Changed, match="0001_hens"):
            act(empty_database.owner, folder=folder)
    assert hens(empty_database.owner) == 0


def test_a_renamed_file_is_refused(empty_database: Access, sql_folder: Write) -> None:
    folder = sql_folder(f0001_hens=HENS)
    migrate(empty_database.owner, folder=folder)
    (folder / "0001_hens.sql").rename(folder / "0001_ducks.sql")
    with pytest.raises(Changed):
        migrate(empty_database.owner, folder=folder)


def test_a_database_newer_than_the_code_is_refused(empty_database: Access, sql_folder: Write) -> None:
    folder = sql_folder(f0001_hens=HENS, f0002_bo=ADD_BO)
    migrate(empty_database.owner, folder=folder)
    (folder / "0002_bo.sql").unlink()
    for act in (migrate, check):
        with pytest.raises(TooNew) as refused:
            act(empty_database.owner, folder=folder)
        assert refused.value.facts == {"database": 2, "known": 1}


@pytest.mark.parametrize(
    ("bad", "line"),
    [
        ("CREATE TABLE ducks (n int);\nINSERT INTO hens VALUES ('Bo');\nSELECT nonsense", 3),
        ("CREATE TABLE ducks (n int);\nINSERT INTO hens VALUES ('Bo');\nSELEC 1", 3),
        ("INSERT INTO hens VALUES ('Bo'); INSERT INTO hens VALUES ('Bo')", 0),
    ],
)
def test_a_failing_file_leaves_the_state_as_it_was(
    empty_database: Access, sql_folder: Write, bad: str, line: int
) -> None:
    folder = sql_folder(f0001_hens=HENS, f0002_bad=bad, f0003_bo=ADD_BO)
    with pytest.raises(Failed) as failed:
        migrate(empty_database.owner, folder=folder)
    assert failed.value.facts["file"] == "0002_bad.sql"
    assert failed.value.facts["line"] == line
    assert tables(empty_database.owner) == {"hens", "eggs", "applied_migrations"}
    assert hens(empty_database.owner) == 0
    assert [one.number for one in status(empty_database.owner, folder=folder).applied] == [1]
    migrate(empty_database.owner, folder=sql_folder(f0002_bad=ADD_BO, f0003_bo="SELECT 1"))
    assert hens(empty_database.owner) == 1


def test_starters_at_the_same_moment_apply_each_file_once(empty_database: Access, sql_folder: Write) -> None:
    slow = "SELECT pg_sleep(0.05); " + HENS
    folder = sql_folder(f0001_hens=slow, f0002_bo=ADD_BO)
    with ThreadPoolExecutor(8) as starters:
        done = list(starters.map(lambda _: migrate(empty_database.owner, folder=folder), range(8)))
    assert sorted(len(applied) for applied in done) == [0] * 7 + [2]
    assert hens(empty_database.owner) == 1


def test_a_setting_of_one_file_does_not_reach_the_next(empty_database: Access, sql_folder: Write) -> None:
    """Else a forgotten search_path would put the next file's tables into another schema."""
    folder = sql_folder(f0001_set="CREATE SCHEMA barn; SET search_path = barn", f0002_hens=HENS)
    migrate(empty_database.owner, folder=folder)
    assert "hens" in tables(empty_database.owner)


def test_role_names_are_filled_in_quoted(empty_database: Access, sql_folder: Write) -> None:
    grant = HENS + '; GRANT SELECT ON hens TO :"reader"; SELECT \'{}\'::"text"'
    migrate(empty_database.owner, folder=sql_folder(f0001_hens=grant), names=empty_database.names)
    assert hens(empty_database.reader) == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        hens(empty_database.writer)


def test_an_unknown_placeholder_is_named(empty_database: Access, sql_folder: Write) -> None:
    folder = sql_folder(f0001_hens=HENS + ';\nGRANT SELECT ON hens TO :"everybody"')
    with pytest.raises(Numbering, match=r"0001_hens\.sql, line 2.*everybody"):
        migrate(empty_database.owner, folder=folder)
    assert "hens" not in tables(empty_database.owner)


def test_only_the_owner_migrates(empty_database: Access, sql_folder: Write) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        migrate(empty_database.writer, folder=sql_folder(f0001_hens=HENS))


def test_the_record_of_migrations_is_the_owners(database: Access) -> None:
    check(database.reader)
    with (
        psycopg.connect(database.writer) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("UPDATE applied_migrations SET digest = repeat('0', 64)")


def test_every_failure_is_of_one_family_with_a_code() -> None:
    codes = [kind("migration.x", "said").code for kind in (Changed, Failed, Numbering, Outdated, TooNew)]
    assert codes == ["migration.x"] * 5
    assert all(issubclass(kind, MigrationError) for kind in (Changed, Failed, Numbering, Outdated, TooNew))
