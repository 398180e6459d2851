"""Which cells of a table are merged with others, so that nobody can say which of them a value belongs to."""

from collections.abc import Iterable

from api.files.workbook import column_letters
from api.files.xlsx_parts import Place, Range, SheetFacts


def merged_cells(facts: SheetFacts, *, columns: Iterable[int], rows: int) -> dict[Place, Range]:
    """Every merged cell in some columns of the first rows, with the first area that it lies in; all count from 1."""
    wanted = list(columns)
    areas: dict[Place, Range] = {}
    for column in wanted:
        reached = 0
        # Areas of a hostile file may overlap; from top to bottom, each row of a column is then still met only once.
        for area in sorted(facts.merged):
            first_row, first, last_row, last = area
            if first <= column <= last:
                for row in range(max(first_row, reached + 1), min(last_row, rows) + 1):
                    areas[row, column] = area
                reached = max(reached, min(last_row, rows))
    return areas


def area_text(area: Range) -> str:
    """`D2:D3`."""
    first_row, first, last_row, last = area
    return f"{column_letters(first)}{first_row}:{column_letters(last)}{last_row}"
