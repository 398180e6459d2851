"""How a bank writes an account statement: a table under some lines of head, or an ISO 20022 message. Data, not program.

In a table our fields have the titles of the bank's columns. An amount stands in one signed column (`amount`), in two
(`credit`, `debit`), or without a sign beside a column of words (`direction`, `amount`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from api.files import toml_profiles
from api.files.entry_codes import EntryCodes

StatementField = Literal[
    "booked_on",
    "amount",
    "credit",
    "debit",
    "direction",
    "balance",
    "currency",
    "counter_name",
    "counter_account",
    "bank_ref",
    "batch_ref",
    "end_to_end_id",
    "return_of",
    "state",
    "code",
]
HeadField = Literal[
    "account",
    "currency",
    "number",
    "since",
    "until",
    "opening",
    "closing",
    "count",
    "credit_total",
    "debit_total",
]
Titles = Annotated[list[str], Field(min_length=1)]


@dataclass(frozen=True)
class Directions:
    """Words beside an amount: money in, money out, or neither (such rows are counted and carry no entry)."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    credit: Titles
    debit: Titles
    neither: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class TableLayout:
    """A table in text (`.csv`) or in a workbook (`.xls`, `.xlsx`).

    `header`: the titles in the file's order. `columns`: our field -> title. `texts`: the columns that say what an entry
    is for; our own end-to-end ids and batch numbers are looked for in `references`, the first of which is where a bank
    repeats what we wrote. `head`: our field -> a pattern whose first group is its value, looked for in the cells above
    the header; `head_lines` and `foot_lines` are what stands around the table, with gaps for the same fields. A row
    whose first cell begins with `summary` holds the sums of `credit` and `debit`; rows beginning with one of `notes`
    hold nothing. Rows whose `state` is in `void` moved no money; `code` is the bank's word for what a row is (the
    profile's `codes` say what it means, as of the texts). `fixed`: columns that always say the same.
    """

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    header: Annotated[list[str], Field(min_length=2)]
    columns: dict[StatementField, str]
    texts: Titles
    references: Titles
    newest_first: bool = False
    date_format: Literal["%Y-%m-%d", "%Y%m%d", "%Y-%m-%d 00:00:00"] = "%Y-%m-%d"
    encoding: Literal["utf-8", "utf-8-sig", "gb18030"] = "utf-8"
    head: dict[HeadField, str] = field(default_factory=dict)
    head_lines: list[list[str]] = field(default_factory=list)
    foot_lines: list[list[str]] = field(default_factory=list)
    summary: str | None = None
    notes: list[str] = field(default_factory=list)
    void: list[str] = field(default_factory=list)
    directions: Directions | None = None
    fixed: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = self.columns
        signed, sided = "amount" in columns and "direction" not in columns, {"credit", "debit"} <= columns.keys()
        worded = {"amount", "direction"} <= columns.keys() and self.directions is not None
        if [signed, sided, worded].count(True) != 1:
            raise ValueError("columns: either amount, or credit and debit, or direction and amount with [directions]")
        if "booked_on" not in columns:
            raise ValueError("columns: booked_on is missing")
        unknown = [title for title in (*columns.values(), *self.texts, *self.fixed) if title not in self.header]
        unknown += [title for title in self.references if title not in self.texts]
        if unknown:
            raise ValueError("not in the header: " + ", ".join(unknown))
        fields = {
            name: title for name, title in columns.items() if name != "code"
        }  # a code may stand in a text's column
        if len(set(fields.values())) != len(fields):
            raise ValueError("one title for two fields")
        for name, pattern in self.head.items():
            if re.compile(pattern).groups < 1:
                raise ValueError(f"head.{name}: a pattern without a group")


@dataclass(frozen=True)
class CamtLayout:
    """An ISO 20022 message of the camt family: the element of the message and, in it, that of each statement."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    message: Literal["BkToCstmrStmt", "BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn"]
    statement: Literal["Stmt", "Rpt", "Ntfctn"]
    namespace: str


@dataclass(frozen=True)
class StatementProfile:
    """A layout of account statements. `currency` holds where the file does not name one; `codes` are its lists of what
    the bank's codes and words mean.
    """

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]
    title: str
    suffix: Literal[".csv", ".xls", ".xlsx", ".xml"]
    version: Annotated[int, Field(ge=1)] = 1
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    table: TableLayout | None = None
    camt: CamtLayout | None = None
    codes: EntryCodes = field(default_factory=EntryCodes)

    def __post_init__(self) -> None:
        if (self.table is None) == (self.camt is None):
            raise ValueError("exactly one of [table] and [camt]")


CURRENCIES: Final[Mapping[str, str]] = {"人民币": "CNY", "人民币元": "CNY", "RMB": "CNY", "元": "CNY", "156": "CNY"}


def load_statement_profile(profile: str | Path) -> StatementProfile:
    """The profile of that name (see `statement_profile_names`) or in that `.toml` file. Raises BadFile."""
    return toml_profiles.load(profile, kind="statements", into=StatementProfile)


def statement_profile_names() -> list[str]:
    """The layouts of account statements that come with the program."""
    return toml_profiles.names("statements")
