"""`mingzhang workflow`: which steps reports go through, who takes them, how soon; and the working calendar."""

import argparse
import secrets

from api.command_line.console import say, table
from api.command_line.opening import acting, opened
from api.command_line.values import day_text, division_code
from api.commands import workflows as commands
from api.commands.shared import today
from api.context import App
from api.files.workflow_templates import calendar_names, load_template, load_year, template_names
from api.web.words import ACTS, ROLES, UNITS
from domain.kernel.workflow_steps import Limit
from journal.facts import Actor, Receipt
from projections import workflows

DESCRIPTION = """
流程是数据：每件线索走哪些步骤、谁来办、多快办完，都写在流程文件里，发布后成为账本里的记录；改流程就是发布新版本，
已上报的线索仍走上报时的版本。
list：随程序提供的流程、已发布的版本、各地启用的版本、工作日历。show：一个流程文件的全部步骤。
publish：发布流程（随程序提供的名称，或自己的 .toml 文件；可给几个）。adopt：从某天起在某地启用。
calendar：发布工作日历（年份，或自己的 .toml 文件；可给几个），时限按它计算，含调休。
"""
EXAMPLE = """
mingzhang workflow list
mingzhang workflow show jiamusi-8
mingzhang workflow publish jiamusi-8 shangrao-4
mingzhang workflow adopt shangrao-4 --division 361125000000 --since 2027-01-01 --document 横综治〔2026〕3号
mingzhang workflow calendar 2026
"""

ACTIONS = ("list", "show", "publish", "adopt", "calendar")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `workflow` takes."""
    parser.add_argument("action", choices=list(ACTIONS), metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("names", nargs="*", metavar="NAME", help="流程或年份的名称，或 .toml 文件")
    parser.add_argument(
        "--division", metavar="CODE", type=division_code, help="启用的地方，或日历所属的地方（默认：全县）"
    )
    parser.add_argument("--item", metavar="CODE", help="只用于事项清单里的这个事项（adopt）")
    parser.add_argument("--version", type=int, metavar="N", help="第几版（adopt；默认：最新一版）")
    parser.add_argument("--since", type=day_text, metavar="DAY", help="从哪天上报的起（adopt；默认：今天）")
    parser.add_argument("--document", metavar="TEXT", help="启用所依据的文件（adopt）")
    parser.add_argument("--as", dest="acting_login", metavar="LOGIN", help="以哪个管理员的名义（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Do one of the five."""
    _check(arguments)
    if arguments.action == "show":
        _show(arguments.names[0])
        return 0
    with opened(asks_secret=arguments.action != "list") as app:
        if arguments.action == "list":
            _list(app)
            return 0
        actor = acting(app, arguments.acting_login, role="administrator")
        _tell(_recorded(app, actor, arguments))
        app.runner.catch_up()
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Nothing is opened for arguments that do not go together."""
    count = len(arguments.names)
    if arguments.action in ("show", "adopt") and count != 1:
        raise argparse.ArgumentTypeError(f"{arguments.action} 要一个流程名称")
    if arguments.action in ("publish", "calendar") and not count:
        raise argparse.ArgumentTypeError(f"{arguments.action} 至少要一个名称；list 列出随程序提供的")
    if arguments.action == "adopt" and not arguments.document:
        raise argparse.ArgumentTypeError("adopt 需要 --document：依据哪个文件启用")


def _recorded(app: App, actor: Actor, arguments: argparse.Namespace) -> Receipt:
    key, on = f"workflow:{arguments.action}:{secrets.token_hex(8)}", today(app)
    match arguments.action:
        case "publish":
            new = [load_template(name) for name in arguments.names]
            return commands.publish(app, actor=actor, key=key, new=new, on=on)
        case "calendar":
            years = {year.year: (year, document) for year, document in map(load_year, arguments.names)}
            where = arguments.division or app.log.division
            return commands.publish_calendars(app, actor=actor, key=key, division=where, years=years, on=on)
        case _:
            return commands.adopt(
                app,
                actor=actor,
                key=key,
                division=arguments.division or app.log.division,
                code=arguments.names[0],
                version=arguments.version or _latest(app, arguments.names[0]),
                item=arguments.item,
                since=arguments.since or on,
                document=arguments.document,
                on=on,
            )


def _latest(app: App, code: str) -> int:
    """The newest published version; 1 where there is none, which the rules then refuse."""
    with app.reading.connection() as connection:
        return max((one.version for one in workflows.published(connection) if one.code == code), default=1)


def _list(app: App) -> None:
    with app.reading.connection() as connection:
        published = workflows.published(connection)
        adopted = workflows.adopted(connection, area=app.log.division)
        calendars = workflows.calendars(connection)
    say("随程序提供的流程：" + "、".join(f"{name}（{load_template(name).title}）" for name in template_names()))
    say("随程序提供的日历：" + "、".join(calendar_names()))
    say("已发布：")
    say(
        table(
            ("流程", "名称", "版本", "发布日", "依据"),
            [(one.code, one.title, one.version, one.published_on, one.document) for one in published],
        )
    )
    titles = {one.event: f"{one.title} 第 {one.version} 版" for one in published}
    say("启用：")
    say(
        table(
            ("地方", "事项", "流程", "从哪天起", "依据"),
            [(one.division, one.item or "全部", titles[one.workflow], one.since, one.document) for one in adopted],
        )
    )
    say("工作日历：")
    say(table(("地方", "年份", "依据"), [(one.division, one.year, one.document) for one in calendars]))


def _show(name: str) -> None:
    found = load_template(name)
    say(f"{found.title}（{found.code}），依据：{found.document}")
    say(
        table(
            ("步骤", "本地叫法", "谁来办", "必经", "时限"),
            [
                (
                    ACTS.get(step.act, step.act),
                    step.stage,
                    _roles(step.roles),
                    "是" if step.mandatory else "否",
                    limit_text(step.limit),
                )
                for step in found.steps
            ],
        )
    )
    say("随时可办：")
    say(
        table(
            ("步骤", "谁来办", "最多"),
            [
                (ACTS.get(one.act, one.act), _roles(one.roles), f"{one.times_max} 次" if one.times_max else "不限")
                for one in found.besides
            ],
        )
    )


def limit_text(limit: Limit | None) -> str:
    """`5 个工作日`; `不限` where there is no limit."""
    return "不限" if limit is None else f"{limit.amount} {UNITS.get(limit.unit, limit.unit)}"


def _roles(roles: tuple[str, ...]) -> str:
    return "、".join(ROLES.get(role, role) for role in roles)


def _tell(receipt: Receipt) -> None:
    for event in receipt.events:
        say(f"已记录：{event}")
