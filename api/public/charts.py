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
ROW: Final = 46
BAR: Final = 14
BARS_MAX: Final = 12
LABEL_MAX: Final = 12
"""Characters of a label; a longer one is cut here and whole in the table."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, its length (any unit, the same for all), and the figure as it is written."""

    label: str
    value: int
    said: str


def drawn(bars: Sequence[Bar], *, title: str) -> Markup:
    """The first `BARS_MAX` bars as an SVG element; empty where fewer than two have something to show.

    A negative one is drawn hollow, as long as its amount; its figure carries the sign.
    """
    shown = [bar for bar in bars if bar.value][:BARS_MAX]
    if len(shown) < 2:
        return Markup()
    longest = max(abs(bar.value) for bar in shown)
    rows = Markup().join(_row(bar, number, longest) for number, bar in enumerate(shown))
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {} {}" xmlns="http://www.w3.org/2000/svg" aria-label="{}">{}</svg>'
    ).format(WIDTH, ROW * len(shown), f"{title}：{'；'.join(f'{bar.label} {bar.said}' for bar in shown)}", rows)


def _row(bar: Bar, number: int, longest: int) -> Markup:
    top = ROW * number
    length = max(2, WIDTH * abs(bar.value) // longest)
    label = bar.label if len(bar.label) <= LABEL_MAX else f"{bar.label[: LABEL_MAX - 1]}…"
    return Markup(
        '<text x="0" y="{y}">{label}</text><text x="{end}" y="{y}" text-anchor="end">{said}</text>'
        '<rect{kind} x="{inset}" y="{bar}" width="{length}" height="{height}"/>'
    ).format(
        y=top + 18,
        label=escape(label),
        end=WIDTH,
        said=escape(bar.said),
        kind=Markup(' class="minus"') if bar.value < 0 else "",
        inset=1 if bar.value < 0 else 0,
        bar=top + 25,
        length=length - 2 if bar.value < 0 else length,
        height=BAR,
    )
