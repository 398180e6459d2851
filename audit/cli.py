"""`mingzhang verify`: checks an audit package on any computer, without the network and without the server.

What must not be broken: the exit code is 0 only for a package that is whole, 1 where something was found, 2
where there was nothing to check.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from audit import report as reports
from audit import wording
from audit.findings import Progress
from audit.verify import verify_package
from journal.note import NoteError, VerifierKey

_KEPT_BYTES_MAX = 1 << 20
_EPILOG = """\
退出码：0 完整；1 发现问题；2 没有可读的审计包（或参数有误）。
每一项检查为 通过、不通过、注意 或 未执行；所有问题都列出，并指出文件、字节、记录序号和事件。
请留存每次检查时包里的 checkpoint 文件，下次用 --since 证明账本只增不改。
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `verify` takes, so that another program can offer it as its own subcommand."""
    parser.add_argument("package", type=Path, metavar="PACKAGE", help="审计包所在的文件夹")
    parser.add_argument("--since", type=_kept, metavar="CHECKPOINT", help="以前留存的检查点文件：证明账本只增不改")
    parser.add_argument("--log-key", type=_key, metavar="KEY", help="县里另行公布的账本密钥（<名称>+<编号>+<密钥>）")
    parser.add_argument("--processes", type=_count, metavar="N", help="核对签名的进程数（默认：全部处理器）")
    parser.add_argument("--json", action="store_true", help="输出 JSON，供程序读取")
    parser.add_argument("--quiet", action="store_true", help="不在标准错误上显示进度")


def run(arguments: argparse.Namespace) -> int:
    """Check the package that the parsed arguments name; print the report; return the exit code."""
    report = verify_package(
        arguments.package,
        since=arguments.since,
        log_key=arguments.log_key,
        processes=arguments.processes,
        progress=None if arguments.quiet else _progress_on(sys.stderr.isatty()),
    )
    if arguments.json:
        print(reports.to_json(report))  # noqa: T201 - the report is what this program is for
    else:
        for line in reports.lines(report):
            print(line)  # noqa: T201
    return report.exit_code


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the arguments and run; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="mingzhang verify",
        description="离线检查审计包，不需要网络，也不信任服务器。",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(parser)
    return run(parser.parse_args(argv))


def _kept(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_KEPT_BYTES_MAX)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"无法读取 {path}：{error.strerror}") from error


def _key(text: str) -> str:
    try:
        return str(VerifierKey.parse(text))
    except NoteError as error:
        raise argparse.ArgumentTypeError(f"不是密钥：{error}") from error


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError("进程数是 1 到 256 的整数")
    return int(text)


def _progress_on(terminal: bool) -> Progress:
    """Progress on stderr: on a terminal one line that is overwritten, else a line a stage."""
    shown: dict[str, int] = {}

    def tell(stage: str, done: int, total: int) -> None:
        percent = 100 * done // max(total, 1)
        if shown.get(stage, -1) == percent or (not terminal and done < total):
            return
        shown[stage] = percent
        end = "\n" if done >= total or not terminal else ""
        start = "\r" if terminal else ""
        sys.stderr.write(f"{start}{wording.STAGES[stage]} {done}/{total} {percent}%{end}")
        sys.stderr.flush()

    return tell
