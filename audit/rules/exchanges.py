"""Exchanges: two persons agreed, the price of the day was paid, and points, goods and tallies moved one to one.

What must not be broken: what was taken is counted from the exchanges themselves, and each exchange has its points and
its goods in the same command, no more and no less; one without the other is a finding.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar, Final, NamedTuple, cast

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings
from audit.rules.exchange_ties import Ties
from audit.rules.stations import KEEPER, Price, Station, Stations
from domain.kernel.calendar import instant
from domain.kernel.ids import derived
from domain.kernel.periods import period_of
from domain.kernel.places import Division, Level, area_of, chain, contains

CODE_VALID: Final = timedelta(minutes=10)
_ANSWERED_WITHIN: Final = timedelta(minutes=1)
"""A decision is signed some moments after it was made."""
_STAFF: Final = frozenset({"grid_worker", "grid_leader", "village_accountant", "township_reviewer", "county_officer"})


class _Rule(NamedTuple):
    since: str
    limits: tuple[tuple[str | None, str, int], ...]
    cash_top_up: bool
    within: str | None


@dataclass(slots=True)
class _Exchange:
    account: str
    authoriser: str
    channel: str
    valid_until: str
    points_max: int | None
    withdrawn: bool = False
    station: str | None = None
    made_on: str = ""
    left: dict[str, list[int]] = field(default_factory=dict)  # article -> pieces, points each, cost, return days
    points: int = 0
    cash_fen: int = 0


class Exchanges:
    """Check 28, of what was handed over for points."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {
            "exchange.authorised/1",
            "exchange.withdrawn/1",
            "exchange.made/1",
            "exchange.cancelled/1",
            "exchange.returned/1",
            "points_account.opened/1",
            "points_rule.published/1",
            "points.redeemed/1",
            "points.restored/1",
            "stock.issued/1",
            "stock.taken_back/1",
            "taking.recorded/1",
            "taking.given_back/1",
            "residence.taken/1",
            "residence.given_up/1",
            "household.person_joined/1",
            "household.person_left/1",
        }
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings, stations: Stations) -> None:
        self._findings = findings
        self._stations = stations
        self._exchanges: dict[str, _Exchange] = {}
        self._holders: dict[str, tuple[str, str]] = {}  # account -> kind, holder
        self._places: dict[str, str] = {}  # account -> its division
        self._rules: dict[str, list[_Rule]] = {}  # division -> its versions
        self._residents: dict[str, str] = {}  # residence stream -> person
        self._homes: dict[str, list[tuple[str, str, str]]] = {}  # person -> household, first day, last day
        self._people: dict[str, set[str]] = {}  # household -> who ever belonged to it
        self._dead: set[str] = set()  # who left a household by dying, and was not brought back
        self._taken: dict[str, Counter[tuple[str, str]]] = {}  # account -> article and day
        self._ties = Ties(findings)

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge an exchange, or note what exchanges are judged by."""
        data, identity = entry.data, entry.identity
        match entry.type:
            case "exchange.authorised/1":
                self._authorised(entry)
            case "exchange.withdrawn/1":
                self._withdrawn(entry)
            case "exchange.made/1":
                self._made(entry)
            case "exchange.cancelled/1" | "exchange.returned/1":
                self._came_back(entry)
            case "points_account.opened/1":
                self._holders[identity] = data["kind"], data["holder_id"]
                self._places[identity] = data["division"]
            case "points_rule.published/1":
                limits = tuple((one.get("sku"), one["period"], one["quantity"]) for one in data["exchange_limits"])
                rule = _Rule(data["since"], limits, data["cash_top_up"], data.get("exchange_within"))
                self._rules.setdefault(data["division"], []).append(rule)
            case "household.person_joined/1":
                self._dead.discard(data["person_id"])
            case "household.person_left/1":
                if data["reason"] == "died":
                    self._dead.add(data["person_id"])
            case "residence.taken/1":
                self._residents[identity] = data["person_id"]
                span = data["household_id"], data["since"], "9999-12-31"
                self._homes.setdefault(data["person_id"], []).append(span)
                self._people.setdefault(data["household_id"], set()).add(data["person_id"])
            case "residence.given_up/1":
                homes = self._homes.get(self._residents.get(identity, ""), [])
                if homes:
                    homes[-1] = homes[-1][0], homes[-1][1], data["last_day"]
            case _:
                self._ties.followed(entry)

    # What a holder's side said.

    def _authorised(self, entry: Entry) -> None:
        data = entry.data
        if entry.identity in self._exchanges:
            self._findings.add("stations.code_again", entry.place)
            return
        if data["authoriser_id"] != entry.by:
            by = entry.by
            self._findings.add("stations.signed_by_another", entry.place, person=data["authoriser_id"], by=by)
        if instant(data["valid_until"]) - instant(entry.at) > CODE_VALID:
            self._findings.add("stations.code_too_long", entry.place)
        if not self._entitled(entry, data["account_id"]):
            self._findings.add("stations.not_entitled", entry.place, person=entry.by, account=data["account_id"])
        self._living(entry, data["account_id"])
        self._exchanges[entry.identity] = _Exchange(
            data["account_id"], entry.by, data["channel"], data["valid_until"], data.get("points_max")
        )

    def _living(self, entry: Entry, account: str) -> None:
        """The holder has not died, or somebody alive belongs to the household that holds the account."""
        kind, holder = self._holders.get(account, ("", ""))
        if kind == "household":
            living = any(
                self._home(person, entry.on) == holder and person not in self._dead
                for person in self._people.get(holder, ())
            )
        else:
            living = holder not in self._dead
        if not living:
            self._findings.add("stations.nobody_left", entry.place, account=account)

    def _withdrawn(self, entry: Entry) -> None:
        """Who asked for the code, or whoever speaks for the account, takes it back before it is used."""
        exchange = self._exchanges.get(entry.identity)
        if exchange is None or exchange.station is not None or exchange.withdrawn:
            self._findings.add("stations.code_withdrawn", entry.place)
            return
        own = entry.by == entry.data["withdrawer_id"]
        speaks = entry.by == exchange.authoriser or self._of_holders(entry, exchange.account)
        if not (own and speaks):
            self._findings.add("stations.code_withdrawn", entry.place)
        exchange.withdrawn = True

    def _of_holders(self, entry: Entry, account: str) -> bool:
        """Whether he holds the account, or lives in the household of whoever does."""
        kind, holder = self._holders.get(account, ("", ""))
        home = self._home(entry.by, entry.on)
        theirs = self._home(holder, entry.on) if kind == "person" else holder
        return (kind == "person" and holder == entry.by) or (home is not None and home == theirs)

    def _entitled(self, entry: Entry, account: str) -> bool:
        """Whether he may speak for the account by the channel that he named."""
        kind, holder = self._holders.get(account, ("", ""))
        home = self._home(entry.by, entry.on)
        match entry.data["channel"]:
            case "code":
                return holder == entry.by if kind == "person" else home is not None and home == holder
            case "family":
                theirs = self._home(holder, entry.on) if kind == "person" else holder
                return home is not None and home == theirs
            case "staff":
                return bool(kind) and entry.role in _STAFF and "reason" in entry.data
        return False

    def _home(self, person: str, on: str) -> str | None:
        spans = self._homes.get(person, ())
        return next((home for home, since, until in spans if since <= on <= until), None)

    # What the keeper confirmed.

    def _made(self, entry: Entry) -> None:
        data, exchange = entry.data, self._exchanges.get(entry.identity)
        if exchange is None or exchange.station is not None:
            self._findings.add("stations.no_authorisation", entry.place)
            return
        if exchange.withdrawn:
            self._findings.add("stations.code_withdrawn", entry.place)
        if instant(entry.at) - instant(exchange.valid_until) > _ANSWERED_WITHIN:
            self._findings.add("stations.code_expired", entry.place)
        collector = None if exchange.channel == "staff" else exchange.authoriser
        agreed = exchange.account, exchange.channel, collector, entry.on
        if (data["account_id"], data["channel"], data.get("collector_id"), data["made_on"]) != agreed:
            self._findings.add("stations.not_as_authorised", entry.place)
        if exchange.points_max is not None and data["points"] > exchange.points_max:
            self._findings.add("stations.not_as_authorised", entry.place)
        self._living(entry, exchange.account)
        station = self._kept(entry, exchange, data["station_id"])
        self._within_reach(entry, exchange, station)
        exchange.station, exchange.made_on = data["station_id"], entry.on
        exchange.points, exchange.cash_fen = data["points"], data.get("cash_fen", 0)
        prices = [price for line in data["lines"] if (price := self._priced(entry, exchange, station, line))]
        if station is not None and len(prices) == len(data["lines"]):
            self._paid(entry, station, prices)
            self._within_limits(entry, exchange, station)
        goods = {line["sku"]: (line["quantity"], line["cost_fen"]) for line in data["lines"]}
        self._owe(entry, exchange, ("points.redeemed/1", "stock.issued/1", "taking.recorded/1"), goods)

    def _kept(self, entry: Entry, exchange: _Exchange, identity: str) -> Station | None:
        """The station, if it is open and whoever serves keeps it; he does not live with the holder."""
        station = self._stations.stations.get(identity)
        if station is None or not station.open:
            self._findings.add("stations.not_open", entry.place, type=entry.type)
        elif entry.data["keeper_id"] != entry.by or not station.kept_by(entry.by, entry.on):
            self._findings.add("stations.not_its_keeper", entry.place, person=entry.by)
        if entry.role != KEEPER or exchange.authoriser == entry.by or self._of_holders(entry, exchange.account):
            self._findings.add("stations.served_oneself", entry.place, person=entry.by)
        return station

    def _within_reach(self, entry: Entry, exchange: _Exchange, station: Station | None) -> None:
        """Points buy goods in the account's village, township or county, by the narrowest rule that says which."""
        place = self._places.get(exchange.account)
        if place is None or station is None:
            return
        said = (rule.within for rule in self._in_force(place, entry.on) if rule.within is not None)
        area = area_of(Division(place), cast(Level, next(said, "county")))
        if not contains(area, Division(station.division)):
            self._findings.add("stations.outside_reach", entry.place, area=area)

    def _priced(self, entry: Entry, exchange: _Exchange, station: Station | None, line: Any) -> Price | None:
        price = station.price(line["sku"], entry.on) if station is not None else None
        if price is None or (price.name, price.points) != (line["listing"], line["points_each"]):
            self._findings.add("stations.price", entry.place, sku=line["sku"], found=line["points_each"])
            return None
        exchange.left[line["sku"]] = [line["quantity"], line["points_each"], line["cost_fen"], price.return_days]
        return price

    def _paid(self, entry: Entry, station: Station, prices: list[Price]) -> None:
        """Points, and cash where the rule lets it make up for missing ones, are the price of the lines."""
        data = entry.data
        pieces = [line["quantity"] for line in data["lines"]]
        total = sum(n * price.points for n, price in zip(pieces, prices, strict=True))
        short, cash = total - data["points"], 0
        if short > 0 and any(rule.cash_top_up for rule in list(self._in_force(station.division, entry.on))[:1]):
            in_cash = sum(n * (price.cash_fen or 0) for n, price in zip(pieces, prices, strict=True))
            cash = -(-in_cash * short // total) if all(price.cash_fen for price in prices) else 0
        if short < 0 or data.get("cash_fen", 0) != cash or bool(short) != bool(cash):
            self._findings.add("stations.paid", entry.place, points=data["points"], expected=total)

    def _in_force(self, division: str, on: str) -> Iterator[_Rule]:
        """The rules in force there on a day, the narrowest first."""
        for area in chain(Division(division)):
            begun = [rule for rule in self._rules.get(area, ()) if rule.since <= on]
            if begun:
                yield max(begun, key=lambda rule: rule.since)

    def _within_limits(self, entry: Entry, exchange: _Exchange, station: Station) -> None:
        taken = self._taken.setdefault(exchange.account, Counter())
        for line in entry.data["lines"]:
            taken[line["sku"], entry.on] += line["quantity"]
        limits = {limit for rule in self._in_force(station.division, entry.on) for limit in rule.limits}
        for line in entry.data["lines"]:
            for sku, period, most in limits:
                if sku not in (None, line["sku"]):
                    continue
                used = sum(
                    n for (what, day), n in taken.items() if what == line["sku"] and _same(period, day, entry.on)
                )
                if used > most:
                    self._findings.add("stations.limit", entry.place, sku=line["sku"], found=used, most=most)

    # What came back.

    def _came_back(self, entry: Entry) -> None:
        data, exchange = entry.data, self._exchanges.get(entry.identity)
        if exchange is None or exchange.station is None or not exchange.left:
            self._findings.add("stations.nothing_to_return", entry.place)
            return
        self._kept(entry, exchange, exchange.station)
        cancelled = entry.type == "exchange.cancelled/1"
        if cancelled:
            goods = {sku: (left[0], left[2]) for sku, left in exchange.left.items()}
            if entry.on != exchange.made_on:
                self._findings.add("stations.returned_late", entry.place)
        else:
            goods = {line["sku"]: (line["quantity"], line["cost_fen"]) for line in data["lines"]}
        if not self._of_it(entry, exchange, goods, late_matters=not cancelled):
            return
        self._points_back(entry, exchange, goods)
        taken = self._taken.setdefault(exchange.account, Counter())
        for sku, (pieces, cost) in goods.items():
            exchange.left[sku][0] -= pieces
            exchange.left[sku][2] -= cost
            taken[sku, exchange.made_on] -= pieces
        exchange.left = {sku: left for sku, left in exchange.left.items() if left[0] > 0}
        self._owe(entry, exchange, ("points.restored/1", "stock.taken_back/1", "taking.given_back/1"), goods)

    def _of_it(
        self, entry: Entry, exchange: _Exchange, goods: dict[str, tuple[int, int]], *, late_matters: bool
    ) -> bool:
        """Whether everything that came back is of the exchange, at its cost and within its days."""
        made_on = date.fromisoformat(exchange.made_on)
        for sku, (pieces, cost) in goods.items():
            left = exchange.left.get(sku)
            if left is None or pieces > left[0] or cost != left[2] * pieces // left[0]:
                self._findings.add("stations.nothing_to_return", entry.place)
                return False
            if late_matters and date.fromisoformat(entry.on) > made_on + timedelta(days=left[3]):
                self._findings.add("stations.returned_late", entry.place)
        return True

    def _points_back(self, entry: Entry, exchange: _Exchange, goods: dict[str, tuple[int, int]]) -> None:
        """Points come back first, then cash."""
        worth = sum(pieces * exchange.left[sku][1] for sku, (pieces, _) in goods.items())
        whole = sum(left[0] * left[1] for left in exchange.left.values())
        points = min(worth, exchange.points)
        cash = exchange.cash_fen
        if worth != whole:
            cash = exchange.cash_fen * (worth - points) // max(whole - exchange.points, 1)
        if (entry.data["points"], entry.data.get("cash_fen", 0)) != (points, cash):
            self._findings.add("stations.paid", entry.place, points=entry.data["points"], expected=points)
        exchange.points -= entry.data["points"]
        exchange.cash_fen -= entry.data.get("cash_fen", 0)

    def _owe(
        self, entry: Entry, exchange: _Exchange, moved: tuple[str, str, str], goods: dict[str, tuple[int, int]]
    ) -> None:
        """What has to follow in the same command; `moved`: the types of points, goods and tally."""
        points, shelf, tally = moved
        if entry.data["points"]:
            self._ties.owe(entry, points, exchange.account, (entry.data["points"],))
        for sku, amounts in goods.items():
            self._ties.owe(entry, shelf, str(derived("stock", exchange.station, sku)), amounts)
        pieces = sorted((sku, pieces) for sku, (pieces, _) in goods.items())
        self._ties.owe(entry, tally, str(derived("taking", exchange.account)), (exchange.made_on, *pieces))

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Name what an exchange lacks."""
        self._ties.finish()


def _same(period: str, day: str, on: str) -> bool:
    if period == "day":
        return day == on
    return period_of(date.fromisoformat(day), period) == period_of(date.fromisoformat(on), period)
