"""kill -9 and failing system calls at every step of publishing: whatever lies there is true, and it goes on from there.

The victim is a process of its own. It ends before its n-th system call that changes a folder, for every n until it
comes through; after each the judge reads all that is public, the publisher is started again, and the judge once more.
"""

import errno
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import pytest

from journal.publisher import Published
from journal.targets import LocalFolder
from journal.tile_files import CHECKPOINT, HISTORY, OBSERVED, PENDING
from tests.journal.publishing import Entries, Log, assert_public, line_of, numbered, policy, witnessing

CALLS = ("fsync", "replace", "mkdir", "unlink", "rmdir")
ENTRIES = 257
PUBLIC, WAITING, NEXT = 255, 256, 257
Step = Callable[[], None]


def before_each_call(step: Step, patch: Callable[[str, Any], None]) -> None:
    """Have `step` run before every system call by which a file or a folder changes or becomes durable."""
    for name in CALLS:
        patch(name, _stepping(step, getattr(os, name)))


def _stepping(step: Step, call: Callable[..., Any]) -> Callable[..., Any]:
    def stepping(*arguments: Any, **named: Any) -> Any:
        step()
        return call(*arguments, **named)

    return stepping


def counting(last: int, end: Callable[[], NoReturn]) -> Step:
    steps = iter(range(1, last + 1))

    def step() -> None:
        if next(steps, last) == last:
            end()

    return step


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("SIGKILL was survived")


def victim(folder: Path, lines: tuple[str, ...], killed_before: int) -> None:
    """Publish what was waiting and one entry more, and die on the way."""
    log = Log(folder, numbered(ENTRIES), policy(*lines, quorum="a"))
    log.size = NEXT
    before_each_call(counting(killed_before, die), lambda name, call: setattr(os, name, call))
    log.publisher.publish()


def breeder(orders: Connection) -> None:
    """Fork a victim for every order, and tell how it ended: a fresh interpreter for each would take a second."""
    while (order := orders.recv()) is not None:
        child = os.fork()
        if child == 0:
            victim(*order)
            os._exit(0)
        orders.send(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


@pytest.fixture
def ended() -> Iterator[Callable[..., int]]:
    """Run a victim; its exit code, negative for the signal that ended it."""
    ours, theirs = Pipe()
    process = get_context("spawn").Process(target=breeder, args=(theirs,))
    process.start()

    def run(*order: object) -> int:
        ours.send(order)
        assert ours.poll(60), "the victim neither ended nor died"
        return int(ours.recv())

    yield run
    ours.send(None)
    process.join(10)


@pytest.fixture(scope="module")
def source() -> Entries:
    return numbered(ENTRIES)


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """A witness that has cosigned what is public; while the next was signed, it was away; now it is back."""
    with witnessing(tmp_path, "a") as (key, url, _):
        yield (line_of("a", key, url),)


@pytest.fixture
def begun(tmp_path: Path, lines: tuple[str, ...], source: Entries) -> Path:
    """255 entries are public, 256 are signed and wait."""
    folder = tmp_path / "begun"
    log = Log(folder, source, policy(*lines, quorum="a"))
    assert log.publish(PUBLIC) == Published(PUBLIC)
    log.policy = policy(lines[0].rpartition(" ")[0], quorum="a")
    log.restart()
    standing = log.publish(WAITING)
    assert isinstance(standing, Published)
    assert standing.pending_size == WAITING
    return folder


def kept(folder: Path) -> dict[str, bytes]:
    """Every file but those that name a time."""
    target = LocalFolder(folder)
    return {path: target.read(path) or b"" for path in target.paths("tile")} | {
        "head": (target.read(CHECKPOINT) or b"").partition(b"\n\n")[0],
        "policy": target.read("policy") or b"",
    }


def judged(folder: Path, source: Entries, lines: tuple[str, ...]) -> int:
    """The size of what is public, all of it verified; whatever waits extends it."""
    target, judge = LocalFolder(folder), policy(*lines, quorum="a")
    size = assert_public(target, source.all, judge)
    assert size in (PUBLIC, NEXT)
    for path in (PENDING, *target.paths(HISTORY)):
        if (signed := target.read(path)) is not None:
            head = judge.check(signed).checkpoint
            assert head == source.head(head.size)
    return size


def goes_on(folder: Path, source: Entries, lines: tuple[str, ...], unharmed: dict[str, bytes]) -> None:
    log = Log(folder, source, policy(*lines, quorum="a"), size=NEXT)
    log.publisher.check()
    assert log.publisher.publish() == Published(NEXT)
    assert judged(folder, source, lines) == NEXT
    assert kept(folder) == unharmed
    assert LocalFolder(folder).read(PENDING) is None
    assert log.publisher.publish() == Published(NEXT)


@pytest.fixture
def unharmed(begun: Path, tmp_path: Path, source: Entries, lines: tuple[str, ...]) -> dict[str, bytes]:
    """What lies there if nothing goes wrong."""
    folder = shutil.copytree(begun, tmp_path / "unharmed")
    log = Log(folder, source, policy(*lines, quorum="a"), size=NEXT)
    assert log.publisher.publish() == Published(NEXT)
    return kept(folder)


def test_killed_before_every_system_call(
    begun: Path,
    tmp_path: Path,
    source: Entries,
    lines: tuple[str, ...],
    unharmed: dict[str, bytes],
    ended: Callable[..., int],
) -> None:
    sizes = []
    for number in range(1, 200):
        folder = shutil.copytree(begun, tmp_path / f"killed-{number}" / "log")
        code = ended(folder, lines, number)
        sizes.append(judged(folder, source, lines))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        goes_on(folder, source, lines, unharmed)
        shutil.rmtree(folder)
    assert code == 0
    assert len(sizes) > 20  # so many steps there are at least
    assert sizes == sorted(sizes)  # once public, always public
    assert {PUBLIC, NEXT} == set(sizes)


def test_every_system_call_failing_once(
    begun: Path,
    tmp_path: Path,
    source: Entries,
    lines: tuple[str, ...],
    unharmed: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The disk is full: the round fails, and the same publisher goes on when there is room again."""

    def fail() -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    failures = 0
    for number in range(1, 200):
        folder = shutil.copytree(begun, tmp_path / f"failed-{number}" / "log")
        log = Log(folder, source, policy(*lines, quorum="a"), size=NEXT)
        steps = iter(range(1, number + 1))
        with monkeypatch.context() as patch:
            before_each_call(
                lambda steps=steps, number=number: fail() if next(steps, 0) == number else None,
                lambda name, call, patch=patch: patch.setattr(os, name, call),
            )
            try:
                log.publisher.publish()
            except OSError:
                failures += 1
            else:
                break
        assert log.publisher.failure is None
        judged(folder, source, lines)
        goes_on(folder, source, lines, unharmed)
        shutil.rmtree(folder)
    assert failures > 20


def test_a_target_that_forgets_what_it_was_given_is_noticed(
    begun: Path, source: Entries, lines: tuple[str, ...]
) -> None:
    """A store that answers with other bytes than were written: nothing is published upon it."""

    class Rotting(LocalFolder):
        def write(self, path: str, content: bytes) -> None:
            super().write(path, content[:-1] + b"?" if path.startswith("tile/0/") else content)

    log = Log(begun, source, policy(*lines, quorum="a"), size=NEXT, target=Rotting(begun))
    with pytest.raises(Exception, match=r"tile/0/001\.p/1 is not what the journal gives"):
        log.publisher.publish()
    assert LocalFolder(begun).read(CHECKPOINT) is not None
    assert LocalFolder(begun).read(OBSERVED) is not None
    judge = policy(*lines, quorum="a")
    assert judge.require(LocalFolder(begun).read(CHECKPOINT) or b"").size == PUBLIC
