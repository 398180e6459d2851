"""What a journal remembers of streams saves reading them, and is never the reason for an answer."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from domain.kernel.ids import StreamName, stream_name
from domain.kernel.refusals import Refusal
from domain.places import PlaceRegistered
from domain.streams import event_types
from journal.codec import Codec
from journal.facts import Fact, Receipt
from journal.journal import Journal, Reading
from journal.remembered import Remembered, RememberedStates
from journal.store import Store
from tests.journal.opened import COUNTY, DAY, FOUNDER, ORIGIN, Opened

STREAM = stream_name("place", UUID(int=77))
OTHER = stream_name("place", UUID(int=78))
PLACE = PlaceRegistered(code=COUNTY, name="横峰县", since=DAY)


def count(state: int | None, _event: object) -> int:
    return (state or 0) + 1


def count_twice(state: int | None, _event: object) -> int:
    return (state or 0) + 2


class CountingStore(Store):
    """Says how many streams were asked for."""

    asked = 0

    def streams(self, stream_ids: Sequence[UUID]) -> dict[UUID, list[tuple[int, int, bytes]]]:
        self.asked += len(stream_ids)
        return super().streams(stream_ids)


def another(opened: Opened) -> Journal:
    """The same log as another server process sees it: with a memory of its own."""
    return Journal(
        origin=ORIGIN,
        store=CountingStore(opened.store.pool),
        writer=opened.writer,
        codec=Codec(event_types()),
        custody=opened.custody,
    )


def asked(journal: Journal) -> int:
    assert isinstance(journal.store, CountingStore)
    return journal.store.asked


def record(journal: Journal, stream: StreamName, *, read: StreamName = STREAM) -> tuple[Receipt, list[int]]:
    """Record one event on `stream` after reading `read`; and what the decision saw, each time that it was taken."""
    seen: list[int] = []

    def decide(reading: Reading) -> list[Fact]:
        seen.append(reading.state(read, count) or 0)
        reading.state(stream, count)
        return [Fact(stream, PLACE, DAY)]

    return journal.execute(actor=FOUNDER, key=f"k:{uuid4()}", inputs={}, decide=decide), seen


def test_a_stream_that_stands_still_is_read_once(opened: Opened) -> None:
    opened.place(stream=UUID(int=77))
    journal = another(opened)
    record(journal, stream_name("place", uuid4()))
    before = asked(journal)
    for _ in range(5):
        _, seen = record(journal, stream_name("place", uuid4()))
        assert seen == [1]
    assert asked(journal) - before == 5, "only the new streams are looked for"


def test_what_another_process_recorded_is_seen(opened: Opened) -> None:
    here, there = another(opened), another(opened)
    record(here, STREAM)
    record(there, STREAM)
    record(here, OTHER)
    record(there, STREAM)
    receipt, seen = record(here, OTHER)
    assert seen == [2, 3], "decided on what was remembered, not appended, decided again on what stands there"
    assert receipt.events == (f"{OTHER}@2",)


def test_a_refusal_stands_on_the_streams_themselves(opened: Opened) -> None:
    here, there = another(opened), another(opened)
    record(here, OTHER)

    def decide(reading: Reading) -> list[Fact]:
        if reading.state(STREAM, count) is None:
            raise Refusal("place.unknown", division=COUNTY)
        return [Fact(stream_name("place", uuid4()), PLACE, DAY)]

    record(there, STREAM)
    assert here.execute(actor=FOUNDER, key="now-known", inputs={}, decide=decide).size == opened.journal.position()


def test_an_outright_refusal_is_refused(opened: Opened) -> None:
    here = another(opened)
    times: list[int] = []

    def decide(reading: Reading) -> list[Fact]:
        times.append(reading.state(STREAM, count) or 0)
        raise Refusal("place.unknown", division=COUNTY)

    for _ in range(2):
        with pytest.raises(Refusal, match=r"place\.unknown"):
            here.execute(actor=FOUNDER, key="never", inputs={}, decide=decide)
    assert times == [0, 0, 0], "the second time it is asked again, because the first answer came from memory"


def test_two_folds_of_a_stream_that_grew_between_do_not_pass(opened: Opened) -> None:
    here, there = another(opened), another(opened)
    record(there, STREAM)
    record(here, OTHER)  # `here` remembers one event, folded by `count`
    record(there, STREAM)
    seen: list[tuple[int | None, int | None]] = []

    def decide(reading: Reading) -> list[Fact]:
        seen.append((reading.state(STREAM, count), reading.state(STREAM, count_twice)))
        return [Fact(stream_name("place", uuid4()), PLACE, DAY)]

    here.execute(actor=FOUNDER, key="two-folds", inputs={}, decide=decide)
    assert seen == [(1, 4), (2, 4)]


def test_the_memory_lets_the_oldest_go_and_forgets_every_fold() -> None:
    known = RememberedStates(streams_max=2)
    names = [stream_name("place", uuid4()) for _ in range(3)]
    for number, name in enumerate(names):
        known.keep(name, count, Remembered(number, 1, None))
    assert [known.get(name, count) for name in names] == [None, Remembered(1, 1, None), Remembered(2, 1, None)]
    known.keep(names[2], count_twice, Remembered(4, 1, None))
    assert known.get(names[1], count) is None
    known.forget([names[2], names[0]])
    assert known.get(names[2], count) is None
    assert known.get(names[2], count_twice) is None
