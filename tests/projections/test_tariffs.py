"""What a valid report earns by day."""

from datetime import date

import psycopg

from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.tariffs import TariffBandSet, TariffSet
from migrations.roles import Access
from projections import tariffs
from projections.runner import Runner
from tests.projections.story import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, Story

BEFORE, AFTER = date(2026, 1, 31), date(2026, 2, 1)


def test_tariffs_and_bands_of_the_day(installed: Access, runner: Runner, reader: psycopg.Connection) -> None:
    story = Story().opened()
    for division, category, amount_fen, since in (
        (COUNTY, None, 500, BEFORE),
        (COUNTY, None, 600, AFTER),
        (TOWNSHIP, None, 1_000, BEFORE),
        (TOWNSHIP, "road", 1_200, AFTER),
        (OTHER_TOWNSHIP, None, 900, BEFORE),
    ):
        event = TariffSet(
            division=division, category=category, amount_fen=Fen(amount_fen), since=since, document="综治〔2026〕1号"
        )
        story.record("tariff", derived("tariff", division), event)
    band = TariffBandSet(
        division=COUNTY, min_fen=Fen(500), max_fen=Fen(2_000), since=BEFORE, document="饶综治〔2026〕1号"
    )
    story.record("tariff", derived("tariff", COUNTY), band)
    story.append_to(installed.writer)
    runner.catch_up()

    def in_force(on: date) -> list[tuple[str, str | None, int]]:
        found = tariffs.tariffs_in_force(reader, VILLAGE, on=on)
        return [(one.division, one.category, one.amount_fen) for one in found]

    assert in_force(BEFORE) == [(TOWNSHIP, None, 1_000), (COUNTY, None, 500)]
    assert in_force(AFTER) == [(TOWNSHIP, "road", 1_200), (TOWNSHIP, None, 1_000), (COUNTY, None, 600)]
    (found,) = tariffs.bands_in_force(reader, VILLAGE, on=AFTER)
    assert (found.min_fen, found.max_fen, found.event) == (500, 2_000, f"tariff/{derived('tariff', COUNTY)}@3")
    assert tariffs.bands_in_force(reader, VILLAGE, on=date(2026, 1, 1)) == []
