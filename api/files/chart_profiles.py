"""Charts of accounts as TOML files: those that come with the program, and a county's own.

`profiles/charts/gov-2019.toml` shows what each entry means.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from api.commands.charts import NewChart
from api.files import toml_profiles
from domain.charts import ChartAccount, Use

_Line = Annotated[str, Field(min_length=1, max_length=100)]


@dataclass(frozen=True)
class _AccountEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    account: _Line
    name: _Line
    side: _Line
    parent: _Line | None = None


@dataclass(frozen=True)
class _UseEntry:
    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    role: _Line
    account: _Line


@dataclass(frozen=True)
class _ChartFile:
    """A chart's file."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    code: _Line
    system: _Line
    document: _Line
    accounts: Annotated[list[_AccountEntry], Field(min_length=1, max_length=300)]
    uses: Annotated[list[_UseEntry], Field(max_length=40)] = field(default_factory=list)


def chart_names() -> list[str]:
    """The charts that come with the program."""
    return toml_profiles.names("charts")


def load_chart(chart: str | Path) -> NewChart:
    """The chart of that name, or in that `.toml` file. Raises BadFile with every wrong entry."""
    found = toml_profiles.load(chart, kind="charts", into=_ChartFile)
    return NewChart(
        code=found.code,
        system=found.system,
        accounts=tuple(ChartAccount(one.account, one.name, one.side, one.parent) for one in found.accounts),
        uses=tuple(Use(one.role, one.account) for one in found.uses),
        document=found.document,
    )
