"""What a public page shows, as files: each table as CSV, the whole page as JSON, and a Frictionless data package.

What must not be broken: a file says exactly what the page says, no name less masked, no row more; amounts are whole fen
in JSON and yuan with two decimals in CSV; the package's digests are those of the files that are sent.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from fastapi import Request, Response

from api.files.table_files import CSV_TYPE, Column, Table, csv_parts
from api.public.answers import CACHE
from api.web.cached import cached
from domain.kernel.refusals import Refusal

Kind = Literal["text", "fen", "number", "date", "bool"]
Value = str | int | bool | None

PACKAGE: Final = "datapackage.json"
PAGE: Final = "page.json"
OPEN: Final = {"access-control-allow-origin": "*"}
"""For programs in browsers too; nothing here follows from a cookie."""
JSON_TYPE: Final = "application/json; charset=utf-8"
_TYPES: Final[Mapping[Kind, dict[str, Any]]] = {
    "text": {"type": "string"},
    "fen": {"type": "number", "decimalChar": ".", "bareNumber": True},
    "number": {"type": "integer"},
    "date": {"type": "date", "format": "default"},
    "bool": {"type": "boolean", "trueValues": ["是"], "falseValues": ["否"]},
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name for programs, its heading for people. Amounts are named `…_fen` and headed in yuan."""

    name: str
    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a page: `name` is that of its file (small Latin letters), `title` what stands above it."""

    name: str
    title: str
    fields: tuple[Field, ...]
    rows: Sequence[Sequence[Value]]

    @property
    def csv(self) -> bytes:
        """UTF-8 with a byte-order mark and CRLF, as Excel in China opens it (RFC 4180)."""
        columns = tuple(Column(one.title, _written_as(one.kind)) for one in self.fields)
        return b"".join(csv_parts(Table(self.title, columns, (_plain(row) for row in self.rows))))

    @property
    def records(self) -> list[dict[str, Value]]:
        """The rows by column name, amounts in whole fen."""
        names = [one.name for one in self.fields]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Files:
    """A page as files below `address` (no slash at its end). `figures` are what its one sentence says.

    `position`: the size of the log that it was computed at, None for a list that has none. `origin`: whose log.
    `facts` is what else JSON tells: the digest of a disclosed document, its period, its events.
    """

    address: str
    title: str
    origin: str
    sheets: tuple[Sheet, ...]
    position: int | None = None
    figures: Mapping[str, Value] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def offered(self) -> list[tuple[str, str]]:
        """(address, what it is called) of each file, for the page."""
        tables = [(f"{self.address}/{sheet.name}.csv", f"{sheet.title}（CSV）") for sheet in self.sheets]
        return [*tables, (f"{self.address}/{PAGE}", "本页（JSON）"), (f"{self.address}/{PACKAGE}", "数据包说明")]


def answer(request: Request, files: Files, wanted: str) -> Response:
    """One of the files. Refuses `page.unknown` for another name."""
    response = cached(request, content_of(files, wanted), media_type=_media_type(wanted), cache_control=CACHE)
    response.headers.update(OPEN)
    if wanted.endswith(".csv"):
        response.headers["content-disposition"] = f'attachment; filename="{_name(files)}-{wanted}"'
    return response


def content_of(files: Files, wanted: str) -> bytes:
    """The bytes of one of the files. Refuses `page.unknown`."""
    if wanted == PACKAGE:
        return _json(_package(files))
    if wanted == PAGE:
        return _json(_page(files))
    for sheet in files.sheets:
        if wanted == f"{sheet.name}.csv":
            return sheet.csv
    raise Refusal("page.unknown")


def _page(files: Files) -> dict[str, Any]:
    return {
        "title": files.title,
        "address": files.address.removesuffix("/data"),
        "origin": files.origin,
        "position": files.position,
        **files.facts,
        "figures": dict(files.figures),
        "tables": {sheet.name: sheet.records for sheet in files.sheets},
    }


def _package(files: Files) -> dict[str, Any]:
    """The descriptor (Frictionless Data Package v1, profile tabular-data-package), with a digest for each file."""
    return {
        "profile": "tabular-data-package",
        "name": _name(files),
        "title": files.title,
        "homepage": files.address.removesuffix("/data"),
        "sources": [{"title": f"{files.origin} 账本" + _as_of(files.position), "path": "/log/checkpoint"}],
        "position": files.position,
        **files.facts,
        "resources": [_resource(sheet) for sheet in files.sheets],
    }


def _resource(sheet: Sheet) -> dict[str, Any]:
    content = sheet.csv
    return {
        "profile": "tabular-data-resource",
        "name": sheet.name,
        "title": sheet.title,
        "path": f"{sheet.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True},
        "schema": {"fields": [{"name": one.title, "key": one.name, **_TYPES[one.kind]} for one in sheet.fields]},
    }


def _as_of(position: int | None) -> str:
    return "" if position is None else f"（前 {position} 条记录）"


def _name(files: Files) -> str:
    """The address as a name of a package: small letters, digits and hyphens."""
    return files.address.removesuffix("/data").strip("/").replace("/", "-").lower() or "home"


def _media_type(wanted: str) -> str:
    return CSV_TYPE if wanted.endswith(".csv") else JSON_TYPE


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def _written_as(kind: Kind) -> Literal["text", "fen", "number"]:
    return kind if kind in ("fen", "number") else "text"


def _plain(row: Sequence[Value]) -> tuple[str | int | None, ...]:
    return tuple(("是" if value else "否") if isinstance(value, bool) else value for value in row)
