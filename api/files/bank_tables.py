"""What a payment or return file holds by its form: rows of cells, whichever layout they came in."""

from dataclasses import dataclass, field
from typing import Final

from api.files.cells import Row
from api.files.findings import HEAD, BadFile, Finding, finding

LINES_MAX: Final = 100_000
REHEARSAL: Final = "演练"
REHEARSAL_REMARK: Final = "演练文件，不得用于真实付款"


@dataclass
class Table:
    """What a file holds, by its form. Rows put their findings into `findings`.

    `group` is an answer for the whole batch, where a message in XML gives one and no lines.
    """

    file: str
    digest: str
    remark: str = ""
    totals: Row | None = None
    trailer: Row | None = None
    group: Row | None = None
    lines: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def rehearsal(self) -> bool:
        """Whether the file says of itself that it belongs to a rehearsal."""
        return REHEARSAL in self.remark

    def note(self, code: str, *, row: int | None = None, value: str = "", **facts: object) -> None:
        """Add a finding about one of the file's rows or, without one, about what its head says."""
        at, column = (1, HEAD) if row is None else (row, None)
        self.findings.append(finding(code, file=self.file, row=at, column=column, value=value, **facts))

    def add(self, row: Row) -> None:
        """Add a line. Raises BadFile beyond the limit."""
        if len(self.lines) >= LINES_MAX:
            raise BadFile([finding("file.too_many_rows", file=self.file, limit=LINES_MAX)])
        self.lines.append(row)
