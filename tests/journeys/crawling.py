"""Everything that the public can fetch, fetched by following links as a reader without JavaScript does.

What must not be broken: a link to a public page, file, feed, sheet or tile that stands in a public page is followed;
what is only for staff is not.
"""

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Final

import httpx

from api.context import App

LINK: Final = re.compile(r'(?:href|src|action)="(/[^"#]*)')
ADDRESS: Final = re.compile(r"(?:<link[^>]* href=\"|<link>)https?://[^/]+(/[^\"<]*)")
STAFF: Final = re.compile(r"^/(staff|report|api/v1)\b")
RUNS: Final = re.compile(r"[0-9]{8,}|[^\x00-\x7f]{2,}")
"""Long numbers, and words that are not Latin: what personal values of this county are made of."""
PART_CHARS: Final = 12
PDF: Final = "application/pdf"
KEPT: Final = "SELECT commitment, kind FROM vault.personal_values"


@dataclass(frozen=True, slots=True)
class Got:
    """One answer: `wire_bytes` as it came, compressed where that was offered; `text` is what can be read of it."""

    path: str
    status: int
    media_type: str
    wire_bytes: int
    text: str

    @property
    def is_page(self) -> bool:
        """Whether a browser shows it as a page."""
        return self.media_type.startswith("text/html")


def pdf_text(content: bytes) -> str:
    """What can be read in a PDF, by poppler's `pdftotext`: as it is laid out, and in the order in which it was drawn.

    The second without the gaps and ends of lines that typesetting puts into a word: a name that is broken over two
    lines is still a name.
    """
    laid_out, drawn = (
        subprocess.run(["pdftotext", *how, "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
        for how in ([], ["-raw"])
    )
    return f"{laid_out}\n{''.join(drawn.split())}"


def fetched(client: httpx.Client, path: str) -> Got:
    """One address; of a PDF, its text."""
    with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
        media_type = answer.headers.get("content-type", "")
        content = httpx.Response(200, headers=answer.headers, content=raw).content
    text = pdf_text(content) if media_type == PDF else content.decode("utf-8", "replace")
    return Got(path, answer.status_code, media_type, len(raw), text)


def crawled(client: httpx.Client, begin: Iterable[str], follow: Callable[[str], bool]) -> Iterator[Got]:
    """Every answer that links lead to from `begin`, each address once; `follow` says which links to take."""
    waiting = list(begin)
    seen = set(waiting)
    while waiting:
        got = fetched(client, waiting.pop(0))
        yield got
        links = [unescape(link) for link in LINK.findall(got.text) if got.is_page]
        links += [unescape(link) for link in ADDRESS.findall(got.text) if "xml" in got.media_type]
        new = [link for link in dict.fromkeys(links) if link not in seen and not STAFF.match(link) and follow(link)]
        waiting += new
        seen.update(new)


def personal_values(app: App) -> dict[str, set[str]]:
    """Every value that the vault keeps, by its kind; what stands for a bank is nobody's."""
    with app.writing.connection() as conn:
        kinds = {bytes(commitment).hex(): kind for commitment, kind in conn.execute(KEPT).fetchall()}
    opened = app.vault.open(kinds, by="test", reason="test.crawl")
    found: dict[str, set[str]] = {}
    for commitment, value in opened.items():
        if kinds[commitment] != "account_bank":
            found.setdefault(kinds[commitment], set()).add(value)
    return found


def told_in(words: str, values: Iterable[str]) -> set[str]:
    """The values of which a part can be read: a name or a number as it is, of longer texts the beginning."""
    return {value for value in values if any(run[:PART_CHARS] in words for run in RUNS.findall(value))}


def words_of(texts: Iterable[str]) -> str:
    """All that could be a personal value in texts, each once: what to look for names and numbers in."""
    return "\n".join(sorted({run for text in texts for run in RUNS.findall(text)}))


def log_files(folder: Path) -> Iterator[str]:
    """Every file of a published log: checkpoints, tiles, entries, as whoever fetches them all reads them."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.read_bytes().decode("utf-8", "replace")
