"""The figures that newspapers printed about real counties, computed again by our own code.

A published percentage must have a denominator, a total must be the sum of its parts, a payment must lie in its band.
"""

from datetime import date
from pathlib import Path

import pytest

from api.files.place_lists import read_places
from api.files.place_profiles import load_place_profile
from api.web.rate_words import rate_text
from domain import tariffs
from domain.kernel.money import Fen, yuan
from domain.kernel.places import Division, level
from domain.kernel.rates import Breakdown, Rate, denominators, percent_text
from domain.kernel.refusals import Refusal

COUNTY = Division("361125000000")
CHENGKOU = Division("500229000000")
DIVISIONS = Path(__file__).parents[3] / "shared" / "data" / "admin_divisions"
SINCE = date(2026, 1, 1)


def test_1365_at_983_percent_means_1388_or_1389_cases_and_nothing_else() -> None:
    found = denominators(1_365, "98.3 %")
    assert list(found) == [1_388, 1_389]
    assert {Rate(1_365, denominator, 0).percent for denominator in found} == {"98.3 %"}
    assert [Rate(1_365, denominator, 0).percent for denominator in (1_387, 1_390)] == ["98.4 %", "98.2 %"]
    assert rate_text(Rate(1_365, 1_388, 35_942)) == "98.3 %（1,365 / 1,388，截至账本第 35,942 条）"


def test_58000_households_are_84_percent_of_about_69048() -> None:
    found = denominators(58_000, "84%")
    assert 69_048 in found
    assert percent_text(58_000, 69_048, decimals=2) == "84.00 %"
    assert (found[0], found[-1]) == (68_640, 69_461)


def test_350_of_350_has_a_denominator_and_350_of_more_never_reads_as_all() -> None:
    """The article's 办结350条，100% says nothing of its 350余条; we never round up to all."""
    assert list(denominators(350, "100 %")) == [350]
    assert Rate(350, 350, 0).percent == "100 %"
    assert Rate(3_500, 3_501, 0).percent == "99.9 %"
    assert Rate(0, 0, 0).percent == "—"


def amount(amount_fen: int) -> Fen:
    """What one valid report earns by a tariff set within the city's band of 5 to 20 yuan. Raises Refusal."""
    band = tariffs.set_band(
        None,
        division=COUNTY,
        division_known=True,
        min_fen=Fen(500),
        max_fen=Fen(2_000),
        since=SINCE,
        document="饶综治〔2026〕1号",
        today=SINCE,
    )
    known = tariffs.evolve(None, band)
    found = known.band(SINCE)
    assert found is not None
    event = tariffs.set_tariff(
        known,
        division=COUNTY,
        division_known=True,
        category=None,
        amount_fen=Fen(amount_fen),
        since=SINCE,
        document="横综治〔2026〕1号",
        bands=[found],
        today=SINCE,
    )
    return event.amount_fen


def test_350_valid_reports_pay_between_1750_and_7000_yuan() -> None:
    assert [yuan(350 * amount(one)) for one in (500, 2_000)] == ["1750.00", "7000.00"]
    for outside in (499, 2_001):
        with pytest.raises(Refusal, match=r"tariff\.outside_band"):
            amount(outside)


@pytest.mark.parametrize(
    ("where", "parts", "total"),
    [
        ("大荔的网格", (2_397, 7_284, 1_316, 1_409), 12_406),
        ("汝阳的网格员", (2_316, 100, 78), 2_494),
        ("汝阳的事项", (1_322, 501, 1_143), 2_966),
        ("滨江一长二员", (789, 789, 789), 2_367),
    ],
)
def test_totals_are_the_sums_of_their_parts(where: str, parts: tuple[int, ...], total: int) -> None:
    published = Breakdown({f"{where} {number}": part for number, part in enumerate(parts)}, 0)
    assert published.total == total
    assert published.agrees_with(total)
    assert not published.agrees_with(total + 1)


@pytest.mark.skipif(not DIVISIONS.exists(), reason=f"the code lists are not here: {DIVISIONS}")
def test_chengkou_has_exactly_204_village_level_units_one_station_each() -> None:
    profile = load_place_profile("china-division")
    reading = read_places([DIVISIONS / "villages_seed_counties.csv"], profile, county=CHENGKOU)
    assert reading.findings == []
    assert sum(level(code) == "village" for code in reading.listed) == 204
    other = read_places([DIVISIONS / "villages_seed_counties.csv"], profile, county=Division("640323000000"))
    assert len(other.listed) == 120
