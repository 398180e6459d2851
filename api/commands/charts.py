"""Publishing charts of accounts: the next version of each that differs from what was published last."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from api.commands.shared import require
from api.context import App
from domain import charts
from domain.charts import ChartAccount, Use
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class NewChart:
    """A chart as a file or a program gives it; its version is the next one."""

    code: str
    system: str
    accounts: tuple[ChartAccount, ...]
    uses: tuple[Use, ...]
    document: str


def chart_stream(code: str) -> StreamName:
    """The stream of a chart."""
    return stream_name("chart", derived("chart", code))


def publish(app: App, *, actor: Actor, key: str, new: Sequence[NewChart], on: date) -> Receipt:
    """Publish what differs. Refuses `chart.nothing_changed` where nothing does, and as `charts.publish`."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "chart.published/1", division=app.log.division, on=on)
        unchanged: Refusal | None = None
        changed = False
        for one in new:
            stream = chart_stream(one.code)
            chart = read.state(stream, charts.evolve)
            try:
                event = charts.publish(
                    chart,
                    code=one.code,
                    system=one.system,
                    accounts=one.accounts,
                    uses=one.uses,
                    document=one.document,
                )
            except Refusal as refusal:
                if refusal.code != "chart.nothing_changed":
                    raise
                unchanged = refusal
                continue
            changed = True
            yield Fact(stream, event, on)
        if unchanged is not None and not changed:
            raise unchanged

    inputs = {"command": "chart.publish", "charts": [asdict(one) for one in new]}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
