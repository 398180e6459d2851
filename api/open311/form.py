"""What a program sends to report something, read strictly, and the report that it means.

What must not be broken: who the program names as its user is read by nobody and kept nowhere. What somebody wrote goes
to the vault; of the place, the event gets a division and a position and no address.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from api.likely_duplicates import MEDIA_LINE
from api.open311.services import GRID, GRID_CHARS_MAX, Service
from domain.kernel.places import POSITION_SCALE, Division, Position, contains, prefix
from domain.kernel.refusals import Refusal
from projections.places import Place

MEDIA_TYPE: Final = "application/x-www-form-urlencoded"
FIELDS_MAX: Final = 200
DESCRIPTION_CHARS_MAX: Final = 4000
ADDRESS_CHARS_MAX: Final = 500
URL_CHARS_MAX: Final = 2000

_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,20})?", re.ASCII)
_ATTRIBUTE: Final = re.compile(r"attribute\[(?P<code>[^\[\]]*)\](\[\])?")


@dataclass(frozen=True, slots=True)
class Sent:
    """The fields that mean something here; a personal one of the specification is none of them."""

    api_key: str
    jurisdiction_id: str
    service_code: str
    description: str
    address_string: str
    address_id: str
    position: Position | None
    media_url: str
    grid: str

    def text(self, service: Service) -> str:
        """What goes to the vault: the description, or the service's name; then the address and the media's address."""
        lines = [self.description or service.name]
        if self.address_string:
            lines.append(f"地点：{self.address_string}")
        if self.media_url:
            lines.append(f"{MEDIA_LINE}{self.media_url}")
        return "\n".join(lines)


def pairs_of(body: bytes, *, content_type: str) -> list[tuple[str, str]]:
    """The fields of a form as they were sent. Refuses `open311.form_malformed`."""
    if content_type.partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise Refusal("open311.form_malformed")
    try:
        return parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=FIELDS_MAX
        )
    except ValueError:
        raise Refusal("open311.form_malformed") from None


def filled(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The fields by name; one that is empty counts as not sent, of one that was sent twice the last counts."""
    return {name: value.strip() for name, value in pairs if value.strip()}


def sent(pairs: Sequence[tuple[str, str]]) -> Sent:
    """The fields read. Refuses `open311.field_malformed`, `.position_malformed`, `.attribute_unknown`."""
    fields = filled(pairs)
    return Sent(
        api_key=fields.get("api_key", ""),
        jurisdiction_id=fields.get("jurisdiction_id", ""),
        service_code=fields.get("service_code", ""),
        description=_text(fields, "description", limit=DESCRIPTION_CHARS_MAX),
        address_string=_line(fields, "address_string", limit=ADDRESS_CHARS_MAX),
        address_id=fields.get("address_id", ""),
        position=_position(fields),
        media_url=_url(fields, "media_url"),
        grid=_grid(pairs),
    )


def division_of(found: Sent, *, known: Sequence[Place], area: Division) -> Division:
    """Where it is: the code of `address_id`, else the place that the address names, else the whole of `area`.

    `known` are the places of the county, `area` is where the key's person may report. Refuses `open311.place_missing`,
    `open311.address_unknown`.
    """
    if found.address_id:
        codes = {place.code for place in known}
        if found.address_id not in codes:
            raise Refusal("open311.address_unknown")
        return Division(found.address_id)
    if not found.address_string and found.position is None:
        raise Refusal("open311.place_missing")
    return named_place(found.address_string, [place for place in known if contains(area, place.code)]) or area


def named_place(text: str, known: Collection[Place]) -> Division | None:
    """The narrowest place that a text names; None where it names none, or two that nothing tells apart."""
    named = [place for place in known if place.name and place.name in text]
    named = [one for one in named if not any(one.name != other.name and one.name in other.name for other in named)]
    if not named:
        return None

    def rank(place: Place) -> tuple[int, int]:
        around = sum(1 for other in named if other.code != place.code and contains(other.code, place.code))
        return around, len(prefix(place.code))

    best = max(rank(place) for place in named)
    found = [place.code for place in named if rank(place) == best]
    return found[0] if len(found) == 1 else None


def _position(fields: Mapping[str, str]) -> Position | None:
    latitude, longitude = fields.get("lat", ""), fields.get("long", "")
    if not latitude and not longitude:
        return None
    if _DEGREES.fullmatch(latitude) and _DEGREES.fullmatch(longitude):
        position = Position(_e5(latitude), _e5(longitude))
        if position.lies_on_earth():
            return position
    raise Refusal("open311.position_malformed")


def _e5(degrees: str) -> int:
    return int((Decimal(degrees) * POSITION_SCALE).to_integral_value(ROUND_HALF_EVEN))


def _url(fields: Mapping[str, str], name: str) -> str:
    """The address of a photo elsewhere, as text for whoever verifies; nobody here fetches it."""
    url = _line(fields, name, limit=URL_CHARS_MAX)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Refusal("open311.field_malformed", field=name) from None
    if url and (parts.scheme not in ("http", "https") or not parts.netloc or " " in url):
        raise Refusal("open311.field_malformed", field=name)
    return url


def _grid(pairs: Sequence[tuple[str, str]]) -> str:
    """The one attribute that services have."""
    given: dict[str, str] = {}
    for name, value in pairs:
        if name.startswith("attribute"):
            match = _ATTRIBUTE.fullmatch(name)
            if match is None or match["code"] != GRID:
                raise Refusal("open311.attribute_unknown", attribute=name[:100])
            given[GRID] = value.strip()
    return _line(given, GRID, limit=GRID_CHARS_MAX)


def _line(fields: Mapping[str, str], name: str, *, limit: int) -> str:
    text = _text(fields, name, limit=limit)
    if any(character in text for character in "\n\r\t"):
        raise Refusal("open311.field_malformed", field=name)
    return text


def _text(fields: Mapping[str, str], name: str, *, limit: int) -> str:
    """A text that can be stored and read: no control characters, no half characters."""
    text = fields.get(name, "")
    strange = any(unicodedata.category(one) in ("Cc", "Cs") and one not in "\n\r\t" for one in text)
    if strange or len(text) > limit:
        raise Refusal("open311.field_malformed", field=name)
    return text
