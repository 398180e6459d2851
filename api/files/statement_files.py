"""Account statements from files: whichever layout, one neutral shape - or every finding at once.

A new bank is a new profile. Findings name the row and column or, in XML, the line and the element's path.
"""

from datetime import date
from typing import Final

from api.files.camt import read_camt, write_camt
from api.files.findings import HEAD, BadFile, finding
from api.files.statement_profiles import StatementProfile
from api.files.statement_tables import read_table_statement, write_table_statement
from api.files.statements import BankStatement

FILE: Final = "对账单"


def read_statements(
    profile: StatementProfile, content: bytes, *, file: str = FILE, today: date | None = None
) -> tuple[BankStatement, ...]:
    """Every statement in the file; only messages hold more than one. Raises BadFile with all findings.

    A day after `today` is one of them; without it the calendar is not asked, as for a file that was recorded before.
    """
    if profile.camt is not None:
        return read_camt(profile.camt, profile.codes, content, file=file, today=today)
    assert profile.table is not None  # noqa: S101 - a profile has exactly one layout
    return (read_table_statement(profile, profile.table, content, file=file, today=today),)


def read_statement(profile: StatementProfile, content: bytes, *, file: str = FILE) -> BankStatement:
    """The file's only statement. Raises BadFile with all findings, also for a file that holds several."""
    statements = read_statements(profile, content, file=file)
    if len(statements) > 1:
        raise BadFile([finding("statement.several", file=file, row=1, column=HEAD, count=len(statements))])
    return statements[0]


def write_statement(profile: StatementProfile, statement: BankStatement) -> bytes:
    """The statement in the bank's layout, for tests and for a rehearsal's bank. An `.xls` is written as xlsx."""
    if profile.camt is not None:
        return write_camt(profile.camt, statement)
    assert profile.table is not None  # noqa: S101 - a profile has exactly one layout
    return write_table_statement(profile.table, statement, as_text=profile.suffix == ".csv")
