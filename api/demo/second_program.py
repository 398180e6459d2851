"""The demonstration county's second program: members report through it, and the finance office pays out.

One interpreter would make them take turns with the grid workers and departments. A month's casework begins as soon as
its reports are in, and what was decided is paid while later months are worked on, through a program of its own on
the same journal, as in a county that runs several servers. The process ends with the command, however that ends: what
it has recorded by then is found again by its key.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import Queue
from typing import Final, Literal

from api.context import App, open_app
from api.custody.enrolling import opened_officer
from api.demo.clock import DemoClock
from api.demo.people import PASSWORD, People
from api.demo.period import PAID_MONTHS, Period
from api.demo.reports import send
from api.demo.together import together
from api.demo.wages import payday_of
from api.demo.year import cases_of
from api.remembering import RememberingCodec
from api.settings import Settings
from domain.kernel.calendar import Month
from domain.streams import event_types
from migrations.roles import Access
from projections.beside import ENDS_WITHIN_S, Spare, beside

BEGIN: Final = 0
"""Everybody who reports is registered; any other number says how many months were decided."""

PAID_TOGETHER: Final = (4, 8, PAID_MONTHS - 2, PAID_MONTHS - 1)
"""After how many decided months all of them are paid that are not yet. The last month's batches lie open."""

Step = Literal["reported", "paid"]


class SecondProgramFailed(Exception):
    """The process ended before its work did; it has said why on the standard error output."""


@dataclass
class SecondProgram:
    """The process, seen from the command."""

    _process: BaseProcess
    _messages: Connection
    _reported: int = 0
    _paid: int = 0

    def begin(self) -> None:
        """Everybody who reports is registered: they may begin."""
        self._messages.send(BEGIN)

    def decided(self, number: int) -> None:
        """The first `number` months were decided: they may be paid. Raises SecondProgramFailed."""
        try:
            self._messages.send(number)
        except OSError:
            raise self._failure(f"发放到第 {number} 个月") from None

    def await_reported(self, number: int) -> None:
        """Wait until the reports of the nth month, counted from 1, are recorded. Raises SecondProgramFailed."""
        while self._reported < number:
            self._hear(f"上报的第 {number} 个月")

    def await_paid(self) -> Iterator[int]:
        """How many months were paid, again and again until it is all but the last. Raises SecondProgramFailed."""
        while self._paid < PAID_TOGETHER[-1]:
            self._hear(f"发放（已完成 {self._paid} 个月）")
            yield self._paid

    def _hear(self, what: str) -> None:
        try:
            step, number = self._messages.recv()
        except (EOFError, OSError):
            raise self._failure(what) from None
        if step == "paid":
            self._paid = number
        else:
            self._reported = number

    def _failure(self, what: str) -> SecondProgramFailed:
        self._process.join(ENDS_WITHIN_S)
        text = f"第二个程序在{what}中断（退出码 {self._process.exitcode}）；重新运行本命令会接着装入"
        return SecondProgramFailed(text)


@contextmanager
def second_program(app: App, people: People, *, spare: Spare | None = None) -> Iterator[SecondProgram]:
    """While this lasts, members report, month after month, and what was decided is paid; by `spare`, if given."""
    arguments = (app.settings, app.access, people.seed, people.period.first)
    with beside(_work, *arguments, name="second-program", spare=spare) as (process, messages):
        yield SecondProgram(process, messages)


def _work(settings: Settings, access: Access, seed: str, first: Month, command: Connection) -> None:
    clock = DemoClock()
    people = People(seed, Period(first))
    # What was reported and paid is read again for every later step.
    codec = RememberingCodec(event_types())
    with open_app(settings, access=access, clock=clock, codec=codec) as app, together(clock) as hands:
        # The plan is made while the county is still being set up.
        plan = [(of, cases_of(people, of)) for of in people.period.all_months]
        if not _may_begin(command):
            return
        decided: Queue[int] = Queue()
        threading.Thread(target=_listen, args=(command, decided), daemon=True).start()
        people = _with_keys(app, people)
        try:
            for number, (of, cases) in enumerate(plan, 1):
                send(app, people=people, hands=hands, of=of, cases=cases)
                _tell(command, "reported", number)
            for number in PAID_TOGETHER:
                while decided.get() < number:
                    pass
                payday_of(app, people).settle(people.period.paid_months[:number])
                _tell(command, "paid", number)
        finally:
            app.runner.close()


def _may_begin(command: Connection) -> bool:
    """Wait for the word; False where the command ends without it."""
    with suppress(EOFError, OSError):
        return bool(command.recv() == BEGIN)
    return False


def _with_keys(app: App, people: People) -> People:
    """The people, with the keys of those who pay."""
    opened = [
        opened_officer(app, person_id=one.person_id, role=one.role, secret=PASSWORD)
        for one in (people.maker, people.checker)
    ]
    return replace(people, keys={one.person_id: one.signer for one in opened if one.signer})


def _tell(command: Connection, step: Step, number: int) -> None:
    command.send((step, number))


def _listen(command: Connection, decided: Queue[int]) -> None:
    """Pass on what the command says; end once its end of the pipe is closed, by itself or by its death.

    An append is whole or is not.
    """
    with suppress(EOFError, OSError):
        while True:
            decided.put(command.recv())
    os._exit(0)
