"""How a source of division codes is laid out: its lists, a county's table of changes, and the history of counties.

Another source is another TOML file; `profiles/places/china-division.toml` says what each entry means.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from api.files import toml_profiles

Title = Annotated[str, Field(min_length=1, max_length=40)]
ChangeKind = Literal["renamed", "recoded", "raised", "merged", "split", "abolished"]


@dataclass(frozen=True)
class ListLayout:
    """A CSV with one place a row; `above` is the column of the code that it lies in."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    level: Literal["county", "township", "village"]
    code: Title
    name: Title
    above: Title

    @property
    def columns(self) -> dict[str, str]:
        """Our field -> the header in the file."""
        return {"code": self.code, "name": self.name, "above": self.above}


@dataclass(frozen=True)
class ChangeLayout:
    """A CSV of what became of codes; `kinds` maps the source's word to ours."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    on: Title
    kind: Title
    old_code: Title
    old_name: Title
    new_code: Title
    new_name: Title
    document: Title
    kinds: dict[str, ChangeKind]

    @property
    def columns(self) -> dict[str, str]:
        """Our field -> the header in the file."""
        fields = ("on", "kind", "old_code", "old_name", "new_code", "new_name", "document")
        return {field: str(getattr(self, field)) for field in fields}


@dataclass(frozen=True)
class HistoryLayout:
    """A JSON object with a list of events by year; `kinds` are the source's words for a code that followed another."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    events: Title
    document: Annotated[str, Field(min_length=1, max_length=200)]
    kinds: list[str]


@dataclass(frozen=True)
class PlaceProfile:
    """A source of codes. `edition` is the day on which every code of its lists is known to be valid."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    edition: date
    lists: Annotated[list[ListLayout], Field(min_length=1)]
    changes: ChangeLayout | None = None
    history: HistoryLayout | None = None


def load_place_profile(profile: str | Path) -> PlaceProfile:
    """The profile of that name (see `place_profile_names`) or in that `.toml` file. Raises BadFile."""
    return toml_profiles.load(profile, kind="places", into=PlaceProfile)


def place_profile_names() -> list[str]:
    """The profiles of places that come with the program."""
    return toml_profiles.names("places")
