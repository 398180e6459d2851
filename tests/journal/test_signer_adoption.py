"""A signer that lost its memory begins with a published checkpoint of this very journal, or not at all."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from journal import checkpoint, merkle
from journal.checkpoint import Checkpoint, add_cosignatures, cosign, open_checkpoint
from journal.errors import IntegrityError, Unavailable
from journal.note import Ed25519Signer
from journal.published import PublishedLog
from journal.signer_adoption import adopt
from journal.signer_process import SignerRuns
from journal.targets import LocalFolder
from journal.tile_files import CHECKPOINT, PENDING
from migrations.roles import Access
from tests.journal.opened import LOG_KEY, LOG_SIGNER, ORIGIN, Opened, assert_whole, running
from tests.journal.signers import Home, set_policy, signer_home

NEXT = Ed25519Signer.from_seed(ORIGIN, b"\x03" * 32)
BOTH = f"log {LOG_KEY}\nlog {NEXT.verifier_key}\nquorum none\n"

NOTHING = PublishedLog(LocalFolder(Path("/nonexistent")))


@pytest.fixture
def home(database: Access, tmp_path: Path) -> Iterator[Home]:
    with signer_home(tmp_path / "home", database.auditor) as made:
        yield made


def over_the_socket(access: Access, home: Home):  # type: ignore[no-untyped-def]
    return running(access.writer, home.state, make_signer=lambda _key, _state: home.client())


def lost(home: Home) -> None:
    home.kill()
    shutil.rmtree(home.state)


def recorded(opened: Opened) -> list[bytes]:
    """Three places; the receipts' checkpoints, of sizes 3 to 5."""
    return [opened.place().checkpoint for _ in range(3)]


def test_it_goes_on_from_a_checkpoint_that_somebody_kept(database: Access, home: Home) -> None:
    witness = Ed25519Signer.generate("witness.example/w", algorithm=0x04)
    with over_the_socket(database, home) as opened:
        kept = recorded(opened)[1]
    cosigned = add_cosignatures(kept, cosign(open_checkpoint(kept, log_key=LOG_KEY), witness, time_s=1_800_000_000))
    lost(home)
    assert adopt(home.place, cosigned, published=NOTHING).size == 4
    assert home.client().last() == kept  # what others have put below it is theirs
    with over_the_socket(database, home) as opened:
        opened.place()
        assert_whole(database.auditor, opened.receipts, state=home.state)


def test_a_checkpoint_of_another_tree_key_or_size_is_refused(database: Access, home: Home) -> None:
    with over_the_socket(database, home) as opened:
        kept = recorded(opened)
    lost(home)
    head = open_checkpoint(kept[2], log_key=LOG_KEY)
    forked = checkpoint.sign(Checkpoint(ORIGIN, head.size, merkle.leaf_hash(b"")), LOG_SIGNER)
    beyond = checkpoint.sign(Checkpoint(ORIGIN, head.size + 1, head.root), LOG_SIGNER)
    strange = checkpoint.sign(head, Ed25519Signer.generate(ORIGIN))
    for bad, why in (
        (forked, "are not those of the checkpoint"),
        (beyond, "it holds 5"),
        (strange, "no known key signed"),
        (b"nonsense", "no checkpoint of"),
    ):
        with pytest.raises(IntegrityError, match=why):
            adopt(home.place, bad, published=NOTHING)
    assert adopt(home.place, kept[2], published=NOTHING).size == 5


def test_a_database_whose_past_was_changed_is_not_adopted(database: Access, home: Home) -> None:
    """Also where the tampering has a consistent tree of its own: it is not the one that was published."""
    with over_the_socket(database, home) as opened:
        kept = recorded(opened)[-1]
    lost(home)
    with psycopg.connect(database.owner) as owner:
        owner.execute("ALTER TABLE journal.events DISABLE TRIGGER USER")
        owner.execute("UPDATE journal.events SET state = set_byte(state, 9, 65) WHERE notification_id = 2")
    with pytest.raises(IntegrityError, match="are not those of the checkpoint"):
        adopt(home.place, kept, published=NOTHING)


def test_a_signer_with_a_memory_or_at_work_adopts_nothing(database: Access, home: Home) -> None:
    with over_the_socket(database, home) as opened:
        kept = recorded(opened)[0]
        with pytest.raises(SignerRuns):
            adopt(home.place, kept, published=NOTHING)
    home.kill()
    with pytest.raises(IntegrityError, match="has a memory"):
        adopt(home.place, kept, published=NOTHING)


def test_while_two_keys_sign_a_checkpoint_of_one_is_not_enough(database: Access, home: Home) -> None:
    """Which keys sign next is read off the last checkpoint, so none of them may be left out."""
    home.add_key(NEXT, "log.key.2")
    with over_the_socket(database, home) as opened:
        kept = set_policy(opened, BOTH).checkpoint
    lost(home)
    head = open_checkpoint(kept, log_key=LOG_KEY)
    with pytest.raises(IntegrityError, match="is not signed by"):
        adopt(home.place, checkpoint.sign(head, LOG_SIGNER), published=NOTHING)
    adopt(home.place, kept, published=NOTHING)
    with over_the_socket(database, home) as opened:
        assert open_checkpoint(opened.place().checkpoint, log_key=NEXT.verifier_key).size == 4


def test_a_database_that_is_not_there_leaves_everything_as_it_was(database: Access, home: Home) -> None:
    with over_the_socket(database, home) as opened:
        kept = recorded(opened)[0]
    lost(home)
    with pytest.raises(Unavailable):
        adopt(home.on("host=/nonexistent dbname=nothing").place, kept, published=NOTHING)
    assert adopt(home.place, kept, published=NOTHING).size == 3


def folder_with(path: Path, **files: bytes) -> PublishedLog:
    target = LocalFolder(path)
    for name, signed in files.items():
        target.write(name, signed)
    return PublishedLog(target)


@pytest.mark.parametrize("newest", [CHECKPOINT, PENDING])
def test_a_checkpoint_older_than_what_is_published_is_refused(
    database: Access, home: Home, tmp_path: Path, newest: str
) -> None:
    with over_the_socket(database, home) as opened:
        kept = recorded(opened)
    lost(home)
    log = folder_with(tmp_path / "log", **{CHECKPOINT: kept[0], newest: kept[2]})
    with pytest.raises(IntegrityError, match=f"covers 4 entries, the published {newest} covers 5"):
        adopt(home.place, kept[1], published=log)
    assert home.client().last() is None
    home.kill()
    assert adopt(home.place, kept[2], published=log).size == 5


def test_an_older_database_than_what_is_published_adopts_nothing(database: Access, home: Home, tmp_path: Path) -> None:
    """A restored backup would sign other entries at indexes that everybody has seen."""
    with over_the_socket(database, home) as opened:
        kept = recorded(opened)
    lost(home)
    head = Checkpoint(ORIGIN, 34, merkle.leaf_hash(b"34"))
    log = folder_with(tmp_path / "log", checkpoint=checkpoint.sign(head, LOG_SIGNER))
    for offered in (*kept, checkpoint.sign(head, LOG_SIGNER)):
        with pytest.raises(IntegrityError, match="holds 5 entries, the published checkpoint covers 34"):
            adopt(home.place, offered, published=log)


def test_a_published_checkpoint_of_another_tree_or_log_is_refused(database: Access, home: Home, tmp_path: Path) -> None:
    with over_the_socket(database, home) as opened:
        kept = recorded(opened)
    lost(home)
    head = Checkpoint(ORIGIN, 4, merkle.leaf_hash(b"other"))
    forked = folder_with(tmp_path / "forked", checkpoint=checkpoint.sign(head, LOG_SIGNER))
    with pytest.raises(IntegrityError, match="published checkpoint of size 4 is no beginning of the database"):
        adopt(home.place, kept[2], published=forked)
    strange = folder_with(tmp_path / "strange", checkpoint=checkpoint.sign(head, Ed25519Signer.generate(ORIGIN)))
    with pytest.raises(IntegrityError, match="the published checkpoint is not one of"):
        adopt(home.place, kept[2], published=strange)


def test_what_a_witness_has_seen_is_not_gone_behind(database: Access, home: Home) -> None:
    """Also where nothing is published. A checkpoint that this log did not sign proves nothing."""
    with over_the_socket(database, home) as opened:
        kept = recorded(opened)
    lost(home)
    stranger = checkpoint.sign(Checkpoint(ORIGIN, 99, merkle.leaf_hash(b"")), Ed25519Signer.generate(ORIGIN))
    with pytest.raises(IntegrityError, match="covers 4 entries, the witness w1 covers 5"):
        adopt(home.place, kept[1], published=NOTHING, seen={"w0": stranger, "w1": kept[2]})
    forked = checkpoint.sign(Checkpoint(ORIGIN, 4, merkle.leaf_hash(b"")), LOG_SIGNER)
    with pytest.raises(IntegrityError, match="the witness w1 of size 4 is no beginning of the database"):
        adopt(home.place, kept[2], published=NOTHING, seen={"w1": forked})
    beyond = checkpoint.sign(Checkpoint(ORIGIN, 6, merkle.leaf_hash(b"")), LOG_SIGNER)
    with pytest.raises(IntegrityError, match="holds 5 entries, the witness w1 covers 6"):
        adopt(home.place, kept[2], published=NOTHING, seen={"w1": beyond})
    assert adopt(home.place, kept[2], published=NOTHING, seen={"w0": stranger, "w1": kept[1]}).size == 5
