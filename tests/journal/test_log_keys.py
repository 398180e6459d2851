"""The log's keys change with a time in which both sign; the journal's policy alone says who signs from where on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from journal.checkpoint import open_checkpoint
from journal.errors import IntegrityError, Unavailable
from journal.keys import KeyFileError, create_log_key
from journal.log_keys import LogKeys, create_next_log_key, keys_in, log_key_files
from journal.note import Ed25519Signer, NoteError
from journal.proof import verify_proof
from journal.trust import PolicyError
from migrations.roles import Access
from tests.journal.opened import LOG_KEY, LOG_SIGNER, ORIGIN, assert_whole, running
from tests.journal.signers import Home, set_policy, signer_home

NEXT = Ed25519Signer.from_seed(ORIGIN, b"\x03" * 32)
NEXT_KEY = NEXT.verifier_key
BOTH = f"log {LOG_KEY}\nlog {NEXT_KEY}\nquorum none\n"
ALONE = f"log {NEXT_KEY}\nquorum none\n"


@pytest.fixture
def home(database: Access, tmp_path: Path) -> Iterator[Home]:
    with signer_home(tmp_path / "home", database.auditor) as made:
        yield made


def over_the_socket(access: Access, home: Home):  # type: ignore[no-untyped-def]
    return running(access.writer, home.state, make_signer=lambda _key, _state: home.client())


def signed_by(note: bytes) -> set[str]:
    return {line.split()[1] + "+" + line.split()[2][:6] for line in note.decode().split("\n\n")[1].splitlines()}


def test_who_knows_only_the_old_key_and_who_knows_only_the_new_one_both_believe_during_the_overlap(
    database: Access, home: Home
) -> None:
    home.add_key(NEXT, "log.key.2")
    with over_the_socket(database, home) as opened:
        before = opened.place()
        set_policy(opened, BOTH)
        during = opened.place()
        set_policy(opened, ALONE)
        after = opened.place()
        entries = [entry for _, entry in opened.store.entries(0)]
    believed = {
        (name, key): believes(receipt.proof, entries[receipt.last_index], key)
        for name, receipt in (("before", before), ("during", during), ("after", after))
        for key in (LOG_KEY, NEXT_KEY)
    }
    assert believed == {
        ("before", LOG_KEY): True,
        ("before", NEXT_KEY): False,
        ("during", LOG_KEY): True,
        ("during", NEXT_KEY): True,
        ("after", LOG_KEY): False,
        ("after", NEXT_KEY): True,
    }


def believes(proof: bytes, entry: bytes, key: object) -> bool:
    try:
        verify_proof(proof, entry=entry, log_key=key)  # type: ignore[arg-type]
    except (NoteError, ValueError):
        return False
    return True


def test_the_head_over_the_policy_itself_is_signed_as_the_policy_says(database: Access, home: Home) -> None:
    home.add_key(NEXT, "log.key.2")
    with over_the_socket(database, home) as opened:
        assert len(signed_by(opened.place().checkpoint)) == 1
        assert len(signed_by(set_policy(opened, BOTH).checkpoint)) == 2
        finished = set_policy(opened, ALONE).checkpoint
        assert len(signed_by(finished)) == 1
        assert open_checkpoint(finished, log_key=NEXT_KEY).size == 5


def test_the_signer_knows_after_a_restart_who_signs(database: Access, home: Home) -> None:
    home.add_key(NEXT, "log.key.2")
    with over_the_socket(database, home) as opened:
        set_policy(opened, BOTH)
    home.kill()
    with over_the_socket(database, home) as opened:
        assert len(signed_by(opened.place().checkpoint)) == 2
        set_policy(opened, ALONE)
    home.kill()
    (home.keys / "log.key").unlink()  # sealed away: it signs nothing more
    with over_the_socket(database, home) as opened:
        last = opened.place().checkpoint
        assert open_checkpoint(last, log_key=NEXT_KEY).size == 6


def test_a_key_that_was_made_while_the_signer_runs_is_found(database: Access, home: Home) -> None:
    with over_the_socket(database, home) as opened:
        opened.place()
        home.add_key(NEXT, "log.key.2")
        assert home.client().keys() == [LOG_KEY, NEXT_KEY]
        assert len(signed_by(set_policy(opened, BOTH).checkpoint)) == 2
        assert_whole(database.auditor, opened.receipts)


def test_a_policy_whose_key_is_not_here_is_signed_by_nobody_until_it_is(database: Access, home: Home) -> None:
    with over_the_socket(database, home) as opened:
        with pytest.raises(Unavailable, match="whose file is not in"):
            set_policy(opened, BOTH)
        with pytest.raises(Unavailable):
            opened.place(key="waits")
        home.add_key(NEXT, "log.key.2")
        assert opened.place(key="waits").replayed
        assert len(signed_by(opened.place().checkpoint)) == 2
        assert_whole(database.auditor, opened.receipts)


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        ("quorum none\n", "not 0"),
        (f"log {LOG_KEY}\n", "needs a quorum"),
        ("", "needs a quorum|no newline"),
    ],
)
def test_a_policy_that_nobody_could_sign_under_stops_the_signer(
    database: Access, home: Home, policy: str, why: str
) -> None:
    """The commands refuse it; if it is recorded all the same, nothing is signed over it."""
    with over_the_socket(database, home) as opened, pytest.raises(IntegrityError, match=why):
        set_policy(opened, policy)


# The files.


def test_files_are_read_in_the_order_they_were_made(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    create_log_key(keys / "log.key", origin=ORIGIN)
    made = [create_next_log_key(keys, origin=ORIGIN) for _ in range(10)]
    (keys / "log.key.old").write_text("not one of ours")
    (keys / "log.key.02").write_text("nor this")
    assert [path.name for path in made] == [f"log.key.{number}" for number in range(2, 12)]
    assert log_key_files(keys) == [keys / "log.key", *made]
    assert [path.stat().st_mode & 0o777 for path in made] == [0o600] * 10
    assert len(LogKeys(keys).known()) == 11


def test_a_key_that_is_asked_for_is_looked_for_again(tmp_path: Path) -> None:
    create_log_key(tmp_path / "log.key", origin=ORIGIN)
    keys = LogKeys(tmp_path)
    with pytest.raises(KeyFileError, match="whose file is not in"):
        keys.signers([NEXT_KEY])
    (tmp_path / "log.key.2").write_text(NEXT.private_text())
    (tmp_path / "log.key.2").chmod(0o600)
    assert [signer.verifier_key for signer in keys.signers([NEXT_KEY])] == [NEXT_KEY]
    assert LogKeys.single(LOG_SIGNER).known() == [LOG_KEY]


def test_no_key_is_no_signer(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="no log key"):
        LogKeys(tmp_path)


def test_the_log_keys_of_a_policy_are_one_or_two_of_the_origin() -> None:
    other = Ed25519Signer.generate("another.example/log").verifier_key
    third = Ed25519Signer.generate(ORIGIN).verifier_key
    assert keys_in(f"# both\nlog {other}\n{BOTH}", origin=ORIGIN) == (LOG_KEY, NEXT_KEY)
    for bad in (f"log {other}\nquorum none\n", f"log {third}\n{BOTH}", "quorum none"):
        with pytest.raises(PolicyError):
            keys_in(bad, origin=ORIGIN)
