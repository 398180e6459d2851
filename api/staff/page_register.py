"""线索登记册: every report of an area, the latest first, by where it stands, class, source and day; also as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Literal, get_args

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, StreamingResponse
from psycopg import Connection

from api.commands.shared import today
from api.files.table_files import Column, Table, Value
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.book_files import Suffix, sent
from api.staff.classes import county_classes
from api.staff.fields import Code, Day
from api.staff.forms import show
from api.staff.office import Office
from api.staff.page_today import item_titles, place_names
from api.web import words
from api.web.paging import Shown, query, read_moment, write_key
from api.web.routes import Routes
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.short_codes import shown_code
from projections import incidents, places, tracking_codes
from projections.incidents import Filter, Incident, Key, Status

router = Routes(prefix="/staff", include_in_schema=False)

SHOWN_MAX: Final = 100
_AT_ONCE: Final = 2_000
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
_STANDS: Final = ("短号", "编号", "上报时间", "区划代码", "地点", "网格", "类别", "事项", "来源", "进度")
_COLUMNS: Final = tuple(map(Column, (*_STANDS, "核查日", "办理日", "认定日")))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which reports somebody asks for; what is empty leaves a condition out. Days are inclusive."""

    area: Annotated[Code | Literal[""], Query()] = ""
    status: Status | Literal[""] = ""
    category: Annotated[str, Query(max_length=40)] = ""
    source: Annotated[str, Query(max_length=20)] = ""
    since: Day | Literal[""] = ""
    until: Day | Literal[""] = ""

    def filter_of(self, desk: Office, who: Acting) -> Filter:
        """The same as a filter. Refuses `access.may_not_read`, `access.outside_area`, `place.unknown`."""
        who.require("incidents")
        if who.only_own:
            raise Refusal("access.may_not_read", role=who.role)
        return Filter(
            area=who.area(desk, self.area or None),
            status=self.status or None,
            category=self.category or None,
            source=self.source or None,
            since=self.since or None,
            until=self.until or None,
        )


Wanted = Annotated[Asked, Depends()]


@router.get("/incidents")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    asked: Wanted,
    after: Annotated[str | None, Query(max_length=400)] = None,
) -> HTMLResponse:
    """A page of the register."""
    wanted, key, on = asked.filter_of(desk, who), read_moment(after), today(desk.app)
    with desk.current(incidents, tracking_codes, places) as conn:
        found = incidents.listing(conn, wanted, after=key, limit=SHOWN_MAX)
        total, passed = incidents.listed(conn, wanted, after=key)
        codes = tracking_codes.codes_of(conn, [incident.incident_id for incident in found])
        known = [place for one in who.areas for place in places.within(conn, one, on=on)]
    shown = Shown(total=total, first=passed + 1, count=len(found))
    conditions: dict[str, Any] = {
        "area": wanted.area,
        "status": asked.status,
        "category": asked.category,
        "source": asked.source,
        "since": asked.since,
        "until": asked.until,
    }
    values = {
        "incidents": found,
        "shown": shown,
        "next": query(**conditions, after=write_key(*_key(found[-1]))) if shown.more else None,
        "files": query(**conditions),
        "known": known,
        "asked": conditions,
        "statuses": {status: words.STATUSES[status] for status in STATUSES},
        "categories": [(name, name) for name in sorted({*county_classes(desk), asked.category} - {""})],
        "codes": {incident_id: shown_code(code) for incident_id, code in codes.items()},
        "items": item_titles(desk),
        "places": place_names(desk, {incident.division for incident in found} | {wanted.area}),
    }
    return show(request, desk, who, "register.html", values)


@router.get("/files/incidents.{suffix}")
def file(suffix: Suffix, desk: Desk, who: ByCookie, asked: Wanted) -> StreamingResponse:
    """The whole register under the same conditions; without texts and names."""
    wanted, on = asked.filter_of(desk, who), today(desk.app)
    items = item_titles(desk)
    with desk.current(incidents, tracking_codes, places) as conn:
        names = places.names(conn, [place.code for place in places.within(conn, wanted.area, on=on)], on=on)
        table = Table("线索登记册", _COLUMNS, _rows(conn, wanted, items, names), f"截至 {on}")
        return sent([table], title=f"线索登记册-{wanted.area}-{on}", suffix=suffix)


def _rows(
    conn: Connection[Any], wanted: Filter, items: dict[str, str], names: dict[Division, str]
) -> Iterator[tuple[Value, ...]]:
    after: Key | None = None
    while found := incidents.listing(conn, wanted, after=after, limit=_AT_ONCE):
        codes = tracking_codes.codes_of(conn, [incident.incident_id for incident in found])
        for incident in found:
            code = codes.get(incident.incident_id)
            yield (
                shown_code(code) if code else "",
                str(incident.incident_id),
                words.moment(incident.reported_at),
                incident.division,
                names.get(incident.division, incident.division),
                incident.grid,
                incident.category,
                items.get(incident.item, incident.item) if incident.item else None,
                words.SOURCES[incident.source],
                words.STATUSES[incident.status],
                _day(incident.verified_on),
                _day(incident.handled_on),
                _day(incident.decided_on),
            )
        after = _key(found[-1])


def _key(incident: Incident) -> Key:
    return incident.reported_at, incident.incident_id


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
