"""What every read model looks like: a name, its tables, the event types it reads, and how it applies them.

What must not be broken: `apply` sees each event of its types exactly once, in the order of the log, and its tables
depend on nothing else; then a rebuild gives the same rows.
"""

import hashlib
from collections.abc import Sequence
from typing import Protocol

from journal.codec import Recorded
from projections.rows import WriteCursor


class ReadModel(Protocol):
    """A module of this package. `DDL` names its tables without a schema; `apply` writes to them in the same way.

    Who changes what `apply` writes changes `DDL` too (a comment is enough): its digest is how an installed model is
    known to be another than this code's, so that it is rebuilt.
    """

    @property
    def NAME(self) -> str: ...  # noqa: N802 - modules spell constants so

    @property
    def DDL(self) -> str: ...  # noqa: N802 - likewise

    @property
    def TYPES(self) -> frozenset[str]: ...  # noqa: N802 - likewise

    def apply(self, cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
        """Apply events of `TYPES`, in log order, inside the caller's transaction."""


def digest(model: ReadModel) -> str:
    """The SHA-256 of the model's DDL, in hex."""
    return hashlib.sha256(model.DDL.encode()).hexdigest()
