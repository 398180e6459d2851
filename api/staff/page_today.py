"""今日工作: what waits for the acting role, one's own first, then the oldest, with how many and how old."""

from dataclasses import dataclass
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.commands.shared import today
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.affairs_waiting import affairs_waiting
from api.staff.disclosing_read import period_texts
from api.staff.disclosing_waiting import waiting_for
from api.staff.forms import keyed, show
from api.staff.office import Office
from api.staff.queues import WORKERS, Count, Queue, counts_of, queue_of
from api.staff.texts import names_of
from api.staff.village_waiting import vouchers_waiting
from api.web import disclosing_words, station_words
from api.web.routes import Routes
from domain import authority
from domain.kernel.places import Division
from projections import (
    catalogues,
    incident_courses,
    incidents,
    payout_batches,
    places,
    reward_payments,
    stations,
    stock_cards,
)
from projections.incidents import Filter, Incident
from projections.payout_batches import Batch, Status
from projections.reward_payments import MonthSummary

router = Routes(prefix="/staff", include_in_schema=False)

OWN_MAX: Final = 10
"""So many of one's own reports, the latest; all of them have a page of their own."""

BATCHES_OF: Final[dict[str, tuple[Status, ...]]] = {
    "county_officer": ("approved", "exported", "answered"),
    "county_approver": ("frozen",),
}


@dataclass(frozen=True, slots=True)
class Work:
    """One role's work. `queue` is what this person may do himself; `elsewhere` what waits for anybody in the area."""

    queue: Queue | None
    elsewhere: list[Count]
    own: list[Incident]
    batches: list[Batch]
    batch_counts: payout_batches.Counters | None
    unpaid: list[MonthSummary]
    goods: list[stock_cards.Waiting]


@router.get("")
def page(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """The first page after signing in."""
    work = _work(desk, who)
    rows = [*work.queue.waiting.rows, *work.queue.possible.rows] if work.queue else []
    people = {incident.reporter_id for incident in work.own} | {row.claimed_by for row in rows}
    disclosing = waiting_for(desk, who)
    vouchers = vouchers_waiting(desk, who)
    seen = {row.division for row in rows} | {one.division for one in work.own} | {one.division for one in work.batches}
    seen |= {one.division for one in vouchers}
    seen |= {one.disclosure.division for one in disclosing.waiting} if disclosing else set()
    values = {
        "work": work,
        "names": names_of(desk, people),
        "places": place_names(desk, seen),
        "items": item_titles(desk) if rows else {},
        "today": today(desk.app),
        "of_goods": station_words,
        "disclosing": disclosing,
        "vouchers": vouchers,
        "affairs": affairs_waiting(desk, who),
        "of_disclosing": disclosing_words,
        "period_text": period_texts(desk, [one.disclosure.period for one in disclosing.waiting] if disclosing else []),
    }
    return keyed(show(request, desk, who, "today.html", values))


def place_names(desk: Office, codes: set[Division]) -> dict[Division, str]:
    """The names of divisions today; a code without a name is its own."""
    with desk.app.reading.connection() as conn:
        known = places.names(conn, codes, on=today(desk.app))
    return {code: known.get(code, code) for code in codes}


def item_titles(desk: Office) -> dict[str, str]:
    """What the items of the county's catalogues are called, by code; the latest version's words."""
    with desk.app.reading.connection() as conn:
        return {item.code: item.title for item in reversed(catalogues.within(conn, desk.app.log.division))}


def _work(desk: Office, who: Acting) -> Work:
    now = desk.app.journal.now()
    with desk.current(incidents, incident_courses, payout_batches, reward_payments) as conn:
        queue = queue_of(conn, who, now) if who.role in WORKERS else None
        own = [
            incident
            for area in (who.areas if who.only_own else ())
            for incident in incidents.listing(conn, Filter(area=area, reporter_id=who.person_id), limit=OWN_MAX)
        ]
        batches = [
            batch
            for area in who.areas
            for status in BATCHES_OF.get(who.role, ())
            for batch in payout_batches.listing(conn, area=area, status=status)
        ]
        county = who.areas[0] if who.may("payouts") else None
        looks_on = queue is None and who.may("incidents") and not who.only_own
        return Work(
            queue=queue,
            elsewhere=counts_of(conn, who.areas, role=None, now=now) if looks_on else [],
            own=own,
            batches=sorted(batches, key=lambda batch: batch.log_index),
            batch_counts=payout_batches.counters(conn, area=county) if county is not None else None,
            unpaid=_unpaid(reward_payments.months(conn, county)) if county is not None else [],
            goods=_goods(desk, who),
        )


def _goods(desk: Office, who: Acting) -> list[stock_cards.Waiting]:
    """Differences and losses of goods that another has said and he may confirm."""
    if not authority.may(who.role, "stock.adjusted/1"):
        return []
    with desk.current(stations, stock_cards) as conn:
        found = [one for area in who.areas for one in stock_cards.waiting(conn, area)]
    return [one for one in found if one.proposer_id != who.person_id]


def _unpaid(months: list[MonthSummary]) -> list[MonthSummary]:
    """The months in which something has not arrived, the oldest first."""
    return [month for month in reversed(months) if month.arrived_count < month.count]
