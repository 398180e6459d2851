"""`mingzhang account`: the staff and their logins, without SQL."""

import argparse
import secrets
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from api.command_line import account_api_keys, account_keys, logins
from api.command_line.console import say, table, tell
from api.command_line.opening import acting, opened, person_behind
from api.command_line.values import division_code
from api.commands.county import NewPerson, grant_role, register_persons
from api.context import App
from api.custody import invitations
from api.custody.opening import cost_of, roles_held
from api.web import accounts, words
from api.web.accounts import BadAccount
from api.web.names import shown_names
from domain.kernel.calendar import day_in_china
from domain.keys import REASONS, SERVER_HELD
from domain.persons import ROLES
from projections import persons

DESCRIPTION = """
管理工作人员及其登录账号、签名密钥。人员、角色和密钥是账本里的记录，由管理员签名；登录账号和密码不进账本。
add：登记一个新人，给一个角色和账号；grant：再给一个角色；password：另发密码或邀请码；remove：收回账号；list：列出。
成员由服务器代管密钥，得到一个密码。工作人员得到一个邀请码，凭它自定口令（accept，或在网页上）：签名密钥只有用
本人的口令才能打开，服务器、数据库和备份里都没有。本人把密钥指纹念给一位管理员，由他登记（register）。
secret：换口令，密钥不变；keys：列出密钥；retire：停用；revoke：从某一条记录起吊销，它签的都不认；
从那里起它已签过记录的，先说有几条、第一条在哪里，把条数写在 --confirm 里才吊销，不能撤回。
遗失口令：一位管理员吊销，发新邀请码，由另一位管理员登记新密钥；都不能是本人。所以至少要有三位管理员。
api-key：给外面的程序一把接口密钥（Open311 上报），以该账号的一个角色上报；api-keys：列出；api-key-end：收回。
工作人员的接口密钥要本人输入口令：他的签名密钥随之封存，只有接口密钥能打开。换口令不影响接口密钥，请另行收回。
密码、邀请码和接口密钥只显示一次。口令在终端输入，或写在 MINGZHANG_SECRET_FILE 所指的、只有本人可读的文件里。
"""
EXAMPLE = """
mingzhang account add zhangsan --name 张三 --role grid_worker --area 361125101000
mingzhang account grant zhangsan --role county_officer
mingzhang account accept zhangsan --code abcd-efgh-jkmn-pqrs
mingzhang account register zhangsan --role grid_worker --fingerprint 1f2e-3d4c-5b6a-7988-9706-1524
mingzhang account revoke zhangsan --role grid_worker --from 1200 --reason secret_lost --as lisi
mingzhang account api-key zhangsan --role grid_worker --program 随手拍小程序
mingzhang account list
"""

STEPS = {**account_keys.STEPS, **account_api_keys.STEPS}
ACTIONS = ("add", "grant", "password", "remove", "list", *STEPS)
WITHOUT_SECRET = ("password", "remove", "list", "keys", *account_api_keys.STEPS)
WITHOUT_LOGIN = ("list", "keys", "api-keys")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `account` takes."""
    parser.add_argument("action", choices=list(ACTIONS), metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("login", nargs="?", metavar="LOGIN", help="登录账号：小写字母、数字和 . _ -")
    parser.add_argument("--name", help="姓名（add）")
    parser.add_argument(
        "--role",
        choices=sorted(ROLES),
        metavar="ROLE",
        help="角色，如 grid_worker、county_officer、county_approver",
    )
    parser.add_argument("--area", type=division_code, metavar="CODE", help="管辖范围的区划代码（默认：全县）")
    parser.add_argument("--department", metavar="NAME", help="部门办理人的部门：派给它的事只有它的办理人能办")
    parser.add_argument("--code", help="邀请码（accept）")
    parser.add_argument("--new-file", type=Path, metavar="FILE", help="新口令的文件（secret；默认：在终端询问）")
    parser.add_argument("--fingerprint", metavar="HEX", help="本人念出的密钥指纹（register）")
    parser.add_argument("--from", dest="from_index", type=int, metavar="INDEX", help="从哪个索引的记录起不认（revoke）")
    parser.add_argument(
        "--confirm", type=int, metavar="COUNT", help="从那里起它已签过的、将不认的记录有几条（revoke；没有就不用写）"
    )
    parser.add_argument("--reason", choices=sorted(REASONS), metavar="REASON", help=f"理由：{_reasons()}")
    parser.add_argument("--program", metavar="NAME", help="程序或单位的名称（api-key）")
    parser.add_argument("--number", metavar="NUMBER", help="接口密钥的编号（api-key-end），见 api-keys")
    parser.add_argument("--as", dest="acting_login", metavar="LOGIN", help="以哪个管理员的名义（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Do one of the actions."""
    action, login = arguments.action, arguments.login
    if action == "list":
        with opened() as app:
            _list(app)
        return 0
    if not login and action not in WITHOUT_LOGIN:
        raise argparse.ArgumentTypeError("缺少参数：LOGIN")
    with opened(asks_secret=action not in WITHOUT_SECRET) as app:
        app.runner.catch_up()
        match action:
            case step if step in STEPS:
                STEPS[step](app, arguments)
            case "add":
                _add(app, arguments)
            case "grant":
                _grant(app, arguments)
            case "password":
                _let_in(app, login, person_behind(app, login))
            case _:
                invitations.withdraw(app, login=login)
                logins.remove(app.writing, login=login)
                say(f"账号 {login} 已收回；这个人和他经手的记录都在。")
        app.runner.catch_up()
    return 0


def _add(app: App, arguments: argparse.Namespace) -> None:
    """A new person, with a role and a login."""
    if not arguments.name or not arguments.role:
        raise argparse.ArgumentTypeError("add 需要 --name 和 --role")
    login, today = arguments.login, _today(app)
    if not accounts.LOGIN.fullmatch(login):
        raise BadAccount("账号应为 2 至 64 个小写字母、数字或 . _ -，并以字母或数字开头")
    if accounts.find(app.writing, login) is not None or invitations.invited(app.writing, login) is not None:
        raise BadAccount(f"账号 {login} 已有人使用")
    person = NewPerson(
        person_id=uuid4(),
        name=arguments.name,
        role=arguments.role,
        area=arguments.area or app.log.division,
        since=today,
        department=arguments.department,
    )
    actor = acting(app, arguments.acting_login, role="administrator")
    register_persons(app, actor=actor, key=f"account:add:{person.person_id}", new=[person], on=today)
    say(f"已登记 {arguments.name}：{words.ROLES[person.role]}，{person.area}")
    app.runner.catch_up()
    _let_in(app, login, person.person_id)


def _grant(app: App, arguments: argparse.Namespace) -> None:
    """One more role for whoever has the login."""
    if not arguments.role:
        raise argparse.ArgumentTypeError("grant 需要 --role")
    area = arguments.area or app.log.division
    grant_role(
        app,
        actor=acting(app, arguments.acting_login, role="administrator"),
        key=f"account:grant:{secrets.token_hex(8)}",
        person_id=person_behind(app, arguments.login),
        role=arguments.role,
        area=area,
        since=_today(app),
        department=arguments.department,
        on=_today(app),
    )
    say(f"已授予 {arguments.login}：{words.ROLES[arguments.role]}，{area}")


def _list(app: App) -> None:
    """Every login with its person and roles; names as the public sees them."""
    everyone = logins.listing(app.writing)
    with app.reading.connection() as connection:
        names = shown_names(connection, [one.person_id for one in everyone])
        rows = [
            (
                one.login,
                names.get(one.person_id, ""),
                _roles(persons.roles_of(connection, one.person_id)),
                one.person_id,
            )
            for one in everyone
        ]
    say(table(("账号", "姓名", "角色", "人员编号"), rows))
    for login, person_id in invitations.open_invitations(app.writing):
        say(f"邀请码尚未使用：{login}（{person_id}）")


def _roles(held: list[persons.RoleHeld]) -> str:
    return "、".join(f"{words.ROLES[one.role]}（{one.area}{f'，至 {one.until}' if one.until else ''}）" for one in held)


def _let_in(app: App, login: str, person_id: UUID) -> None:
    """A new password for a member; a code for an officer, who chooses his secret himself."""
    if roles_held(app, person_id) <= SERVER_HELD:
        password = logins.new_password()
        accounts.set_account(app.writing, login=login, person_id=person_id, password=password, cost=cost_of(app))
        say(f"账号：{login}    密码：{password}")
        tell("密码只显示这一次，请当面交给本人。")
    else:
        say(f"账号：{login}    邀请码：{invitations.invite(app, login=login, person_id=person_id)}")
        tell("邀请码只显示这一次，七天内有效，请当面交给本人；由本人自定口令，并把密钥指纹念给管理员登记：")
        tell(f"mingzhang account register {login} --role 角色 --fingerprint 指纹")


def _reasons() -> str:
    return "、".join(f"{code}（{words.KEY_REASONS[code]}）" for code in sorted(REASONS))


def _today(app: App) -> date:
    return day_in_china(app.journal.now())
