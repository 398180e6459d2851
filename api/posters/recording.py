"""Drawing a posted version for the notice board, and recording the sheet by the digest of its bytes."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from api.commands.disclosing import posters
from api.context import App
from api.posters.drawing import Drawn, draw
from api.posters.postings import posting_of
from api.posters.sheets import sheet_of
from domain.disclosures.posters import PAPERS, PosterRendered
from domain.kernel.refusals import Refusal
from journal import kept_posters, merkle
from journal.facts import Actor, Receipt
from projections import posted_disclosures


class Recorded(NamedTuple):
    """The file, and the receipt of its event; None where the same bytes had been recorded before."""

    drawn: Drawn
    receipt: Receipt | None


def root_at(app: App) -> Callable[[int], bytes]:
    """The root of the journal's tree at a size."""
    return lambda size: merkle.subtree_root(app.journal.store.nodes(size), size=size)


def render(
    app: App, *, actor: Actor, key: str, disclosure_id: UUID, version: int | None, paper: str, on: date
) -> Recorded:
    """Draw a posted version (None: the one posted last), keep the file while it is posted, and record its digest.

    Refused, in this order: `poster.paper_unknown`, `disclosure.not_published`, `poster.posting_over`,
    `poster.font_missing`, `poster.glyph_missing`, and as `posters.record`.
    """
    if paper not in PAPERS:
        raise Refusal("poster.paper_unknown", paper=paper)
    app.caught_up(app.journal.position())
    with app.reading.connection() as conn:
        posted = posted_disclosures.versions(conn, disclosure_id)
        wanted = next((one for one in reversed(posted) if version in (None, one.version)), None)
        if wanted is None:
            raise Refusal("disclosure.not_published")
        if not wanted.open_on(on):
            raise Refusal("poster.posting_over", until=wanted.until)
        posting = posting_of(conn, wanted, identity=app.identity, root_at=root_at(app))
    drawn = draw(sheet_of(posting), paper=paper, fonts=app.settings.fonts)
    event = PosterRendered(
        division=wanted.division,
        disclosure_id=disclosure_id,
        version=wanted.version,
        paper=paper,
        sha256=drawn.sha256,
        length=len(drawn.pdf),
        tool=drawn.tool,
        font_sha256=drawn.font_sha256,
        template_sha256=drawn.template_sha256,
        url=posting.url,
        nameless=posting.nameless,
    )
    receipt = posters.record(app, actor=actor, key=key, drawn=event, on=on)
    with app.writing.connection() as conn:
        kept_posters.keep(
            conn,
            sha256=drawn.sha256,
            disclosure_id=disclosure_id,
            version=wanted.version,
            paper=paper,
            until=wanted.until,
            content=drawn.pdf,
            today=on,
        )
    return Recorded(drawn, receipt)
