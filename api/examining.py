"""`mingzhang fsck` put together: which entries are read, what they are compared with, and the words for what is found.

What must not be broken: it reads with the auditor's database role, or with no database at all, and changes nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from psycopg import Connection
from psycopg_pool import ConnectionPool

from api.publishing import target_of
from api.settings import Settings
from api.signing import signer_of
from journal import note, tiles
from journal.checkpoint import Checkpoint, parse_text
from journal.fsck import Examination, Finding, Progress, bundles_of_entries, bundles_of_files
from journal.store import Store
from journal.tile_files import TileFiles
from journal.tiles import Tile, TileError
from migrations.roles import Access
from migrations.runner import check

MEANINGS: Final[Mapping[str, str]] = {
    "bundle.unreadable": "公布的记录文件缺失或读不出",
    "checkpoint.beyond": "检查点的条数比现有记录多：记录被截短，或恢复了旧备份",
    "checkpoint.misplaced": "检查点的文件名与条数不符",
    "checkpoint.no_policy": "找不到这个检查点适用的信任规则",
    "checkpoint.quorum": "检查点的见证签名不够",
    "checkpoint.root": "检查点的根与记录算出的不同",
    "checkpoint.signature": "检查点的签名不成立",
    "checkpoint.unreadable": "检查点读不懂",
    "entries.gap": "记录不连续",
    "file.beyond": "公布的文件超出了现有记录",
    "file.differs": "公布的文件与记录算出的不同",
    "file.missing": "公布的文件缺失",
    "file.unexpected": "不该有的文件",
    "head.differs": "数据库里的账本头与记录算出的不同",
    "policy.differs": "公布的信任规则不是账本里规定的",
    "signer.behind": "公布的比签名进程记得的多：签名进程的记忆退回过",
    "tree.differs": "数据库里的哈希与记录算出的不同",
}


def examine_files(settings: Settings, *, progress: Progress) -> Examination:
    """Examine the published files by themselves: no database, no signer."""
    files = TileFiles(target_of(settings))
    examination = Examination(files)
    size = examination.size
    for bundle in bundles_of_files(files, size=size, examination=examination):
        list(examination.take(bundle))
        progress(examination.rebuilt.size, size)
    list(examination.finish())
    return examination


def examine(settings: Settings, access: Access, *, progress: Progress) -> Examination:
    """Examine entries, tree and head of the database, the signer's memory and the published files."""
    check(access.owner)
    with signer_of(settings, access) as signer:
        signed = signer.last()
    examination = Examination(TileFiles(target_of(settings)), signed=signed)
    with auditor_pool(access) as pool:
        store = Store(pool)
        size, root = store.head()
        bundles = bundles_of_entries(store.entries(0, stop=size), examination=examination, progress=progress, size=size)
        for bundle in bundles:
            _compare_tree(examination, store, examination.take(bundle), size=size)
        _compare_tree(examination, store, examination.finish(), size=size)
        _compare_head(examination, size, root)
    progress(size, size)
    return examination


def head_signed(settings: Settings, access: Access) -> Checkpoint | None:
    """What the signer has signed last; None before the first. Raises IntegrityError, Unavailable."""
    with signer_of(settings, access) as signer:
        signed = signer.last()
    return None if signed is None else parse_text(note.parse(signed).text)


def words_of(finding: Finding) -> str:
    """A finding as a line for people: what, where, and the particulars."""
    detail = f"（{finding.detail}）" if finding.detail else ""
    return f"{MEANINGS[finding.code]}：{finding.where}{detail}"


@contextmanager
def auditor_pool(access: Access) -> Iterator[ConnectionPool[Connection[Any]]]:
    """Connections of the auditor's role, which cannot write."""
    options = {"autocommit": True, "options": "-c default_transaction_read_only=on"}
    with ConnectionPool(access.auditor, kwargs=options, min_size=1, max_size=2) as pool:
        yield pool


def _compare_tree(examination: Examination, store: Store, cut: Iterator[tuple[Tile, bytes]], *, size: int) -> None:
    """Compare the hashes that the database keeps with those of the entries."""
    for tile, content in cut:
        try:
            kept = tiles.tile_hashes(store.nodes(size), tile)
        except TileError:
            kept = b""
        if kept != content:
            examination.add("tree.differs", f"journal.{'tree' if tile.level else 'events'}", _named(tile))


def _compare_head(examination: Examination, size: int, root: bytes) -> None:
    rebuilt = examination.rebuilt
    if rebuilt.size != size:
        examination.add("head.differs", "journal.head", f"{size}, {rebuilt.size}")
    elif rebuilt.root() != bytes(root):
        examination.add("head.differs", "journal.head", f"{bytes(root).hex()}, {rebuilt.root().hex()}")


def _named(tile: Tile) -> str:
    return f"{tile.level}/{tile.n}"
