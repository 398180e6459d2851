"""Everything that the sheet of a posted version is drawn from, as the database has it."""

from collections.abc import Callable
from typing import Any

from psycopg import Connection

from api.posters.sheets import Posting
from api.web.disclosed.kinds import address_of
from api.web.identity import Identity
from domain.kernel.places import chain, contains
from journal import disclosed_documents
from journal.errors import IntegrityError
from projections import places
from projections.posted_disclosures import PostedVersion

RootAt = Callable[[int], bytes]
"""The root of the log's tree at a size."""


def posting_of(conn: Connection[Any], version: PostedVersion, *, identity: Identity, root_at: RootAt) -> Posting:
    """A posted version, its places by the names that they had on the day of posting. Raises IntegrityError."""
    document = disclosed_documents.document_of(conn, version.document)
    if document is None:
        raise IntegrityError(f"the disclosed document {version.document} of {version.published_event} is missing")
    above = [code for code in reversed(chain(version.division)) if contains(identity.division, code)]
    known = places.names(conn, {*document.places, *above}, on=version.since)
    return Posting(
        document=document,
        version=version.version,
        corrects=version.corrects,
        reason=version.reason,
        since=version.since,
        until=version.until,
        path=[known[code] for code in above if code in known],
        names=disclosed_documents.names_of(conn, version.disclosure_id, version.version),
        places={str(code): name for code, name in known.items()},
        origin=identity.origin,
        root=root_at(document.position),
        url=identity.base_url + address_of(document),
        rehearsal=identity.rehearsal,
    )
