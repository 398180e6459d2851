"""`mingzhang points`: publish a points rule, show the one in force, simulate a proposed one; let points expire."""

import argparse
import secrets
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from api.command_line.console import say, table
from api.command_line.opening import acting, opened
from api.command_line.values import day_text, division_code
from api.commands import points as commands
from api.commands.shared import today
from api.context import App
from api.files.points_rules import PointsRuleFile, load_points_rule, points_rule_names
from api.points_simulating import simulate_rule
from api.web.points_words import CAP_SCOPES, HOLDERS, PERIODS, REACHES, UNITS, times
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.points.rules import Layers, Rule
from journal.facts import Actor
from projections import points_queries

DESCRIPTION = """
积分规则是数据：哪些事得几分、扣几分，上限、倍数、有效期，都写在规则文件里，公布后成为账本里的记录。县级规则先行，
乡镇、村可以另加一层：同一事项以最窄的一层为准，各层的上限同时有效。事情按做的那天有效的规则计分。
offered：随程序提供的规则。show：某天在某地有效的规则。simulate NAME：把一份拟议的规则套到过去的事上，看会发多少分、
与实际相差多少，什么也不记录。publish NAME：公布（县级第一版可从过去某天起，其余从明天起）。
expire：把过了有效期还没有用的积分记为到期；可以反复运行。NAME 是规则名称，或自己写的 .toml 文件。
"""
EXAMPLE = """
mingzhang points offered
mingzhang points simulate red-riders --since 2026-01-01 --until 2026-06-30
mingzhang points publish red-riders --document "横文明〔2026〕1号"
mingzhang points publish 本村规则.toml --division 361125100201 --document "村规民约" --since 2027-01-01
mingzhang points show --division 361125100201
mingzhang points expire
"""
ACTIONS: Final = ("offered", "show", "simulate", "publish", "expire")
BATCH: Final = 200
"""So many accounts in one append: the signed lines of a command are written together."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `points` takes."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("name", nargs="?", metavar="NAME", help="规则名称，或 .toml 文件（simulate、publish）")
    parser.add_argument("--division", type=division_code, metavar="CODE", help="区划代码（默认：本县）")
    parser.add_argument("--document", metavar="TEXT", help="文号（publish）")
    parser.add_argument(
        "--since", type=day_text, metavar="DAY", help="从哪天起（publish，默认：明天；simulate，默认：今年 1 月 1 日）"
    )
    parser.add_argument("--until", type=day_text, metavar="DAY", help="到哪天止（simulate，默认：今天）")
    parser.add_argument("--on", type=day_text, metavar="DAY", help="哪一天（show，默认：今天）")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以哪个管理员的名义（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Do one of the five. Raises ArgumentTypeError, BadFile, Refusal."""
    if arguments.action == "offered":
        say(table(("名称", "规则", "事项"), [_offered(name) for name in points_rule_names()]))
        return 0
    rule = _rule(arguments) if arguments.action in ("simulate", "publish") else None
    with opened(asks_secret=arguments.action in ("publish", "expire")) as app:
        if arguments.action == "expire":
            _expire(app, arguments)
        elif rule is None:
            _show(app, arguments.division or app.log.division, arguments.on or today(app))
        elif arguments.action == "publish":
            _publish(app, arguments, rule)
        else:
            _simulate(app, arguments, rule)
    return 0


def _offered(name: str) -> tuple[str, str, int]:
    found = load_points_rule(name)
    return name, found.title, len(found.content.items)


def _rule(arguments: argparse.Namespace) -> PointsRuleFile:
    """The rule that is meant. Raises ArgumentTypeError where something is missing, BadFile, Refusal."""
    known = "、".join(points_rule_names())
    if not arguments.name:
        raise argparse.ArgumentTypeError(f"{arguments.action} 缺少规则名称：{known}，或 .toml 文件")
    if arguments.action == "publish" and not arguments.document:
        raise argparse.ArgumentTypeError("publish 缺少参数：--document")
    shipped = arguments.name in points_rule_names()
    if not shipped and not arguments.name.endswith(".toml"):
        raise argparse.ArgumentTypeError(f"没有名为“{arguments.name}”的规则。随程序提供的有：{known}")
    return load_points_rule(arguments.name if shipped else Path(arguments.name))


def _show(app: App, division: Division, on: date) -> None:
    found = commands.layers_in_force(app, division, on=on)
    if not found.rules:
        say(f"{division} 在 {on} 还没有积分规则。请用 mingzhang points publish 公布。")
        return
    titles = found.titles()
    rows = [
        (
            titles.get(item.category, item.category),
            item.code,
            item.title,
            item.points,
            UNITS[item.unit],
            _layer(found, item.code),
        )
        for item in found.items()
    ]
    say(table(("类别", "代码", "事项", "分", "每", "哪一层"), rows))
    for rule in found.rules:
        say("".join(_terms(rule, titles)))


def _layer(found: Layers, code: str) -> str:
    listed = found.find(code)
    return f"{listed[0].division} 第 {listed[0].version} 版" if listed is not None else ""


def _terms(rule: Rule, titles: Mapping[str, str]) -> Iterator[str]:
    """A layer's terms in a few sentences."""
    yield f"{rule.division} 第 {rule.version} 版，{rule.since} 起（{rule.document}）：记{HOLDERS[rule.holder]}账户，"
    yield f"{rule.expires_after_months} 个月后月底到期" if rule.expires_after_months else "长期有效"
    yield "，可补现金" if rule.cash_top_up else "，不补现金"
    yield f"，在{REACHES[rule.exchange_within]}的驿站兑换" if rule.exchange_within else ""
    yield "，扣分可记欠分。" if rule.debt_from_deductions else "，扣分以现有积分为限。"
    for cap in rule.caps:
        about = titles.get(cap.category or "", "各类合计")
        yield f"\n  上限：{CAP_SCOPES[cap.scope]}每{PERIODS[cap.period]} {cap.points} 分（{about}）"
    for window in rule.windows:
        about = "、".join(titles.get(one, one) for one in window.categories) or "各类"
        yield f"\n  倍数：{window.since} 至 {window.until} {times(window.factor_percent)}（{about}）"
    for limit in rule.exchange_limits:
        yield f"\n  兑换限量：每{PERIODS[limit.period]} {limit.quantity} 件（{limit.sku or '每种物品'}）"


def _publish(app: App, arguments: argparse.Namespace, rule: PointsRuleFile) -> None:
    division, on = arguments.division or app.log.division, today(app)
    receipt = commands.publish(
        app,
        actor=acting(app, arguments.login, role="administrator"),
        key=f"points_rule:{secrets.token_hex(8)}",
        division=division,
        content=rule.content,
        since=arguments.since or date.fromordinal(on.toordinal() + 1),
        document=arguments.document,
        on=on,
    )
    app.runner.catch_up()
    say(f"已公布“{rule.title}”：{division}，记录 {receipt.first_index}。")


def _simulate(app: App, arguments: argparse.Namespace, rule: PointsRuleFile) -> None:
    until = arguments.until or today(app)
    since = arguments.since or until.replace(month=1, day=1)
    if since > until:
        raise argparse.ArgumentTypeError(f"--since {since} 晚于 --until {until}；请改正")
    division = arguments.division or app.log.division
    found = simulate_rule(app, division=division, content=rule.content, since=since, until=until)
    titles = {one.code: one.title for one in rule.content.categories}
    rows: list[tuple[object, ...]] = [
        (titles.get(one.category, one.category), one.deeds, one.holders, one.points, one.cut, one.gave, one.difference)
        for one in found.categories
    ]
    rows.append(("合计", "", found.holders, found.points, "", found.gave, found.points - found.gave))
    say(f"{division}，{since} 至 {until}，按“{rule.title}”试算（没有记录任何内容）：")
    say(table(("类别", "件", "账户", "应得", "超过上限不计", "实得", "相差"), rows))
    if found.unlisted:
        say(f"另有 {found.unlisted} 件不在规则的事项里。")


def _expire(app: App, arguments: argparse.Namespace) -> None:
    actor, on = acting(app, arguments.login, role="administrator"), today(app)
    app.runner.catch_up()
    count, after = 0, None
    while due := _due(app, on, after):
        after = due[-1]
        count += _expired(app, actor, due, on)
    app.runner.catch_up()
    say(f"{count} 个账户有积分到期。" if count else "没有到期的积分。")


def _expired(app: App, actor: Actor, due: list[UUID], on: date) -> int:
    """How many accounts had something to expire; none where somebody else was faster."""
    try:
        receipt = commands.expire(app, actor=actor, key=f"expire:{secrets.token_hex(8)}", account_ids=due, on=on)
    except Refusal as refusal:
        if refusal.code != "command.nothing_to_record":
            raise
        return 0
    return len(receipt.events)


def _due(app: App, on: date, after: UUID | None) -> list[UUID]:
    with app.reading.connection() as conn:
        return points_queries.due(conn, on=on, after=after, limit=BATCH)
