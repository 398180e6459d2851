"""Recording a poster by the digest of its bytes."""

from collections.abc import Iterator
from datetime import date

from api.commands.disclosing.streams import disclosure_stream
from api.commands.shared import require
from api.context import App
from domain.disclosures import posters
from domain.disclosures.posters import PosterRendered, poster_id
from domain.disclosures.state import evolve
from domain.kernel.ids import stream_name
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def record(app: App, *, actor: Actor, key: str, drawn: PosterRendered, on: date) -> Receipt | None:
    """Record what was drawn; None where the same bytes are recorded already. Refuses as `posters.render`."""
    stream = stream_name("poster", poster_id(drawn.disclosure_id, drawn.version, drawn.paper))
    known = app.journal.state(stream, posters.evolve)
    if known is not None and known.sha256 == drawn.sha256:
        return None

    def decide(read: Reading) -> Iterator[Fact]:
        disclosure = read.state(disclosure_stream(drawn.disclosure_id), evolve)
        if disclosure is None or disclosure.division != drawn.division:
            raise Refusal("disclosure.unknown")
        require(read, actor, "poster.rendered/1", division=drawn.division, on=on)
        version = disclosure.version(drawn.version)
        event = posters.render(
            read.state(stream, posters.evolve), drawn=drawn, published=version is not None and version.published
        )
        if event is not None:
            yield Fact(stream, event, on)

    inputs = {
        "command": "poster.record",
        "disclosure_id": str(drawn.disclosure_id),
        "version": drawn.version,
        "paper": drawn.paper,
        "sha256": drawn.sha256,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
