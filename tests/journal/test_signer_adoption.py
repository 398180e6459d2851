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
from journal.signer_adoption import adopt
from journal.signer_process import SignerRuns
from migrations.roles import Access
from tests.journal.opened import LOG_KEY, LOG_SIGNER, ORIGIN, Opened, assert_whole, running
from tests.journal.signers import Home, set_policy, signer_home

NEXT = Ed25519Signer.from_seed(ORIGIN, b"\x03" * 32)
BOTH = f"log {LOG_KEY}\nlog {NEXT.verifier_key}\nquorum none\n"


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
    assert adopt(home.place, cosigned).size == 4
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
            adopt(home.place, bad)
    assert adopt(home.place, kept[2]).size == 5


def test_a_database_whose_past_was_changed_is_not_adopted(database: Access, home: Home) -> None:
    """Also where the tampering has a consistent tree of its own: it is not the one that was published."""
    with over_the_socket(database, home) as opened:
        kept = recorded(opened)[-1]
    lost(home)
    with psycopg.connect(database.owner) as owner:
        owner.execute("ALTER TABLE journal.events DISABLE TRIGGER USER")
        owner.execute("UPDATE journal.events SET state = set_byte(state, 9, 65) WHERE notification_id = 2")
    with pytest.raises(IntegrityError, match="are not those of the checkpoint"):
        adopt(home.place, kept)


def test_a_signer_with_a_memory_or_at_work_adopts_nothing(database: Access, home: Home) -> None:
    with over_the_socket(database, home) as opened:
        kept = recorded(opened)[0]
        with pytest.raises(SignerRuns):
            adopt(home.place, kept)
    home.kill()
    with pytest.raises(IntegrityError, match="has a memory"):
        adopt(home.place, kept)


def test_while_two_keys_sign_a_checkpoint_of_one_is_not_enough(database: Access, home: Home) -> None:
    """Which keys sign next is read off the last checkpoint, so none of them may be left out."""
    home.add_key(NEXT, "log.key.2")
    with over_the_socket(database, home) as opened:
        kept = set_policy(opened, BOTH).checkpoint
    lost(home)
    head = open_checkpoint(kept, log_key=LOG_KEY)
    with pytest.raises(IntegrityError, match="is not signed by"):
        adopt(home.place, checkpoint.sign(head, LOG_SIGNER))
    adopt(home.place, kept)
    with over_the_socket(database, home) as opened:
        assert open_checkpoint(opened.place().checkpoint, log_key=NEXT.verifier_key).size == 4


def test_a_database_that_is_not_there_leaves_everything_as_it_was(database: Access, home: Home) -> None:
    with over_the_socket(database, home) as opened:
        kept = recorded(opened)[0]
    lost(home)
    with pytest.raises(Unavailable):
        adopt(home.on("host=/nonexistent dbname=nothing").place, kept)
    assert adopt(home.place, kept).size == 3
