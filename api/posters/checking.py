"""Every recorded sheet drawn again from a package alone: figures, names and places as the package has them.

What must not be broken: nothing is taken from the program's database; a sheet that cannot be drawn again is said to be
so, with the reason, and never counted as equal. Whether the package itself is whole says `verify`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, Literal, NamedTuple

from api.posters.drawing import draw, font_digest, template_digest, tool
from api.posters.sheets import Posting, sheet_of
from api.web.disclosed.kinds import address_of
from audit.entries import Bundle, bundles_found, read_bundle
from audit.folder import PackageFolder, UnreadableFile
from audit.rules.disclosed import shown_names
from audit.rules.disclosed.frame import path_of as document_path
from audit.tree import Tree
from domain.kernel.documents import Document, ShownName, parse
from domain.kernel.places import Division, chain, contains
from domain.kernel.refusals import Refusal
from journal import line as lines
from journal import note
from journal.line import Line
from journal.merkle import leaf_hash
from journal.note import NoteError

Outcome = Literal["equal", "differs", "not_drawn"]
Reason = Literal[
    "", "tool", "font", "template", "document_missing", "document_unreadable", "names_missing", "address", "glyph"
]
_FILE_BYTES_MAX: Final = 1 << 26
_WANTED: Final = (b'"type":"disclosure.', b'"type":"place.', b'"type":"poster.', b'"type":"log.opened/1"')


@dataclass(frozen=True, slots=True)
class Checked:
    """One recorded sheet: the event that recorded it, and whether the same bytes came out.

    `reason` says why it could not be drawn: drawn with another tool, font or template than are here; the package has
    not the document or the names; the address is another page's; a character that the font here does not have.
    """

    event: str
    division: str
    kind: str
    period: str
    version: int
    paper: str
    sha256: str
    outcome: Outcome
    reason: Reason = ""


class _Named(NamedTuple):
    """A name of a place, from a day on."""

    since: str
    at: int
    name: str


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A sheet as it was recorded, with the names that places had by then on the day of posting."""

    line: Line
    drafted: Line
    published: Line
    names: dict[Division, str]


@dataclass(slots=True)
class _Journal:
    """What the entries say, read once."""

    opened: Line | None = None
    named: dict[Division, list[_Named]] = field(default_factory=dict)
    drafted: dict[tuple[str, int], Line] = field(default_factory=dict)
    published: dict[tuple[str, int], Line] = field(default_factory=dict)
    sheets: dict[str, _Recorded] = field(default_factory=dict)  # the last of each stream

    def see(self, index: int, line: Line) -> None:
        """One line, in order."""
        data = line.data
        match line.type:
            case "log.opened/1":
                self.opened = line
            case "place.registered/1" | "place.renamed/1":
                one = _Named(data["since"], index, data["name"])
                self.named.setdefault(Division(data["code"]), []).append(one)
            case "disclosure.drafted/1":
                self.drafted[line.stream.partition("/")[2], data["version"]] = line
            case "disclosure.published/1":
                self.published[line.stream.partition("/")[2], data["version"]] = line
            case "poster.rendered/1":
                self._sheet(line)

    def _sheet(self, line: Line) -> None:
        key = (line.data["disclosure_id"], line.data["version"])
        drafted, published = self.drafted.get(key), self.published.get(key)
        if drafted is not None and published is not None:
            names = self._names_on(published.data["since"])
            self.sheets[line.stream] = _Recorded(line, drafted, published, names)

    def _names_on(self, day: str) -> dict[Division, str]:
        """What every place was called on a day, as far as the entries have said by now."""
        known = {code: [one for one in names if one.since <= day] for code, names in self.named.items()}
        return {code: max(names)[-1] for code, names in known.items() if names}


def check(package: Path, *, fonts: Path) -> Iterator[Checked]:
    """Draw every recorded sheet again, in the order of their events. Refuses `poster.font_missing`.

    Raises UnreadableFile, and ValueError where the entries hold no genesis.
    """
    folder = PackageFolder(package)
    bundles: list[Bundle] = []
    tree = Tree(lambda n: b"".join(leaf_hash(raw.content) for raw in read_bundle(folder, bundles[n])))
    journal = _Journal()
    for bundle in bundles_found(folder):
        bundles.append(bundle)
        raws = read_bundle(folder, bundle)
        tree.add(b"".join(leaf_hash(raw.content) for raw in raws))
        for raw in raws:
            if any(word in raw.content for word in _WANTED) and (line := _line(raw.content)) is not None:
                journal.see(raw.index, line)
    if journal.opened is None:
        raise ValueError("no genesis")
    for one in journal.sheets.values():
        outcome, reason = _drawn_again(folder, tree, journal.opened, one, fonts)
        data, drafted = one.line.data, one.drafted.data
        yield Checked(
            event=f"{one.line.stream}@{one.line.seq}",
            division=drafted["division"],
            kind=drafted["kind"],
            period=drafted["period"],
            version=data["version"],
            paper=data["paper"],
            sha256=data["sha256"],
            outcome=outcome,
            reason=reason,
        )


def _line(entry: bytes) -> Line | None:
    """None for what is no entry: `verify` says so."""
    try:
        return lines.load(note.parse(entry).text)
    except (NoteError, ValueError):
        return None


def _drawn_again(
    folder: PackageFolder, tree: Tree, opened: Line, one: _Recorded, fonts: Path
) -> tuple[Outcome, Reason]:
    data = one.line.data
    for reason, recorded, here in (
        ("tool", data["tool"], tool()),
        ("font", data["font_sha256"], font_digest(fonts)),
        ("template", data["template_sha256"], template_digest()),
    ):
        if recorded != here:
            return "not_drawn", reason  # type: ignore[return-value]
    document, missing = _document(folder, one.drafted.data["document"])
    if document is None:
        return "not_drawn", missing
    names = _names(folder, data["disclosure_id"], data["version"])
    if names is None:
        return "not_drawn", "names_missing"
    if not data["url"].endswith(address_of(document)):
        return "not_drawn", "address"
    posting = _posting(opened, one, document, names, tree)
    try:
        again = draw(sheet_of(posting), paper=data["paper"], fonts=fonts)
    except Refusal:
        return "not_drawn", "glyph"
    same = again.sha256 == data["sha256"] and posting.nameless == data["nameless"]
    return ("equal" if same else "differs"), ""


def _posting(opened: Line, one: _Recorded, document: Document, names: Mapping[str, ShownName], tree: Tree) -> Posting:
    county = Division(opened.data["division"])
    above = [code for code in reversed(chain(document.division)) if contains(county, code)]
    published, drafted = one.published.data, one.drafted.data
    return Posting(
        document=document,
        version=drafted["version"],
        corrects=drafted.get("corrects"),
        reason=drafted.get("reason"),
        since=date.fromisoformat(published["since"]),
        until=date.fromisoformat(published["until"]),
        path=[one.names[code] for code in above if code in one.names],
        names=names,
        places={str(code): name for code, name in one.names.items()},
        origin=opened.origin,
        root=tree.root(document.position),
        url=one.line.data["url"],
        rehearsal=bool(opened.data["rehearsal"]),
    )


def _document(folder: PackageFolder, digest: str) -> tuple[Document | None, Reason]:
    try:
        document = parse(folder.read(document_path(digest), limit=_FILE_BYTES_MAX))
    except UnreadableFile:
        return None, "document_missing"
    except ValueError:
        return None, "document_unreadable"
    return (document, "") if document.digest() == digest else (None, "document_unreadable")


def _names(folder: PackageFolder, disclosure_id: str, version: int) -> dict[str, ShownName] | None:
    try:
        found = shown_names.read(folder.read(shown_names.path_of(disclosure_id, version), limit=_FILE_BYTES_MAX))
    except (UnreadableFile, ValueError):
        return None
    if found.commitments and not found.shown:
        return None  # handed over without authority to open full names
    return {row: one.shown for row, one in found.shown.items()}
