"""One transaction writes everything or nothing, and what is foreseen is written only if it was so."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest

from domain import accounts
from domain.kernel.postings import Posting
from journal import merkle, transaction
from journal.batch import BelowLimit, KeyReused, Moved, Stored
from journal.errors import IntegrityError
from journal.facts import Append, Entry
from journal.transaction import Done, Remembered
from migrations.roles import Access

ACTOR = UUID(int=9)
LIMITED = "ind:available:x"


@pytest.fixture
def connection(database: Access) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.writer, autocommit=True) as opened:
        yield opened


def append(
    stream: UUID | None = None, *, seq: int = 1, change: int = 0, key: str | None = None, digest: bytes = bytes(32)
) -> Append:
    stream = stream or uuid4()
    postings = (Posting(LIMITED, "CNY", change),) if change else ()
    return Append(
        (Entry(stream, seq, "t.t/1", str(stream).encode()),),
        {stream: seq - 1},
        postings,
        ACTOR,
        key or str(uuid4()),
        digest,
    )


def commit(connection: psycopg.Connection, *appends: Append, remembered: Remembered | None = None) -> Done:
    return transaction.commit(connection, appends, remembered=remembered, limit_of=accounts.limit_of)


def foreseen(connection: psycopg.Connection, remembered: Remembered, *appends: Append) -> Done | None:
    return transaction.commit_as_foreseen(connection, appends, remembered=remembered, limit_of=accounts.limit_of)


def stored(connection: psycopg.Connection) -> tuple[list[bytes], int]:
    """The entries and the balance, after checking the head against them."""
    entries = [
        e for (e,) in connection.execute("SELECT state FROM journal.events ORDER BY notification_id", binary=True)
    ]
    head = connection.execute("SELECT size, root FROM journal.head", binary=True).fetchone()
    assert head == (len(entries), merkle.root_of([merkle.leaf_hash(entry) for entry in entries]))
    row = connection.execute("SELECT amount FROM journal.balances WHERE account = %s", (LIMITED,)).fetchone()
    return entries, row[0] if row else 0


def test_what_is_foreseen_gives_the_same_as_looking_first(connection: psycopg.Connection) -> None:
    remembered = commit(connection, append(change=50)).remembered
    for number in range(300):
        one = append(change=-1 if number % 2 else 1)
        done = foreseen(connection, remembered, one)
        assert done is not None
        assert done.outcomes == [Stored(number + 1, number + 1)]
        remembered = done.remembered
    entries, balance = stored(connection)
    assert (len(entries), balance) == (301, 50)
    with connection.transaction():
        assert transaction.open_head(connection).root == remembered.root


def test_nothing_is_foreseen_after_somebody_else_wrote(connection: psycopg.Connection) -> None:
    remembered = commit(connection, append()).remembered
    commit(connection, append())
    assert foreseen(connection, remembered, append()) is None
    done = commit(connection, append(), remembered=remembered)
    assert not done.alone
    assert done.outcomes == [Stored(2, 2)]
    assert foreseen(connection, done.remembered, append()) is not None


def test_what_others_appended_is_caught_up_with(
    connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much it was, the tree grows from what was remembered; it is not read anew."""
    done = commit(connection, append(), append())
    for _ in range(3):
        commit(connection, *(append(change=1) for _ in range(150)), remembered=None)

    def read_anew(*_given: object, **_named: object) -> Remembered:
        raise AssertionError

    monkeypatch.setattr(transaction, "_load", read_anew)
    after = commit(connection, append(), remembered=done.remembered)
    assert (after.outcomes, after.alone) == ([Stored(452, 452)], False)
    again = foreseen(connection, after.remembered, append())
    assert again is not None
    assert len(stored(connection)[0]) == 454


def test_nothing_is_foreseen_when_a_stream_moved(connection: psycopg.Connection) -> None:
    first = append()
    remembered = commit(connection, first).remembered
    stale = append(first.entries[0].stream_id)
    assert foreseen(connection, remembered, append(), stale) is None
    done = commit(connection, append(), stale, remembered=remembered)
    assert done.alone
    assert done.outcomes == [Stored(1, 1), Moved(first.entries[0].stream_id)]


def test_nothing_is_foreseen_when_a_key_is_known(connection: psycopg.Connection) -> None:
    remembered = commit(connection, append(key="k")).remembered
    again, other = append(key="k"), append(key="k", digest=b"\1" * 32)
    for one, outcome in ((again, Stored(0, 0, replayed=True)), (other, KeyReused("k"))):
        assert foreseen(connection, remembered, one) is None
        assert commit(connection, one, remembered=remembered).outcomes == [outcome]
    assert len(stored(connection)[0]) == 1


def test_nothing_is_foreseen_from_a_balance_that_is_not_so(connection: psycopg.Connection) -> None:
    """A limit is judged by what the database holds, never by what was remembered alone."""
    remembered = commit(connection, append(change=50)).remembered
    wrong = Remembered(remembered.edge, remembered.root, {(LIMITED, "CNY"): 1000})
    assert foreseen(connection, wrong, append(change=-60)) is None
    assert foreseen(connection, Remembered(remembered.edge, remembered.root), append(change=60)) is None
    done = commit(connection, append(change=-60), remembered=wrong)
    assert done.outcomes == [BelowLimit(LIMITED, "CNY", 50, -60)]
    assert stored(connection)[1] == 50


def test_a_limit_refuses_one_and_not_its_neighbours(connection: psycopg.Connection) -> None:
    done = commit(connection, append(change=10), append(change=-11), append(change=-10))
    assert done.outcomes == [Stored(0, 0), BelowLimit(LIMITED, "CNY", 10, -11), Stored(1, 1)]
    assert stored(connection) == (stored(connection)[0], 0)


def test_only_refusals_write_nothing(connection: psycopg.Connection) -> None:
    done = commit(connection, append(change=-1))
    assert done.outcomes == [BelowLimit(LIMITED, "CNY", 0, -1)]
    assert stored(connection) == ([], 0)


@pytest.mark.parametrize("look_first", [True, False])
def test_other_bytes_stored_than_given_are_an_integrity_error(
    database: Access, connection: psycopg.Connection, look_first: bool
) -> None:
    """One bit between hashing and storing ended a public log; here the transaction ends instead."""
    remembered = commit(connection, append()).remembered
    with psycopg.connect(database.owner) as owner:
        owner.execute(
            "CREATE FUNCTION journal.flip() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN NEW.state := set_bit(NEW.state, 3, 1 - get_bit(NEW.state, 3)); RETURN NEW; END $$;"
            "CREATE TRIGGER flip BEFORE INSERT ON journal.events FOR EACH ROW EXECUTE FUNCTION journal.flip()"
        )
    commit_in_one_way = transaction.commit if look_first else transaction.commit_as_foreseen
    with pytest.raises(IntegrityError, match="other bytes were stored than were given"):
        commit_in_one_way(connection, [append()], remembered=remembered, limit_of=accounts.limit_of)
    assert len(stored(connection)[0]) == 1


def rewritten(database: Access, statement: str) -> None:
    with psycopg.connect(database.owner) as owner:
        for table in ("events", "tree"):
            owner.execute(f"ALTER TABLE journal.{table} DISABLE TRIGGER USER")
        owner.execute(statement)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM journal.events WHERE notification_id = 300", "the last stored one is number 299"),
        ("UPDATE journal.events SET state = 'x' WHERE notification_id = 300", "do not give the root"),
        ("UPDATE journal.tree SET hash = sha256('x')", "do not give the root"),
        ("DELETE FROM journal.tree", "the tree has no node"),
        ("UPDATE journal.head SET root = sha256('x')", "do not give the root"),
        ("UPDATE journal.head SET size = 299", "the last stored one is number 300"),
        ("DELETE FROM journal.head", "no head"),
    ],
)
def test_a_rewritten_journal_does_not_open(
    database: Access, connection: psycopg.Connection, statement: str, said: str
) -> None:
    commit(connection, *(append() for _ in range(300)))
    with connection.transaction():
        assert transaction.open_head(connection).edge.size == 300
    rewritten(database, statement)
    with pytest.raises(IntegrityError, match=said), connection.transaction():
        transaction.open_head(connection)


def test_the_writer_role_cannot_rewrite(database: Access, connection: psycopg.Connection) -> None:
    commit(connection, append())
    for table in ("events", "tree", "commands"):
        for verb in ("DELETE FROM", "TRUNCATE"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
                connection.execute(f"{verb} journal.{table}")
    for statement in (
        "UPDATE journal.events SET topic = 'x'",
        "UPDATE journal.tree SET hash = sha256('x')",
        "UPDATE journal.commands SET last_id = 9",
        "DELETE FROM journal.balances",
        "DELETE FROM journal.head",
        "ALTER TABLE journal.events DISABLE TRIGGER ALL",
        "DROP TABLE journal.events",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
    assert len(stored(connection)[0]) == 1


@pytest.mark.parametrize("table", ["events", "tree", "commands"])
@pytest.mark.parametrize(
    "verb", ["UPDATE journal.{0} SET {1} = {1}", "DELETE FROM journal.{0}", "TRUNCATE journal.{0}"]
)
def test_a_trigger_refuses_even_the_owner(database: Access, table: str, verb: str) -> None:
    column = {"events": "topic", "tree": "hash", "commands": "key"}[table]
    with (
        psycopg.connect(database.owner) as owner,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"),
    ):
        owner.execute(verb.format(table, column))


@pytest.mark.parametrize("role", ["projector", "reader", "auditor"])
def test_no_other_role_can_append(database: Access, role: str) -> None:
    with (
        psycopg.connect(getattr(database, role)) as connection,
        pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)),
    ):
        connection.execute("INSERT INTO journal.events VALUES (gen_random_uuid(), 1, 't', 's', 1)")
