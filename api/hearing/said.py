"""What became of what somebody said: the page that keeps his number. It shows the state and the public answer only.

What must not be broken: his words are not on it, so that a number that others see gives nothing of them away.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response

from api.public.answers import page
from api.public.months import Read
from api.public.reading import Reading
from api.public.where import path_to, today
from api.web.affair_words import CLOSING_REASONS, SUGGESTION_OUTCOMES
from api.web.cached import GET
from api.web.disclosed.kinds import WORDS, disclosed_period_text, row_words
from api.web.erasure_words import GONE
from api.web.routes import Routes
from api.web.running import require_running
from api.web.templates import day
from domain.kernel.refusals import Refusal
from projections import places, posted_disclosures, suggestions
from projections.disclosed.titles import titles
from projections.posted_disclosures import PostedVersion, PublicObjection
from projections.suggestions import Suggestion

MODELS: Final = (*posted_disclosures.MODELS, places)

router = Routes(include_in_schema=False)


@router.api_route("/said/objection/{identity}", methods=GET)
def objection(request: Request, identity: str, read: Read, large: bool = False) -> Response:
    """An objection. Refuses `page.unknown`."""
    own = _identity(identity)
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        require_running(conn, MODELS)
        found = posted_disclosures.objection(conn, own)
        versions = posted_disclosures.versions(conn, found.disclosure_id) if found is not None else []
        one = next((one for one in versions if found is not None and one.version == found.version), None)
        if found is None or one is None:
            raise Refusal("page.unknown")
        path = path_to(conn, read, one.division)
        title = titles(conn, [one.period]).get(one.period)
    at = f"/v/{one.division}/disclosures/{one.kind}/{one.period}/{one.version}"
    values: dict[str, Any] = {
        "path": path,
        "heading": "您的异议已收到",
        "state": _state(found),
        "number": found.number,
        "facts": [
            ("对", _about(one, found, title)),
            ("收到", day(found.raised_on)),
            ("答复期限", day(found.answer_by)),
        ],
        "gone": _gone(found.erased_on, found.erasure_basis),
        "answer": found.answer,
        "back": at,
        "large": large,
    }
    return _page(request, read, values)


@router.api_route("/said/suggestion/{identity}", methods=GET)
def suggestion(request: Request, identity: str, read: Read, large: bool = False) -> Response:
    """A suggestion. Refuses `page.unknown`."""
    own = _identity(identity)
    read.healthy()
    with read.pool.connection() as conn, conn.transaction():
        require_running(conn, (suggestions, places))
        found = suggestions.one(conn, own)
        if found is None:
            raise Refusal("page.unknown")
        path = path_to(conn, read, found.division)
    facts = [("收到", day(found.opened_on))]
    if found.gist:
        facts.append(("受理的摘要", found.gist))
    if found.due_on:
        facts.append(("答复期限", day(found.due_on)))
    values: dict[str, Any] = {
        "path": path,
        "heading": "您的意见已收到",
        "state": _suggestion_state(found),
        "number": str(own)[:8],
        "facts": facts,
        "gone": _gone(found.erased_on, found.erasure_basis),
        "answer": found.answer,
        "back": f"/v/{found.division}/suggestions",
        "large": large,
    }
    return _page(request, read, values)


def _suggestion_state(found: Suggestion) -> str:
    if found.outcome is not None and found.answered_on is not None:
        return f"{day(found.answered_on)}已答复：{SUGGESTION_OUTCOMES[found.outcome]}。"
    if found.reason is not None:
        return f"已办结：{CLOSING_REASONS[found.reason]}。"
    if found.due_on is None:
        return "已记入账本，等村里受理。"
    if found.late_on(today()):
        return f"还没有答复，已超过期限（{day(found.due_on)}）。"
    return f"已受理，{day(found.due_on)}前答复。"


def _about(one: PostedVersion, found: PublicObjection, own_title: str | None) -> str:
    title = f"{disclosed_period_text(one.period, own_title)}{WORDS[one.kind].title}（第 {one.version} 版）"
    return title if found.row_name is None else f"{title}，{row_words(one.kind, found.row_name)}"


def _state(found: PublicObjection) -> str:
    if found.answered_on is not None:
        before = f"（{day(found.promised_on)}曾答复属实，后来改答）" if found.promised_on is not None else ""
        return f"{day(found.answered_on)}已答复：{'属实，予以更正' if found.upheld else '不属实，维持原公示'}{before}。"
    if found.answer_by < today():
        return f"还没有答复，已超过期限（{day(found.answer_by)}）。"
    return f"已记入账本，{day(found.answer_by)}前答复。"


def _gone(erased_on: date | None, basis: str | None) -> str | None:
    """What stands there of words that were destroyed; None of those that are there."""
    return f"{GONE}（{day(erased_on)}，依据：{basis}）。" if erased_on is not None else None


def _page(request: Request, read: Reading, values: dict[str, Any]) -> Response:
    return page(request, read.templates.render("public/said.html", values))


def _identity(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("page.unknown") from None
