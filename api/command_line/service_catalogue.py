"""`mingzhang catalogue`: publish a service catalogue that comes with the program, or show what may be reported."""

import argparse
import secrets
from datetime import date
from pathlib import Path
from typing import Final

from api.command_line.console import say, table
from api.command_line.opening import acting, opened
from api.command_line.values import day_text, division_code
from api.commands import catalogue as commands
from api.commands.shared import today
from api.context import App
from api.files.catalogue_profiles import CatalogueProfile, catalogue_profile_names, load_catalogue_profile
from domain import catalogues
from domain.kernel.places import Division, chain

DESCRIPTION = """
事项清单：哪些事可以上报，从哪天起，到哪天止。线索按上报那天的清单判断。
offered：随程序提供的清单。publish NAME：把一份清单里还没有准入的事项全部准入，一项一条记录；已经准入的不变。
NAME 是清单名称，或自己写的 .toml 文件（格式见随程序提供的 digital-city.toml）。list：某一天在某个地方可以上报的事项。
逐项准入、退出请在网页“事项清单”上办理。
"""
EXAMPLE = """
mingzhang catalogue offered
mingzhang catalogue publish digital-city --document "横网格〔2026〕9号"
mingzhang catalogue publish 本县清单.toml --document "横网格〔2026〕9号" --since 2027-01-01
mingzhang catalogue list --on 2026-12-01
"""
ACTIONS: Final = ("offered", "publish", "list")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `catalogue` takes."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("name", nargs="?", metavar="NAME", help="清单名称，或 .toml 文件（publish）")
    parser.add_argument("--document", metavar="TEXT", help="文号（publish）")
    parser.add_argument("--division", type=division_code, metavar="CODE", help="区划代码（默认：本县）")
    parser.add_argument("--since", type=day_text, metavar="YYYY-MM-DD", help="从哪天起（publish，默认：今天）")
    parser.add_argument("--on", type=day_text, metavar="YYYY-MM-DD", help="哪一天（list，默认：今天）")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以哪个管理员的名义（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Show what is offered, publish, or list. Raises BadFile, Refusal."""
    if arguments.action == "offered":
        _offer()
        return 0
    if arguments.action == "publish":
        profile = _profile(arguments)
        with opened(asks_secret=True) as app:
            _publish(app, arguments, profile)
        return 0
    with opened() as app:
        _list(app, arguments.division or app.log.division, arguments.on or today(app))
    return 0


def _offer() -> None:
    profiles = [load_catalogue_profile(name) for name in catalogue_profile_names()]
    rows = [
        (one.name, one.title, sum(1 for _ in one.items()), "、".join(known.name for known in one.classes))
        for one in profiles
    ]
    say(table(("名称", "清单", "事项", "大类"), rows))


def _profile(arguments: argparse.Namespace) -> CatalogueProfile:
    """The catalogue to publish. Raises ArgumentTypeError where something is missing, BadFile."""
    if not arguments.name:
        raise argparse.ArgumentTypeError(f"publish 缺少清单名称：{'、'.join(catalogue_profile_names())}，或 .toml 文件")
    if not arguments.document:
        raise argparse.ArgumentTypeError("publish 缺少参数：--document")
    named = arguments.name
    if named not in catalogue_profile_names() and not named.endswith(".toml") and not Path(named).exists():
        raise argparse.ArgumentTypeError(
            f"没有名为“{named}”的清单。随程序提供的有：{'、'.join(catalogue_profile_names())}；"
            "自己写的清单请给出 .toml 文件"
        )
    return load_catalogue_profile(named if named in catalogue_profile_names() else Path(named))


def _publish(app: App, arguments: argparse.Namespace, profile: CatalogueProfile) -> None:
    division, on = arguments.division or app.log.division, today(app)
    receipt = commands.publish(
        app,
        actor=acting(app, arguments.login, role="administrator"),
        key=f"catalogue:{profile.name}:{secrets.token_hex(8)}",
        division=division,
        profile=profile,
        since=arguments.since or on,
        document=arguments.document,
        on=on,
    )
    app.runner.catch_up()
    say(f"已公布“{profile.title}”：准入 {len(receipt.events)} 项，记录 {receipt.first_index} 至 {receipt.last_index}。")


def _list(app: App, division: Division, on: date) -> None:
    streams = [commands.catalogue_stream(code) for code in chain(division)]
    found = app.journal.states(streams, catalogues.evolve)
    items = catalogues.items_in_force([found[stream] for stream in streams], on=on)
    if not items:
        say(f"{division} 在 {on} 还没有公布事项清单。请用 mingzhang catalogue publish 公布。")
        return
    rows = [
        (item.category, item.code, item.title, "否" if item.sensitive else "是", item.since, item.last_day or "")
        for item in items
    ]
    say(table(("大类", "代码", "事项", "可公开", "从哪天起", "最后一天"), rows))
