"""The forms of stations, goods and exchanges: numbers come as text, amounts in yuan; the rest is the API's rule."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from api.commands.exchanges import Wanted
from api.staff.fields import Day, Identifier, Line, Reason
from api.staff.form_shapes import Whole, Yuan
from api.staff.station_shapes import (
    LINES_MAX,
    GoodsConfirmed,
    GoodsCounted,
    GoodsLost,
    GoodsReceived,
    NewPrice,
    PriceEnd,
    Sku,
)

QUANTITY: Final = "quantity."
_QUANTITY_DIGITS: Final = 6


class AuthorisationForm(BaseModel):
    """How much may be spent at most, and why staff does it for the holder."""

    points_max: Whole | None = None
    reason: Reason | None = None


class CounterForm(BaseModel):
    """At which station, and the code that was shown, or whatever else a scanner has typed."""

    station_id: Identifier
    code: Annotated[Line, Field(max_length=300)]
    cash_accepted: bool = False


class PriceForm(NewPrice):
    """An article at a price from a day on."""

    points_price: Whole
    cash_price_fen: Yuan | None = None
    return_days: Whole = 0


class PriceEndForm(PriceEnd):
    """Which article is offered until when."""

    sku: Sku


class ReceivingForm(GoodsReceived):
    """Goods that came in."""

    quantity: Whole
    unit_cost_fen: Yuan


class CountForm(GoodsCounted):
    """What was counted."""

    counted: Whole


class LossForm(GoodsLost):
    """What is to be written off."""

    quantity: Whole


class ConfirmedForm(GoodsConfirmed):
    """What the second person was shown."""

    quantity: Annotated[int, Field(ge=-(10**9), le=10**9)]


class ReleaseForm(BaseModel):
    """Which keeper."""

    keeper_id: Identifier


class DeductionForm(BaseModel):
    """By which item of the rule points are taken, for a day, how many times, and by which document."""

    item: Annotated[Line, Field(max_length=40)]
    deed_on: Day
    document: Line
    quantity: Whole = 1


class TakingBackForm(BaseModel):
    """Which entry of an account is taken back, and why."""

    number: Whole
    reason: Line


def wanted_of(fields: Mapping[str, str]) -> list[Wanted]:
    """The fields `quantity.<article>` that are filled in and not zero. Raises RequestValidationError for no number."""
    found: list[Wanted] = []
    for name, value in fields.items():
        text = value.strip()
        if not name.startswith(QUANTITY) or text in ("", "0"):
            continue
        if not (text.isascii() and text.isdigit() and len(text) <= _QUANTITY_DIGITS):
            raise RequestValidationError(
                [{"type": "value_error", "loc": ("body", "quantity"), "msg": _no_pieces(name)}]
            )
        found.append(Wanted(name.removeprefix(QUANTITY), int(text)))
    if len(found) > LINES_MAX:
        raise RequestValidationError(
            [{"type": "value_error", "loc": ("body", "goods"), "msg": f"一次最多 {LINES_MAX} 种物资"}]
        )
    return found


def _no_pieces(name: str) -> str:
    return f"物资 {name.removeprefix(QUANTITY)} 的件数应当是不带正负号、不超过 {_QUANTITY_DIGITS} 位的整数；不要的留空"
