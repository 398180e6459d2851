"""Columns arrive in PostgreSQL as they were, and a number that does not fit is a data error, not a crash."""

from uuid import uuid4

import psycopg
import pytest

from journal.arrays import Blobs, Numbers, Texts, Uuids, numbers_in
from journal.statement import Statement
from migrations.roles import Access


def test_columns_arrive_as_they_were(database: Access) -> None:
    uuids, texts = [uuid4(), uuid4()], ["", 'NULL {",}\\', "横峰县\u2028"]
    blobs, numbers = [b"", b"\x00\xff" * 9], [0, -1, 2**63 - 1, -(2**63)]
    with psycopg.connect(database.writer) as connection:
        row = connection.execute(
            "SELECT %s, %s, %s, %s", (Uuids(uuids), Texts(texts), Blobs(blobs), Numbers(numbers)), binary=True
        ).fetchone()
    assert row == (uuids, texts, blobs, numbers)


def test_empty_columns(database: Access) -> None:
    with psycopg.connect(database.writer) as connection:
        row = connection.execute(
            "SELECT cardinality(%s), cardinality(%s), cardinality(%s), cardinality(%s)",
            (Uuids([]), Texts([]), Blobs([]), Numbers([])),
        ).fetchone()
    assert row == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("sent", "numbers"),
    [
        ("ARRAY[0, NULL, -1, 9223372036854775807, NULL]::bigint[]", [0, None, -1, 2**63 - 1, None]),
        ("ARRAY[]::bigint[]", []),
        ("NULL::bigint[]", []),
    ],
)
def test_numbers_come_back_as_they_were(database: Access, sent: str, numbers: list[int | None]) -> None:
    with psycopg.connect(database.writer) as connection:
        answer = Statement("numbers", f"SELECT {sent}").run(connection, ())
    assert numbers_in(answer.get_value(0, 0)) == numbers


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1])
def test_a_number_beyond_64_bits_is_a_data_error(database: Access, number: int) -> None:
    with psycopg.connect(database.writer) as connection, pytest.raises(psycopg.DataError, match="64 bits"):
        connection.execute("SELECT %s", (Numbers([number]),))
