"""Whoever waits in an event loop is told in time, together with the others, and without a timer for each."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from journal import merkle
from journal.answers import Committed, LoopAnswer, ThreadAnswer, tell_all
from journal.batch import Stored
from journal.errors import Unavailable
from journal.paths import Paths

COMMITTED = Committed(Stored(0, 0), b"", Paths(lambda _level, _index: merkle.EMPTY_ROOT, size=1))


def test_each_is_late_at_his_own_time() -> None:
    """Who waits for less comes later, and is told first."""
    told: list[str] = []

    async def wait(name: str, timeout_s: float) -> None:
        with pytest.raises(Unavailable, match="no answer within"):
            await LoopAnswer().result(timeout_s)
        told.append(name)

    async def all_of_them() -> None:
        await asyncio.gather(wait("long", 0.15), wait("short", 0.05), wait("longer", 0.2))

    asyncio.run(all_of_them())
    assert told == ["short", "long", "longer"]


def test_many_who_are_told_in_time_share_a_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    timers: list[float] = []

    async def many() -> None:
        loop = asyncio.get_running_loop()
        call_at = loop.call_at

        def counted(when: float, callback: Callable[..., object], *arguments: Any) -> asyncio.TimerHandle:
            timers.append(when)
            return call_at(when, callback, *arguments)

        monkeypatch.setattr(loop, "call_at", counted)
        for _ in range(20):
            answers = [LoopAnswer() for _ in range(10)]
            loop.call_soon(loop.call_soon, tell_all, [(answer, COMMITTED) for answer in answers])  # they wait by then
            assert await asyncio.gather(*(answer.result(30) for answer in answers)) == [COMMITTED] * 10

    asyncio.run(many())
    assert len(timers) == 1


def test_two_loops_of_a_thread_do_not_share_their_deadlines() -> None:
    for _ in range(2):
        with pytest.raises(Unavailable, match="no answer within"):
            asyncio.run(_waited(0.02))


async def _waited(timeout_s: float) -> Committed:
    return await LoopAnswer().result(timeout_s)


def test_a_loop_that_is_gone_does_not_keep_others_from_being_told() -> None:
    async def leave() -> LoopAnswer:
        return LoopAnswer()

    gone, here = asyncio.run(leave()), ThreadAnswer()
    tell_all([(gone, COMMITTED), (here, COMMITTED)])
    assert here.result(1) == COMMITTED
