"""Drawings: each bar has its words, none runs out of the picture, and nothing is drawn of one figure alone."""

import re
from xml.etree import ElementTree

import pytest

from api.public.charts import BARS_MAX, WIDTH, Bar, Chart


def test_every_bar_says_what_it_is_and_how_much() -> None:
    svg = Chart([Bar("支出<办公>", 300, "3.00 元"), Bar("收入", -150, "-1.50 元"), Bar("没有", 0, "0")], "收支").svg()
    root = ElementTree.fromstring(svg)  # noqa: S314 - of our own making
    texts = ["".join(node.itertext()) for node in root.iter() if node.tag.endswith("text")]
    assert texts == ["支出<办公>", "3.00 元", "收入", "-1.50 元"]
    rects = [node for node in root.iter() if node.tag.endswith("rect")]
    assert [node.get("class") for node in rects] == [None, "minus"]
    assert [int(node.get("width", "")) for node in rects] == [WIDTH, WIDTH // 2 - 2]
    assert root.get("role") == "img"
    assert "支出<办公> 3.00 元；收入 -1.50 元" in (root.get("aria-label") or "")


@pytest.mark.parametrize("large", [False, True])
def test_it_is_no_higher_than_its_bars_and_draws_no_more_than_fit(large: bool) -> None:
    svg = Chart([Bar(f"第{n}项的名字很长很长很长", n, str(n)) for n in range(1, 40)], "多").svg(large)
    assert svg.count("<rect") == BARS_MAX
    (height,) = (int(found) for found in re.findall(rf'viewBox="0 0 {WIDTH} (\d+)"', svg))
    bottoms = [int(y) + int(h) for y, h in re.findall(r'<rect[^>]* y="(\d+)"[^>]* height="(\d+)"', svg)]
    assert bottoms[-1] <= height
    lines = [int(y) for y in re.findall(r'<text[^>]* y="(\d+)"', svg)]
    assert (lines[0] == lines[1]) is not large, "in large print label and figure have a line each"
    assert all(earlier < label for earlier, label in zip(bottoms, lines[2::2], strict=False))
    assert "style=" not in svg, "the policy of public pages allows no style within a page"


def test_one_figure_alone_is_not_drawn() -> None:
    assert Chart([], "无").svg() == ""
    assert Chart([Bar("一", 5, "5"), Bar("二", 0, "0")], "一").svg() == ""
