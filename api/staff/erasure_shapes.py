"""What an administrator says when a person is to be erased, over JSON and in the form's two steps."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.staff.fields import Line, Reason
from api.staff.shapes import ReceiptGiven, Shape


class Erasure(Shape):
    """Why, and by which rule; both are public in the journal, so neither may name anybody."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "consent_withdrawn", "legal_basis": "本人 2026 年书面申请"}]},
    )
    reason: Reason
    legal_basis: Annotated[Line, Field(description="法律依据。公开记入账本，请勿写任何个人信息")]


class Confirmed(Erasure):
    """The second step of the form: the beginning of the person's number, typed again."""

    confirm: Line = ""


class Erased(BaseModel):
    """The receipt, and the bank's files that name the person and must be kept as vouchers, by SHA-256."""

    person_id: UUID
    receipt: ReceiptGiven
    vouchers: list[str]
