"""`mingzhang disclose`: what a place owes to post and what is late; drafting, review, posting, answers, the end."""

import argparse
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from api.command_line.console import say, table
from api.command_line.opening import acting, opened
from api.command_line.values import division_code
from api.commands.disclosing import computing, disclosures, objections
from api.commands.shared import today
from api.context import App
from api.pooling import READ_TIMEOUT_S
from api.web.disclosed.corrections import in_words
from api.web.disclosed.kinds import WORDS, disclosed_period_text, told_apart_text
from api.web.disclosed.since_posted import COMPARED, since_posted
from api.web.disclosing_words import CHANNELS, KINDS, STATES
from domain.kernel.disclosed import KINDS as KIND_CODES
from domain.kernel.documents import Document
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal import disclosed_documents
from journal.errors import IntegrityError
from journal.facts import Actor, Receipt
from projections import disclosure_calendar, disclosure_queries, places
from projections.disclosed.titles import titles
from projections.disclosure_queries import Disclosure

DESCRIPTION = """
村务公开，一期一期地办。compute：按账本计算并显示一句话，什么也不记录。draft：计算并拟定一版；已公布过的，用 --reason
写更正原因。review：由村务监督委员会成员审查（--back 退回，--text 意见）。publish：公布。answer：答复异议（--objection；
成立的加 --upheld）。close：公示期满后结束；archive：归档。due：应公开的，哪些超期。show：一期的各版、异议和答复。
"""
EXAMPLE = """
mingzhang disclose due --division 361125001201
mingzhang disclose compute --division 361125001201 --kind rewards --period 2026-10
mingzhang disclose draft --division 361125001201 --kind rewards --period 2026-10 --as hanbing
mingzhang disclose review --division 361125001201 --kind rewards --period 2026-10 --as fengjie
mingzhang disclose publish --division 361125001201 --kind rewards --period 2026-10 --as hanbing
mingzhang disclose show --division 361125001201 --kind rewards --period 2026-10
"""

Step = Callable[[dict[str, Any], Disclosure, argparse.Namespace], Receipt]


def _review(asked: dict[str, Any], found: Disclosure, given: argparse.Namespace) -> Receipt:
    return disclosures.review(
        **asked,
        disclosure_id=found.disclosure_id,
        version=found.latest,
        passed=not given.back,
        opinion=given.text or "",
    )


def _publish(asked: dict[str, Any], found: Disclosure, _given: argparse.Namespace) -> Receipt:
    return disclosures.publish(**asked, disclosure_id=found.disclosure_id, version=found.latest)


def _answer(asked: dict[str, Any], found: Disclosure, given: argparse.Namespace) -> Receipt:
    if given.objection is None or given.text is None:
        raise argparse.ArgumentTypeError("answer 要写 --objection 和 --text")
    return objections.answer(
        **asked,
        disclosure_id=found.disclosure_id,
        objection_id=given.objection,
        upheld=given.upheld,
        text=given.text,
    )


def _close(asked: dict[str, Any], found: Disclosure, _given: argparse.Namespace) -> Receipt:
    return disclosures.close(**asked, disclosure_id=found.disclosure_id)


def _archive(asked: dict[str, Any], found: Disclosure, _given: argparse.Namespace) -> Receipt:
    return disclosures.archive(**asked, disclosure_id=found.disclosure_id)


_STEPS: Final[Mapping[str, tuple[Step, str]]] = {
    "review": (_review, "village_supervisor"),
    "publish": (_publish, "village_accountant"),
    "answer": (_answer, "village_committee"),
    "close": (_close, "village_accountant"),
    "archive": (_archive, "village_accountant"),
}
"""Action -> what it does, and the role that usually does it."""
DRAFTER: Final = "village_accountant"
NEWEST: Final = 500
"""So many posted disclosures of a kind are looked at for changes of their books since."""
ACTIONS: Final = ("due", "show", "compute", "draft", *_STEPS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `disclose` takes."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("--division", type=division_code, metavar="CODE", help="区划代码（默认：本县）")
    kinds = "，".join(f"{code} {KINDS[code]}" for code in KIND_CODES)
    parser.add_argument("--kind", choices=KIND_CODES, metavar="KIND", help=f"内容：{kinds}")
    parser.add_argument("--period", metavar="PERIOD", help="时间：2026-10、2026-Q4、2026，专项写 once- 加编号")
    parser.add_argument("--reason", metavar="TEXT", help="更正原因，会公开（draft）")
    parser.add_argument("--text", metavar="TEXT", help="审查意见（review）或答复（answer），会公开")
    parser.add_argument("--back", action="store_true", help="退回（review，默认：通过）")
    parser.add_argument("--objection", type=UUID, metavar="UUID", help="异议编号（answer）")
    parser.add_argument("--upheld", action="store_true", help="异议成立（answer，默认：不成立）")
    parser.add_argument("--role", metavar="ROLE", help="以什么角色（默认：通常办这一步的角色）")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以谁的名义（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Show, or take one step. Raises ArgumentTypeError, Refusal."""
    if arguments.action != "due" and (arguments.kind is None or arguments.period is None):
        raise argparse.ArgumentTypeError(f"{arguments.action} 要写 --kind 和 --period")
    if arguments.action in ("due", "show", "compute"):
        with opened() as app:
            look(app, arguments)
        return 0
    with opened(asks_secret=True) as app:
        usual = _STEPS[arguments.action][1] if arguments.action in _STEPS else DRAFTER
        take(app, arguments, actor=acting(app, arguments.login, role=arguments.role or usual))
    return 0


def look(app: App, arguments: argparse.Namespace) -> None:
    """Say what is owed, how a disclosure stands, or what would be drafted now; nothing is recorded."""
    app.runner.catch_up()
    if arguments.action == "due":
        _due(app, arguments)
    elif arguments.action == "show":
        _show(app, _found(app, arguments))
    else:
        say(_told(_computed(app, arguments).document))


def take(app: App, arguments: argparse.Namespace, *, actor: Actor) -> None:
    """Take one step as somebody, and say what was recorded. Raises Refusal."""
    app.runner.catch_up()
    key, on = f"disclose:{arguments.action}:{secrets.token_hex(8)}", today(app)
    asked: dict[str, Any] = {"app": app, "actor": actor, "key": key, "on": on}
    if arguments.action == "draft":
        computed = _computed(app, arguments)
        _, receipt = disclosures.draft(**asked, digest=computed.digest, reason=arguments.reason)
        say(f"{_told(computed.document)}\n摘要 {computed.digest}")
    else:
        receipt = _STEPS[arguments.action][0](asked, _found(app, arguments), arguments)
    say(f"已记录：{'、'.join(receipt.events)}")
    app.runner.catch_up()
    app.runner.wait_for(receipt.position, timeout_s=READ_TIMEOUT_S)


def _computed(app: App, arguments: argparse.Namespace) -> computing.Computed:
    division = arguments.division or app.log.division
    return computing.compute(app, division=division, kind=arguments.kind, period=arguments.period, on=today(app))


def _told(document: Document) -> str:
    said = WORDS[document.kind].sentence(document.sentence)
    return f"{said}\n共 {document.row_count} 行，依据账本前 {document.position} 条"


def _found(app: App, arguments: argparse.Namespace) -> Disclosure:
    division = arguments.division or app.log.division
    with app.reading.connection() as conn:
        found = disclosure_queries.of(conn, division, arguments.kind, arguments.period, on=today(app))
    if found is None:
        raise Refusal("disclosure.unknown")
    return found


def _due(app: App, arguments: argparse.Namespace) -> None:
    on, area = today(app), arguments.division or app.log.division
    with app.reading.connection() as conn:
        villages = [place.code for place in places.within(conn, area, on=on)]
        owed = disclosure_calendar.calendar(conn, area, villages, county=app.log.division, today=on)
        known = titles(conn, [one.period for one in owed])
    rows = [
        (
            one.division,
            KINDS[one.kind],
            told_apart_text(one.period, known.get(one.period)),
            one.due_on.isoformat(),
            f"超期 {one.days_late(on)} 天" if one.late(on) else "",
            "已拟定" if one.begun else "",
        )
        for one in owed
        if one.open
    ]
    say(table(("地方", "内容", "时间", "最迟", "超期", "进度"), rows) if rows else "没有欠着的。")
    _moved(app, area)


def _moved(app: App, area: Division) -> None:
    """Say what was posted and is to be corrected, because its period's books have changed since."""
    rows = []
    with app.reading.connection() as conn:
        for kind in COMPARED:
            with conn.transaction():
                found = disclosure_queries.within(conn, area, on=today(app), kind=kind, posted=True, limit=NEWEST)
                posted = [_posted_last(conn, one) for one in found if one.ended_on is None]
            for version, document in posted:
                changed = since_posted(conn, document)
                if changed is not None:
                    period = disclosed_period_text(document.period)
                    rows.append((document.division, KINDS[kind], period, f"第 {version} 版", in_words(changed)))
    if rows:
        say("公布以后账又有变动，要更正后重新公布的：")
        say(table(("地方", "内容", "时间", "公布的", "变动"), rows))


def _posted_last(conn: Connection[Any], found: Disclosure) -> tuple[int, Document]:
    """The version posted last, and what it says. Raises IntegrityError where that is not kept."""
    last = next(one for one in disclosure_queries.versions(conn, found.disclosure_id) if one.version == found.posted)
    document = disclosed_documents.document_of(conn, last.document)
    if document is None:
        raise IntegrityError(f"the disclosed document {last.document} is missing")
    return last.version, document


def _show(app: App, found: Disclosure) -> None:
    with app.reading.connection() as conn:
        versions = disclosure_queries.versions(conn, found.disclosure_id)
        told = disclosure_queries.objections(conn, found.disclosure_id)
        period = told_apart_text(found.period, titles(conn, [found.period]).get(found.period))
    say(f"{KINDS[found.kind]} {period}（{found.division}），{STATES[found.state]}")
    rows = [
        (
            one.version,
            one.drafted_on.isoformat(),
            "" if one.passed is None else ("通过" if one.passed else "退回"),
            f"{one.since} 至 {one.until}" if one.since else "",
            one.reason or "",
            one.document,
        )
        for one in versions
    ]
    say(table(("版", "拟定", "审查", "公示", "更正原因", "摘要"), rows))
    for one in told:
        answered = "待答复" if one.upheld is None else f"{'成立' if one.upheld else '不成立'}：{one.answer}"
        say(f"异议 {one.objection_id}（{CHANNELS[one.channel]}，第 {one.version} 版）{answered}")
