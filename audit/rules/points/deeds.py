"""What deeds give and take: by the rule of their day, once for a cause, under every cap, to whom they belong."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings
from audit.rules.points.counted import Earned
from audit.rules.points.holders import Belongings, belongs
from audit.rules.points.published import PublishedRules, Said, last_day
from audit.rules.points.standing import FOR_EVER, Lots, Settled, Settling, Standing, first_of, lots_of

_REPORT = "report"
_DOCUMENT = "document:"
# So often at most does one paper count something; where the unit is the hour, so many minutes.
_TIMES_MAX = {"hour": 600}
_TIMES_MAX_OTHERWISE = 10


class Deeds:
    """The part that judges grants, what was withheld, deductions, and both taken back."""

    types: ClassVar[frozenset[str]] = frozenset(
        {"points.granted/1", "points.withheld/1", "points.deducted/1", "points.reversed/1", "points.given_back/1"}
    )

    def __init__(
        self,
        findings: Findings,
        rules: PublishedRules,
        belongings: Belongings,
        accounts: Mapping[str, Standing],
        owners: Mapping[tuple[str, str], str],
    ) -> None:
        self._findings = findings
        self._rules = rules
        self._belongings = belongings
        self._accounts = accounts
        self._owners = owners
        self._earned = Earned()
        self._live: set[Settling] = set()
        self.grants = 0

    def see(self, entry: Entry, standing: Standing, book: Book) -> None:
        """Judge one event of an account, and let the account follow it."""
        match entry.type:
            case "points.reversed/1":
                self._reversed(entry, standing)
            case "points.given_back/1":
                self._given_back(entry, standing, book)
            case _:
                self._settled(entry, standing, book)

    def _settled(self, entry: Entry, standing: Standing, book: Book) -> None:
        data, person = entry.data, entry.data.get("beneficiary_id")
        said = self._rules.says(data, county=book.county)
        self._by_rule(entry, said)
        key = Settling(data["item"], data["cause"], person)
        whole = key if person is not None else key._replace(person=entry.identity)
        if whole in self._live:
            self._findings.add("points.twice", entry.place, item=data["item"], cause=data["cause"])
        self._live.add(whole)
        self._caused(entry, book)
        self._whose(entry, standing, said)
        if standing.closed:
            self._findings.add("points.closed", entry.place)
        months = said.version.data.get("expires_after_months") if said is not None else None
        settled = Settled(
            whole,
            data["category"],
            data["deed_on"],
            data["division"],
            data["item"],
            data["points"] if entry.type == "points.granted/1" else 0,
            deducted=entry.type == "points.deducted/1",
            expires_on=data.get("expires_on", FOR_EVER),
        )
        if entry.type == "points.deducted/1":
            self._few(entry, standing, said)
            self._deducted(entry, standing, said)
            settled.points = lots_of(data["lots"]).total() + data["to_debt"]
        else:
            self._granted(entry, standing, book, last_day(entry.on, months))
        standing.settled[entry.seq] = settled

    def _by_rule(self, entry: Entry, said: Said | None) -> None:
        data = entry.data
        if said is None:
            self._findings.add("points.no_rule", entry.place, item=data["item"], day=data["deed_on"])
            return
        if data["rule"] != said.version.name:
            self._findings.add("points.other_rule", entry.place, found=data["rule"], expected=said.version.name)
        if data["category"] != said.item["category"]:
            self._findings.add(
                "points.category", entry.place, found=data["category"], expected=str(said.item["category"])
            )
        found = -data["points"] if entry.type == "points.deducted/1" else data["by_rule"]
        if found != said.points:
            self._findings.add("points.amount", entry.place, found=found, expected=said.points)
        if data.get("factor_percent", said.factor_percent) != said.factor_percent:
            self._findings.add("points.factor", entry.place, found=data["factor_percent"], expected=said.factor_percent)

    def _caused(self, entry: Entry, book: Book) -> None:
        """The deed's own stream says so: the event that caused the points stands in it."""
        data, cause = entry.data, entry.data["cause"]
        if not _by_hand(entry) and (entry.cause or "").partition("@")[0] != cause:
            self._findings.add("points.cause", entry.place, cause=cause)
        if cause.startswith("incident/"):
            incident = book.incidents.get(cause.removeprefix("incident/"))
            told = None
            if incident is not None and incident.valid:
                words = {_REPORT, f"{_REPORT}:{incident.category}", f"{_REPORT}:{incident.item}"}
                told = incident.parts["reporter"], incident.day, incident.division, data["item"] in words, 1
            said = data.get("beneficiary_id"), data["deed_on"], data["division"], True, data["quantity"]
            if said != told:
                self._findings.add("points.not_so_reported", entry.place, incident=cause)

    def _whose(self, entry: Entry, standing: Standing, said: Said | None) -> None:
        person, owner = entry.data.get("beneficiary_id"), None
        if person is None:
            owner = ("household", standing.holder)
        elif said is not None:
            house = self._belongings.household(person, entry.data["deed_on"])
            in_house = said.version.data["holder"] == "household" and house is not None
            owner = ("household", str(house)) if in_house else ("person", person)
        if owner is not None and not belongs(entry.identity, standing, self._accounts, self._owners, owner=owner):
            self._findings.add("points.not_his", entry.place, kind=standing.kind, holder=standing.holder)

    def _granted(self, entry: Entry, standing: Standing, book: Book, expires_on: str) -> None:
        data = entry.data
        who = (data.get("beneficiary_id"), entry.identity if standing.kind == "household" else None)
        caps = self._rules.caps(data["division"], data["deed_on"], data["category"], county=book.county)
        room = self._earned.room(caps, person=who[0], household=who[1], deed_on=data["deed_on"])
        expected = data["by_rule"] if room is None else min(room, data["by_rule"])
        if entry.type == "points.withheld/1":
            if expected:
                self._findings.add("points.room_left", entry.place, room=expected)
            return
        self.grants += 1
        points = data["points"]
        if points != expected:
            self._findings.add("points.capped", entry.place, found=points, expected=expected)
        if data.get("expires_on", FOR_EVER) != expires_on:
            found = data.get("expires_on", FOR_EVER)
            self._findings.add("points.expiry", entry.place, found=found, expected=expires_on)
        if data["repaid"] != min(standing.debt, points):
            self._findings.add("points.repaid", entry.place, found=data["repaid"], expected=min(standing.debt, points))
        standing.give(Counter({data.get("expires_on", FOR_EVER): points - data["repaid"]}), repaid=data["repaid"])
        self._count(points, entry.identity, data.get("beneficiary_id"), data["deed_on"], data["category"])

    def _count(self, points: int, account: str, person: str | None, deed_on: str, category: str) -> None:
        who = [one for one in (account, person) if one is not None]
        self._earned.add(points, who=who, deed_on=deed_on, category=category)

    def _few(self, entry: Entry, standing: Standing, said: Said | None) -> None:
        """By hand, with a paper: not too often at once, and not in the officer's own account or his household's."""
        if not _by_hand(entry):
            return
        most = _TIMES_MAX.get(said.item["unit"], _TIMES_MAX_OTHERWISE) if said is not None else None
        if most is not None and entry.data["quantity"] > most:
            self._findings.add("points.too_many_times", entry.place, quantity=entry.data["quantity"], most=most)
        if self._belongings.is_own(standing, by=entry.by, on=entry.on):
            self._findings.add("points.own_account", entry.place, person=entry.by)

    def _deducted(self, entry: Entry, standing: Standing, said: Said | None) -> None:
        data, lots = entry.data, lots_of(entry.data["lots"])
        expected = first_of(standing.lots, data["points"])
        owes = said is not None and said.version.data["debt_from_deductions"]
        to_debt = data["points"] - expected.total() if owes else 0
        self._compare(entry, (lots, data["to_debt"]), (expected, to_debt))
        standing.take(lots, to_debt=data["to_debt"])

    def _reversed(self, entry: Entry, standing: Standing) -> None:
        data, lots = entry.data, lots_of(entry.data["lots"])
        settled = self._taken_back(entry, standing, data["granted"], deducted=False)
        if settled is not None:
            expected = _lost(standing, settled)
            self._compare(entry, (lots, data["from_expired"], data["to_debt"]), expected)
            if data["points"] != settled.points:
                self._findings.add("points.amount", entry.place, found=data["points"], expected=settled.points)
            standing.expired[settled.expires_on] -= data["from_expired"]
            if settled.brought_in_by is None:
                person = None if settled.key.person == entry.identity else settled.key.person
                self._count(-settled.points, entry.identity, person, settled.deed_on, settled.category)
            elif settled.brought_in_by == entry.by:
                self._findings.add("points.one_person", entry.place, number=data["granted"])
        standing.take(lots, to_debt=data["to_debt"])

    def _given_back(self, entry: Entry, standing: Standing, book: Book) -> None:
        data, lots = entry.data, lots_of(entry.data["lots"])
        settled = self._taken_back(entry, standing, data["deducted"], deducted=True)
        if self._belongings.is_own(standing, by=entry.by, on=entry.on):
            self._findings.add("points.own_account", entry.place, person=entry.by)
        if settled is not None:
            about = {"division": settled.division, "deed_on": settled.deed_on, "item": settled.item, "quantity": 1}
            said = self._rules.says(about, county=book.county)
            months = said.version.data.get("expires_after_months") if said is not None else None
            repaid = min(standing.debt, settled.points)
            expected = Counter({last_day(entry.on, months): settled.points - repaid})
            self._compare(entry, (data["points"], data["repaid"], +lots), (settled.points, repaid, +expected))
        standing.give(lots, repaid=data["repaid"])

    def _taken_back(self, entry: Entry, standing: Standing, number: int, *, deducted: bool) -> Settled | None:
        settled = standing.settled.get(number)
        if settled is None or settled.deducted != deducted or not settled.points:
            self._findings.add("points.nothing_to_take_back", entry.place, number=number)
            return None
        if settled.taken_back:
            self._findings.add("points.taken_back_twice", entry.place, number=number)
        settled.taken_back = True
        self._live.discard(settled.key)
        return settled

    def _compare(self, entry: Entry, found: tuple[Any, ...], expected: tuple[Any, ...]) -> None:
        if found != expected:
            self._findings.add("points.lots", entry.place, found=_shown(found), expected=_shown(expected))


def _by_hand(entry: Entry) -> bool:
    return entry.type == "points.deducted/1" and entry.data["cause"].startswith(_DOCUMENT)


def _lost(standing: Standing, settled: Settled) -> tuple[Lots, int, int]:
    """What taking a grant back takes: of its own lot, of what of it expired, of other lots; the rest is owed."""
    own = first_of(Counter({settled.expires_on: standing.lots[settled.expires_on]}), settled.points)
    missing = settled.points - own.total()
    from_expired = min(missing, standing.expired[settled.expires_on])
    others = Counter({day: points for day, points in standing.lots.items() if day != settled.expires_on})
    taken = own + first_of(others, missing - from_expired)
    return taken, from_expired, settled.points - from_expired - taken.total()


def _shown(parts: tuple[Any, ...]) -> str:
    return "; ".join(
        " ".join(f"{day}:{points}" for day, points in sorted(part.items())) if isinstance(part, Counter) else str(part)
        for part in parts
    )
