"""The whole register as one CSV file, for whoever wants more than a thousand requests.

Source: GeoReport Bulk Data Specification (proposed); RFC 4180. Every column of it is there; what is not published or
not known is empty. Without a byte order mark: programs read this file, and a mark would become part of the first name.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Final

from api.open311.register import Progress, Request
from api.open311.shown import STATUS_NOTES, Surroundings, degrees, moment_text
from api.web import words
from domain.kernel.spreadsheet_cells import plain_cell

MEDIA_TYPE: Final = "text/csv; charset=utf-8; header=present"
COLUMNS: Final = (
    "service_request_id",
    "requested_datetime",
    "updated_datetime",
    "closed_date",
    "status_description",
    "status_notes",
    "source",
    "service_name",
    "service_subtype",
    "description",
    "agency_responsible",
    "address",
    "lat",
    "long",
)
STATUS_WORDS: Final[Mapping[Progress, str]] = {
    "reported": "open",
    "processing": "processing",
    "suspended": "hold",
    "handled": "closed",
    "unconfirmed": "closed",
    "declined": "closed",
    "merged": "closed",
    "archived": "closed",
}


def header() -> bytes:
    """The line of column names."""
    return _lines([COLUMNS])


def rows(requests: Iterable[Request], around: Surroundings) -> bytes:
    """Some requests, one a line, each cell quoted."""
    return _lines(_row(request, around) for request in requests)


def _row(request: Request, around: Surroundings) -> tuple[str, ...]:
    updated = moment_text(request.updated_at)
    return (
        str(request.incident_id),
        moment_text(request.reported_at),
        updated,
        updated if request.closed else "",
        STATUS_WORDS[request.progress],
        STATUS_NOTES[request.progress],
        words.SOURCES[request.source],
        around.title(request),
        "",
        around.title(request),
        request.department or around.county_name,
        around.address(request.division),
        _cell(degrees(request.latitude_e5)),
        _cell(degrees(request.longitude_e5)),
    )


def _cell(number: float | None) -> str:
    return "" if number is None else str(number)


def _lines(found: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for cells in found:
        *texts, latitude, longitude = cells
        rows.writerow([*map(plain_cell, texts), latitude, longitude])
    return text.getvalue().encode()
