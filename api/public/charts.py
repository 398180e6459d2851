"""Bars drawn by the server into the page itself (SVG), for whoever sees better than he reads numbers.

What must not be broken: a drawing says nothing that the table beside it does not say; every bar has its label and its
figure in words, so that colour and length are never the only signal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 340
"""The drawing's own units: on the narrowest telephone one unit is one pixel, and its text as large as drawn."""
BARS_MAX: Final = 12
LABEL_MAX: Final = 12
"""Characters of a label; a longer one is cut here and whole in the table."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, its length (any unit, the same for all), and the figure as it is written."""

    label: str
    value: int
    said: str


@dataclass(frozen=True, slots=True)
class _Layout:
    """A row: its height, the lines that label and figure stand on, and where the bar begins and how high it is."""

    row: int
    label: int
    said: int
    bar: int
    height: int


_SMALL: Final = _Layout(row=46, label=18, said=18, bar=25, height=14)
_LARGE: Final = _Layout(row=98, label=24, said=54, bar=64, height=20)
"""In large print label and figure have a line each: side by side they would not fit a telephone."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of bars; empty where fewer than two have something to show."""

    bars: Sequence[Bar]
    title: str

    def svg(self, large: bool = False) -> Markup:
        """The first `BARS_MAX` bars as an SVG element.

        A negative one is drawn hollow, as long as its amount; its figure carries the sign.
        """
        shown = [bar for bar in self.bars if bar.value][:BARS_MAX]
        if len(shown) < 2:
            return Markup()
        longest, layout = max(abs(bar.value) for bar in shown), _LARGE if large else _SMALL
        rows = Markup().join(_row(bar, number, longest, layout) for number, bar in enumerate(shown))
        box = f"0 0 {WIDTH} {layout.row * len(shown)}"
        said = f"{self.title}：{'；'.join(f'{bar.label} {bar.said}' for bar in shown)}"
        return Markup(
            '<svg class="chart" role="img" viewBox="{}" xmlns="http://www.w3.org/2000/svg" aria-label="{}">{}</svg>'
        ).format(box, said, rows)


NO_CHART: Final = Chart((), "")


def _row(bar: Bar, number: int, longest: int, layout: _Layout) -> Markup:
    top = layout.row * number
    length = max(2, WIDTH * abs(bar.value) // longest)
    label = bar.label if len(bar.label) <= LABEL_MAX else f"{bar.label[: LABEL_MAX - 1]}…"
    return Markup(
        '<text x="0" y="{label_y}">{label}</text><text x="{end}" y="{said_y}" text-anchor="end">{said}</text>'
        '<rect{kind} x="{inset}" y="{bar}" width="{length}" height="{height}"/>'
    ).format(
        label_y=top + layout.label,
        said_y=top + layout.said,
        label=escape(label),
        end=WIDTH,
        said=escape(bar.said),
        kind=Markup(' class="minus"') if bar.value < 0 else "",
        inset=1 if bar.value < 0 else 0,
        bar=top + layout.bar,
        length=length - 2 if bar.value < 0 else length,
        height=layout.height,
    )
