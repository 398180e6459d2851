"""Feeds: what a reader of Atom (RFC 4287) or RSS 2.0 must find, and an id that stays."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

from api.public.feeds import Feed, News, identity, written

AT = datetime(2026, 11, 3, 2, 4, 5, tzinfo=UTC)
EARLIER = datetime(2026, 10, 1, 0, 0, 0, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
NEWS = (
    News("disclosure/a@3", "城东村 10月 <财务>公开", "收入 1 元 & 支出 2 元\x08", "/v/1/disclosures/x/2026-10", AT),
    News("disclosure/b@3", "城东村 9月", "没有", "/v/1/disclosures/x/2026-09", EARLIER),
)
FEED = Feed(
    title="城东村 村务公开",
    author="横峰县",
    origin="mingzhang.example/361125",
    base_url="https://mz.example",
    address="/v/1/feed.atom",
    page="/v/1/disclosures",
    news=NEWS,
)


def test_atom_has_what_the_standard_demands() -> None:
    root = ElementTree.fromstring(written(FEED, "atom"))  # noqa: S314 - of our own making
    assert root.tag == f"{ATOM}feed"
    for name in ("title", "id", "updated"):
        assert len(root.findall(f"{ATOM}{name}")) == 1
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "横峰县"
    assert root.findtext(f"{ATOM}updated") == "2026-11-03T02:04:05Z"
    links = {one.get("rel"): one.get("href") for one in root.findall(f"{ATOM}link")}
    assert links == {"self": "https://mz.example/v/1/feed.atom", "alternate": "https://mz.example/v/1/disclosures"}
    first, second = root.findall(f"{ATOM}entry")
    assert first.findtext(f"{ATOM}title") == "城东村 10月 <财务>公开"
    assert first.findtext(f"{ATOM}summary") == "收入 1 元 & 支出 2 元\ufffd"
    assert first.findtext(f"{ATOM}id") == "tag:mingzhang.example,2026-11-03:361125/disclosure/a@3"
    assert second.findtext(f"{ATOM}updated") == "2026-10-01T00:00:00Z"


def test_rss_says_the_same() -> None:
    root = ElementTree.fromstring(written(FEED, "rss"))  # noqa: S314 - of our own making
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    items = root.findall("channel/item")
    assert [one.findtext("title") for one in items] == [one.title for one in NEWS]
    assert items[0].findtext("link") == "https://mz.example/v/1/disclosures/x/2026-10"
    assert parsedate_to_datetime(items[0].findtext("pubDate") or "") == AT
    guid = items[0].find("guid")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == (identity(FEED.origin, NEWS[0].name, AT), "false")


def test_a_feed_without_news_does_not_change_by_itself() -> None:
    empty = Feed("无", "县", "mingzhang.example/1", "https://mz.example", "/f", "/p", ())
    assert written(empty, "atom") == written(empty, "atom")
    assert b"<updated>2000-01-01T00:00:00Z</updated>" in written(empty, "atom")
