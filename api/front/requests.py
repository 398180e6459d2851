"""What somebody asks for, out of the bytes of his request as they still lie in the socket.

What must not be broken: only a plain question for a public page is recognised, one that everybody may ask in the same
words. Whoever sends a cookie, a key, a body, half a request or anything unusual is somebody for the program itself.
"""

import re
from dataclasses import dataclass
from typing import Final

from api.web.negotiating import takes_gzip

HEAD_BYTES_MAX: Final = 16 * 1024
"""A longer head is the program's affair."""

_END: Final = b"\r\n\r\n"
_LINE: Final = re.compile(rb"(GET|HEAD) (/(?:\?[!-~]*|(?:v|static)/[!-~]*)?) HTTP/1\.([01])")
_FIELD: Final = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t -~\x80-\xff]*)")
_FOR_THE_PROGRAM: Final = frozenset(
    {b"authorization", b"content-length", b"cookie", b"expect", b"transfer-encoding", b"upgrade"}
)

Key = tuple[bytes, bool]
"""Path and query as they were sent, and whether the reader takes it compressed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for a public page. `known`: the tags that the reader has; `last`: he asks nothing after it.

    `size`: how many bytes of the socket it is.
    """

    key: Key
    head: bool
    host: bytes
    known: str
    last: bool
    size: int


def read(seen: bytes) -> Asked | None:
    """The first question in `seen` (RFC 9112 section 3); None for whatever is not plainly one for a public page."""
    end = seen.find(_END)
    line, *fields = seen[: max(end, 0)].split(b"\r\n")
    asked = _LINE.fullmatch(line)
    if asked is None:
        return None
    told: dict[bytes, bytes] = {}
    for field in fields:
        found = _FIELD.fullmatch(field)
        if found is None or (name := found[1].lower()) in _FOR_THE_PROGRAM or (name == b"host" and name in told):
            return None
        told[name] = told[name] + b"," + found[2] if name in told else found[2]
    if b"host" not in told:
        return None
    method, target, minor = asked.groups()
    ends = {word.strip().lower() for word in told.get(b"connection", b"").split(b",")}
    return Asked(
        key=(target, takes_gzip(told.get(b"accept-encoding", b"").decode("latin-1"))),
        head=method == b"HEAD",
        host=told[b"host"],
        known=told.get(b"if-none-match", b"").decode("latin-1"),
        last=minor == b"0" or b"close" in ends,
        size=end + len(_END),
    )


def question(asked: Asked) -> bytes:
    """What the program is asked: for the whole page, by nobody in particular, and nothing after it (HTTP/1.0)."""
    target, gzip = asked.key
    coding = b"gzip" if gzip else b"identity"
    return b"GET %s HTTP/1.0\r\nhost: %s\r\naccept-encoding: %s\r\n\r\n" % (target, asked.host, coding)
