"""The same from a console: a station is opened and stocked, a code is shown, goods go out and come back."""

import argparse
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from api.command_line import exchange, station
from api.command_line.catalogue import CATALOGUE, load
from api.command_line.parsing import parser_of
from tests.api.web.county import VILLAGE, copied_county
from tests.stations import Counter, opened_station, with_accounts

if TYPE_CHECKING:
    from tests.conftest import Cluster


@pytest.fixture
def counter(cluster: "Cluster") -> Iterator[Counter]:
    with copied_county(cluster) as county:
        made = opened_station(county.app, admin=county.admin, village=VILLAGE, opened=False)
        with_accounts(made)
        yield made


def asked(*words: object) -> argparse.Namespace:
    """What somebody types."""
    name, *rest = map(str, words)
    named = next(one for one in CATALOGUE if one.name == name)
    return parser_of(named, load(named)).parse_args(rest)


def test_a_station_is_kept_from_a_console(counter: Counter, capsys: pytest.CaptureFixture[str]) -> None:
    app, staff = counter.app, counter.staff
    umbrella = ("--sku", "YUSAN-01")

    def kept(who: str, action: str, *words: object) -> None:
        arguments = asked("station", action, VILLAGE, *words)
        station.take(app, arguments, actor=counter.admin if who == "admin" else staff[who])

    kept("admin", "open", "--name", "城东驿站")
    for login in ("keeper", "deputy"):
        kept("admin", "keeper", "--person", login)
    kept("admin", "price", *umbrella, "--title", "雨伞", "--unit", "把", "--points", 60, "--return-days", 7)
    kept("keeper", "receive", *umbrella, "--quantity", 5, "--unit-cost-fen", 1250, "--document", "发票42117")
    kept("keeper", "count", *umbrella, "--quantity", 4, "--reason", "雨天借出未还")
    kept("supervisor", "confirm", *umbrella, "--quantity=-1")
    kept("keeper", "write-off", *umbrella, "--quantity", 1, "--reason", "受潮发霉")
    station.show(app, asked("station", "show", VILLAGE))
    assert re.search(r"YUSAN-01 +60 +4 +50\.00 +报损 1", capsys.readouterr().out)
    kept("supervisor", "reject", *umbrella, "--reason", "再晾一晾")

    capsys.readouterr()
    counter.give_points(("person", counter.villagers["old"].person_id), 200)
    old = counter.villagers["old"]
    exchange.take(app, asked("exchange", "code", counter.account("old")), actor=old)
    shown = capsys.readouterr().out
    code, identity = re.findall(r"[2-9A-Y]{4}-[2-9A-Y]{4}", shown)[0], re.findall(r"[0-9a-f-]{36}", shown)[0]
    goods = ("--goods", "YUSAN-01:2")
    exchange.take(app, asked("exchange", "make", code, "--station", VILLAGE, *goods), actor=staff["keeper"])
    assert "已兑换，本人出示兑换码\n120 分" in capsys.readouterr().out
    back = ("--goods", "YUSAN-01:1", "--reason", "伞骨断了")
    exchange.take(app, asked("exchange", "return", identity, *back), actor=staff["deputy"])
    assert "有退回" in capsys.readouterr().out
    exchange.take(app, asked("exchange", "cancel", identity, "--reason", "拿错了东西"), actor=staff["deputy"])
    assert "已撤销" in capsys.readouterr().out

    kept("admin", "withdraw", *umbrella)
    kept("admin", "release", "--person", "deputy")
    kept("keeper", "write-off", *umbrella, "--quantity", 4, "--reason", "全部受潮")
    kept("supervisor", "confirm", *umbrella, "--quantity", 4)
    kept("admin", "close", "--reason", "merged")
    station.show(app, asked("station", "show", VILLAGE))
    assert "已停办" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (("station", "receive", VILLAGE, "--sku", "YUSAN-01"), "--quantity、--unit-cost-fen、--document"),
        (("station", "open", VILLAGE), "--name"),
        (("exchange", "make", "K7QM-4T2P"), "--station"),
        (("exchange", "cancel", "x"), "--reason"),
        (("exchange", "show", "x"), "不是编号"),
    ],
)
def test_what_is_missing_is_named_before_anything_is_opened(words: tuple[str, ...], missing: str) -> None:
    module = station if words[0] == "station" else exchange
    with pytest.raises(argparse.ArgumentTypeError, match=missing):
        module.run(asked(*words))


def test_goods_are_written_with_their_number(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        asked("exchange", "make", "K7QM-4T2P", "--goods", "YUSAN-01")
    assert "SKU:件数" in capsys.readouterr().err
