"""What becomes of points: exchanged, come back, expired, moved, brought in from a paper book; and accounts closed."""

from collections.abc import Collection, Mapping
from typing import Final

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings
from audit.rules.points.holders import Belongings
from audit.rules.points.published import PublishedRules, last_day
from audit.rules.points.standing import (
    FOR_EVER,
    Lots,
    Redeemed,
    Settled,
    Settling,
    Standing,
    first_of,
    last_of,
    lots_of,
)
from domain.points.accounts.events import OPENING

_OPENING_MAX: Final = 20_000
"""So many points at most does a paper book bring in."""

_Move = tuple[str, str, str, str]
"""By whom, in which command, from which account, to which."""


class Using:
    """The part that judges everything that is no deed.

    `registrars`: (kind, id) of a holder -> who registered the person, or wrote to the household's history.
    """

    def __init__(
        self,
        findings: Findings,
        rules: PublishedRules,
        belongings: Belongings,
        accounts: Mapping[str, Standing],
        registrars: Mapping[tuple[str, str], Collection[str]],
    ) -> None:
        self._findings = findings
        self._rules = rules
        self._belongings = belongings
        self._accounts = accounts
        self._registrars = registrars
        self._under_way: dict[_Move, Entry] = {}

    def see(self, entry: Entry, standing: Standing, book: Book) -> None:
        """Judge one event of an account, and let the account follow it."""
        match entry.type:
            case "points_account.closed/1":
                self._closed(entry, standing)
            case "points.opening_recorded/1":
                self._opened_with(entry, standing, book)
            case "points.expired/1":
                self._expired(entry, standing)
            case "points.redeemed/1":
                self._redeemed(entry, standing)
            case "points.restored/1":
                self._restored(entry, standing)
            case "points.moved_out/1":
                self._moved_out(entry, standing)
            case _:
                self._moved_in(entry, standing)

    def _closed(self, entry: Entry, standing: Standing) -> None:
        if +standing.lots or standing.debt or standing.closed:
            self._findings.add("points.closed_unsettled", entry.place)
        successor = entry.data.get("successor_id")
        if successor is not None and (successor == entry.identity or successor not in self._accounts):
            self._findings.add("points.successor", entry.place, successor=successor)
        standing.closed, standing.successor = True, successor

    def _opened_with(self, entry: Entry, standing: Standing, book: Book) -> None:
        data = entry.data
        if not standing.takes_opening:
            self._findings.add("points.opening_late", entry.place)
        if self._belongings.is_own(standing, by=entry.by, on=entry.on):
            self._findings.add("points.own_account", entry.place, person=entry.by)
        if entry.by in self._registrars.get((standing.kind, standing.holder), ()):
            self._findings.add("points.opening_by_registrar", entry.place, person=entry.by)
        if data["points"] > _OPENING_MAX:
            self._findings.add("points.opening_too_large", entry.place, points=data["points"], most=_OPENING_MAX)
        rule = next(self._rules.in_force(standing.division, entry.on, county=book.county), None)
        expected = last_day(entry.on, rule.data.get("expires_after_months")) if rule is not None else FOR_EVER
        found = data.get("expires_on", FOR_EVER)
        if found != expected or rule is None or data["as_of"] > entry.on:
            self._findings.add("points.expiry", entry.place, found=found, expected=expected)
        repaid = min(standing.debt, data["points"])
        self._repaid(entry, data.get("repaid", 0), repaid)
        if data.get("recorder_id", entry.by) != entry.by:
            self._findings.add("points.recorded_by_another", entry.place, person=data["recorder_id"], by=entry.by)
        standing.settled[entry.seq] = Settled(
            Settling(OPENING, data["document"], entry.identity),
            OPENING,
            data["as_of"],
            standing.division,
            OPENING,
            data["points"],
            deducted=False,
            expires_on=found,
            brought_in_by=entry.by,
        )
        came = lots_of([{"points": data["points"] - data.get("repaid", 0), "expires_on": found}])
        standing.give(came, repaid=data.get("repaid", 0))

    def _expired(self, entry: Entry, standing: Standing) -> None:
        lots = lots_of(entry.data["lots"])
        self._same(entry, lots, standing.overdue(entry.on), points=entry.data["points"])
        standing.take(lots)
        standing.expired.update(lots)

    def _redeemed(self, entry: Entry, standing: Standing) -> None:
        data, lots = entry.data, lots_of(entry.data["lots"])
        self._exchange(entry)
        if standing.closed:
            self._findings.add("points.closed", entry.place)
        if data["exchange_id"] in standing.redeemed:
            self._findings.add("points.exchange_twice", entry.place, exchange=data["exchange_id"])
        self._same(entry, lots, first_of(standing.usable(entry.on), data["points"]), points=data["points"])
        standing.take(lots)
        standing.redeemed[data["exchange_id"]] = Redeemed(data["points"], lots)

    def _restored(self, entry: Entry, standing: Standing) -> None:
        data, lots = entry.data, lots_of(entry.data["lots"])
        self._exchange(entry)
        made = standing.redeemed.get(data["exchange_id"])
        if made is None or made.restored + data["points"] > made.points:
            self._findings.add("points.restored_too_many", entry.place, exchange=data["exchange_id"])
        else:
            left = made.lots - last_of(made.lots, made.restored)
            repaid = min(standing.debt, data["points"])
            back = last_of(left, data["points"])
            self._same(entry, lots, back - first_of(back, repaid), points=data["points"] - repaid)
            self._repaid(entry, data["repaid"], repaid)
            made.restored += data["points"]
        standing.give(lots, repaid=data["repaid"])

    def _moved_out(self, entry: Entry, standing: Standing) -> None:
        data, lots = entry.data, lots_of(entry.data["lots"])
        sent_on = standing.closed and standing.successor == data["other_account_id"]
        if not sent_on and not (entry.cause or "").startswith("points_share/"):
            self._findings.add("points.moved_unasked", entry.place)
        usable = standing.usable(entry.on)
        self._same(entry, lots, first_of(usable, data["points"]), points=data["points"])
        if data["debt"] and (data["debt"] != standing.debt or data["points"] != usable.total()):
            self._findings.add("points.debt_moved", entry.place, found=data["debt"], expected=standing.debt)
        standing.take(lots, to_debt=-data["debt"])
        self._under_way[entry.by, entry.cmd, entry.identity, data["other_account_id"]] = entry

    def _moved_in(self, entry: Entry, standing: Standing) -> None:
        data, lots, settled = entry.data, lots_of(entry.data["lots"]), lots_of(entry.data["settled"])
        sent = self._under_way.pop((entry.by, entry.cmd, data["other_account_id"], entry.identity), None)
        if sent is None or (sent.data["points"], sent.data["debt"]) != (data["points"], data["debt"]):
            self._findings.add("points.one_sided", entry.place)
        else:
            came, repaid = lots_of(sent.data["lots"]), min(standing.debt, data["points"])
            self._repaid(entry, data["repaid"], repaid)
            self._same(entry, lots, came - first_of(came, repaid), points=data["points"] - repaid)
            self._same(entry, settled, first_of(standing.lots, data["debt"]), points=settled.total())
        if standing.closed:
            self._findings.add("points.closed", entry.place)
        standing.give(lots, repaid=data["repaid"])
        standing.take(settled, to_debt=data["debt"] - settled.total())

    def _exchange(self, entry: Entry) -> None:
        if (entry.cause or "").partition("@")[0] != f"exchange/{entry.data['exchange_id']}":
            self._findings.add("points.no_exchange", entry.place, exchange=entry.data["exchange_id"])

    def _repaid(self, entry: Entry, found: int, expected: int) -> None:
        if found != expected:
            self._findings.add("points.repaid", entry.place, found=found, expected=expected)

    def _same(self, entry: Entry, found: Lots, expected: Lots, *, points: int) -> None:
        if +found != +expected or found.total() != points:
            self._findings.add("points.lots", entry.place, found=_shown(found), expected=_shown(expected))

    def finish(self) -> None:
        """Name what was sent and never came."""
        for entry in self._under_way.values():
            self._findings.add("points.one_sided", entry.place)


def _shown(lots: Lots) -> str:
    return " ".join(f"{day}:{points}" for day, points in sorted(lots.items()) if points) or "0"
