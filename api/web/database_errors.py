"""What a database that cannot be reached or written says, in Chinese; what is not listed stays as technical detail.

PostgreSQL and its client library say it in English; this is the table by which operators read it. Only the base
installation is imported here.
"""

import re
from typing import Final

DISK_FULL: Final = "磁盘已满。没有丢失已确认的记录。请腾出空间后再运行一次（可以安全重试）"

_DISK_FULL_STATES: Final = frozenset({"53100"})  # PostgreSQL, appendix A: disk_full
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
    )
)


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
