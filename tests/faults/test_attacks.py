"""Every attack of the table, staged against a live log: exactly those notice it of whom the table says so."""

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint as Seen
from tlog_scales.tlog import ConsistencyProofInvalid

from api.examining import examine
from audit.verify import verify_package
from journal import transaction
from journal.errors import IntegrityError
from journal.publisher import Published
from journal.targets import LocalFolder
from journal.tile_files import CHECKPOINT, TileFiles, publish_tiles
from tests.audit.story import LOG_KEY
from tests.conftest import Cluster
from tests.faults.attacks import (
    APPEND,
    ATTACKS,
    BEGIN,
    DATABASE,
    END,
    FILES,
    FSCK,
    MEMORY,
    PUBLISHER,
    SIGNER,
    SINCE,
    VERIFY,
    WITNESS,
    Attack,
    markdown,
)
from tests.faults.live import Base, Live, add_place, built, copied, head_of, running, witnessed
from tests.faults.stages import Shown, fork_shown, handed_in
from tests.journal.publishing import Entries

README = Path(__file__).resolve().parents[2] / "README.md"
NOTHING = Shown()


@pytest.fixture(scope="module")
def base(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    made = built(cluster, tmp_path_factory.mktemp("base"))
    yield made
    for kept in (made.today, made.yesterday):
        cluster.drop(kept.access)


Begin = Callable[[frozenset[str]], Live]


@pytest.fixture
def begin(base: Base, cluster: Cluster, tmp_path: Path) -> Iterator[Begin]:
    """Copies of log and witness at work, some parts of them as they were yesterday."""
    with ExitStack() as stack:

        def made(restored: frozenset[str]) -> Live:
            home = copied(base.today.home, tmp_path / "home")
            for folder in restored & {MEMORY, FILES}:
                shutil.rmtree(home / folder)
                copied(base.yesterday.home / folder, home / folder)
            access = cluster.copy((base.yesterday if DATABASE in restored else base.today).access)
            stack.callback(cluster.drop, access)
            shutil.copy(base.state, tmp_path / "witness.db")
            stack.enter_context(witnessed(tmp_path / "witness.db", port=base.port))
            return stack.enter_context(running(access, home, copy.deepcopy(base.county), base.port))

        yield made


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_who_notices(attack: Attack, base: Base, begin: Begin, tmp_path: Path) -> None:
    live = begin(attack.restored)
    shown = attack.stage(live, base) or NOTHING
    found = noticed(live, base, shown, tmp_path)
    assert set(found) == set(attack.noticed), found
    for detector, reasons in attack.noticed.items():
        for reason in reasons:
            assert any(reason in word for word in found[detector]), (detector, reason, found[detector])


def test_nobody_cries_without_cause(base: Base, begin: Begin, tmp_path: Path) -> None:
    assert noticed(begin(frozenset()), base, NOTHING, tmp_path) == {}


def test_the_readme_shows_this_table() -> None:
    text = README.read_text()
    assert text[text.index(BEGIN) : text.index(END) + len(END)] + "\n" == markdown()


def test_a_monitor_by_others_sees_the_fork(base: Base, begin: Begin, tmp_path: Path) -> None:
    """tlog-scales has seen today's checkpoint, and is then shown the thief's other history with all its tiles."""
    shown = fork_shown(begin(frozenset()), base)
    assert shown.entries is not None
    assert shown.checkpoint is not None
    folder = LocalFolder(tmp_path / "forked")
    publish_tiles(TileFiles(folder), Entries(list(shown.entries)), old_size=0, head=head_of(shown.entries))
    folder.write(CHECKPOINT, shown.checkpoint)
    seen, reader = Seen.from_text(base.kept.decode()), TilesReader(LocalBackend(tmp_path / "forked"))
    forged = reader.get_checkpoint()
    for checkpoint in (seen, forged):
        checkpoint.verify(Vkey.from_string(str(LOG_KEY.verifier_key)))
    assert reader.calculate_root_hash() == forged.root_hash  # in itself it is whole
    with pytest.raises(ConsistencyProofInvalid):
        reader.get_consistency_proof(seen.size, forged.size).check(seen.root_hash, forged.root_hash)


# Who may notice. Each gives words of the check, none where nothing is wrong.

Words = dict[str, list[str]]


def noticed(live: Live, base: Base, shown: Shown, folder: Path) -> Words:
    """Let the server start and record once more, publish, examine itself, and be judged by witness and auditor."""
    found = {
        **_restarted(live),
        PUBLISHER: _publishing(live),
        WITNESS: _witness(live, base, shown),
        FSCK: [finding.code for finding in examine(live.settings, live.access, progress=lambda *_: None).findings],
        **_audited(live, base, shown, folder),
    }
    return {detector: words for detector, words in found.items() if words}


def _restarted(live: Live) -> Words:
    """A writer starts anew, compares what is stored with itself and with what was signed, and records one event."""
    found: Words = {APPEND: [], SIGNER: []}
    try:
        with psycopg.connect(live.access.writer, autocommit=True) as connection, connection.transaction():
            transaction.open_head(connection)
    except IntegrityError as error:
        found[APPEND] = [str(error)]
    size, root = live.store.head()
    try:
        live.signer.check(size=size, root=root)
        if not found[APPEND]:
            live.record([add_place(live.county, 500_000)])
    except IntegrityError as refused:
        found[SIGNER if live.signer.stopped() else APPEND] = [str(refused)]
    return found


def _publishing(live: Live) -> list[str]:
    try:
        live.publisher.check()
        standing = live.publish()
    except IntegrityError as error:
        return [str(error)]
    assert isinstance(standing, Published)
    return list(standing.reasons)


def _witness(live: Live, base: Base, shown: Shown) -> list[str]:
    """What is signed now, or what the attacker shows, is handed in, unless it is what the witness has signed."""
    signed = shown.checkpoint or live.signer.last()
    assert signed is not None
    if _text(signed) == _text(base.kept):
        return []
    entries = (shown.entries or live.entries())[: _size(signed)]
    answer = handed_in(live, entries, signed)
    return [answer.problem] if answer.line is None else []


def _audited(live: Live, base: Base, shown: Shown, folder: Path) -> Words:
    """The auditor verifies the package that he is handed, without and with the checkpoint that he kept."""
    checkpoint = shown.checkpoint or live.log.read(CHECKPOINT)
    assert checkpoint is not None
    entries = list(shown.entries or live.entries())[: _size(checkpoint)]
    whole = live.package(folder / "package", entries=entries, checkpoint=checkpoint)
    if not shown.spoils:
        return {VERIFY: _verified(whole), SINCE: _verified(whole, since=base.kept)}
    found: Words = {VERIFY: [], SINCE: []}
    for number, spoil in enumerate(shown.spoils):
        spoiled = shutil.copytree(whole, folder / f"spoiled-{number}")
        spoil(spoiled)
        words = _verified(spoiled)
        assert words, f"spoil number {number} is not seen"
        found[VERIFY] += words
    return found


def _verified(package: Path, *, since: bytes | None = None) -> list[str]:
    """The codes of all faults; with `since`, those of that check alone."""
    report = verify_package(package, since=since, log_key=str(LOG_KEY.verifier_key), processes=1)
    assert report.unreadable is None
    codes = [finding.code for finding in report.findings if not finding.attention]
    return [code for code in codes if since is None or code.startswith("since.")]


def _text(signed: bytes) -> bytes:
    return signed.partition(b"\n\n")[0]


def _size(signed: bytes) -> int:
    return int(signed.split(b"\n", 2)[1])
