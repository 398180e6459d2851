"""The web server: JSON API, staff pages and public pages over one program, and the thread that keeps figures current.

Whoever comes in meets the process at the door first (`api.front`), which hands out public pages that were made before.
Public pages get a reader's connection and nothing that can record. What dies here stops cleanly: on SIGTERM or Ctrl-C
requests under way are answered and the batch at hand is applied.
"""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final
from urllib.parse import quote

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from api.context import App, keys_of
from api.custody.device import Tickets
from api.front.launch import Front
from api.front.telling import Telling
from api.hearing import objections as objection_form
from api.hearing import said
from api.hearing import suggestions as suggestion_form
from api.hearing.pace import Limits
from api.invariants import InvariantWatch
from api.log import routes as log_routes
from api.open311 import routes as open311_routes
from api.open311.pace import Paces
from api.patrol import Patrol
from api.public import (
    awards,
    disclosed_lists,
    disclosures,
    find,
    late_lists,
    months,
    notices,
    points,
    posted,
    posters,
    rates,
    robots,
    suggestions,
    tracking,
    verifier,
)
from api.public.reading import Reading
from api.publishing import publisher_of, signed_last, target_of
from api.reference import page as reference_page
from api.reference.description import install as describe
from api.settings import Settings
from api.staff import (
    api_accounts,
    api_affairs,
    api_awards,
    api_books,
    api_budgets,
    api_catalogue,
    api_county,
    api_deeds,
    api_differences,
    api_difficulty,
    api_disclosures,
    api_duplicates,
    api_erasure,
    api_exchanges,
    api_facilities,
    api_households,
    api_incidents,
    api_keys,
    api_ledgers,
    api_lists,
    api_meetings,
    api_members,
    api_month_ends,
    api_payments,
    api_payouts,
    api_places,
    api_points,
    api_points_shares,
    api_property,
    api_rates,
    api_reconciling,
    api_session,
    api_signatures,
    api_stations,
    api_subsidies,
    api_tasks,
    api_trainings,
    api_village_books,
    api_workflows,
    book_files,
    money_files,
    page_activities,
    page_acts,
    page_allowances,
    page_assets,
    page_awards,
    page_books,
    page_catalogue,
    page_charts,
    page_commendations,
    page_commitments,
    page_committees,
    page_contracts,
    page_counter,
    page_county,
    page_differences,
    page_difficulty,
    page_disclosure_settings,
    page_disclosures,
    page_erasing_words,
    page_erasure,
    page_exchanges,
    page_facilities,
    page_find,
    page_hearing,
    page_households,
    page_incidents,
    page_inspections,
    page_invariants,
    page_invitation,
    page_keys,
    page_late,
    page_ledgers,
    page_meetings,
    page_member_import,
    page_members,
    page_month_ends,
    page_my_points,
    page_notices,
    page_offers,
    page_party_activities,
    page_payments,
    page_payouts,
    page_persons,
    page_places,
    page_points_accounts,
    page_points_liability,
    page_points_rules,
    page_points_shares,
    page_posters,
    page_projects,
    page_queue,
    page_reconcile,
    page_register,
    page_report,
    page_sign_in,
    page_stations,
    page_stock_cards,
    page_subsidies,
    page_subsidy_import,
    page_suggestions,
    page_tasks,
    page_timeliness,
    page_today,
    page_trainings,
    page_transcribe,
    page_unlocated,
    page_village_books,
    page_village_import,
    page_village_statements,
    page_village_vouchers,
    page_workflows,
    payout_files,
    photos,
    reconcile_files,
)
from api.staff.acting import RoleNeeded, SignInNeeded
from api.staff.office import Office
from api.timestamps import Daily
from api.web import health
from api.web.alarm import Alarm
from api.web.cached import cached
from api.web.following import Following
from api.web.frame import Frame
from api.web.names import shown_names
from api.web.problems import Problems
from api.web.publishing import Publishing
from api.web.sessions import Sessions
from api.web.templates import STATIC, Templates
from api.web.throttle import Throttle
from api.web.words import system_error
from journal import shown_rows
from journal.errors import Unavailable
from journal.keys import read_secret
from journal.published import PublishedLog

BACKLOG: Final = 128
SHUTDOWN_S: Final = 15
COMPRESSED: Final = {".css": "text/css", ".js": "text/javascript"}

DESCRIPTION: Final = """基层网格治理账本：线索、奖励、发放，每一步都是一条签名的、不可更改的记录。

* 登录：`POST /api/v1/session` 得到令牌，以后每次请求带 `Authorization: Bearer …`。
* 每个会记账的请求都要带 `Idempotency-Key`。同一编号、同样内容再发一次，得到第一次的回执，不会重复记录；
  当天有效：奖励和发放以当天为入账日，隔天重试请先查询结果。
* 出错时返回 problem+json（RFC 9457）：`code` 永久不变，`detail` 是一句中文，说明下一步怎么办。
* 金额一律是整数，单位为分。时间带时区，日期写作 YYYY-MM-DD。
"""


class AddressInUse(Exception):
    """The address cannot be listened on; the message says which, and what to do."""


def create_app(
    app: App,
    *,
    following: Following | None = None,
    publishing: Publishing | None = None,
    alarm: Alarm | None = None,
    invariants: InvariantWatch | None = None,
    tell_door: Callable[[bytes], None] = lambda _told: None,
) -> FastAPI:
    """The ASGI application over an opened program. `following`, `publishing` and `invariants` are the threads of
    `run_server`.

    Once `alarm` is set, every page and every command but the published log and what verifies it says so. `tell_door`
    hears which public pages were changed here, before whoever changed them does.
    """
    follow = following or Following(app.runner.follow)
    alarm = alarm or Alarm(app.journal.stop)
    invariants = invariants or InvariantWatch(app)
    identity = app.identity
    files = keys_of(app.settings)
    templates = Templates(identity)
    checkpoint = signed_last(app)
    published = PublishedLog(target_of(app.settings))
    problems = Problems(templates, identity)
    web = FastAPI(
        title="明账 Mingzhang",
        version="1",
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    web.state.office = Office(
        app=app,
        sessions=Sessions(read_secret(files["session"])),
        throttle=Throttle(),
        templates=templates,
        checkpoint=checkpoint,
        following=follow,
        tickets=Tickets(read_secret(files["session"])),
        invariants=invariants,
    )
    web.state.published = published
    web.state.reading = Reading(
        pool=app.reading,
        identity=identity,
        published=published,
        masked_names=shown_names,
        references=shown_rows.references(app.vault),
        templates=templates,
        healthy=follow.check,
        fonts=app.settings.fonts,
    )
    web.state.paces = Paces()
    web.state.hearing = Limits()
    web.state.alarm = alarm
    problems.install(web)
    api_signatures.install(web, problems)
    web.add_exception_handler(SignInNeeded, _to_sign_in)
    web.add_exception_handler(RoleNeeded, _to_role)
    for routes in (
        api_session,
        api_keys,
        api_signatures,
        api_incidents,
        api_workflows,
        api_payments,
        api_payouts,
        api_county,
        api_catalogue,
        api_duplicates,
        api_places,
        api_rates,
        api_reconciling,
        api_awards,
        api_differences,
        api_difficulty,
        api_trainings,
        api_facilities,
        api_points,
        api_stations,
        api_disclosures,
        api_village_books,
        api_exchanges,
        api_tasks,
        api_property,
        api_affairs,
        api_meetings,
        api_subsidies,
        api_deeds,
        api_points_shares,
        api_members,
        api_households,
        api_accounts,
        api_erasure,
        api_budgets,
        api_month_ends,
        api_ledgers,
        api_books,
        api_lists,
        page_sign_in,
        page_today,
        page_acts,
        page_late,
        page_queue,
        page_unlocated,
        page_timeliness,
        page_workflows,
        page_report,
        page_transcribe,
        page_find,
        page_hearing,
        page_register,
        page_incidents,
        photos,
        page_payments,
        page_payouts,
        payout_files,
        reconcile_files,
        page_differences,
        page_reconcile,
        page_ledgers,
        book_files,
        money_files,
        page_books,
        page_charts,
        page_invariants,
        page_month_ends,
        page_allowances,
        page_county,
        page_catalogue,
        page_places,
        page_persons,
        page_erasing_words,
        page_erasure,
        page_member_import,  # before members, whose own page would take its address for an id
        page_members,
        page_households,
        page_keys,
        page_invitation,
        page_awards,
        page_difficulty,
        page_trainings,
        page_offers,
        page_tasks,
        page_activities,
        page_assets,
        page_contracts,
        page_subsidy_import,
        page_subsidies,
        page_commendations,
        page_inspections,
        page_party_activities,
        page_points_shares,
        page_my_points,
        page_points_accounts,
        page_counter,
        page_exchanges,
        page_posters,
        page_village_books,
        page_village_import,
        page_village_statements,
        page_village_vouchers,
        page_notices,
        page_suggestions,
        page_commitments,
        page_meetings,
        page_projects,
        page_stations,
        page_disclosures,
        page_disclosure_settings,
        page_committees,
        page_stock_cards,
        page_points_rules,
        page_points_liability,
        page_facilities,
        months,
        disclosed_lists,  # before disclosures, which would take its files for a kind
        disclosures,
        find,
        late_lists,
        posters,
        objection_form,
        suggestion_form,
        said,
        notices,
        suggestions,
        awards,
        points,
        posted,
        rates,
        tracking,
        robots,
        open311_routes,
        verifier,
        log_routes,
        reference_page,
    ):
        routes.router.add_to(web)
    photos.pages.add_to(web)
    health.install(web, app.runner, follow, publishing, alarm=alarm, invariants=invariants)
    web.mount("/static", _Static(directory=STATIC))
    web.add_middleware(Telling, tell=tell_door)
    web.add_middleware(Frame, too_large=problems.too_large)
    describe(web, base_url=identity.base_url)
    return web


def run_server(app: App, settings: Settings, *, ready: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGTERM or Ctrl-C, with the read models followed beside; `ready` is called once pages are served.

    Raises AddressInUse, BadSetting, IntegrityError for a log that is behind what was published of it. Returns when
    everything has stopped; closing the program is the caller's.
    """
    publisher = publisher_of(app, last=signed_last(app))
    with suppress(OSError, Unavailable):  # where it is published cannot be reached now: the publisher tries again
        publisher.check()
    listening = _listen(settings)
    following, publishing = Following(app.runner.follow), Publishing(publisher)
    alarm = Alarm(app.journal.stop, publisher.stop)
    invariants = InvariantWatch(app)
    patrol = Patrol(app, alarm, lambda: following.broken, lambda: publishing.broken)
    front = Front(listening, well=lambda: alarm.failure is None and following.running)
    config = configured(
        create_app(
            app,
            following=following,
            publishing=publishing,
            alarm=alarm,
            invariants=invariants,
            tell_door=front.tell,
        ),
        proxies=app.settings.proxies,
    )
    server = _Server(config, front, ready=ready)
    daily = Daily(app)
    following.start()
    publishing.start()
    daily.start()
    patrol.start()
    invariants.start()
    try:
        with _stopped_by_signals(server):
            server.run(sockets=[])
    finally:
        invariants.stop()
        patrol.stop()
        daily.stop()
        publishing.stop()
        following.stop()
        app.runner.close()
        listening.close()


def configured(pages: FastAPI, *, proxies: Sequence[str]) -> uvicorn.Config:
    """How it is served. Where a visitor comes from is what his connection says: anybody can write a header, and a proxy
    that is not one of `proxies` (addresses and networks) may pass on whatever it was told.
    """
    return uvicorn.Config(
        pages,
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        server_header=False,
        date_header=True,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        timeout_graceful_shutdown=SHUTDOWN_S,
    )


class _Server(uvicorn.Server):
    """Serves whom the door lets in, and listens nowhere itself.

    Signals are left to us: uvicorn would raise them again after its end, past everything that has to be closed.
    """

    def __init__(self, config: uvicorn.Config, front: Front, *, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._front, self._ready = front, ready
        self._let_in: set[asyncio.Task[Any]] = set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._front.begin(self._take_over)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._front.end(at_once=lambda: self.force_exit)
        await super().shutdown(sockets=sockets)

    def _take_over(self, connection: socket.socket) -> None:
        """A visitor as the door has met him: nothing of what he said has been read."""
        loop = asyncio.get_running_loop()
        task = loop.create_task(loop.connect_accepted_socket(self._protocol, connection))
        self._let_in.add(task)
        task.add_done_callback(self._let_in.discard)

    def _protocol(self) -> asyncio.Protocol:
        protocol: type[Any] = self.config.http_protocol_class
        made: asyncio.Protocol = protocol(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made


@contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """SIGTERM and Ctrl-C end the server; a second one does not wait for open requests."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY; without it every answer waits 40 ms for an acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise AddressInUse(
            f"地址 {settings.host}:{settings.port} 不能使用（{system_error(error)}）。"
            "可能已有一个服务在运行；请先停止它，或用 MINGZHANG_PORT 换一个端口。"
        ) from error
    listening.listen(BACKLOG)
    return listening


class _Static(StaticFiles):
    """The stylesheet's address changes with its content, so it may be kept for ever; the verifier's do not."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Any, status_code: int = 200) -> Response:
        """Text is compressed on its way: a telephone loads the stylesheet and a script before it shows the form."""
        path = Path(full_path)
        kept = "no-cache" if path.name.startswith("verify") else "public, max-age=31536000, immutable"
        if path.suffix in COMPRESSED:
            return cached(Request(scope), path.read_bytes(), media_type=COMPRESSED[path.suffix], cache_control=kept)
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = kept
        return response

    def lookup_path(self, path: str) -> Any:
        """A name with a character that no file has is no file."""
        return super().lookup_path(path) if path.isprintable() else ("", None)


def _to_sign_in(request: Request, _error: Exception) -> Response:
    to = f"?to={quote(request.url.path)}" if request.method == "GET" and request.url.path != "/staff" else ""
    return RedirectResponse(f"/staff/sign-in{to}", status_code=303)


def _to_role(_request: Request, _error: Exception) -> Response:
    return RedirectResponse("/staff/role", status_code=303)
