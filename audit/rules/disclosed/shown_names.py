"""The names that posted versions showed, as a package carries them, so that a sheet can be drawn again from it.

What must not be broken: a name stands for a row of a version that was posted, and for nothing else. What binds the
names is the digest of the sheet: the journal itself holds none.
"""

import json
from collections.abc import Collection, Mapping

from audit.findings import Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from journal.line import canonical

FOLDER = "disclosures/names/"
_FILE_BYTES_MAX = 1 << 26


def path_of(disclosure_id: str, version: int) -> str:
    """Where the names of a version lie in a package."""
    return f"{FOLDER}{disclosure_id}-{version}.json"


def file_of(names: Mapping[str, str]) -> bytes:
    """The file: rows (`payees:12`) -> the name that stood there, as one line of canonical JSON."""
    return canonical(dict(names)) + b"\n"


def check(folder: PackageFolder, findings: Findings, posted: Collection[tuple[str, int]]) -> None:
    """Whether every file of names is one of a posted version, and in its form."""
    known = {path_of(identity, version) for identity, version in posted}
    for path in sorted(path for path in folder.files if path.startswith(FOLDER)):
        if path not in known:
            findings.add("disclosures.names_unnamed", Place(path))
            continue
        try:
            content = folder.read(path, limit=_FILE_BYTES_MAX)
        except UnreadableFile as error:
            findings.add(f"disclosures.{error.reason}", Place(path), detail=error.detail)
            continue
        if not _in_form(content):
            findings.add("disclosures.names_form", Place(path))


def _in_form(content: bytes) -> bool:
    try:
        found = json.loads(content)
        return isinstance(found, dict) and all(map(_is_text, found.values())) and file_of(found) == content
    except (ValueError, RecursionError):
        return False


def _is_text(value: object) -> bool:
    return isinstance(value, str)
