"""Judges the twenty-five invariants of the account while the server runs, each new record once, and says what broke.

What must not be broken: no round starts from zero; what one round has judged the next goes on from, and only a new
start of the program reads everything again, slowly, beside its work. A breach is never taken back by a later round, and
a comparison is made only where both sides are of the same position.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import psycopg
from psycopg import Connection

from api.context import App
from audit.findings import Place
from audit.invariants import Broken, Invariant, Judging, applies
from audit.strict import entry_shown
from domain.kernel.calendar import CHINA
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.streams import event_types
from domain.trial_balance import control_of
from journal import note
from journal.checkpoint import Checkpoint, parse_text
from journal.codec import Codec
from journal.errors import Unavailable, UndecodableEvent
from journal.merkle import Frontier, leaf_hash
from journal.rehash import Entries
from projections import reward_payments, trial_balances

ROUND_S: Final = 20.0
"""How long it rests between two rounds."""

PAGE: Final = 250
BREATH_S: Final = 0.05
"""How long it rests after every page of records, so that others get most of a processor."""

log = logging.getLogger(__name__)

GoOn = Callable[[int], bool]
"""Asked after every page, with how many records were judged; False ends the round."""


class Watched:
    """What is known of one journal so far: every record that was judged, and the tree over them."""

    def __init__(self, codec: Codec) -> None:
        self.judging = Judging()
        self._codec = codec
        self._tree = Frontier()

    def take(self, source: Entries, *, upto: int, go_on: GoOn = lambda _judged: True) -> bool:
        """Judge the records up to log index `upto`; False where `go_on` ended it before. Raises Unavailable."""
        for index, content in source.entries(self._tree.size, stop=upto):
            self._tree.append(leaf_hash(content))
            self._judge(index, content)
            if self._tree.size % PAGE == 0 and self._tree.size < upto and not go_on(self._tree.size):
                return False
        return self._tree.size >= upto

    @property
    def size(self) -> int:
        """How many records were judged."""
        return self._tree.size

    def head(self, head: Checkpoint) -> None:
        """An append ends at a signed head: judge it, and the head itself (22) by the tree that has only grown."""
        self.judging.settle()
        if self._tree.size == head.size and self._tree.root() != head.root:
            self.judging.add("invariants.heads", Place(index=head.size - 1), size=head.size)

    def _judge(self, index: int, content: bytes) -> None:
        """One record, by its decoder (25) and by the rules."""
        try:
            self._codec.decode(index, content)
        except UndecodableEvent as error:
            self.judging.add("invariants.undecodable", Place(index=index), index=index, detail=str(error))
        entry = entry_shown(index, content)
        if entry is None:
            self.judging.add("invariants.undecodable", Place(index=index), index=index, detail="audit.shapes")
        else:
            self.judging.take(entry)

    def compare_accounts(self, shown: Connection[Any]) -> None:
        """19: control accounts as the read model has them at this position, against the postings replayed."""
        rows = trial_balances.controls(shown, as_of=date.max, known_at=self.size)
        found = {(row.account, row.commodity): (row.debit, row.credit) for row in rows if row.debit or row.credit}
        sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for (account, commodity), one in self.judging.ledger.accounts.items():
            sides = sums[control_of(account), commodity]
            sides[0] += one.debit
            sides[1] += one.credit
        for at in sorted(sums.keys() | found.keys()):
            (debit, credit), (found_debit, found_credit) = sums.get(at, [0, 0]), found.get(at, (0, 0))
            if (debit, credit) != (found_debit, found_credit):
                facts = {"debit": debit, "credit": credit, "found_debit": found_debit, "found_credit": found_credit}
                place = Place(index=self.size - 1)
                self.judging.add("invariants.read_models", place, account=at[0], commodity=at[1], **facts)

    def compare_public(self, shown: Connection[Any], county: Division) -> None:
        """23: what the public pages of all months add up to, against the rewards and payments replayed."""
        months = reward_payments.months(shown, county)
        found = {
            "笔数": sum(one.count for one in months),
            "金额（分）": sum(one.amount_fen for one in months),
            "已到账（分）": sum(one.arrived_fen for one in months),
        }
        book = self.judging.book
        live = [one for one in book.rewards.values() if one.payroll == "reward" and not one.reversed]
        settled = [one for one in live if one.payment and book.payments[one.payment].state == "settled"]
        expected = {
            "笔数": len(live),
            "金额（分）": sum(one.amount_fen for one in live),
            "已到账（分）": sum(one.amount_fen for one in settled),
        }
        for what, figure in expected.items():
            if found[what] != figure:
                place = Place(index=self.size - 1)
                self.judging.add("invariants.public_totals", place, what=what, found=found[what], expected=figure)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a page says: how far it was judged, when, what is broken, and which invariants have an object yet."""

    size: int
    judged_at: datetime | None
    compared_at: int
    broken: tuple[Broken, ...]
    seen: frozenset[str]

    def state(self, invariant: Invariant) -> str:
        """`broken`, `elsewhere` (no one on the server can judge it), `no_object` (nothing of its kind yet), `holds`."""
        if any(one.number == invariant.number for one in self.broken):
            return "broken"
        if "live" not in invariant.callers:
            return "elsewhere"
        return "holds" if applies(invariant, set(self.seen)) else "no_object"

    @property
    def failure(self) -> str | None:
        """The first breach, for operators: its number and event; None while all hold."""
        return f"{self.broken[0].number}: {self.broken[0].event}" if self.broken else None


class InvariantWatch:
    """The thread, and one round of it for whoever wants to know now."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._watched = Watched(Codec(event_types()))
        self._standing = Standing(0, None, 0, (), frozenset())
        self._stop = threading.Event()
        self._working = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="invariants", daemon=True)

    def start(self) -> None:
        """Begin with a round."""
        self._thread.start()

    def stop(self) -> None:
        """End within a page."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def standing(self) -> Standing:
        """What is known by now."""
        return self._standing

    def round(self) -> Standing:
        """Judge what is new up to the signed head, and compare what read models and public pages show.

        Raises Unavailable and psycopg.OperationalError where database or signer give out.
        """
        with self._working:
            signed = self._app.signer.last()
            if signed is not None:
                self._go_on(parse_text(note.parse(signed).text))
        return self._standing

    def _go_on(self, head: Checkpoint) -> None:
        watched, source = self._watched, self._app.journal.store
        with self._app.reading.connection() as shown:
            position = min(trial_balances.position(shown), head.size)
        compared_at = self._standing.compared_at
        # What read models show now is judged first and compared at once; the rest up to the head follows.
        if watched.take(source, upto=position, go_on=self._breathe) and self._compare(head):
            compared_at = watched.size
        if watched.take(source, upto=head.size, go_on=self._breathe):
            watched.head(head)
        judging = watched.judging
        self._standing = Standing(
            watched.size, datetime.now(CHINA), compared_at, tuple(judging.broken), frozenset(judging.seen)
        )

    def _compare(self, head: Checkpoint) -> bool:
        """Compare at the position of a snapshot of the read models; False where they are behind what was judged."""
        watched = self._watched
        with self._app.reading.connection() as shown, shown.transaction():
            shown.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            position = min(trial_balances.position(shown), head.size)
            if position < watched.size or not watched.take(self._app.journal.store, upto=position):
                return False
            watched.compare_accounts(shown)
            if _position(shown, reward_payments.NAME) == position:
                watched.compare_public(shown, self._app.log.division)
            return True

    def _breathe(self, _judged: int) -> bool:
        return not self._stop.wait(BREATH_S)

    def _run(self) -> None:
        told = 0
        while not self._stop.is_set():
            try:
                for one in self.round().broken[told:]:
                    log.critical("invariant %d is broken at %s: %s", one.number, one.event, one.finding.code)
                    told += 1
            except (Unavailable, psycopg.OperationalError, Refusal) as error:
                log.warning("the invariants have to wait: %s", error)
            self._stop.wait(ROUND_S)


def judged_for(source: Entries, head: Checkpoint, *, seconds: float) -> Watched:
    """Judge a journal from its beginning for so long at most, for who asks once (`doctor`). Raises Unavailable."""
    watched, until = Watched(Codec(event_types())), time.monotonic() + seconds
    if watched.take(source, upto=head.size, go_on=lambda _judged: time.monotonic() < until):
        watched.head(head)
    return watched


def _position(shown: Connection[Any], model: str) -> int:
    found = shown.execute("SELECT position FROM read.positions WHERE model = %s", (model,)).fetchone()
    return int(found[0]) if found else 0
