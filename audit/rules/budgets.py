"""A budget takes what is granted in its year until it is closed; every change of it rests on a document of its own.

What must not be broken: nothing is charged to a budget of another year or to a closed one, what lapses is what was
still available, to the fen, and its money moves through accounts that a published chart gives for that.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings
from domain.charts import code_of, fits
from domain.kernel.money import yuan


class Budgets:
    """Check 10, what the accounts alone do not say."""

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._available: defaultdict[str, int] = defaultdict(int)
        self._documents: defaultdict[str, set[str]] = defaultdict(set)
        self._closed: set[str] = set()
        self._charts: dict[str, Mapping[str, Any]] = {}  # code -> the newest version's data

    def see(self, entry: Entry, book: Book) -> None:
        """Judge a grant or a change of a budget; then add its postings up."""
        match entry.type:
            case "reward.granted/1" | "allowance.granted/1":
                self._granted(entry, book)
            case "budget.appropriated/1" | "budget.adjusted/1":
                self._changed(entry, book)
            case "budget.closed/1":
                self._close(entry, book)
            case "chart.published/1":
                self._charts[code_of(entry.data["name"])] = entry.data
        if entry.postings:
            for budget, amount in entry.moved.available:
                self._available[budget] += amount

    def _granted(self, entry: Entry, book: Book) -> None:
        budget = entry.data["budget_id"]
        year = book.budget_years.get(budget)
        if year is None or str(year) != entry.on[:4].lstrip("0") or entry.data["budget_year"] != year:
            self._findings.add("limits.budget_year", entry.place, budget=budget, on=entry.on)
        if budget in self._closed:
            self._findings.add("limits.budget_closed", entry.place, budget=budget)

    def _changed(self, entry: Entry, book: Book) -> None:
        budget, document = entry.identity, entry.data["document"]
        if document in self._documents[budget]:
            self._findings.add("limits.document_reused", entry.place, document=document)
        self._documents[budget].add(document)
        if budget in self._closed:
            self._findings.add("limits.budget_closed", entry.place, budget=budget)
        if entry.type == "budget.adjusted/1" and budget not in book.budget_years:
            self._findings.add("limits.no_budget", entry.place, budget=budget)

        if "accounts" in entry.data:
            self._begun(entry, book)

    def _begun(self, entry: Entry, book: Book) -> None:
        """A budget begins once, with accounts that the version in force of its chart gives these roles."""
        roles = dict(entry.data["accounts"])
        name = roles.pop("chart")
        chart = self._charts.get(code_of(name))
        if entry.identity in book.budget_years:
            self._findings.add("limits.accounts_again", entry.place, budget=entry.identity)
        if chart is None or chart["name"] != name:
            expected = chart["name"] if chart is not None else ""
            self._findings.add("limits.chart", entry.place, found=name, expected=expected)
            return
        uses = {(one["role"], one["account"]) for one in chart["uses"]}
        for role, account in roles.items():
            if (role, account) not in uses or not fits(role, account):
                self._findings.add("limits.account", entry.place, role=role, account=account, chart=name)

    def _close(self, entry: Entry, book: Book) -> None:
        budget, year = entry.identity, book.budget_years.get(entry.identity)
        if year is None:
            self._findings.add("limits.no_budget", entry.place, budget=budget)
        elif entry.on < f"{year:04d}-12-31":
            self._findings.add("limits.closed_early", entry.place, budget=budget, on=entry.on)
        lapsed_fen, available_fen = entry.data["lapsed_fen"], self._available[budget]
        if lapsed_fen != available_fen:
            self._findings.add("limits.lapsed", entry.place, found=yuan(lapsed_fen), expected=yuan(available_fen))
        self._closed.add(budget)

    def finish(self, book: Book) -> None:
        """Everything is judged event by event."""
