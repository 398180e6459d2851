"""One bundle, judged entry by entry as strictly as the format asks: note, line, fields, signature, leaf hash.

What must not be broken: nothing here depends on another entry, so that bundles can be judged by all processors at
once; what does depend is the rules' part. Verification is libsodium's strict Ed25519 (`journal.note`).
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from audit import shapes
from audit.entries import BUNDLE_BYTES_MAX, Bundle, Raw, split
from audit.findings import Fact
from audit.folder import UnreadableFile, open_regular, read_limited
from journal import line as lines
from journal import note
from journal.line import Line, LineError
from journal.merkle import leaf_hash
from journal.note import ED25519, NoteError, VerifierKey

Keys = Mapping[tuple[str, bytes], bytes]
"""(name, key ID) -> the public key that was registered under them first."""

_REGISTERED = b'"type":"key.registered/1"'


class Fault(NamedTuple):
    """What is wrong with one entry: the finding's code, the entry's offset and index, its event if it can be named."""

    code: str
    offset: int
    log_index: int
    event: str | None
    facts: Mapping[str, Fact]


class Judged(NamedTuple):
    """One bundle: the digest of its bytes, its faults, the entries no rule can be shown, its leaf hashes joined."""

    digest: bytes
    faults: list[Fault]
    hidden: frozenset[int]
    leaves: bytes


def judge_file(root: Path, bundle: Bundle, keys: Keys, origin: str | None) -> Judged:
    """Judge a bundle's file; one that cannot be read is judged as empty, for the reader of the folder says why."""
    try:
        with open_regular(root, bundle.path) as file:
            content = read_limited(file, bundle.path, limit=BUNDLE_BYTES_MAX)
    except UnreadableFile:
        content = b""
    return judge(content, bundle, keys, origin)


def judge(content: bytes, bundle: Bundle, keys: Keys, origin: str | None) -> Judged:
    """Judge the entries of a bundle's bytes."""
    faults: list[Fault] = []
    hidden = set()
    raws = split(content, bundle)[0][: bundle.width]
    for raw in raws:
        if not _judge_entry(raw, keys, origin, faults):
            hidden.add(raw.index)
    leaves = b"".join(leaf_hash(raw.content) for raw in raws)
    return Judged(sha256(content).digest(), faults, frozenset(hidden), leaves)


def _judge_entry(raw: Raw, keys: Keys, origin: str | None, faults: list[Fault]) -> bool:
    """Note what is wrong with one entry; whether the rules can be shown it."""
    try:
        parsed = note.parse(raw.content)
    except NoteError as error:
        faults.append(Fault("lines.unreadable", raw.offset, raw.index, None, {"detail": str(error)}))
        return False
    line: Line | None = None
    found: list[tuple[str, Mapping[str, Fact]]] = []
    try:
        line = lines.parse(parsed.text)
        misfit = _misfit(line)
        if misfit is not None:
            found.append(misfit)
    except LineError as error:
        found.append(("lines.unreadable", {"detail": str(error)}))
    shown = not found
    if len(raw.content) > lines.MAX_ENTRY_BYTES:
        found.append(("lines.too_long", {"bytes": len(raw.content)}))
    if len(parsed.signatures) != 1:
        found.append(("lines.signatures", {"count": len(parsed.signatures)}))
    if line is not None and origin is not None and line.origin != origin:
        found.append(("lines.origin", {"found": line.origin, "expected": origin}))
    signature = parsed.signatures[0]
    key = keys.get((signature.name, signature.key_id))
    if key is not None and not note.verify_ed25519(key, parsed.text, signature.signature):
        found.append(("signatures.bad", {"key": signature.name}))
    for code, facts in found:
        faults.append(Fault(code, raw.offset, raw.index, line.name if line else None, facts))
    return shown


def _misfit(line: Line) -> tuple[str, Mapping[str, Fact]] | None:
    """What the line's type does not allow; None for an event as it should be."""
    if not shapes.day(line.on):
        return "lines.fields", {"type": line.type, "fields": "on"}
    if line.type not in shapes.SHAPES:
        return "lines.unknown_type", {"type": line.type}
    wrong = shapes.faults(line.type, line.data)
    return ("lines.fields", {"type": line.type, "fields": ", ".join(wrong)}) if wrong else None


def keys_in(content: bytes, bundle: Bundle) -> dict[tuple[str, bytes], bytes]:
    """Every key that an entry of the bundle registers, rightly or not: whether it counts is the register's question.

    Looked up before anything is judged, so that the processors need not wait for one another.
    """
    if bundle.first > 0 and _REGISTERED not in content:
        return {}
    found: dict[tuple[str, bytes], bytes] = {}
    for raw in split(content, bundle)[0][: bundle.width]:
        if raw.index == 0 or _REGISTERED in raw.content:
            try:
                data = lines.load(raw.content.rpartition(b"\n\n")[0]).data
                key = VerifierKey.parse(data["founder_key"] if "founder_key" in data else data["key"])
            except (LineError, NoteError, KeyError, TypeError):
                continue  # the register names it
            if key.algorithm == ED25519:
                found.setdefault((key.name, key.key_hash), key.public_key)
    return found
