"""What programs that collect pages for search engines are asked to leave alone.

What must not be broken: pages with names or codes are not in it, for whoever may not fetch them would never read on
them that they are not to be listed (`api.web.frame`).
"""

from typing import Final

from fastapi import Request, Response

from api.web.cached import GET, cached
from api.web.routes import Routes

ROBOTS: Final = b"User-agent: *\nDisallow: /api/\nDisallow: /open311/\nDisallow: /staff\n"
CACHE: Final = "public, max-age=86400"

router = Routes(include_in_schema=False, though_broken=True)


@router.api_route("/robots.txt", methods=GET)
def robots(request: Request) -> Response:
    """The file (RFC 9309)."""
    return cached(request, ROBOTS, media_type="text/plain", cache_control=CACHE)
