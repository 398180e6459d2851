"""What a database or signer that gives out says, in Chinese; what is not listed stays as technical detail.

PostgreSQL and its client library say it in English; this is the table by which operators read it. Only the base
installation is imported here.
"""

import re
from typing import Final

DISK_FULL: Final = "磁盘已满。没有丢失已确认的记录。请腾出空间后再运行一次（可以安全重试）"

_DISK_FULL_STATES: Final = frozenset({"53100"})  # PostgreSQL, appendix A: disk_full
_SIGNER: Final = re.compile(r"the signer (?:at .+ does not answer|did not start|does not start)", re.DOTALL)
_PATTERNS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), chinese)
    for pattern, chinese in (
        (r"No space left on device|the disk is full", DISK_FULL),
        (
            r'database "([^"]*)" does not exist',
            r"数据库连不上：服务器上没有 \1 这个库。请先建立它，或核对 MINGZHANG_DATABASE_URL",
        ),
        (r'role "([^"]*)" does not exist', r"数据库连不上：服务器上没有 \1 这个用户。请核对 MINGZHANG_DATABASE_URL"),
        (
            r'password authentication failed for user "([^"]*)"',
            r"数据库连不上：用户 \1 的密码不对。请核对 MINGZHANG_DATABASE_URL",
        ),
        (r"(?:could not translate|failed to resolve) host(?: name)?", "数据库连不上：找不到服务器的地址。请核对主机名"),
        (
            r"connection to server .*(?:Connection refused|No such file or directory)",
            "数据库连不上：服务器没有在运行，或地址、端口不对。请启动它，或核对地址",
        ),
        (
            r"the signer at (.+?) does not answer: .* belongs to another account",
            r"签名进程的套接字 \1 属于别的用户。请用运行签名进程的那个用户再试",
        ),
        (
            r"the signer at (.+?) does not answer",
            r"签名进程没有应答（\1）。请启动它：运行 mingzhang signer（设置同本命令），或启动管理它的系统服务",
        ),
        (r"the signer (?:did not start|does not start within \d+ s): see (.+)", r"签名进程启动不了，原因记在 \1"),
    )
)


def of_the_signer(error: BaseException | str) -> bool:
    """Whether it is the signing process that does not answer or start, and not the database."""
    return _SIGNER.search(str(error)) is not None


def known_trouble(error: BaseException | str) -> str | None:
    """The Chinese sentence, without its full stop, for an error whose cause is known; None for every other."""
    if getattr(error, "sqlstate", None) in _DISK_FULL_STATES:
        return DISK_FULL
    text = str(error)
    for pattern, chinese in _PATTERNS:
        found = pattern.search(text)
        if found is not None:
            return found.expand(chinese)
    return None
