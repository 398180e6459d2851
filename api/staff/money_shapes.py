"""What the JSON API takes for budgets, allowances and the close of a month: strict, nothing unknown passes."""

from typing import Annotated

from pydantic import ConfigDict, Field

from api.staff.fields import AmountFen, Code, Identifier, Line, MonthText, Reason
from api.staff.shapes import Shape


class NewAdjustment(Shape):
    """What a later document gives a budget, or takes back."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"document": "横财行〔2026〕30号", "amount_fen": -200_000, "reason": "年中压减"}]
        },
    )
    document: Line = Field(description="调整的文号，同一预算里不能用过")
    amount_fen: AmountFen = Field(description="金额，单位分：追加为正，追减为负")
    reason: Line = Field(description="为什么调整")


class AllowanceGiven(Shape):
    """What one grid worker is to be paid for a month."""

    payee_id: Identifier = Field(description="网格员的人员编号")
    division: Code = Field(description="在哪里任职")
    amount_fen: AmountFen = Field(description="金额，单位分")


class NewAllowances(Shape):
    """A month's list of allowances on one basis, granted as a whole."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "month": "2026-03",
                    "basis": "岗位津贴",
                    "document": "横委政法〔2026〕6号",
                    "allowances": [
                        {
                            "payee_id": "b2c9a0ac-7f0e-5d43-9f27-0c1f5a7c3e11",
                            "division": "361125001000",
                            "amount_fen": 60_000,
                        }
                    ],
                }
            ]
        },
    )
    month: MonthText = Field(description="归属月份")
    basis: Line = Field(description="发放依据，如“岗位津贴”；一人一月一项依据只入账一次")
    document: Line | None = Field(default=None, description="文号")
    budget_id: Identifier | None = Field(default=None, description="占用哪一项预算；不给就是设置里的津贴预算")
    allowances: Annotated[list[AllowanceGiven], Field(min_length=1, max_length=500)] = Field(description="名单")


class DifferenceReason(Shape):
    """Why one kind of difference does not hold up the close."""

    kind: Reason = Field(description="差异的种类")
    reason: Line = Field(description="原因")


class NewClose(Shape):
    """The reasons with which a month is proposed to be closed; none where nothing differs."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reasons": [{"kind": "in_transit", "reason": "银行次月答复"}]}]},
    )
    reasons: list[DifferenceReason] = Field(default=[], max_length=50, description="每种差异的原因")
    shown_digest: Annotated[
        str | None,
        Field(
            pattern=r"^[0-9a-f]{64}$",
            description="看到的月末核对的指纹（月末核对的 shown_digest）；给了，勾对后与它不同就不提出",
        ),
    ] = None
