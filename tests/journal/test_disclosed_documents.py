"""What was computed is kept by its digest until nobody wants it; a name goes with its person."""

from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest

from journal import disclosed_documents
from journal.errors import IntegrityError
from migrations.roles import Access
from tests.domain.kernel.test_documents import DOCUMENT

AGED = "UPDATE journal.disclosed_documents SET computed = now() - interval '4 days'"


def test_a_draft_is_kept_and_what_nobody_drafted_is_discarded(database: Access) -> None:
    later, person = replace(DOCUMENT, position=130), uuid4()
    with psycopg.connect(database.writer, autocommit=True) as conn, psycopg.connect(database.owner) as owner:
        drafted = disclosed_documents.keep(conn, DOCUMENT, {"payees": [("person", person)]})
        disclosed_documents.mark_drafted(conn, drafted)
        idle = disclosed_documents.keep(conn, replace(DOCUMENT, position=125), {"payees": [None]})
        owner.execute(AGED)
        owner.commit()
        newest = disclosed_documents.keep(conn, later, {})
        assert disclosed_documents.document_of(conn, drafted) == DOCUMENT
        assert disclosed_documents.subjects_of(conn, drafted) == {"payees": [("person", person)]}
        assert disclosed_documents.document_of(conn, newest) == later
        assert disclosed_documents.content_of(conn, idle) is None
        assert disclosed_documents.content_of(conn, "no digest") is None
        for statement in ("DELETE FROM", "UPDATE"):
            change = "" if statement == "DELETE FROM" else " SET content = ''"
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(f"{statement} journal.disclosed_documents{change}")


def test_bytes_that_are_no_document_stop_the_reader(database: Access) -> None:
    with psycopg.connect(database.owner, autocommit=True) as owner:
        row = owner.execute(
            "INSERT INTO journal.disclosed_documents (digest, content, subjects)"
            " VALUES (sha256('{}'), '{}', '{}') RETURNING encode(digest, 'hex')"
        ).fetchone()
        assert row is not None
        with pytest.raises(IntegrityError, match="not a document"):
            disclosed_documents.document_of(owner, row[0])


def test_a_name_goes_with_its_person(database: Access) -> None:
    disclosure, person, other = uuid4(), uuid4(), uuid4()
    with psycopg.connect(database.owner, autocommit=True) as owner:
        for one in (person, other):
            owner.execute("INSERT INTO vault.person_keys (person_id, wrapped) VALUES (%s, %s)", (one, b"x" * 60))
        named = [("payees:1", person, "张*国"), ("payees:2", other, "李*"), ("payees:3", person, "张*国")]
        with psycopg.connect(database.writer, autocommit=True) as conn:
            for _ in range(2):
                disclosed_documents.show_names(conn, disclosure, 1, named)
        with psycopg.connect(database.reader, autocommit=True) as conn:
            assert disclosed_documents.names_of(conn, disclosure, 1) == {row: name for row, _, name in named}
            owner.execute("DELETE FROM vault.person_keys WHERE person_id = %s", (person,))
            assert disclosed_documents.names_of(conn, disclosure, 1) == {"payees:2": "李*"}
