"""The vault destroys whom the journal names, nobody else, and keeps nothing of him again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from domain.kernel.refusals import Refusal
from journal.vault import FILES, NAME, Personal, Vault, destroyed, masked_names
from migrations.roles import Access
from tests.journal.vaults import KEY, OTHER, PERSON, rows, say_erased, whose


@pytest.fixture
def pool(database: Access) -> Iterator[ConnectionPool]:
    with ConnectionPool(database.writer, min_size=1, max_size=8, kwargs={"autocommit": True}, open=True) as opened:
        yield opened


@pytest.fixture
def vault(pool: ConnectionPool) -> Vault:
    return Vault(pool, KEY)


def test_everything_of_the_person_goes_and_nothing_of_others(vault: Vault, database: Access) -> None:
    name, phone, other = vault.seal(
        [Personal(PERSON, NAME, "张建国"), Personal(PERSON, "phone", "1"), Personal(OTHER, NAME, "李荷")]
    )
    own = vault.put_file(b"a photo", kind="photo", person_id=PERSON)
    shared = vault.put_file(b"a bank's file", kind="payment_file")
    say_erased(database, PERSON)
    assert vault.destroy_erased() == [PERSON]
    assert vault.open([name, phone, other], by="x", reason="y") == {other: "李荷"}
    assert vault.get_file(shared.sha256, by="x", reason="y") == b"a bank's file"
    with pytest.raises(KeyError):
        vault.get_file(own.sha256, by="x", reason="y")
    assert whose(database) == {OTHER, FILES}
    assert vault.destroy_erased() == []


def test_pages_see_that_he_is_gone_and_not_who_he_was(vault: Vault, database: Access) -> None:
    vault.seal([Personal(PERSON, NAME, "张建国"), Personal(OTHER, NAME, "李荷")])
    say_erased(database, PERSON)
    vault.destroy_erased()
    with psycopg.connect(database.reader) as connection:
        assert masked_names(connection, [PERSON, OTHER]) == {OTHER: "李*"}
        assert destroyed(connection, [PERSON, OTHER]) == {PERSON}


def test_nobody_is_destroyed_whom_the_journal_does_not_name(vault: Vault, database: Access) -> None:
    vault.seal([Personal(PERSON, "phone", "1")])
    assert vault.destroy_erased() == []
    with psycopg.connect(database.writer) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="does not say"):
            connection.execute("SELECT vault.destroy(%s)", (PERSON,))
        connection.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM vault.personal_values")
    with psycopg.connect(database.reader) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT vault.destroy(%s)", (PERSON,))
    assert rows(database, "SELECT count(*) FROM vault.person_keys") == [(1,)]


def test_nothing_of_him_is_kept_again(vault: Vault, database: Access) -> None:
    vault.seal([Personal(PERSON, "phone", "1")])
    say_erased(database, PERSON)
    vault.destroy_erased()
    for keeping in (
        lambda: vault.seal([Personal(OTHER, "phone", "2"), Personal(PERSON, "phone", "1")]),
        lambda: vault.fingerprints([Personal(PERSON, "phone", "1")]),
        lambda: vault.put_file(b"x", kind="photo", person_id=PERSON),
    ):
        with pytest.raises(Refusal, match=r"person\.erased"):
            keeping()
    assert rows(database, "SELECT count(*) FROM vault.person_keys") == [(0,)]


def test_values_that_are_kept_at_that_very_moment_go_too(vault: Vault, database: Access) -> None:
    """Ten keep, one erases; what one of them had in hand is found and destroyed, or refused."""
    vault.seal([Personal(PERSON, "phone", "0")])

    def keep(number: int) -> None:
        if number == 5:
            say_erased(database, PERSON)
            vault.destroy_erased()
            return
        with suppress(Refusal):
            vault.seal([Personal(PERSON, "phone", str(number))] * 20)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(keep, range(11)))
    assert rows(database, "SELECT count(*) FROM vault.personal_values") == [(0,)]
    assert rows(database, "SELECT count(*) FROM vault.person_keys") == [(0,)]


def test_a_fingerprint_knows_its_value_again_and_goes_with_the_key(vault: Vault, database: Access) -> None:
    """Whoever kept a fingerprint cannot try a guess on it any more: the same value has another one by now."""
    values = [Personal(PERSON, NAME, "张建国"), Personal(PERSON, NAME, "张建邦"), Personal(OTHER, NAME, "张建国")]
    first = vault.fingerprints(values)
    assert vault.fingerprints(values) == first
    assert len(set(first)) == 3
    with psycopg.connect(database.owner) as connection:
        connection.execute("DELETE FROM vault.person_keys WHERE person_id = %s", (PERSON,))
    again = vault.fingerprints(values)
    assert again[2] == first[2]
    assert not {again[0], again[1]} & set(first)


def test_the_record_of_openings_says_whose_also_when_they_are_gone(vault: Vault, database: Access) -> None:
    one, two = vault.seal([Personal(PERSON, "phone", "1"), Personal(OTHER, "phone", "2")])
    own = vault.put_file(b"a photo", kind="photo", person_id=PERSON)
    shared = vault.put_file(b"a bank's file", kind="payment_file")
    vault.open([one, two], by="officer", reason="call")
    vault.open([two], by="officer", reason="call again")
    vault.get_file(own.sha256, by="auditor", reason="sample")
    vault.get_file(shared.sha256, by="auditor", reason="sample of the bank")
    say_erased(database, PERSON)
    vault.destroy_erased()
    found = [(line.actor, line.reason, line.subjects, line.persons) for line in vault.openings()]
    assert found == [
        ("auditor", "sample of the bank", 1, []),
        ("auditor", "sample", 1, [PERSON]),
        ("officer", "call again", 1, [OTHER]),
        ("officer", "call", 2, [PERSON, OTHER]),
    ]
    assert [line.reason for line in vault.openings(person_id=PERSON)] == ["sample", "call"]
    (latest,) = vault.openings(limit=1)
    assert [line.reason for line in vault.openings(before=latest.id, limit=1)] == ["sample"]
