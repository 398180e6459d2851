"""`mingzhang init`: a new journal for a county, and the account of its first administrator."""

import argparse
import sys
from uuid import UUID

from api.beginning import complete, funds_offered, missing
from api.command_line import logins
from api.command_line.asking import given
from api.command_line.console import say, tell
from api.command_line.opening import acting
from api.command_line.values import county_code, journal_name
from api.commands.county import Beginning, begin
from api.commands.shared import today
from api.context import App, database, make_ready, open_app
from api.custody.wrapping import cost_for
from api.files.workflow_templates import DEFAULT, template_names
from api.settings import Settings, read_settings
from api.web import accounts
from domain.accounts import FUNDS
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from journal.journal import Journal
from migrations.embedded import install_stop_on_signals

NONE = "none"

DESCRIPTION = """
建立一个县的账本：生成密钥，准备数据库，写下第一条记录（创世记录），登记首任管理员并给出初始密码。
账本名称、区划代码、是否演练都写进创世记录，以后不能改。再次运行不会覆盖任何东西。
建立到一半中断的，用同样的名称、区划代码、县名再次运行，接着做完；已显示过初始密码的，要用那个密码
（在终端上询问，或写进 MINGZHANG_SECRET_FILE）。
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
    parser.add_argument(
        "--workflow",
        default=DEFAULT,
        choices=[*template_names(), NONE],
        metavar="NAME",
        help=f"全县启用哪个流程（默认：{DEFAULT}；{NONE}：暂不启用）；以后用 mingzhang workflow adopt 更换",
    )
    parser.add_argument(
        "--funds",
        default=FUNDS,
        choices=funds_offered(),
        metavar="ACCOUNT",
        help=f"本县通常从哪个科目用款：{'、'.join(funds_offered())}（默认：{FUNDS}）；以后发布新的科目表来更换",
    )
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
    anew = start(settings, beginning, login=arguments.login, workflow=arguments.workflow, funds=arguments.funds)
    kind = "演练账本" if beginning.rehearsal else "账本"
    say(f"已建立{kind}：{beginning.origin}（{beginning.county_name}，{beginning.division}）")
    say(f"位置：{settings.home}")
    if anew:
        tell("初始密码只显示这一次，请抄下：管理员的签名密钥只有用它才能打开，遗失无法补造。")
    else:
        tell("管理员的初始密码还是第一次显示的那个，没有另给：他的签名密钥只有用它才能打开，遗失无法补造。")
    tell("keys 文件夹里的密钥请立即另存一份。请尽快再任命两位管理员：更换任何人的密钥都要两位管理员。")
    say("下一步：mingzhang serve")
    say("在终端上运行命令会询问密码；没有终端时，把密码写进只有本人可读的文件（chmod 600），")
    say("再设置 MINGZHANG_SECRET_FILE=那个文件。")
    return 0


def start(settings: Settings, beginning: Beginning, *, login: str, workflow: str = NONE, funds: str = FUNDS) -> bool:
    """Make database, keys, the administrator's login and the genesis; says the login's password before the genesis.

    Then publish what comes with the program, and adopt one of the workflows for the county.

    The password opens the key that signs the genesis, so it must be in somebody's hands before that is recorded.
    Killed before the genesis, it begins anew when it is run again; killed after it, it goes on, and returns False,
    for whoever has that password: nothing else opens the key. Refuses `log.already_opened` on any other journal.
    """
    password = logins.new_password()

    def before_genesis(journal: Journal, founder_id: UUID) -> None:
        cost = cost_for(rehearsal=beginning.rehearsal)
        if accounts.find(journal.store.pool, login) is not None:
            tell("上次在写下第一条记录以前就中断了，重新开始；那时显示过的密码作废。")
        accounts.set_account(journal.store.pool, login=login, person_id=founder_id, password=password, cost=cost)
        say(f"管理员账号：{login}    初始密码：{password}")
        sys.stdout.flush()

    with database(settings) as access:
        make_ready(access)
        founder: Actor | None = None
        try:
            founder = begin(settings, access, beginning, secret=password, before=before_genesis)
        except Refusal as refusal:
            if refusal.code != "log.already_opened" or refusal.facts["origin"] != beginning.origin:
                raise
        with open_app(settings, access=access) as app:
            actor = founder or _founder_of_half_made(app, beginning)
            adopted = None if workflow == NONE else workflow
            complete(app, actor=actor, key="init", on=today(app), workflow=adopted, funds=funds)
            app.runner.catch_up()
    return founder is not None


def _founder_of_half_made(app: App, beginning: Beginning) -> Actor:
    """The first administrator of the same county, whose beginning was interrupted; his key opens with his password.

    Refuses `log.already_opened` where it is another county or one that was made to the end.
    """
    log = app.log
    wanted = (beginning.division, beginning.county_name, beginning.rehearsal)
    with app.writing.connection() as connection:
        left = missing(connection)
    if not left or (log.division, log.county_name, log.rehearsal) != wanted:
        raise Refusal("log.already_opened", origin=app.journal.origin)
    tell("这里的账本建立到一半，现在接着做完，要用第一次显示的初始密码。")
    tell("没有人抄下它，就打不开管理员的签名密钥，接不下去。账本里还没有业务：")
    tell("请把 MINGZHANG_HOME 设为另一个文件夹（外部数据库也另建一个），重新建立。")
    return acting(app, None, role="administrator")
