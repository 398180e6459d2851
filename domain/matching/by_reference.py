"""The first two tiers: a line names one payment, by our end-to-end id or by the bank's own reference."""

from collections.abc import Sequence

from domain.kernel.matches import BACK, OUT
from domain.matching.lines import Entry, LateReturn, Payable
from domain.matching.work import Work, touched

# T1.


def by_end_to_end_id(work: Work, entries: Sequence[Entry]) -> list[Entry]:
    """Match lines that name a payment of ours; the lines that do not are left."""
    left: list[Entry] = []
    named: dict[str, list[Entry]] = {}
    for entry in entries:
        said = (entry.return_of or entry.end_to_end_id) if entry.side == BACK else entry.end_to_end_id
        if said is not None and said in work.by_id and not _again(work, said, entry):
            named.setdefault(said, []).append(entry)
        elif entry.side == BACK and entry.return_of and said not in work.by_id:
            work.refuse(entry, "unknown_return")
        else:
            left.append(entry)
    for said, of_payment in named.items():
        _one_payment(work, work.by_id[said], of_payment)
    return left


def _again(work: Work, said: str, entry: Entry) -> bool:
    """Whether the line is what the bank paid once more of the payment that it names, by the bank's reference."""
    known = [one.paid_ref if entry.side == OUT else one.back_ref for one in work.paid_again.get(said, ())]
    return entry.bank_ref is not None and entry.bank_ref in known


def _one_payment(work: Work, payment: Payable, entries: Sequence[Entry]) -> None:
    """All lines that name one payment."""
    if len(entries) == 1 and _fits(work, payment, entries[0]):
        work.take(entries[0], 1, [payment])
        return
    exact: dict[int, list[Entry]] = {OUT: [], BACK: []}
    for entry in entries:
        if abs(entry.amount_fen) != payment.amount_fen:
            work.refuse(entry, "partial" if abs(entry.amount_fen) < payment.amount_fen else "amount_differs", payment)
        elif work.contradicts(entry, payment):
            work.refuse(entry, "wrong_account_or_name", payment)
        else:
            exact[entry.side].append(entry)
    if payment.state == "failed" and [len(exact[OUT]), len(exact[BACK])] == [1, 1] and not touched(work, payment):
        for side in (OUT, BACK):
            work.take(exact[side][0], 1, [payment])
        return
    twice = _left(work, payment, exact[OUT])
    claimed = any(one.back_on is None for one in work.paid_again.get(payment.end_to_end_id, ()))
    _came_back(work, payment, exact[BACK], twice=twice or claimed)


def _left(work: Work, payment: Payable, claims: Sequence[Entry]) -> bool:
    """Lines by which the payment's amount left. Answers whether it left more than once.

    Of several the one with the reference of the bank's answer is the payment itself; another one with a reference that
    is known already may be the same booking shown twice.
    """
    own = [entry for entry in claims if payment.paid_ref is not None and entry.bank_ref == payment.paid_ref]
    if len(claims) > 1 and len(own) == 1 and work.free(payment, OUT):
        work.take(own[0], 2, [payment])
        claims = [entry for entry in claims if entry is not own[0]]
    if len(claims) > 1 or (claims and (payment.payment_id, OUT) in work.taken):
        known = {entry.bank_ref for entry in own} | {payment.out_ref}
        for entry in claims:
            again = payment.state == "paid" and (entry.bank_ref is None or entry.bank_ref not in known)
            work.contested([entry], "paid_twice" if again else "duplicate_answer", [payment])
        return payment.state == "paid"
    for entry in claims:
        if work.free(payment, OUT):
            work.take(entry, 1, [payment])
        else:
            work.refuse(entry, _contradiction(payment, OUT), payment)
    return False


def _came_back(work: Work, payment: Payable, claims: Sequence[Entry], *, twice: bool) -> None:
    """Lines by which the payment's amount came back. Where it left twice, nobody knows which of the two came back."""
    came_back_late = payment.state == "paid" and payment.back_on is None
    if len(claims) > 1 or (claims and (payment.payment_id, BACK) in work.taken):
        work.contested(claims, "duplicate_answer", [payment])
        return
    for entry in claims:
        if work.free(payment, BACK):
            work.take(entry, 1, [payment])
        elif came_back_late and twice:
            work.contested([entry], "two_candidates", [payment])
        elif came_back_late:
            work.taken.add((payment.payment_id, BACK))
            work.late.append(LateReturn(entry.key, payment.payment_id))
        else:
            work.refuse(entry, _contradiction(payment, BACK), payment)


def _fits(work: Work, payment: Payable, entry: Entry) -> bool:
    """What nearly every line is: the only one that names a payment whose side is free, with its amount."""
    fits = entry.side * payment.amount_fen == entry.amount_fen and work.free(payment, entry.side)
    return fits and not work.contradicts(entry, payment)


def _contradiction(payment: Payable, side: int) -> str:
    """What a line says of a payment that the books do not have there."""
    if payment.state == "open":
        return "no_answer"
    return "conflicting_answers" if side == OUT else "unknown_return"


# T2.


def by_bank_reference(work: Work, entries: Sequence[Entry]) -> list[Entry]:
    """Match lines by the reference that the bank gave in its answer; lines with another amount go on to the batches."""
    left: list[Entry] = []
    claims: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        if entry.bank_ref is not None and (entry.bank_ref, entry.side) in work.by_reference:
            claims.setdefault((entry.bank_ref, entry.amount_fen), []).append(entry)
        else:
            left.append(entry)
    for (reference, amount_fen), claiming in claims.items():
        side = claiming[0].side
        known = [one for one in work.by_reference[reference, side] if side * one.amount_fen == amount_fen]
        fitting = [one for one in known if work.free(one, side)]
        if not known:
            left += claiming
        elif not fitting:
            work.contested(claiming, "duplicate_answer", known)
        elif len(fitting) > 1 or len(claiming) > 1:
            work.contested(claiming, "two_candidates", fitting)
        elif work.contradicts(claiming[0], fitting[0]):
            work.contested(claiming, "wrong_account_or_name", fitting)
        else:
            work.take(claiming[0], 2, fitting)
    return left
