"""Trial balance and accounts in the package, compared with those that follow from its events.

What must not be broken: every row that is missing, added or different is named with its row number; none is
taken from the published file into the sums.
"""

from collections.abc import Iterable

from audit.findings import Check, Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.ledger import BOM, Ledger
from audit.tables import shown

TRIAL_BALANCE = "ledgers/trial-balance.csv"
ACCOUNTS = "ledgers/accounts.csv"
_TABLE_BYTES_MAX = 1 << 28


def check_tables(folder: PackageFolder, ledger: Ledger, findings: Findings) -> None:
    """Compare trial balance and accounts with the sums over all postings (check 13)."""
    _check_table(folder, TRIAL_BALANCE, ledger.trial_balance(), findings)
    _check_table(folder, ACCOUNTS, ledger.chart(), findings)
    findings.summarise(Check.LEDGERS, accounts=len(ledger.accounts))


def _check_table(folder: PackageFolder, path: str, expected: Iterable[str], findings: Findings) -> None:
    try:
        content = folder.read(path, limit=_TABLE_BYTES_MAX)
    except UnreadableFile as error:
        findings.add(f"ledgers.{error.reason}", Place(path), detail=error.detail)
        return
    right = [row.encode() for row in expected]
    right[0] = BOM.encode() + right[0]
    rows = content.splitlines(keepends=True)
    if rows == right:
        return
    wanted = {_account_of(row): row for row in right}
    before = findings.failed(Check.LEDGERS)
    for number, row in enumerate(rows, start=1):
        match = wanted.pop(_account_of(row), None)
        if match is None:
            findings.add("ledgers.extra_row", Place(path, row=number), found=shown(row))
        elif match != row:
            findings.add("ledgers.differs", Place(path, row=number), found=shown(row), expected=shown(match))
    for row in wanted.values():
        findings.add("ledgers.missing_account", Place(path), expected=shown(row))
    if findings.failed(Check.LEDGERS) == before:
        findings.add("ledgers.order", Place(path))


def _account_of(row: bytes) -> bytes:
    """What names a row: account and commodity."""
    return b",".join(row.split(b",", 2)[:2])
