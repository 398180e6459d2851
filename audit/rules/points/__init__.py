"""Every point is what the rule of the day of its deed gives, once, under every cap; and no account is ever below zero.

What must not be broken: rules, caps, lots and debts are followed here from the events alone. A deed is credited by the
version in force on its day where it was done, to the account of whoever did it, for a cause that stands in the log, and
what is used, expires, is taken back or moved is exactly what the account held.
"""

from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.rules.points.deeds import Deeds
from audit.rules.points.holders import Belongings
from audit.rules.points.published import PublishedRules
from audit.rules.points.standing import Standing
from audit.rules.points.using import Using


class Points:
    """Check 27, of points."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {
            "points_rule.published/1",
            "residence.taken/1",
            "residence.given_up/1",
            "person.registered/1",
            "household.registered/1",
            "household.person_joined/1",
            "household.person_left/1",
            "household.head_named/1",
            "points_account.opened/1",
            "points_account.closed/1",
            "points.granted/1",
            "points.withheld/1",
            "points.opening_recorded/1",
            "points.deducted/1",
            "points.reversed/1",
            "points.given_back/1",
            "points.expired/1",
            "points.redeemed/1",
            "points.restored/1",
            "points.moved_out/1",
            "points.moved_in/1",
        }
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._rules = PublishedRules(findings)
        self._belongings = Belongings()
        self._accounts: dict[str, Standing] = {}
        self._owners: dict[tuple[str, str], str] = {}
        self._deeds = Deeds(findings, self._rules, self._belongings, self._accounts, self._owners)
        self._registrars: dict[tuple[str, str], set[str]] = {}
        self._using = Using(findings, self._rules, self._belongings, self._accounts, self._registrars)
        self._exchanges = 0

    def see(self, entry: Entry, book: Book) -> None:
        """Judge a rule when it is published, and everything that happens to an account."""
        if entry.category == "points_rule":
            self._rules.publish(entry, book)
        elif entry.category == "residence":
            self._belongings.see(entry)
        elif entry.category in ("household", "person"):
            self._registrars.setdefault((entry.category, entry.identity), set()).add(entry.by)
        elif entry.type == "points_account.opened/1":
            data = entry.data
            self._accounts[entry.identity] = Standing(data["kind"], data["holder_id"], data["division"])
            self._owners[data["kind"], data["holder_id"]] = entry.identity
        elif (standing := self._accounts.get(entry.identity)) is None:
            self._findings.add("points.no_account", entry.place)
        elif entry.type in self._deeds.types:
            self._deeds.see(entry, standing, book)
        else:
            self._exchanges += entry.type == "points.redeemed/1"
            self._using.see(entry, standing, book)

    def finish(self, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Name what went to another account and never came; count what was seen."""
        self._using.finish()
        self._findings.summarise(
            Check.POINTS,
            rules=self._rules.count,
            accounts=len(self._accounts),
            grants=self._deeds.grants,
            exchanges=self._exchanges,
        )
