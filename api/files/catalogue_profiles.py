"""Service catalogues as data: which items, of which classes, a county may publish with one command.

Three come with the program. A county changes its catalogue by admitting and withdrawing items, or publishes a `.toml`
file of its own; `profiles/catalogues/digital-city.toml` says what the entries mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field

from api.files import toml_profiles

ITEM_CODE: Final = r"^[a-z][a-z0-9]{0,7}-[0-9]{1,4}$"
"""What the code of an item looks like: `sr-07`. It is never read for anything but itself."""

_Words = Annotated[str, Field(min_length=1, max_length=40)]


@dataclass(frozen=True)
class ProfileItem:
    """One item. A sensitive one never appears on a public page."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    code: Annotated[str, Field(pattern=ITEM_CODE)]
    title: _Words
    sensitive: bool = False


@dataclass(frozen=True)
class ProfileClass:
    """A class of items."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    name: _Words
    items: Annotated[list[ProfileItem], Field(min_length=1, max_length=200)]


@dataclass(frozen=True)
class CatalogueProfile:
    """A catalogue to publish; `source` says where its classes come from."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: _Words
    source: Annotated[str, Field(min_length=1, max_length=200)]
    classes: Annotated[list[ProfileClass], Field(min_length=1, max_length=50)]

    def __post_init__(self) -> None:
        codes = [item.code for _, item in self.items()]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError("items: the same code twice: " + ", ".join(twice))

    def items(self) -> Iterator[tuple[str, ProfileItem]]:
        """Every item with its class, in the order of the file."""
        for one in self.classes:
            for item in one.items:
                yield one.name, item


def load_catalogue_profile(profile: str | Path) -> CatalogueProfile:
    """The profile of that name (see `catalogue_profile_names`) or in that `.toml` file. Raises BadFile."""
    return toml_profiles.load(profile, kind="catalogues", into=CatalogueProfile)


def catalogue_profile_names() -> list[str]:
    """The catalogues that come with the program."""
    return toml_profiles.names("catalogues")


@cache
def shipped_classes() -> dict[str, bool]:
    """The classes of all catalogues that come with the program: name -> whether all of its items are sensitive.

    What can be reported where no catalogue was published.
    """
    classes: dict[str, bool] = {}
    for name in catalogue_profile_names():
        for one in load_catalogue_profile(name).classes:
            classes[one.name] = classes.get(one.name, True) and all(item.sensitive for item in one.items)
    return classes
