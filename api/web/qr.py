"""A code to photograph (QR, ISO/IEC 18004) that leads to an address: drawn into a page itself, or to be printed."""

import io

import segno
from markupsafe import Markup

QUIET_ZONE_MODULES = 4


def qr_svg(address: str, *, title: str) -> Markup:
    """The code as an SVG element with its quiet zone; its size is the stylesheet's (`class="qr"`)."""
    drawn = segno.make(address, error="m", micro=False, boost_error=False)
    svg = drawn.svg_inline(
        border=QUIET_ZONE_MODULES, omitsize=True, light="#fff", svgclass="qr", lineclass=None, title=title
    )
    return Markup(svg.replace("<svg ", '<svg role="img" ', 1))  # noqa: S704 - made by the library of an address of ours


def qr_file(address: str) -> str:
    """The code as an SVG document of its own, with its quiet zone, for what is printed."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=QUIET_ZONE_MODULES, xmldecl=False, svgns=True, nl=False
    )
    return drawn.getvalue().decode()
