"""What an audit package carries beside the entries: the pages that villagers read, files, opened values, time stamps.

What must not be broken: pages are those of the read models as they stand, not computed for the auditor; personal values
and bank files leave the vault only when somebody asked by name and with a reason, and every opening is recorded.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection, IsolationLevel

from api import village_files
from api.settings import Settings
from api.timestamps import kept
from api.vouchers import may_leave
from api.web.names import shown_names
from audit.disclosures import Disclosure, Row, Sum
from audit.opened import Value
from audit.package import Beside
from audit.rules.disclosed.shown_names import RowsShown
from domain.kernel.places import Division, chain, contains
from journal.disclosed_documents import content_of, salted_names_of
from journal.vault import Vault
from projections import disclosure_queries, reward_payments
from projections.reward_payments import MonthPage

_VALUES_AT_ONCE = 1_000
_NAMES_MODE = "SELECT names, rows_shown FROM read.disclosure_versions WHERE disclosure_id = %s AND version = %s"
_SCOPES = "SELECT DISTINCT accrual_month, division FROM read.reward_payments"


@dataclass(frozen=True, slots=True)
class Authority:
    """Who asked for what the vault keeps, and why; both are recorded with every opening."""

    by: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """What goes along beyond digests: attachments, and opened values with the bank's files."""

    authority: Authority
    attachments: bool
    opened: bool


def contents(
    settings: Settings,
    *,
    pages: Iterable[Disclosure],
    reader: Connection[Any],
    vault: Vault | None,
    hand_over: HandOver | None,
) -> Beside:
    """What is handed over. Without a vault or without authority, digests alone."""
    files = _Files(vault, reader, hand_over.authority) if vault is not None and hand_over is not None else None
    return Beside(
        disclosures=pages,
        document=lambda sha256: content_of(reader, sha256),
        names=lambda identity, version: _names(reader, identity, version, opened=bool(hand_over and hand_over.opened)),
        attached=files.attached if files and hand_over and hand_over.attachments else _none,
        sent=files.sent if files and hand_over and hand_over.opened else _none,
        token=lambda sha256: kept(settings.timestamps, sha256),
        values=files.values if files and hand_over and hand_over.opened else None,
    )


def _names(reader: Connection[Any], identity: str, version: int, *, opened: bool) -> RowsShown | None:
    """What a posted version showed beside its rows: masked names always, full ones only with authority.

    The commitments that the journal fixed go along in any case.
    """
    found = reader.execute(_NAMES_MODE, (identity, version)).fetchone()
    if found is None:
        return None
    mode, digest = found
    content = content_of(reader, digest) if digest is not None else None
    if mode == "full" and not opened:
        return RowsShown(json.loads(content), {}) if content is not None else None
    return RowsShown(
        json.loads(content) if content is not None else {}, salted_names_of(reader, UUID(identity), version)
    )


def _none(_sha256: str) -> bytes | None:
    return None


class _Files:
    """The vault, opened for one person's reason."""

    def __init__(self, vault: Vault, reader: Connection[Any], authority: Authority) -> None:
        self._reader = reader
        self._vault, self._by, self._reason = vault, str(authority.by), authority.reason

    def file(self, sha256: str) -> bytes | None:
        """A kept file; None for one that was erased with its person or never kept here: the list says so."""
        try:
            return self._vault.get_file(sha256, by=self._by, reason=self._reason)
        except KeyError:
            return None

    def attached(self, sha256: str) -> bytes | None:
        """A photo or a paper; None for a paper about somebody who was erased: it stays with the vouchers."""
        return self.file(sha256) if village_files.may_leave(self._reader, sha256) else None

    def sent(self, sha256: str) -> bytes | None:
        """A bank file; None for one in which somebody stands who was erased: the authority to keep it is not ours."""
        return self.file(sha256) if may_leave(self._reader, sha256) else None

    def values(self, commitments: Iterable[str]) -> Iterator[Value]:
        """The values that are still there, each with its nonce."""
        wanted = list(commitments)
        for begin in range(0, len(wanted), _VALUES_AT_ONCE):
            some = wanted[begin : begin + _VALUES_AT_ONCE]
            found = self._vault.reveal(some, by=self._by, reason=self._reason)
            yield from (Value(commitment, salt.hex(), value) for commitment, (salt, value) in found.items())


def published_pages(dsn: str, *, county: Division, on: date) -> list[Disclosure]:
    """Every month page of every division as the read models show it at this moment, under the settings of a day.

    `dsn`: the reader's. Empty where the read models are not there.
    """
    with psycopg.connect(dsn) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        found = connection.execute("SELECT to_regclass('read.reward_payments') IS NOT NULL").fetchone()
        if not found or not found[0]:
            return []
        scopes = {
            (month, area)
            for month, division in connection.execute(_SCOPES)
            for area in chain(Division(division))
            if contains(county, area)
        }
        settled = disclosure_queries.settings(connection, [area for _, area in scopes])
        pages = [
            reward_payments.for_month(connection, area, month, least=settled.least_on(on))
            for month, area in sorted(scopes)
        ]
        names = shown_names(connection, list({row.payee_id for page in pages for row in page.rows}))
        return [_disclosed(page, names, on) for page in pages]


def _disclosed(page: MonthPage, names: Mapping[UUID, str], on: date) -> Disclosure:
    """A page as villagers read it, as data."""
    return Disclosure(
        month=page.month,
        division=page.division,
        position=page.position,
        on=on.isoformat(),
        withheld_below=page.withheld_below,
        payee_count=page.payee_count,
        by_state={state: _sum(page.by_state[state]) for state in reward_payments.STATES},
        withheld=_sum(page.withheld),
        reversed=_sum(page.reversed),
        rows=tuple(
            Row(
                names.get(row.payee_id, ""),
                row.state,
                _sum(row.rewards),
                row.booked_on.isoformat() if row.booked_on else None,
            )
            for row in page.rows
        ),
    )


def _sum(found: reward_payments.Sum) -> Sum:
    return Sum(found.count, found.amount_fen)
