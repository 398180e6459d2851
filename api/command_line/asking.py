"""Values that a flag did not give: asked for on a terminal, named as missing elsewhere.

A secret is never a flag or a value in the environment, where other programs could see it: it is typed, or stands in a
file that only its owner may read.
"""

import getpass
import sys
from pathlib import Path

from journal.keys import read_secret


class NotGiven(Exception):
    """A value is missing and nobody can be asked; the message names the flag."""


def given(value: str | None, *, flag: str, question: str, default: str | None = None) -> str:
    """The flag's value; else the answer of whoever sits at the terminal, or the default. Raises NotGiven."""
    if value:
        return value
    if not sys.stdin.isatty():
        if default is not None:
            return default
        raise NotGiven(f"没有给出 {flag}（{question}），也没有终端可以询问")
    suffix = f"（直接回车用 {default}）" if default is not None else ""
    while True:
        sys.stderr.write(f"{question}{suffix}：")
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer:
            raise NotGiven(f"没有给出 {flag}（{question}）")
        if answer.strip() or default is not None:
            return answer.strip() or str(default)


def secret(file: Path | None, *, question: str) -> str:
    """What the file says (MINGZHANG_SECRET_FILE), else what is typed, unseen. Raises NotGiven, KeyFileError."""
    if file is not None:
        return read_secret(file).decode().strip()
    require_askable(None)
    return getpass.getpass(f"{question}：")


def require_askable(file: Path | None) -> None:
    """Before anything is started: the file can be read, or somebody can be asked. Raises NotGiven, KeyFileError."""
    if file is not None:
        read_secret(file)
    elif not sys.stdin.isatty():
        raise NotGiven(
            "这一步要用办理人的密码，这里没有终端可以询问。请把密码写进一个文件（chmod 600），"
            "设置 MINGZHANG_SECRET_FILE=那个文件，再运行；或在终端上运行"
        )
