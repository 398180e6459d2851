"""`mingzhang serve`: the web server, with the embedded database of its own."""

import argparse
import sys

from api.command_line.console import say, tell
from api.command_line.opening import begun_settings
from api.context import database, open_app
from api.server import run_server
from migrations.embedded import install_stop_on_signals

DESCRIPTION = """
启动网页服务：村民公示页、工作人员页面和 JSON 接口。
没有设置 MINGZHANG_DATABASE_URL 时，内嵌数据库随它启动、随它停止；同一文件夹只能由一个服务运行，
第二个会说明是哪个进程在运行。数据库比程序旧时不启动，请先运行 mingzhang migrate。
前面有反向代理（TLS）时，用 MINGZHANG_PROXIES 说明它的地址：限制次数要看来访的地址，别人转告的不算。
Ctrl-C 或 SIGTERM 停止：先答完正在办的请求，已确认的记录都在。
"""
EXAMPLE = """
mingzhang serve
MINGZHANG_HOST=0.0.0.0 MINGZHANG_PORT=8080 MINGZHANG_PUBLIC_URL=https://mz.example.gov.cn mingzhang serve
"""


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """`serve` takes nothing: addresses are settings."""


def run(_arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    install_stop_on_signals()
    settings = begun_settings()
    tell("正在启动…")
    with database(settings, own=True) as access, open_app(settings, access=access) as app:

        def ready() -> None:
            kind = "演练账本" if app.log.rehearsal else "账本"
            say(f"{kind} {app.log.origin}（{app.log.county_name}）已启动：")
            say(f"  村民公示  {settings.base_url}/v/{app.log.division}")
            say(f"  工作人员  {settings.base_url}/staff")
            say("按 Ctrl-C 停止。")
            sys.stdout.flush()

        run_server(app, settings, ready=ready)
    return 0
