"""How an Open311 answer is written: one document, as XML without a namespace and as JSON of the same shape.

The JSON follows the Spark convention of the specification: a list stands without the name of its items, an empty value
is null, and booleans and numbers are not quoted. Source: Open311 GeoReport v2, "Format Support".
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args
from xml.sax.saxutils import escape

Format = Literal["xml", "json"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
MEDIA_TYPES: Final[Mapping[Format, str]] = {
    "xml": "text/xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
}

ITEMS: Final[Mapping[str, str]] = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""The name of a list's element in XML -> the name of each of its items."""

# What XML 1.0 cannot carry, not even escaped (section 2.2): whoever reads it would stop there.
_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Value = str | int | float | bool | None
Body = Mapping[str, Any] | list[Any]


@dataclass(frozen=True, slots=True)
class Document:
    """An answer: the name of its root in XML, and its fields or items. Values are texts, numbers, booleans or None."""

    root: str
    body: Body


def written(document: Document, form: Format) -> bytes:
    """The document as UTF-8 in one of the two formats."""
    return as_xml(document) if form == "xml" else as_json(document)


def as_json(document: Document) -> bytes:
    """The body alone: the root has no name in JSON."""
    return json.dumps(document.body, ensure_ascii=False, separators=(",", ":")).encode()


def as_xml(document: Document) -> bytes:
    """The declaration that the specification asks for, then one element a line."""
    lines = ('<?xml version="1.0" encoding="utf-8"?>', *_element(document.root, document.body, depth=0))
    return ("\n".join(lines) + "\n").encode()


def _element(name: str, content: Value | Body, *, depth: int) -> Iterator[str]:
    indent = "  " * depth
    match content:
        case Mapping():
            inside = [line for field, value in content.items() for line in _element(field, value, depth=depth + 1)]
        case list():
            inside = [line for value in content for line in _element(ITEMS[name], value, depth=depth + 1)]
        case _:
            yield f"{indent}<{name}>{_text(content)}</{name}>"
            return
    if not inside:
        yield f"{indent}<{name}></{name}>"
        return
    yield f"{indent}<{name}>"
    yield from inside
    yield f"{indent}</{name}>"


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(_NOT_IN_XML.sub("\ufffd", str(value)))
