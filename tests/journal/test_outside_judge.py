"""tlog-scales, which nobody here wrote, reads our folder: signatures, cosignatures, root, proofs; and sees a fork."""

import subprocess
import sys
from pathlib import Path

import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey, VkeySet
from tlog_scales.tiles import leaf_hash
from tlog_scales.tlog import Checkpoint, ConsistencyProofInvalid

from journal import merkle
from journal.published import PublishedLog
from journal.targets import LocalFolder
from tests.journal.publishing import KEY, Log, line_of, numbered, other_entry, policy, witnessing

SIZES = (1, 2, 200, 255, 256, 257, 511, 512, 700)
TOOL = "import sys; from tlog_scales.cli import main; sys.exit(main())"


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "log", numbered(700))


def judge_of(folder: Path) -> tuple[TilesReader, Checkpoint]:
    """The judge with the checkpoint that it found, whose log signature it has verified."""
    reader = TilesReader(LocalBackend(folder))
    found = reader.get_checkpoint()
    found.verify(Vkey.from_string(str(KEY.verifier_key)))
    return reader, found


def test_it_verifies_every_size_as_it_is_published(log: Log) -> None:
    before: Checkpoint | None = None
    for size in SIZES:
        log.publish(size)
        reader, found = judge_of(log.folder)
        assert found.size == size
        assert reader.calculate_root_hash() == found.root_hash == log.source.head(size).root
        for index in {0, size // 2, size - 1}:
            entry = reader.get_entry(index)
            assert entry == log.source.all[index]
            reader.get_inclusion_proof(index, size).check(leaf_hash(entry), found.root_hash)
        if before is not None:
            reader.get_consistency_proof(before.size, size).check(before.root_hash, found.root_hash)
        before = found


def test_its_proofs_are_ours_byte_for_byte(log: Log) -> None:
    """The files that its command line prints are those that we serve."""
    log.publish(700)
    ours = PublishedLog(LocalFolder(log.folder))
    for index in (0, 511, 699):
        theirs = subprocess.run(
            [sys.executable, "-c", TOOL, "gen-proof", str(log.folder), str(index)], capture_output=True, check=True
        )
        assert theirs.stdout == ours.proof(index)
    reader, _ = judge_of(log.folder)
    for index in (*range(0, 700, 41), 699):
        path = merkle.inclusion_proof(log.source.nodes(700), index=index, size=700)
        assert reader.get_inclusion_proof(index, 700).node_hashes == path
    for old in (1, 255, 256, 257, 300, 512, 699):
        path = merkle.consistency_proof(log.source.nodes(700), first=old, second=700)
        assert reader.get_consistency_proof(old, 700).node_hashes == path


def test_it_verifies_our_witnesses(tmp_path: Path) -> None:
    with witnessing(tmp_path, "a") as (a, url_a, _), witnessing(tmp_path, "b") as (b, url_b, _):
        lines = (line_of("a", a, url_a), line_of("b", b, url_b), "group both all a b")
        log = Log(tmp_path / "log", numbered(700), policy(*lines, quorum="both"))
        log.publish(300)
    _, found = judge_of(log.folder)
    keys = [Vkey.from_string(str(one.verifier_key)) for one in (KEY, a, b)]
    assert {key for key, _ in VkeySet(*keys).verify(found.signatures, found)} == set(keys)
    stranger = Vkey.from_string(str(a.verifier_key))
    assert {key for key, _ in VkeySet(stranger).verify(found.signatures, found)} == {stranger}


def test_it_sees_a_fork(tmp_path: Path, log: Log) -> None:
    """Whoever kept the checkpoint of size 200 is shown another history that the same key has signed."""
    log.publish(200)
    _, kept = judge_of(log.folder)
    forged = Log(tmp_path / "forged", numbered(700, other_entry))
    forged.publish(300)
    reader, shown = judge_of(forged.folder)
    assert reader.calculate_root_hash() == shown.root_hash  # in itself it is whole
    with pytest.raises(ConsistencyProofInvalid):
        reader.get_consistency_proof(kept.size, shown.size).check(kept.root_hash, shown.root_hash)
    log.publish(300)
    reader, honest = judge_of(log.folder)
    reader.get_consistency_proof(kept.size, honest.size).check(kept.root_hash, honest.root_hash)
