"""How a county's register of messages is laid out: which sheet, which columns, how times are spelt.

Another county's register is another TOML file. `profiles/registers/messages-with-replies.toml` says what each entry
means.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from api.files import toml_profiles

Column = Literal["source_ref", "author", "title", "body", "reported_at", "reply", "handled_at", "category", "division"]
REQUIRED: Final[tuple[Column, ...]] = ("source_ref", "author", "body", "reported_at")


@dataclass(frozen=True)
class RegisterProfile:
    """A register's layout.

    `sheet` is a name or a number from 1. `columns` maps our field to the header that the file shows. `category` and
    `division` (12 digits) stand for rows without a column of their own; no division = the importing county's.
    `source` is the channel written into each incident. `pseudonymous`: authors are not named by their names.
    """

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: str
    source: Literal["app", "wechat", "hotline", "register"]
    sheet: str | Annotated[int, Field(ge=1)]
    header_row: Annotated[int, Field(ge=1, le=100)]
    utc_offset: Annotated[str, Field(pattern=r"^[+-](0[0-9]|1[0-4]):[0-5][0-9]$")]
    timestamp_spellings: Annotated[list[str], Field(min_length=1)]
    pseudonymous: bool
    category: Annotated[str, Field(min_length=1, max_length=40)]
    columns: dict[Column, str]
    division: Annotated[str, Field(pattern=r"^[0-9]{12}$")] | None = None

    def __post_init__(self) -> None:
        missing = [column for column in REQUIRED if column not in self.columns]
        if missing:
            raise ValueError("columns: " + ", ".join(missing))
        if "handled_at" not in self.columns and "reply" in self.columns:
            raise ValueError("columns: reply without handled_at")
        if len(set(self.columns.values())) != len(self.columns):
            raise ValueError("columns: one header for two fields")
        for spelling in self.timestamp_spellings:
            # Raises ValueError for a directive that strptime does not know.
            datetime.strptime(datetime(2019, 4, 25, 9, 32, 9).strftime(spelling), spelling)  # noqa: DTZ001, DTZ007

    @property
    def zone(self) -> timezone:
        """The register's wall-clock time as a fixed offset; China has had no summer time since 1991."""
        sign = -1 if self.utc_offset.startswith("-") else 1
        hours, minutes = self.utc_offset[1:].split(":")
        return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes)))


def load_register_profile(profile: str | Path) -> RegisterProfile:
    """The profile of that name (see `register_profile_names`) or in that `.toml` file. Raises BadFile."""
    return toml_profiles.load(profile, kind="registers", into=RegisterProfile)


def register_profile_names() -> list[str]:
    """The register profiles that come with the program."""
    return toml_profiles.names("registers")
