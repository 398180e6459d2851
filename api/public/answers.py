"""A public page on its way out: compressed, under a tag that changes with its content, kept by caches for a minute."""

import gzip
import hashlib
from typing import Final

from fastapi import Request, Response

CACHE: Final = "public, max-age=60"


def page(request: Request, html: str) -> Response:
    """The page, or 304 where the reader has exactly it already (RFC 9110 section 13.1.2)."""
    content = html.encode()
    # Weak: the same page is sent compressed or not.
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": CACHE, "vary": "accept-encoding"}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        content = gzip.compress(content, compresslevel=6, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(content, media_type="text/html", headers=headers)


def _has(if_none_match: str, tag: str) -> bool:
    tags = {known.strip() for known in if_none_match.split(",")}
    return "*" in tags or tag in tags or tag.removeprefix("W/") in tags


def _takes_gzip(accept_encoding: str) -> bool:
    for offer in accept_encoding.lower().split(","):
        coding, _, quality = offer.replace(" ", "").partition(";q=")
        if coding in ("gzip", "*"):
            return quality not in ("0", "0.0", "0.00", "0.000")
    return False
