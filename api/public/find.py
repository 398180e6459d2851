"""One's own rows in everything that stands in public in a place, in all below it, and in what those above it posted.

What must not be broken: whoever looks for his rows is told where was looked, also where that was not everywhere, and of
every row where it was posted.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Form, Request, Response
from psycopg import Connection

from api.public.disclosures import MODELS, reader_of
from api.public.document_tables import Part
from api.public.months import Read
from api.public.reading import Reading
from api.public.sought import Asked, Sent, Sought, answered, sought
from api.public.where import division_of, path_to, today
from api.web.cached import GET
from api.web.disclosed.kinds import WORDS, title_of
from api.web.routes import Routes
from api.web.running import require_running
from domain.kernel.places import Division, Level, chain, contains, level
from journal import disclosed_documents
from projections import places, posted_disclosures
from projections.places import Place
from projections.posted_disclosures import PostedVersion, SearchedVersion

SEARCHED_MAX: Final = 5_000
"""A county of two hundred places posts as much in two months, and most of it stands for a week."""
FOUND_MAX: Final = 60
BELOW: Final[Mapping[Level, str]] = {"county": "和下面各乡镇、各村", "township": "和下面各村"}

router = Routes(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one disclosure. `where`: the places below the one that was asked, as `岑阳镇城东村`."""

    one: PostedVersion
    where: str
    own_title: str | None
    parts: list[Part]


@router.api_route("/v/{code}/find", methods=GET)
def ask(request: Request, code: str, read: Read, ref: Asked = None, large: bool = False) -> Response:
    """The form; and what stands beside a row, looked for by a link."""
    return _page(request, read, division_of(code), sought(ref), large=large)


@router.post("/v/{code}/find")
def find(request: Request, code: str, read: Read, ref: Sent = "", large: Annotated[bool, Form()] = False) -> Response:
    """The rows of whoever typed his number. Refuses `tracking.too_often`."""
    return _page(request, read, division_of(code), sought(ref), large=large)


def _page(request: Request, read: Reading, where: Division, wanted: Sought | None, *, large: bool) -> Response:
    read.healthy()
    if wanted is not None:
        wanted.require_patience(request, read)
    with read.pool.connection() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        require_running(conn, MODELS)
        path = path_to(conn, read, where)
        standing = _standing(conn, read, where, on=today()) if wanted is not None else []
        found = _found(conn, read, wanted, path, standing[:SEARCHED_MAX]) if wanted is not None else []
    if wanted is not None and not found:
        wanted.found_nothing(request, read)
    values = {
        "path": path,
        "below": BELOW.get(level(where), ""),
        "ref": wanted and wanted.text,
        "found": found[:FOUND_MAX],
        "more": len(found) > FOUND_MAX,
        "cut": SEARCHED_MAX if len(standing) > SEARCHED_MAX else None,
        "said": WORDS,
        "large": large,
    }
    return answered(request, read.templates.render("public/find.html", values), wanted)


def _standing(conn: Connection[Any], read: Reading, where: Division, *, on: date) -> list[SearchedVersion]:
    """What is looked through, and one more than can be."""
    above = [area for area in chain(where) if area != where and contains(read.identity.division, area)]
    found = posted_disclosures.searched(conn, where, above, on=on, limit=SEARCHED_MAX + 1)
    return [one for one in found if one.kind in WORDS]


def _found(
    conn: Connection[Any], read: Reading, wanted: Sought, path: Sequence[Place], standing: Sequence[SearchedVersion]
) -> list[Found]:
    """The disclosures that bear what is looked for, one more than are shown."""
    stands = {(one.disclosure_id, one.version): _stands(read, wanted, one) for one in standing if one.fixed}
    borne = disclosed_documents.bearing(conn, {line for lines in stands.values() for line in lines})
    # By chance what stands beside his rows here stands beside somebody else's there.
    his = {own for own, version, line in borne if line in stands.get((own, version), ())}
    bearing = [one.disclosure_id for one in standing if one.disclosure_id in his]
    # What was posted from before references were secret says itself whom its rows are about.
    early = [one.disclosure_id for one in standing if not one.fixed] if wanted.early else []
    versions = posted_disclosures.latest_of(conn, [*bearing[: FOUND_MAX + 1], *early[:FOUND_MAX]])
    known = places.names(conn, {area for one in versions for area in chain(one.division)}, on=today())
    found = []
    for one in versions:
        reader = reader_of(conn, one, known)
        if parts := reader.of_references(_stands(read, wanted, one)):
            found.append(Found(one, _below(path, one.division, known), title_of(reader.document), parts))
    return found


def _stands(read: Reading, wanted: Sought, one: SearchedVersion | PostedVersion) -> Collection[str]:
    return wanted.stands(read.references, division=one.division, kind=one.kind, period=one.period)


def _below(path: Sequence[Place], division: Division, known: Mapping[Division, str]) -> str:
    """Where something was posted, for whoever asked at the end of a path: villages of one name lie in two townships."""
    above = {place.code for place in path} - {division}
    return "".join(known[area] for area in reversed(chain(division)) if area in known and area not in above)
