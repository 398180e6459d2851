"""The closed lists that a program has to know before it sends anything: permanent words, with their meaning."""

from collections.abc import Mapping
from typing import Literal

from fastapi import Depends
from pydantic import BaseModel

from api.files.bank_profiles import bank_profile_names
from api.staff.acting import Desk, by_token
from api.staff.batch_files import profile_named
from api.staff.classes import county_classes
from api.web import act_words, words
from api.web.routes import Routes
from domain.incidents import VALIDITY_REASONS, VERIFICATION_REASONS

router = Routes(prefix="/api/v1", tags=["清单"], dependencies=[Depends(by_token)])


class CategoryRead(BaseModel):
    """A class of reports; of a `sensitive` one every item is, and public pages show the sum and no row."""

    name: str
    sensitive: bool


class WordRead(BaseModel):
    """A stored word and what it means in Chinese."""

    code: str
    meaning: str


class ReasonRead(BaseModel):
    """A reason, the step that it is given in (an act, or payment), and the conclusion that it goes with, if any."""

    step: Literal[
        "verification",
        "decision",
        "payment",
        "close",
        "decline",
        "return",
        "suspend",
        "extend",
        "reopen",
        "reassign",
        "call_back",
    ]
    code: str
    meaning: str
    outcome: bool | None


@router.get("/categories", operation_id="listCategories", summary="线索类别")
def categories(desk: Desk) -> list[CategoryRead]:
    """The classes that may be reported in the county today: those of its catalogue, else those of the program."""
    return [CategoryRead(name=name, sensitive=sensitive) for name, sensitive in county_classes(desk).items()]


@router.get("/reasons", operation_id="listReasons", summary="理由")
def reasons() -> list[ReasonRead]:
    """The reasons of verifications, of validity decisions, of all other acts that ask one, and of failed payments."""
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
    acts = [
        ReasonRead.model_validate(
            {"step": act, "code": choice.code, "meaning": choice.meaning, "outcome": choice.outcome}
        )
        for act in act_words.ACTS_WITH_REASONS
        if act not in ("verify", "decide")
        for choice in act_words.reasons_of(act)
    ]
    return [*verified, *decided, *acts, *failed]


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
