"""`mingzhang verify`: checks an audit package on any computer, without the network and without the server.

What must not be broken: the exit code is 0 only for a package that is whole, 1 where something was found, 2
where there was nothing to check.
"""

import argparse
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from audit import report as reports
from audit import wording
from audit.findings import Progress
from audit.folder import reason
from audit.reasons import chinese_reason
from audit.verify import verify_package
from journal import checkpoint as checkpoints
from journal.note import NoteError, VerifierKey
from journal.trust import Policy, PolicyError

_KEPT_BYTES_MAX = 1 << 20
_BAR_CHARS = 24
_EPILOG = """\
退出码：0 完整；1 发现问题；2 没有可读的审计包（或参数有误）。
每一项检查为 通过、不通过、注意 或 未执行；所有问题都列出，并指出文件、字节、记录索引和事件。
请留存每次检查时包里的 checkpoint 文件，下次用 --since 证明账本只增不改。
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `verify` takes, so that another program can offer it as its own subcommand."""
    parser.add_argument("package", type=Path, metavar="PACKAGE", help="审计包所在的文件夹")
    parser.add_argument("--since", type=_since, metavar="CHECKPOINT", help="以前留存的检查点文件：证明账本只增不改")
    parser.add_argument("--log-key", type=_key, metavar="KEY", help="县里另行公布的账本密钥（<名称>+<编号>+<密钥>）")
    parser.add_argument("--policy", type=_policy, metavar="FILE", help="您自己的信任策略文件：按它判断检查点和见证")
    parser.add_argument("--processes", type=_count, metavar="N", help="核对记录的进程数（默认：全部处理器）")
    parser.add_argument("--json", action="store_true", help="输出 JSON，供程序读取")
    parser.add_argument("--quiet", action="store_true", help="不在标准错误上显示进度")


def run(arguments: argparse.Namespace) -> int:
    """Check the package that the parsed arguments name; print the report; return the exit code."""
    report = verify_package(
        arguments.package,
        since=arguments.since,
        log_key=arguments.log_key,
        policy=arguments.policy,
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
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"无法读取 {path}：{chinese_reason(reason(error))}") from error


def _since(path: str) -> bytes:
    """A checkpoint, whoever signed it: what it proves, or contradicts, is for the check to say."""
    signed = _kept(path)
    try:
        checkpoints.size_of(signed)
    except NoteError as error:
        raise argparse.ArgumentTypeError(
            f"{path} 不是以前留存的 checkpoint 文件：{chinese_reason(str(error))}"
        ) from error
    return signed


def _policy(path: str) -> bytes:
    text = _kept(path)
    try:
        Policy.parse(text)
    except PolicyError as error:
        raise argparse.ArgumentTypeError(f"{path} 不是信任策略：{chinese_reason(str(error))}") from error
    return text


def _key(text: str) -> str:
    try:
        return str(VerifierKey.parse(text))
    except NoteError as error:
        raise argparse.ArgumentTypeError(f"不是密钥：{chinese_reason(str(error))}") from error


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError("进程数是 1 到 256 的整数")
    return int(text)


def _progress_on(terminal: bool) -> Progress:
    """Progress on stderr: on a terminal a bar that is drawn over, else a line when a stage is done."""
    shown: dict[str, int] = {}
    begun: dict[str, float] = {}

    def tell(stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        begun.setdefault(stage, now)
        percent = 100 * done // max(total, 1)
        if shown.get(stage, -1) == percent or (not terminal and done < total):
            return
        shown[stage] = percent
        left = (now - begun[stage]) * (total - done) / max(done, 1)
        sys.stderr.write(
            _bar(stage, done, total, left_s=left) if terminal else f"{wording.STAGES[stage]} {done}/{total}\n"
        )
        sys.stderr.flush()

    return tell


def _bar(stage: str, done: int, total: int, *, left_s: float) -> str:
    """`核对签名、重放记录 ████████░░░░ 41% 410000/1000000 约剩 31 秒`, over what stood there before."""
    filled = _BAR_CHARS * done // max(total, 1)
    remaining = wording.REMAINING.format(seconds=math.ceil(left_s)) if done < total else ""
    bar = "█" * filled + "░" * (_BAR_CHARS - filled)
    percent = 100 * done // max(total, 1)
    end = "\n" if done >= total else ""
    return f"\r{wording.STAGES[stage]} {bar} {percent}% {done}/{total} {remaining}\x1b[K{end}"
