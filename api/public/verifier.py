"""The checking page as this journal gives it: a rehearsal's copy says so at its head, also when it is carried away.

The file itself stays one static page; nothing else of it is changed.
"""

from fastapi import Request, Response

from api.public.months import Read
from api.web.cached import GET, cached
from api.web.frame import VERIFIER
from api.web.routes import Routes
from api.web.templates import STATIC

router = Routes(include_in_schema=False, though_broken=True)

_HEAD = '<main id="main">'
_BANNER = '<div class="rehearsal" role="note">演练 · 不是真实账本，没有真实付款</div>\n'


@router.api_route(VERIFIER, methods=GET)
def verifier(request: Request, read: Read) -> Response:
    """The page, with the banner of a rehearsal before its text."""
    html = (STATIC / "verify.html").read_text("utf-8")
    shown = html.replace(_HEAD, _BANNER + _HEAD, 1) if read.identity.rehearsal else html
    return cached(request, shown.encode(), media_type="text/html", cache_control="no-cache")
