"""Every figure that was ever disclosed, computed again at the place of the log that it states, and compared.

What must not be broken: a document follows from the entries before its position alone. So the positions are looked up
before the journal is read, and each document is computed at its own, whatever came between it and its announcement.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple

from audit.book import Book
from audit.differences import first_difference
from audit.entries import BUNDLE_BYTES_MAX, Bundle, Entry, split
from audit.findings import Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.rules.disclosed import shown_names
from audit.rules.disclosed.folds import folds
from audit.rules.disclosed.shown_names import Posted
from domain.kernel.documents import Document, referred
from domain.kernel.places import Division
from journal import line as lines
from journal.line import LineError

FOLDER = "disclosures/documents/"
DRAFTED = "disclosure.drafted/1"
PUBLISHED = "disclosure.published/1"
ROWS_SHOWN = "disclosure.rows_shown/1"
_FILE_BYTES_MAX = 1 << 28
_MARK = b'"type":"disclosure.drafted/1"'


class Announced(NamedTuple):
    """What a drafted disclosure says of its document."""

    kind: str
    division: str
    period: str
    query: str
    parameters: tuple[tuple[str, str], ...]
    position: int


class Computed(NamedTuple):
    """What the document came to: digest, length in bytes, rows; all None where it could not be computed.

    `content`: the bytes, until they were compared. `says`: a digest of the figures and of whom they are about.
    """

    digest: str | None
    length: int | None
    row_count: int | None
    content: bytes = b""
    says: str = ""


_NOT_COMPUTABLE = Computed(None, None, None)


def path_of(digest: str) -> str:
    """Where a document lies in a package."""
    return f"{FOLDER}{digest}.json"


def announced_in(data: Mapping[str, Any]) -> Announced:
    """What the fields of a drafted disclosure say. Raises KeyError, TypeError or ValueError for other fields."""
    parameters = tuple(sorted((str(one["name"]), str(one["value"])) for one in data["parameters"]))
    position = data["position"]
    if type(position) is not int:
        raise TypeError("position")
    return Announced(
        str(data["kind"]), str(data["division"]), str(data["period"]), str(data["query"]), parameters, position
    )


class PublishedDocuments:
    """Check 17, of everything that was drafted for disclosure, whether it was published or not."""

    moving: ClassVar[bool] = False

    def __init__(self, folder: PackageFolder, findings: Findings) -> None:
        self._folder, self._findings = folder, findings
        self._folds = folds()
        self._wanting = defaultdict[str, list[str]](list)  # type of event -> the kinds that want it
        for kind, fold in self._folds.items():
            for type_name in fold.types:
                self._wanting[type_name].append(kind)
        self.types: frozenset[str] | None = frozenset({*self._wanting, DRAFTED, PUBLISHED, ROWS_SHOWN})
        self._ahead: list[Announced] = []  # the nearest position last
        self._made: dict[Announced, Computed] = {}
        self._named: set[str] = set()  # digests of what was announced
        self._facts: dict[tuple[str, int], Mapping[str, Any]] = {}  # disclosures, and their versions
        self._posted: dict[tuple[str, int], Posted] = {}
        self._said: dict[tuple[str, int], tuple[str, int]] = {}  # versions: what each says, and which it corrects
        self._names: dict[tuple[str, int], str] = {}  # posted versions: how names are written
        self.compared = 0

    def look_ahead(self, bundles: Iterable[Bundle]) -> None:
        """Note what will be announced, before the first entry is shown."""
        found = {one for bundle in bundles for one in self._announced(bundle)}
        self._ahead = sorted(found, key=lambda one: one.position, reverse=True)

    def _announced(self, bundle: Bundle) -> Iterator[Announced]:
        try:
            content = self._folder.read(bundle.path, limit=BUNDLE_BYTES_MAX)
        except UnreadableFile:
            return  # reading it for the replay names it
        if _MARK not in content:
            return
        for raw in split(content, bundle)[0][: bundle.width]:
            if _MARK in raw.content:
                try:
                    yield announced_in(lines.load(raw.content.rpartition(b"\n\n")[0]).data)
                except (LineError, KeyError, TypeError, ValueError):
                    continue  # the line's own check names it

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Compute what is due at this place, take the event in, and compare what it announces."""
        self._compute(entry.index)
        for kind in self._wanting.get(entry.type, ()):
            self._folds[kind].apply(entry)
        if entry.type == DRAFTED:
            self._compare(entry)
        elif entry.type == PUBLISHED:
            key = (entry.identity, entry.data["version"])
            self._posted[key] = Posted(self._facts.get(key, {}), entry.place)
            self._weigh_correction(entry, key)
        elif entry.type == ROWS_SHOWN and (posted := self._posted.get((entry.identity, entry.data["version"]))):
            posted.rows = entry.data["rows"]

    def finish(self, book: Book) -> None:
        """Everything was compared when it was announced."""

    def _weigh_correction(self, entry: Entry, key: tuple[str, int]) -> None:
        """A correction that says what was posted before corrects names at most, which only the vault can tell."""
        names = self._names[key] = entry.data["names"]
        says, corrects = self._said.get(key, ("", 0))
        before = entry.identity, corrects
        if says and says == self._said.get(before, ("", 0))[0] and names == self._names.get(before):
            self._findings.attend("disclosures.nothing_corrected", entry.place, corrects=corrects, **self._facts[key])

    def _compute(self, size: int) -> None:
        """Make the documents of every position up to `size`: the folds hold at least as much, and nothing more."""
        while self._ahead and self._ahead[-1].position <= size:
            one = self._ahead.pop()
            self._made[one] = self._computed(one)

    def _computed(self, one: Announced) -> Computed:
        fold = self._folds.get(one.kind)
        if fold is None or fold.query != one.query:
            return _NOT_COMPUTABLE
        try:
            document: Document = fold.document(
                division=Division(one.division),
                period=one.period,
                parameters=dict(one.parameters),
                position=one.position,
            )
        except (KeyError, ValueError):
            return _NOT_COMPUTABLE
        content = referred(document).canonical()
        says = sha256(replace(document, position=0).canonical()).hexdigest()
        return Computed(sha256(content).hexdigest(), len(content), document.row_count, content, says)

    def _compare(self, entry: Entry) -> None:
        data = entry.data
        facts = {name: data[name] for name in ("kind", "division", "period", "version")}
        self._facts[entry.identity, data["version"]] = facts
        one = announced_in(data)
        made = self._made.get(one, _NOT_COMPUTABLE)
        self._said[entry.identity, data["version"]] = made.says, data.get("corrects") or 0
        found = self._found(data["document"], entry, facts, made)
        if one.position > entry.index:
            self._findings.add("disclosures.document_position", entry.place, position=one.position, **facts)
            return
        if made is _NOT_COMPUTABLE:
            self._findings.add("disclosures.document_query", entry.place, query=one.query, **facts)
        elif made[:3] != (data["document"], data["length"], data["row_count"]):
            self._differs("disclosures.document_differs", entry.place, facts, made.content, found)
        self.compared += 1
        if made.content:
            self._made[one] = made._replace(content=b"")

    def _found(self, digest: str, entry: Entry, facts: Mapping[str, Any], made: Computed) -> bytes:
        """The bytes in the package of what was announced, judged; empty where there are none."""
        path, before = path_of(digest), digest in self._named
        self._named.add(digest)
        if path not in self._folder.files:
            if not before:
                self._findings.add("disclosures.document_missing", entry.place, path=path)
            return b""
        try:
            content = self._folder.read(path, limit=_FILE_BYTES_MAX)
        except UnreadableFile as error:
            if not before:
                self._findings.add(f"disclosures.{error.reason}", Place(path), detail=error.detail)
            return b""
        if not before and sha256(content).hexdigest() != digest:
            self._differs("disclosures.document_changed", Place(path), facts, made.content, content)
        return content

    def _differs(self, code: str, place: Place, facts: Mapping[str, Any], expected: bytes, found: bytes) -> None:
        """Name the first row and figure that differs, where both are documents."""
        difference = first_difference(expected, found)
        if difference is None:
            self._findings.add(code, place, **facts)
        else:
            told = dict(zip(("where", "expected", "found"), difference, strict=True))
            self._findings.add(f"{code}_at", place, **facts, **told)

    def check_files(self) -> None:
        """Find documents that nothing announced, and what posted versions showed, once the whole journal was read."""
        for path in sorted(path for path in self._folder.files if path.startswith(FOLDER)):
            digest = path.removeprefix(FOLDER).removesuffix(".json")
            if path_of(digest) != path or digest not in self._named:
                self._findings.add("disclosures.document_unnamed", Place(path))
        shown_names.check(self._folder, self._findings, self._posted)
