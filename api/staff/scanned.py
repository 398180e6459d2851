"""What a scanner types at the counter: a holder's code, a receipt's address, or something else.

A scanner in the hand is a keyboard to the program: it types what the QR code holds and presses Enter. The same field
takes what the keeper types himself.
"""

import re
from typing import Final
from uuid import UUID

_RECEIPT: Final = re.compile(r"/staff/exchanges/([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")


def receipt_scanned(text: str) -> UUID | None:
    """The exchange whose receipt's QR code was scanned: `https://…/staff/exchanges/<id>`; None for a code."""
    found = _RECEIPT.search(text)
    return UUID(found[1]) if found is not None else None
