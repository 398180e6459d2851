"""How a village's cash or bank journal was typed into a sheet: which sheet, which columns.

Another county's journal is another TOML file. `profiles/cash_journals/cash-journal.toml` says what each entry means.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from api.files import toml_profiles

Column = Literal["day", "summary", "contra", "party", "income", "expense", "balance"]
REQUIRED: Final[tuple[Column, ...]] = ("day", "summary", "contra", "income", "expense", "balance")


@dataclass(frozen=True)
class CashJournalProfile:
    """A journal's layout. `columns` maps our field to the file's header; `openings`: what a first row may say."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: str
    sheet: str | Annotated[int, Field(ge=1)]
    header_row: Annotated[int, Field(ge=1, le=100)]
    openings: list[str]
    columns: dict[Column, str]

    def __post_init__(self) -> None:
        missing = [column for column in REQUIRED if column not in self.columns]
        if missing:
            raise ValueError("columns: " + ", ".join(missing))
        if len(set(self.columns.values())) != len(self.columns):
            raise ValueError("columns: one header for two fields")


def load_cash_journal_profile(profile: str | Path) -> CashJournalProfile:
    """The profile of that name (see `cash_journal_profile_names`) or in that `.toml` file. Raises BadFile."""
    return toml_profiles.load(profile, kind="cash_journals", into=CashJournalProfile)


def cash_journal_profile_names() -> list[str]:
    """The layouts of journals that come with the program."""
    return toml_profiles.names("cash_journals")
