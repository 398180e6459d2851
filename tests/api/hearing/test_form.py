"""The public form's fields, and how often it may be sent; no clock waits and no server runs here."""

import pytest

from api.hearing.form import CONTACT_MAX, TEXT_MAX, Said, plain
from api.hearing.pace import OF_ADDRESS, OF_PLACE, Limits, network_of
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal

VILLAGE = Division("361125001201")
OTHER = Division("361125001202")
WHOLE = Said("key", "少了一笔", "", "", False)


def test_words_keep_their_lines_and_lose_what_nobody_sees() -> None:
    assert plain("  第一行\t 很长\r\n\u200b第二行\x07\n\n\n\n末行 ") == "第一行 很长\n第二行\n\n末行"
    assert plain("\u200b \n\t") == ""


def test_what_goes_to_the_vault_says_how_to_reach_him_only_if_he_did() -> None:
    assert (WHOLE.anonymous, WHOLE.whole) == (True, "少了一笔")
    named = Said("key", "少了一笔", "老王 13800001234", "", False)
    assert (named.anonymous, named.whole) == (False, "少了一笔\n联系方式：老王 13800001234")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (Said("k", "", "", "x", True), "form.expired"),
        (Said("k", "", "", "http://", False), "hearing.trap"),
        (Said("k", "", "", "", False), "hearing.text_missing"),
        (Said("k", "字" * (TEXT_MAX + 1), "", "", False), "hearing.text_too_long"),
        (Said("k", "字", "9" * (CONTACT_MAX + 1), "", False), "hearing.text_too_long"),
    ],
)
def test_what_is_refused_in_the_order_of_the_checks(sent: Said, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        sent.require_whole()
    assert refused.value.code == code
    WHOLE.require_whole()


def test_an_address_may_send_a_few_and_then_waits_while_others_may() -> None:
    now = [0.0]
    limits = Limits(clock=lambda: now[0])
    for _ in range(OF_ADDRESS.burst):
        limits.take("10.0.0.1", division=VILLAGE)
    with pytest.raises(Refusal) as refused:
        limits.take("10.0.0.1", division=VILLAGE)
    assert (refused.value.code, refused.value.facts["minutes"]) == ("hearing.too_often", 10)
    limits.take("10.0.0.2", division=VILLAGE)
    now[0] = 599.0
    with pytest.raises(Refusal):
        limits.take("10.0.0.1", division=VILLAGE)
    now[0] = 601.0
    limits.take("10.0.0.1", division=VILLAGE)


def test_a_village_takes_so_many_a_day_whoever_sends_them() -> None:
    limits = Limits(clock=lambda: 0.0)
    for number in range(OF_PLACE.burst):
        limits.take(f"10.1.{number // 250}.{number % 250}", division=VILLAGE)
    with pytest.raises(Refusal, match=r"hearing\.too_often"):
        limits.take("10.9.9.9", division=VILLAGE)
    limits.take("10.9.9.8", division=OTHER)


def test_one_household_has_one_network() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:192.0.2.7") == network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("fe80::1%eth0") == "fe80::/64"
    assert network_of("unix") == "unix"
