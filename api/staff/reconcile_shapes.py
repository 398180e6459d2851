"""What forms and programs bring to reconciliation."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from api.staff.evidence import EVENT_NAME
from api.staff.fields import AMOUNT_FEN_MAX, Line
from api.staff.form_shapes import Yuan
from api.staff.shapes import Shape
from api.web.reconciliation_words import OUTCOMES
from domain.kernel.ids import EventName
from domain.kernel.matches import Part, document_id
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


class ByDocument(BaseModel):
    """A document by the name of its event, and why the line is its money."""

    model_config = ConfigDict(extra="forbid")
    document: Annotated[EventName, Field(pattern=EVENT_NAME, max_length=80)]
    reason: Line


class Owner(BaseModel):
    """Who is to clear a difference up."""

    model_config = ConfigDict(extra="forbid")
    owner_id: UUID


class Cleared(BaseModel):
    """What a difference was, why, and the record that cleared it up, where there is one."""

    model_config = ConfigDict(extra="forbid")
    outcome: Annotated[str, Field(pattern="^(" + "|".join(sorted(BY_A_PERSON)) + ")$")]
    reason: Line
    cause: Annotated[str, Field(pattern=r"^([a-z][a-z_]*/[0-9a-f-]{36}@[1-9][0-9]*)?$", max_length=80)] = ""


_REASON = "电话核对过回单，已存档"
_PAYMENT = "842919a8-9eb9-597d-a0c9-7c0432af20ee"


class AcceptedMatch(Accepted):
    """A suggested payment, and why it is taken, as a program sends it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"payment_id": _PAYMENT, "reason": "账号、户名、金额一致"}]}
    )
    payment_id: Annotated[UUID, Field(description="付款编号")]


class MatchPart(Shape):
    """Some of a payment, or of what a document moved, that a line, or some of it, is matched to."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"payment_id": _PAYMENT, "amount_fen": 1000}]}
    )
    payment_id: Annotated[UUID | None, Field(description="付款编号；不是付款的写 document")] = None
    document: Annotated[
        str | None,
        Field(pattern=EVENT_NAME, max_length=80, description="不是付款的（如额度到账）：动了这笔钱的那条记录的名称"),
    ] = None
    amount_fen: Annotated[StrictInt, Field(ge=1, le=AMOUNT_FEN_MAX, description="金额，单位为分，大于零")]

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.payment_id is None) == (self.document is None):
            raise ValueError("payment_id 和 document 写且只写一个")
        return self

    def part(self, sign: int) -> Part:
        """The same as a match takes it, with the line's sign."""
        if self.document is not None:
            name = EventName(self.document)
            return Part(document_id(name), sign * self.amount_fen, name)
        assert self.payment_id is not None  # noqa: S101 - the shape asked for one of both
        return Part(self.payment_id, sign * self.amount_fen)


class NewMatch(Shape):
    """What a line is matched to, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"parts": [{"payment_id": _PAYMENT, "amount_fen": 1000}], "reason": _REASON}]},
    )
    parts: Annotated[list[MatchPart], Field(min_length=1, max_length=300, description="勾对到哪些付款，各多少")]
    reason: Line


class OwnerNamed(Owner):
    """Who is to clear a difference up, as a program names him."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"owner_id": "399c552f-6e1b-4ead-8db0-b431901fdcb5"}]}
    )
    owner_id: Annotated[UUID, Field(description="经办人的人员编号")]


class Explanation(Shape):
    """What a difference was, why, and the record that cleared it up, where there is one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"outcome": sorted(BY_A_PERSON)[0], "reason": "银行手续费，已与柜台核对"}]},
    )
    outcome: Annotated[
        str,
        Field(
            pattern="^(" + "|".join(sorted(BY_A_PERSON)) + ")$",
            description="是什么：" + "、".join(f"{code} {OUTCOMES[code]}" for code in sorted(BY_A_PERSON)),
        ),
    ]
    reason: Line
    cause: Annotated[
        str | None, Field(pattern=EVENT_NAME, max_length=80, description="了结它的那条记录的名称，如有")
    ] = None
