"""Whether a bank's XML follows its schema (XSD): evidence beside what was read, never a reason to refuse anything.

What must not be broken: the C parser is handed nothing that `safe_xml` has not accepted, opens nothing that a document
names, and stops after so many faults. Of a document only lines and names that the schema itself knows are kept, for
what is recorded is public. The schemas are ISO's and the banks' own; the unit names a folder of them.
Source: W3C XML Schema 1.0; ISO 20022's names of messages and their versions (`camt.053.001.02`).
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final

from lxml import etree

from api.files.findings import BadFile, Finding, finding
from api.files.safe_xml import looks_like_xml, read_xml, readable
from api.files.xml_records import unpacked
from domain.bank_files import SchemaCheck, SchemaPlace
from domain.kernel.events import Sha256

PLACES_MAX: Final = 10
"""So many places of a document are named; who needs the others has the file and the schema."""
DETAIL_CHARS_MAX: Final = 200
PIECE_BYTES_MAX: Final = 1 << 16
"""Many banks write a whole message on one line, and the parser takes no more than 10 MB at once."""

_XSD: Final = "{http://www.w3.org/2001/XMLSchema}"
_MESSAGE: Final = re.compile(r"[a-z]{4}\.[0-9]{3}\.[0-9]{3}\.[0-9]{2}")
# The only place of libxml2's faults while it reads: the element's name at the head of its sentence.
_ELEMENT: Final = re.compile(r"Element '(?:\{[^}]*\})?([^']*)'")
_OF_A_WORKBOOK: Final = "[Content_Types].xml"
_WORST: Final = ("invalid", "no_schema", "valid")
_CAREFUL: Final = {"no_network": True, "resolve_entities": False, "load_dtd": False, "huge_tree": False}
_BROKEN: Final = (OSError, etree.XMLSyntaxError, etree.XMLSchemaParseError)


@dataclass(frozen=True)
class _Schema:
    """A schema file as it lies in the folder; `namespace` is empty where it is for documents without one."""

    path: Path
    tree: Any
    namespace: str

    def names(self) -> frozenset[str]:
        """Every element that the file declares."""
        return frozenset(name for element in self.tree.iter(f"{_XSD}element") if (name := element.get("name")))

    def fitness(self, namespace: str, name: str) -> int | None:
        """How well it fits a document with this root, the least best: its own, its namespace's, its message's."""
        if self.namespace == namespace:
            if any(element.get("name") == name for element in self.tree.getroot().iterchildren(f"{_XSD}element")):
                return 0
            return 1 if namespace else None
        message = _MESSAGE.search(namespace)
        return 2 if message is not None and message[0] in self.namespace else None


class _Nothing:
    """Takes what the parser reads and keeps none of it: only the faults are wanted."""

    def close(self) -> None:
        """There is nothing to hand over."""


def schema_check(content: bytes, *, folder: Path | None) -> SchemaCheck | None:
    """What the schema in the folder says of a document; None for what is no XML, or none that we would read.

    Without a folder, or where no whole schema in it is for the document's kind of message: `no_schema`. An archive of
    messages, as a bank takes a batch in several uploads, is as good as its worst part. A workbook is an archive too,
    but holds no message of a bank: None.
    """
    if looks_like_xml(content):
        return _of_one(content, folder)
    if not content.startswith(b"PK"):
        return None
    try:
        parts = unpacked(content, file="")
    except BadFile:
        return None
    if any(_OF_A_WORKBOOK in name for name, _ in parts):
        return None
    found = [_of_one(part, folder) if looks_like_xml(part) else None for _, part in parts]
    checks = [check for check in found if check is not None]
    if not checks or len(checks) < len(found):
        return None
    places = [
        replace(place, part=number) for number, check in enumerate(checks, 1) for place in check.places[:PLACES_MAX]
    ]
    worst = min(checks, key=lambda check: _WORST.index(check.result))
    return replace(worst, places=tuple(places[:PLACES_MAX]))


def _of_one(content: bytes, folder: Path | None) -> SchemaCheck | None:
    try:
        read_xml(content, file="")
        document = readable(content)
        _, root = next(etree.iterparse(io.BytesIO(document), events=("start",), **_CAREFUL))
        fitting = _fitting(folder, etree.QName(root)) if folder is not None else []
        for schema in fitting:
            try:
                compiled = etree.XMLSchema(schema.tree)
                digest = Sha256(sha256(schema.path.read_bytes()).hexdigest())
            except _BROKEN:
                continue
            places = tuple(islice(_faults(document, compiled, schema.names()), PLACES_MAX))
            return SchemaCheck(result="invalid" if places else "valid", xsd=digest, places=places)
    except (BadFile, etree.XMLSyntaxError):
        return None
    return SchemaCheck(result="no_schema")


def broken_schemas(folder: Path) -> list[Finding]:
    """What in the folder cannot be used: the folder itself, that it has no schemas, or each file with its reason."""
    try:
        files = _files(folder)
    except OSError as error:
        return [finding("file.unreadable", file=str(folder), detail=error.strerror or type(error).__name__)]
    if not files:
        return [finding("schema.none", file=str(folder))]
    found = []
    for path in files:
        try:
            etree.XMLSchema(_read(path).tree)
        except _BROKEN as error:
            found.append(finding("schema.broken", file=path.name, detail=_flat(error)))
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".xsd")


def _read(path: Path) -> _Schema:
    tree = etree.parse(str(path), etree.XMLParser(**_CAREFUL))
    return _Schema(path, tree, tree.getroot().get("targetNamespace", ""))


def _fitting(folder: Path, root: Any) -> list[_Schema]:
    """The schemas for documents with this root, the best first; one that cannot be read is `doctor`'s to tell."""
    ranked = []
    try:
        files = _files(folder)
    except OSError:
        return []
    for path in files:
        try:
            schema = _read(path)
        except _BROKEN:
            continue
        fitness = schema.fitness(root.namespace or "", root.localname)
        if fitness is not None:
            ranked.append((fitness, path.name, schema))
    return [schema for _, _, schema in sorted(ranked, key=lambda one: one[:2])]


def _faults(document: bytes, schema: Any, known: frozenset[str]) -> Iterator[SchemaPlace]:
    """Where the document does not follow its schema, each place once, while it is read line by line.

    No tree is kept, and whoever asks may stop: finding the path of each of many faults would take quadratic time.
    """
    parser = etree.XMLParser(target=_Nothing(), schema=schema, **_CAREFUL)
    stream = io.BytesIO(document)
    number, seen, last = 1, 0, None
    while piece := stream.readline(PIECE_BYTES_MAX):
        parser.feed(piece)
        log = parser.feed_error_log
        for fault in islice(log, seen, None):
            named = _ELEMENT.match(fault.message)
            place = SchemaPlace(number, named[1] if named is not None and named[1] in known else "")
            if place != last:
                yield place
            last = place
        seen = len(log)
        number += piece.endswith(b"\n")
    parser.close()


def _flat(error: BaseException) -> str:
    return " ".join(str(error).split())[:DETAIL_CHARS_MAX]
