"""What a villager reads: true to the ledger, masked, small, cached, and saying plainly what is not there."""

import gzip
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

import api.public
from api.commands.shared import today
from api.publishing import publisher_of, signed_last
from api.web.frame import HEADERS
from domain.kernel.calendar import month_of, next_month
from domain.kernel.money import yuan
from journal.checkpoint import open_checkpoint
from projections import reward_payments
from tests.api.web.county import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, County


@pytest.fixture(scope="module")
def paid(county: County) -> County:
    """A county with rewards of three people in one village."""
    for member in ("zhangjianguo", "zhangjianguo", "ouyang", "liuyang"):
        county.rewarded(by=member)
    publisher = publisher_of(county.app, last=signed_last(county.app))
    with publisher.claimed():
        publisher.publish()
    return county


EARNED = """
INSERT INTO read.reward_payments (reward_id, incident_id, payee_id, division, category, sensitive,
    amount_fen, accrual_month, budget_id, granted_on, log_index, scheduled)
VALUES (gen_random_uuid(), gen_random_uuid(), %s, %s, 'x', %s, %s, %s, gen_random_uuid(), now(), %s, false)
"""


def month_page(county: County, division: str = VILLAGE, query: str = "") -> httpx.Response:
    return county.browser().get(f"/v/{division}/rewards/{county.month}{query}")


def test_one_sentence_first_then_every_row_then_how_to_check(paid: County) -> None:
    page = month_page(paid)
    assert page.status_code == 200
    text = re.sub(r"<[^>]+>", "", page.text)
    sentence, rows, check = text.index("共奖励 40.00 元，给 3 人"), text.index("张*国"), text.index("怎样核对")
    assert sentence < rows < check
    assert "还没有全部到账" in text
    assert "尚无外部见证" in text
    assert "mingzhang verify" in text
    assert "0793-5780000" in text
    for name in ("张建国", "欧阳明月", "刘洋"):
        assert name not in text
    for masked, state in (("张*国", "✘ 未到账"), ("欧阳**", "✘ 未到账"), ("刘*", "✘ 未到账")):
        row = next(line for line in page.text.splitlines() if masked in line)
        assert state in row
    assert str(paid.people["ouyang"].person_id) not in page.text


def test_the_page_says_what_the_ledger_says(paid: County) -> None:
    """Public totals are the ledger's: the sum of what is owed to payees at the stated position."""
    page = month_page(paid, COUNTY)
    with paid.app.reading.connection() as conn:
        found = reward_payments.for_month(conn, COUNTY, paid.month)
    with paid.app.writing.connection() as conn:
        row = conn.execute("SELECT -sum(amount) FROM journal.balances WHERE account LIKE 'fin:2307:payee:%'").fetchone()
    assert row is not None
    assert found.total.amount_fen == row[0]
    assert f"共奖励 <b>{yuan(int(row[0]))} 元</b>" in page.text
    assert f"前 <b>{found.position}</b> 条记录" in page.text


def test_the_checkpoint_is_the_one_that_was_published(paid: County) -> None:
    signed = paid.browser().get("/log/checkpoint")
    head = open_checkpoint(signed.content, log_key=paid.app.log_key)
    page = month_page(paid)
    assert f"{head.size} 条记录" in page.text
    assert signed.text.splitlines()[2] in page.text.replace("&#43;", "+").replace("&#61;", "=")


@pytest.mark.parametrize(
    "path",
    [
        f"/v/{VILLAGE}/rewards/2026-13",
        f"/v/{VILLAGE}/rewards/2026-1",
        f"/v/{VILLAGE}/rewards/二零二六",
        "/v/361125001999/rewards/2026-01",
        "/v/000000000000",
        "/v/360000000000",
        "/v/3611250012",
        "/v/%00",
        "/nothing",
        "/static/../server.py",
        "/static/%00",
    ],
)
def test_what_is_not_there_is_a_page_with_a_sentence(county: County, path: str) -> None:
    answer = county.browser().get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "没有这一页。请核对网址，或从首页进入。" in answer.text


def test_a_month_without_rewards_says_so(county: County) -> None:
    answer = county.browser().get(f"/v/{OTHER_TOWNSHIP}/rewards/2021-01")
    assert answer.status_code == 200
    assert "没有应发的奖励" in answer.text
    coming = county.browser().get(f"/v/{OTHER_TOWNSHIP}/rewards/2098-01").text
    assert "2098年1月还没有开始。" in coming
    assert "没有应发的奖励" not in coming
    running = county.browser().get(f"/v/{OTHER_TOWNSHIP}/rewards/{month_of(today(county.app))}").text
    assert "还没有过完，到现在这里没有应发的奖励。" in running


def test_a_month_page_says_that_nobody_reviewed_it(paid: County) -> None:
    text = re.sub(r"<[^>]+>", "", month_page(paid).text)
    assert "这一页由账本直接算出，没有经村务监督委员会审核。审核后张贴的公开内容：还没有张贴。" in text
    told = paid.browser().get(f"/v/{VILLAGE}/rewards/{paid.month}/data/page.json").json()
    assert (told["reviewed"], told["posted"]) == (False, [])


def test_search_engines_list_no_page_with_names(paid: County) -> None:
    browser = paid.browser()
    for path in (f"/v/{VILLAGE}/rewards/{paid.month}", f"/v/{VILLAGE}/incidents", f"/v/{VILLAGE}/feed.atom", "/t"):
        assert browser.get(path).headers["x-robots-tag"] == "noindex, noarchive", path
    for path in ("/", f"/v/{VILLAGE}", "/robots.txt"):
        assert "x-robots-tag" not in browser.get(path).headers, path
    robots = browser.get("/robots.txt")
    assert robots.headers["content-type"].startswith("text/plain")
    assert "Disallow: /v" not in robots.text, "what may not be fetched cannot say that it is not to be listed"


def test_the_title_of_an_error_is_a_whole_sentence(county: County) -> None:
    title = re.search(r"<title>(.*?)</title>", county.browser().get("/nothing").text)
    assert title is not None
    assert title[1] == "没有这一页 · 明账"


def test_the_same_page_is_sent_once(paid: County) -> None:
    first = month_page(paid)
    tag = first.headers["etag"]
    client = paid.browser()
    path = f"/v/{VILLAGE}/rewards/{paid.month}"
    for known in (tag, f'"x", {tag}', "*", tag.removeprefix("W/")):
        again = client.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers={"if-none-match": '"x"'}).status_code == 200
    paid.rewarded()
    assert client.get(path, headers={"if-none-match": tag}).status_code == 200


def test_a_page_is_cacheable_compressed_and_shut(paid: County) -> None:
    client = paid.browser()
    path = f"/v/{VILLAGE}/rewards/{paid.month}"
    with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    plain = client.get(path, headers={"accept-encoding": "identity"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content
    assert plain.headers["cache-control"] == "public, max-age=60"
    assert plain.headers["vary"] == "accept-encoding"
    assert "set-cookie" not in plain.headers
    for name, value in HEADERS.items():
        assert plain.headers[name] == value
    assert "default-src 'none'; style-src 'self'" in plain.headers["content-security-policy"]
    assert "<script" not in plain.text
    assert client.get(path, headers={"accept-encoding": "gzip;q=0"}).headers.get("content-encoding") is None


def test_the_stylesheet_is_small_and_kept(county: County) -> None:
    page = county.browser().get("/")
    address = re.search(r'href="(/static/style\.css\?v=[0-9a-f]+)"', page.text)
    assert address is not None
    style = county.browser().get(address[1])
    assert len(style.content) <= 10_240
    assert "immutable" in style.headers["cache-control"]
    assert "http" not in style.text, "nothing is fetched from elsewhere"


def test_home_lists_months_and_places(paid: County) -> None:
    page = paid.browser().get("/").text
    assert f'href="/v/{COUNTY}/rewards/{paid.month}"' in page
    assert f'href="/v/{TOWNSHIP}"' in page
    assert f'href="/v/{VILLAGE}"' not in page, "villages are listed under their township"
    assert f'href="/v/{VILLAGE}"' in paid.browser().get(f"/v/{TOWNSHIP}").text
    assert "演练" not in page


@pytest.fixture
def many(paid: County) -> Iterator[str]:
    """Three hundred payees in a month of their own, put straight into the read model and its masks."""
    month = next_month(paid.month)
    people = "SELECT gen_random_uuid() AS person_id, n FROM generate_series(1, 300) n"
    with psycopg.connect(paid.app.access.owner, autocommit=True) as conn:
        conn.execute(f"CREATE TABLE public.people AS {people}")
        conn.execute(
            "INSERT INTO vault.person_keys SELECT person_id, decode(md5(random()::text), 'hex') FROM public.people"
        )
        conn.execute(
            "INSERT INTO vault.masks SELECT person_id, chr(19968 + n * 37) || '*' || chr(20000 + n * 53)"
            " FROM public.people"
        )
        rows = conn.execute("SELECT person_id, n FROM public.people").fetchall()
        conn.execute("DROP TABLE public.people")
    with psycopg.connect(paid.app.access.projector, autocommit=True) as conn:
        with conn.cursor() as cursor:
            cursor.executemany(
                EARNED, [(person, VILLAGE, False, 500 + 100 * (n % 16), month, 10_000 + n) for person, n in rows]
            )
        yield month
        conn.execute("DELETE FROM read.reward_payments WHERE accrual_month = %s", (month,))


def test_names_come_down_and_few_sensitive_rewards_are_in_no_figure(paid: County) -> None:
    """Of a month long ago the sums stay; two rewards of sensitive reports cannot be had by taking away."""
    month, known = "2019-07", [paid.people[who].person_id for who in ("zhangjianguo", "ouyang", "liuyang")]
    with psycopg.connect(paid.app.access.projector, autocommit=True) as conn:
        for n, (person, sensitive) in enumerate(zip(known, (False, True, True), strict=True)):
            conn.execute(EARNED, (person, VILLAGE, sensitive, 1_000, month, 20_000 + n))
        try:
            answer = paid.browser().get(f"/v/{VILLAGE}/rewards/{month}")
            taken = paid.browser().get(f"/v/{VILLAGE}/rewards/{month}/data/rewards.csv")
            listed = paid.browser().get(f"/v/{VILLAGE}/data/page.json").json()["tables"]["months"]
            conn.execute(EARNED, (known[0], VILLAGE, True, 1_000, month, 20_003))
            enough = paid.browser().get(f"/v/{VILLAGE}/rewards/{month}").text
        finally:
            conn.execute("DELETE FROM read.reward_payments WHERE accrual_month = %s", (month,))
    text = re.sub(r"<[^>]+>", "", answer.text)
    assert answer.status_code == 200
    assert "名单已从本页撤下" in text
    assert "张*国" not in text
    assert "共奖励 10.00 元，给 1 人（1 条有效信息）" in text
    assert "涉及隐私的奖励少于 3 条的（按每个村、每个月），不列出，也不计入合计" in text
    assert (taken.status_code, taken.headers["content-type"]) == (410, "application/problem+json")
    assert taken.json()["facts"]["page"] == f"/v/{VILLAGE}/rewards/{month}"
    assert [(row["count"], row["amount_fen"]) for row in listed if row["month"] == month] == [(1, 1_000)]
    assert "共奖励 40.00 元（4 条有效信息），列名的 1 人" in re.sub(r"<[^>]+>", "", enough)


def test_three_hundred_rows_fit_ten_kilobytes(paid: County, many: str) -> None:
    client = paid.browser()
    with client.stream("GET", f"/v/{VILLAGE}/rewards/{many}", headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert gzip.decompress(raw).count(b"<tr><td>") == 300
    assert len(raw) <= 10_240


def test_public_pages_cannot_reach_a_command() -> None:
    """Nor the writer: importing every public module loads neither, also not by a detour."""
    forbidden = ("api.commands", "api.context", "journal.writer", "journal.journal", "journal.store", "eventsourcing")
    modules = ", ".join(f"api.public.{one.stem}" for one in Path(api.public.__path__[0]).glob("[a-z]*.py"))
    code = f"import sys, {modules};print([name for name in sys.modules if name.startswith({forbidden!r})])"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert loaded.strip() == "[]"


def test_a_stopped_read_model_shows_no_old_figures(paid: County) -> None:
    stop = (
        "UPDATE read.positions SET stopped_event = 'reward/x@1', stopped_error = 'test', stopped_at = now()"
        " WHERE model = 'reward_payments'"
    )
    go_on = "UPDATE read.positions SET stopped_event = NULL, stopped_error = NULL, stopped_at = NULL"
    with psycopg.connect(paid.app.access.projector, autocommit=True) as conn:
        conn.execute(stop)
        try:
            answer = month_page(paid)
            assert answer.status_code == 503
            assert "账本校验未通过，已停止" in answer.text
            assert "0793-5780000" in answer.text
            assert answer.headers["cache-control"] == "no-store"
            health = paid.browser().get("/healthz")
            assert (health.status_code, health.json()["status"]) == (503, "stopped")
        finally:
            conn.execute(go_on)
    assert month_page(paid).status_code == 200
    assert paid.browser().get("/healthz").json()["status"] == "ok"


def test_the_verifier_may_run_its_own_scripts_and_is_never_an_old_copy(paid: County) -> None:
    """Every other page keeps the policy without scripts."""
    browser = paid.browser()
    page = browser.get("/static/verify.html")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    scripts = re.findall(r'<script[^>]*src="([^"]+)"', page.text)
    assert scripts
    for address in ("verify.html", *scripts):
        assert browser.get(f"/static/{address}").headers["cache-control"] == "no-cache"
    assert "script-src" not in browser.get("/").headers["content-security-policy"]
    assert "/static/verify.html" in month_page(paid).text
