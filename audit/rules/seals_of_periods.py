"""A month is sealed with what stood in the books, by two people, after the month before; and stays as it was sealed.

What must not be broken: the digests are computed here again from the events alone, as of the seal; nothing that takes
effect in a sealed month, or in one that is being closed, comes after. The bank's own side is retold by `bank_followed`:
every line of every statement, what was matched and what two people explained, and both balances. The items that only
one side has are not listed anew; that their sums are the difference between the two is.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.movements import Movement
from audit.rules.bank_followed import CATEGORIES, BankFollowed
from audit.tree import Tree
from domain.kernel.bank_sides import QUOTA
from domain.kernel.calendar import last_day, month, next_month
from domain.kernel.money import Fen, yuan
from domain.kernel.places import Division
from domain.periods import Blocking, Disclosed, Reconciled, disclosures_digest, reconciliation_digest
from domain.trial_balance import trial_balance_digest

_FIGURES = ("month", "position", "root", "trial_balance", "reconciliation", "disclosures", "explained", "bank")
_CONTROLS = {
    "payable": ("fin:2307:payee", -1),
    "in_transit": ("fin:2307:transit", -1),
    "returned": ("fin:2307:returned", -1),
    "paid": ("ind:spent", 1),
}
_CLAIMS = ("fin:1218:payee", "CNY")
_DISCLOSED = ("reward.granted/1", "reward.reversed/1")
Sides = dict[tuple[str, str], list[int]]
"""(control account, commodity) -> debit, credit."""
_COUNTED_MAX = 1 << 12


class SealsOfPeriods:
    """Closing of months; invariant 13."""

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._months: defaultdict[str, Sides] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        self._counted: Counter[tuple[str, Movement]] = Counter()  # month and what moved in it, not yet added up
        self._disclosed: defaultdict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._proposed: Entry | None = None
        self._seals: list[Entry] = []
        self._bank = BankFollowed()

    def see(self, entry: Entry, book: Book) -> None:
        """Judge what moves something by its day, and every step of closing a month; then add it up."""
        if entry.postings:
            self._moved(entry, book)
            self._bank.book(entry)
        elif entry.category == "period":
            self._step(entry)
        elif entry.category in CATEGORIES:
            self._bank.see(entry)

    def _moved(self, entry: Entry, book: Book) -> None:
        closed = self._closed_until
        if closed is not None and entry.on <= closed:
            self._findings.add("periods.below_seal", entry.place, on=entry.on, closed=closed)
        self._counted[entry.on[:7], entry.moved] += 1
        if len(self._counted) > _COUNTED_MAX:
            self._add_up()
        if entry.type in _DISCLOSED:
            reward = book.rewards.get(entry.identity)
            division = entry.data.get("division") or (reward.division if reward else "")
            amount_fen = entry.data.get("amount_fen") or (reward.amount_fen if reward else 0)
            disclosed = self._disclosed[entry.on[:7], entry.type, division]
            disclosed[0] += 1
            disclosed[1] += amount_fen

    def _add_up(self) -> None:
        """Add what was only counted to the sums of its month."""
        for (of, moved), times in self._counted.items():
            sums = self._months[of]
            for at, debit, credit in moved.sides:
                sides = sums[at]
                sides[0] += times * debit
                sides[1] += times * credit
        self._counted.clear()

    @property
    def _closed_until(self) -> str | None:
        last = self._proposed or (self._seals[-1] if self._seals else None)
        return _last_day(last.data["month"]) if last else None

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
                if entry.data.get(name) != proposed.data.get(name):
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
        self._bank_side(entry)
        left_fen = -self._bank.payments(_last_day(data["month"]))
        if data["reconciliation"] != _reconciliation(standing, data, left_fen):
            self._findings.add("periods.reconciliation", entry.place, found=data["reconciliation"])

    def _bank_side(self, entry: Entry) -> None:
        """The month by the bank, as of the position that the seal names."""
        of, at, said = entry.data["month"], entry.data["position"], entry.data.get("bank")
        covered = self._bank.covered(of, at=at)
        if said is None or covered is None:
            if (said is None) != (covered is None):
                self._findings.add("periods.bank", entry.place, field="bank", found=str(said), expected=str(covered))
            return
        since = self._seals[-1].data["position"] if self._seals else 0
        expected: dict[str, object] = {
            "on": covered,
            "debits": self._bank.side(of, leaves=True, at=at),
            "credits": self._bank.side(of, leaves=False, at=at),
            **self._bank.balances(funds=said["funds"], on=covered, at=at),
            **self._bank.explained(since=since, at=at),
        }
        for name, value in expected.items():
            if said[name] != value:
                facts = {"field": name, "found": str(said[name]), "expected": str(value)}
                self._findings.add("periods.bank", entry.place, **facts)
        self._balance(entry, said)

    def _balance(self, entry: Entry, said: Mapping[str, Any]) -> None:
        """Nothing is open, and what differs between the balances is in the items, or has a reason."""
        on = said["on"]
        only_bank = -said["paid_fen"] - self._bank.payments(on)
        if said["funds"] != QUOTA:
            only_bank += self._bank.on_documents(on, at=entry.data["position"]) - self._bank.documents(on)
        if said["bank_items_fen"] - said["books_items_fen"] != only_bank:
            found = said["bank_items_fen"] - said["books_items_fen"]
            self._findings.add("periods.items", entry.place, found=yuan(found), expected=yuan(only_bank))
        if said["debits"]["open_count"] or said["credits"]["open_count"]:
            lines = said["debits"]["open_count"] + said["credits"]["open_count"]
            self._findings.add("periods.lines_open", entry.place, lines=lines)
        apart = said["bank_fen"] + said["books_items_fen"] - said["books_fen"] - said["bank_items_fen"]
        named = {one["amount_fen"] for one in entry.data["explained"] if one["kind"] == "balance_differs"}
        if apart and abs(apart) not in named:
            self._findings.add("periods.balance", entry.place, found=yuan(apart))

    def _standing(self, until: str) -> Sides:
        """What every control account was debited and credited until the end of a month."""
        self._add_up()
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


@lru_cache(maxsize=64)  # everything that moves is compared with the last closed month
def _last_day(text: str) -> str:
    return last_day(month(text)).isoformat()


def _reconciliation(standing: Sides, data: Mapping[str, Any], left_fen: int) -> str:
    """The digest of ledger, batches, differences and the bank's side, as they follow from the books and the seal.

    The bank's figure belongs to the last row: what left the account, which is what was paid unless there were claims.
    """
    reasons = [one for one in data["explained"] if "proposer_id" not in one]
    differences = [Blocking(one["kind"], one["count"], one["amount_fen"]) for one in reasons]
    bank = data.get("bank")
    whole = bank is not None and bank["on"] == last_day(month(data["month"])).isoformat()
    figures: dict[str, int] = {}
    for kind, (control, sign) in _CONTROLS.items():
        debit, credit = standing.get((control, "CNY"), (0, 0))
        figures[kind] = sign * (debit - credit)
    if _CLAIMS in standing:
        debit, credit = standing[_CLAIMS]
        figures["claimed"] = debit - credit
        figures["given_up"] = left_fen - figures["paid"] - figures["claimed"]
        figures["left"] = left_fen
    rows = [Reconciled(kind, Fen(amount_fen), Fen(amount_fen)) for kind, amount_fen in figures.items()]
    if bank is not None and whole:
        rows[-1] = replace(rows[-1], bank_fen=bank["paid_fen"])
    return reconciliation_digest(rows, differences, bank)
