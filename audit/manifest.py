"""The list of all files with their digests, which plain `sha256sum -c` reads.

What must not be broken: one set of files has exactly one manifest, sorted by name, so that no byte of the
list itself can change unseen.
"""

import re
from collections.abc import Iterator, Mapping

from audit.findings import Check, Findings, Place, Progress
from audit.folder import PackageFolder, UnreadableFile

MANIFEST = "manifest-sha256.txt"
_LIMIT_BYTES = 64 << 20
_LINE = re.compile(rb"([0-9a-f]{64})  ((?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*)")


def manifest_text(digests: Mapping[str, str]) -> bytes:
    """The manifest over files (path -> lower-case hex SHA-256), sorted by path."""
    return b"".join(b"%b  %b\n" % (digests[path].encode(), path.encode()) for path in sorted(digests))


def check_files(
    folder: PackageFolder, findings: Findings, *, known: Mapping[str, str], progress: Progress
) -> dict[str, str]:
    """Every listed file is there and unchanged, and no other is there, nor an empty folder (check 1).

    `known` are digests of files that were read already. Returns the digest of every file that was listed and read.
    """
    for path, kind in folder.oddities:
        findings.add(f"files.{kind}", Place(path))
    for path in sorted(folder.folders - {parent for file in folder.files for parent in _parents(file)}):
        findings.add("files.empty_folder", Place(path))
    listed = _read(folder, findings)
    found: dict[str, str] = {}
    if listed is None:
        return found
    for number, (path, (row, expected)) in enumerate(listed.items(), start=1):
        digest = known[path] if path in known else _digest(folder, path, findings, row=row)
        if digest is not None:
            found[path] = digest
            if digest != expected:
                findings.add("files.changed", Place(path), found=digest, expected=expected, manifest_row=row)
        progress("files", number, len(listed))
    for path in sorted(folder.files.keys() - listed.keys() - {MANIFEST}):
        findings.add("files.extra", Place(path))
    findings.summarise(Check.FILES, files=len(listed))
    return found


def _parents(path: str) -> Iterator[str]:
    """The folders that a file lies in."""
    while path := path.rpartition("/")[0]:
        yield path


def _digest(folder: PackageFolder, path: str, findings: Findings, *, row: int) -> str | None:
    try:
        return folder.sha256(path)
    except UnreadableFile as error:
        findings.add(f"files.{error.reason}", Place(path), detail=error.detail, manifest_row=row)
        return None


def _read(folder: PackageFolder, findings: Findings) -> dict[str, tuple[int, str]] | None:
    """Path -> (row in the list, digest), or None when there is no list at all."""
    try:
        content = folder.read(MANIFEST, limit=_LIMIT_BYTES)
    except UnreadableFile as error:
        findings.add(f"files.{error.reason}", Place(MANIFEST), detail=error.detail)
        return None
    listed: dict[str, tuple[int, str]] = {}
    *rows, rest = content.split(b"\n")
    if rest or not rows:
        rows.append(rest)
        findings.add("files.manifest_end", Place(MANIFEST, row=len(rows)))
    previous = b""
    for number, row in enumerate(rows, start=1):
        match = _LINE.fullmatch(row)
        if match is None or match[2] == MANIFEST.encode():
            findings.add("files.manifest_row", Place(MANIFEST, row=number), row=row.decode(errors="replace"))
            continue
        if match[2] <= previous:
            findings.add("files.manifest_order", Place(MANIFEST, row=number), path=match[2].decode())
        previous = match[2]
        listed[match[2].decode()] = number, match[1].decode()
    return listed
