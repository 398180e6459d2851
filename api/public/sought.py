"""What somebody looks for on public pages: his own number, or what stands beside a row.

What must not be broken: his own number leads to all his rows, and so it goes into no address that we write, no copy on
the way and no other site's log; whoever tries numbers has to wait.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Form, Query, Request, Response

from api.public.answers import page
from api.public.reading import Reading
from api.web.cached import cached
from domain.kernel.documents import REFERENCE_CHARS
from domain.kernel.places import Division
from domain.kernel.references import LINE_LENGTH, References
from domain.kernel.refusals import Refusal
from domain.kernel.short_codes import read_code

REF_MAX: Final = 64
PRIVATE: Final = "no-store"
NOT_TOLD: Final = {"referrer-policy": "no-referrer"}

Asked = Annotated[str | None, Query(max_length=REF_MAX)]
"""In an address: what stands beside a row may be handed on as a link."""
Sent = Annotated[str, Form(max_length=REF_MAX)]
"""By a form: it stands in no address."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What was typed, and as what it can be read: one's own number, what pages show beside a row, or (`early`) what
    they showed from before references were secret, eight hexadecimal digits.
    """

    text: str
    own: str | None
    line: str | None
    early: str | None
    _of_kind: dict[tuple[Division, str], tuple[str, ...]] = field(default_factory=dict, repr=False)
    """Made once for all periods of a kind and place."""

    def stands(self, references: References, *, division: Division, kind: str, period: str) -> Collection[str]:
        """What may stand beside the rows that are looked for, in a disclosure."""
        if self.own is None:
            return {one for one in (self.line, self.early) if one is not None}
        if (division, kind) not in self._of_kind:
            self._of_kind[division, kind] = references.lines_of_kind(self.own, division=division, kind=kind)
        made = references.lines(self.own, division=division, kind=kind, period=period)
        return {*made, *self._of_kind[division, kind], *([self.early] if self.early else ())}

    def require_patience(self, request: Request, read: Reading) -> None:
        """Refuse `tracking.too_often` to whoever has tried too many numbers that are nobody's."""
        wait_s = read.guesses.wait_s(self.text, _address(request)) if self.own is not None else 0
        if wait_s > 0:
            raise Refusal("tracking.too_often", minutes=math.ceil(wait_s / 60))

    def found_nothing(self, request: Request, read: Reading) -> None:
        """It was perhaps a guess. What stands beside a row is public, and nobody gains by guessing it."""
        if self.own is not None:
            read.guesses.failed(self.text, _address(request))


def sought(text: str | None) -> Sought | None:
    """What somebody typed; None for nothing."""
    typed = " ".join((text or "").split())
    if not typed:
        return None
    early = "".join(typed.split()).lower()
    return Sought(
        typed, read_code(typed), read_code(typed, length=LINE_LENGTH), early if len(early) == REFERENCE_CHARS else None
    )


def answered(request: Request, html: str, wanted: Sought | None) -> Response:
    """A page; one that answers a question of somebody's own is kept by nobody, and its address told to nobody."""
    if wanted is None:
        return page(request, html)
    response = cached(request, html.encode(), media_type="text/html", cache_control=PRIVATE)
    response.headers.update(NOT_TOLD)
    return response


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
