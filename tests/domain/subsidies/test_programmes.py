"""A standard holds from a day on and is never rewritten."""

from datetime import date, timedelta

from domain.kernel.ids import EventName
from domain.subsidies import programmes
from domain.subsidies.programmes import (
    STANDARD_FEN_MAX,
    SubsidyProgrammeEnded,
    SubsidyProgrammePublished,
    SubsidyProgrammeStandardSet,
    programme_id,
    programme_stream,
)
from tests.domain.samples import COUNTY, OFFICER
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(programmes.evolve)

DAY = timedelta(days=1)
PUBLISHED = SubsidyProgrammePublished(
    division=COUNTY,
    reference="gengdi",
    title="耕地地力保护补贴",
    document="横农字〔2026〕1号",
    issuer="横峰县农业农村局",
    unit="亩",
    standard_fen=11_245,
    since=date(2026, 1, 1),
    sensitive=False,
    publisher_id=OFFICER,
)
_SAME = ("division", "reference", "title", "document", "issuer", "unit", "standard_fen", "since", "sensitive")
PUBLISH = {**{name: getattr(PUBLISHED, name) for name in _SAME}, "division_known": True, "actor_id": OFFICER}
SET = SubsidyProgrammeStandardSet(
    standard_fen=12_000, document="横农字〔2026〕9号", since=date(2026, 7, 1), setter_id=OFFICER
)
SETTING = {"standard_fen": 12_000, "document": SET.document, "since": SET.since, "actor_id": OFFICER}
ENDED = SubsidyProgrammeEnded(last_day=date(2026, 12, 31), ender_id=OFFICER)

TABLES = (
    Table(
        programmes.evolve,
        programmes.publish,
        (),
        PUBLISH,
        [
            row("subsidy_programme.already_published", given=(PUBLISHED,)),
            row("place.unknown", division_known=False),
            row("subsidy_programme.standard_out_of_range", standard_fen=0),
            row("subsidy_programme.standard_out_of_range", standard_fen=STANDARD_FEN_MAX + 1),
        ],
    ),
    Table(
        programmes.evolve,
        programmes.set_standard,
        (PUBLISHED,),
        SETTING,
        [
            row("subsidy_programme.unknown", given=()),
            row("subsidy_programme.ended", given=(PUBLISHED, ENDED)),
            row("subsidy_programme.standard_out_of_range", standard_fen=0),
            row("subsidy_programme.since_too_early", since=PUBLISHED.since),
        ],
    ),
    Table(
        programmes.evolve,
        programmes.end,
        (PUBLISHED,),
        {"last_day": ENDED.last_day, "actor_id": OFFICER},
        [
            row("subsidy_programme.unknown", given=()),
            row("subsidy_programme.ended", given=(PUBLISHED, ENDED)),
            row("subsidy_programme.ends_before_it_began", last_day=PUBLISHED.since - DAY),
        ],
    ),
)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted(table):
    table.check_accepted()
    table.check_documented()


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


def test_each_day_has_the_standard_that_had_begun_and_names_the_event_that_set_it():
    given().when(programmes.publish, **PUBLISH).then(PUBLISHED)
    given(PUBLISHED).when(programmes.set_standard, **SETTING).then(SET)
    given(PUBLISHED, SET).when(programmes.end, last_day=ENDED.last_day, actor_id=OFFICER).then(ENDED)
    programme = given(PUBLISHED, SET, ENDED).state
    stream = programme_stream(programme_id(COUNTY, "gengdi"))
    found = [programme.standard_on(day) for day in (PUBLISHED.since - DAY, PUBLISHED.since, SET.since - DAY, SET.since)]
    assert [one and (one.event, one.standard_fen) for one in found] == [
        None,
        (EventName(f"{stream}@1"), 11_245),
        (EventName(f"{stream}@1"), 11_245),
        (EventName(f"{stream}@2"), 12_000),
    ]
    assert programme.standard_on(ENDED.last_day) is not None
    assert programme.standard_on(ENDED.last_day + DAY) is None
