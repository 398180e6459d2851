"""How a subsidy list was typed into a sheet: which sheet, which columns.

Another county's list is another TOML file. `profiles/subsidy_lists/subsidy-list.toml` says what each entry means.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from api.files import toml_profiles

Column = Literal["household", "person", "quantity", "amount"]
HOLDERS: Final[tuple[Column, ...]] = ("household", "person")


@dataclass(frozen=True)
class SubsidyListProfile:
    """A list's layout. `columns` maps our field to the file's header; `roster` says whose numbers persons have."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: str
    sheet: str | Annotated[int, Field(ge=1)]
    header_row: Annotated[int, Field(ge=1, le=100)]
    columns: dict[Column, str]
    roster: str = "member-roster"

    def __post_init__(self) -> None:
        if "quantity" not in self.columns:
            raise ValueError("columns: quantity")
        if not any(column in self.columns for column in HOLDERS):
            raise ValueError("columns: household or person")
        if len(set(self.columns.values())) != len(self.columns):
            raise ValueError("columns: one header for two fields")


def load_subsidy_list_profile(profile: str | Path) -> SubsidyListProfile:
    """The profile of that name (see `subsidy_list_profile_names`) or in that `.toml` file. Raises BadFile."""
    return toml_profiles.load(profile, kind="subsidy_lists", into=SubsidyListProfile)


def subsidy_list_profile_names() -> list[str]:
    """The layouts of subsidy lists that come with the program."""
    return toml_profiles.names("subsidy_lists")
