"""What a trial balance is made of, and its digest: so that whoever seals a month and whoever checks the seal agree.

What must not be broken: the digest follows from the postings alone, in whatever order they are added up.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from domain.kernel.events import Sha256

_SUBSIDIARY: Final = re.compile(r":[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=:|$).*", re.ASCII)


class ControlSum(NamedTuple):
    """What a control account was debited and credited, both >= 0, in fen or whole units of the commodity."""

    control: str
    commodity: str
    debit: int
    credit: int


@lru_cache(maxsize=1 << 16)  # every posting asks, and the same payees come again
def control_of(account: str) -> str:
    """Without the subsidiary, which begins at the first UUID: `fin:2307:payee:<uuid>` -> `fin:2307:payee`."""
    return _SUBSIDIARY.sub("", account)


def trial_balance_digest(rows: Iterable[ControlSum | tuple[str, str, int, int]]) -> Sha256:
    """SHA-256 of a trial balance by control account: one line each, sorted, `control commodity debit credit\\n`.

    Debit and credit are decimal digits. Accounts without any posting are left out, so that it does not matter whether
    a reader lists them. Raises ValueError for an account that stands there twice or a negative sum.
    """
    lines = sorted((control, commodity, debit, credit) for control, commodity, debit, credit in rows if debit or credit)
    if len({(control, commodity) for control, commodity, _, _ in lines}) != len(lines):
        raise ValueError("a trial balance names each control account once for each commodity")
    if any(debit < 0 or credit < 0 for _, _, debit, credit in lines):
        raise ValueError("debits and credits are sums of amounts, so neither is negative")
    text = "".join(f"{control} {commodity} {debit} {credit}\n" for control, commodity, debit, credit in lines)
    return Sha256(hashlib.sha256(text.encode()).hexdigest())
