"""After something was changed here, the door is told what it may not hand out as it was before.

What must not be broken: it knows before whoever changed something hears that he did; what was taken down or erased here
is handed out to nobody after that. A refused form changes nothing, and so nothing is said. Of what is changed by a
program or a command line pages tell as soon as `api.front.answers` says.
"""

import re
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.front.lane import CHANGED, EVERYTHING

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_A_PLACE: Final = re.compile(r"/v/[^/]+")
_LOOKS_FOR: Final = re.compile(r"/v/[^/]+/(?:find|disclosures/[^/]+/[^/]+/[^/]+)")
"""What somebody looks for goes by a form, so that it stands in no address."""
_TAKES_AWAY: Final = re.compile(r"/(?:staff|api/v1)/(?:disclosures/.*|.*/erasure)(?<!/check)(?<!/computations)")
"""What takes something down, puts another version in its place, or erases somebody or his words."""
_BY_PROGRAMS: Final = re.compile(r"/(?:api|open311)/.*|.*/check")
"""Programs can wait; and what was only looked at before it is done has changed nothing yet."""


class Telling:
    """ASGI middleware. `tell` says something to the door, in words of `api.front.lane`."""

    def __init__(self, app: ASGIApp, *, tell: Callable[[bytes], None]) -> None:
        self._app, self._tell = app, tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; what only reads is passed on."""
        told = changed_by(scope["path"]) if scope["type"] == "http" and scope["method"] not in _READING else None
        if told is None:
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                self._tell(told)
            await send(message)

        await self._app(scope, receive, sending)


def changed_by(path: str) -> bytes | None:
    """What a form or command at a path means for public pages: those of its village, all, or such as can wait."""
    if _LOOKS_FOR.fullmatch(path):
        return None
    if found := _OF_A_PLACE.match(path):
        return found[0].encode()
    if _TAKES_AWAY.fullmatch(path):
        return EVERYTHING
    return None if _BY_PROGRAMS.fullmatch(path) else CHANGED
