"""How a paper points book was typed into a sheet: which sheet, which columns.

Another county's book is another TOML file. `profiles/point_books/point-book.toml` says what each entry means.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from api.files import toml_profiles

Column = Literal["area", "household", "person", "points", "as_of"]
REQUIRED: Final[tuple[Column, ...]] = ("area", "points")
HOLDERS: Final[tuple[Column, ...]] = ("household", "person")


@dataclass(frozen=True)
class PointBookProfile:
    """A book's layout. `columns` maps our field to the file's header; `roster` says whose numbers persons have."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: str
    sheet: str | Annotated[int, Field(ge=1)]
    header_row: Annotated[int, Field(ge=1, le=100)]
    columns: dict[Column, str]
    roster: str = "member-roster"

    def __post_init__(self) -> None:
        missing = [column for column in REQUIRED if column not in self.columns]
        if missing:
            raise ValueError("columns: " + ", ".join(missing))
        if not any(column in self.columns for column in HOLDERS):
            raise ValueError("columns: household or person")
        if len(set(self.columns.values())) != len(self.columns):
            raise ValueError("columns: one header for two fields")


def load_point_book_profile(profile: str | Path) -> PointBookProfile:
    """The profile of that name (see `point_book_profile_names`) or in that `.toml` file. Raises BadFile."""
    return toml_profiles.load(profile, kind="point_books", into=PointBookProfile)


def point_book_profile_names() -> list[str]:
    """The layouts of points books that come with the program."""
    return toml_profiles.names("point_books")
