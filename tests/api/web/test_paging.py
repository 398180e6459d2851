"""Long lists: which of how many are shown, and that following 下一页 reaches every row exactly once."""

import re
from datetime import UTC, datetime
from html import unescape
from uuid import UUID

import pytest

from api.web.paging import Shown, query, read_key, read_moment, write_key
from domain.kernel.refusals import Refusal

MOMENT, ONE = datetime(2026, 11, 3, 8, 30, tzinfo=UTC), UUID(int=7)


@pytest.mark.parametrize(
    ("shown", "text", "more"),
    [
        (Shown(312, 51, 50), "共 312 条，第 51–100 条", True),
        (Shown(312, 301, 12), "共 312 条，第 301–312 条", False),
        (Shown(12, 1, 12), "共 12 条", False),
        (Shown(0, 1, 0), "共 0 条", False),
        (Shown(5_000, 1, 50), "共 5,000 条，第 1–50 条", True),
        (Shown(50, 51, 0), "共 50 条", False),
    ],
)
def test_which_of_how_many(shown: Shown, text: str, more: bool) -> None:
    assert (shown.text, shown.more) == (text, more)


def test_a_key_comes_back_as_it_was_written() -> None:
    assert read_moment(write_key(MOMENT, ONE)) == (MOMENT, ONE)
    assert read_moment(None) is None
    assert re.fullmatch(r"[A-Za-z0-9_-]+", write_key(MOMENT, ONE, "handle"))
    assert query(act="", area="361125", after=3, soon=None) == "?area=361125&after=3"


@pytest.mark.parametrize(
    "text",
    ["x", "!!", write_key(1), write_key("x", ONE), write_key("2026-11-03T08:30:00", ONE), write_key(MOMENT, "y")],
)
def test_what_we_did_not_write_is_no_page(text: str) -> None:
    with pytest.raises(Refusal, match=r"page\.unknown"):
        read_moment(text)
    with pytest.raises(Refusal, match=r"page\.unknown"):
        read_key(text, size=3)


def next_page(html: str) -> str | None:
    found = re.search(r'<a[^>]*rel="next"[^>]*href="([^"]+)"|<a[^>]*href="([^"]+)"[^>]*rel="next"', html)
    return unescape(found[1] or found[2]) if found else None
