"""One bundle, judged entry by entry as strictly as the format asks: note, line, fields, signature, leaf hash.

What must not be broken: nothing here depends on another entry, so that bundles can be judged by all processors at
once; what does depend is the rules' part, and all that they need of an entry is handed on, so that nothing is read or
taken apart twice. Verification is libsodium's strict Ed25519 (`journal.note`).
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import starmap
from pathlib import Path
from typing import Any, NamedTuple

from audit import shapes
from audit.called import Called
from audit.entries import BUNDLE_BYTES_MAX, Bundle, Entry, Raw, split
from audit.events import Moving
from audit.findings import Fact
from audit.folder import UnreadableFile, open_regular, read_limited
from audit.forms import prove
from audit.identities import expected_identity
from audit.journals import blocks_of, digest_of
from audit.ledger import journal_rows
from journal import line as lines
from journal import note
from journal.line import Line, LineError
from journal.merkle import leaf_hash
from journal.note import ED25519, NoteError, Signature, VerifierKey

Keys = Mapping[tuple[str, bytes], bytes]
"""(name, key ID) -> the public key that was registered under them first."""

Fields = tuple[Any, ...]
"""What `Entry` is made of, as a plain tuple, which goes from one process to another in no time."""

Piece = tuple[int, bytes]
"""Bytes of a file: how many, and their digest."""

Run = tuple[str, tuple[Piece, ...]]
"""Blocks of one bundle that take effect on one day: that day, and what they are in each language."""

_REGISTERED = b'"type":"key.registered/1"'
_CHART = b'"type":"chart.published/1"'


class Fault(NamedTuple):
    """What is wrong with one entry: the finding's code, the entry's offset and index, its event if it can be named."""

    code: str
    offset: int | None
    log_index: int
    event: str | None
    facts: Mapping[str, Fact]


class Judged(NamedTuple):
    """One bundle: the digest of its bytes, its entries' number, faults, leaf hashes joined, and the readable ones.

    `rows` are what stands of these in `journal.csv`, `runs` what stands of them in the journals for other programs.
    """

    digest: bytes
    width: int
    faults: list[Fault]
    leaves: bytes
    shown: list[Fields]
    rows: bytes
    runs: list[Run]


def judge_file(root: Path, bundle: Bundle, keys: Keys, origin: str | None, called: Called) -> Judged | None:
    """Judge a bundle's file; None for one that cannot be read."""
    try:
        with open_regular(root, bundle.path) as file:
            content = read_limited(file, bundle.path, limit=BUNDLE_BYTES_MAX)
    except UnreadableFile:
        return None
    return judge(content, bundle, keys, origin, called)


def judge(content: bytes, bundle: Bundle, keys: Keys, origin: str | None, called: Called) -> Judged:
    """Judge the entries of a bundle's bytes; `called`: what accounts are called in what is written of them."""
    raws, cut_at = split(content, bundle)
    faults: list[Fault] = []
    if cut_at is not None:
        faults.append(Fault("structure.cut", cut_at, bundle.first + len(raws), None, {"bytes": len(content)}))
    elif len(raws) != bundle.width:
        facts: dict[str, Fact] = {"found": len(raws), "expected": bundle.width}
        faults.append(Fault("structure.width", None, bundle.first + len(raws), None, facts))
    judging = _Judging(bundle.path, keys, origin, faults, called)
    leaves: list[bytes] = []
    shown: list[Fields] = []
    for raw in raws[: bundle.width]:
        leaf = leaf_hash(raw.content)
        leaves.append(leaf)
        fields = judging.judge(raw, leaf)
        if fields is not None:
            shown.append(fields)
    digest, rows = sha256(content).digest(), b"".join(judging.rows)
    return Judged(digest, len(leaves), faults, b"".join(leaves), shown, rows, judging.runs())


class _Judging:
    """Judges the entries of one file, and notes their faults."""

    def __init__(self, path: str, keys: Keys, origin: str | None, faults: list[Fault], called: Called) -> None:
        self._path, self._keys, self._origin, self._faults, self._called = path, keys, origin, faults, called
        self.rows: list[bytes] = []
        self._blocks: dict[str, list[tuple[bytes, ...]]] = {}  # by day

    def runs(self) -> list[Run]:
        """The blocks of the entries judged so far."""
        return [
            (on, tuple([(len(text), digest_of(text)) for text in map(b"\n".join, zip(*blocks, strict=True))]))
            for on, blocks in self._blocks.items()
        ]

    def judge(self, raw: Raw, leaf: bytes) -> Fields | None:
        """Judge one entry; None if the rules cannot be shown it."""
        proved = prove(raw.content)
        if proved is None:
            return self._the_long_way(raw, leaf)
        text, key_name, key_id, signature, line = proved
        fields = (raw.index, self._path, raw.offset, key_name, key_id, leaf, *line)
        if self._origin is not None and line[0] != self._origin:
            self._add(raw, Entry(*fields).name, "lines.origin", found=line[0], expected=self._origin)
        key = self._keys.get((key_name, key_id))
        if key is not None and not note.verify_ed25519(key, text, signature):
            self._add(raw, Entry(*fields).name, "signatures.bad", key=key_name)
        return self._completed(raw, fields)

    def _the_long_way(self, raw: Raw, leaf: bytes) -> Fields | None:
        """Judge an entry piece by piece, and say of each what is wrong."""
        try:
            parsed = note.parse(raw.content)
        except NoteError as error:
            self._add(raw, None, "lines.unreadable", detail=str(error))
            return None
        found: list[tuple[str, Mapping[str, Fact]]] = []
        line: Line | None = None
        try:
            line = lines.parse(parsed.text)
            found.extend(_misfits(line))
        except LineError as error:
            found.append(("lines.unreadable", {"detail": str(error)}))
        readable = not found
        if len(raw.content) > lines.MAX_ENTRY_BYTES:
            found.append(("lines.too_long", {"bytes": len(raw.content)}))
        if len(parsed.signatures) != 1:
            found.append(("lines.signatures", {"count": len(parsed.signatures)}))
        if line is not None and self._origin is not None and line.origin != self._origin:
            found.append(("lines.origin", {"found": line.origin, "expected": self._origin}))
        signature = parsed.signatures[0]
        key = self._keys.get((signature.name, signature.key_id))
        if key is not None and not note.verify_ed25519(key, parsed.text, signature.signature):
            found.append(("signatures.bad", {"key": signature.name}))
        for code, facts in found:
            self._add(raw, line.name if line else None, code, **facts)
        if line is None or not readable:
            return None
        return self._completed(raw, fields_of(line, raw, path=self._path, leaf=leaf, signature=signature))

    def _completed(self, raw: Raw, fields: Fields) -> Fields:
        """The entry with what follows from it alone: its identity is judged, its rows and blocks are written."""
        leaf, _, category, identity, seq, type_name = fields[5:11]
        data, postings = fields[17:]
        expected = expected_identity(type_name, data)
        if expected is not None and expected != identity:
            stream = f"{type_name.partition('.')[0]}/{expected}"
            self._add(raw, Entry(*fields).name, "continuity.identity", expected=stream)
        if postings:
            name, on = f"{category}/{identity}@{seq}", fields[12]
            one = Moving(raw.index, leaf.hex(), type_name, category, name, fields[11], on, postings)
            self.rows.append(journal_rows(one, self._called.at(raw.index)))
            self._blocks.setdefault(on, []).append(blocks_of(one))
        return fields

    def _add(self, raw: Raw, event: str | None, code: str, **facts: Fact) -> None:
        self._faults.append(Fault(code, raw.offset, raw.index, event, facts))


def fields_of(line: Line, raw: Raw, *, path: str, leaf: bytes, signature: Signature) -> Fields:
    """A line's parts in the order of `Entry`."""
    category, _, identity = line.stream.partition("/")
    parts = (line.origin, category, identity, line.seq, line.type, line.at, line.on, line.by, line.role, line.cmd)
    moves = tuple(map(tuple, line.postings))
    where = (raw.index, path, raw.offset, signature.name, signature.key_id, leaf)
    return (*where, *parts, line.cause, line.data, moves)


def entries_of(judged: Judged) -> Iterator[Entry]:
    """The readable entries of a bundle."""
    return starmap(Entry, judged.shown)


def entry_of(bundle: Bundle, raw: Raw) -> Entry | None:
    """An entry that is read once more, its faults not kept; None if the rules could not be shown it."""
    fields = _Judging(bundle.path, {}, None, [], Called()).judge(raw, leaf_hash(raw.content))
    return Entry(*fields) if fields is not None else None


def entry_shown(index: int, content: bytes) -> Entry | None:
    """An entry of the journal as the rules see it, its signature taken on trust; None if they could not be shown it."""
    proved = prove(content)
    if proved is None:
        return entry_of(Bundle("", index, 1), Raw(index, 0, content))
    _, key_name, key_id, _, line = proved
    return Entry(index, "", 0, key_name, key_id, leaf_hash(content), *line)


def _misfits(line: Line) -> list[tuple[str, Mapping[str, Fact]]]:
    """What the line's type does not allow; empty for an event as it should be."""
    if not shapes.day(line.on):
        return [("lines.fields", {"type": line.type, "fields": "on"})]
    if line.type not in shapes.SHAPES:
        return [("lines.unknown_type", {"type": line.type})]
    wrong = shapes.faults(line.type, line.data)
    return [("lines.fields", {"type": line.type, "fields": ", ".join(wrong)})] if wrong else []


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


def charts_in(content: bytes, bundle: Bundle, called: Called) -> None:
    """Take the names of every chart that an entry of the bundle publishes, before anything is written of others."""
    if _CHART not in content:
        return
    for raw in split(content, bundle)[0][: bundle.width]:
        if _CHART in raw.content:
            try:
                line = lines.load(raw.content.rpartition(b"\n\n")[0])
            except LineError:
                continue  # what is wrong with it is named where it is judged
            if line.type == "chart.published/1" and not shapes.faults(line.type, line.data):
                called.publish(raw.index, line.data["accounts"])
