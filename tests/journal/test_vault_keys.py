"""The key-encryption key is replaced while others work, killed at any step, and old copies open nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg_pool import ConnectionPool

from journal import vault_keys
from journal.errors import IntegrityError
from journal.keys import KeyFileError, create_secret
from journal.vault import FILES, Personal, Vault
from journal.vault_keys import (
    decrypt,
    fingerprint_of,
    finish_rotation,
    in_reach,
    next_of,
    read_key,
    rewrap,
    rotate_file,
)
from migrations.roles import Access
from tests.journal.vaults import KEY, NEXT_KEY, OTHER, PERSON, rows


@pytest.fixture
def pool(database: Access) -> Iterator[ConnectionPool]:
    with ConnectionPool(database.writer, min_size=1, max_size=8, kwargs={"autocommit": True}, open=True) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The key's file, holding KEY."""
    create_secret(tmp_path / "vault.key", KEY)
    return tmp_path / "vault.key"


def test_after_it_only_the_new_key_opens(pool: ConnectionPool) -> None:
    (kept,) = Vault(pool, KEY).seal([Personal(PERSON, "phone", "1")])
    bank = Vault(pool, KEY).put_file(b"file", kind="return_file")
    prints = Vault(pool, KEY).fingerprints([Personal(PERSON, "phone", "1")])
    assert rewrap(pool, old=KEY, new=NEXT_KEY) == 2
    new = Vault(pool, NEXT_KEY)
    assert new.open([kept], by="x", reason="y") == {kept: "1"}
    assert new.get_file(bank.sha256, by="x", reason="y") == b"file"
    assert new.fingerprints([Personal(PERSON, "phone", "1")]) == prints
    for person in (PERSON, OTHER):
        with pytest.raises(IntegrityError, match="wrong vault key"):
            Vault(pool, KEY).seal([Personal(person, "phone", "2")])
    assert rewrap(pool, old=KEY, new=NEXT_KEY) == 0


def test_the_first_key_is_the_one_in_use_and_no_other(pool: ConnectionPool, database: Access) -> None:
    Vault(pool, KEY).require_key()
    with pytest.raises(IntegrityError, match="wrong vault key"):
        Vault(pool, NEXT_KEY).require_key()
    with pytest.raises(IntegrityError, match="wrong vault key"):
        rewrap(pool, old=b"\x07" * 32, new=NEXT_KEY)
    assert rows(database, "SELECT fingerprint FROM vault.key_in_use") == [(fingerprint_of(KEY),)]
    assert KEY not in fingerprint_of(KEY)


def test_a_copy_of_the_rows_and_the_new_key_open_nothing(pool: ConnectionPool, database: Access) -> None:
    """What crypto-shredding rests on: an old backup, and whatever disk blocks remain, hold the old wrapping."""
    Vault(pool, KEY).seal([Personal(PERSON, "phone", "1")])
    ((_, old),) = rows(database, "SELECT person_id, wrapped FROM vault.person_keys")
    rewrap(pool, old=KEY, new=NEXT_KEY)
    with pytest.raises(IntegrityError):
        decrypt(NEXT_KEY, bytes(old), PERSON.bytes)  # type: ignore[call-overload]
    assert decrypt(KEY, bytes(old), PERSON.bytes)  # type: ignore[call-overload]


def test_a_file_is_replaced_and_a_running_server_goes_on(pool: ConnectionPool, file: Path) -> None:
    running = Vault(pool, KEY, candidates=lambda: in_reach(file))
    (kept,) = running.seal([Personal(PERSON, "phone", "1")])
    assert rotate_file(pool, file) == 1
    assert read_key(file) != KEY
    assert not next_of(file).exists()
    assert file.stat().st_mode & 0o777 == 0o600
    assert running.open([kept], by="x", reason="y") == {kept: "1"}
    fresh = Vault(pool, KEY, candidates=lambda: in_reach(file))
    (more,) = fresh.seal([Personal(OTHER, "phone", "2")])
    assert Vault(pool, read_key(file)).open([kept, more], by="x", reason="y") == {kept: "1", more: "2"}


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("at", ["create_secret", "rewrap", "_take_over", "_overwrite", "replace"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_step_the_next_start_has_one_key_that_opens_all(
    pool: ConnectionPool, file: Path, monkeypatch: pytest.MonkeyPatch, at: str, after: bool
) -> None:
    (kept,) = Vault(pool, KEY).seal([Personal(PERSON, "phone", "1")])
    owner, name = (Path, at) if at == "replace" else (vault_keys, at)
    step = getattr(owner, name)

    def killed(*arguments: object, **named: object) -> None:
        if after:
            step(*arguments, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, killed)
        with pytest.raises(Killed):
            rotate_file(pool, file)
    finish_rotation(pool, file)
    assert not next_of(file).exists()
    assert Vault(pool, read_key(file)).open([kept], by="x", reason="y") == {kept: "1"}
    finish_rotation(pool, file)
    assert rotate_file(pool, file) == 1


def test_two_files_of_which_neither_is_the_key(pool: ConnectionPool, file: Path) -> None:
    Vault(pool, b"\x09" * 32).seal([Personal(PERSON, "phone", "1")])
    create_secret(next_of(file), NEXT_KEY)
    with pytest.raises(KeyFileError, match="neither"):
        finish_rotation(pool, file)
    assert next_of(file).exists()


def test_a_file_of_another_length_is_no_key(tmp_path: Path) -> None:
    create_secret(tmp_path / "short.key", b"\x05" * 31)
    with pytest.raises(KeyFileError, match="31 bytes"):
        read_key(tmp_path / "short.key")


def test_the_bank_s_files_have_a_key_of_their_own(pool: ConnectionPool, database: Access) -> None:
    Vault(pool, KEY).put_file(b"file", kind="return_file")
    assert rows(database, "SELECT person_id FROM vault.person_keys") == [(FILES,)]
