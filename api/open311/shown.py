"""Requests as an answer shows them: status, place and times; the service's name where others print what somebody wrote.

What must not be broken: a description, a name, a photo or an exact position never leaves through here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from api.open311.formats import Document
from api.open311.register import Progress, Request
from domain.kernel.calendar import CHINA
from domain.kernel.places import POSITION_SCALE, Division, chain

STATUS_NOTES: Final[Mapping[Progress, str]] = {
    "reported": "已登记，等待核查。",
    "processing": "正在办理。",
    "suspended": "已挂起，条件具备后接着办。",
    "handled": "已办结。",
    "unconfirmed": "经核查，情况不属实或无法核实。",
    "declined": "不属于受理范围，不予受理。",
    "merged": "与更早的一条是同一件事，已合并办理。",
    "archived": "已归档。",
}
_PUBLISHED_E5: Final = 100
"""A published position is rounded to a thousandth of a degree, about a hundred metres: a street and no house."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rows need besides themselves: whose county it is, and the names of its places by code."""

    county_name: str
    places: Mapping[Division, str]
    titles: Mapping[str, str]

    def title(self, request: Request) -> str:
        """The name of the request's service; of an item that nobody knows any more, its category."""
        return self.titles.get(request.service_code, request.category)

    def address(self, division: Division) -> str:
        """The place and those above it in the county, narrowest first: `城东村, 兴安街道, 横峰县`."""
        names = [self.places[code] for code in chain(division) if code in self.places]
        return ", ".join(dict.fromkeys([*names, self.county_name]))


def moment_text(moment: datetime) -> str:
    """A moment to the second with its zone, as https://www.w3.org/TR/NOTE-datetime writes it."""
    return moment.astimezone(CHINA).isoformat(timespec="seconds")


def degrees(e5: int | None) -> float | None:
    """A latitude or longitude as it is published; None stays None."""
    return None if e5 is None else round(e5 / _PUBLISHED_E5) * _PUBLISHED_E5 / POSITION_SCALE


def codes_around(requests: Iterable[Request]) -> set[Division]:
    """The places of the requests and all above them."""
    return {code for division in {one.division for one in requests} for code in chain(division)}


def requests_document(requests: Sequence[Request], around: Surroundings) -> Document:
    """The list of requests, also of a single one."""
    return Document("service_requests", [_shown(request, around) for request in requests])


def reported_document(*, incident_id: UUID | None, token: str | None, notice: str) -> Document:
    """The answer to a report: its id, or the token by which it can be asked for; never both."""
    given = {"token": token} if incident_id is None else {"service_request_id": str(incident_id)}
    return Document("service_requests", [{**given, "service_notice": notice, "account_id": None}])


def token_document(*, token: str, incident_id: UUID | None) -> Document:
    """The id that a token stands for; empty until the request can be read."""
    shown = None if incident_id is None else str(incident_id)
    return Document("service_requests", [{"service_request_id": shown, "token": token}])


def _shown(request: Request, around: Surroundings) -> Mapping[str, Any]:
    return {
        "service_request_id": str(request.incident_id),
        "status": "closed" if request.closed else "open",
        "status_notes": STATUS_NOTES[request.progress],
        "service_name": around.title(request),
        "service_code": request.service_code,
        "description": around.title(request),
        "agency_responsible": request.department or around.county_name,
        "service_notice": None,
        "requested_datetime": moment_text(request.reported_at),
        "updated_datetime": moment_text(request.updated_at),
        "expected_datetime": moment_text(request.expected_at) if request.expected_at else None,
        "address": around.address(request.division),
        "address_id": request.division,
        "zipcode": None,
        "lat": degrees(request.latitude_e5),
        "long": degrees(request.longitude_e5),
        "media_url": None,
    }
