"""What posted versions showed beside their rows, as a package carries it: held against the digests in the journal.

What must not be broken: a name and a reference stand for a row of a version that was posted, and are those that the
journal fixed when it was. Of a row whose person was erased only the commitment is left, and it is still one of those
fixed. Versions posted before rows were fixed carry names alone, which nothing but the digest of their sheet binds.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from audit.findings import Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from domain.kernel.documents import ShownName
from domain.kernel.shown_rows import Salted, row_commitment, rows_content
from journal.line import canonical

FOLDER = "disclosures/names/"
_FILE_BYTES_MAX = 1 << 26
_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_OPEN: Final = frozenset({"commitment", "name", "reference", "salt"})

Facts = Mapping[str, Any]
"""What a finding says of a version: kind, division, period, version."""


@dataclass(slots=True)
class Posted:
    """A posted version, and the digest of what stood beside its rows; None where the journal fixed none."""

    facts: Facts
    place: Place
    rows: str | None = None


@dataclass(frozen=True, slots=True)
class RowsShown:
    """What stood beside the rows of a version: their commitments, and what opens them as far as it is handed over."""

    commitments: Mapping[str, str]
    shown: Mapping[str, Salted]


def path_of(disclosure_id: str, version: int) -> str:
    """Where the names of a version lie in a package."""
    return f"{FOLDER}{disclosure_id}-{version}.json"


def file_of(rows: RowsShown) -> bytes:
    """The file, one line of canonical JSON: rows (`payees:12`) -> what stood there, and the commitment to it.

    Where no commitments were fixed: rows -> the name alone.
    """
    if not rows.commitments:
        return canonical({row: one.shown.name for row, one in rows.shown.items()}) + b"\n"
    lines = {row: {"commitment": commitment} for row, commitment in rows.commitments.items()}
    for row, (shown, salt) in rows.shown.items():
        if row in lines:
            lines[row] |= {"name": shown.name, "reference": shown.reference, "salt": (salt or b"").hex()}
    return canonical(lines) + b"\n"


def read(content: bytes) -> RowsShown:
    """A file read back. Raises ValueError for one that `file_of` would not have written."""
    try:
        found = json.loads(content)
        commitments = {row: _commitment(one) for row, one in found.items() if not isinstance(one, str)}
        shown = {row: salted for row, one in found.items() if (salted := _salted(one)) is not None}
        rows = RowsShown(commitments, shown)
        whole = file_of(rows) == content
    except (TypeError, AttributeError, KeyError, RecursionError) as error:
        raise ValueError(f"no file of names: {type(error).__name__}") from None
    if not whole:
        raise ValueError("a file of names in another spelling")
    return rows


def _commitment(line: Mapping[str, Any]) -> str:
    if not _HEX.fullmatch(line["commitment"]) or set(line) not in ({"commitment"}, _OPEN):
        raise ValueError("no commitment")
    return str(line["commitment"])


def _salted(line: str | Mapping[str, Any]) -> Salted | None:
    if isinstance(line, str):
        return Salted(ShownName(line, ""), None)
    if set(line) != _OPEN:
        return None
    if not isinstance(line["name"], str) or not isinstance(line["reference"], str):
        raise TypeError("name")
    return Salted(ShownName(line["name"], line["reference"]), bytes.fromhex(line["salt"]))


def check(folder: PackageFolder, findings: Findings, posted: Mapping[tuple[str, int], Posted]) -> None:
    """Whether every file is one of a posted version, in its form, and what the journal fixed; and none is missing."""
    known = {path_of(identity, version): one for (identity, version), one in posted.items()}
    for path in sorted(path for path in folder.files if path.startswith(FOLDER)):
        one = known.pop(path, None)
        if one is None:
            findings.add("disclosures.names_unnamed", Place(path))
            continue
        try:
            rows = read(folder.read(path, limit=_FILE_BYTES_MAX))
        except UnreadableFile as error:
            findings.add(f"disclosures.{error.reason}", Place(path), detail=error.detail)
        except ValueError:
            findings.add("disclosures.names_form", Place(path))
        else:
            _hold_against(findings, Place(path), one, rows)
    for path, one in known.items():
        if one.rows is not None:
            findings.add("disclosures.names_missing", one.place, path=path, **one.facts)


def _hold_against(findings: Findings, place: Place, one: Posted, rows: RowsShown) -> None:
    """The rows of a file against what was fixed; the first row that differs is named."""
    if (one.rows is None) == bool(rows.commitments):
        findings.add("disclosures.names_form", place)
        return
    if one.rows is None:
        return
    differing = (row for row, salted in rows.shown.items() if row_commitment(row, salted) != rows.commitments.get(row))
    first = next(differing, None)
    if first is not None:
        findings.add("disclosures.names_differ", place, row_name=first, **one.facts)
    if hashlib.sha256(rows_content(rows.commitments)).hexdigest() != one.rows:
        findings.add("disclosures.names_replaced", place, **one.facts)
