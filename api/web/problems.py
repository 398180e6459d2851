"""Errors as all see them: a problem (RFC 9457) under /api, Open311's document under /open311, a page elsewhere.

Four kinds are never mixed: a refusal, bad data in a file, broken integrity, an outage or bug.
What must not be broken: no trace, no SQL and no personal value leaves the server; only the sentence, code and facts do.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

from api.files.findings import BadFile, Finding
from api.open311 import errors as open311
from api.open311.formats import MEDIA_TYPES
from api.web.database_errors import of_the_signer
from api.web.frame import BODY_BYTES_MAX, add_headers, body_limit
from api.web.identity import Identity
from api.web.messages import sentence
from api.web.templates import Templates
from domain.kernel.refusals import Refusal
from journal.errors import Busy, IntegrityError, Unavailable

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"

_NOT_FOUND: Final = frozenset(
    {
        "activity.unknown",
        "allowance.unknown",
        "asset.unknown",
        "award.unknown",
        "batch.no_file",
        "budget.unknown",
        "catalogue.item_unknown",
        "catalogue.profile_unknown",
        "commendation.unknown",
        "event.unknown",
        "exception.unknown",
        "exchange.code_unknown",
        "exchange.unknown",
        "facility.unknown",
        "facility_kind.unknown",
        "household.unknown",
        "incident.unknown",
        "inspection.unknown",
        "key.unknown",
        "ledger.account_unknown",
        "member.unknown",
        "page.unknown",
        "party_activity.unknown",
        "payment.unknown",
        "payout_batch.unknown",
        "person.unknown",
        "photo.gone",
        "place.unknown",
        "points_account.unknown",
        "points_share.unknown",
        "reconciliation.entry_unknown",
        "resource_contract.unknown",
        "reward.unknown",
        "statement.unknown",
        "station.unknown",
        "stock.unknown",
        "subsidy_list.unknown",
        "subsidy_programme.unknown",
        "task.unknown",
        "tracking.unknown",
        "training.unknown",
        "transcription.name_unknown",
        "village_book.unknown",
        "village_file.unknown",
        "village_voucher.unknown",
    }
)
_FORBIDDEN_SUBJECTS: Final = frozenset({"access", "authority", "chain"})
_STATUS: Final[Mapping[str, int]] = {
    "event.too_large": 413,
    "file.bad": 400,
    "form.expired": 403,
    "form.not_confirmed": 422,
    "hearing.closed": 503,
    "hearing.text_missing": 422,
    "hearing.text_too_long": 422,
    "hearing.too_often": 429,
    "hearing.trap": 422,
    "integrity.broken": 503,
    "journal.busy": 503,
    "journal.unavailable": 503,
    "signer.unavailable": 503,
    "key.by_holder": 403,
    "key.not_at_hand": 403,
    "key.not_registered": 403,
    "key.role_granted_alone": 403,
    "key.same_administrator": 403,
    "page.method": 405,
    "page.taken_down": 410,
    "open311.too_often": 429,
    "payout_batch.maker_is_checker": 403,
    "period.maker_is_checker": 403,
    "photo.animated": 422,
    "photo.damaged": 422,
    "photo.not_a_photo": 422,
    "photo.of_iphone": 422,
    "photo.too_large": 413,
    "photo.too_many": 422,
    "photo.too_many_pixels": 413,
    "photo.too_many_waiting": 429,
    "photo.unknown": 422,
    "program.failed": 500,
    "request.malformed": 422,
    "request.too_large": 413,
    "session.invitation_wrong": 401,
    "session.locked": 429,
    "session.no_role": 403,
    "session.required": 401,
    "session.role_not_held": 403,
    "session.wrong_password": 401,
    "tracking.too_often": 429,
}


TITLES: Final[Mapping[int, str]] = {
    400: "文件有错",
    401: "没有登录",
    403: "没有权限",
    404: "没有找到",
    405: "请求方式不对",
    409: "规则不允许",
    410: "已经撤下",
    413: "内容太大",
    422: "填写不对",
    429: "请稍后再试",
    500: "程序出错",
    503: "暂时不能办理",
}
"""What a problem is called, by its status."""


class Misfit(BaseModel):
    """One place of a request that is malformed."""

    where: str = Field(examples=["body.reported_at"])
    reason: str = Field(examples=["缺少这一项"])


class FileFinding(BaseModel):
    """One thing wrong with an uploaded file."""

    file: str
    row: int | None
    column: str | None
    value: str
    code: str
    reason: str


class Problem(BaseModel):
    """Why nothing was recorded (RFC 9457). `code` is permanent; `detail` says in Chinese what to do next."""

    type: str = Field(examples=["urn:mingzhang:problem:incident.already_verified"])
    title: str = Field(examples=["规则不允许"])
    status: int = Field(examples=[409])
    detail: str = Field(examples=["这条线索已核查为属实。请刷新页面查看。"])
    code: str = Field(examples=["incident.already_verified"])
    facts: dict[str, str | int | bool | None] = Field(examples=[{"confirmed": True}])
    request_id: str = Field(examples=["5f0c1b9a2d3e4f60"])
    errors: list[Misfit] = []
    findings: list[FileFinding] = []


def status_of(code: str) -> int:
    """The HTTP status of a refusal: 409, unless the table above says otherwise."""
    if code in _STATUS:
        return _STATUS[code]
    if code in _NOT_FOUND:
        return 404
    return 403 if code.partition(".")[0] in _FORBIDDEN_SUBJECTS else 409


class Problems:
    """Answers errors; `install` hands it to the application."""

    def __init__(self, templates: Templates, identity: Identity) -> None:
        self._templates = templates
        self._identity = identity

    def install(self, app: FastAPI) -> None:
        """Register a handler for each kind of error."""
        app.add_exception_handler(Refusal, self._refusal)
        app.add_exception_handler(BadFile, self._bad_file)
        app.add_exception_handler(RequestValidationError, self._malformed)
        app.add_exception_handler(IntegrityError, self._integrity)
        app.add_exception_handler(Busy, self._busy)
        app.add_exception_handler(Unavailable, self._unavailable)
        app.add_exception_handler(psycopg.OperationalError, self._unavailable)
        app.add_exception_handler(HTTPException, self._http)
        app.add_exception_handler(Exception, self._bug)

    def too_large(self, request: Request) -> Response:
        """The answer to a body beyond its limit."""
        return self.answer(
            request, "request.too_large", {"limit": f"{body_limit(request.url.path) // BODY_BYTES_MAX} MB"}
        )

    def answer(
        self,
        request: Request,
        code: str,
        facts: Mapping[str, str | int | bool | None],
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Misfit] = (),
        findings: Sequence[Finding] = (),
    ) -> Response:
        """A problem for programs, a page for people. It is never stored by anybody on the way."""
        number = status_of(code)
        problem = Problem(
            type=f"urn:mingzhang:problem:{code}",
            title=TITLES[number],
            status=number,
            detail=sentence(code, facts),
            code=code,
            facts=dict(facts),
            request_id=request.state.request_id,
            errors=list(errors),
            findings=[FileFinding(**_fields(found)) for found in findings],
        )
        head = {"cache-control": "no-store", **(headers or {})}
        if _for_programs(request):
            if number == 401:
                head["www-authenticate"] = "Bearer"
            if not request.url.path.startswith("/api/"):
                head["access-control-allow-origin"] = "*"  # as the file that was asked for
            content = problem.model_dump_json(exclude_defaults=True)
            return Response(content, status_code=number, media_type=MEDIA_TYPE, headers=head)
        staff = request.url.path.startswith("/staff")
        if request.url.path.startswith(open311.ROOT):
            form = open311.format_asked(request.url.path)
            number, answer = open311.errors_answer(code, problem.detail, elsewhere=number, form=form)
            head = {**head, "access-control-allow-origin": "*"}
            return Response(answer, status_code=number, media_type=MEDIA_TYPES[form], headers=head)
        page = self._templates.render("problem.html", {"problem": problem, "staff": staff, "back": _back(request)})
        return Response(page, status_code=number, media_type="text/html", headers=head)

    def _refusal(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)  # noqa: S101 - registered for this class
        headers = {}
        if "minutes" in error.facts:
            headers["retry-after"] = str(int(str(error.facts["minutes"])) * 60)
        if error.code == "open311.too_often":
            headers["retry-after"] = str(error.facts["seconds"])
        return self.answer(request, error.code, error.facts, headers=headers)

    def _bad_file(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, BadFile)  # noqa: S101 - registered for this class
        return self.answer(request, "file.bad", {"count": len(error.findings)}, findings=error.findings)

    def _malformed(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
        errors = [misfit(found) for found in error.errors()]
        if errors[0].where == "body" and not _is_json(request.headers.get("content-type", "")):
            errors = [Misfit(where="header.Content-Type", reason="应当是 application/json")]
        return self.answer(request, "request.malformed", {"count": len(errors)}, errors=errors)

    def _integrity(self, request: Request, error: Exception) -> Response:
        log.critical("request %s: integrity is broken: %s", request.state.request_id, error)
        phone = self._identity.auditor_phone or "（未设置电话，请找县审计部门）"
        return self.answer(request, "integrity.broken", {"phone": phone})

    def _busy(self, request: Request, error: Exception) -> Response:
        log.warning("request %s: %s", request.state.request_id, error)
        return self.answer(request, "journal.busy", {}, headers={"retry-after": "5"})

    def _unavailable(self, request: Request, error: Exception) -> Response:
        log.error("request %s: the database or the signer is away: %s", request.state.request_id, error)
        code = "signer.unavailable" if of_the_signer(error) else "journal.unavailable"
        return self.answer(request, code, {}, headers={"retry-after": "10"})

    def _http(self, request: Request, error: Exception) -> Response:
        """What the framework itself says no to: an unknown path, a wrong method, a body that cannot be parsed."""
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
        if error.status_code == 404:
            return self.answer(request, "page.unknown", {})
        if error.status_code == 405:
            return self.answer(request, "page.method", {}, headers=error.headers)
        return self.answer(
            request,
            "request.malformed",
            {"count": 1},
            errors=[Misfit(where="body", reason="内容读不出来，请核对格式")],
        )

    def _bug(self, request: Request, error: Exception) -> Response:
        """Outside the frame, so the headers are added here."""
        identity = request.state.request_id
        log.error("request %s failed", identity, exc_info=error)
        # The framework drops the connection after a bug; whoever would use it again has to know.
        close = {"connection": "close"}
        response = self.answer(request, "program.failed", {"request_id": identity}, headers=close)
        add_headers(MutableHeaders(raw=response.raw_headers), request.scope)
        return response


_MISFITS: Final[Mapping[str, str]] = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项，请删去",
    "json_invalid": "不是合格的 JSON",
    "string_type": "应当是文字",
    "string_too_short": "太短",
    "string_too_long": "太长",
    "string_pattern_mismatch": "格式不对",
    "timezone_aware": "时间要带时区，例如 2026-11-22T08:00:00+08:00",
    "bool_type": "应当是 true 或 false",
    "int_type": "应当是整数",
    "int_parsing": "应当是整数",
    "greater_than": "太小",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "literal_error": "不是可选的值",
    "enum": "不是可选的值",
    "uuid_parsing": "应当是编号（UUID）",
    "uuid_type": "应当是编号（UUID）",
    "too_short": "太少",
    "too_long": "太多",
    "model_attributes_type": "应当是一个 JSON 对象",
    "dict_type": "应当是一个 JSON 对象",
    "list_type": "应当是一个列表",
}


def misfit(found: Mapping[str, Any]) -> Misfit:
    """Where and why, without the value: that may be personal. Reasons of our own validators are Chinese already."""
    where = ".".join(str(part) for part in found["loc"])
    kind = str(found["type"])
    if kind == "value_error":
        return Misfit(where=where, reason=str(found["msg"]).removeprefix("Value error, "))
    reason = _MISFITS.get(kind, "格式不对")
    if kind == "json_invalid":
        return Misfit(where="body", reason=f"{reason}（第 {found['loc'][-1]} 个字符附近）")
    return Misfit(where=where, reason=reason)


def _for_programs(request: Request) -> bool:
    """Whether a program asks: of the API, for a public page as a file, or for nothing but a problem."""
    path = request.url.path
    file = path.startswith("/v/") and "/data/" in path
    return path.startswith("/api/") or file or MEDIA_TYPE in request.headers.get("accept", "")


def _is_json(content_type: str) -> bool:
    media, _, _ = content_type.lower().partition(";")
    return media.strip() == "application/json" or media.strip().endswith("+json")


def _fields(found: Finding) -> dict[str, Any]:
    return {
        "file": found.file,
        "row": found.row,
        "column": found.column,
        "value": found.value,
        "code": found.code,
        "reason": found.reason,
    }


def _back(request: Request) -> str:
    """The page that a form was sent from, if it is ours; otherwise the start of the staff or public pages."""
    home = "/staff" if request.url.path.startswith("/staff") else "/"
    referer = request.headers.get("referer", "")
    own = f"{request.url.scheme}://{request.url.netloc}/"
    if request.method != "POST" or not referer.startswith(own):
        return home
    return "/" + referer.removeprefix(own).lstrip("/")
