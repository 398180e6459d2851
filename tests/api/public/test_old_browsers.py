"""What public pages are made of, a browser of 2018 knows: WeChat's own was Chromium 57 to 66 then."""

import re
from pathlib import Path

import pytest

from api.web.templates import HERE, STYLE

TEMPLATES = [HERE / "templates" / "page.html", *sorted((HERE / "templates" / "public").glob("*.html"))]

UNKNOWN_THEN = {
    r":has\(": "Chromium 105",
    r":(is|where)\(": "88",
    r"\b(min|max|clamp)\([0-9]": "79",
    r"\baspect-ratio\b": "88",
    r"\binset\b\s*:(?!.*shadow)": "87",
    r"\binset-": "87",
    r"@layer|@container|@property": "99",
    r"\bcolor-mix\(|\boklch\(": "111",
    r"\b(dvh|svh|lvh)\b": "108",
    r"\bmargin-(inline|block)\b|\bpadding-(inline|block)\b": "87",
    r"\bplace-(items|content)\b": "59",
    r"\bgap\s*:[^;]*;[^}]*display:\s*flex": "84",
}
"""What a stylesheet must not need -> since which Chromium it is known."""
STAFF_ONLY = re.compile(r"^(?:header\.bar|\.beside|form\.step|\.thumbs|\.photos|label\.choice|\.outbox|\.goods)")


def rules() -> list[str]:
    """The stylesheet's rules, those of staff pages left out."""
    text = re.sub(r"/\*.*?\*/", "", STYLE.read_text("utf-8"), flags=re.DOTALL)
    return [rule.strip() for rule in text.split("\n") if rule.strip() and not STAFF_ONLY.match(rule.strip())]


@pytest.mark.parametrize("pattern", UNKNOWN_THEN)
def test_the_stylesheet_needs_nothing_newer(pattern: str) -> None:
    assert [rule for rule in rules() if re.search(pattern, rule)] == []


def test_what_is_laid_out_in_a_grid_can_be_read_without_one() -> None:
    """The cells stand in the order of reading, and nothing is placed by a line's name or number."""
    assert not re.search(r"grid-(area|row|column)(-|\s*:)", STYLE.read_text("utf-8"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_public_page_needs_a_script_or_a_style_of_its_own(template: Path) -> None:
    text = template.read_text("utf-8")
    assert not re.search(r"<script|\bon[a-z]+=\"|\bstyle=\"|<(dialog|details|template|picture)\b", text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), "nothing is fetched from elsewhere"
