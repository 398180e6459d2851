"""The reporters of the demonstration county, in a process of their own: they report while the offices work.

One interpreter would make them take turns with the grid workers and departments. A month's casework begins as soon as
its reports are recorded; those of the next months come in beside it, through a second program on the same journal, as
they would in a county that runs several servers. The process ends with the command, however that ends: what it has
recorded by then is found again by its key.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

from api.context import App, open_app
from api.custody.enrolling import opened_officer
from api.demo.clock import DemoClock
from api.demo.people import PASSWORD, People
from api.demo.period import Period
from api.demo.places import TOWNSHIP_COUNT
from api.demo.reports import report
from api.demo.together import together
from api.demo.year import cases_of
from api.settings import Settings
from domain.kernel.calendar import Month
from migrations.roles import Access
from projections.beside import ENDS_WITHIN_S, await_end, beside

BEGIN: Final = "begin"


class ReportersFailed(Exception):
    """The process of the reporters ended before its work did; it has said why on the standard error output."""


@dataclass
class Reporters:
    """The process, seen from the command."""

    _process: BaseProcess
    _messages: Connection
    _reported: int = 0

    def begin(self) -> None:
        """Everybody who reports is registered: they may begin."""
        self._messages.send(BEGIN)

    def await_month(self, number: int) -> None:
        """Wait until the reports of the nth month, counted from 1, are recorded. Raises ReportersFailed."""
        try:
            while self._reported < number:
                self._reported = self._messages.recv()
        except (EOFError, OSError):
            self._process.join(ENDS_WITHIN_S)
            text = f"上报的进程在第 {number} 个月中断（退出码 {self._process.exitcode}）；重新运行本命令会接着装入"
            raise ReportersFailed(text) from None


@contextmanager
def reporters(app: App, people: People) -> Iterator[Reporters]:
    """While this lasts, the reports of all months are recorded, one month after the other, once they may begin."""
    arguments = (app.settings, app.access, people.seed, people.period.first)
    with beside(_report, *arguments, name="reporters") as (process, messages):
        yield Reporters(process, messages)


def _report(settings: Settings, access: Access, seed: str, first: Month, command: Connection) -> None:
    clock = DemoClock()
    with open_app(settings, access=access, clock=clock) as app, together(clock) as hands:
        if not _may_begin(command):
            return
        threading.Thread(target=_end_with, args=(command,), daemon=True).start()
        people = _with_keys(app, seed, first)
        for number, of in enumerate(people.period.all_months, 1):
            report(app, people=people, hands=hands, of=of, cases=cases_of(people, of))
            command.send(number)


def _may_begin(command: Connection) -> bool:
    """Wait for the word; False where the command ends without it."""
    with suppress(EOFError, OSError):
        return bool(command.recv() == BEGIN)
    return False


def _with_keys(app: App, seed: str, first: Month) -> People:
    """The people, with the keys of those who write down what others report."""
    people = People(seed, Period(first))
    officers = [people.transcriber(township) for township in range(TOWNSHIP_COUNT)]
    opened = [opened_officer(app, person_id=one.person_id, role=one.role, secret=PASSWORD) for one in officers]
    return replace(people, keys={one.person_id: one.signer for one in opened if one.signer})


def _end_with(command: Connection) -> None:
    """End once the command's end of the pipe is closed, by itself or by its death: an append is whole or is not."""
    await_end(command)
    os._exit(0)
