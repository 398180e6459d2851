"""Open311 GeoReport v2 over HTTP, as the specification lays it out below `/open311`, and GeoReport Bulk beside it.

What must not be broken: only `POST requests` can record, and only with a key. Everything else is read from the read
models by a connection that may do nothing else.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request, Response
from fastapi.responses import StreamingResponse
from psycopg import Connection

from api.commands.shared import today
from api.open311 import bulk, register, shown
from api.open311.asking import asked, exported, request_id, require_jurisdiction
from api.open311.discovery import discovery_document
from api.open311.form import filled, pairs_of, sent
from api.open311.formats import FORMATS, MEDIA_TYPES, Document, Format, written
from api.open311.pace import Paces
from api.open311.reporting import is_recorded, notice_of, record
from api.open311.services import Services, definition_document, services_document, services_on
from api.open311.shown import Surroundings
from api.staff.fields import IDEMPOTENCY_KEY
from api.staff.office import Office, office
from api.web.cached import GET, cached
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from projections import catalogues, incident_courses, incidents, places

CACHE: Final = "public, max-age=60"
OPEN: Final = {"access-control-allow-origin": "*"}
"""Answers are for programs in browsers too; nothing here follows from a cookie."""
JOINED: Final = ("service_request_id", "service_code", "status")
"""Arguments that may be given several times, or with commas."""
OF_THE_URL: Final = ("api_key", "jurisdiction_id")
MODELS: Final = (incidents, incident_courses, places)

router = Routes(prefix="/open311", include_in_schema=False)
Desk = Annotated[Office, Depends(office)]


def paces(request: Request) -> Paces:
    """The stores of the application that a request came to."""
    found: Paces = request.app.state.paces
    return found


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def arguments(request: Request, desk: Desk, stores: Annotated[Paces, Depends(paces)]) -> Mapping[str, str]:
    """The arguments of a query that is counted and meant for us.

    Refuses `open311.too_often`, `open311.jurisdiction_unknown`.
    """
    stores.reads.take(address_of(request))
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        given[name] = f"{given[name]},{value}" if name in JOINED and name in given else value
    require_jurisdiction(given.get("jurisdiction_id"), origin=desk.app.journal.origin)
    return given


def format_of(form: str) -> Format:
    """The format that the path ends in. Refuses `page.unknown` for another."""
    for known in FORMATS:
        if form == known:
            return known
    raise Refusal("page.unknown")


async def body_of(request: Request) -> bytes:
    """The body as it came; its size is limited already."""
    return await request.body()


def services_now(desk: Desk) -> Services:
    """What can be reported today."""
    with desk.current(catalogues) as conn:
        return services_on(conn, desk.app.log.division, on=today(desk.app))


Arguments = Annotated[Mapping[str, str], Depends(arguments)]
Form = Annotated[Format, Depends(format_of)]
ServicesNow = Annotated[Services, Depends(services_now)]


@router.api_route("/discovery.{form}", methods=GET, dependencies=[Depends(arguments)])
def discovery(request: Request, desk: Desk, form: Form, services: ServicesNow) -> Response:
    """Where the interface is, and how to get a key."""
    document = discovery_document(
        county_name=desk.app.log.county_name,
        origin=desk.app.journal.origin,
        base_url=desk.app.settings.base_url,
        rehearsal=desk.app.log.rehearsal,
        changeset=services.changeset,
    )
    return _answer(request, document, form)


@router.api_route("/v2/services.{form}", methods=GET, dependencies=[Depends(arguments)])
def list_services(request: Request, form: Form, services: ServicesNow) -> Response:
    """What can be reported."""
    return _answer(request, services_document(services), form)


@router.api_route("/v2/services/{code}.{form}", methods=GET, dependencies=[Depends(arguments)])
def define_service(request: Request, code: str, form: Form, services: ServicesNow) -> Response:
    """What more may be said of one service."""
    return _answer(request, definition_document(services.named(code)), form)


@router.get("/v2/requests.csv")
def export_requests(
    request: Request, desk: Desk, given: Arguments, services: ServicesNow, stores: Annotated[Paces, Depends(paces)]
) -> Response:
    """GeoReport Bulk: every request, or those of some services, of a status, of a span; the earliest first."""
    stores.bulks.take(address_of(request))
    wanted = exported(given)
    services.require_known(wanted.service_codes or ())

    def part_after(last: register.Request | None) -> tuple[list[register.Request], Surroundings]:
        with desk.current(*MODELS) as conn:
            part = register.part_after(conn, last, wanted, hidden=services.hidden)
            return part, _surroundings(conn, desk, part, services)

    first = part_after(None)  # what goes wrong here can still be said with a status

    def parts() -> Iterator[bytes]:
        found, around = first
        yield bulk.header()
        while found:
            yield bulk.rows(found, around)
            found, around = part_after(found[-1]) if len(found) == register.BULK_ROWS else ([], around)

    head = {**OPEN, "cache-control": CACHE, "content-disposition": 'attachment; filename="requests.csv"'}
    return StreamingResponse(parts(), media_type=bulk.MEDIA_TYPE, headers=head)


@router.api_route("/v2/requests.{form}", methods=GET)
def list_requests(request: Request, desk: Desk, given: Arguments, form: Form, services: ServicesNow) -> Response:
    """The requests that a query asks for, the latest first."""
    wanted = asked(given, now=desk.app.journal.now())
    services.require_known(wanted.service_codes or ())
    with desk.current(*MODELS) as conn:
        found = register.matching(conn, wanted, hidden=services.hidden)
        document = shown.requests_document(found, _surroundings(conn, desk, found, services))
    return _answer(request, document, form)


@router.post("/v2/requests.{form}")
def report(
    request: Request,
    desk: Desk,
    form: Form,
    services: ServicesNow,
    stores: Annotated[Paces, Depends(paces)],
    body: Annotated[bytes, Depends(body_of)],
    idempotency_key: Annotated[str | None, Header(pattern=IDEMPOTENCY_KEY)] = None,
) -> Response:
    """Report something by the person behind the key."""
    pairs = pairs_of(body, content_type=request.headers.get("content-type", ""))
    # The specification's own Swagger description sends these two in the URL; what the form says comes first.
    pairs = [*(pair for pair in request.query_params.multi_items() if pair[0] in OF_THE_URL), *pairs]
    actor = stores.actor(desk.app.writing, filled(pairs).get("api_key", ""), address=address_of(request))
    found = sent(pairs)
    require_jurisdiction(found.jurisdiction_id, origin=desk.app.journal.origin)
    made = record(desk, actor, found, services=services, pairs=pairs, given_key=idempotency_key)
    document = shown.reported_document(
        incident_id=made.incident_id if made.shown else None, token=made.incident_id.hex, notice=notice_of(made, found)
    )
    return _fresh(document, form)


@router.api_route("/v2/requests/{identity}.{form}", methods=GET, dependencies=[Depends(arguments)])
def read_request(request: Request, desk: Desk, identity: str, form: Form, services: ServicesNow) -> Response:
    """One request, in a list of one."""
    incident_id = request_id(identity)
    with desk.current(*MODELS) as conn:
        found = None if incident_id is None else register.one(conn, incident_id, hidden=services.hidden)
        if found is None:
            raise Refusal("open311.request_unknown")
        document = shown.requests_document([found], _surroundings(conn, desk, [found], services))
    return _answer(request, document, form)


@router.api_route("/v2/tokens/{token}.{form}", methods=GET, dependencies=[Depends(arguments)])
def read_token(desk: Desk, token: str, form: Form, services: ServicesNow) -> Response:
    """The id of the request that a token was given for; empty until it can be read."""
    incident_id = request_id(token)
    if incident_id is None:
        raise Refusal("open311.token_unknown")
    with desk.current(*MODELS) as conn:
        found = register.one(conn, incident_id, hidden=services.hidden)
    if found is None and not is_recorded(desk, incident_id, hidden=services.hidden):
        raise Refusal("open311.token_unknown")
    document = shown.token_document(token=token, incident_id=incident_id if found else None)
    return _fresh(document, form)


def _surroundings(
    conn: Connection[Any], desk: Office, found: list[register.Request], services: Services
) -> Surroundings:
    names = places.names(conn, shown.codes_around(found), on=today(desk.app))
    return Surroundings(desk.app.log.county_name, names, services.titles)


def _fresh(document: Document, form: Format) -> Response:
    """An answer that nobody keeps."""
    head = {**OPEN, "cache-control": "no-store"}
    return Response(written(document, form), media_type=MEDIA_TYPES[form], headers=head)


def _answer(request: Request, document: Document, form: Format) -> Response:
    response = cached(request, written(document, form), media_type=MEDIA_TYPES[form], cache_control=CACHE)
    response.headers.update(OPEN)
    return response
