"""What requests about batches and payments hold beside a reason: reasons for signals, what came back, holds."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, StrictInt, model_validator

from api.staff.fields import Day, Identifier, Line
from api.staff.shapes import Shape
from domain.kernel.matches import EntryKey
from domain.payout_batches.signals import CODES

RETURN_REASONS = (
    "原因：name_mismatch 户名不符，account_not_found 账号不存在，account_closed 销户，account_frozen 冻结或久悬，"
    "over_limit 超限额，malformed 格式，risk_control 风控，other 其他；不给就是 other"
)
BankReference = Annotated[Line, Field(max_length=64)]
SignalCode = Annotated[str, Field(pattern=f"^({'|'.join(CODES)})$", description="提示的代码")]
LineNumber = Annotated[StrictInt, Field(ge=1, le=99_999_999)]


class AcknowledgementGiven(Shape):
    """Why lines may be paid in spite of a signal that they have."""

    code: SignalCode
    reason: Annotated[Line, Field(description="为什么可以发，写几个字，不要写姓名")]
    lines: Annotated[list[LineNumber], Field(min_length=1, max_length=100_000, description="行号")]


class Acknowledged(Shape):
    """Reasons for every signal of a batch, bound to the digest of what was shown."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "shown_digest": "ab" * 32,
                    "acknowledgements": [{"code": "first_payment", "reason": "本月新成员", "lines": [1, 2]}],
                }
            ]
        },
    )
    shown_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    acknowledgements: Annotated[
        list[AcknowledgementGiven], Field(min_length=1, max_length=1_000, description="每一种提示的理由和行号")
    ]


class CameBack(Shape):
    """A late return as the bank's notice says it."""

    booked_on: Annotated[Day, Field(description="银行的记账日")]
    bank_ref: Annotated[BankReference, Field(description="银行流水号")]
    reason: Annotated[str, Field(max_length=32, pattern=r"^[a-z][a-z_]*$", description=RETURN_REASONS)] = "other"


class Recovery(Shape):
    """Money paid in error that came in again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"booked_on": "2026-12-20", "bank_ref": "N2026122000017", "reason": "重复上报，已退款"}]
        },
    )
    booked_on: Annotated[Day, Field(description="银行的记账日")]
    bank_ref: Annotated[BankReference, Field(description="银行流水号")]
    reason: Line


class PaidAgain(Shape):
    """What the bank paid once more, as its answer says it, or by the line of its statement that shows it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"booked_on": "2026-12-05", "bank_ref": "N2026120500003", "reason": "银行来函确认重复扣款"},
                {
                    "statement_id": "399c552f-6e1b-4ead-8db0-b431901fdcb5",
                    "entry": 12,
                    "reason": "银行来函确认重复扣款",
                },
            ]
        },
    )
    booked_on: Annotated[Day | None, Field(description="回盘所说的银行记账日；按对账单登记的不给")] = None
    bank_ref: Annotated[BankReference, Field(description="回盘所说的银行流水号；按对账单登记的不给")] = ""
    statement_id: Annotated[Identifier | None, Field(description="对账单编号；按回盘登记的不给")] = None
    entry: Annotated[int | None, Field(ge=1, le=10_000_000, description="对账单里的第几笔")] = None
    reason: Line

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        by_answer = self.booked_on is not None and self.bank_ref != ""
        by_line = self.statement_id is not None and self.entry is not None
        if by_answer == by_line:
            raise ValueError("按回盘的给记账日和流水号，按对账单的给对账单编号和第几笔，只给一种")
        return self

    @property
    def line(self) -> EntryKey | None:
        """The line of a statement that shows it, where one does."""
        if self.statement_id is None or self.entry is None:
            return None
        return EntryKey(self.statement_id, self.entry)


class PaidAgainShown(Shape):
    """The same on the page of a statement's line: which payment it repeats."""

    end_to_end_id: Annotated[str, Field(pattern=r"^[0-9]{29}$", description="付款编号，29 位数字")]
    reason: Line


class WriteOffWanted(Shape):
    """A claim that cannot be recovered, and the document that approves giving it up."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"document": "横财〔2027〕3号", "reason": "收款人去世，无遗产可追"}]},
    )
    document: Annotated[Line, Field(max_length=100, description="批准核销的文号")]
    reason: Line


class HoldWanted(Shape):
    """A payee whose payments are put on hold, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"payee_id": "399c552f-6e1b-4ead-8db0-b431901fdcb5", "reason": "多条线索照片相同", "document": ""}
            ]
        },
    )
    payee_id: Annotated[Identifier, Field(description="收款人的人员编号")]
    reason: Line
    document: Annotated[str, Field(max_length=100, description="文号；没有就不给")] = ""
