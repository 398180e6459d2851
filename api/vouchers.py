"""The bank's files: vouchers about many people, which the law wants kept when one of them is erased, and used no more.

What must not be broken: once somebody in it is erased, a file leaves the vault only with a stated authority, and every
other way out of the program refuses it. The bytes stay as they are, because the journal holds their digest.
"""

from typing import Any

from psycopg import Connection

from api.context import App
from domain.kernel.refusals import Refusal
from journal.vault import destroyed
from projections import payout_batches, reconciliation_queries


def is_restricted(app: App, sha256: str) -> bool:
    """Whether somebody stands in a bank's file who was erased."""
    with app.reading.connection() as connection:
        payees = payout_batches.payees_in_file(connection, sha256)
        return bool(destroyed(connection, payees or reconciliation_queries.payees_in_statement(connection, sha256)))


def require_unrestricted(app: App, sha256: str) -> None:
    """Refuse `file.restricted` for a bank's file in which somebody stands who was erased."""
    if is_restricted(app, sha256):
        raise Refusal("file.restricted")


def may_leave(connection: Connection[Any], sha256: str) -> bool:
    """Whether a bank file may go into a package: it is known whom it pays, and nobody of them was erased."""
    payees = payout_batches.payees_in_file(connection, sha256)
    return bool(payees) and not destroyed(connection, payees)


def open_with_authority(app: App, sha256: str, *, by: str, authority: str) -> bytes:
    """A kept file, whoever stands in it; the authority is recorded as the reason. Raises KeyError, IntegrityError."""
    return app.vault.get_file(sha256, by=by, reason=f"voucher: {authority}")
