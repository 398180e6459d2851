"""What is the same for everybody is kept, for so long and no longer, and says how old it is."""

import pytest

from api.front import answers
from api.front.answers import BOUND_S, FRESH_S, HALF_S, PACE_S, Answer, Answers, parsed
from api.front.requests import Asked, read

KEY = (b"/v/1", False)
TAG = b'W/"one"'


PUBLIC = b"cache-control: public, max-age=60\r\n"


def sent(status: bytes = b"200 OK", *, told: bytes = PUBLIC, body: bytes = b"page") -> bytes:
    head = b"HTTP/1.1 %s\r\ndate: now\r\n%setag: %s\r\ncontent-length: %d\r\n" % (status, told, TAG, len(body))
    return head + b"X-Request-Id: ab\r\nConnection: close\r\n\r\n" + body


def asked(line: bytes = b"GET /v/1 HTTP/1.1", fields: bytes = b"") -> Asked:
    found = read(line + b"\r\nhost: z\r\n" + fields + b"\r\n")
    assert found is not None
    return found


def test_an_answer_goes_out_as_it_came_in_with_its_age_and_without_what_was_for_one() -> None:
    answer = parsed(sent(), made_at=100.0)
    assert answer.for_everybody
    head = (
        b'HTTP/1.1 200 OK\r\ndate: now\r\ncache-control: public, max-age=60\r\netag: W/"one"\r\ncontent-length: 4\r\n'
    )
    assert answer.written(asked(), 112.9) == head + b"age: 12\r\n\r\npage"
    assert answer.written(asked(b"HEAD /v/1 HTTP/1.0"), 100.0) == head + b"age: 0\r\nconnection: close\r\n\r\n"
    known = asked(fields=b'if-none-match: "one"\r\n')
    unchanged = answer.written(known, 100.0)
    assert unchanged.startswith(b"HTTP/1.1 304 Not Modified\r\n")
    assert unchanged.endswith(b"age: 0\r\n\r\n")
    assert b"content-length" not in unchanged
    assert answer.written(asked(fields=b'if-none-match: "two"\r\n'), 100.0).endswith(b"\r\n\r\npage")


@pytest.mark.parametrize(
    "raw",
    [
        sent(b"410 Gone"),
        sent(b"404 Not Found"),
        sent(told=b"cache-control: private, no-store\r\n"),
        sent(told=b""),
        sent(told=b"cache-control: public\r\nset-cookie: a=b\r\n"),
        sent().replace(b"etag:", b"x-tag:"),
        sent().replace(b"content-length: 4\r\n", b""),
        sent(body=b"x" * (answers.ANSWER_BYTES_MAX + 1)),
    ],
)
def test_what_is_not_for_everybody_says_no_age_and_keeps_the_number_of_its_request(raw: bytes) -> None:
    answer = parsed(raw, made_at=0.0)
    assert not answer.for_everybody
    written = answer.written(asked(), 5.0)
    assert b"\r\nage:" not in written
    assert b"\r\nx-request-id: ab\r\n" in written
    assert b"\r\ncontent-length: " in written


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 200 OK\r\n", sent()[:-1], sent() + b"x", b"200 OK\r\n\r\n"])
def test_a_piece_of_an_answer_is_none(raw: bytes) -> None:
    with pytest.raises(ValueError, match="answer"):
        parsed(raw, made_at=0.0)


def kept(made_at: float = 0.0, *, body: bytes = b"page") -> Answer:
    return parsed(sent(body=body), made_at=made_at)


def asked_for(store: Answers, now: float, *, times: int = 1) -> tuple[bool, bool]:
    """Whether the last one who asks gets what is kept, and whether a new one should be made."""
    for _ in range(times):
        found, due = store.found(KEY, now)
    return found is not None, due


MANY = int(answers.MANY)


def test_few_get_what_is_fresh_and_wait_for_the_next() -> None:
    store = Answers()
    store.keep(KEY, kept(100.0))
    assert asked_for(store, 100.0 + FRESH_S - 0.01) == (True, False)
    assert asked_for(store, 100.0 + FRESH_S) == (False, True)


def test_many_wait_for_nothing_until_its_bound_and_nobody_gets_it_beyond() -> None:
    store = Answers()
    store.keep(KEY, kept(100.0))
    assert asked_for(store, 100.0 + FRESH_S - 0.01, times=MANY) == (True, False)
    assert asked_for(store, 100.0 + FRESH_S) == (True, True)
    assert asked_for(store, 100.0 + BOUND_S - 0.01, times=MANY) == (True, True)
    assert asked_for(store, 100.0 + BOUND_S) == (False, True)
    store.keep(KEY, kept(131.0))
    assert asked_for(store, 131.0 + FRESH_S - 10) == (True, False)
    assert asked_for(store, 131.0 + FRESH_S + 10 * HALF_S, times=MANY - 1) == (False, True), "they have gone away"


def test_after_a_change_few_get_nothing_from_before_and_many_soon() -> None:
    store = Answers()
    store.keep(KEY, kept(100.0))
    store.changed(101.0)
    assert asked_for(store, 101.0) == (False, True)
    store.keep(KEY, kept(102.0))
    assert asked_for(store, 102.0, times=MANY) == (True, False)
    for now in (103.0, 104.0, 105.0):
        store.changed(now)
        assert asked_for(store, now) == (True, False), "somebody works all the time: it is not made for each step"
    assert asked_for(store, 101.0 + PACE_S) == (True, True)
    store.keep(KEY, kept(106.5))
    assert asked_for(store, 107.0) == (True, False)


def test_what_is_below_an_address_is_forgotten_and_nothing_else() -> None:
    store = Answers()
    for target in (b"/v/1", b"/v/1/feed.atom", b"/v/2", b"/"):
        store.keep((target, True), kept())
    store.forget(b"/v/1")
    kept_ones = [store.found((target, True), 1.0)[0] for target in (b"/v/1", b"/v/1/feed.atom", b"/v/2", b"/")]
    assert [one is not None for one in kept_ones] == [False, False, True, True]
    store.forget(b"/")
    assert store.found((b"/", True), 1.0) == (None, True)


def test_memory_is_bounded_and_the_oldest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "BYTES_MAX", 10_000)
    store = Answers()
    for number in range(6):
        store.keep((b"/v/%d" % number, True), kept(body=b"x" * 2_000))
        store.keep((b"/v/%d" % number, True), kept(body=b"x" * 2_000))
    kept_ones = [store.found((b"/v/%d" % number, True), 1.0)[0] for number in range(6)]
    assert [one is not None for one in kept_ones] == [False] * 3 + [True] * 3
