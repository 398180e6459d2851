"""The closed lists that a program has to know before it sends anything: permanent words, with their meaning."""

from collections.abc import Mapping
from typing import Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from api.files.bank_profiles import bank_profile_names
from api.staff.acting import by_token
from api.staff.batch_files import profile_named
from api.staff.categories import CATEGORIES, SENSITIVE
from api.web import words
from domain.incidents import VALIDITY_REASONS, VERIFICATION_REASONS

router = APIRouter(prefix="/api/v1", tags=["清单"], dependencies=[Depends(by_token)])


class CategoryRead(BaseModel):
    """A category of reports; of a `sensitive` one, public pages show the sum and no row."""

    name: str
    sensitive: bool


class WordRead(BaseModel):
    """A stored word and what it means in Chinese."""

    code: str
    meaning: str


class ReasonRead(BaseModel):
    """A reason, the step that it is given in, and the conclusion that it goes with (None: it comes from the bank)."""

    step: Literal["verification", "decision", "payment"]
    code: str
    meaning: str
    outcome: bool | None


@router.get("/categories", operation_id="listCategories", summary="线索类别")
def categories() -> list[CategoryRead]:
    """The categories that a report may have."""
    return [CategoryRead(name=name, sensitive=name in SENSITIVE) for name in CATEGORIES]


@router.get("/reasons", operation_id="listReasons", summary="理由")
def reasons() -> list[ReasonRead]:
    """The reasons of a verification, of a validity decision, and of a payment that failed."""
    verified = [
        ReasonRead(step="verification", code=code, meaning=words.VERIFICATION_REASONS[code], outcome=outcome)
        for code, outcome in VERIFICATION_REASONS.items()
    ]
    decided = [
        ReasonRead(step="decision", code=code, meaning=words.VALIDITY_REASONS[code], outcome=outcome)
        for code, outcome in VALIDITY_REASONS.items()
    ]
    failed = [
        ReasonRead(step="payment", code=code, meaning=meaning, outcome=None)
        for code, meaning in words.FAILURE_REASONS.items()
    ]
    return [*verified, *decided, *failed]


@router.get("/roles", operation_id="listRoles", summary="角色")
def roles() -> list[WordRead]:
    """The roles that a person can hold."""
    return _words(words.ROLES)


@router.get("/sources", operation_id="listSources", summary="线索来源")
def sources() -> list[WordRead]:
    """Where a report can come from."""
    return _words(words.SOURCES)


@router.get("/bank-layouts", operation_id="listBankLayouts", summary="银行版式")
def bank_layouts() -> list[WordRead]:
    """The layouts in which a payment file can be written; `code` is the `profile` of an export."""
    return [WordRead(code=name, meaning=profile_named(name).title) for name in bank_profile_names()]


def _words(meanings: Mapping[str, str]) -> list[WordRead]:
    return [WordRead(code=code, meaning=meaning) for code, meaning in meanings.items()]
