"""What the forms of reconciliation bring."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.staff.fields import Line
from api.staff.form_shapes import Yuan
from domain.recon_exceptions import BY_A_PERSON


class Accepted(BaseModel):
    """A suggested payment, and why it is taken."""

    model_config = ConfigDict(extra="forbid")
    payment_id: UUID
    reason: Line


class ByHand(BaseModel):
    """A payment by its end-to-end id, the amount of it, and why."""

    model_config = ConfigDict(extra="forbid")
    end_to_end_id: Annotated[str, Field(pattern=r"^[0-9]{29}$")]
    amount_fen: Yuan
    reason: Line


class Owner(BaseModel):
    """Who is to clear a difference up."""

    model_config = ConfigDict(extra="forbid")
    owner_id: UUID


class Cleared(BaseModel):
    """What a difference was, and why."""

    model_config = ConfigDict(extra="forbid")
    outcome: Annotated[str, Field(pattern="^(" + "|".join(sorted(BY_A_PERSON)) + ")$")]
    reason: Line
