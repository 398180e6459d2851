"""What `doctor` says of the officers' keys: who holds them, what guessing a secret costs, and whether enough people are
there to replace a lost one.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal

import psycopg

from api.custody import keeping
from api.custody.wrapping import STRONG
from domain.keys import SERVER_HELD
from domain.persons import ROLES
from journal import line as lines
from journal import note
from migrations.roles import Access
from projections import persons

ADMINISTRATORS_MIN: Final = 3
"""Whose key was lost, who revokes it, and who registers the next: three different people."""

_GENESIS = "SELECT state FROM journal.events WHERE notification_id = 1"

State = Literal["ok", "attention"]


def officer_keys(access: Access) -> Iterator[tuple[str, State, str]]:
    """Name, state and sentence of each thing looked at. Raises psycopg.Error where the tables cannot be read."""
    with psycopg.connect(access.writer, autocommit=True) as connection:
        rehearsal = _is_rehearsal(connection)
        live = [one for one in persons.keys_in_roles(connection, sorted(ROLES - SERVER_HELD)) if one.status == "live"]
        weak = keeping.weak_locks(connection, than=STRONG)
    served = [one for one in live if one.custody == "server"]
    yield _served(len(served), len(live))
    if weak and not rehearsal:
        yield "口令强度", "attention", f"有 {weak} 人的口令用演练强度保管，容易猜出：请各人换一次口令"
    else:
        yield "口令强度", "ok", "演练强度" if rehearsal else "Argon2id，64 MiB，3 遍"
    administrators = len({one.person_id for one in live if one.role == "administrator"})
    enough = administrators >= ADMINISTRATORS_MIN
    advice = "" if enough else "：不足三位，有人遗失口令时，可能没有两位管理员替他更换。请再任命管理员"
    yield "管理员", "ok" if enough else "attention", f"有密钥的管理员 {administrators} 位{advice}"


def _served(served: int, live: int) -> tuple[str, State, str]:
    if served:
        return (
            "工作人员密钥",
            "attention",
            f"{live} 把中有 {served} 把由服务器代管，不能证明是本人签名：请改由本人口令保管",
        )
    return "工作人员密钥", "ok", f"{live} 把，都由本人口令或设备保管"


def _is_rehearsal(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(_GENESIS).fetchone()
    return row is not None and bool(lines.parse(note.parse(bytes(row[0])).text).data["rehearsal"])
