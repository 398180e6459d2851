"""Checks a package from outside, offline, and trusts nothing that the server says about it.

What must not be broken: every check reports every fault with its place; what could not be checked says so;
and nothing in a package, however malformed, ends the check with anything but findings.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audit import entries, readme, trusted
from audit.disclosures import PublishedPages
from audit.findings import Check, Finding, Findings, Place, Progress, Report
from audit.folder import PackageFolder, reason
from audit.invariants import Invariants
from audit.journal_files import PublishedJournals
from audit.ledger import Ledger
from audit.manifest import MANIFEST, check_files
from audit.named_files import NamedFiles
from audit.opened import OpenedValues
from audit.published import check_tables
from audit.replay import Follower, Replay
from audit.rules import Rule
from audit.rules.affairs import Affairs
from audit.rules.allowances import Allowances
from audit.rules.awards import Awards
from audit.rules.bank_files import BankFiles
from audit.rules.budgets import Budgets
from audit.rules.caps import Caps
from audit.rules.catalogues import Catalogues
from audit.rules.claims import Claims
from audit.rules.committees import Committees
from audit.rules.continuity import Continuity
from audit.rules.deed_points import DeedPoints
from audit.rules.deeds import Deeds
from audit.rules.difficulty import Difficulty
from audit.rules.disclosed.frame import PublishedDocuments
from audit.rules.disclosing import Disclosing
from audit.rules.duties import Duties
from audit.rules.erased import ErasedPersons
from audit.rules.exchanges import Exchanges
from audit.rules.genesis import Genesis
from audit.rules.household_deeds import HouseholdDeeds
from audit.rules.households import Households
from audit.rules.keys_by_two import KeysByTwo
from audit.rules.limits import Limits
from audit.rules.members import Members
from audit.rules.own_households import OwnHouseholds
from audit.rules.payee_accounts import PayeeAccounts
from audit.rules.payee_holds import PayeeHolds
from audit.rules.payout_signals import PayoutSignals
from audit.rules.payouts import Payouts
from audit.rules.places import Places
from audit.rules.points import Points
from audit.rules.postings import PostingsBalance
from audit.rules.property import Property
from audit.rules.reconciliation import Reconciliation
from audit.rules.roles import Roles
from audit.rules.seals_of_periods import SealsOfPeriods
from audit.rules.signing_keys import SigningKeys
from audit.rules.stations import Stations
from audit.rules.subsidies import Subsidies
from audit.rules.tariffs import Tariffs
from audit.rules.village_books import VillageBooks
from audit.rules.village_meetings import VillageMeetings
from audit.rules.workflows import Workflows
from audit.seals import Seals
from audit.tables import PublishedTable, tables
from audit.timestamps import Timestamps
from audit.trusted import Trusted
from journal.note import VerifierKey
from journal.tiles import TILE_WIDTH
from journal.trust import Policy


@dataclass(frozen=True)
class Asked:
    """What the reader brings: an older checkpoint, the log key or the policy as he knows them, and processes."""

    since: bytes | None
    log_key: VerifierKey | None
    policy: Policy | None
    processes: int | None
    tell: Progress


def verify_package(
    directory: Path,
    *,
    since: bytes | None = None,
    log_key: str | None = None,
    policy: bytes | None = None,
    progress: Progress | None = None,
    processes: int | None = None,
) -> Report:
    """Run every check over the package in `directory`.

    `since`: a signed checkpoint that the reader kept earlier; the package must contain everything that it
    sealed. `log_key`: the log's verifier-key text as the reader knows it from elsewhere, `policy`: a tlog-policy of his
    own; without either, the package's own is used and the report asks to compare the key. `processes`: for
    entries; None takes all processors. Raises NoteError if `log_key` is no verifier key, PolicyError if `policy` is no
    policy; nothing in the package raises.
    """
    asked = Asked(
        since=since,
        log_key=VerifierKey.parse(log_key) if log_key is not None else None,
        policy=Policy.parse(policy) if policy is not None else None,
        processes=processes,
        tell=progress or _silent,
    )
    try:
        folder = PackageFolder(directory)
    except (OSError, ValueError) as error:
        return _unreadable(directory, "unreadable.no_folder", reason(error))
    looks_like_one = (MANIFEST, trusted.CHECKPOINT, trusted.POLICY)
    if not folder.files.keys() & set(looks_like_one) and "entries" not in folder.folders:
        return _unreadable(directory, "unreadable.no_package", "")
    with _without_collecting():
        return _Checking(folder, asked).report()


class _Checking:
    """One run over one package: trust first, then every entry, then what only the whole journal shows."""

    def __init__(self, folder: PackageFolder, asked: Asked) -> None:
        self._folder, self._asked = folder, asked
        self._findings = findings = Findings()
        self._trust = trusted.load(folder, findings, log_key=asked.log_key, policy=asked.policy)
        self._ledger = Ledger()
        self._invariants = Invariants(findings, self._ledger)
        self._genesis = Genesis(findings)
        self._keys = SigningKeys(findings)
        self._files = NamedFiles(folder, findings)
        self._opened = OpenedValues(folder, findings)
        self._pages = PublishedPages(folder, findings, self._opened.masks)
        self._documents = PublishedDocuments(folder, findings)
        self._stamps = Timestamps(folder, findings)
        self._periods = SealsOfPeriods(findings)
        self._journals = PublishedJournals(folder, findings, lambda: self._replay.all_again(), self._ledger.name_of)
        grown = tables(self._files.present.__contains__, lambda index: self._replay.called.at(index))
        self._tables = [PublishedTable(folder, findings, table) for table in grown]
        followers: list[Follower] = [*self._tables[:1], self._journals]
        self._replay = Replay(folder, findings, self._rules(), followers=followers, origin=self._trust.origin)

    def _rules(self) -> list[Rule]:
        findings = self._findings
        stations, committees = Stations(findings), Committees(findings)
        return [
            self._genesis,
            self._keys,
            KeysByTwo(findings),
            Roles(findings),
            Places(findings),
            Continuity(findings),
            PostingsBalance(findings),
            self._invariants,  # before the next posts the event to the ledger that they share
            Limits(findings, self._ledger),
            Duties(findings),
            Payouts(findings),
            Budgets(findings),
            Allowances(findings),
            self._periods,
            ErasedPersons(findings),
            Members(findings),
            Households(findings),
            Deeds(findings),
            HouseholdDeeds(findings),
            Affairs(findings),
            VillageMeetings(findings),
            DeedPoints(findings),
            OwnHouseholds(findings),
            PayeeAccounts(findings),
            PayeeHolds(findings),
            Claims(findings),
            PayoutSignals(findings),
            Tariffs(findings),
            Caps(findings),
            Catalogues(findings),
            self._files,
            BankFiles(self._folder, findings),
            Awards(findings),
            Difficulty(findings),
            stations,
            Exchanges(findings, stations),
            committees,
            Disclosing(findings, committees),
            Workflows(findings),
            Reconciliation(findings),
            Points(findings),
            VillageBooks(findings, committees),
            Property(findings),
            Subsidies(findings),
            self._opened,
            self._pages,
            self._documents,
            self._stamps,
            self._journals,
            *self._tables,
        ]

    def report(self) -> Report:
        """Run, and say what was found."""
        asked, findings, trust, replay = self._asked, self._findings, self._trust, self._replay
        bundles = _bundles(self._folder, findings, trust)
        self._documents.look_ahead(bundles)
        replay.run(bundles, processes=asked.processes, progress=asked.tell)
        if asked.since is None:
            findings.skip(Check.SINCE, "no_since")
        Seals(findings, trust, self._genesis, replay.tree).check(asked.since)
        for entry in replay.again(self._keys.disbelieved):
            self._keys.name_disbelieved(entry, replay.book)
        check_tables(self._folder, self._ledger, findings)
        self._pages.compare(replay.book, size=replay.tree.size, documents=self._documents.compared)
        self._documents.check_files()
        self._stamps.check(replay.tree)
        self._periods.check(replay.tree)
        digests = check_files(self._folder, findings, known=replay.digests, progress=asked.tell)
        self._files.check_bytes(digests)
        self._files.skip_bank()
        self._invariants.summarise()
        readme.check(self._folder, findings, trust, replay, stamp=self._stamps.last())
        if replay.read == 0:
            entries.skip_what_needs_entries(findings)
        return Report(
            directory=str(self._folder.root),
            checks=findings.results(),
            origin=trust.origin,
            size=trust.checkpoint.size if trust.checkpoint else None,
            root=trust.checkpoint.root.hex() if trust.checkpoint else None,
            log_key=str(trust.log_key) if trust.log_key else None,
            rehearsal=self._genesis.rehearsal,
        )


def _bundles(folder: PackageFolder, findings: Findings, trust: Trusted) -> list[entries.Bundle]:
    """The bundles that there must be by the checkpoint; without one, those that there are."""
    if trust.checkpoint is None:
        return list(entries.bundles_found(folder))
    present = sum(path.startswith(entries.FOLDER) for path in folder.files)
    # A forged size must not make us list bundles for hours: past the files that are there, one missing bundle says all.
    most = (present + 1) * TILE_WIDTH
    bundles = list(entries.bundles_of(min(trust.checkpoint.size, most)))
    entries.check_layout(folder, {bundle.path for bundle in bundles}, findings)
    return bundles


def _unreadable(directory: Path, code: str, detail: str) -> Report:
    finding = Finding(code, Place(str(directory)), facts={"detail": detail})
    return Report(directory=str(directory), unreadable=finding)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Nothing here refers to itself in a circle, and the book of a million events is long to search for what does."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody asked for."""
