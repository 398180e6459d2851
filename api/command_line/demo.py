"""`mingzhang demo`: an invented county with a year of work, loaded and served."""

import argparse
import importlib
import shlex
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache, partial

from api.command_line.console import Progress, program, say, tell
from api.context import App, database, make_ready, open_app
from api.demo.beginning import begin_or_go_on, period_of, require_demo
from api.demo.clock import DemoClock
from api.demo.loading import is_complete, load
from api.demo.people import LOGINS, PASSWORD
from api.demo.places import township_code
from api.remembering import RememberingCodec
from api.settings import Settings, read_settings
from domain.kernel.calendar import day_in_china
from domain.streams import event_types
from journal.journal import now
from migrations.embedded import install_stop_on_signals
from projections.beside import spares

DESCRIPTION = """
装入演示县并启动网页服务，供试用。演示县是虚构的（区划代码 990125000000 不存在）：12 个乡镇街道、324 名成员、
最近十二个月五千多条事件和每月的奖励与发放；上个月的事还摊在各人桌上，登录后就有活干；
另有七条近日的：有的超期，有的一天内到期，有的延期、挂起、催办过，时间从装入的那一刻倒推。
所有人名、文字、账户都是编的；账本是演练账本，每页都有标识。其余的，同一种子、同一个月装入，内容相同。
已经装入过的不再装入。第一次约需一分钟。
"""
EXAMPLE = """
mingzhang demo
MINGZHANG_HOME=/tmp/yanshi MINGZHANG_PORT=9000 mingzhang demo --no-serve
"""

SHOWN_TOWNSHIP = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `demo` takes."""
    parser.add_argument("--no-serve", action="store_true", help="装入后就结束，不启动网页服务")
    parser.add_argument("--seed", default="1", help="随机种子：同一种子，内容相同（默认：1）")


def run(arguments: argparse.Namespace) -> int:
    """Load what is missing, then serve."""
    settings = read_settings()
    started = time.monotonic()
    with ExitStack() as stack:
        helpers = ExitStack()
        stack.enter_context(helpers)
        ready = helpers.enter_context(spares(2))
        install_stop_on_signals()
        beside = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="server"))
        read_in = cache(partial(beside.submit, importlib.import_module, "api.server"))
        progress = stack.enter_context(Progress())
        access = stack.enter_context(database(settings, own=not arguments.no_serve))
        make_ready(access)
        begin_or_go_on(settings, access, today=day_in_china(now()))
        codec = RememberingCodec(event_types())
        clock = DemoClock()
        with open_app(settings, access=access, codec=codec, clock=clock) as app:
            require_demo(app)
            if is_complete(app):
                tell(f"演示县已在这里，{'什么也没有再装入' if arguments.no_serve else '直接启动'}。")
                app.runner.catch_up()
            else:
                load(
                    app,
                    clock=clock,
                    seed=arguments.seed,
                    progress=progress.show,
                    tell=tell,
                    spares=ready,
                    at_leisure=(lambda: None) if arguments.no_serve else read_in,
                )
                codec.forget()
                tell(f"演示县已装入，用时 {time.monotonic() - started:.0f} 秒，共 {app.journal.position()} 条记录。")
            helpers.close()
            if arguments.no_serve:
                tell(f"没有启动网页服务，运行 {program()} demo 后下面的网址才能打开：")
                _tell_addresses(app)
            else:
                _serve(app, settings, run_server=read_in().result().run_server)
    return 0


def _serve(app: App, settings: Settings, *, run_server: Callable[..., None]) -> None:
    def ready() -> None:
        _tell_addresses(app)
        say("按 Ctrl-C 停止。")
        sys.stdout.flush()

    run_server(app, settings, ready=ready)


def _tell_addresses(app: App) -> None:
    """The three addresses: a villager's page, the staff's door, the auditor's command."""
    settings = app.settings
    home = shlex.quote(str(settings.home))
    say()
    say("一、村民看的月度公示：")
    say(f"    {settings.base_url}/v/{township_code(SHOWN_TOWNSHIP)}/rewards/{period_of(app).paid_months[-2]}")
    say("二、工作人员登录：")
    say(f"    {settings.base_url}/staff/sign-in    密码都是 {PASSWORD}")
    for one in LOGINS:
        say(f"    {one.login:<13}{one.what}")
    say("三、审计人员离线核对（另开一个终端，复制运行）：")
    say(f"    MINGZHANG_HOME={home} {program()} export 审计包 && {program()} verify 审计包")
    say()
