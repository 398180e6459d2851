"""How each attack is staged: what its author writes, signs or shows, with what he holds and with nothing else."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg

from domain import accounts
from domain.kernel.ids import derived, stream_name
from journal import line as lines
from journal import merkle
from journal.cosigning import Answer, Cosigners
from journal.note import Ed25519Signer
from journal.tile_files import CHECKPOINT
from journal.tiles import TILE_WIDTH
from journal.trust import Policy
from tests.audit.packages import list_again
from tests.audit.story import ORIGIN, County, seeded
from tests.faults.live import Base, Live, add_place, forged, head_of

OLD = 40  # an entry in a full tile
RECENT = 270  # an entry at the right edge
FLIPS = 12


@dataclass(frozen=True)
class Shown:
    """What the attacker shows the world, where that is not simply what database and publisher have.

    `checkpoint` is handed to witness and auditor with `entries`; each of `spoils` changes the finished package.
    """

    entries: Sequence[bytes] | None = None
    checkpoint: bytes | None = None
    spoils: Sequence[Callable[[Path], None]] = ()


Stage = Callable[[Live, Base], Shown | None]


# What the database's owner can do.


def put(live: Live, entries: Sequence[bytes]) -> None:
    """Put these entries into the place of all that was recorded, with triggers off, tree and head to match."""
    head = head_of(entries)
    with psycopg.connect(live.access.owner) as owner:
        owner.execute("ALTER TABLE journal.events DISABLE TRIGGER USER")
        owner.execute("ALTER TABLE journal.tree DISABLE TRIGGER USER")
        owner.execute("DELETE FROM journal.events")
        owner.execute("DELETE FROM journal.tree")
        with owner.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO journal.events (originator_id, originator_version, topic, state, notification_id)"
                " VALUES (%s, %s, %s, %s, %s)",
                [_row(number, entry) for number, entry in enumerate(entries, start=1)],
            )
            cursor.executemany(
                "INSERT INTO journal.tree (level, index, hash) VALUES (1, %s, %s)",
                [
                    (tile, head_of(entries[tile * TILE_WIDTH : (tile + 1) * TILE_WIDTH]).root)
                    for tile in range(len(entries) // TILE_WIDTH)
                ],
            )
        owner.execute("UPDATE journal.head SET size = %s, root = %s", (head.size, head.root))
        owner.execute("ALTER TABLE journal.events ENABLE TRIGGER USER")
        owner.execute("ALTER TABLE journal.tree ENABLE TRIGGER USER")


def _row(number: int, entry: bytes) -> tuple[object, ...]:
    line = lines.parse(entry.rpartition(b"\n\n")[0] + b"\n")
    return line.stream.partition("/")[2], line.seq, line.type, entry, number


def edited(entry: bytes) -> bytes:
    """The same entry with a bit of another content, under the old signature."""
    changed = entry.replace(b'"on":"2026', b'"on":"2025', 1)
    assert changed != entry
    return changed


def edit_one_row(index: int) -> Stage:
    def stage(live: Live, _base: Base) -> None:
        with psycopg.connect(live.access.owner) as owner:
            owner.execute("ALTER TABLE journal.events DISABLE TRIGGER USER")
            changed = edited(live.entries()[index])
            owner.execute("UPDATE journal.events SET state = %s WHERE notification_id = %s", (changed, index + 1))
            owner.execute("ALTER TABLE journal.events ENABLE TRIGGER USER")

    return stage


def rewrite(change: Callable[[list[bytes]], list[bytes]]) -> Stage:
    def stage(live: Live, _base: Base) -> None:
        put(live, change(live.entries()))

    return stage


def insert(entries: list[bytes]) -> list[bytes]:
    """An event by a stranger who calls himself the founder, in the middle of the log."""
    county = County()
    draft = add_place(county, 999_999)
    draft.signer = Ed25519Signer.from_seed(f"{ORIGIN}/administrator/{county.founder}", seeded("stranger"))
    return [*entries[:RECENT], county.story.entries()[-1], *entries[RECENT:]]


def cut_off(live: Live, base: Base) -> Shown:
    """The last day never was; yesterday's checkpoint, which witnesses signed, is shown again."""
    shown = yesterday(live, base)
    put(live, live.entries()[: _size_of(shown)])
    return shown


def yesterday(_live: Live, base: Base) -> Shown:
    """Whoever restored a backup has yesterday's public checkpoint to show."""
    return Shown(checkpoint=(base.yesterday.home / "log" / CHECKPOINT).read_bytes())


def _size_of(shown: Shown) -> int:
    assert shown.checkpoint is not None
    return int(shown.checkpoint.split(b"\n", 2)[1])


# What a thief of the log's key can do.


def other_history(live: Live) -> list[bytes]:
    """The whole log with one of its events told otherwise, everybody's signature renewed."""
    county = County()
    county.story.drafts[0].data["policy"] = live.policy
    for number in range(len(live.story.drafts) - len(county.story.drafts)):
        add_place(county, number)
    county.story.drafts[OLD].on = "2026-01-02"
    return county.story.entries()


def fork_shown(live: Live, _base: Base) -> Shown:
    """Another history, longer by one event, for the eyes of witness and auditor alone."""
    entries = other_history(live)
    entries.append(_one_more(live))
    return Shown(entries, forged(entries))


def fork_published(live: Live, _base: Base) -> Shown:
    """Another history of the same size, its checkpoint in the place of the public one."""
    entries = other_history(live)
    live.log.write(CHECKPOINT, forged(entries))
    return Shown(entries, forged(entries))


def fork_cosigned(live: Live, _base: Base) -> None:
    """An event of the thief's behind the true log: the witness sees it first, and must take it for the true one."""
    entries = [*live.entries(), _one_more(live)]
    assert handed_in(live, entries, forged(entries)).line is not None


def _one_more(live: Live) -> bytes:
    """One event more, as the founder would sign it."""
    story = live.story.copy()
    county = County()
    county.story = story
    add_place(county, 888_888)
    return story.entries()[-1]


def handed_in(live: Live, entries: Sequence[bytes], signed: bytes) -> Answer:
    """What the witness answers to a checkpoint over these entries, asked over HTTP."""
    head = head_of(entries)

    def node(level: int, index: int) -> bytes:
        return head_of(entries[index << level : (index + 1) << level]).root

    def prove(old: int) -> list[bytes]:
        return merkle.consistency_proof(node, first=old, second=head.size) if old < head.size else []

    listed = Policy.parse(live.policy.encode()).witnesses
    (answer,) = Cosigners().collect(listed, signed=signed, head=head, prove=prove, enough=bool)
    return answer


# What goes through, signed and sealed, because neither signer nor witness judges what an event means.


def by_a_stranger(live: Live, _base: Base) -> None:
    """An event at the end, by a key that nobody registered; the owner writes it, the signer signs the head over it."""
    draft = add_place(live.county, 777_777)
    draft.signer = Ed25519Signer.from_seed(f"{ORIGIN}/administrator/{live.county.founder}", seeded("stranger"))
    put(live, live.story.entries())


def by_a_revoked_key(live: Live, _base: Base) -> None:
    """The clerk's key was stolen and revoked; the thief still signs with it."""
    county = live.county
    key = stream_name("key", derived("key", county.clerk, "administrator", 1))
    live.record([county.admin(key, "key.revoked/1", {"from_index": len(live.entries()), "reason": "stolen"})])
    add_place(county, 777_777).by = county.clerk
    put(live, live.story.entries())


def outside_the_role(live: Live, _base: Base) -> None:
    """A grid worker, with the right key, records what only an administrator may."""
    draft = add_place(live.county, 777_777)
    draft.by, draft.role = live.county.worker, "grid_worker"
    put(live, live.story.entries())


def balance_raised(live: Live, _base: Base) -> None:
    """The owner writes more budget into the table of balances, and the server grants beyond what was appropriated."""
    county = live.county
    with psycopg.connect(live.access.owner) as owner:
        owner.execute("UPDATE journal.balances SET amount = amount * 100")
    granted = county.story.find("reward.granted/1")
    again = county.step(
        stream_name("reward", derived("reward", "invented")),
        granted.type,
        {**granted.data, "amount_fen": 2001},
        county.officer,
        "county_officer",
        postings=accounts.reward_granted(UUID(county.member), UUID(county.budget), 2001),
    )
    live.record([again])


# Published figures.


def page_figure(live: Live, _base: Base) -> None:
    """The read model behind the villagers' page says another amount."""
    with psycopg.connect(live.access.projector) as projector:
        projector.execute("UPDATE read.reward_payments SET amount_fen = amount_fen + 100 WHERE scheduled")


def tile_on_disk(live: Live, _base: Base) -> None:
    """A published bundle is changed where it lies."""
    content = live.log.read("tile/entries/000")
    assert content is not None
    live.log.write("tile/entries/000", content.replace(b'"amount_fen":1000', b'"amount_fen":2000'))


def in_the_package(path: str, old: bytes, new: bytes) -> Stage:
    def spoil(package: Path) -> None:
        (file,) = package.glob(path)
        content = file.read_bytes()
        assert old in content
        file.write_bytes(content.replace(old, new, 1))
        list_again(package, readme=True)

    return lambda _live, _base: Shown(spoils=[spoil])


def flipped_bits(_live: Live, _base: Base) -> Shown:
    """One bit in a byte of a file; every file has its turn before one has a second."""
    draw = random.Random(1)

    def flip(turn: int) -> Callable[[Path], None]:
        def spoil(package: Path) -> None:
            files = sorted(path for path in package.rglob("*") if path.is_file() and path.stat().st_size)
            file = files[turn % len(files)]
            content = bytearray(file.read_bytes())
            content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
            file.write_bytes(content)

        return spoil

    return Shown(spoils=[flip(turn) for turn in range(FLIPS)])
