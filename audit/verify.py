"""Checks a package from outside, offline, and trusts nothing that the server says about it.

What must not be broken: every check reports every fault with its place; what could not be checked says so;
and nothing in a package, however malformed, ends the check with anything but findings.
"""

from pathlib import Path

from audit import entries, trusted
from audit.findings import Check, Finding, Findings, Place, Progress, Report
from audit.folder import PackageFolder
from audit.ledger import Ledger
from audit.manifest import MANIFEST, check_files
from audit.published import PublishedJournal, check_tables
from audit.replay import Replay
from audit.rules import Rule
from audit.rules.continuity import Continuity
from audit.rules.duties import Duties
from audit.rules.genesis import Genesis
from audit.rules.limits import Limits
from audit.rules.payouts import Payouts
from audit.rules.postings import PostingsBalance
from audit.rules.roles import Roles
from audit.rules.signing_keys import SigningKeys
from audit.rules.tariffs import Tariffs
from audit.signatures import verify_signatures
from audit.trusted import Trusted
from journal.note import VerifierKey
from journal.tiles import TILE_WIDTH

# Packages do not carry these yet; a report names them, so that nobody takes silence for a pass.
_NOT_IN_PACKAGE = (Check.ATTACHMENTS, Check.DISCLOSURES, Check.BANK)


def verify_package(
    directory: Path,
    *,
    since: bytes | None = None,
    log_key: str | None = None,
    progress: Progress | None = None,
    processes: int | None = None,
) -> Report:
    """Run every check over the package in `directory`.

    `since`: a signed checkpoint that the reader kept earlier; the package must contain everything that it
    sealed. `log_key`: the log's verifier-key text as the reader knows it from elsewhere; without it, the
    package's own is used and the report asks to compare it. `processes`: for signatures; None takes all
    processors. Raises NoteError if `log_key` is no verifier key; nothing in the package raises.
    """
    known_key = VerifierKey.parse(log_key) if log_key is not None else None
    tell = progress or _silent
    try:
        folder = PackageFolder(directory)
    except (OSError, ValueError) as error:
        return _unreadable(directory, "unreadable.no_folder", str(error))
    looks_like_one = (MANIFEST, trusted.CHECKPOINT, trusted.POLICY)
    if not folder.files.keys() & set(looks_like_one) and "entries" not in folder.folders:
        return _unreadable(directory, "unreadable.no_package", "")
    return _check(folder, since=since, log_key=known_key, tell=tell, processes=processes)


def _check(
    folder: PackageFolder,
    *,
    since: bytes | None,
    log_key: VerifierKey | None,
    tell: Progress,
    processes: int | None,
) -> Report:
    findings = Findings()
    check_files(folder, findings, progress=tell)
    trust = trusted.load(folder, findings, log_key=log_key, since=since)
    if since is None:
        findings.skip(Check.SINCE, "no_since")
    for check in _NOT_IN_PACKAGE:
        findings.skip(check, "not_in_package")
    rehearsal = _check_events(folder, findings, trust, tell=tell, processes=processes)
    return Report(
        directory=str(folder.root),
        checks=findings.results(),
        origin=trust.origin,
        size=trust.checkpoint.size if trust.checkpoint else None,
        root=trust.checkpoint.root.hex() if trust.checkpoint else None,
        log_key=str(trust.log_key) if trust.log_key else None,
        rehearsal=rehearsal,
    )


def _check_events(
    folder: PackageFolder,
    findings: Findings,
    trust: Trusted,
    *,
    tell: Progress,
    processes: int | None,
) -> bool | None:
    """Everything that needs the entries; returns whether the journal is a rehearsal, as far as it says."""
    bundles = _bundles(folder, findings, trust)
    ledger, genesis, keys = Ledger(), Genesis(findings, trust), SigningKeys(findings)
    rules: list[Rule] = [
        genesis,
        keys,
        Roles(findings),
        Continuity(findings),
        PostingsBalance(findings),
        Limits(findings, ledger),
        Duties(findings),
        Payouts(findings),
        Tariffs(findings),
        PublishedJournal(folder, findings),
    ]
    replay = Replay(folder, findings, rules, origin=trust.origin)
    wanted = [sealed.size for _, _, sealed in trust.wanted]
    total = sum(bundle.width for bundle in bundles)
    replay.run(bundles, wanted=wanted, total=total, progress=tell)
    trusted.check_roots(findings, trust, size=replay.size, roots=replay.roots)
    check_tables(folder, ledger, findings)
    verify_signatures(
        folder.root,
        bundles,
        replay.digests,
        keys.known,
        findings,
        processes=processes,
        progress=tell,
    )
    if replay.read == 0:
        entries.skip_what_needs_entries(findings)
    return genesis.rehearsal


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


def _silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody asked for."""
