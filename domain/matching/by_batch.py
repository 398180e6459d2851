"""The third tier: a line names one of our batches, and is the sum of payments in it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from uuid import UUID

from domain.kernel.matches import OUT
from domain.matching.lines import Entry, Payable
from domain.matching.work import Work, touched


def by_batch(work: Work, entries: Sequence[Entry]) -> list[Entry]:
    """Match lines that name a batch of ours with the sum of payments in it."""
    left: list[Entry] = []
    named: dict[str, list[Entry]] = {}
    for entry in entries:
        said = next((one for one in (entry.batch_ref, entry.end_to_end_id) if one in work.by_batch), None)
        if said is None:
            left.append(entry)
        else:
            named.setdefault(said, []).append(entry)
    for said, of_batch in named.items():
        _one_batch(work, work.by_batch[said], of_batch)
    return left


def _one_batch(work: Work, payments: Sequence[Payable], entries: Sequence[Entry]) -> None:
    """All lines of one side that name one batch. Lines that claim the same payment are all left to a person."""
    fitting = {entry.key: [one for one in _sums(work, payments, entry) if _total(one, entry)] for entry in entries}
    claimed: defaultdict[UUID, int] = defaultdict(int)
    for payment in chain.from_iterable(chain.from_iterable(fitting.values())):
        claimed[payment.payment_id] += 1
    for entry in entries:
        ways = fitting[entry.key]
        if not ways:
            work.refuse(entry, "control_total", batch_id=payments[0].batch_id)
        elif len(ways) > 1 or any(claimed[payment.payment_id] > 1 for payment in ways[0]):
            work.refuse(entry, "two_candidates", batch_id=payments[0].batch_id)
        else:
            work.take(entry, 3, ways[0])


def _sums(work: Work, payments: Sequence[Payable], entry: Entry) -> Iterator[list[Payable]]:
    """The groups of payments that a batch's line may stand for, each once, none empty."""
    side = entry.side
    free = [payment for payment in payments if work.free(payment, side)]
    that_day = [one for one in free if (one.paid_on if side == OUT else one.back_on) == entry.booked_on]
    groups = [free, that_day]
    if side == OUT:
        failed = [one for one in payments if one.state == "failed" and not touched(work, one)]
        groups.append([*free, *failed])
    else:
        groups.append([one for one in free if one.state == "failed"])
        groups.append([one for one in free if one.state == "paid"])
    seen: list[list[Payable]] = []
    for group in groups:
        if group and group not in seen:
            seen.append(group)
            yield group


def _total(payments: Sequence[Payable], entry: Entry) -> bool:
    return entry.side * sum(payment.amount_fen for payment in payments) == entry.amount_fen
