"""Whoever wants the same streams stands in line, whatever order he names them in, and the line is forgotten."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from api.commands import turns
from api.commands.turns import in_turn
from domain.kernel.ids import stream_name


def test_one_after_the_other_and_nobody_waits_for_ever() -> None:
    one, other = stream_name("stock", uuid4()), stream_name("stock", uuid4())
    inside: list[int] = []
    most = 0

    def served(number: int) -> None:
        nonlocal most
        with in_turn([one, other] if number % 2 else [other, one, other]):
            inside.append(number)
            most = max(most, len(inside))
            inside.remove(number)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(served, range(400), timeout=30))
    assert most == 1
    assert not {one, other} & set(turns._TURNS)


def test_other_streams_are_served_at_the_same_time() -> None:
    with in_turn([stream_name("stock", uuid4())]), in_turn([stream_name("stock", uuid4())]):
        assert len(turns._TURNS) >= 2
