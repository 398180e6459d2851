"""Under which commitment stands the number of an account that somebody was paid on: an event says it, and for ever.

What must not be broken: nothing here is anybody's value. A commitment is the journal's own and tells nothing of the
number; that stands in the vault alone, is opened there and noted every time, and is destroyed there with its person.
"""

from collections.abc import Callable, Collection
from threading import Lock
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from domain.kernel.events import Commitment
from domain.kernel.ids import EventName
from journal.journal import Journal

ACCOUNTS_MAX: Final = 65_536
"""About 20 MB. At every freeze all accounts ever paid on are compared; a county that has more reads them again."""

Used = tuple[UUID, EventName]
"""A payee, and the event that set the account on which he was paid."""

_known: WeakKeyDictionary[Journal, dict[EventName, Commitment]] = WeakKeyDictionary()
_guard = Lock()


def numbers_used(
    journal: Journal, used: Collection[Used], *, read: Callable[[Collection[Used]], dict[EventName, Commitment]]
) -> dict[EventName, Commitment]:
    """The commitment to the number of each account; `read` is asked for those that were not asked for before."""
    with _guard:
        kept = dict(_known.get(journal, {}))
    missing = [one for one in used if one[1] not in kept]
    if missing:
        kept |= read(missing)
        with _guard:
            _known[journal] = kept if len(kept) <= ACCOUNTS_MAX else {}
    return {account: kept[account] for _, account in used}
