"""How a county's roster of members is laid out: which sheet, which columns, which words for occupations.

Another county's roster is another TOML file. `profiles/members/member-roster.toml` says what each entry means.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from api.files import toml_profiles
from domain.members import OCCUPATIONS

Column = Literal["ref", "name", "phone", "occupation", "area", "holder", "number", "bank"]
REQUIRED: Final[tuple[Column, ...]] = ("ref", "name", "phone", "occupation", "area")
ACCOUNT: Final[tuple[Column, ...]] = ("holder", "number", "bank")


@dataclass(frozen=True)
class MemberProfile:
    """A roster's layout. `columns` maps our field to the file's header, `occupations` its words to our codes."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: str
    sheet: str | Annotated[int, Field(ge=1)]
    header_row: Annotated[int, Field(ge=1, le=100)]
    columns: dict[Column, str]
    occupations: dict[str, str]

    def __post_init__(self) -> None:
        missing = [column for column in REQUIRED if column not in self.columns]
        if missing:
            raise ValueError("columns: " + ", ".join(missing))
        given = [column for column in ACCOUNT if column in self.columns]
        if given and len(given) < len(ACCOUNT):
            raise ValueError("columns: holder, number and bank, or none of them")
        if len(set(self.columns.values())) != len(self.columns):
            raise ValueError("columns: one header for two fields")
        unknown = sorted(set(self.occupations.values()) - OCCUPATIONS)
        if unknown:
            raise ValueError("occupations: " + ", ".join(unknown))


def load_member_profile(profile: str | Path) -> MemberProfile:
    """The profile of that name (see `member_profile_names`) or in that `.toml` file. Raises BadFile."""
    return toml_profiles.load(profile, kind="members", into=MemberProfile)


def member_profile_names() -> list[str]:
    """The roster profiles that come with the program."""
    return toml_profiles.names("members")
