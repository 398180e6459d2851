"""A month is sealed with what stood in the books, by two people, after the month before; and stays as it was sealed.

What must not be broken: the digests are computed here again from the events alone, as of the seal; nothing that takes
effect in a sealed month, or in one that is being closed, comes after. That a month's reconciliation was what the seal
says is followed as far as the events carry it: the bank's own side is one of the figures that the reasons name.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.tree import Tree
from domain.kernel.calendar import last_day, month, next_month
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.periods import Blocking, Disclosed, Reconciled, disclosures_digest, reconciliation_digest
from domain.trial_balance import control_of, trial_balance_digest

_FIGURES = ("month", "position", "root", "trial_balance", "reconciliation", "disclosures", "explained")
_CONTROLS = {
    "payable": ("fin:2307:payee", -1),
    "in_transit": ("fin:2307:transit", -1),
    "returned": ("fin:2307:returned", -1),
    "paid": ("ind:spent", 1),
}
_DISCLOSED = ("reward.granted/1", "reward.reversed/1")
Sides = dict[tuple[str, str], list[int]]
"""(control account, commodity) -> debit, credit."""


class SealsOfPeriods:
    """Closing of months."""

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._months: defaultdict[str, Sides] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        self._disclosed: defaultdict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._proposed: Entry | None = None
        self._seals: list[Entry] = []

    def see(self, entry: Entry, book: Book) -> None:
        """Judge what moves something by its day, and every step of closing a month; then add it up."""
        if entry.postings:
            self._moved(entry, book)
        elif entry.category == "period":
            self._step(entry)

    def _moved(self, entry: Entry, book: Book) -> None:
        closed = self._closed_until
        if closed is not None and entry.on <= closed:
            self._findings.add("periods.below_seal", entry.place, on=entry.on, closed=closed)
        sums = self._months[entry.on[:7]]
        for account, commodity, amount in entry.postings:
            sides = sums[control_of(account), commodity]
            sides[0 if amount > 0 else 1] += abs(amount)
        if entry.type in _DISCLOSED:
            reward = book.rewards.get(entry.identity)
            division = entry.data.get("division") or (reward.division if reward else "")
            amount_fen = entry.data.get("amount_fen") or (reward.amount_fen if reward else 0)
            disclosed = self._disclosed[entry.on[:7], entry.type, division]
            disclosed[0] += 1
            disclosed[1] += amount_fen

    @property
    def _closed_until(self) -> str | None:
        last = self._proposed or (self._seals[-1] if self._seals else None)
        return last_day(month(last.data["month"])).isoformat() if last else None

    def _step(self, entry: Entry) -> None:
        match entry.type:
            case "period.close_proposed/1":
                if entry.data["proposer_id"] != entry.by:
                    named = entry.data["proposer_id"]
                    self._findings.add("periods.signed_by_another", entry.place, named=named, by=entry.by)
                self._follows(entry)
                self._proposed = entry
            case "period.close_withdrawn/1":
                if self._proposed is None:
                    self._findings.add("periods.not_proposed", entry.place)
                self._proposed = None
            case "period.sealed/1":
                self._sealed(entry)

    def _follows(self, entry: Entry) -> None:
        """Months are closed in order, when they are over, and each names the seal before."""
        data, before = entry.data, self._seals[-1] if self._seals else None
        if entry.on <= last_day(month(data["month"])).isoformat():
            self._findings.add("periods.not_over", entry.place, month=data["month"], on=entry.on)
        if before is not None and data["month"] != next_month(month(before.data["month"])):
            self._findings.add("periods.order", entry.place, month=data["month"], before=before.data["month"])
        if data.get("previous") != (before.name if before else None):
            self._findings.add("periods.chain", entry.place, found=data.get("previous", ""))

    def _sealed(self, entry: Entry) -> None:
        proposed = self._proposed
        if proposed is None:
            self._findings.add("periods.not_proposed", entry.place)
        else:
            for name in _FIGURES:
                if entry.data[name] != proposed.data[name]:
                    self._findings.add("periods.other_figures", entry.place, field=name)
            if proposed.by == entry.by:
                self._findings.add("periods.one_person", entry.place, person=entry.by)
        self._follows(entry)
        self._digests(entry)
        self._proposed = None
        self._seals.append(entry)

    def _digests(self, entry: Entry) -> None:
        data = entry.data
        standing = self._standing(data["month"])
        balance = trial_balance_digest(
            (control, commodity, debit, credit) for (control, commodity), (debit, credit) in standing.items()
        )
        if data["trial_balance"] != balance:
            self._findings.add("periods.trial_balance", entry.place, found=data["trial_balance"], expected=balance)
        disclosed = disclosures_digest(
            Disclosed(flow, Division(division), count, Fen(amount_fen))
            for (of, flow, division), (count, amount_fen) in self._disclosed.items()
            if of == data["month"]
        )
        if data["disclosures"] != disclosed:
            self._findings.add("periods.disclosures", entry.place, found=data["disclosures"], expected=disclosed)
        if data["reconciliation"] not in set(_reconciliations(standing, data["explained"])):
            self._findings.add("periods.reconciliation", entry.place, found=data["reconciliation"])

    def _standing(self, until: str) -> Sides:
        """What every control account was debited and credited until the end of a month."""
        sums: Sides = defaultdict(lambda: [0, 0])
        for of, accounts in self._months.items():
            if of <= until:
                for account, (debit, credit) in accounts.items():
                    sums[account][0] += debit
                    sums[account][1] += credit
        return sums

    def check(self, tree: Tree) -> None:
        """Compare the root of each seal with the entries, once the whole log was read."""
        for entry in self._seals:
            position, root = entry.data["position"], entry.data["root"]
            if position > min(entry.index, tree.size):
                self._findings.add("periods.position", entry.place, position=position)
            elif tree.root(position).hex() != root:
                expected = tree.root(position).hex()
                self._findings.add("periods.root", entry.place, found=root, expected=expected)
        if self._seals:
            last = self._seals[-1].data["month"]
            self._findings.summarise(Check.PERIODS, seals=len(self._seals), month=last)
        else:
            self._findings.skip(Check.PERIODS, "no_seals")

    def finish(self, book: Book) -> None:
        """The roots are compared when the tree is whole (`check`)."""


def _reconciliations(standing: Sides, explained: list[Mapping[str, Any]]) -> Iterator[str]:
    """The digests that agree with the ledger: the bank said nothing, the same, or what a reason names as apart."""
    differences = [Blocking(one["kind"], one["count"], one["amount_fen"]) for one in explained]
    figures = {}
    for kind, (control, sign) in _CONTROLS.items():
        debit, credit = standing.get((control, "CNY"), (0, 0))
        figures[kind] = Fen(sign * (debit - credit))
    apart = [one.amount_fen for one in differences if one.kind == "bank_paid"]
    said: list[Fen | None] = [Fen(figures["paid"] + sign * one) for one in apart for sign in (1, -1)]
    for bank_fen in said or [None, figures["paid"]]:
        rows = [
            Reconciled(kind, amount_fen, amount_fen, bank_fen if kind == "paid" else None)
            for kind, amount_fen in figures.items()
        ]
        yield reconciliation_digest(rows, differences)
