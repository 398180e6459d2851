"""Villages' books: four people sign each voucher, numbers have no gap, a closed month stays closed, and limits hold.

What must not be broken: everything is judged from the events alone; a chart's accounts are those of the version that
the book named, a resolution is one that a meeting of the village passed, and trial balances are added up here anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.rules.committees import Committees
from domain.kernel.calendar import last_day, next_month
from domain.kernel.calendar import month as as_month
from domain.kernel.ids import derived
from domain.kernel.places import Division, level
from domain.trial_balance import control_of, trial_balance_digest

_CASH = ("101", "102")
_SPENDING = ("payment", "transfer")
_NEXT = {
    "village_voucher.reviewed/1": ("drafted", "reviewed", "reviewer", "reviewer_id"),
    "village_voucher.approved/1": ("reviewed", "approved", "approver", "approver_id"),
    "village_voucher.booked/1": ("approved", "booked", "booker", "booker_id"),
}
"""Type -> the state before and after, the part of who signs, and the field that names him."""
_TURNS = {"drafted": "village_supervisor", "reviewed": "village_committee", "approved": "village_accountant"}
_OTHER = {"debit": "credit", "credit": "debit"}
_OPEN = ("drafted", "reviewed", "approved", "sent_back")


@dataclass(slots=True)
class _Book:
    """What a village's book says of itself."""

    division: str
    since: str
    chart: str
    limit_fen: int
    proposer: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)
    recorded: bool = False


@dataclass(slots=True)
class _Voucher:
    """A voucher: what it says, how far it is, and who signed it as what. `original`: what it takes back."""

    division: str
    day: str
    kind: str
    lines: list[dict[str, Any]]
    original: str
    state: str = "drafted"
    resolution: str = ""
    signed: dict[str, str] = field(default_factory=dict)

    @property
    def amount_fen(self) -> int:
        """What it debits."""
        return sum(one["amount_fen"] for one in self.lines if one["side"] == "debit")

    @property
    def spends(self) -> bool:
        """Whether it is spending that has a limit."""
        purse = all(one["account"] in _CASH for one in self.lines)
        return self.kind in _SPENDING and not self.original and not purse


@dataclass(slots=True)
class _Month:
    """A month: the last number, how far it is closed, and with what somebody proposed to close it."""

    number: int = 0
    state: str = "open"
    proposer: str = ""
    told: tuple[int, str] = (0, "")


class VillageBooks:
    """Check 29. `committees` stands before it among the rules."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {
            "chart.published/1",
            "meeting.called/1",
            "meeting.resolved/1",
            "meeting.sheet_kept/1",
            "meeting.spending_allowed/1",
            "village_book.opened/1",
            "village_book.limit_set/1",
            "village_book.chart_adopted/1",
            "village_book.opening_proposed/1",
            "village_book.opening_rejected/1",
            "village_book.opening_recorded/1",
            "village_book.plan_published/1",
            "village_party.registered/1",
            "village_voucher.drafted/1",
            "village_voucher.revised/1",
            "village_voucher.reviewed/1",
            "village_voucher.approved/1",
            "village_voucher.sent_back/1",
            "village_voucher.withdrawn/1",
            "village_voucher.booked/1",
            "village_voucher.reversed/1",
            "village_month.voucher_numbered/1",
            "village_month.close_proposed/1",
            "village_month.close_withdrawn/1",
            "village_month.closed/1",
        }
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings, committees: Committees) -> None:
        self._findings, self._committees = findings, committees
        self._charts: dict[str, frozenset[str]] = {}
        self._meetings: dict[str, str] = {}  # meeting -> its division
        self._passed: dict[str, str] = {}  # resolution -> its division
        self._last: dict[str, str] = {}  # meeting -> its vote that was told last
        self._tellers: dict[str, str] = {}  # vote -> who told it
        self._keepers: dict[str, set[str]] = {}  # meeting -> who has kept its sheet
        self._left: dict[str, int] = {}  # resolution -> what vouchers may still spend under it
        self._books: dict[str, _Book] = {}  # by division
        self._parties: dict[str, str] = {}
        self._vouchers: dict[str, _Voucher] = {}
        self._months: dict[tuple[str, str], _Month] = {}
        self._month_of: dict[str, tuple[str, str]] = {}  # stream -> its division and month
        self._sums: dict[str, dict[str, dict[str, list[int]]]] = {}  # division -> month -> control -> debit, credit
        self._awaited: dict[str, Entry] = {}  # what has to follow in the same command -> the booking
        self._booked = 0

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge one event of a village's money, and remember it."""
        if self._awaited and next(iter(self._awaited.values())).cmd != entry.cmd:
            self._missed()
        _JUDGES[entry.type](self, entry)

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Count what was seen."""
        self._missed()
        closed = sum(one.state == "closed" for one in self._months.values())
        self._findings.summarise(Check.VILLAGE, books=len(self._books), vouchers=self._booked, months=closed)

    def _missed(self) -> None:
        for awaited, entry in self._awaited.items():
            self._findings.add("village.incomplete", entry.place, type=awaited.partition(" ")[0])
        self._awaited.clear()

    # What books refer to.

    def _chart(self, entry: Entry) -> None:
        self._charts[entry.data["name"]] = frozenset(one["account"] for one in entry.data["accounts"])

    def _called(self, entry: Entry) -> None:
        self._meetings[entry.identity] = entry.data["division"]

    def _resolved(self, entry: Entry) -> None:
        if entry.data["passed"]:
            self._passed[entry.name] = self._meetings.get(entry.identity, "")
        self._last[entry.identity], self._tellers[entry.name] = entry.name, entry.by

    def _sheet_kept(self, entry: Entry) -> None:
        self._keepers.setdefault(entry.identity, set()).add(entry.by)

    def _allowed(self, entry: Entry) -> None:
        if last := self._last.get(entry.identity):
            self._left[last] = entry.data["limit_fen"]

    def _party(self, entry: Entry) -> None:
        self._parties[entry.identity] = entry.data["division"]
        self._book(entry, entry.data["division"])

    # The book.

    def _opened(self, entry: Entry) -> None:
        data = entry.data
        division = data["division"]
        if division in self._books:
            self._order(entry, "opened")
            return
        if level(Division(division)) != "village":
            self._findings.add("village.not_a_village", entry.place, division=division)
        self._named_chart(entry)
        self._books[division] = _Book(division, data["since"], data["chart"], data["limit_fen"])

    def _limited(self, entry: Entry) -> None:
        book = self._own(entry)
        if book is not None:
            book.limit_fen = entry.data["limit_fen"]

    def _adopted(self, entry: Entry) -> None:
        book = self._own(entry)
        self._named_chart(entry)
        if book is not None:
            book.chart = entry.data["chart"]

    def _named_chart(self, entry: Entry) -> None:
        if entry.data["chart"] not in self._charts:
            self._findings.add("village.chart", entry.place, chart=entry.data["chart"])

    def _opening_proposed(self, entry: Entry) -> None:
        book = self._own(entry)
        self._signs(entry, "proposer", "proposer_id")
        if book is None:
            return
        if book.recorded:
            self._order(entry, "recorded")
        self._lines(entry, book)
        book.proposer, book.lines = entry.by, entry.data["lines"]

    def _opening_rejected(self, entry: Entry) -> None:
        book = self._own(entry)
        if book is not None:
            if not book.proposer or book.recorded:
                self._order(entry, "recorded" if book.recorded else "")
            book.proposer, book.lines = "", []

    def _opening_recorded(self, entry: Entry) -> None:
        book = self._own(entry)
        self._signs(entry, "confirmer", "confirmer_id")
        if book is None:
            return
        if not book.proposer or book.recorded:
            self._order(entry, "recorded" if book.recorded else "")
        self._apart(entry, "confirmer", {"proposer": book.proposer})
        if entry.on >= book.since:
            self._findings.add("village.day", entry.place, day=entry.on)
        book.recorded = True
        self._post(entry, book.division)

    def _plan(self, entry: Entry) -> None:
        book = self._own(entry)
        named = entry.data.get("resolution")
        if book is not None and named is not None and self._passed.get(named) != book.division:
            self._findings.add("village.resolution", entry.place, resolution=named)

    # Vouchers.

    def _drafted(self, entry: Entry) -> None:
        data = entry.data
        book = self._book(entry, data["division"])
        self._signs(entry, "drafter", "handler_id")
        if entry.identity in self._vouchers:
            self._order(entry, self._vouchers[entry.identity].state)
        original = data.get("reverses", "")
        voucher = _Voucher(data["division"], data["day"], data["kind"], data["lines"], original)
        voucher.signed["drafter"] = entry.by
        self._vouchers[entry.identity] = voucher
        if book is None:
            return
        self._open(entry, voucher)
        if original:
            self._mirrors(entry, voucher)
        else:
            self._lines(entry, book)
        if not book.since <= data["day"] <= entry.on:
            self._findings.add("village.day", entry.place, day=data["day"])

    def _open(self, entry: Entry, voucher: _Voucher) -> None:
        """A voucher is written for a month that is open: nobody signs what could not be booked."""
        if self._months.get((voucher.division, voucher.day[:7]), _Month()).state != "open":
            self._findings.add("village.closed", entry.place, month=voucher.day[:7])

    def _mirrors(self, entry: Entry, voucher: _Voucher) -> None:
        """A red voucher takes back a whole one that is booked, line by line."""
        taken = self._vouchers.get(_voucher_of(voucher.original))
        swapped = [{**one, "side": _OTHER[one["side"]]} for one in taken.lines] if taken is not None else []
        whole = taken is not None and taken.state == "booked" and not taken.original
        if not whole or swapped != voucher.lines or (taken is not None and taken.division != voucher.division):
            self._findings.add("village.reversal", entry.place, original=voucher.original)

    def _revised(self, entry: Entry) -> None:
        voucher = self._voucher(entry, "sent_back")
        self._signs(entry, "drafter", "handler_id")
        if voucher is None:
            return
        if voucher.signed.get("drafter") != entry.by or voucher.original:
            self._order(entry, voucher.state)
        data = entry.data
        voucher.day, voucher.kind, voucher.lines = data["day"], data["kind"], data["lines"]
        voucher.state, voucher.signed = "drafted", {"drafter": entry.by}
        book = self._book(entry, voucher.division)
        self._open(entry, voucher)
        if book is not None:
            self._lines(entry, book)
            if not book.since <= voucher.day <= entry.on:
                self._findings.add("village.day", entry.place, day=voucher.day)

    def _stepped(self, entry: Entry) -> None:
        before, after, part, named = _NEXT[entry.type]
        self._signs(entry, part, named)
        voucher = self._voucher(entry, before)
        if voucher is None:
            return
        self._apart(entry, part, voucher.signed)
        voucher.signed[part] = entry.by
        voucher.state = after
        if after == "reviewed":
            self._committees.judge_reviewer(entry, voucher.division)
        elif after == "approved":
            self._within_limit(entry, voucher)
        elif after == "booked":
            self._booking(entry, voucher)

    def _within_limit(self, entry: Entry, voucher: _Voucher) -> None:
        book, named = self._books.get(voucher.division), entry.data.get("resolution")
        if named is not None and self._passed.get(named) != voucher.division:
            self._findings.add("village.resolution", entry.place, resolution=named)
        if named is not None and voucher.spends:
            self._witnessed(entry, voucher, named)
            left_fen = self._left.get(named, 0)
            if voucher.amount_fen > left_fen:
                facts = {"amount_fen": voucher.amount_fen, "left_fen": left_fen}
                self._findings.add("village.above_resolution", entry.place, **facts)
            self._left[named], voucher.resolution = left_fen - voucher.amount_fen, named
        if book is not None and named is None and voucher.spends and voucher.amount_fen > book.limit_fen:
            facts = {"amount_fen": voucher.amount_fen, "limit_fen": book.limit_fen}
            self._findings.add("village.above_limit", entry.place, **facts)

    def _witnessed(self, entry: Entry, voucher: _Voucher, named: str) -> None:
        """No resolution lets money go on the word of one: of who told it and spends under it, or kept the sheet too."""
        teller = self._tellers.get(named, "")
        if voucher.signed.get("drafter") == teller:
            self._findings.add("village.acted_twice", entry.place, person=teller, first="teller", second="drafter")
        if not self._keepers.get(_voucher_of(named), set()) - {teller}:
            self._findings.add("village.unwitnessed", entry.place, resolution=named)

    def _release(self, voucher: _Voucher) -> None:
        """What is not spent after all can be spent by another under the same resolution."""
        if voucher.resolution:
            self._left[voucher.resolution] = self._left.get(voucher.resolution, 0) + voucher.amount_fen
            voucher.resolution = ""

    def _booking(self, entry: Entry, voucher: _Voucher) -> None:
        data = entry.data
        month = voucher.day[:7]
        if (data["division"], data["month"], entry.on) != (voucher.division, month, voucher.day):
            self._findings.add("village.day", entry.place, day=entry.on)
        self._booked += 1
        self._awaited[f"village_month.voucher_numbered/1 {entry.identity} {month} {data['number']}"] = entry
        if voucher.original:
            self._awaited[f"village_voucher.reversed/1 {_voucher_of(voucher.original)} {entry.identity}"] = entry
        self._post(entry, voucher.division)

    def _sent_back(self, entry: Entry) -> None:
        self._signs(entry, "sender", "sender_id")
        voucher = self._vouchers.get(entry.identity)
        if voucher is None or _TURNS.get(voucher.state) != entry.role:
            self._order(entry, voucher.state if voucher is not None else "")
        if voucher is not None:
            self._apart(entry, "sender", voucher.signed)
            self._release(voucher)
            voucher.state = "sent_back"

    def _withdrawn(self, entry: Entry) -> None:
        self._signs(entry, "drafter", "handler_id")
        voucher = self._vouchers.get(entry.identity)
        if voucher is None or voucher.state not in _OPEN or voucher.signed.get("drafter") != entry.by:
            self._order(entry, voucher.state if voucher is not None else "")
        if voucher is not None:
            self._release(voucher)
            voucher.state = "withdrawn"

    def _reversed(self, entry: Entry) -> None:
        awaited = f"village_voucher.reversed/1 {entry.identity} {entry.data['reversal_id']}"
        if self._awaited.pop(awaited, None) is None:
            self._findings.add("village.reversal", entry.place, original=f"village_voucher/{entry.identity}")
        voucher = self._voucher(entry, "booked")
        if voucher is not None:
            self._release(voucher)
            voucher.state = "reversed"

    # Months.

    def _numbered(self, entry: Entry) -> None:
        data = entry.data
        month = self._month(entry)
        awaited = f"{entry.type} {data['voucher_id']} {data['month']} {data['number']}"
        if self._awaited.pop(awaited, None) is None:
            self._findings.add("village.incomplete", entry.place, type="village_voucher.booked/1")
        if month.state != "open":
            self._findings.add("village.closed", entry.place, month=data["month"])
        if data["number"] != month.number + 1:
            self._findings.add("village.number", entry.place, found=data["number"], expected=month.number + 1)
        month.number = max(month.number, data["number"])

    def _close_proposed(self, entry: Entry) -> None:
        data = entry.data
        self._signs(entry, "proposer", "proposer_id")
        month, book = self._month(entry), self._book(entry, data["division"])
        if month.state != "open":
            self._order(entry, month.state)
        if entry.on <= str(last_day(as_month(data["month"]))):
            self._findings.add("village.day", entry.place, day=entry.on)
        if book is not None and not self._follows(book, data["month"]):
            self._findings.add("village.month_order", entry.place, month=data["month"])
        month.state, month.proposer, month.told = "closing", entry.by, (data["vouchers"], data["trial_balance"])
        self._closes_with(entry, month)

    def _follows(self, book: _Book, month: str) -> bool:
        """Whether it is the book's first month, or the one before is closed."""
        if month == book.since[:7]:
            return True
        return any(
            of == book.division and one.state == "closed" and next_month(as_month(before)) == month
            for (of, before), one in self._months.items()
        )

    def _close_withdrawn(self, entry: Entry) -> None:
        self._signs(entry, "withdrawer", "withdrawer_id")
        at = self._month_of.get(entry.identity)
        month = self._months.get(at) if at is not None else None
        if month is None or month.state != "closing":
            self._order(entry, month.state if month is not None else "")
        if month is not None:
            month.state = "open"

    def _closed(self, entry: Entry) -> None:
        data = entry.data
        self._signs(entry, "confirmer", "closer_id")
        month = self._month(entry)
        if month.state != "closing" or month.told != (data["vouchers"], data["trial_balance"]):
            self._order(entry, month.state)
        self._apart(entry, "confirmer", {"proposer": month.proposer})
        month.state = "closed"
        self._closes_with(entry, month)

    def _closes_with(self, entry: Entry, month: _Month) -> None:
        """The number of vouchers and the digest of the trial balance are those that the events give."""
        data = entry.data
        if data["vouchers"] != month.number:
            self._findings.add("village.number", entry.place, found=data["vouchers"], expected=month.number)
        sums: dict[str, list[int]] = {}
        for of, moved in self._sums.get(data["division"], {}).items():
            for control, (debit, credit) in moved.items() if of <= data["month"] else ():
                total = sums.setdefault(control, [0, 0])
                total[0] += debit
                total[1] += credit
        expected = trial_balance_digest((control, "CNY", both[0], both[1]) for control, both in sums.items())
        if expected != data["trial_balance"]:
            facts = {"month": data["month"], "found": data["trial_balance"], "expected": expected}
            self._findings.add("village.trial_balance", entry.place, **facts)

    # What several of them ask.

    def _post(self, entry: Entry, division: str) -> None:
        month = entry.on[:7]
        if self._months.get((division, month), _Month()).state != "open":
            self._findings.add("village.closed", entry.place, month=month)
        moved = self._sums.setdefault(division, {}).setdefault(month, {})
        for account, _, amount in entry.postings:
            moved.setdefault(control_of(account), [0, 0])[amount < 0] += abs(amount)

    def _lines(self, entry: Entry, book: _Book) -> None:
        """Every account is one of the chart, with a party where the chart asks for one, and both sides are equal."""
        accounts = self._charts.get(book.chart, frozenset())
        lines = entry.data["lines"]
        for one in lines:
            listed = f"vil:{one['account']}"
            party = one.get("party_id")
            by_party = f"{listed}:party" in accounts
            known = party is None or self._parties.get(party) == book.division
            if listed not in accounts or by_party != (party is not None) or not known:
                self._findings.add("village.line", entry.place, account=one["account"], chart=book.chart)
        sums = [sum(one["amount_fen"] for one in lines if one["side"] == side) for side in ("debit", "credit")]
        if sums[0] != sums[1] or not lines:
            self._findings.add("village.unbalanced", entry.place, debit_fen=sums[0], credit_fen=sums[1])

    def _book(self, entry: Entry, division: str) -> _Book | None:
        book = self._books.get(division)
        if book is None:
            self._findings.add("village.no_book", entry.place, type=entry.type)
        return book

    def _own(self, entry: Entry) -> _Book | None:
        """The book in whose stream the event stands."""
        division = entry.data.get("division") or self._division_of(entry)
        return self._book(entry, division)

    def _division_of(self, entry: Entry) -> str:
        return next((one for one in self._books if str(derived("village_book", one)) == entry.identity), "")

    def _voucher(self, entry: Entry, state: str) -> _Voucher | None:
        voucher = self._vouchers.get(entry.identity)
        if voucher is None or voucher.state != state:
            self._order(entry, voucher.state if voucher is not None else "")
        return voucher

    def _month(self, entry: Entry) -> _Month:
        at = entry.data["division"], entry.data["month"]
        self._month_of[entry.identity] = at
        return self._months.setdefault(at, _Month())

    def _signs(self, entry: Entry, part: str, named: str) -> None:
        if entry.data[named] != entry.by:
            facts = {"part": part, "named": entry.data[named], "by": entry.by}
            self._findings.add("village.signed_by_another", entry.place, **facts)

    def _apart(self, entry: Entry, part: str, signed: Mapping[str, str]) -> None:
        for other, person in signed.items():
            if person == entry.by:
                self._findings.add("village.acted_twice", entry.place, person=person, first=other, second=part)

    def _order(self, entry: Entry, state: str) -> None:
        self._findings.add("village.order", entry.place, type=entry.type, state=state)


def _voucher_of(booking: str) -> str:
    """The voucher whose booking an event's name is, or the meeting whose vote."""
    return booking.partition("@")[0].partition("/")[2]


_JUDGES: Mapping[str, Callable[[VillageBooks, Entry], None]] = {
    "chart.published/1": VillageBooks._chart,
    "meeting.called/1": VillageBooks._called,
    "meeting.resolved/1": VillageBooks._resolved,
    "meeting.sheet_kept/1": VillageBooks._sheet_kept,
    "meeting.spending_allowed/1": VillageBooks._allowed,
    "village_book.opened/1": VillageBooks._opened,
    "village_book.limit_set/1": VillageBooks._limited,
    "village_book.chart_adopted/1": VillageBooks._adopted,
    "village_book.opening_proposed/1": VillageBooks._opening_proposed,
    "village_book.opening_rejected/1": VillageBooks._opening_rejected,
    "village_book.opening_recorded/1": VillageBooks._opening_recorded,
    "village_book.plan_published/1": VillageBooks._plan,
    "village_party.registered/1": VillageBooks._party,
    "village_voucher.drafted/1": VillageBooks._drafted,
    "village_voucher.revised/1": VillageBooks._revised,
    "village_voucher.reviewed/1": VillageBooks._stepped,
    "village_voucher.approved/1": VillageBooks._stepped,
    "village_voucher.booked/1": VillageBooks._stepped,
    "village_voucher.sent_back/1": VillageBooks._sent_back,
    "village_voucher.withdrawn/1": VillageBooks._withdrawn,
    "village_voucher.reversed/1": VillageBooks._reversed,
    "village_month.voucher_numbered/1": VillageBooks._numbered,
    "village_month.close_proposed/1": VillageBooks._close_proposed,
    "village_month.close_withdrawn/1": VillageBooks._close_withdrawn,
    "village_month.closed/1": VillageBooks._closed,
}
