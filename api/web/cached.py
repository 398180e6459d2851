"""An answer that caches may keep: under a tag of its content, compressed where that helps, or 304 for who has it."""

import gzip
import hashlib

from fastapi import Request, Response

from api.web.negotiating import has_tag, takes_gzip

GET = ["GET", "HEAD"]
"""Whoever may read may also ask whether it is there (RFC 9110 section 9.3.2)."""


def cached(request: Request, content: bytes, *, media_type: str, cache_control: str, compress: bool = True) -> Response:
    """The content, or 304 where the reader has exactly it already (RFC 9110 section 13.1.2)."""
    # Weak: the same content is sent compressed or not.
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": cache_control, "vary": "accept-encoding"}
    if has_tag(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    if compress and takes_gzip(request.headers.get("accept-encoding", "")):
        content = gzip.compress(content, compresslevel=6, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(content, media_type=media_type, headers=headers)
