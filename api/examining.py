"""`mingzhang fsck` put together: which entries are read, and what they are compared with.

What must not be broken: it reads with the auditor's database role, or with no database at all, and changes nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Final

from psycopg import OperationalError

from api.pooling import COMMAND_MAX, opened_pool
from api.publishing import target_of
from api.settings import Settings
from api.signing import signer_of
from journal import note, tiles
from journal.balances import Fold
from journal.checkpoint import Checkpoint, parse_text
from journal.errors import Unavailable
from journal.facts import AccountKey
from journal.fsck import Examination, Progress, bundles_of_entries, bundles_of_files
from journal.store import Pool, Store
from journal.tile_files import TileFiles
from journal.tiles import Tile, TileError
from migrations.roles import Access
from migrations.runner import check

_STANDING: Final = """
SELECT head.size, head.root, kept.account, kept.commodity, kept.amount
FROM journal.head LEFT JOIN journal.balances AS kept ON true
"""


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
    """Examine entries, tree, head and balances of the database, the signer's memory and the published files."""
    check(access.owner)
    with signer_of(settings, access) as signer:
        signed = signer.last()
    examination = Examination(TileFiles(target_of(settings)), signed=signed)
    with auditor_pool(access) as pool:
        store, fold = Store(pool), Fold()
        size, root, kept = _standing(pool)
        bundles = bundles_of_entries(store.entries(0, stop=size), examination=examination, progress=progress, size=size)
        for bundle in bundles:
            fold.take(bundle.entries or ())
            _compare_tree(examination, store, examination.take(bundle), size=size)
        _compare_tree(examination, store, examination.finish(), size=size)
        _compare_head(examination, size, root)
        _compare_balances(examination, fold, kept)
    progress(size, size)
    return examination


def head_signed(settings: Settings, access: Access) -> Checkpoint | None:
    """What the signer has signed last; None before the first. Raises IntegrityError, Unavailable."""
    with signer_of(settings, access) as signer:
        signed = signer.last()
    return None if signed is None else parse_text(note.parse(signed).text)


def auditor_pool(access: Access) -> AbstractContextManager[Pool]:
    """Connections of the auditor's role, which cannot write."""
    return opened_pool(access.auditor, read_only=True, connections_max=COMMAND_MAX)


def _standing(pool: Pool) -> tuple[int, bytes, dict[AccountKey, int]]:
    """Size, root and balances as they stood at one moment: more may be recorded at any time. Raises Unavailable."""
    try:
        with pool.connection() as connection:
            rows = connection.execute(_STANDING).fetchall()
    except OperationalError as error:
        raise Unavailable(f"the database cannot be read: {error}") from error
    size, root = (rows[0][0], bytes(rows[0][1])) if rows else (0, b"")
    return size, root, {(account, commodity): amount for _, _, account, commodity, amount in rows if account}


def _compare_balances(examination: Examination, fold: Fold, kept: Mapping[AccountKey, int]) -> None:
    for one in fold.differences(kept):
        examination.add("balance.differs", one.account, f"{one.commodity} {one.kept}, {one.folded}")


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
