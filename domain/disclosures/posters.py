"""Posters: the sheets that hang on the notice board, each recorded by the digest of its bytes.

What must not be broken: one version on one paper has one poster; drawn again, it has the same bytes or is refused.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.kernel.events import Sha256, event
from domain.kernel.ids import derived
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal

PAPERS: Final = frozenset({"A4", "A3"})

MadeWith = tuple[str, Sha256, Sha256, str, int]
"""Tool, font, template, address, nameless rows: the same give the same bytes."""


@event("poster.rendered/1")
class PosterRendered:
    """A version was drawn on a paper (A4 or A3): the file's digest and length, and what it was drawn with.

    `url` is the address of the page that its code leads to; `nameless` counts the rows about people who stand there
    without a name, because they have none or were erased.
    """

    division: Division
    disclosure_id: UUID
    version: int
    paper: str
    sha256: Sha256
    length: int
    tool: str
    font_sha256: Sha256
    template_sha256: Sha256
    url: str
    nameless: int


@dataclass(frozen=True, slots=True)
class Poster:
    """A poster as it was drawn last, and with what."""

    division: Division
    sha256: Sha256
    made_with: MadeWith


def poster_id(disclosure_id: UUID, version: int, paper: str) -> UUID:
    """The one stream of a version on a paper."""
    return derived("poster", disclosure_id, version, paper)


# Decide: what may happen, judged by the rules in force.


def render(poster: Poster | None, *, drawn: PosterRendered, published: bool) -> PosterRendered | None:
    """Record a poster; None where the same bytes are recorded already.

    Refused, in this order: `poster.paper_unknown`, `disclosure.not_published`, `poster.drawn_otherwise` (what
    it is made with is the same, the bytes are not).
    """
    if drawn.paper not in PAPERS:
        raise Refusal("poster.paper_unknown", paper=drawn.paper)
    if not published:
        raise Refusal("disclosure.not_published")
    if poster is None:
        return drawn
    if poster.sha256 == drawn.sha256:
        return None
    if poster.made_with == _made_with(drawn):
        raise Refusal("poster.drawn_otherwise", paper=drawn.paper, version=drawn.version)
    return drawn


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(poster: Poster | None, event: PosterRendered) -> Poster:  # noqa: ARG001 - the last one stands
    """The poster after an event."""
    return Poster(event.division, event.sha256, _made_with(event))


def _made_with(drawn: PosterRendered) -> MadeWith:
    return drawn.tool, drawn.font_sha256, drawn.template_sha256, drawn.url, drawn.nameless
