"""The forms of villages' books: a line's fields carry its number (`account.3`, `debit.3`), all of them text.

Only how a field is read differs from the API; what may stand in it is the API's rule.
"""

from collections.abc import Mapping
from typing import Annotated, Final, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from api.staff.fields import AMOUNT_FEN_MAX, Day, Line
from api.staff.village_shapes import LineGiven, PlanLineGiven
from domain.kernel.money import fen
from domain.kernel.village_lines import LINES_MAX, VoucherLine
from domain.village.books import PlanLine
from domain.village.vouchers import kind_of

Model = TypeVar("Model", bound=BaseModel)

ROWS: Final = 6
"""So many lines a form offers at once."""

CARRY_OVER: Final = "carry_over"


class VoucherForm(BaseModel):
    """A voucher: its lines stand in fields of their own. `closes_year` is ticked or absent."""

    day: Day
    purpose: Annotated[Line, Field(max_length=100)]
    closes_year: bool = False

    def kind(self, lines: tuple[VoucherLine, ...]) -> str:
        """What the lines are, unless the voucher closes a year."""
        return CARRY_OVER if self.closes_year else kind_of(lines)


class ReversalForm(BaseModel):
    """A red voucher."""

    day: Day
    purpose: Annotated[Line, Field(max_length=100)]


def lines_of(fields: Mapping[str, str]) -> tuple[VoucherLine, ...]:
    """The lines that are filled in. Raises RequestValidationError for an amount that is none, or on both sides."""
    return tuple(_line(fields, number) for number in _numbers(fields, "account"))


def plan_lines_of(fields: Mapping[str, str]) -> tuple[PlanLine, ...]:
    """The lines of a plan that are filled in. Raises RequestValidationError for an amount that is none."""
    found = []
    for number in _numbers(fields, "title"):
        given = {
            "side": fields.get(f"side.{number}", ""),
            "title": fields[f"title.{number}"],
            "amount_fen": _fen(fields.get(f"amount.{number}", "")),
        }
        found.append(_shaped(PlanLineGiven, given).line())
    return tuple(found)


def _line(fields: Mapping[str, str], number: int) -> VoucherLine:
    debit, credit = fields.get(f"debit.{number}", "").strip(), fields.get(f"credit.{number}", "").strip()
    if bool(debit) == bool(credit):
        raise _wrong("amount_fen", "每一行只填借方或贷方中的一个金额")
    given = {
        "account": fields[f"account.{number}"].strip(),
        "side": "debit" if debit else "credit",
        "amount_fen": _fen(debit or credit),
        "party_id": fields.get(f"party.{number}") or None,
    }
    return _shaped(LineGiven, given).line()


def _numbers(fields: Mapping[str, str], name: str) -> list[int]:
    """The numbers of the rows in which a field is filled in."""
    return [number for number in range(LINES_MAX) if fields.get(f"{name}.{number}", "").strip()]


def _fen(text: str) -> int:
    try:
        amount = fen(text.replace(",", "").strip())
    except ValueError:
        raise _wrong("amount_fen", "金额以元计，应写作 10 或 10.50") from None
    if amount > AMOUNT_FEN_MAX:
        raise _wrong("amount_fen", "金额太大")
    return amount


def _shaped(model: type[Model], given: Mapping[str, object]) -> Model:
    try:
        return TypeAdapter(model).validate_python(dict(given))
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None


def _wrong(field: str, reason: str) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": ("body", field), "msg": reason}])
