"""How a bank wants its payment file and writes its return file: columns, separators, units, words for "paid".

There is no national layout of 代发 files; each bank's is a TOML file over one neutral set of fields, as lines of text,
as a workbook or as XML. Only listed words are definite; every other answer is unknown, and unknown is never paid again.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, get_args

from pydantic import ConfigDict, Field

from api.files import toml_profiles
from api.files.bank_words import (
    DefiniteStatus,
    FailureReason,
    common_words,
    failure_reason,
    meanings,
    status_word,
)
from api.files.cells import AmountUnit
from api.files.xml_layouts import XmlLayout

TotalField = Literal["batch", "payer_account", "count", "total", "date", "remark"]
LineField = Literal["seq", "name", "account", "bank", "cnaps", "amount", "purpose", "end_to_end_id"]
AnswerField = Literal["status", "code", "reason", "bank_ref", "booked_on"]
Words = Annotated[list[str], Field(min_length=1)]

_TOTALS_REQUIRED: Final[tuple[TotalField, ...]] = ("batch", "payer_account", "count", "total", "date")
_LINE_REQUIRED: Final[tuple[LineField, ...]] = ("seq", "name", "account", "amount", "end_to_end_id")


@dataclass(frozen=True)
class TextLayout:
    """Lines of text. The first field of a line is its mark; a line that begins with `remark` is a note to people.

    No quoting: a value that holds the separator is refused when writing.
    """

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    encoding: Literal["utf-8", "gb18030", "gbk"]
    separator: Annotated[str, Field(min_length=1, max_length=1)]
    newline: Literal["\r\n", "\n"]
    header: str
    line: str
    trailer: str | None
    remark: Annotated[str, Field(min_length=1, max_length=1)] = "#"


@dataclass(frozen=True)
class WorkbookLayout:
    """Two sheets: the lines under a header row, and the totals as two columns (item, content). All cells are text."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    lines_sheet: str
    totals_sheet: str


@dataclass(frozen=True)
class BankProfile:
    """A bank's layout. `totals`, `line` and `answer` map our fields, in the file's order, to the titles people see.

    `accepted` … `returned`: the bank's own words for a state, instead of the common ones. `reasons`: our closed list ->
    the bank's own codes and texts, before the common ones. XML says in its own layout which element holds what.
    """

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: str
    suffix: Literal[".txt", ".csv", ".xlsx", ".xml"]
    amount_unit: AmountUnit
    date_format: Literal["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d"]
    totals: dict[TotalField, str] = field(default_factory=dict)
    line: dict[LineField, str] = field(default_factory=dict)
    answer: dict[AnswerField, str] = field(default_factory=dict)
    accepted: Words | None = None
    settled: Words | None = None
    failed: Words | None = None
    cancelled: Words | None = None
    returned: Words | None = None
    reasons: dict[FailureReason, list[str]] = field(default_factory=dict)
    text: TextLayout | None = None
    workbook: WorkbookLayout | None = None
    xml: XmlLayout | None = None

    def __post_init__(self) -> None:
        meanings(self.own_words)
        if [self.text, self.workbook, self.xml].count(None) != 2:
            raise ValueError("exactly one of [text], [workbook] and [xml]")
        if self.xml is None:
            self._check_titles()
        elif self.totals or self.line or self.answer:
            raise ValueError("[xml] says itself where everything stands")

    def _check_titles(self) -> None:
        if self.workbook is not None and "remark" not in self.totals:
            raise ValueError("totals: remark is missing, and a rehearsal could not be told from a payment")
        missing: list[str] = [name for name in _TOTALS_REQUIRED if name not in self.totals]
        missing += [name for name in _LINE_REQUIRED if name not in self.line]
        missing += [name for name in get_args(AnswerField) if name not in self.answer]
        if missing:
            raise ValueError("missing: " + ", ".join(missing))
        titles = [*self.line.values(), *self.answer.values()]
        if len(set(titles)) != len(titles) or len(set(self.totals.values())) != len(self.totals):
            raise ValueError("one title for two fields")

    def total_titles(self) -> dict[str, str]:
        """Field -> title of the totals, in the file's order; in XML the path of the element."""
        if self.xml is not None:
            return self.xml.payment.head_paths()
        return {str(name): title for name, title in self.totals.items()}

    def line_titles(self, *, answers: bool) -> dict[str, str]:
        """Field -> title of a line, in the file's order; a return file's lines go on with the answer."""
        if self.xml is not None:
            at = self.xml.payment.line_at
            return {name: f"{at}/{path}" for name, path in self.xml.payment.line_paths().items()}
        titles = {str(name): title for name, title in self.line.items()}
        return titles | {str(name): title for name, title in self.answer.items() if answers}

    @property
    def own_words(self) -> dict[DefiniteStatus, list[str]]:
        """What the profile itself says about the bank's words."""
        said: dict[DefiniteStatus, list[str] | None] = {
            "accepted": self.accepted,
            "settled": self.settled,
            "failed": self.failed,
            "cancelled": self.cancelled,
            "returned": self.returned,
        }
        return {status: words for status, words in said.items() if words is not None}

    @cached_property
    def statuses(self) -> dict[str, DefiniteStatus]:
        """The bank's definite words, as `status_word` spells them: its own, and the common ones beside them."""
        own = meanings(self.own_words)
        common = meanings(
            {status: words for status, words in common_words().statuses.items() if status not in self.own_words}
        )
        return common | own

    def words(self, status: DefiniteStatus) -> list[str]:
        """The bank's words for a state, the usual one first."""
        return self.own_words.get(status, common_words().statuses[status])

    def failure_reason(self, code: str, text: str) -> FailureReason:
        """Our reason for the bank's code or, failing that, its text; `其他` for anything not listed."""
        return failure_reason(code, text, lists=(self.reasons, common_words().reasons))

    def knows(self, bank_status: str, *, code: str = "", reason: FailureReason | None = None) -> bool:
        """Whether what the bank said stands in a list: its word for the state, and the code of a reason that its text
        does not tell either. What it left out is no word.
        """
        word, known = status_word(bank_status), status_word(code)
        if word and word not in self.statuses:
            return False
        if reason != "其他" or not known:
            return True
        others = (self.reasons.get("其他", []), common_words().reasons["其他"])
        return any(known == status_word(one) for listed in others for one in listed)

    def reason_code(self, reason: FailureReason) -> str:
        """A code that the bank may give for a reason."""
        return next(iter(self.reasons.get(reason, []) or common_words().reasons[reason]), "")


def load_bank_profile(profile: str | Path) -> BankProfile:
    """The profile of that name (see `bank_profile_names`) or in that `.toml` file. Raises BadFile."""
    return toml_profiles.load(profile, kind="banks", into=BankProfile)


def bank_profile_names() -> list[str]:
    """The bank profiles that come with the program."""
    return toml_profiles.names("banks")
