"""Points as people read them: whose account it is, what each entry was for, and what would be left of it.

What must not be broken: every entry says why, in words, and by which rule it was reckoned.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from api.commands.points import layers_in_force
from api.commands.shared import today
from api.staff.acting import Acting
from api.staff.office import Office
from api.staff.page_today import place_names
from api.staff.texts import names_of
from api.web import deed_words, points_words, register_words, words
from api.web.paging import Shown, query
from domain.kernel.places import Division, area_of, chain, contains
from domain.kernel.refusals import Refusal
from domain.stations import takings
from domain.stations.takings import taking_stream
from projections import households, points, points_queries, points_rules, stations, stock_cards
from projections.exchanges import ExchangeLine
from projections.points_queries import PointsAccount, PointsEntry
from projections.points_rules import Titles
from projections.stations import Listing, Station

ENTRIES_SHOWN: Final = 50
STATIONS_SHOWN: Final = 3

_PAGES: Final = {
    "incident": ("线索", "/staff/incidents/"),
    "task": ("社区任务", "/staff/tasks/"),
    "activity": ("志愿活动", "/staff/activities/"),
    "training": ("培训", "/staff/trainings/"),
    "commendation": ("表扬", None),
    "inspection": ("评比", None),
    "party_activity": ("在职党员服务", None),
    "document": ("文件", None),
}
"""What a cause's stream is called, and the page of it if there is one."""


_REASONS: Final = {
    **words.VALIDITY_REASONS,
    **register_words.WITHDRAWAL_REASONS,
    **deed_words.CORRECTION_REASONS,
    **points_words.MOVING_REASONS,
}
"""The reasons that come from a list; whoever takes points back by hand writes his own."""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry in words: what it is, the facts that explain it, and where more stands."""

    entry: PointsEntry
    what: str
    facts: tuple[str, ...]
    link: str | None
    link_word: str


@dataclass(frozen=True, slots=True)
class Goods:
    """An article on offer: how many lie there, how many an account can take now; `used_up`: a limit leaves none."""

    listing: Listing
    on_hand: int
    affordable: int
    used_up: bool


def holder_names(desk: Office, accounts: Iterable[PointsAccount]) -> dict[UUID, str]:
    """Whose each account is, by its id: a masked name, or the household's head."""
    known = list(accounts)
    on = today(desk.app)
    with desk.current(households) as conn:
        houses = {one.holder_id: households.one(conn, one.holder_id, on=on) for one in known if one.kind == "household"}
    heads = {holder: house.head_id for holder, house in houses.items() if house is not None and house.head_id}
    people = [*(one.holder_id for one in known if one.kind == "person"), *heads.values()]
    names = names_of(desk, people)

    def named(account: PointsAccount) -> str:
        if account.kind == "person":
            return names[account.holder_id]
        house = houses[account.holder_id]
        head = names.get(heads[account.holder_id]) if account.holder_id in heads else None
        reference = house.reference if house is not None else str(account.holder_id)[:8]
        return f"{reference}户（户主 {head}）" if head else f"{reference}户"

    return {account.account_id: named(account) for account in known}


def account_values(
    desk: Office, who: Acting, account: PointsAccount, *, before: int | None, path: str
) -> dict[str, Any]:
    """What the page of an account shows, but for who may do what."""
    on = today(desk.app)
    within = layers_in_force(desk.app, account.division, on=on).exchange_within
    with desk.current(points, points_rules, stations, stock_cards) as conn:
        found = points_queries.entries(conn, account.account_id, before=before, limit=ENTRIES_SHOWN)
        lots = points_queries.lots(conn, account.account_id)
        titles = points_rules.titles(conn, (entry.rule for entry in found))
        reached = _stations_reached(conn, account.division, area_of(account.division, within))
        near = _nearest(reached, account.division)
        offered = [lying(conn, one, on=on) for one in near]
        at = {
            station_id: known
            for station_id in {entry.station_id for entry in found if entry.station_id}
            if (known := stations.one(conn, station_id)) is not None
        }
        others = points_queries.by_ids(
            conn, {entry.other_account_id for entry in found if entry.other_account_id}, on=on
        )
    names = names_of(desk, (entry.beneficiary_id for entry in found))
    first = account.entries - found[0].seq + 1 if found else 1
    shown = Shown(total=account.entries, first=first, count=len(found))
    divisions = {one.division for one in found if one.division} | {one.division for one in near}
    places = place_names(desk, {account.division, *divisions})
    telling = _Telling(titles, names, places, at, holder_names(desk, others.values()), who.only_own)
    return {
        "account": account,
        "whose": holder_names(desk, [account])[account.account_id],
        "lots": lots,
        "overdue": [lot for lot in lots if lot.until is not None and lot.until < on],
        "offers": [
            (one, goods_for(desk, one, goods, account=account, on=on)) for one, goods in zip(near, offered, strict=True)
        ],
        "stations_reached": len(reached),
        "within": points_words.REACHES[within],
        "told": [telling.told(entry) for entry in found],
        "shown": shown,
        "next": f"{path}{query(before=found[-1].seq)}" if shown.more else None,
        "places": places,
        "today": on,
        "points_words": points_words,
    }


def require_account(desk: Office, account_id: UUID) -> PointsAccount:
    """The account of an id. Refuses `points_account.unknown`."""
    with desk.current(points) as conn:
        found = points_queries.one(conn, account_id, on=today(desk.app))
    if found is None:
        raise Refusal("points_account.unknown")
    return found


@contextmanager
def titled(listings: Iterable[Listing | ExchangeLine]) -> Iterator[None]:
    """Let a refusal that names an article say what people call it, not its number."""
    try:
        yield
    except Refusal as refusal:
        titles = {one.sku: one.title for one in listings}
        if refusal.facts.get("sku") not in titles:
            raise
        said = {**refusal.facts, "sku": f"“{titles[str(refusal.facts['sku'])]}”"}
        raise Refusal(refusal.code, **said) from None


def lying(conn: Connection[Any], station: Station, *, on: date) -> list[tuple[Listing, int]]:
    """What a station offers today, and how many of each lie there."""
    left = {one.sku: one.on_hand for one in stock_cards.of_stations(conn, [station.station_id])}
    return [(listing, left.get(listing.sku, 0)) for listing in stations.offered(conn, station.station_id, on=on)]


def goods_for(
    desk: Office,
    station: Station,
    offered: Sequence[tuple[Listing, int]],
    *,
    account: PointsAccount | None,
    on: date,
    most: int | None = None,
) -> list[Goods]:
    """How much of what is `offered` an account can take: by its points, of which `most` may be used, and by the limits
    that are in force there, as the counter will judge them.
    """
    if account is None:
        return [Goods(listing, on_hand, 0, used_up=False) for listing, on_hand in offered]
    points = min(account.spendable, most or account.spendable)
    limits = layers_in_force(desk.app, station.division, on=on).exchange_limits
    taken = desk.app.journal.state(taking_stream(account.account_id), takings.evolve)
    rooms = [takings.room(taken, listing.sku, limits=limits, on=on) for listing, _ in offered]
    return [
        Goods(
            listing,
            on_hand,
            min(on_hand, points // listing.points_price, *([] if room is None else [room])),
            used_up=room == 0,
        )
        for (listing, on_hand), room in zip(offered, rooms, strict=True)
    ]


def _stations_reached(conn: Connection[Any], division: Division, area: Division) -> list[Station]:
    """The open stations of an area, the nearest to a division first: of its village, its township, its county."""
    found = [one for one in stations.within(conn, area) if one.status == "open"]
    return sorted(found, key=lambda one: _apart(division, one))


def _nearest(reached: Sequence[Station], division: Division) -> list[Station]:
    """Those of the first that are equally near, a few of them."""
    return [one for one in reached if _apart(division, one) == _apart(division, reached[0])][:STATIONS_SHOWN]


def _apart(division: Division, station: Station) -> int:
    """How many steps up from a division lies the first that a station is in too."""
    return next(number for number, area in enumerate(chain(division)) if contains(area, station.division))


@dataclass(frozen=True, slots=True)
class _Telling:
    titles: Titles
    names: dict[UUID, str]
    places: dict[Division, str]
    stations: dict[UUID, Station]
    others: dict[UUID, str]
    only_own: bool

    def told(self, entry: PointsEntry) -> Told:
        link, word = self._link(entry)
        return Told(entry, words.EVENTS[entry.type], tuple(self._facts(entry)), link, word)

    def _facts(self, entry: PointsEntry) -> Sequence[str]:
        facts: list[str] = []
        if entry.item is not None:
            facts.append(f"{self.titles.category(entry.rule, entry.category)}：{self._item(entry)}")
        if entry.factor_percent is not None and entry.factor_percent != 100:
            facts.append(f"按 {points_words.times(entry.factor_percent)}计")
        if entry.by_rule is not None and entry.by_rule > entry.amount:
            facts.append(f"规则算得 {entry.by_rule:,} 分，上限内记 {entry.amount:,} 分")
        if entry.by_rule is not None and entry.by_rule < entry.amount:
            spared = entry.amount - entry.by_rule
            facts.append(f"规则要扣 {-entry.by_rule:,} 分，账户里不够，扣到零为止，少扣 {spared:,} 分")
        if entry.debt_change < 0:
            facts.append(f"先抵以前欠的 {-entry.debt_change:,} 分")
        if entry.debt_change > 0:
            facts.append(f"账户里不够，欠下 {entry.debt_change:,} 分，以后得的分先抵")
        if entry.deed_on is not None and entry.deed_on != entry.day:
            facts.append(f"事情在 {entry.deed_on.isoformat()}")
        if entry.beneficiary_id is not None:
            facts.append(f"{self.names[entry.beneficiary_id]}做的")
        if entry.station_id in self.stations:
            facts.append(f"在{self.stations[entry.station_id].name}")
        if entry.other_account_id is not None:
            facts.append(f"对方账户：{self.others.get(entry.other_account_id, '已不在')}")
        if entry.of_seq is not None:
            facts.append(f"对应第 {entry.of_seq} 笔")
        if entry.reason:
            facts.append(_REASONS.get(entry.reason, entry.reason))
        if entry.document:
            facts.append(f"文号 {entry.document}")
        if entry.taken_back:
            facts.append("已撤销")
        return facts

    def _item(self, entry: PointsEntry) -> str:
        title, unit = self.titles.item(entry.rule, entry.item), self.titles.unit(entry.rule, entry.item)
        if entry.quantity in (None, 1) or unit is None:
            return title
        return f"{title}，{entry.quantity} {'分钟' if unit == 'hour' else points_words.UNITS[unit]}"

    def _link(self, entry: PointsEntry) -> tuple[str | None, str]:
        if entry.exchange_id is not None:
            return f"/staff/exchanges/{entry.exchange_id}", "兑换单"
        kind, _, identity = (entry.cause or "").partition("@")[0].partition("/")
        word, page = _PAGES.get(kind, ("", None))
        if page is None or (self.only_own and kind != "incident"):
            return None, word
        return page + identity, word
