"""How a bank wants its payment file and writes its return file: columns, separators, units, words for "paid".

There is no national layout of 代发 files; each bank's is a TOML file over one neutral set of fields. Only the words
listed as settled or failed are definite; every other answer is unknown, and unknown is never paid again.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, get_args

from pydantic import ConfigDict, Field

from api.files import toml_profiles
from api.files.cells import AmountUnit, half_width

TotalField = Literal["batch", "payer_account", "count", "total", "date", "remark"]
LineField = Literal["seq", "name", "account", "bank", "cnaps", "amount", "purpose", "end_to_end_id"]
AnswerField = Literal["status", "code", "reason", "bank_ref", "booked_on"]
FailureReason = Literal[
    "户名不符", "账号不存在", "销户", "冻结/久悬", "超限额", "付款方余额不足", "格式", "风控", "其他"
]
FAILURE_REASONS: Final[tuple[FailureReason, ...]] = get_args(FailureReason)

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

    `settled`, `failed`: the bank's status words. `reasons`: our closed list -> the bank's codes and texts for it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: str
    suffix: Literal[".txt", ".csv", ".xlsx"]
    amount_unit: AmountUnit
    date_format: Literal["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d"]
    totals: dict[TotalField, str]
    line: dict[LineField, str]
    answer: dict[AnswerField, str]
    settled: Annotated[list[str], Field(min_length=1)]
    failed: Annotated[list[str], Field(min_length=1)]
    reasons: dict[FailureReason, list[str]]
    text: TextLayout | None = None
    workbook: WorkbookLayout | None = None

    def __post_init__(self) -> None:
        if (self.text is None) == (self.workbook is None):
            raise ValueError("exactly one of [text] and [workbook]")
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
        if {status_word(word) for word in self.settled} & {status_word(word) for word in self.failed}:
            raise ValueError("a status word is both settled and failed")

    def total_titles(self) -> dict[str, str]:
        """Field -> title of the totals, in the file's order."""
        return {str(name): title for name, title in self.totals.items()}

    def line_titles(self, *, answers: bool) -> dict[str, str]:
        """Field -> title of a line, in the file's order; a return file's lines go on with the answer."""
        titles = {str(name): title for name, title in self.line.items()}
        return titles | {str(name): title for name, title in self.answer.items() if answers}

    @cached_property
    def statuses(self) -> dict[str, Literal["settled", "failed"]]:
        """The bank's definite words, as `status_word` spells them."""
        settled: dict[str, Literal["settled", "failed"]] = {status_word(word): "settled" for word in self.settled}
        return settled | {status_word(word): "failed" for word in self.failed}

    def failure_reason(self, code: str, text: str) -> FailureReason:
        """Our reason for the bank's code or, failing that, its text; `其他` for anything not listed."""
        for spelling in (status_word(code), status_word(text)):
            for reason, spellings in self.reasons.items():
                if spelling and spelling in {status_word(word) for word in (reason, *spellings)}:
                    return reason
        return "其他"


def status_word(text: str) -> str:
    """A status or code as it is compared: half-width, upper case, without white space."""
    return "".join(half_width(text).split()).upper()


def load_bank_profile(profile: str | Path) -> BankProfile:
    """The profile of that name (see `bank_profile_names`) or in that `.toml` file. Raises BadFile."""
    return toml_profiles.load(profile, kind="banks", into=BankProfile)


def bank_profile_names() -> list[str]:
    """The bank profiles that come with the program."""
    return toml_profiles.names("banks")
