"""The code leads where it says: its modules, read back from the drawing, are those of the address."""

import re

import segno

from api.web.qr import QUIET_ZONE_MODULES, qr_svg

ADDRESS = "https://mz.example.gov.cn/t/7K4MQ2XA"


def drawn_modules(svg: str) -> set[tuple[int, int]]:
    """The dark modules (column, row) of the one path: horizontal strokes of height 1 at half heights."""
    (path,) = re.findall(r'stroke="#000" d="([^"]+)"', svg)
    dark: set[tuple[int, int]] = set()
    column, row = 0, 0
    for step, numbers in re.findall(r"([Mmh])([-0-9. ]+)", path):
        values = [float(number) for number in re.findall(r"-?[0-9.]+", numbers)]
        if step == "M":
            column, row = int(values[0]), int(values[1] - 0.5)
        elif step == "m":
            column, row = column + int(values[0]), row + int(values[1])
        else:
            dark |= {(column + at, row) for at in range(int(values[0]))}
            column += int(values[0])
    return dark


def test_every_module_is_drawn_inside_a_quiet_zone() -> None:
    svg = str(qr_svg(ADDRESS, title="二维码"))
    matrix = segno.make(ADDRESS, error="m", micro=False, boost_error=False).matrix
    expected = {
        (column + QUIET_ZONE_MODULES, row + QUIET_ZONE_MODULES)
        for row, line in enumerate(matrix)
        for column, dark in enumerate(line)
        if dark
    }
    assert drawn_modules(svg) == expected
    side = len(matrix) + 2 * QUIET_ZONE_MODULES
    assert f'viewBox="0 0 {side} {side}"' in svg
    assert QUIET_ZONE_MODULES == 4, "ISO/IEC 18004 asks for four modules"


def test_the_code_is_named_for_whoever_cannot_see_it_and_styled_by_the_stylesheet_alone() -> None:
    svg = str(qr_svg(ADDRESS, title='<短号> & "码"'))
    assert svg.startswith('<svg role="img" viewBox=')
    assert "<title>&lt;短号&gt; &amp; " in svg
    assert "style=" not in svg
