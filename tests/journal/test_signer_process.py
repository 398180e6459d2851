"""The signer as a process: it signs what it has read back; killed, doubled or lied to, it never signs two truths."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from journal import merkle, signer_client, signer_memory, signer_service, stored_entries
from journal.checkpoint import open_checkpoint
from journal.errors import IntegrityError, Unavailable
from journal.keys import KeyFileError
from journal.note import Ed25519Signer
from journal.sealing import ConsistencyProver
from journal.signer_client import SignerClient
from journal.signer_process import Place, SignerRuns
from journal.signer_process import running as process
from journal.signer_protocol import address_of, encode, receive
from migrations.roles import Access
from tests.conftest import temporary_home
from tests.journal.opened import LOG_KEY, ORIGIN, Opened, assert_whole, running
from tests.journal.signers import Home, signer_home, wait_until

NOBODY = 65534


@pytest.fixture
def home(database: Access, tmp_path: Path) -> Iterator[Home]:
    with signer_home(tmp_path / "home", database.auditor) as made:
        yield made


@pytest.fixture
def opened(database: Access, home: Home) -> Iterator[Opened]:
    """A running journal that is sealed over the socket; whatever it acknowledged must be whole in the end."""
    with over_the_socket(database, home) as journal:
        yield journal
        assert_whole(database.auditor, journal.receipts, state=home.state)


def over_the_socket(access: Access, home: Home, client: SignerClient | None = None):  # type: ignore[no-untyped-def]
    return running(access.writer, home.state, make_signer=lambda _key, _state: client or home.client())


def size_in(signed: bytes | None) -> int:
    assert signed is not None
    return open_checkpoint(signed, log_key=LOG_KEY).size


# Its life.


def test_a_client_starts_one_and_it_ends_after_its_last_client(home: Home) -> None:
    client = home.client()
    assert client.last() is None
    assert client.origin == ORIGIN
    assert client.keys() == [LOG_KEY]
    assert (home.state.stat().st_mode & 0o777, home.socket.stat().st_mode & 0o777) == (0o700, 0o600)
    assert home.pid() is not None
    client.close()
    wait_until(lambda: home.pid() is None)
    assert not home.socket.exists()


def test_it_outlives_a_parent_that_was_killed_by_seconds_only(home: Home) -> None:
    code = (
        "import os, sys, signal; from pathlib import Path; from journal.signer_client import SignerClient;"
        "from journal.signer_launch import Launch; folder = Path(sys.argv[1]);"
        "launch = Launch(folder / 'keys', folder / 'signer', sys.argv[2], folder / 'signer.log', 0.3);"
        "SignerClient(folder / 'signer' / 'socket', launch=launch).last(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    parent = subprocess.run([sys.executable, "-c", code, str(home.folder), home.dsn], check=False, timeout=60)
    assert parent.returncode == -signal.SIGKILL
    assert home.pid() is not None
    wait_until(lambda: home.pid() is None)


def test_many_clients_at_once_start_one(home: Home) -> None:
    code = (
        "import sys; from pathlib import Path; from journal.signer_client import SignerClient;"
        "from journal.signer_launch import Launch; folder = Path(sys.argv[1]);"
        "launch = Launch(folder / 'keys', folder / 'signer', sys.argv[2], folder / 'signer.log', 2.0);"
        "client = SignerClient(folder / 'signer' / 'socket', launch=launch); client.last();"
        "sys.stdout.write((folder / 'signer' / 'lock').read_text())"
    )
    command = [sys.executable, "-c", code, str(home.folder), home.dsn]
    clients = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = {client.communicate(timeout=60)[0] for client in clients}
    assert [client.returncode for client in clients] == [0, 0, 0]
    assert answers == {f"{home.pid()}\n"}


def test_a_second_signer_over_the_same_memory_is_told_who_holds_it(home: Home) -> None:
    home.client().last()
    with pytest.raises(SignerRuns, match=str(home.pid())), process(home.place):
        pytest.fail("it started")


def test_without_a_key_or_in_an_open_folder_it_does_not_start(home: Home) -> None:
    (home.keys / "log.key").chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        home.client().last()
    (home.keys / "log.key").chmod(0o600)
    home.state.chmod(0o755)
    with pytest.raises(KeyFileError, match="chmod 700"):
        home.client().last()
    home.state.chmod(0o700)
    assert home.client().last() is None


def test_a_signer_that_somebody_else_should_run_is_not_started(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signer_client, "PATIENCE_S", 0.1)
    with pytest.raises(Unavailable, match="does not answer"):
        home.client(launching=False).last()
    assert home.pid() is None


def test_a_socket_lies_however_deep(database: Access, tmp_path: Path) -> None:
    with signer_home(tmp_path.joinpath(*["a_folder_with_a_long_name"] * 6), database.auditor) as deep:
        assert len(str(deep.socket)) > 108
        assert deep.client().last() is None


def test_the_signer_of_another_database_makes_way(
    database: Access, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signer_client, "PATIENCE_S", 0.2)
    first = home.client()
    first.last()
    before = home.pid()
    other = home.on(make_conninfo(database.auditor, application_name="restored"))
    with pytest.raises(Unavailable, match="another database"):
        other.client().last()
    monkeypatch.setattr(signer_client, "PATIENCE_S", 10)
    first.close()
    assert other.client().last() is None
    assert home.pid() not in {None, before}


def ask_as(account: int, path: Path, into: Connection) -> None:
    """What the signer answers to another account, empty if it hangs up."""
    os.setuid(account)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        try:
            connection.sendall(encode({"ask": "last"}))
            into.send(receive(connection))
        except ConnectionError:
            into.send({})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
@pytest.mark.parametrize("account", [0, NOBODY])
def test_another_account_is_not_answered(database: Access, account: int) -> None:
    with temporary_home() as path, signer_home(path, database.auditor) as home:
        asking = home.client()
        asking.last()
        for opened_behind_our_back, mode in ((path, 0o711), (home.state, 0o711), (home.socket, 0o777)):
            opened_behind_our_back.chmod(mode)
        answers, into = get_context("spawn").Pipe(duplex=False)
        other = get_context("spawn").Process(target=ask_as, args=(account, home.socket, into))
        other.start()
        assert answers.poll(60)
        assert answers.recv() == ({} if account else {"checkpoint": None})
        other.join(60)
        assert asking.last() is None


@pytest.mark.parametrize(
    "sent",
    [
        b"\xff\xff\xff\xff",
        encode({"ask": "sing"}),
        encode({}),
        encode({"ask": "seal", "size": -1, "root": "00" * 32, "old": 0, "proof": []}),
        encode({"ask": "seal", "size": 2**63, "root": "00" * 32, "old": 0, "proof": []}),
        encode({"ask": "check", "size": 1, "root": "00"}),
        encode({"ask": "check", "size": True, "root": "00" * 32}),
        encode({"ask": "seal", "size": 1, "root": "00" * 32, "old": 0, "proof": [7]}),
        b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x03abc",
    ],
)
def test_nonsense_is_told_and_stops_nobody(home: Home, sent: bytes) -> None:
    client = home.client()
    assert client.last() is None
    with socket.socket(socket.AF_UNIX) as connection, address_of(home.socket) as address:
        connection.connect(address)
        connection.sendall(sent)
        assert receive(connection)["error"] == "malformed"
    assert client.last() is None
    assert client.stopped() is None


# Signing.


def test_what_is_acknowledged_is_signed_over_the_socket(opened: Opened, home: Home) -> None:
    for _ in range(5):
        receipt = opened.place()
    assert size_in(home.client().last()) == receipt.size == 7


def test_two_writers_share_a_signer(database: Access, home: Home) -> None:
    with over_the_socket(database, home) as first, over_the_socket(database, home) as second:
        for number in range(12):
            (second if number % 3 else first).place()
        assert_whole(database.auditor, first.receipts + second.receipts, state=home.state)


def test_a_signer_that_is_killed_is_started_again(opened: Opened, home: Home) -> None:
    for _ in range(2):
        opened.place()
        home.kill()
    assert opened.place().size == 5


class Dying:
    """Ends its process at a step of the seal of size 4."""

    def __init__(self, step: str) -> None:
        self._step, self._size = step, 0

    def arm(self) -> None:
        examine, write, seal = (
            stored_entries.StoredEntries.examine,
            signer_memory.Slots.write,
            signer_service.SignerService._seal,
        )

        def dying_seal(service, question):  # type: ignore[no-untyped-def]
            self._size = question["size"]
            self._die("before anything")
            answer = seal(service, question)
            self._die("after the signature")
            return answer

        def dying_examine(stored, last, head):  # type: ignore[no-untyped-def]
            keys = examine(stored, last, head)
            self._die("after reading back")
            return keys

        def dying_write(slots, number, note):  # type: ignore[no-untyped-def]
            if self._size == 4 and self._step == "while writing":
                os.pwrite(slots._descriptor, note[: len(note) // 2], number * 4096)
                self._die("while writing")
            write(slots, number, note)
            self._die("after the memory")

        stored_entries.StoredEntries.examine = dying_examine  # type: ignore[method-assign]
        signer_memory.Slots.write = dying_write  # type: ignore[method-assign]
        signer_service.SignerService._seal = dying_seal  # type: ignore[method-assign]

    def _die(self, step: str) -> None:
        if self._size == 4 and step == self._step:
            kill_myself()


def kill_myself() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("SIGKILL was survived")


def victim(keys: Path, state: Path, dsn: str, step: str) -> None:
    Dying(step).arm()
    with process(Place(keys, state, state / "socket", lambda: dsn)) as signer:
        signer.serve(idle_s=20)


@pytest.mark.parametrize(
    "step", ["before anything", "after reading back", "while writing", "after the memory", "after the signature"]
)
def test_killed_at_each_step_of_a_seal(database: Access, home: Home, step: str) -> None:
    """The next signer finishes what the killed one had begun; the append that waited is acknowledged once."""
    dying = get_context("spawn").Process(target=victim, args=(home.keys, home.state, home.dsn, step))
    dying.start()
    wait_until(home.socket.exists, timeout_s=60)
    with over_the_socket(database, home) as opened:
        opened.place()
        opened.place(key="the-last-of-the-victim")
        dying.join(60)
        assert dying.exitcode == -signal.SIGKILL
        assert opened.place(key="the-last-of-the-victim").replayed
        opened.place()
        assert_whole(database.auditor, opened.receipts, state=home.state)


def test_a_journal_that_died_between_commit_and_signature_is_signed_at_the_next_start(
    database: Access, home: Home
) -> None:
    class Deaf(SignerClient):
        deaf = False

        def seal(self, *, size: int, root: bytes, prove: ConsistencyProver) -> bytes:
            if self.deaf:
                raise OSError("the process was killed here")
            return super().seal(size=size, root=root, prove=prove)

    client = Deaf(home.socket, launch=home.launch)
    home.clients.append(client)
    with over_the_socket(database, home, client) as opened:
        opened.place()
        client.deaf = True
        with pytest.raises(Unavailable, match="could not be signed"):
            opened.place(key="committed")
        client.deaf = False
        assert size_in(client.last()) == 3
    with over_the_socket(database, home) as opened:
        assert size_in(home.client().last()) == 4
        assert opened.place(key="committed").replayed
        assert_whole(database.auditor, opened.receipts, state=home.state)


# Lies, and broken memory.


class Meanwhile(SignerClient):
    """Something happens to the database between the commit and the signature."""

    happens: Callable[[int], None] | None = None

    def seal(self, *, size: int, root: bytes, prove: ConsistencyProver) -> bytes:
        if self.happens is not None:
            self.happens(size)
        return super().seal(size=size, root=root, prove=prove)


def test_one_flipped_bit_between_commit_and_signature_is_never_signed(database: Access, home: Home) -> None:
    def flip(size: int) -> None:
        with psycopg.connect(database.owner) as owner:
            owner.execute("ALTER TABLE journal.events DISABLE TRIGGER USER")
            owner.execute(
                "UPDATE journal.events SET state = set_bit(state, 777, 1 - get_bit(state, 777))"
                " WHERE notification_id = %s",
                (size,),
            )

    client = Meanwhile(home.socket, launch=home.launch)
    home.clients.append(client)
    with over_the_socket(database, home, client) as opened:
        opened.place()
        client.happens = flip
        with pytest.raises(IntegrityError, match="other bytes were stored than were hashed"):
            opened.place()
        client.happens = None
        with pytest.raises(IntegrityError):
            opened.place()
        assert size_in(client.last()) == 3
        assert client.stopped() is not None
    other = home.client()
    with pytest.raises(IntegrityError, match="has stopped"):
        other.check(size=3, root=bytes(32))


def test_a_row_that_vanished_before_the_signature_is_never_signed(database: Access, home: Home) -> None:
    def drop(size: int) -> None:
        with psycopg.connect(database.owner) as owner:
            owner.execute("ALTER TABLE journal.events DISABLE TRIGGER USER")
            owner.execute("DELETE FROM journal.events WHERE notification_id = %s", (size,))

    client = Meanwhile(home.socket, launch=home.launch)
    home.clients.append(client)
    with over_the_socket(database, home, client) as opened:
        client.happens = drop
        with pytest.raises(IntegrityError, match="holds 2 entries of the 3"):
            opened.place()


def test_a_head_that_the_database_does_not_hold_stops_the_signer(opened: Opened, home: Home) -> None:
    """Even with a proof that holds: whoever invents a tree must also have stored it."""
    leaves = [entry[1] for entry in opened.store.entries(0)]
    hashes = [merkle.leaf_hash(entry) for entry in leaves]
    invented = [*hashes, sha256(b"invented").digest()]

    def read(level: int, index: int) -> bytes:
        return merkle.root_of(invented[index << level : (index + 1) << level])

    liar = home.client()
    with pytest.raises(IntegrityError, match="holds 2 entries of the 3"):
        liar.seal(
            size=3,
            root=merkle.root_of(invented),
            prove=lambda first, second: merkle.consistency_proof(read, first=first, second=second),
        )
    liar.close()
    home.kill()  # somebody has looked, and starts it again


def test_a_proof_that_fails_stops_the_signer(opened: Opened, home: Home) -> None:
    opened.place()
    with pytest.raises(IntegrityError, match="does not extend"):
        home.client().seal(size=4, root=bytes(32), prove=lambda _first, _second: [bytes(32)])
    home.kill()
    assert opened.place().size == 4


def test_yesterdays_backup_is_refused_and_what_to_do_is_said(new_database: Callable[[], Access], home: Home) -> None:
    today, yesterday = new_database(), new_database()
    with over_the_socket(yesterday, home.on(yesterday.auditor)) as opened:
        opened.place()
    home.kill()
    shutil.rmtree(home.state)
    with over_the_socket(today, home.on(today.auditor)) as opened:
        opened.place()
        opened.place()
    home.kill()
    with pytest.raises(IntegrityError, match=r"holds 3 entries, but 4 were signed.*Restore a newer one"):
        start(yesterday, home.on(yesterday.auditor))
    home.kill()
    with over_the_socket(today, home.on(today.auditor)) as opened:
        opened.place()
        assert_whole(today.auditor, opened.receipts, state=home.state)


def test_a_memory_that_cannot_be_read_stops(database: Access, home: Home) -> None:
    with over_the_socket(database, home) as opened:
        opened.place()
    home.kill()
    (home.state / "last-signed").write_bytes(b"\1" * 8192)
    with pytest.raises(IntegrityError, match="memory cannot be read"):
        start(database, home)


def test_a_memory_that_is_gone_is_noticed(database: Access, home: Home) -> None:
    """Nothing is signed from nothing, except the beginning itself."""
    with over_the_socket(database, home) as opened:
        assert opened.journal.position() == 2
    home.kill()
    shutil.rmtree(home.state)
    with over_the_socket(database, home) as opened:  # the beginning, signed anew
        opened.place()
    home.kill()
    shutil.rmtree(home.state)
    with pytest.raises(IntegrityError, match=r"has no memory.*mingzhang signer --adopt"):
        start(database, home)


def start(access: Access, home: Home) -> None:
    with over_the_socket(access, home):
        pytest.fail("it started")


def test_the_database_gives_out_and_comes_back(database: Access, opened: Opened, home: Home) -> None:
    """The signer's connection is cut; it opens another, and nothing was lost."""
    opened.place()
    with psycopg.connect(database.auditor, autocommit=True) as auditor:
        cut = auditor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE usename = current_user AND pid <> pg_backend_pid() AND datname = current_database()"
        ).fetchone()
    assert cut == (1,)
    assert opened.place().size == 4


def test_a_database_that_cannot_be_reached_signs_nothing_and_breaks_nothing(home: Home) -> None:
    unreachable = home.on("host=/nonexistent dbname=nothing").client()
    with pytest.raises(Unavailable, match="cannot read the database"):
        unreachable.seal(size=1, root=bytes(32), prove=lambda _first, _second: [])
    assert unreachable.stopped() is None
    assert unreachable.last() is None


def test_keys_of_two_logs_in_one_folder_are_refused(home: Home) -> None:
    home.add_key(Ed25519Signer.generate("another.example/log"), "log.key.2")
    with pytest.raises(KeyFileError, match="several logs"):
        home.client().last()
