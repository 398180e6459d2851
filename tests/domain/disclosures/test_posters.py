"""A sheet that is drawn again has the same bytes, or it is refused."""

from dataclasses import replace

from domain.disclosures import posters
from domain.disclosures.posters import PosterRendered
from domain.kernel.events import Sha256
from tests.domain.samples import RIDER, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(posters.evolve)
DRAWN = PosterRendered(
    division=VILLAGE,
    disclosure_id=RIDER,
    version=1,
    paper="A4",
    sha256=Sha256("a" * 64),
    length=40_000,
    tool="typst 0.14.0",
    font_sha256=Sha256("b" * 64),
    template_sha256=Sha256("c" * 64),
    url="https://mingzhang.example/v/361125001201",
    nameless=0,
)
OTHER = replace(DRAWN, sha256=Sha256("d" * 64))
TABLES = (
    Table(
        posters.evolve,
        posters.render,
        (),
        {"drawn": DRAWN, "published": True},
        [
            row("poster.paper_unknown", drawn=replace(DRAWN, paper="B5")),
            row("disclosure.not_published", published=False),
            row("poster.drawn_otherwise", given=(OTHER,)),
        ],
    ),
)


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted_and_documented(table):
    table.check_accepted()
    table.check_documented()


def test_another_tool_may_draw_other_bytes_and_the_same_bytes_are_recorded_once():
    newer = replace(DRAWN, tool="typst 0.15.0")
    given(OTHER).when(posters.render, drawn=newer, published=True).then(newer)
    assert posters.render(posters.evolve(None, DRAWN), drawn=DRAWN, published=True) is None
