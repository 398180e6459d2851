"""The publisher: puts before everyone's eyes what the log has signed, in an order in which nothing can go wrong.

What must not be broken: tiles first, then cosignatures, then the checkpoint. A published checkpoint always has its
tiles, is never smaller than the one before, and never disagrees with it. After an integrity error nothing more is
published until somebody has looked and started the program again.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from domain.kernel.calendar import day_in_china, instant
from journal import checkpoint, line, merkle, note
from journal.batch import LAST_TYPE
from journal.checkpoint import Checkpoint
from journal.cosigning import Answer, Cosigners, listed
from journal.errors import IntegrityError, Unavailable
from journal.line import LineError
from journal.note import NoteError, Signature
from journal.observed import End
from journal.observing import InWords, Observer
from journal.tile_files import CHECKPOINT, HISTORY, PENDING, POLICY, Source, TileFiles, publish_tiles
from journal.tiles import TileError
from journal.trust import Checked, Policy

LOOK_S: Final = 1.0  # how often it looks whether there is something new to publish
RETRY_S: Final = 5.0  # after an outage, below the quorum, or while another process publishes

_FORGOTTEN: Final = "a checkpoint is published, but the signer knows of none: its memory was lost"

PolicyOf = Callable[[int], Policy]
"""size -> the policy that judges checkpoints of that size."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """How it stands after a round: what is published, and what waits for which reasons."""

    size: int
    pending_size: int | None = None
    reasons: tuple[str, ...] = ()


class Publisher:
    """Publishes one log to one target. Of several with the same `lock` file, one works and the others leave it to it.

    `last` gives the checkpoint that was signed last.
    """

    def __init__(
        self,
        *,
        files: TileFiles,
        source: Source,
        last: Callable[[], bytes | None],
        policy_of: PolicyOf,
        clock: Callable[[], datetime],
        lock: Path,
        cosigners: Cosigners | None = None,
        in_words: InWords = lambda _: (),
    ) -> None:
        self._files = files
        self._target = files.target
        self._source = source
        self._last = last
        self._policy_of = policy_of
        self._clock = clock
        self._lock = lock
        self._cosigners = cosigners or Cosigners()
        self._observer = Observer(files.target, clock, in_words=in_words)
        self._swept = False
        self._settled: tuple[bytes, bytes] | None = None  # what is signed, and what was published of it
        self.failure: IntegrityError | None = None  # for which it has stopped
        self.trouble: str | None = None  # an outage that passes

    def follow(self, stop: threading.Event) -> None:
        """Publish whatever is signed, until `stop` is set. Raises IntegrityError where it must not go on."""
        while not stop.is_set():
            with self.claimed() as ours:
                pause_s = 0.0 if ours else RETRY_S
                while ours and not stop.wait(pause_s):
                    pause_s = self._round()
            if not ours:
                stop.wait(pause_s)

    def _round(self) -> float:
        """One attempt; how long to wait before the next one."""
        try:
            standing = self.publish()
        except (OSError, Unavailable) as error:
            if self.trouble is None:
                log.warning("publishing has to wait: %s", error)
            self.trouble = str(error)
            return RETRY_S
        self.trouble = None
        return LOOK_S if standing is None or standing.pending_size is None else RETRY_S

    @contextmanager
    def claimed(self) -> Iterator[bool]:
        """Whether this process is the one that publishes, for as long as the block runs."""
        self._lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def publish(self) -> Published | None:
        """Publish the newest signed checkpoint, as far as the witnesses let it; None before the first one.

        Call it only inside of `claimed`. Raises IntegrityError, from then on always the same one; OSError and
        Unavailable for what passes. Killed anywhere, it goes on from there when it is called again.
        """
        if self.failure is not None:
            raise self.failure
        try:
            return self._publish()
        except IntegrityError as error:
            self.stop(error)
            raise

    def stop(self, error: IntegrityError) -> None:
        """Publish nothing more, and tell everyone why. The first reason stays."""
        if self.failure is None:
            self.failure = error
            log.critical("publishing has stopped: %s", error)
            self._observer.tell_failure(error)

    def check(self) -> None:
        """Refuse a log that has gone back behind what is published. Raises IntegrityError; OSError, Unavailable."""
        # What is published is read first: another process may sign and publish more at any moment.
        there = {path: self._target.read(path) for path in (CHECKPOINT, PENDING)}
        signed = self._last()
        if signed is not None:
            head = self._open(signed)
            for path, content in there.items():
                self._standing(path, content, head)
        elif any(there.values()):
            raise IntegrityError(_FORGOTTEN)

    def _publish(self) -> Published | None:
        signed = self._last()
        if signed is None:
            if self._target.read(CHECKPOINT) is not None:
                raise IntegrityError(_FORGOTTEN)
            return None
        if self._settled == (signed, self._target.read(CHECKPOINT)):
            return Published(checkpoint.parse_text(note.parse(signed).text).size)
        head = self._open(signed)
        published = self._standing(CHECKPOINT, self._target.read(CHECKPOINT), head)
        pending = self._standing(PENDING, self._target.read(PENDING), head)
        if published is not None and published.head.size == head.size:
            self._finish(published, pending)
            self._settled = (signed, published.signed)
            return Published(head.size)
        written = max((one.head.size for one in (published, pending) if one is not None), default=0)
        publish_tiles(self._files, self._source, old_size=written, head=head)
        policy = self._policy_of(head.size)
        cosigned, answers = self._cosigned(signed, pending, policy, head)
        checked = _checked(policy, cosigned)
        if checked.satisfied:
            self._replace(published, cosigned, policy, head)
            state = Published(head.size)
        else:
            self._target.write(PENDING, cosigned)
            state = Published(published.head.size if published else 0, head.size, checked.reasons)
        self._observer.tell(policy, cosigned, checked, answers, self._end_of(head))
        return state

    # What stands there already.

    def _open(self, signed: bytes) -> Checkpoint:
        """The checkpoint inside, once the policy of its size has found the log's signature on it."""
        try:
            size = checkpoint.parse_text(note.parse(signed).text).size
            return _checked(self._policy_of(size), signed).checkpoint
        except NoteError as error:
            raise IntegrityError(f"the checkpoint cannot be read: {error}") from error

    def _standing(self, path: str, signed: bytes | None, head: Checkpoint) -> "_Standing | None":
        """The checkpoint that lies there, if it is one that the head extends. Raises IntegrityError for any other."""
        if signed is None:
            return None
        there = self._open(signed)
        if there.size > head.size:
            raise IntegrityError(
                f"{there.size} entries are published ({path}), but only {head.size} are signed: "
                "an older backup was restored. What was published cannot be taken back."
            )
        if self._root_at(there.size, head) != there.root:
            raise IntegrityError(f"the published {path} of size {there.size} is no beginning of what is signed now")
        return _Standing(there, signed)

    def _root_at(self, size: int, head: Checkpoint) -> bytes:
        if size == head.size:
            return head.root
        try:
            return merkle.subtree_root(self._source.nodes(head.size), size=size)
        except TileError as error:
            raise IntegrityError(f"the stored tree has no tiles for size {size}: {error}") from error

    def _finish(self, published: "_Standing", pending: "_Standing | None") -> None:
        """Finish what a round that was cut off behind its checkpoint left to be done."""
        if pending is not None:
            self._target.remove(PENDING)
        if not self._swept:
            self._files.sweep(size=published.head.size)
            self._swept = True
        observed, end = self._observer.observed(), self._end_of(published.head)
        if (
            observed is None
            or observed.failure
            or observed.published is None
            or (observed.published.size != published.head.size)
            or observed.closed != end
        ):
            policy = self._policy_of(published.head.size)
            self._observer.tell(policy, published.signed, _checked(policy, published.signed), [], end)

    def _end_of(self, head: Checkpoint) -> End | None:
        """Where the journal ended, if the last entry of the tree says so."""
        for index, entry in self._source.entries(head.size - 1, stop=head.size):
            try:
                last = line.parse(note.parse(entry).text)
            except (NoteError, LineError):
                return None  # it only tells; whoever judges entries says what is wrong with this one
            return End(index, last.on) if last.type == LAST_TYPE else None
        return None

    # Cosignatures.

    def _cosigned(
        self, signed: bytes, pending: "_Standing | None", policy: Policy, head: Checkpoint
    ) -> tuple[bytes, list[Answer]]:
        """The checkpoint with every cosignature that can be had, those that were given before included."""
        lines = _cosignatures(pending.signed, policy) if pending and pending.head == head else []
        given = {(line.name, line.key_id) for line in lines}
        asked = [one for one in listed(policy) if (one.key.name, one.key.key_hash) not in given]

        def enough(new: Sequence[Signature]) -> bool:
            return _checked(policy, checkpoint.add_cosignatures(signed, *lines, *new)).satisfied

        def prove(old: int) -> list[bytes]:
            return merkle.consistency_proof(self._source.nodes(head.size), first=old, second=head.size)

        answers = self._cosigners.collect(asked, signed=signed, head=head, prove=prove, enough=enough)
        for answer in answers:
            self._judge(answer, head)
        new = [answer.line for answer in answers if answer.line is not None]
        return checkpoint.add_cosignatures(signed, *lines, *new), answers

    def _judge(self, answer: Answer, head: Checkpoint) -> None:
        """Raises IntegrityError if the witness showed a checkpoint of this log that is no beginning of this head."""
        if answer.shown is None:
            return
        try:
            size = checkpoint.parse_text(note.parse(answer.shown).text).size
            seen = self._policy_of(min(size, head.size)).check(answer.shown).checkpoint
        except NoteError as error:
            log.warning("witness %s shows a checkpoint that proves nothing: %s", answer.witness.name, error)
            return
        if seen.origin == head.origin and (seen.size > head.size or self._root_at(seen.size, head) != seen.root):
            self._observer.tell_fork(self._policy_of(head.size), answer)
            raise IntegrityError(
                f"witness {answer.witness.name} has cosigned another journal: a checkpoint of size {seen.size} that "
                f"the log's key signed and that is no beginning of the {head.size} entries here. `observed` holds it."
            )

    # Replacing the checkpoint.

    def _replace(self, published: "_Standing | None", cosigned: bytes, policy: Policy, head: Checkpoint) -> None:
        self._target.write(POLICY, bytes(policy))
        if self._first_of_its_day():
            self._files.target.write(f"{HISTORY}/{head.size}", cosigned)
        self._target.write(CHECKPOINT, cosigned)
        self._target.remove(PENDING)
        self._files.sweep(size=head.size, since=published.head.size if self._swept and published else None)
        self._swept = True

    def _first_of_its_day(self) -> bool:
        before = self._observer.observed()
        if before is None or before.published is None:
            return True
        return day_in_china(instant(before.published.at)) < day_in_china(self._clock())


@dataclass(frozen=True, slots=True)
class _Standing:
    head: Checkpoint
    signed: bytes


def _checked(policy: Policy, signed: bytes) -> Checked:
    try:
        return policy.check(signed)
    except NoteError as error:
        raise IntegrityError(
            f"the checkpoint does not bear the signatures that its policy asks for: {error}"
        ) from error


def _cosignatures(signed: bytes, policy: Policy) -> list[Signature]:
    """The lines of the policy's witnesses."""
    keys = {(one.key.name, one.key.key_hash) for one in policy.witnesses}
    return [line for line in note.parse(signed).signatures if (line.name, line.key_id) in keys]
