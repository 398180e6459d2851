"""`mingzhang init`: a new journal for a county, and the account of its first administrator."""

import argparse

from api.command_line import logins
from api.command_line.asking import given
from api.command_line.console import say, tell
from api.command_line.values import county_code, journal_name
from api.commands.county import Beginning, begin
from api.context import database, make_ready, open_app
from api.settings import Settings, read_settings
from domain.kernel.refusals import Refusal
from migrations.embedded import install_stop_on_signals
from migrations.roles import Access

DESCRIPTION = """
建立一个县的账本：生成密钥，准备数据库，写下第一条记录（创世记录），登记首任管理员并给出初始密码。
账本名称、区划代码、是否演练都写进创世记录，以后不能改。再次运行不会覆盖任何东西。
没有给出的值，在终端上会询问。
"""
EXAMPLE = """
mingzhang init --origin log.hengfeng.example/mingzhang --division 361125000000 --name 横峰县
mingzhang init --origin rehearsal.example/2026 --division 361125000000 --name 横峰县 --rehearsal
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `init` takes."""
    parser.add_argument("--origin", metavar="NAME", type=journal_name, help="账本名称：不带 https:// 的网址，永久不变")
    parser.add_argument("--division", metavar="CODE", type=county_code, help="县的 12 位区划代码")
    parser.add_argument("--name", metavar="COUNTY", help="县名")
    parser.add_argument("--administrator", metavar="NAME", help="首任管理员姓名（默认：系统管理员）")
    parser.add_argument("--login", default="admin", help="首任管理员的登录账号（默认：admin）")
    parser.add_argument("--rehearsal", action="store_true", help="演练账本：永远不能用于真实付款")


def run(arguments: argparse.Namespace) -> int:
    """Begin, or say that it has begun."""
    install_stop_on_signals()
    settings = read_settings()
    beginning = Beginning(
        origin=journal_name(given(arguments.origin, flag="--origin", question="账本名称（不带 https:// 的网址）")),
        division=county_code(given(arguments.division, flag="--division", question="县的 12 位区划代码")),
        county_name=given(arguments.name, flag="--name", question="县名"),
        founder_name=given(
            arguments.administrator, flag="--administrator", question="首任管理员姓名", default="系统管理员"
        ),
        rehearsal=arguments.rehearsal,
    )
    password = start(settings, beginning, login=arguments.login)
    kind = "演练账本" if beginning.rehearsal else "账本"
    say(f"已建立{kind}：{beginning.origin}（{beginning.county_name}，{beginning.division}）")
    say(f"位置：{settings.home}")
    say(f"管理员账号：{arguments.login}    初始密码：{password}")
    tell("初始密码只显示这一次，请抄下。keys 文件夹里的密钥请立即另存一份，遗失无法补造。")
    say("下一步：mingzhang serve")
    return 0


def start(settings: Settings, beginning: Beginning, *, login: str) -> str:
    """Make database, keys, genesis and the administrator's login; returns its password.

    Refuses `log.already_opened`. Killed midway, it completes what is missing when it is run again.
    """
    with database(settings) as access:
        make_ready(access)
        already = _begun(settings, access, beginning)
        with open_app(settings, access=access) as app:
            if already and any(one.person_id == app.log.founder_id for one in logins.listing(app.writing)):
                raise Refusal("log.already_opened", origin=app.log.origin)
            app.runner.catch_up()
            password = logins.new_password()
            logins.add(app.writing, login=login, person_id=app.log.founder_id, password=password)
            return password


def _begun(settings: Settings, access: Access, beginning: Beginning) -> bool:
    """Record the genesis; True if that very journal had begun before."""
    try:
        begin(settings, access, beginning)
    except Refusal as refusal:
        if refusal.code != "log.already_opened" or refusal.facts["origin"] != beginning.origin:
            raise
        return True
    return False
