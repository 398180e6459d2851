"""One version of what was disclosed, row by row, with its proof, the answers to objections, and its corrections.

What must not be broken: when its days are over a version's rows come down, and what stays is its one sentence, the
answers to objections and the proof. Nothing that nobody has reviewed is here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final

from fastapi import Form, Query, Request, Response
from psycopg import Connection

from api.public.answers import CACHE
from api.public.document_tables import Reader
from api.public.months import Read
from api.public.reading import Reading
from api.public.seal import seal_of
from api.public.sheets import JSON_TYPE, OPEN, Files, answer
from api.public.sought import Asked, Sent, Sought, answered, sought
from api.public.where import division_of, path_to, today
from api.web.cached import GET, cached
from api.web.disclosed.corrections import Corrected, corrected, in_words
from api.web.disclosed.kinds import WORDS, address_of, disclosed_period_text, row_words, title_of
from api.web.disclosed.since_posted import since_posted
from api.web.disclosing_words import CHANNELS
from api.web.erasure_words import GONE
from api.web.routes import Routes
from api.web.running import require_running
from domain.disclosures.state import disclosure_id
from domain.kernel.disclosed import is_period
from domain.kernel.documents import Document, parse
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal import disclosed_documents
from journal.errors import IntegrityError
from projections import disclosure_queries, places, posted_disclosures
from projections.places import Place
from projections.posted_disclosures import PostedVersion, PublicObjection

MODELS: Final = (*posted_disclosures.MODELS, places)
DOCUMENT: Final = "document.json"

router = Routes(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Posted:
    """One posted version with all that a page says of it; `versions` are all that were posted, in order.

    `papers`: the sheets (A4, A3) that were drawn of it; `corrected`: what each version changed of the one before.
    """

    path: list[Place]
    version: PostedVersion
    versions: list[PostedVersion]
    objections: list[PublicObjection]
    reader: Reader
    papers: list[str]
    corrected: dict[int, Corrected]

    @property
    def title(self) -> str:
        """`城东村 2026年10月财务公开`."""
        period = disclosed_period_text(self.version.period, self.own_title)
        return f"{self.path[-1].name} {period}{self.reader.words.title}"

    @property
    def own_title(self) -> str | None:
        """What it is about is called, where that happened once."""
        return title_of(self.reader.document)

    @property
    def sentence(self) -> str:
        """The one sentence."""
        return self.reader.words.sentence(self.reader.document.sentence)


@router.api_route("/v/{code}/disclosures/{kind}/{of}", methods=GET)
def disclosure(request: Request, code: str, kind: str, of: str, read: Read, large: bool = False) -> Response:
    """The version posted last."""
    return _version_page(request, read, _posted(read, division_of(code), kind, of, None), large=large)


@router.api_route("/v/{code}/disclosures/{kind}/{of}/{version}", methods=GET)
def disclosure_version(
    request: Request,
    code: str,
    kind: str,
    of: str,
    version: str,
    read: Read,
    large: bool = False,
    after: Annotated[int, Query(ge=0, le=2**31)] = 0,
    ref: Asked = None,
) -> Response:
    """One version, from a row on, or the rows of one reference."""
    found = _posted(read, division_of(code), kind, of, version)
    return _version_page(request, read, found, large=large, after=after, wanted=sought(ref))


@router.post("/v/{code}/disclosures/{kind}/{of}/{version}")
def rows_of_one(
    request: Request,
    code: str,
    kind: str,
    of: str,
    version: str,
    read: Read,
    ref: Sent = "",
    large: Annotated[bool, Form()] = False,
) -> Response:
    """The same by the form, which keeps the number out of the address."""
    found = _posted(read, division_of(code), kind, of, version)
    return _version_page(request, read, found, large=large, wanted=sought(ref))


@router.api_route("/v/{code}/disclosures/{kind}/{of}/{version}/data/{file}", methods=GET)
def files_of_version(request: Request, code: str, kind: str, of: str, version: str, file: str, read: Read) -> Response:
    """One version as files, and the bytes that its digest is of. Refuses `page.taken_down` when its days are over."""
    found = _posted(read, division_of(code), kind, of, version)
    if not found.version.open_on(today()):
        address = f"{address_of(found.version)}/{found.version.version}"
        raise Refusal("page.taken_down", until=found.version.until, page=address)
    if file == DOCUMENT:
        content = found.reader.document.canonical()
        response = cached(request, content, media_type=JSON_TYPE, cache_control=CACHE)
        response.headers.update(OPEN)
        return response
    return answer(request, _files(read, found), file)


def posted_version(read: Reading, where: Division, kind: str, of: str, version: str) -> Posted:
    """A version whose rows stand in public today. Refuses `page.unknown` for any other."""
    found = _posted(read, where, kind, of, version)
    if not found.version.open_on(today()):
        raise Refusal("page.unknown")
    return found


def _posted(read: Reading, where: Division, kind: str, of: str, version: str | None) -> Posted:
    """A version by its number (None: the one posted last). Refuses `page.unknown`."""
    if kind not in WORDS or not is_period(of):
        raise Refusal("page.unknown")
    own = disclosure_id(where, kind, of)
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        versions = posted_disclosures.versions(conn, own)
        wanted = str(versions[-1].version) if version is None and versions else version
        one = next((one for one in versions if str(one.version) == wanted), None)
        if one is None:
            raise Refusal("page.unknown")
        objections = posted_disclosures.objections(conn, own)
        drawn = disclosure_queries.posters(conn, own)
        reader = reader_of(conn, one, {})
        changed = corrected(conn, versions)
    papers = [each.paper for each in drawn if each.version == one.version == versions[-1].version]
    return Posted(path, one, versions, objections, reader, papers, changed)


def reader_of(conn: Connection[Any], one: PostedVersion, known: Mapping[Division, str]) -> Reader:
    """The rows of a version with the names that stand beside them; `known` are names of places that are at hand."""
    content = disclosed_documents.content_of(conn, one.document)
    if content is None:
        raise IntegrityError(f"the disclosed document {one.document} of {one.published_event} is missing")
    document = _document(content)
    named = places.names(conn, document.places, on=today()) if document.places - set(known) else known
    names = disclosed_documents.names_of(conn, one.disclosure_id, one.version)
    return Reader(document, WORDS[one.kind], names, {str(code): name for code, name in named.items()})


@lru_cache(64)
def _document(content: bytes) -> Document:
    """A document read; the same bytes are the same document. Reading one of 300 rows takes longer than its page."""
    try:
        return parse(content)
    except ValueError as error:
        raise IntegrityError(f"a disclosed document cannot be read: {error}") from None


def _names_lines(document: Document) -> bool:
    """Whether any row has a reference that somebody could look for."""
    return any(
        row[place] is not None
        for table in document.tables
        for place, column in enumerate(table.columns)
        if column.type == "ref"
        for row in table.rows
    )


def _entered_since(read: Reading, posted: Document) -> str | None:
    """What the books say of its period otherwise by now, in words."""
    with read.pool.connection() as conn:
        found = since_posted(conn, posted)
    return in_words(found) if found is not None else None


def _version_page(
    request: Request, read: Reading, found: Posted, *, large: bool, after: int = 0, wanted: Sought | None = None
) -> Response:
    one, reader, on = found.version, found.reader, today()
    down = not one.open_on(on)
    if wanted is not None:
        stands = wanted.stands(read.references, division=one.division, kind=one.kind, period=one.period)
        parts, following = reader.of_references(stands), None
    else:
        parts, following = reader.page(after=after)
    newer = found.versions[-1] if found.versions[-1].version > one.version else None
    document = reader.document
    values: dict[str, Any] = {
        "path": found.path,
        "one": one,
        "own_title": found.own_title,
        "at": address_of(one),
        "said": reader.words,
        "sentence": found.sentence,
        "chart": reader.chart,
        "newer": newer,
        "down": down,
        "searchable": document.row_count > 1 and _names_lines(document),
        "ref": wanted and wanted.text,
        "parts": [] if down else parts,
        "next": None if down else following,
        "withheld": reader.words.left_out(document.withheld),
        "gone": GONE,
        "may_object": not down and one.ended is None,
        "objections": found.objections,
        "objected": {each.row_name for each in found.objections if each.version == one.version},
        "row_words": lambda name: row_words(one.kind, name),
        "channels": CHANNELS,
        "today": on,
        "versions": found.versions,
        "corrected": found.corrected,
        "since_posted": None if down or newer else _entered_since(read, document),
        "papers": found.papers,
        "query": document.query,
        "parameters": sorted(document.parameters.items()),
        "events": _events(one),
        "seal": seal_of(read.published),
        "large": large,
    }
    if not down:
        values["files"] = _files(read, found)
    response = answered(request, read.templates.render("public/disclosure.html", values), wanted)
    if down and response.status_code != 304:
        response.status_code = 410
    return response


def _events(one: PostedVersion) -> list[tuple[str, str, int | None]]:
    """What happened to a version: in words, the event, and its place in the log where a proof of it is offered."""
    events: list[tuple[str, str, int | None]] = [("起草", one.drafted_event, one.drafted_index)]
    if one.reviewed_event:
        events.append(("村务监督委员会审核", one.reviewed_event, None))
    return [*events, ("公示", one.published_event, one.published_index)]


def _files(read: Reading, found: Posted) -> Files:
    one, document = found.version, found.reader.document
    return Files(
        address=f"{address_of(one)}/{one.version}/data",
        title=f"{found.title}（第 {one.version} 版）",
        origin=read.identity.origin,
        position=document.position,
        figures={**document.sentence, **{f"withheld_{name}": value for name, value in document.withheld.items()}},
        facts={
            "sentence": found.sentence,
            "kind": one.kind,
            "division": one.division,
            "period": one.period,
            "version": one.version,
            "query": document.query,
            "parameters": dict(document.parameters),
            "document_sha256": one.document,
            "since": one.since,
            "until": one.until,
            "events": [name for _, name, _ in _events(one)],
            "corrections": [
                {
                    "version": each.version,
                    "corrects": each.corrects,
                    "reason": each.reason,
                    "rows_changed": found.corrected[each.version].changes.changed,
                    "rows_added": found.corrected[each.version].changes.added,
                    "rows_removed": found.corrected[each.version].changes.removed,
                }
                for each in found.versions
                if each.version in found.corrected
            ],
            "objections": [
                {
                    "number": each.number,
                    "version": each.version,
                    "row": each.row_name,
                    "raised_on": each.raised_on,
                    "answered_on": each.answered_on,
                    "upheld_before_on": each.promised_on,
                    "upheld": each.upheld,
                    "answer": each.answer,
                    "text_erased_on": each.erased_on,
                }
                for each in found.objections
            ],
        },
        sheets=found.reader.sheets(),
    )
