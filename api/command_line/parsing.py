"""Help and complaints about arguments, in Chinese, the same on every terminal."""

import argparse
import re
import sys
from typing import Final, NoReturn

from api.command_line.catalogue import CATALOGUE, Named, Subcommand

WIDTH: Final = 100
_HEADINGS: Final = re.compile("^(参数|选项):$", re.MULTILINE)

# What argparse says in English; the part that names the argument stays as it is.
_COMPLAINTS: Final = (
    (re.compile(r"the following arguments are required: (.*)"), r"缺少参数：\1"),
    (re.compile(r"unrecognized arguments: (.*)"), r"不认识的参数：\1"),
    (re.compile(r"argument (.*?): expected one argument"), r"参数 \1 后面要有一个值"),
    (re.compile(r"argument (.*?): invalid choice: (.*?) \(choose from (.*)\)"), r"参数 \1 不能是 \2，可选：\3"),
    (re.compile(r"argument (.*?): invalid (\w+) value: (.*)"), r"参数 \1 的值不对：\3"),
    (re.compile(r"argument (.*?): not allowed with argument (.*)"), r"参数 \1 与 \2 不能同时使用"),
    (re.compile(r"one of the arguments (.*) is required"), r"以下参数要给出一个：\1"),
    (re.compile(r"argument (.*?): (.*)"), r"参数 \1：\2"),
)


_USAGE = "用法："


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Fixed width, so that the help reads alike in a narrow window, in a file and in the README."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=WIDTH)

    def add_usage(self, usage, actions, groups, prefix=None) -> None:  # type: ignore[no-untyped-def]
        super().add_usage(usage, actions, groups, _USAGE if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """argparse with Chinese headings and complaints."""

    def __init__(self, prog: str, *, description: str = "", epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=Formatter,
            add_help=False,
            allow_abbrev=False,
        )
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def format_help(self) -> str:
        """The help, with Chinese colons after its headings."""
        return _HEADINGS.sub(r"\1：", super().format_help())

    def error(self, message: str) -> NoReturn:
        """Complain, and exit with 2: nothing was run."""
        for pattern, chinese in _COMPLAINTS:
            if found := pattern.fullmatch(message):
                message = found.expand(chinese)
                break
        sys.stderr.write(f"{message}\n用“{self.prog} --help”看说明。\n")
        sys.exit(2)


def parser_of(named: Named, subcommand: Subcommand) -> Parser:
    """The parser of one subcommand, with its description and example."""
    parser = Parser(
        f"mingzhang {named.name}",
        description=subcommand.DESCRIPTION.strip(),
        epilog=f"例：\n{_indented(subcommand.EXAMPLE)}\n\n退出码：0 完成；1 有问题清单或被规则拒绝；2 无法运行。",
    )
    subcommand.add_arguments(parser)
    # argparse would cut the length of its own English prefix off when arguments may be intermixed.
    parser.usage = parser.format_usage().removeprefix(_USAGE).strip()
    return parser


def overview() -> str:
    """What `mingzhang --help` shows."""
    lines = [
        "用法：mingzhang <子命令> [参数…]",
        "",
        "明账：基层网格治理的记录系统。每一件事都是签了名、不可改动的记录，任何人都能离线核对。",
        "",
        "子命令：",
        *(f"  {named.name:<18}{named.summary}" for named in CATALOGUE),
        "",
        "用“mingzhang <子命令> --help”看各自的说明；“mingzhang --version”看版本。",
        "初次使用：mingzhang demo（试用），或 mingzhang init（建立自己的账本）。",
        "设置写在环境变量里，“mingzhang doctor”逐项列出。",
    ]
    return "\n".join(lines) + "\n"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.strip().splitlines())
