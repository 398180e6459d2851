"""A public page on its way out: compressed, under a tag that changes with its content, kept by caches for a minute."""

from typing import Final

from fastapi import Request, Response

from api.web.cached import cached

CACHE: Final = "public, max-age=60"


def page(request: Request, html: str) -> Response:
    """The page, or 304 where the reader has exactly it already."""
    return cached(request, html.encode(), media_type="text/html", cache_control=CACHE)
