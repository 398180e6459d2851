"""One sheet for the notice board: the village's posted month of rewards on A4, so that whoever tries it holds one.

What must not be broken: the county is whole without it; on a machine that has not the font, it is left out with a
sentence that says which font is missing and where it was looked for.
"""

from collections.abc import Callable
from typing import Final

from api.context import App
from api.demo.people import People
from api.demo.village import VILLAGE
from api.posters import recording
from api.web.messages import sentence
from domain.disclosures.state import disclosure_id
from domain.kernel.refusals import Refusal

FONT_MISSING: Final = "poster.font_missing"


def load(app: App, *, people: People, tell: Callable[[str], None]) -> None:
    """Draw it and record its digest; running it again changes nothing."""
    app.runner.catch_up()  # whoever draws waits for the read models, which nobody here is about to bring up to date
    try:
        recording.render(
            app,
            actor=people.village("accountant"),
            key="demo:sheet",
            disclosure_id=disclosure_id(VILLAGE, "rewards", people.period.paid_months[-2]),
            version=None,
            paper="A4",
            on=people.period.until,
        )
    except Refusal as refusal:
        if refusal.code != FONT_MISSING:
            raise
        tell(f"演示的公示单没有画。{sentence(refusal.code, refusal.facts)}")
