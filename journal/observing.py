"""Writing down what the log has seen of itself, for monitors and pages: see `journal.observed` for the document.

What must not be broken: it only tells. Nothing that decides what is published depends on it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from domain.kernel.calendar import instant_text
from journal import note
from journal.cosigning import Answer
from journal.errors import IntegrityError
from journal.observed import End, Mark, Observed, Sighting
from journal.targets import Target
from journal.tile_files import HISTORY, OBSERVED
from journal.trust import Checked, Policy, Witness

log = logging.getLogger(__name__)

InWords = Callable[[Observed], Sequence[str]]
"""The document in sentences, for people who do not read JSON."""


class Observer:
    """Keeps the `observed` document of one target."""

    def __init__(self, target: Target, clock: Callable[[], datetime], *, in_words: InWords = lambda _: ()) -> None:
        self._target = target
        self._clock = clock
        self._in_words = in_words

    def observed(self) -> Observed | None:
        """What was last told; None if nothing was, or if it cannot be read."""
        content = self._target.read(OBSERVED)
        try:
            return None if content is None else Observed.parse(content)
        except ValueError as error:
            log.warning("what was observed is told anew: %s", error)
            return None

    def tell(
        self, policy: Policy, cosigned: bytes, checked: Checked, answers: Sequence[Answer], end: End | None
    ) -> None:
        """Tell how it stands now; what was told of witnesses that were not asked this time stays.

        `end`: where the journal ended, if the checkpoint's last entry ends it.
        """
        head, now = checked.checkpoint, instant_text(self._clock())
        before = self.observed() or Observed(head.origin, now)
        root = note.encode_base64(head.root).decode()
        published, pending = before.published, None
        if checked.satisfied:
            known = published is not None and published.size == head.size
            published = published if known else Mark(head.size, root, now)
        else:
            pending = Mark(head.size, root, before.pending.at if before.pending else now, checked.reasons)
        told = {one.key: one for one in before.witnesses}
        said = {answer.witness.name: answer for answer in answers}
        after = Observed(
            origin=head.origin,
            at=now,
            published=published,
            pending=pending,
            witnesses=tuple(_sighting(one, said.get(one.name), cosigned, checked, told) for one in policy.witnesses),
            history=self._history(),
            closed=end if checked.satisfied else before.closed,
        )
        self._write(after)

    def tell_fork(self, policy: Policy, answer: Answer) -> None:
        """Show the checkpoint by which a witness proves that the log's key signed another journal."""
        before = self.observed() or Observed(policy.logs[0].key.name, instant_text(self._clock()))
        shown = (answer.shown or b"").decode()
        blank = tuple(Sighting(one.name, str(one.key)) for one in policy.witnesses)
        witnesses = tuple(
            replace(one, problem=answer.problem, shown=shown) if one.name == answer.witness.name else one
            for one in (before.witnesses or blank)
        )
        self._write(replace(before, witnesses=witnesses))

    def tell_failure(self, error: IntegrityError) -> None:
        """Tell everyone that publishing has stopped, if the target still takes it."""
        try:
            now = instant_text(self._clock())
            before = self.observed() or Observed("", now)
            self._write(replace(before, at=now, failure=str(error)))
        except OSError as unreachable:
            log.error("that publishing has stopped could not be written down: %s", unreachable)

    def _write(self, observed: Observed) -> None:
        self._target.write(OBSERVED, bytes(replace(observed, words=tuple(self._in_words(observed)))))

    def _history(self) -> tuple[int, ...]:
        names = (path.rpartition("/")[2] for path in self._target.paths(HISTORY))
        return tuple(sorted(int(name) for name in names if name.isdecimal()))


def _sighting(
    witness: Witness, answer: Answer | None, cosigned: bytes, checked: Checked, told: dict[str, Sighting]
) -> Sighting:
    """What is known of a witness: from this checkpoint if it signed it, else from what was told before."""
    time_s = checked.cosigned_at_s.get(witness.name)
    if time_s is not None:
        return Sighting(witness.name, str(witness.key), checked.checkpoint.size, time_s, cosigned.decode())
    before = told.get(str(witness.key), Sighting(witness.name, str(witness.key)))
    problem = answer.problem if answer else before.problem if witness.url else "no address is known to ask it at"
    shown = answer.shown.decode(errors="replace") if answer and answer.shown else None
    return replace(before, name=witness.name, problem=problem, shown=shown)
