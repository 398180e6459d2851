"""A session is believed because we signed it, for twelve hours, and for one purpose only."""

from uuid import UUID

import pytest

from api.web.accounts import Account
from api.web.sessions import LIFETIME_S, Sessions

ACCOUNT = Account("lihe", UUID(int=7), "$argon2id$…")


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_session_comes_back_as_it_was() -> None:
    sessions = Sessions(b"s" * 32)
    session = sessions.begin(ACCOUNT, role="grid_worker")
    assert sessions.read(sessions.write(session, "cookie"), "cookie") == session


def test_a_cookie_is_no_token_and_a_token_no_cookie() -> None:
    sessions = Sessions(b"s" * 32)
    session = sessions.begin(ACCOUNT, role=None)
    assert sessions.read(sessions.write(session, "cookie"), "bearer") is None
    assert sessions.read(sessions.write(session, "bearer"), "cookie") is None


def test_a_session_ends_also_when_the_role_was_changed_meanwhile() -> None:
    clock = Clock()
    sessions = Sessions(b"s" * 32, clock=clock)
    session = sessions.begin(ACCOUNT, role="member")
    clock.now_s += LIFETIME_S - 1
    text = sessions.write(session.in_role("grid_worker"), "cookie")
    assert sessions.read(text, "cookie") == session.in_role("grid_worker")
    clock.now_s += 1
    assert sessions.read(text, "cookie") is None


@pytest.mark.parametrize("text", [None, "", "x", "a.b.c", "é", "WyJhIl0.AAAA", "." * 5000])
def test_whatever_we_did_not_sign_is_no_session(text: str | None) -> None:
    assert Sessions(b"s" * 32).read(text, "cookie") is None


def test_another_secret_reads_nothing() -> None:
    text = Sessions(b"s" * 32).write(Sessions(b"s" * 32).begin(ACCOUNT, role=None), "cookie")
    assert Sessions(b"t" * 32).read(text, "cookie") is None


def test_any_changed_character_ends_it() -> None:
    sessions = Sessions(b"s" * 32)
    session = sessions.begin(ACCOUNT, role=None)
    text = sessions.write(session, "cookie")
    for place in range(0, len(text) - 1, 7):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        assert sessions.read(changed, "cookie") is None
