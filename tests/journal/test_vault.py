"""Personal values are kept under their person's key, and opened only for a reason that is written down."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from journal.errors import IntegrityError
from journal.vault import NAME, Personal, Vault, commitment_of, masked_names
from migrations.roles import Access

KEY = b"\x05" * 32
PERSON, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def pool(database: Access) -> Iterator[ConnectionPool]:
    with ConnectionPool(database.writer, min_size=1, max_size=8, kwargs={"autocommit": True}, open=True) as opened:
        yield opened


@pytest.fixture
def vault(pool: ConnectionPool) -> Vault:
    return Vault(pool, KEY)


def rows(database: Access, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.owner) as connection:
        return connection.execute(query).fetchall()


def test_what_is_sealed_can_be_opened(vault: Vault) -> None:
    values = [
        Personal(PERSON, NAME, "张建国"),
        Personal(PERSON, "account_number", "6222020200112233445"),
        Personal(OTHER, "report_text", "路灯坏了" * 900),
        Personal(OTHER, "report_text", ""),
    ]
    commitments = vault.seal(values)
    opened = vault.open(commitments, by="officer:1", reason="payout 2026-11")
    assert [opened[commitment] for commitment in commitments] == [value.value for value in values]


def test_the_same_value_twice_has_two_commitments(vault: Vault) -> None:
    """Otherwise a commitment would tell who shares a name or an account."""
    first, second = vault.seal([Personal(PERSON, NAME, "张建国")] * 2)
    assert first != second


def test_the_commitment_is_the_formula() -> None:
    salt = bytes(range(32))
    assert commitment_of(salt, "张") == hashlib.sha256(b"\x00" + salt + "张".encode()).hexdigest()


def test_no_value_lies_open_in_the_database(vault: Vault, database: Access) -> None:
    vault.seal([Personal(PERSON, "phone", "13812345678")])
    vault.put_file("13812345678,张建国".encode(), kind="payment_file")
    stored = b"".join(bytes(value) for (value,) in rows(database, "SELECT sealed FROM vault.personal_values"))
    stored += b"".join(bytes(value) for (value,) in rows(database, "SELECT sealed FROM vault.files"))
    assert stored
    assert b"138123" not in stored
    assert "张".encode() not in stored


def test_nothing_to_seal(vault: Vault) -> None:
    assert vault.seal([]) == []


def test_unknown_and_erased_values_are_absent(vault: Vault, database: Access) -> None:
    kept, erased = vault.seal([Personal(PERSON, "phone", "1"), Personal(OTHER, "phone", "2")])
    with psycopg.connect(database.owner) as connection:
        connection.execute("DELETE FROM vault.personal_values WHERE person_id = %s", (OTHER,))
        connection.execute("DELETE FROM vault.person_keys WHERE person_id = %s", (OTHER,))
    assert vault.open([kept, erased, "00" * 32], by="x", reason="y") == {kept: "1"}


def test_every_opening_is_written_down_before_anything_is_told(vault: Vault, database: Access) -> None:
    (commitment,) = vault.seal([Personal(PERSON, "phone", "1")])
    attachment = vault.put_file(b"file", kind="return_file")
    vault.open([commitment], by="officer:1", reason="call back")
    vault.get_file(attachment.sha256, by="auditor:2", reason="sample 7")
    with pytest.raises(KeyError):
        vault.get_file("00" * 32, by="x", reason="y")
    assert rows(database, "SELECT actor, reason, subjects FROM vault.openings ORDER BY id") == [
        ("officer:1", "call back", [bytes.fromhex(commitment)]),
        ("auditor:2", "sample 7", [bytes.fromhex(attachment.sha256)]),
    ]


@pytest.mark.parametrize("verb", ["UPDATE vault.openings SET reason = 'x'", "DELETE FROM vault.openings"])
def test_openings_are_not_rewritten(vault: Vault, database: Access, verb: str) -> None:
    vault.open(["00" * 32], by="x", reason="y")
    for dsn in (database.writer, database.owner):
        with psycopg.connect(dsn) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(verb)
    assert rows(database, "SELECT reason FROM vault.openings") == [("y",)]


def test_another_vault_key_opens_nothing(vault: Vault, pool: ConnectionPool, database: Access) -> None:
    (commitment,) = vault.seal([Personal(PERSON, "phone", "1")])
    attachment = vault.put_file(b"file", kind="return_file")
    wrong = Vault(pool, b"\x06" * 32)
    with pytest.raises(IntegrityError, match="wrong vault key"):
        wrong.open([commitment], by="x", reason="y")
    with pytest.raises(IntegrityError, match="wrong vault key"):
        wrong.get_file(attachment.sha256, by="x", reason="y")
    with pytest.raises(IntegrityError, match="wrong vault key"):
        wrong.seal([Personal(PERSON, "phone", "2")])
    assert rows(database, "SELECT count(*) FROM vault.personal_values") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE vault.personal_values SET sealed = set_bit(sealed, 9, 1 - get_bit(sealed, 9)) WHERE commitment = %s",
        "UPDATE vault.personal_values SET sealed = '\\x' WHERE commitment = %s",
        "UPDATE vault.personal_values SET sealed = (SELECT sealed FROM vault.personal_values b"
        " WHERE b.commitment <> %s AND b.person_id = vault.personal_values.person_id)",
        "UPDATE vault.personal_values SET person_id = '00000000-0000-0000-0000-000000000002' WHERE commitment = %s",
        "UPDATE vault.person_keys k SET wrapped = (SELECT wrapped FROM vault.person_keys o"
        " WHERE o.person_id <> k.person_id) WHERE %s = ''::bytea OR true",
    ],
    ids=["bit", "empty", "swapped", "another person", "swapped keys"],
)
def test_a_row_that_was_changed_is_seen(vault: Vault, database: Access, statement: str) -> None:
    first, _second, _other = vault.seal(
        [Personal(PERSON, "phone", "1"), Personal(PERSON, "phone", "2"), Personal(OTHER, "phone", "3")]
    )
    with psycopg.connect(database.owner) as connection:
        connection.execute(statement, (bytes.fromhex(first),))
    with pytest.raises(IntegrityError):
        vault.open([first], by="x", reason="y")


def test_files(vault: Vault, database: Access) -> None:
    content = "付款文件".encode() * 50_000
    attachment = vault.put_file(content, kind="payment_file")
    assert attachment == vault.put_file(content, kind="payment_file")
    assert (attachment.sha256, attachment.length) == (hashlib.sha256(content).hexdigest(), len(content))
    assert vault.get_file(attachment.sha256, by="x", reason="y") == content
    assert rows(database, "SELECT count(*) FROM vault.files") == [(1,)]


def test_masks_are_all_that_the_reader_sees(vault: Vault, database: Access) -> None:
    vault.seal([Personal(PERSON, NAME, "张建国"), Personal(OTHER, "phone", "1")])
    with psycopg.connect(database.reader) as connection:
        assert masked_names(connection, [PERSON, OTHER]) == {PERSON: "张*国"}
    for table in ("person_keys", "personal_values", "files", "openings"):
        with psycopg.connect(database.reader) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"TABLE vault.{table}")


def test_two_at_once_give_a_person_one_key(vault: Vault, database: Access) -> None:
    persons = [uuid4() for _ in range(20)]

    def seal(number: int) -> list[str]:
        return list(vault.seal([Personal(person, "note", str(number)) for person in persons]))

    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(seal, range(8)))
    assert rows(database, "SELECT count(*) FROM vault.person_keys") == [(20,)]
    for number, commitments in enumerate(sealed):
        assert set(vault.open(commitments, by="x", reason="y").values()) == {str(number)}
