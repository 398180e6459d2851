"""By which number somebody finds his own rows in public: told to himself, and to staff who may tell him.

What must not be broken: the number stands on no public page; what stands there follows from it in secret.
"""

from collections.abc import Iterable
from uuid import UUID

from api.staff.office import Office
from domain.kernel.short_codes import shown_code
from journal import shown_rows


def own_numbers(desk: Office, identities: Iterable[UUID]) -> dict[UUID, str]:
    """The numbers of persons and households, as people read them: `2345-6789`."""
    references = shown_rows.references(desk.app.vault)
    return {one: shown_code(references.own(one)) for one in identities}
