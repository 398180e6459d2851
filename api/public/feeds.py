"""News of a place for a feed reader: the same list as Atom (RFC 4287) and as RSS 2.0.

What must not be broken: an entry's id never changes, however often it is read; nothing of a person is in a feed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

Form = Literal["atom", "rss"]
MEDIA_TYPES: Final = {"atom": "application/atom+xml; charset=utf-8", "rss": "application/rss+xml; charset=utf-8"}

# What XML 1.0 cannot carry, not even escaped (section 2.2).
_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When a feed without entries was changed last: RFC 4287 wants a moment, and it must not move."""


@dataclass(frozen=True, slots=True)
class News:
    """One entry: `name` is the event that it tells of and its id for ever, `address` a path of ours."""

    name: str
    title: str
    summary: str
    address: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed is of: its own address and that of its page (paths), below `base_url`; `origin` is the log's."""

    title: str
    author: str
    origin: str
    base_url: str
    address: str
    page: str
    news: Sequence[News]

    @property
    def updated(self) -> datetime:
        """The latest entry's moment."""
        return max((one.at for one in self.news), default=_BEGINNING)


def written(feed: Feed, form: Form) -> bytes:
    """The feed as UTF-8 XML."""
    lines = _atom(feed) if form == "atom" else _rss(feed)
    return ('<?xml version="1.0" encoding="utf-8"?>\n' + "\n".join(lines) + "\n").encode()


def identity(origin: str, name: str, at: datetime) -> str:
    """A tag URI (RFC 4151) of an event of this log: `tag:mingzhang.example,2026-11-23:361125/disclosure/…@3`."""
    host, _, rest = origin.partition("/")
    return f"tag:{host},{at.astimezone(UTC):%Y-%m-%d}:{rest}/{name}"


def _atom(feed: Feed) -> Iterator[str]:
    yield '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">'
    yield f"<title>{_text(feed.title)}</title>"
    yield f"<id>{_text(identity(feed.origin, 'feed' + feed.page, _BEGINNING))}</id>"
    yield f"<updated>{_moment(feed.updated)}</updated>"
    yield f"<author><name>{_text(feed.author)}</name></author>"
    yield f'<link rel="self" type="application/atom+xml" href={_quoted(feed.base_url + feed.address)}/>'
    yield f'<link rel="alternate" type="text/html" href={_quoted(feed.base_url + feed.page)}/>'
    for one in feed.news:
        yield "<entry>"
        yield f"<title>{_text(one.title)}</title>"
        yield f"<id>{_text(identity(feed.origin, one.name, one.at))}</id>"
        yield f"<updated>{_moment(one.at)}</updated>"
        yield f'<link rel="alternate" type="text/html" href={_quoted(feed.base_url + one.address)}/>'
        yield f"<summary>{_text(one.summary)}</summary>"
        yield "</entry>"
    yield "</feed>"


def _rss(feed: Feed) -> Iterator[str]:
    yield '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
    yield f"<title>{_text(feed.title)}</title>"
    yield f"<link>{_text(feed.base_url + feed.page)}</link>"
    yield f"<description>{_text(feed.title)}</description>"
    yield "<language>zh-CN</language>"
    yield f"<lastBuildDate>{format_datetime(feed.updated.astimezone(UTC), usegmt=True)}</lastBuildDate>"
    yield f'<atom:link rel="self" type="application/rss+xml" href={_quoted(feed.base_url + feed.address)}/>'
    for one in feed.news:
        yield "<item>"
        yield f"<title>{_text(one.title)}</title>"
        yield f"<link>{_text(feed.base_url + one.address)}</link>"
        yield f'<guid isPermaLink="false">{_text(identity(feed.origin, one.name, one.at))}</guid>'
        yield f"<pubDate>{format_datetime(one.at.astimezone(UTC), usegmt=True)}</pubDate>"
        yield f"<description>{_text(one.summary)}</description>"
        yield "</item>"
    yield "</channel></rss>"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(value: str) -> str:
    return escape(_NOT_IN_XML.sub("\ufffd", value))


def _quoted(value: str) -> str:
    return quoteattr(_NOT_IN_XML.sub("\ufffd", value))
