"""A backup of the vault brings back what was lost, never whom the journal names as erased, and nothing bent."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from journal.errors import IntegrityError
from journal.vault import FILES, NAME, Personal, Vault, masked_names
from journal.vault_backup import BadBackup, back_up, restore
from journal.vault_keys import rewrap
from migrations.roles import Access
from tests.journal.vaults import KEY, NEXT_KEY, OTHER, PERSON, rows, say_erased, whose

ORIGIN = "log.example/county"
VALUES = [
    Personal(PERSON, NAME, "张建国"),
    Personal(PERSON, "account_number", "6222020200112233445"),
    Personal(OTHER, NAME, "欧阳明月"),
    Personal(OTHER, "report_text", "路灯坏了"),
]
PLAIN = [value.value.encode() for value in VALUES] + ["张*国".encode(), "欧阳**".encode(), b"photo of", b"bank's"]


@pytest.fixture
def open_vault() -> Iterator[Callable[[Access], Vault]]:
    with ExitStack() as stack:

        def opened(access: Access, key: bytes = KEY) -> Vault:
            pool = ConnectionPool(access.writer, min_size=1, max_size=4, kwargs={"autocommit": True}, open=True)
            return Vault(stack.enter_context(pool), key)

        yield opened


@pytest.fixture
def vault(database: Access, open_vault: Callable[[Access], Vault]) -> Vault:
    return open_vault(database)


def texts(vault: Vault, commitments: list[str]) -> list[str | None]:
    """What the vault opens, in order; None for what is not there."""
    opened = {str(one): text for one, text in vault.open(commitments, by="x", reason="y").items()}
    return [opened.get(one) for one in commitments]


def filled(vault: Vault) -> tuple[list[str], list[str]]:
    """Commitments of VALUES, and the digests of a file of one person's and of a bank's."""
    kept = vault.seal(VALUES)
    files = [
        vault.put_file(b"photo of him", kind="photo", person_id=PERSON),
        vault.put_file(b"a bank's file", kind="return_file"),
    ]
    vault.open(kept[:1], by="officer", reason="call")
    return [str(one) for one in kept], [one.sha256 for one in files]


def test_what_was_lost_comes_back(
    vault: Vault, new_database: Callable[[], Access], open_vault: Callable[[Access], Vault], tmp_path: Path
) -> None:
    kept, files = filled(vault)
    made = back_up(vault, tmp_path / "b", origin=ORIGIN, by="admin")
    assert (made.persons, made.values, made.files) == (2, 4, 2)
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600
    empty = new_database()
    other = open_vault(empty)
    done = restore(other, tmp_path / "b", origin=ORIGIN, by="admin")
    assert (done.values, done.files, done.skipped) == (4, 2, [])
    assert texts(other, kept) == [value.value for value in VALUES]
    assert other.get_file(files[0], by="x", reason="y") == b"photo of him"
    assert other.get_file(files[1], by="x", reason="y") == b"a bank's file"
    with psycopg.connect(empty.reader) as connection:
        assert masked_names(connection, [PERSON, OTHER]) == {PERSON: "张*国", OTHER: "欧阳**"}
    assert [line.reason for line in other.openings(person_id=PERSON)][-1] == "call"


def test_a_restore_changes_nothing_that_is_there(vault: Vault, database: Access, tmp_path: Path) -> None:
    kept, _ = filled(vault)
    back_up(vault, tmp_path / "b", origin=ORIGIN, by="admin")
    later = vault.seal([Personal(PERSON, NAME, "张建邦")])
    tables = (
        "SELECT v.sealed, k.wrapped FROM vault.personal_values v JOIN vault.person_keys k USING (person_id) ORDER BY 1"
    )
    before = rows(database, tables)
    done = restore(vault, tmp_path / "b", origin=ORIGIN, by="admin")
    assert (done.values, done.files) == (0, 0)
    assert rows(database, tables) == before
    assert len(vault.open([*kept, *later], by="x", reason="y")) == 5
    reasons = [line.reason.split()[0] for line in vault.openings()]
    assert reasons == ["y", "vault.restore", "vault.backup", "call"]


def test_a_person_who_has_another_key_by_now(
    vault: Vault, new_database: Callable[[], Access], open_vault: Callable[[Access], Vault], tmp_path: Path
) -> None:
    """The vault was lost, work went on, then the backup was found."""
    kept, _ = filled(vault)
    back_up(vault, tmp_path / "b", origin=ORIGIN, by="admin")
    other = open_vault(new_database())
    (meanwhile,) = other.seal([Personal(PERSON, "phone", "13812345678")])
    restore(other, tmp_path / "b", origin=ORIGIN, by="admin")
    assert texts(other, [*kept, meanwhile]) == [*(value.value for value in VALUES), "13812345678"]


def test_the_erased_do_not_come_back(vault: Vault, database: Access, tmp_path: Path) -> None:
    kept, files = filled(vault)
    back_up(vault, tmp_path / "b", origin=ORIGIN, by="admin")
    say_erased(database, PERSON)
    vault.destroy_erased()
    done = restore(vault, tmp_path / "b", origin=ORIGIN, by="admin")
    assert done.skipped == [PERSON]
    assert (done.values, done.files) == (0, 0)
    assert texts(vault, kept) == [None, None, "欧阳明月", "路灯坏了"]
    with pytest.raises(KeyError):
        vault.get_file(files[0], by="x", reason="y")
    assert whose(database) == {OTHER, FILES}


def test_nothing_lies_open_in_it_and_the_key_is_not_in_it(vault: Vault, tmp_path: Path) -> None:
    filled(vault)
    back_up(vault, tmp_path / "b", origin=ORIGIN, by="admin")
    content = (tmp_path / "b").read_bytes()
    for plain in [*PLAIN, KEY, KEY.hex().encode(), b"BQUFBQUFBQ"]:
        assert plain not in content


def test_after_the_key_was_replaced_it_opens_nothing(
    vault: Vault, database: Access, open_vault: Callable[..., Vault], tmp_path: Path
) -> None:
    filled(vault)
    back_up(vault, tmp_path / "b", origin=ORIGIN, by="admin")
    rewrap(vault.pool, old=KEY, new=NEXT_KEY)
    before = rows(database, "SELECT count(*) FROM vault.openings")
    with pytest.raises(BadBackup) as raised:
        restore(open_vault(database, NEXT_KEY), tmp_path / "b", origin=ORIGIN, by="admin")
    assert raised.value.fault == "other_key"
    assert rows(database, "SELECT count(*) FROM vault.openings") == before


def test_a_file_that_is_not_whole(vault: Vault, database: Access, tmp_path: Path) -> None:
    filled(vault)
    back_up(vault, tmp_path / "b", origin=ORIGIN, by="admin")
    content = (tmp_path / "b").read_bytes()
    lines = content.splitlines(keepends=True)
    last_digit = b"1" if content[-10:-9] == b"0" else b"0"
    bent = {
        b"": "not_a_backup",
        b"PK\x03\x04": "not_a_backup",
        content[:-1]: "not_a_backup",
        b"".join(lines[:-1]): "not_whole",
        b"".join([*lines[:3], *lines[4:]]): "not_whole",
        content.replace(b'"kind":"name"', b'"kind":"nbme"', 1): "not_whole",
        content[:-10] + last_digit + content[-9:]: "not_whole",
        lines[0] + b"[]\n1\n2\n": "not_whole",
    }
    for number, (given, fault) in enumerate(bent.items()):
        (tmp_path / f"bent{number}").write_bytes(given)
        with pytest.raises(BadBackup) as raised:
            restore(vault, tmp_path / f"bent{number}", origin=ORIGIN, by="admin")
        assert raised.value.fault == fault, number
    with pytest.raises(BadBackup) as raised:
        restore(vault, tmp_path / "b", origin="log.example/other", by="admin")
    assert raised.value.fault == "other_journal"


def test_a_value_that_somebody_exchanged_brings_nothing_back(
    vault: Vault,
    database: Access,
    new_database: Callable[[], Access],
    open_vault: Callable[[Access], Vault],
    tmp_path: Path,
) -> None:
    """Whoever writes a backup with a right digest around wrong rows is met by the commitments."""
    filled(vault)
    with psycopg.connect(database.owner) as connection:
        connection.execute(
            "UPDATE vault.personal_values SET sealed = (SELECT sealed FROM vault.personal_values"
            " WHERE kind = 'account_number') WHERE kind = 'name' AND person_id = %s",
            (PERSON,),
        )
    back_up(vault, tmp_path / "b", origin=ORIGIN, by="admin")
    empty = new_database()
    with pytest.raises(IntegrityError):
        restore(open_vault(empty), tmp_path / "b", origin=ORIGIN, by="admin")
    assert rows(empty, "SELECT count(*) FROM vault.personal_values") == [(0,)]


def test_an_existing_file_is_not_written_over(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("older")
    with pytest.raises(FileExistsError):
        back_up(vault, tmp_path / "b", origin=ORIGIN, by="admin")
    assert (tmp_path / "b").read_text() == "older"
