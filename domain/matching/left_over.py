"""What is left: lines that no tier knows, and payments that no line has."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from domain.matching.lines import WITHOUT_ORIGIN, Entry, Payable
from domain.matching.work import Work

_OUR_REFERENCE: Final = re.compile(r"[0-9]{21}|[0-9]{29}", re.ASCII)


def without_origin(work: Work, entry: Entry) -> tuple[str, Payable | None]:
    """Why a line that no tier knows stays without a match."""
    known = work.by_reference.get((entry.bank_ref, entry.side), []) if entry.bank_ref else []
    if len(known) == 1:
        smaller = abs(entry.amount_fen) < known[0].amount_fen
        return ("partial" if smaller else "amount_differs"), known[0]
    for said in (entry.end_to_end_id, entry.batch_ref):
        if said is not None and _OUR_REFERENCE.fullmatch(said):
            return "line_not_in_batch", None
    return WITHOUT_ORIGIN[entry.side], None


def missing(payments: Iterable[Payable], *, until: date) -> dict[tuple[UUID, str], int]:
    """What the answers call paid or returned up to a day, and no line has: (batch, kind) -> signed amount in fen.

    One figure for a batch: a bank that sends no statement would otherwise open as many differences as payments.
    """
    found: defaultdict[tuple[UUID, str], int] = defaultdict(int)
    for one in payments:
        if one.state == "paid" and one.paid_on is not None and one.paid_on <= until and not one.out_taken:
            found[one.batch_id, "not_on_statement"] -= one.amount_fen
        if one.back_on is not None and one.back_on <= until and not one.back_taken:
            found[one.batch_id, "not_on_statement"] += one.amount_fen
    return {about: amount for about, amount in found.items() if amount}
