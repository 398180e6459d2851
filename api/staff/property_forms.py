"""The forms of assets, contracts and subsidies: amounts in yuan, quantities as people write them, rents line by line.

Only how a field is read differs from the API; what may stand in it is the API's rule.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator, Field

from api.staff.fields import LongText
from api.staff.form_shapes import Whole, Yuan
from api.staff.property_shapes import (
    AssetStep,
    ContractStep,
    DueGiven,
    NewAsset,
    NewContract,
    NewProgramme,
    Number,
    ProgrammeStep,
    SubsidyListStep,
)
from domain.kernel.money import fen
from domain.kernel.quantities import QUANTITY_MILLI_MAX, milli
from domain.village.assets import asset_id
from domain.village.parties import party_id


def _milli_of_text(value: Any) -> Any:
    try:
        return milli(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("数量应写作 3 或 12.5，最多三位小数") from None


Quantity = Annotated[int, BeforeValidator(_milli_of_text), Field(ge=0, le=QUANTITY_MILLI_MAX)]


class AssetForm(NewAsset):
    """What the village has got."""

    quantity_milli: Quantity
    cost_fen: Yuan


class AssetStepForm(AssetStep):
    """One step of an asset."""

    quantity_milli: Quantity | None = None
    proceeds_fen: Yuan = 0


class ContractForm(NewContract):
    """A contract: the party and the asset by the village's own numbers, the rents a line each."""

    quantity_milli: Quantity
    party_id: UUID | None = None  # type: ignore[assignment] # a form names the party by its number
    party: Number
    asset: Number | None = None
    dues: LongText  # type: ignore[assignment] # a form writes them line by line

    def as_given(self) -> NewContract:
        """The same as a program would send it. Raises RequestValidationError for a line that is no rent."""
        given = self.model_dump(mode="json", exclude={"party", "asset", "dues", "party_id", "asset_id"})
        named = {
            "party_id": party_id(self.division, self.party),
            "asset_id": asset_id(self.division, self.asset) if self.asset is not None else None,
            "dues": due_lines(self.dues),
        }
        return NewContract.model_validate({**given, **named})


class ContractStepForm(ContractStep):
    """One step of a contract."""

    due: Whole | None = None
    amount_fen: Yuan | None = None


class ProgrammeForm(NewProgramme):
    """A programme and its first standard; whether its payees may be shown is for whoever publishes it to say."""

    standard_fen: Yuan
    sensitive: bool


class ProgrammeStepForm(ProgrammeStep):
    """A new standard, or the end."""

    standard_fen: Yuan | None = None


class SubsidyListStepForm(SubsidyListStep):
    """What another person says of the version that waits."""

    version: Whole


def due_lines(text: str) -> list[DueGiven]:
    """Lines of a day and an amount in yuan, as `2026-06-30 5000`. Raises RequestValidationError, naming the line."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            found.append(_due(line.replace("，", " ").replace(",", ""), number))
    return found


def _due(line: str, number: int) -> DueGiven:
    day, _, amount = line.strip().partition(" ")
    try:
        return DueGiven.model_validate({"on": day, "amount_fen": fen(amount)})
    except ValueError:
        raise RequestValidationError(
            [{"type": "value_error", "loc": ("body", "dues"), "msg": f"第 {number} 行应写作“2026-06-30 5000”"}]
        ) from None
