"""Guessing passwords takes patience; signing in after a slip does not."""

import pytest

from api.web.throttle import NAMES_MAX, PER_ADDRESS, PER_LOGIN_AND_ADDRESS, WINDOW_S, Throttle


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    return Throttle(clock=clock)


def test_a_login_waits_after_five_failures_from_one_address(throttle: Throttle, clock: Clock) -> None:
    for _ in range(PER_LOGIN_AND_ADDRESS - 1):
        throttle.failed("lihe", "10.0.0.1")
    assert throttle.wait_s("lihe", "10.0.0.1") == 0
    throttle.failed("lihe", "10.0.0.1")
    assert throttle.wait_s("lihe", "10.0.0.1") == WINDOW_S
    assert throttle.wait_s("lihe", "10.0.0.2") == 0
    assert throttle.wait_s("sunli", "10.0.0.1") == 0
    clock.now_s += WINDOW_S
    assert throttle.wait_s("lihe", "10.0.0.1") == 0


def test_the_right_password_forgives(throttle: Throttle) -> None:
    for _ in range(PER_LOGIN_AND_ADDRESS - 1):
        throttle.failed("lihe", "10.0.0.1")
    throttle.succeeded("lihe", "10.0.0.1")
    throttle.failed("lihe", "10.0.0.1")
    assert throttle.wait_s("lihe", "10.0.0.1") == 0


def test_an_address_that_tries_many_logins_waits(throttle: Throttle) -> None:
    for number in range(PER_ADDRESS):
        throttle.failed(f"login{number}", "10.0.0.1")
    assert throttle.wait_s("somebody", "10.0.0.1") > 0
    assert throttle.wait_s("somebody", "10.0.0.2") == 0


def test_memory_stays_bounded(throttle: Throttle) -> None:
    for number in range(NAMES_MAX):
        throttle.failed(f"login{number}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(throttle._failures) <= NAMES_MAX
