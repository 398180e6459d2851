"""What a query asks for, read strictly: which requests, of which services, from when to when, and which page of them.

An argument that is empty counts as not given, as the specification wants it. Source: Open311 GeoReport v2, "GET Service
Requests", and its extension "Pagination".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from domain.kernel.refusals import Refusal

Status = Literal["open", "closed"]

SPAN_MAX: Final = timedelta(days=90)
PAGE_SIZE_MAX: Final = 1000
PAGE_MAX: Final = 100_000
IDS_MAX: Final = 1000

# https://www.w3.org/TR/NOTE-datetime, in the forms that name a moment; the zone is required here.
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which requests: those of `ids` if there are any; otherwise by service, status and moment of the report.

    `since` and `until` are aware and inclusive; None leaves a condition out. `page` counts from 1.
    """

    ids: tuple[UUID, ...] | None = None
    service_codes: tuple[str, ...] | None = None
    status: Status | None = None
    since: datetime | None = None
    until: datetime | None = None
    page: int = 1
    page_size: int = PAGE_SIZE_MAX


def require_jurisdiction(given: str | None, *, origin: str) -> None:
    """Refuse `open311.jurisdiction_unknown` for another jurisdiction than the one that is served here."""
    if given and given != origin:
        raise Refusal("open311.jurisdiction_unknown", jurisdiction_id=given[:100], ours=origin)


def asked(arguments: Mapping[str, str], *, now: datetime) -> Asked:
    """The query of `GET requests`. Refuses `open311.date_malformed`, `.span_too_long`, `.status_unknown`,
    `.page_malformed`, `.too_many_ids`.
    """
    page = _number(arguments, "page", upper=PAGE_MAX, default=1)
    size = _number(arguments, "page_size", upper=PAGE_SIZE_MAX, default=PAGE_SIZE_MAX)
    if ids := _listed(arguments.get("service_request_id")):
        if len(ids) > IDS_MAX:
            raise Refusal("open311.too_many_ids", limit=IDS_MAX)
        return Asked(ids=tuple(one for text in ids if (one := request_id(text))), page=page, page_size=size)
    since, until = span(arguments, now=now)
    return Asked(
        service_codes=_listed(arguments.get("service_code")) or None,
        status=_status(arguments.get("status")),
        since=since,
        until=until,
        page=page,
        page_size=size,
    )


def exported(arguments: Mapping[str, str]) -> Asked:
    """The query of the whole register: as of `GET requests`, but of a span of any length and without pages.

    Refuses `open311.date_malformed`, `.status_unknown`.
    """
    since, until = moments(arguments)
    return Asked(
        service_codes=_listed(arguments.get("service_code")) or None,
        status=_status(arguments.get("status")),
        since=since,
        until=until,
    )


def span(arguments: Mapping[str, str], *, now: datetime) -> tuple[datetime, datetime]:
    """The span asked for, 90 days at most; what is not given follows from the other end, or from today."""
    start, end = moments(arguments)
    if end is None:
        end = now if start is None else min(now, start + SPAN_MAX)
    if start is None:
        start = end - SPAN_MAX
    if end - start > SPAN_MAX:
        raise Refusal("open311.span_too_long", days=SPAN_MAX.days)
    return start, end


def moments(arguments: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """`start_date` and `end_date` as given, None for one that is not. Refuses `open311.date_malformed`."""
    return _moment(arguments, "start_date"), _moment(arguments, "end_date")


def request_id(text: str) -> UUID | None:
    """The id of a request (a UUID, with hyphens or without); None for a text that is none."""
    try:
        return UUID(text) if len(text) in (32, 36) and text.isascii() else None
    except ValueError:
        return None


def _listed(text: str | None) -> tuple[str, ...]:
    """What stands between commas, without blanks and repetitions."""
    return tuple(dict.fromkeys(part.strip() for part in (text or "").split(",") if part.strip()))


def _status(text: str | None) -> Status | None:
    wanted: Sequence[str] = _listed(text)
    if unknown := [one for one in wanted if one not in ("open", "closed")]:
        raise Refusal("open311.status_unknown", status=unknown[0][:40])
    if len(wanted) != 1:
        return None
    return "open" if wanted[0] == "open" else "closed"


def _moment(arguments: Mapping[str, str], name: str) -> datetime | None:
    text = (arguments.get(name) or "").strip()
    if not text:
        return None
    # A plus that was not escaped in a URL arrives as a space; nothing else of the form holds one.
    text = re.sub(r" (?=[0-9]{2}:[0-9]{2}$)", "+", text)
    if _MOMENT.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            moment = None
        if moment is not None and 1949 <= moment.year <= 2099:
            return moment
    raise Refusal("open311.date_malformed", field=name)


def _number(arguments: Mapping[str, str], name: str, *, upper: int, default: int) -> int:
    text = (arguments.get(name) or "").strip()
    if not text:
        return default
    if not _NUMBER.fullmatch(text) or int(text) > upper:
        raise Refusal("open311.page_malformed", field=name, limit=upper)
    return int(text)
