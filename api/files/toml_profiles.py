"""Layouts as data: how a county's register or a bank's file is laid out stands in a TOML file, not in the program.

A profile is named (one of those that come with the program) or given as the path of a `.toml` file. A wrong profile
is a bad file like any other: every wrong entry is a finding.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from api.files.findings import BadFile, finding
from api.files.workbook import read_bytes

Kind = Literal[
    "members",
    "places",
    "registers",
    "banks",
    "bank_words",
    "statements",
    "workflows",
    "calendars",
    "catalogues",
    "charts",
    "points",
    "point_books",
    "cash_journals",
    "subsidy_lists",
]
Profile = TypeVar("Profile")

# A dataclass of a profile carries this as `__pydantic_config__`: an unknown entry is a spelling mistake, never ignored.
STRICT: Final = ConfigDict(extra="forbid", strict=True)

_BYTES_MAX: Final = 2**20


def names(kind: Kind) -> list[str]:
    """The profiles of a kind that come with the program."""
    folder = resources.files("api.files").joinpath("profiles", kind)
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load(profile: str | Path, *, kind: Kind, into: type[Profile]) -> Profile:
    """The profile of that name, or from that `.toml` file. Raises BadFile with every wrong entry."""
    file, content = content_of(profile, kind=kind)
    return parsed(content, file=file, into=into)


def parsed(content: bytes, *, file: str, into: type[Profile]) -> Profile:
    """The profile in these bytes; `file` is what findings call it. Raises BadFile with every wrong entry."""
    read, wrong = judged(entries_of(content, file=file), into=into)
    if read is None:
        raise BadFile(
            finding("profile.entry", file=file, column=".".join(map(str, one["loc"])), detail=one["msg"])
            for one in wrong
        )
    return read


def entries_of(content: bytes, *, file: str) -> dict[str, Any]:
    """What stands in the file. Raises BadFile for what is no TOML."""
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFile([finding("profile.syntax", file=file, detail=error)]) from error


def judged(entries: Mapping[str, Any], *, into: type[Profile]) -> tuple[Profile | None, Sequence[ErrorDetails]]:
    """The profile of these entries, or everything that keeps them from being one."""
    plain: type = into
    try:
        # By way of JSON, because strict validation lets only JSON's objects become dataclasses.
        read: Profile = _reader(plain).validate_json(json.dumps(entries, default=str))
    except ValidationError as error:
        return None, error.errors(include_url=False)
    return read, ()


@cache
def _reader(into: type) -> TypeAdapter[Any]:
    return TypeAdapter(into)


def content_of(profile: str | Path, *, kind: Kind) -> tuple[str, bytes]:
    """What findings call the profile of that name or path, and its bytes. Raises BadFile."""
    if isinstance(profile, Path) or profile.endswith(".toml"):
        return Path(profile).name, read_bytes(Path(profile), bytes_max=_BYTES_MAX)
    known = names(kind)
    if profile not in known:
        raise BadFile([finding("profile.unknown", file=profile, name=profile, known="、".join(known))])
    return profile, resources.files("api.files").joinpath("profiles", kind, f"{profile}.toml").read_bytes()
