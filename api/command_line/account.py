"""`mingzhang account`: the staff and their logins, without SQL."""

import argparse
import secrets
from datetime import date
from uuid import uuid4

from api.command_line import logins
from api.command_line.console import say, table, tell
from api.command_line.opening import acting, opened, person_behind
from api.command_line.values import division_code
from api.commands.county import NewPerson, grant_role, register_persons
from api.context import App
from api.web import accounts, words
from api.web.accounts import BadAccount
from domain.kernel.calendar import day_in_china
from domain.persons import ROLES
from journal.vault import masked_names
from projections import persons

DESCRIPTION = """
管理工作人员及其登录账号。人员和角色是账本里的记录，由管理员签名；登录账号和密码不进账本，可以随时更换、收回。
add：登记一个新人，给一个角色和账号；grant：再给一个角色；password：换密码；remove：收回账号；list：列出。
密码只显示一次。
"""
EXAMPLE = """
mingzhang account add zhangsan --name 张三 --role grid_worker --area 361125101000
mingzhang account grant zhangsan --role county_officer
mingzhang account list
"""

ACTIONS = ("add", "grant", "password", "remove", "list")


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
    parser.add_argument("--as", dest="acting_login", metavar="LOGIN", help="以哪个管理员的名义（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Do one of the five."""
    action, login = arguments.action, arguments.login
    if action == "list":
        with opened() as app:
            _list(app)
        return 0
    if not login:
        raise argparse.ArgumentTypeError("缺少参数：LOGIN")
    with opened() as app:
        match action:
            case "add":
                _add(app, arguments)
            case "grant":
                _grant(app, arguments)
            case "password":
                password = logins.new_password()
                logins.renew(app.writing, login=login, password=password)
                _show_password(login, password)
            case _:
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
    if accounts.find(app.writing, login) is not None:
        raise BadAccount(f"账号 {login} 已有人使用")
    person = NewPerson(
        person_id=uuid4(),
        name=arguments.name,
        role=arguments.role,
        area=arguments.area or app.log.division,
        since=today,
    )
    actor = acting(app, arguments.acting_login, role="administrator")
    register_persons(app, actor=actor, key=f"account:add:{person.person_id}", new=[person], on=today)
    password = logins.new_password()
    logins.add(app.writing, login=login, person_id=person.person_id, password=password)
    say(f"已登记 {arguments.name}：{words.ROLES[person.role]}，{person.area}")
    _show_password(login, password)


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
        on=_today(app),
    )
    say(f"已授予 {arguments.login}：{words.ROLES[arguments.role]}，{area}")


def _list(app: App) -> None:
    """Every login with its person and roles; names as the public sees them."""
    everyone = logins.listing(app.writing)
    with app.reading.connection() as connection:
        names = masked_names(connection, [one.person_id for one in everyone])
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


def _roles(held: list[persons.RoleHeld]) -> str:
    return "、".join(f"{words.ROLES[one.role]}（{one.area}{f'，至 {one.until}' if one.until else ''}）" for one in held)


def _show_password(login: str, password: str) -> None:
    say(f"账号：{login}    密码：{password}")
    tell("密码只显示这一次，请当面交给本人。")


def _today(app: App) -> date:
    return day_in_china(app.journal.now())
