"""Hashes all stored entries again and again while the server runs, and asks every part whether it found something.

What must not be broken: an entry that was exchanged in the database stops the program within a round, although nobody
asked for it; and an outage is not taken for a finding.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

import psycopg

from api.context import App
from api.publishing import target_of
from api.web.alarm import Alarm
from journal import note
from journal.checkpoint import parse_text
from journal.errors import IntegrityError, Unavailable
from journal.rehash import first_differing, rehash
from journal.tile_files import TileFiles

LOOK_S: Final = 2.0
"""How often the parts of the program are asked."""

ROUND_S: Final = 120.0
"""How long it rests between two rounds."""

BREATH_S: Final = 0.05
"""How long it rests after every page of entries: about 30,000 entries a second, and most of a processor for others."""

STOP_TIMEOUT_S: Final = 30.0

Reports = Callable[[], str | None]
"""A part of the program that knows for itself: what integrity error it stopped at, None while it is well."""

log = logging.getLogger(__name__)


class Patrol:
    """The thread, and one round of it for whoever wants to know now. `parts` are asked besides the signer."""

    def __init__(self, app: App, alarm: Alarm, *parts: Reports) -> None:
        self._app = app
        self._alarm = alarm
        self._parts = parts
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="patrol", daemon=True)

    def start(self) -> None:
        """Begin with a round."""
        self._thread.start()

    def stop(self) -> None:
        """End within a page."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)

    def round(self) -> int:
        """Hash everything that was signed, and set the alarm if it differs; how many entries were hashed.

        Raises Unavailable and psycopg.OperationalError where database or signer give out.
        """
        try:
            signed = self._app.signer.last()
            if signed is None:
                return 0
            return rehash(self._app.journal.store, parse_text(note.parse(signed).text), go_on=self._breathe)
        except IntegrityError as error:
            self._alarm.set(self._placed(error))
            return 0

    def look(self) -> None:
        """Set the alarm if a part of the program has stopped at broken integrity. Raises as `round`."""
        try:
            for failure in self._failures():
                if failure is not None:
                    self._alarm.set(IntegrityError(failure))
        except IntegrityError as error:
            self._alarm.set(error)

    def _failures(self) -> Iterator[str | None]:
        for part in self._parts:
            yield part()
        yield self._app.signer.stopped()

    def _placed(self, error: IntegrityError) -> IntegrityError:
        """The same finding with its place, where the published tiles tell it."""
        with suppress(IntegrityError, OSError, Unavailable):
            place = first_differing(self._app.journal.store, TileFiles(target_of(self._app.settings)))
            if place is not None:
                return IntegrityError(f"log index {place} differs from what was published: {error}")
        return error

    def _breathe(self, _hashed: int) -> bool:
        return not self._stop.wait(BREATH_S)

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stop.is_set() and self._alarm.failure is None:
            try:
                self.look()
                if time.monotonic() >= due:
                    self.round()
                    due = time.monotonic() + ROUND_S
            except (Unavailable, psycopg.OperationalError) as error:
                log.warning("the patrol has to wait: %s", error)
            self._stop.wait(LOOK_S)
