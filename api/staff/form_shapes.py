"""The shapes of the API as forms bring them: all text, amounts in yuan, times as China's clocks show them.

Only how a field is read differs; what may stand in it is the API's rule.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field

from api.staff.fields import AMOUNT_FEN_MAX, YEAR_MAX, YEAR_MIN, Code, Day, Identifier, Line, Reason, RoleName, in_range
from api.staff.money_shapes import NewAdjustment
from api.staff.shapes import HandlingDone, NewAppropriation, NewBand, NewTariff
from domain.kernel.calendar import CHINA
from domain.kernel.money import fen

_LOCAL_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


def china_moment(text: str) -> datetime:
    """A form's `datetime-local`, which is China's time, as an aware moment. Raises ValueError."""
    if not _LOCAL_MOMENT.fullmatch(text):
        raise ValueError("请填写日期和时间")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=CHINA)
    except ValueError:
        raise ValueError("没有这个日期或时间") from None


def local_moment(moment: datetime) -> str:
    """The inverse, to the minute."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")


def _moment(value: Any) -> Any:
    return china_moment(value) if isinstance(value, str) else value


def _fen_of_yuan(value: Any) -> Any:
    try:
        return fen(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("金额以元计，应写作 10 或 10.50") from None


def _whole(value: Any) -> Any:
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise ValueError("应当是整数，不带正负号，最多 9 位")
    return int(value)


ChinaMoment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(in_range)]
Yuan = Annotated[int, BeforeValidator(_fen_of_yuan), Field(ge=-AMOUNT_FEN_MAX, le=AMOUNT_FEN_MAX)]
Whole = Annotated[int, BeforeValidator(_whole)]


class HandlingForm(HandlingDone):
    """What the department did."""

    handled_at: ChinaMoment


class ReasonChosen(BaseModel):
    """A reason from a list; an unknown one is for the rule to refuse."""

    reason: Reason


class BudgetChosen(BaseModel):
    """Which budget a reward is charged to; none: the setting's own."""

    budget_id: Identifier | None = None


class ProfileChosen(BaseModel):
    """A bank's layout from the list."""

    profile: Line


class PlaceForm(BaseModel):
    """One division."""

    code: Code
    name: Line
    since: Day


class PersonForm(BaseModel):
    """One person with a first role, and an account if its three fields are there."""

    name: Line
    role: RoleName
    area: Code
    since: Day
    department: Line | None = None


class AccountForm(BaseModel):
    """A bank account as its holder gave it."""

    version: Annotated[Whole, Field(ge=1, le=1_000_000)] = 1
    holder: Line
    number: Annotated[Line, Field(max_length=40)]
    bank: Line


class RoleForm(BaseModel):
    """One more role for a known person."""

    role: RoleName
    area: Code
    since: Day
    until: Day | None = None
    department: Line | None = None


class BandForm(NewBand):
    """The band of a division."""

    min_fen: Yuan
    max_fen: Yuan


class TariffForm(NewTariff):
    """The tariff of a division."""

    amount_fen: Yuan


class AdjustmentForm(NewAdjustment):
    """What a later document gives a budget, or takes back."""

    amount_fen: Yuan


class AppropriationForm(NewAppropriation):
    """Money for a year's rewards."""

    year: Annotated[Whole, Field(ge=YEAR_MIN, le=YEAR_MAX)]
    amount_fen: Yuan
