"""`mingzhang import-places`: brings a county's place register into the journal."""

import argparse
from datetime import date
from pathlib import Path

from api.command_line.console import Progress, say
from api.command_line.findings import keep_findings, tell_findings
from api.command_line.opening import acting, opened
from api.command_line.values import county_code, profile_named
from api.context import App
from api.files.findings import BadFile
from api.files.place_lists import PlaceReading, read_places
from api.files.place_profiles import PlaceProfile, load_place_profile, place_profile_names
from api.place_importing import PlacesImported, import_places
from domain.kernel.places import Division

DESCRIPTION = """
导入本县的区划：街道乡镇和村、社区的代码表，区划变更表，历史代码。可以一次给几个文件，各按自己的表头识别。
只取本县的行，别的县的行只计数。代码从版式所写的那一天（或 --since）起有效。
变更表一行一项：改名、改码、升格、并入、拆分、撤销；列名见版式 china-division。
代码变更以后，角色、奖励标准和已有的线索仍属旧代码，不会自动转到新代码：请另行授权、另设标准。
读不了的行不导入，逐一列出行、列和原因；账本里已有而名称不同的，逐一列出，账本不改。
同一批文件再次导入，什么也不会改变；中途停电，再次运行同一命令即可接着做完。
"""
EXAMPLE = """
mingzhang import-places --county 500229 streets_all.csv villages_seed_counties.csv
mingzhang import-places 本县变更表.csv --findings 问题清单.csv
mingzhang import-places --county 500229 quhua_historical_changes_v1.json
"""
COUNTY_DIGITS = (6, 12)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `import-places` takes."""
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="代码表、变更表（CSV）或历史代码（JSON）")
    parser.add_argument("--county", type=_county, metavar="CODE", help="县的代码，6 位或 12 位（默认：本账本的县）")
    parser.add_argument("--since", type=_day, metavar="DAY", help="代码表里的代码从哪天起有效（默认：版式所写的日期）")
    parser.add_argument("--profile", default="china-division", help="版式名称，或 .toml 文件（默认：china-division）")
    parser.add_argument("--findings", type=Path, metavar="FILE.csv", help="把问题清单另存为 CSV")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以哪个管理员的名义导入（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Read the files, then record what the journal does not know yet."""
    profile = _profile(arguments.profile)
    with opened(asks_secret=True) as app, Progress() as progress:
        reading = _read(app, arguments, profile)
        actor = acting(app, arguments.login, role="administrator")
        with progress.step("导入区划"):
            imported = import_places(app, actor=actor, reading=reading, since=arguments.since)
        with progress.step("更新查询表"):
            app.runner.catch_up()
    keep_findings(arguments.findings, imported.findings)
    tell_findings(imported.findings)
    say(_summary(imported))
    return 1 if imported.findings else 0


def _read(app: App, arguments: argparse.Namespace, profile: PlaceProfile) -> PlaceReading:
    try:
        return read_places(arguments.files, profile, county=arguments.county or app.log.division)
    except BadFile as error:
        keep_findings(arguments.findings, error.findings)
        raise


def _profile(named: str) -> PlaceProfile:
    return load_place_profile(profile_named(named, among=place_profile_names()))


def _summary(imported: PlacesImported) -> str:
    findings = f"问题 {len(imported.findings)} 处。"
    if not imported.changed:
        return f"没有变化（{imported.unchanged} 项都已在账本里）。{findings if imported.findings else ''}"
    return (
        f"读到本县 {imported.rows} 行（别的县 {imported.others} 行未取）：新登记区划 {imported.registered} 个、"
        f"改名 {imported.renamed} 个、代码终止 {imported.succeeded} 个、沿革 {imported.traced} 项；"
        f"{imported.unchanged} 项此前已在账本里。{findings}"
    )


def _county(text: str) -> Division:
    if not (text.isascii() and text.isdigit() and len(text) in COUNTY_DIGITS):
        raise argparse.ArgumentTypeError(
            f"县的代码是 6 位数字（如 361125），或在后面补 6 个 0 的 12 位（361125000000）；给出的是 {text}"
        )
    return county_code(text.ljust(12, "0"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("日期应写作 YYYY-MM-DD") from None
