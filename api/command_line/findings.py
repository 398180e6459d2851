"""What a command says of the findings in a file: the first ones on the terminal, all of them as a CSV if asked for."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from api.command_line.console import tell
from api.command_line.failures import findings_table
from api.files.findings import Finding
from domain.kernel.spreadsheet_cells import plain_cell

FINDINGS_SHOWN: Final = 50


def tell_findings(findings: Sequence[Finding]) -> None:
    """A table of the first findings, and how many there are."""
    if findings:
        tell(findings_table(tuple(findings[:FINDINGS_SHOWN])))
        if len(findings) > FINDINGS_SHOWN:
            tell(f"……共 {len(findings)} 处，完整清单请用 --findings 另存。")


def keep_findings(path: Path | None, findings: Sequence[Finding]) -> None:
    """Write the findings as a CSV that spreadsheets open as UTF-8."""
    if path is None:
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["文件", "行", "列", "值", "代码", "原因"])
        for one in findings:
            texts = (plain_cell(one.file), one.row, plain_cell(one.column or ""), plain_cell(one.value))
            rows.writerow([*texts, one.code, one.reason])
