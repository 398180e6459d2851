"""A sheet for the notice board: always the same bytes, recorded by its digest, drawn again from a package alone."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from api.commands.disclosing import committees, computing, disclosures
from api.exporting import export_package
from api.posters import checking, recording
from api.posters.drawing import draw
from api.posters.sheets import Posting, sheet_of
from api.web.disclosed.kinds import WORDS
from domain.kernel.documents import Column, Document, ShownName, Table, row_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.line import canonical
from projections import disclosure_queries, posted_disclosures
from tests.api.web.county import VILLAGE, County, small_county
from tests.api.web.registers import valid_reports
from tests.conftest import temporary_home
from tests.journeys.crawling import pdf_text, told_in, words_of
from tests.stations import Counter, opened_station

if TYPE_CHECKING:
    from tests.conftest import Cluster

DAY = timedelta(days=1)
FONTS = Path("/usr/share/fonts/opentype/noto")
needs_font = pytest.mark.skipif(
    not (FONTS / "NotoSansCJK-Regular.ttc").exists(), reason="Debian's fonts-noto-cjk are not installed"
)
ROWS = 120


def posting(*, name: str = "张*国") -> Posting:
    """A month of rewards to many people, corrected once."""
    columns = (
        Column("reference", "ref"),
        Column("state", "code"),
        Column("count", "int"),
        Column("fen", "fen"),
        Column("booked_on", "date"),
    )
    rows = tuple((f"{number:08x}", "arrived", 2, 2_000, "2026-03-15") for number in range(1, ROWS + 1))
    totals = {"count": 2 * ROWS, "fen": 2_000 * ROWS}
    figures = {**totals, "payees": ROWS, "arrived_count": 2 * ROWS, "arrived_fen": 2_000 * ROWS}
    document = Document(
        kind="rewards",
        division=Division("361125001201"),
        period="2026-03",
        query="rewards/1",
        parameters={"small_count_min": "3"},
        position=4_711,
        sentence=figures,
        tables=(Table("payees", columns, rows, totals),),
        withheld={"sensitive_below": 3},
    )
    return Posting(
        document=document,
        version=2,
        corrects=1,
        reason="第 12 行写错了",
        since=date(2026, 4, 2),
        until=date(2026, 4, 8),
        path=["横峰县", "岑阳镇", "城东村"],
        names={row_name("payees", number): ShownName(name, "") for number in range(1, ROWS + 1)},
        places={},
        origin="mingzhang.example/361125",
        root=bytes(range(32)),
        url="https://zhang.example/v/361125001201/disclosures/rewards/2026-03",
        rehearsal=False,
    )


def read(pdf: bytes, tmp_path: Path) -> str:
    """The text of a file as an outside program reads it, without spaces: typesetting puts some beside figures."""
    path = tmp_path / "sheet.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True)
    return "".join(done.stdout.split())


@needs_font
@pytest.mark.parametrize(("paper", "points"), [("A4", "595.276 x 841.89"), ("A3", "841.89 x 1190.55")])
def test_a_sheet_says_all_of_it_and_is_always_the_same(paper: str, points: str, tmp_path: Path) -> None:
    sheet = sheet_of(posting())
    drawn = draw(sheet, paper=paper, fonts=FONTS)
    assert draw(sheet_of(posting()), paper=paper, fonts=FONTS).pdf == drawn.pdf
    text = read(drawn.pdf, tmp_path)
    assert f"城东村2026年3月{WORDS['rewards'].title}公示" in text
    assert "共奖励2,400.00元，给120人（240条有效信息）；已全部到账。" in text
    assert "涉及隐私的奖励少于3条" in text, "what is withheld is said"
    assert "第2版，更正第1版：第12行写错了" in text
    assert [f"{number:08x}" in text for number in range(1, ROWS + 1)] == [True] * ROWS
    assert "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" in text, "the root"
    assert "前4,711条记录" in text
    told = subprocess.run(["pdfinfo", tmp_path / "sheet.pdf"], capture_output=True, check=True, text=True).stdout
    assert points in told
    pages = int(re.findall(r"Pages: +(\d+)", told)[0])
    assert pages > 1
    assert text.count("序号姓名") == pages, "the heading stands on every page"
    assert "Tagged:          yes" in told
    metadata = drawn.pdf.decode("latin-1")
    assert "pdfaid:part>2<" in metadata
    assert "pdfaid:conformance>A<" in metadata
    assert "pdfuaid:part>1<" in metadata


PLANTED = {
    "欧阳明月": "payees:3",
    "13800001234": "payees:50",
    "兴安大道城东新村三单元二楼东户，门前有一棵老樟树": "payees:90",
}
"""A name, a telephone number, an address that no line is long enough for; each in a row of its own."""


@needs_font
def test_a_personal_value_in_a_sheet_would_be_found_by_whoever_reads_all_that_is_public() -> None:
    made = posting()
    words = words_of([pdf_text(draw(sheet_of(made), paper="A4", fonts=FONTS).pdf)])
    assert "任何人都可以离线重新计算以上数字" in words, "the sheet can be read at all"
    assert told_in(words, PLANTED) == set()
    wrong = replace(made, names={**made.names, **{row: ShownName(value, "") for value, row in PLANTED.items()}})
    words = words_of([pdf_text(draw(sheet_of(wrong), paper="A4", fonts=FONTS).pdf)])
    assert told_in(words, PLANTED) == set(PLANTED)


@needs_font
def test_another_figure_is_another_file() -> None:
    other = replace(posting(), version=3)
    assert (
        draw(sheet_of(posting()), paper="A4", fonts=FONTS).sha256
        != draw(sheet_of(other), paper="A4", fonts=FONTS).sha256
    )


@needs_font
@pytest.mark.parametrize("character", ["\U0002a6a5", "\ue000", "\U000f0001", "\x7f"])
def test_a_character_that_the_font_has_not_is_refused_with_its_place(character: str) -> None:
    made = posting()
    names = {**made.names, "payees:77": ShownName(f"王{character}", "")}
    with pytest.raises(Refusal) as said:
        draw(sheet_of(replace(made, names=names)), paper="A4", fonts=FONTS)
    assert said.value.code == "poster.glyph_missing"
    assert said.value.facts["where"] == "发给谁、多少、到没到账，第 77 行，姓名、编号"
    assert said.value.facts["number"] == f"U+{ord(character):04X}"


def test_a_folder_without_the_font_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as said:
        draw(sheet_of(posting()), paper="A4", fonts=tmp_path)
    assert said.value.code == "poster.font_missing"


@dataclass
class Posted:
    """A village with a posted month."""

    county: County
    counter: Counter
    disclosure_id: UUID
    today: date


@pytest.fixture(scope="module")
def posted(cluster: "Cluster") -> Iterator[Posted]:
    """Two rewards of last month, drafted, reviewed and posted."""
    access = cluster.new_database()
    with temporary_home() as home, small_county(access, home, rehearsal=True) as county:
        counter = opened_station(county.app, admin=county.admin, village=VILLAGE)
        app, on = county.app, counter.today
        last = on.replace(day=1) - DAY
        valid_reports(county, 2, by="zhangjianguo", on=last, reward=True)
        accountant, supervisor = counter.staff["accountant"], counter.staff["supervisor"]
        committees.seat(
            app,
            actor=county.admin,
            key=county.key(),
            division=VILLAGE,
            person_id=supervisor.person_id,
            body="supervision",
            since=date(2021, 1, 1),
            on=on,
        )
        found = computing.compute(app, division=VILLAGE, kind="rewards", period=f"{last:%Y-%m}", on=on)
        identity, _ = disclosures.draft(
            app, actor=accountant, key=county.key(), digest=found.digest, reason=None, on=on
        )
        disclosures.review(
            app,
            actor=supervisor,
            key=county.key(),
            disclosure_id=identity,
            version=1,
            passed=True,
            opinion="",
            on=on,
        )
        disclosures.publish(app, actor=accountant, key=county.key(), disclosure_id=identity, version=1, on=on)
        yield Posted(county, counter, identity, on)
    cluster.drop(access)


def render(posted: Posted, paper: str = "A4", *, on: date | None = None) -> recording.Recorded:
    return recording.render(
        posted.county.app,
        actor=posted.counter.staff["accountant"],
        key=posted.county.key(),
        disclosure_id=posted.disclosure_id,
        version=None,
        paper=paper,
        on=on or posted.today,
    )


@needs_font
def test_a_sheet_is_recorded_once_served_and_drawn_again_from_a_package(posted: Posted, tmp_path: Path) -> None:
    app = posted.county.app
    first, again, large = render(posted), render(posted), render(posted, "A3")
    assert first.receipt is not None
    assert again.receipt is None, "the same bytes are recorded already"
    assert again.drawn.pdf == first.drawn.pdf
    assert large.drawn.sha256 != first.drawn.sha256
    app.runner.catch_up()
    with app.reading.connection() as conn:
        kept = disclosure_queries.posters(conn, posted.disclosure_id)
    assert [(one.paper, one.sha256, one.nameless) for one in kept] == [
        ("A3", large.drawn.sha256, 0),
        ("A4", first.drawn.sha256, 0),
    ]

    package = tmp_path / "package"
    export_package(app.settings, app.access, directory=package)
    checked = list(checking.check(package, fonts=FONTS))
    assert [(one.paper, one.outcome, one.reason) for one in checked] == [("A4", "equal", ""), ("A3", "equal", "")]

    names = next((package / "disclosures" / "names").iterdir())
    told = json.loads(names.read_bytes())
    names.write_bytes(canonical({row: {**one, "name": "李*"} for row, one in told.items()}) + b"\n")
    assert {one.outcome for one in checking.check(package, fonts=FONTS)} == {"differs"}
    names.unlink()
    assert {one.reason for one in checking.check(package, fonts=FONTS)} == {"names_missing"}


@needs_font
def test_anybody_fetches_the_sheet_and_a_slip_to_object_on_paper(posted: Posted, tmp_path: Path) -> None:
    done = render(posted)
    posted.county.app.runner.catch_up()
    with posted.county.app.reading.connection() as conn:
        (version,) = posted_disclosures.versions(conn, posted.disclosure_id)
    at = f"/v/{VILLAGE}/posters/rewards/{version.period}"
    browser = posted.county.browser()
    sheet = browser.get(f"{at}/a4.pdf")
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "application/pdf")
    assert sheet.content == done.drawn.pdf
    slip = browser.get(f"{at}/slip.pdf")
    text = read(slip.content, tmp_path)
    assert "村务公开异议单" in text
    assert "公示第1版有异议" in text
    assert "编号（登记后由村里填）：" in text
    assert browser.get(f"{at}/slip.pdf", headers={"if-none-match": slip.headers["etag"]}).status_code == 304
    assert [browser.get(f"{at}/{name}.pdf").status_code for name in ("a5", "letter")] == [404, 404]
    page = browser.get(f"/v/{VILLAGE}/disclosures/rewards/{version.period}").text
    assert f"{at}/slip.pdf" in page
    assert f"{at}/A4.pdf" in page


@needs_font
def test_no_sheet_of_what_is_over_and_none_on_other_paper(posted: Posted) -> None:
    with pytest.raises(Refusal, match=r"poster\.posting_over"):
        render(posted, on=posted.today + timedelta(days=40))
    with pytest.raises(Refusal, match=r"poster\.paper_unknown"):
        render(posted, "A5")
