"""What was computed is kept by its digest until nobody wants it; a name goes with its person."""

import json
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from domain.kernel.documents import ShownName
from domain.kernel.shown_rows import row_commitment
from journal import disclosed_documents, shown_rows
from journal.errors import IntegrityError
from journal.shown_rows import Named
from journal.vault import Vault
from migrations.roles import Access
from tests.domain.kernel.test_documents import DOCUMENT
from tests.journal.vaults import KEY

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


def test_a_name_goes_with_its_person_and_what_fixed_it_stays(database: Access) -> None:
    disclosure, person, other = uuid4(), uuid4(), uuid4()
    named = [
        Named("payees:1", person, ShownName("张*国", "K7F2QM")),
        Named("payees:2", other, ShownName("李*", "9Y4TAC")),
        Named("payees:3", None, ShownName("", "AAAAAA")),
    ]
    with ConnectionPool(database.writer, min_size=1, kwargs={"autocommit": True}, open=True) as pool:
        vault = Vault(pool, KEY)
        digest = shown_rows.show(vault, disclosure, 1, named)
        assert shown_rows.show(vault, disclosure, 1, named) == digest, "once more changes nothing"
        assert shown_rows.show(vault, disclosure, 2, named) != digest
    with (
        psycopg.connect(database.reader, autocommit=True) as conn,
        psycopg.connect(database.owner, autocommit=True) as owner,
    ):
        assert disclosed_documents.names_of(conn, disclosure, 1) == {one.row: one.shown for one in named}
        kept = json.loads(disclosed_documents.content_of(conn, digest) or b"")
        salted = disclosed_documents.salted_names_of(conn, disclosure, 1)
        assert kept == {row: row_commitment(row, one) for row, one in salted.items()}
        owner.execute("DELETE FROM vault.person_keys WHERE person_id = %s", (person,))
        assert disclosed_documents.names_of(conn, disclosure, 1).keys() == {"payees:2", "payees:3"}
        assert disclosed_documents.content_of(conn, digest) is not None
