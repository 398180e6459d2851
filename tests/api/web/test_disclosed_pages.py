"""村务公开 as villagers meet it: one sentence, every row, the proof; corrections and answers in sight; none named."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import httpx
import psycopg
import pytest
from markupsafe import Markup
from playwright.sync_api import Browser
from psycopg.types.json import Jsonb

from api.commands.disclosing import computing, settling
from api.commands.shared import today
from api.hearing.agent import agent_id, open_box
from api.hearing.pace import Limits
from api.public.document_tables import Reader
from api.web.disclosed.kinds import WORDS as WORDS_OF
from api.web.throttle import Throttle
from domain.disclosures.settings import KindRule
from domain.kernel.disclosed import KINDS
from domain.kernel.documents import Document, Table
from domain.kernel.ids import derived
from journal import disclosed_documents, shown_rows
from projections.disclosed import rewards
from tests.api.public.disclosing import answered, objected, posted, rewarded_last_month, seat_reviewer
from tests.api.web.county import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, County
from tests.api.web.registers import signed_in
from tests.village import village_with_book

WORDS = "村里少记了我修路灯的一笔，请核对"
ROWS = 300
SIGNS_FOR_DIGITS = str.maketrans("01", "XY")


@pytest.fixture(scope="module")
def told(county: County) -> tuple[County, str, UUID]:
    """Last month's rewards of a village: posted, objected to, found wrong, and posted again. The box is open."""
    period = rewarded_last_month(county)
    rules = tuple(KindRule(kind, "monthly" if kind in ("rewards", "assets") else "never", "masked") for kind in KINDS)
    owed = settling.NewSettings(VILLAGE, date.fromisoformat(f"{period}-01"), "横村务〔2026〕1号", 7, 10, 0, 3, rules)
    settling.make(county.app, actor=county.admin, key=county.key(), new=owed, on=today(county.app))
    seat_reviewer(county)
    own, version = posted(county, period)
    wrong = objected(county, own, version, row="payees:2", text=WORDS)
    answered(county, own, wrong, upheld=True, text="经核对，少记一笔，已更正。")
    rewarded_last_month(county, members=("ouyang",))
    own, version = posted(county, period, reason="少记一笔奖励")
    assert version == 2
    objected(county, own, version, text=WORDS)
    receipt = open_box(county.app, administrator=county.admin)
    assert receipt is not None
    assert county.app.caught_up(receipt.position)
    assert open_box(county.app, administrator=county.admin) is None, "opened once"
    return county, period, own


def at(period: str, rest: str = "") -> str:
    return f"/v/{VILLAGE}/disclosures/rewards/{period}{rest}"


def small(county: County, path: str) -> tuple[httpx.Response, str]:
    """A page as it comes over the wire: within ten kilobytes, without a script, and its text."""
    with county.browser().stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert len(raw) <= 10_240, path
    html = gzip.decompress(raw).decode()
    assert "<script" not in html
    assert "style=" not in html
    return answer, html


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def names_nobody(county: County, content: str) -> None:
    ids = [str(one.person_id) for one in county.people.values()]
    for name in ("张建国", "欧阳明月", "刘洋", WORDS, WORDS[2:10], *ids):
        assert name not in content, name


def test_one_sentence_then_every_row_then_the_proof(told: tuple[County, str, UUID]) -> None:
    county, period, _ = told
    answer, html = small(county, at(period))
    text = text_of(html)
    order = ("共奖励 40.00 元，给 3 人", "欧阳** ", "异议和答复", "这一版的证明", "怎样核对")
    places = [text.index(word) for word in order]
    assert places == sorted(places)
    names_nobody(county, html)
    for who, masked in (("zhangjianguo", "张*国"), ("ouyang", "欧阳**"), ("liuyang", "刘*")):
        own = county.people[who].person_id
        references = shown_rows.references(county.app.vault)
        stands = references.lines(references.own(own), division=VILLAGE, kind="rewards", period=period)[0]
        assert f"{masked} {stands}" in text
        assert str(own)[:8] not in html
    assert re.search(r"合计.*4.*40\.00", text)
    document = county.browser().get(at(period, "/2/data/document.json")).content
    assert hashlib.sha256(document).hexdigest() in html
    names_nobody(county, document.decode())
    assert answer.headers["cache-control"] == "public, max-age=60"
    again = county.browser().get(at(period), headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_was_corrected_stays_in_sight_with_the_reason(told: tuple[County, str, UUID]) -> None:
    county, period, _ = told
    _, second = small(county, at(period))
    _, first = small(county, at(period, "/1"))
    assert "共奖励 30.00 元" in text_of(first)
    assert "这一版已更正。" in text_of(first)
    assert f'href="{at(period)}/2">看第 2 版</a>，更正原因：少记一笔奖励' in first
    assert f'这一版更正了<a href="{at(period)}/1">第 1 版</a>，原因：少记一笔奖励' in second
    assert text_of(second).index("更正的经过") > text_of(second).index("异议和答复")
    assert "比第 1 版：改了 1 行" in text_of(second), "one of three has one reward more"
    (told_of,) = county.browser().get(at(period, "/2/data/page.json")).json()["corrections"]
    assert [told_of[name] for name in ("version", "rows_changed", "rows_added", "rows_removed")] == [2, 1, 0, 0]


def test_objections_and_answers_stand_beside_the_item_without_the_words(told: tuple[County, str, UUID]) -> None:
    county, period, _ = told
    _, first = small(county, at(period, "/1"))
    row = next(line for line in first.splitlines() if "欧阳**" in line)
    assert "有异议" in row
    assert f"{at(period)}/1/object?row=payees:2" in row
    text = text_of(first)
    assert "对“发给谁、多少、到没到账，第 2 行”提出异议（工作人员代记" in text
    assert "✔ 属实，予以更正 。经核对，少记一笔，已更正。" in text
    assert re.search(r"… [0-9年月]+日前答复。", text_of(small(county, at(period))[1]))


def test_every_place_above_lists_it_and_a_reader_of_feeds_is_told(told: tuple[County, str, UUID]) -> None:
    county, period, _ = told
    for place in (VILLAGE, TOWNSHIP, COUNTY):
        _, html = small(county, f"/v/{place}/disclosures")
        assert f'href="{at(period)}"' in html
        assert "正在公示 1 项" in re.sub(r"<[^>]+>", "", html)
        assert f'href="{at(period)}"' in small(county, f"/v/{place}")[1]
    assert at(period) not in small(county, f"/v/{OTHER_TOWNSHIP}/disclosures")[1]
    feed = county.browser().get(f"/v/{TOWNSHIP}/feed.atom")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    entries = ElementTree.fromstring(feed.content).findall("{http://www.w3.org/2005/Atom}entry")  # noqa: S314 - ours
    titles = [one.findtext("{http://www.w3.org/2005/Atom}title") or "" for one in entries]
    assert [title.endswith("（第 2 版）") for title in titles] == [True, False]
    names_nobody(county, feed.text)
    assert len(re.findall("<item>", county.browser().get(f"/v/{VILLAGE}/feed.rss").text)) == 2
    assert county.browser().get(f"/v/{VILLAGE}/feed.txt").status_code == 404


def test_somebody_finds_his_own_rows_by_his_number(told: tuple[County, str, UUID]) -> None:
    county, period, _ = told
    references = shown_rows.references(county.app.vault)
    own = references.own(county.people["ouyang"].person_id)
    stands = references.lines(own, division=VILLAGE, kind="rewards", period=period)[0]
    for path in (
        f"/v/{VILLAGE}/find?ref={own[:4].lower()}%20{own[4:]}",
        f"/v/{VILLAGE}/find?ref={stands}",
        at(period, f"/2?ref={own}"),
    ):
        text = text_of(small(county, path)[1])
        assert f"欧阳** {stands}" in text
        assert str(county.people["ouyang"].person_id)[:8] not in text
        assert "张*国" not in text
    for nobody in ("deadbeef", "%25", "x" * 60, "'--"):
        answer, html = small(county, f"/v/{VILLAGE}/find?ref={nobody}")
        assert answer.status_code == 200
        assert "正在公示的里面没有" in html
    assert small(county, f"/v/{VILLAGE}/find")[0].status_code == 200


def test_a_number_that_is_looked_for_is_in_no_address_and_in_no_copy(told: tuple[County, str, UUID]) -> None:
    county, period, _ = told
    browser = county.browser()
    own = shown_rows.references(county.app.vault).own(county.people["ouyang"].person_id)
    for path in (f"/v/{VILLAGE}/find", at(period, "/2")):
        before = browser.get(path)
        assert before.headers["cache-control"] == "public, max-age=60", "the form itself is the same for everybody"
        assert re.search(rf'<form[^>]* method="post" action="{path}">', before.text)
        for answer in (browser.post(path, data={"ref": own}), browser.get(path, params={"ref": own})):
            assert answer.status_code == 200
            assert "欧阳**" in answer.text
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert own not in "".join(re.findall(r'(?:href|action)="([^"]*)"', answer.text))
        assert browser.post(path, data={"ref": " "}).headers["cache-control"] == "public, max-age=60"
        assert browser.post(path, data={"ref": "x" * 65}).status_code == 422
        large = browser.post(path, data={"ref": own, "large": "1"}).text
        assert 'name="large" value="1"' in large


LIKE_IT = """
INSERT INTO read.disclosures
SELECT (jsonb_populate_record(d, %(changed)s)).* FROM read.disclosures AS d WHERE disclosure_id = %(own)s
"""
LIKE_ITS_VERSION = """
INSERT INTO read.disclosure_versions
SELECT (jsonb_populate_record(v, %(changed)s)).* FROM read.disclosure_versions AS v
WHERE disclosure_id = %(own)s AND version = 2
"""
STANDS = "INSERT INTO vault.disclosed_names VALUES (%s, 2, 'payees:1', %s, '欧阳**', %s, %s)"


@contextmanager
def also_posted(county: County, own: UUID, *, division: str, period: str, stands: str) -> Iterator[None]:
    """The second version stands in another place and period too, with somebody in its first row; and is gone again."""
    other = derived("disclosure", division, period)
    changed = Jsonb({"disclosure_id": str(other), "division": division, "period": period})
    person = county.people["ouyang"].person_id
    with (
        psycopg.connect(county.app.access.projector, autocommit=True) as conn,
        psycopg.connect(county.app.access.owner, autocommit=True) as owner,
    ):
        for sql in (LIKE_IT, LIKE_ITS_VERSION):
            conn.execute(sql, {"own": own, "changed": changed})
        owner.execute(STANDS, (other, person, stands, b"s" * 32))
        try:
            yield
        finally:
            owner.execute("DELETE FROM vault.disclosed_names WHERE disclosure_id = %s", (other,))
            conn.execute("DELETE FROM read.disclosure_versions WHERE disclosure_id = %s", (other,))
            conn.execute("DELETE FROM read.disclosures WHERE disclosure_id = %s", (other,))


def found_in(county: County, place: str, ref: str) -> list[str]:
    """Where somebody's rows are, as the page says."""
    html = county.browser().post(f"/v/{place}/find", data={"ref": ref}).text
    return [text_of(one).strip() for one in re.findall(r"<h2>(.*?)</h2>(?=\s*<table)", html, re.DOTALL)]


def test_everything_below_a_place_is_looked_through_and_each_period_has_a_code_of_its_own(
    told: tuple[County, str, UUID],
) -> None:
    county, period, posting = told
    made = shown_rows.references(county.app.vault)
    own = made.own(county.people["ouyang"].person_id)
    here = made.lines(own, division=VILLAGE, kind="rewards", period=period)[0]
    early = made.lines_of_kind(own, division=VILLAGE, kind="rewards")[0]
    there = made.lines(own, division=OTHER_TOWNSHIP, kind="rewards", period="2026-01")[0]
    with (
        also_posted(county, posting, division=OTHER_TOWNSHIP, period="2026-01", stands=there),
        also_posted(county, posting, division=VILLAGE, period="2026-02", stands=early),
    ):
        year, month = period.split("-")
        in_village = f"兴安街道城东村，奖励发放，{year}年{int(month)}月"
        assert set(found_in(county, COUNTY, own)) == {
            "岑阳镇，奖励发放，2026年1月",
            "兴安街道城东村，奖励发放，2026年2月",
            in_village,
        }
        assert set(found_in(county, TOWNSHIP, own)) == {"城东村，奖励发放，2026年2月", in_village[4:]}
        assert found_in(county, OTHER_TOWNSHIP, own) == ["岑阳镇，奖励发放，2026年1月"]
        for line, where in ((here, in_village), (there, "岑阳镇，奖励发放，2026年1月")):
            assert found_in(county, COUNTY, line) == [where], "of that one disclosure only"
        assert found_in(county, COUNTY, early) == ["兴安街道城东村，奖励发放，2026年2月"], "as it was posted"
        assert found_in(county, VILLAGE, there) == []
        assert found_in(county, COUNTY, made.own(county.people["wangqiang"].person_id)) == []
    text = text_of(small(county, f"/v/{TOWNSHIP}/find")[1])
    assert "查找的范围：兴安街道和下面各村正在公示的，加上上级（" in text
    assert f'href="/v/{COUNTY}/find"' in small(county, f"/v/{VILLAGE}/find")[1]
    assert "和下面各乡镇、各村正在公示的。" in text_of(small(county, f"/v/{COUNTY}/find")[1])


def test_whoever_tries_numbers_has_to_wait(told: tuple[County, str, UUID]) -> None:
    county, period, _ = told
    reading = county.web.state.reading
    county.web.state.reading = replace(reading, guesses=Throttle())
    own = reading.references.own(county.people["ouyang"].person_id)
    stands = reading.references.lines(own, division=VILLAGE, kind="rewards", period=period)[0]
    browser = county.browser()
    try:
        for number in range(50):
            answer = browser.post(f"/v/{VILLAGE}/find", data={"ref": f"{number:08}".translate(SIGNS_FOR_DIGITS)})
            assert "正在公示的里面没有" in answer.text
        refused = browser.post(f"/v/{VILLAGE}/find", data={"ref": own})
        assert (refused.status_code, "请过 15 分钟再查" in refused.text) == (429, True)
        assert "欧阳**" in browser.get(f"/v/{VILLAGE}/find?ref={stands}").text, "what is public is no guess"
    finally:
        county.web.state.reading = reading


def test_the_files_say_what_the_page_says(told: tuple[County, str, UUID]) -> None:
    county, period, _ = told
    browser = county.browser()
    package = browser.get(at(period, "/2/data/datapackage.json"))
    assert package.headers["access-control-allow-origin"] == "*"
    (resource,) = package.json()["resources"]
    table = browser.get(at(period, f"/2/data/{resource['path']}"))
    assert resource["hash"] == f"sha256:{hashlib.sha256(table.content).hexdigest()}"
    assert "attachment" in table.headers["content-disposition"]
    page = browser.get(at(period, "/2/data/page.json")).json()
    assert sum(row["fen"] for row in page["tables"]["payees"]) == page["figures"]["fen"] == 4_000
    assert [row["reference_name"] for row in page["tables"]["payees"]] == ["张*国", "欧阳**", "刘*"]
    assert page["document_sha256"] == package.json()["document_sha256"]
    names_nobody(county, table.text + json.dumps(page, ensure_ascii=False))
    listed = browser.get(f"/v/{VILLAGE}/disclosures/data/page.json").json()
    assert [row["version"] for row in listed["tables"]["disclosures"]] == [2]


@pytest.mark.parametrize(
    "rest", ["/3", "/0", "/二", "/1/object?row=payees:99", "/1/object?row=nothing", "/1/data/nothing.csv", "/01"]
)
def test_what_was_never_posted_is_no_page(told: tuple[County, str, UUID], rest: str) -> None:
    county, period, _ = told
    assert county.browser().get(at(period, rest)).status_code == 404


@pytest.mark.parametrize("path", ["rewards/2026-13", "secrets/2026-01", "rewards/2019-01", "rewards/once-x"])
def test_nor_is_what_nobody_disclosed(county: County, path: str) -> None:
    assert county.browser().get(f"/v/{VILLAGE}/disclosures/{path}").status_code == 404


CHANGE = "UPDATE read.disclosure_versions SET until = %s, document = %s WHERE disclosure_id = %s AND version = 2"


def test_what_is_late_is_said_where_it_is_owed(told: tuple[County, str, UUID]) -> None:
    county, _, _ = told
    for place in (VILLAGE, TOWNSHIP):
        text = text_of(small(county, f"/v/{place}/disclosures")[1])
        assert "应公开还没有公开的 1 项" in text
        assert re.search(r"资产与资源，[0-9年月]+： ✘ 应在[0-9年月]+日前公开", text), "the rewards were posted"
    assert "还没有公开" not in small(county, f"/v/{OTHER_TOWNSHIP}/disclosures")[1]


def test_a_list_of_its_own_counts_what_is_late_and_names_each(told: tuple[County, str, UUID]) -> None:
    county, period, _ = told
    for place in (COUNTY, TOWNSHIP):
        html = small(county, f"/v/{place}/late")[1]
        text = text_of(html)
        assert re.search(r"应公开还没有公开的\s+1 项\s+，涉及\s+1 个地方\s+，最久的已超期\s+[1-9][0-9]* 天", text)
        below = TOWNSHIP if place == COUNTY else VILLAGE
        assert f'<a href="/v/{below}/late">' in html, "the counts lead on"
        assert f'<a href="/v/{VILLAGE}/disclosures">城东村</a>' in html
        places = [text.index(word) for word in ("应公开还没有公开", "按地方", "逐项", "怎样核对")]
        assert places == sorted(places)
    listed = county.browser().get(f"/v/{COUNTY}/late/data/page.json").json()
    (row,) = listed["tables"]["late"]
    on = today(county.app)
    days = (on - (date.fromisoformat(f"{period}-01") + timedelta(days=31)).replace(day=1)).days + 1
    assert (row["division"], row["kind"], row["days_late"]) == (VILLAGE, "资产与资源", days)
    assert row["due_on"] == (on - timedelta(days=days)).isoformat()
    (counted,) = listed["tables"]["places"]
    assert [counted[name] for name in ("division", "places", "count", "days_late")] == [TOWNSHIP, 1, 1, days]
    assert "超期天数" in county.browser().get(f"/v/{COUNTY}/late/data/late.csv").text
    nothing = text_of(small(county, f"/v/{OTHER_TOWNSHIP}/late")[1])
    assert "没有逾期未公开的" in nothing
    staff = signed_in(county, "admin").get("/staff/disclosures").text
    assert f'href="/staff/disclosures?area={TOWNSHIP}"' in staff
    assert f"已超期 {days} 天" in staff


MANY_PLACES = """
INSERT INTO read.places (code, prefix, since, successors, predecessors)
SELECT code, rtrim(code, '0'), %(since)s, '[]', '[]' FROM unnest(%(codes)s::text[]) AS code
"""
MANY_NAMES = """
INSERT INTO read.place_names (log_index, code, name, event)
SELECT 1000000000 + n, code, '新设立的第' || n || '村', '' FROM unnest(%(codes)s::text[]) WITH ORDINALITY AS t (code, n)
"""
MANY_OWE = """
INSERT INTO read.disclosure_settings
VALUES ('of all', %(county)s, %(since)s, '文件', 7, 10, 10, 3, %(kinds)s, 1000000000)
"""


def test_a_county_of_204_villages_that_are_all_late_has_small_pages(county: County) -> None:
    townships = [f"361125{number}000" for number in range(801, 813)]
    villages = [f"{code[:9]}{200 + number}" for code in townships for number in range(17)]
    since = today(county.app) - timedelta(days=400)
    kinds = json.dumps([{"kind": kind, "frequency": "monthly", "names": "masked"} for kind in KINDS])
    values = {"codes": [*townships, *villages], "since": since, "county": COUNTY, "kinds": kinds}
    with psycopg.connect(county.app.access.projector) as conn:
        conn.execute(MANY_PLACES, values)
        conn.execute(MANY_NAMES, values)
        conn.commit()
        try:
            before = small(county, f"/v/{COUNTY}/late?after=0")[1]
            conn.execute(MANY_OWE, values)
            conn.commit()
            _, html = small(county, f"/v/{COUNTY}/late")
            small(county, f"/v/{COUNTY}/late?after=40&large=1")
            small(county, f"/v/{townships[0]}/late")
            small(county, f"/v/{COUNTY}/disclosures")
            files = county.browser().get(f"/v/{COUNTY}/late/data/page.json").json()
        finally:
            conn.execute("DELETE FROM read.disclosure_settings WHERE event = 'of all'")
            conn.execute("DELETE FROM read.place_names WHERE code = ANY (%(codes)s)", values)
            conn.execute("DELETE FROM read.places WHERE code = ANY (%(codes)s)", values)
            conn.commit()
    assert "另有 204 个村" in before, "where nothing is settled nothing is late, and that is said"
    late = files["tables"]["late"]
    assert len([one for one in late if one["division"] in villages]) >= 204 * 7 * 11
    assert f"{len(late):,} 项" in text_of(html)
    assert len(re.findall(r'data-label="超期"', html)) == 40
    counted = {one["division"]: one["places"] for one in files["tables"]["places"]}
    assert [counted[code] for code in townships] == [17] * 12


@contextmanager
def changed(county: County, own: UUID, *, until: date | None = None, document: str | None = None) -> Iterator[None]:
    """The second version with another last day, or other rows, straight in the read model; and back again."""
    with psycopg.connect(county.app.access.projector, autocommit=True) as conn:
        kept = conn.execute(
            "SELECT until, document FROM read.disclosure_versions WHERE disclosure_id = %s AND version = 2", (own,)
        ).fetchone()
        assert kept is not None
        conn.execute(CHANGE, (until or kept[0], document or kept[1], own))
        try:
            yield
        finally:
            conn.execute(CHANGE, (*kept, own))


def test_after_its_days_the_rows_come_down_and_the_proof_stays(told: tuple[County, str, UUID]) -> None:
    county, period, own = told
    digest = county.browser().get(at(period, "/2/data/page.json")).json()["document_sha256"]
    with changed(county, own, until=today(county.app) - timedelta(days=1)):
        answer, html = small(county, at(period))
        assert answer.status_code == 410
        text = text_of(html)
        assert "公示期已满，名单已从本页撤下" in text
        assert "共奖励 40.00 元，给 3 人" in text
        assert digest in html
        assert f"disclosure/{own}@" in html
        assert "经核对，少记一笔，已更正" in text
        for gone in ("张*国", "欧阳**", str(county.people["ouyang"].person_id)[:8], "我有异议", "/data/"):
            assert gone not in html, gone
        for rest in ("/2/data/payees.csv", "/2/data/page.json", "/2/data/document.json"):
            taken = county.browser().get(at(period, rest))
            assert taken.status_code == 410
            assert "名单已撤下" in taken.text
        assert county.browser().get(at(period, "/2/object")).status_code == 404
        listed = text_of(small(county, f"/v/{VILLAGE}/disclosures")[1])
        assert re.search(r"正在公示\s+0 项", listed)
        assert listed.index("往期") < listed.index("奖励发放")
        own_number = shown_rows.references(county.app.vault).own(county.people["ouyang"].person_id)
        assert "正在公示的里面没有" in small(county, f"/v/{VILLAGE}/find?ref={own_number}")[1]
    assert small(county, at(period))[0].status_code == 200


def test_a_long_list_goes_over_small_pages_and_every_row_is_there_once(told: tuple[County, str, UUID]) -> None:
    county, period, own = told
    rows = tuple(
        (f"{n * 2654435761 % 2**32:08x}", "arrived", n % 7, n * 137 % 99_991, "2026-11-03") for n in range(ROWS)
    )
    table = Table("payees", rewards.COLUMNS, rows)
    before = county.browser().get(at(period, "/2/data/page.json")).json()
    long = Document("rewards", VILLAGE, period, "rewards/1", {}, 7, before["figures"], (table,))
    with county.app.writing.connection() as conn:
        disclosed_documents.keep(conn, long, {})
    with changed(county, own, document=long.digest()):
        address, seen = at(period), list[str]()
        while address:
            _, html = small(county, address)
            seen += re.findall(r"object\?row=(payees:\d+)\"", html)
            following = re.search(r'rel="next" href="([^"]+)"', html)
            address = following[1] if following else ""
    assert seen == [f"payees:{n}" for n in range(1, ROWS + 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_word_for_each_figure_and_column(told: tuple[County, str, UUID], kind: str) -> None:
    """Of a village, or where villages have none of it of the county; what is about nobody's year is said so too."""
    county, period, _ = told
    division, on = COUNTY if kind == "budget" else VILLAGE, today(county.app)
    if kind == "village_finances":
        village_with_book(county.app, admin=county.admin, division=VILLAGE)
    made = computing.compute(county.app, division=division, kind=kind, period=period, on=on).document
    reader = Reader(made, WORDS_OF[kind], {}, {})
    sentence = reader.words.sentence(made.sentence)
    assert sentence.endswith("。")
    assert "%" not in sentence
    assert set(reader.words.drawn) <= set(made.sentence)
    assert isinstance(reader.chart.svg(), Markup)
    parts, _ = reader.page()
    assert [part.title for part in parts] == [sheet.title for sheet in reader.sheets()]
    assert [bool(part.headings) for part in parts] == [True] * len(made.tables)
    assert set(made.tables[0].totals) <= {column.name for column in made.tables[0].columns}
    left_out = reader.words.left_out(made.withheld)
    assert not re.search("[a-z]", "".join([reader.words.title, sentence, *left_out]))


# Forms.


def sent(county: County, path: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
    """The form of a page, filled in and sent."""
    browser = county.browser()
    page = browser.get(path)
    assert page.status_code == 200, page.text
    assert page.headers["cache-control"] == "no-store"
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', page.text))
    return browser.post(path, data={**hidden, **fields}, headers=headers or {})


@pytest.fixture
def fresh(county: County) -> None:
    """Nobody has sent anything yet."""
    county.web.state.hearing = Limits()


@pytest.mark.usefixtures("fresh")
def test_an_objection_needs_no_name_and_its_words_lie_in_the_vault(told: tuple[County, str, UUID]) -> None:
    county, period, _ = told
    said = "第一行的钱没有收到"
    form = text_of(county.browser().get(at(period, "/2/object")).text)
    assert "只有负责答复的人和本村村务监督委员会成员看得到，拟定这份公示的人看不到" in form
    answer = sent(county, at(period, "/2/object?row=payees:1"), text=f" {said}\u200b ")
    assert answer.status_code == 303, answer.text
    _, receipt = small(county, answer.headers["location"])
    assert "您的异议已收到" in receipt
    assert "凭它只能查答复" in receipt, "the number stands in public beside the answer: it proves nothing"
    assert "凭编号向" not in receipt
    assert "第 1 行" in receipt
    identity = UUID(answer.headers["location"].rpartition("/")[2])
    with county.app.reading.connection() as conn:
        row: Any = conn.execute(
            "SELECT text, channel, anonymous, objector_id, row_name FROM read.disclosure_objections"
            " WHERE objection_id = %s",
            (identity,),
        ).fetchone()
    assert row[1:] == ("web", True, None, "payees:1")
    assert county.app.vault.open([row[0]], by="test", reason="test") == {row[0]: said}
    assert said not in small(county, at(period))[1] + receipt
    assert str(identity)[:8] in small(county, at(period))[1]


@pytest.mark.usefixtures("fresh")
def test_sent_twice_it_is_one_objection_signed_by_the_box(told: tuple[County, str, UUID]) -> None:
    county, period, _ = told
    path = at(period, "/2/object")
    browser, fields = county.browser(), {"text": "合计不对", "contact": "老王家", "key": county.key()}
    first, again = (browser.post(path, data=fields) for _ in range(2))
    assert (first.status_code, again.headers["location"]) == (303, first.headers["location"])
    origin = county.app.journal.origin
    identity = derived("objection", origin, agent_id(origin), fields["key"])
    assert first.headers["location"].endswith(str(identity))


@pytest.mark.usefixtures("fresh")
def test_what_is_wrong_with_a_form_is_said_and_the_words_are_not_lost(told: tuple[County, str, UUID]) -> None:
    county, period, _ = told
    path = at(period, "/2/object")
    for fields, headers, status, said in (
        ({"text": "   "}, {}, 422, "还没有写内容"),
        ({"text": "话<b>", "website": "x"}, {}, 422, "防机器"),
        ({"text": "话" * 1_001}, {}, 422, "最多 1000 字"),
        ({"text": "话<b>"}, {"sec-fetch-site": "cross-site"}, 403, "不是从本站打开"),
    ):
        answer = sent(county, path, headers, **fields)
        assert (answer.status_code, said in answer.text) == (status, True), answer.text
        assert fields["text"].strip().replace("<", "&lt;").replace(">", "&gt;") in answer.text
    for _ in range(5):
        assert sent(county, path, text="话").status_code == 303
    refused = sent(county, path, text="第六条")
    assert (refused.status_code, "分钟" in refused.text, "第六条" in refused.text) == (429, True, True)


@pytest.mark.usefixtures("fresh")
def test_a_suggestion_goes_the_same_way(told: tuple[County, str, UUID]) -> None:
    county, _, _ = told
    answer = sent(county, f"/v/{VILLAGE}/suggest", text="村口装一盏灯", contact="")
    assert answer.status_code == 303, answer.text
    _, receipt = small(county, answer.headers["location"])
    assert "村口装一盏灯" not in receipt
    assert county.browser().get("/said/suggestion/nothing").status_code == 404
    assert county.browser().get(f"/said/objection/{UUID(int=5)}").status_code == 404


SMALL = """least => [...document.querySelectorAll('main *')].filter(node => [...node.childNodes].some(
    child => child.nodeType === 3 && child.data.trim()) && !node.closest('.chart, .trap, pre, .mono, .code')
    && parseFloat(getComputedStyle(node).fontSize) < least).map(node => node.outerHTML.slice(0, 90))"""
LOW = """() => [...document.querySelectorAll('main a, main button, main input, main textarea')].filter(
    node => node.type !== 'hidden' && !node.closest('.trap') && node.getBoundingClientRect().height < 59.5
    ).map(node => node.outerHTML.slice(0, 90))"""
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.usefixtures("fresh")
def test_an_old_villager_reads_and_objects_on_a_cheap_telephone(
    told: tuple[County, str, UUID], chromium: Browser
) -> None:
    """360 px wide, without JavaScript, in the large print, and once with nothing but the keyboard."""
    county, _, _ = told
    context = chromium.new_context(
        base_url=county.url, locale="zh-CN", viewport={"width": 360, "height": 740}, java_script_enabled=False
    )
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url.removeprefix(county.url)))
    page = context.new_page()

    def look(*, large: bool = True) -> None:
        """The page fits; its letters are large, and in the large print all that is touched is as well."""
        assert not page.evaluate(WIDE), page.url
        assert page.evaluate(SMALL, 21 if large else 18) == [], page.url
        assert page.evaluate(LOW) == [] or not large, page.url

    def press(name: str) -> None:
        with page.expect_navigation():
            page.get_by_role("link", name=name).first.click()

    page.goto(f"/v/{VILLAGE}")
    look(large=False)
    press("大字版")
    look()
    press("村务公开：正在公示和往期")
    look()
    press("奖励发放")
    look()
    assert page.locator("tbody tr").count() == 3
    page.get_by_label("找自己的一行").fill("22222222")
    with page.expect_navigation():
        page.get_by_role("button", name="查找").click()
    look()
    assert page.get_by_text("这一期没有 22222222 的行").is_visible()
    assert "22222222" not in page.url
    press("我有异议")
    look()
    page.get_by_label("哪里不对").fill("我那一笔没有")
    with page.expect_navigation():
        page.get_by_role("button", name="提交").click()
    look()
    assert "年" in page.locator(".lead").inner_text()
    assert page.get_by_text("您的异议已收到").is_visible()
    press("返回")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main"), "the first key leads past the head of the page"
    loaded = {path.partition("?")[0] for path in requests if not path.startswith(("/v/", "/said/"))}
    assert loaded <= {"/static/style.css", "/static/icon.svg"}
    context.close()


def test_nothing_can_be_sent_before_the_box_is_open(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.hearing.agent.agent_id", lambda origin: derived("agent", origin, "nobody"))
    answer = county.browser().get(f"/v/{VILLAGE}/suggest")
    assert (answer.status_code, "网上意见箱还没有开通" in answer.text) == (503, True)
