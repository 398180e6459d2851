"""What the reader believes before looking at any event: the log's key, the witnesses' keys, and the sealed
checkpoint.

What must not be broken: the log key comes from the reader if he has one, else from the package, and then the
report says that it must be compared with what was announced elsewhere. Nothing is believed of a checkpoint
that the key did not sign.
"""

from dataclasses import dataclass, field

from audit.findings import Check, Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from journal import checkpoint as checkpoints
from journal import note
from journal.checkpoint import Checkpoint
from journal.note import NoteError, VerifierKey
from journal.trust import Policy, PolicyError

CHECKPOINT = "checkpoint"
POLICY = "trust.policy"
OLDER = "checkpoints/"
_LIMIT_BYTES = 1 << 20
_SINCE = Place("--since")


@dataclass
class Trusted:
    """`checkpoint` is read but believed only if `sealed`; `wanted` are older ones that must be prefixes of
    this log."""

    policy: Policy | None = None
    policy_text: bytes | None = None
    log_key: VerifierKey | None = None
    signed: bytes | None = None
    checkpoint: Checkpoint | None = None
    sealed: bool = False
    wanted: list[tuple[Check, Place, Checkpoint]] = field(default_factory=list)

    @property
    def origin(self) -> str | None:
        """The name of the log, as far as it is known."""
        if self.checkpoint is not None:
            return self.checkpoint.origin
        return self.log_key.name if self.log_key else None


def load(folder: PackageFolder, findings: Findings, *, log_key: VerifierKey | None, since: bytes | None) -> Trusted:
    """Read policy and checkpoints; check the seals (check 4), the kept checkpoint (14) and the witnesses
    (15)."""
    trusted = Trusted(log_key=log_key)
    _load_policy(folder, findings, trusted)
    _load_checkpoint(folder, findings, trusted)
    _load_older(folder, findings, trusted)
    if since is not None:
        _load_since(findings, trusted, since)
    _check_witnesses(findings, trusted)
    return trusted


def _read(folder: PackageFolder, path: str, findings: Findings) -> bytes | None:
    try:
        return folder.read(path, limit=_LIMIT_BYTES)
    except UnreadableFile as error:
        findings.add(f"tree.{error.reason}", Place(path), detail=error.detail)
        return None


def _load_policy(folder: PackageFolder, findings: Findings, trusted: Trusted) -> None:
    trusted.policy_text = _read(folder, POLICY, findings)
    if trusted.policy_text is None:
        return
    try:
        trusted.policy = Policy.parse(trusted.policy_text)
    except PolicyError as error:
        findings.add("tree.policy", Place(POLICY), detail=str(error))
        return
    keys = [log.key for log in trusted.policy.logs]
    if len(keys) != 1:
        findings.add("tree.policy_logs", Place(POLICY), count=len(keys))
    if trusted.log_key is None and keys:
        trusted.log_key = keys[0]
        findings.attend("tree.key_from_package", Place(POLICY), key=str(keys[0]))
    elif keys and trusted.log_key not in keys:
        findings.add("tree.key_differs", Place(POLICY), found=str(keys[0]), expected=str(trusted.log_key))


def _load_checkpoint(folder: PackageFolder, findings: Findings, trusted: Trusted) -> None:
    trusted.signed = _read(folder, CHECKPOINT, findings)
    if trusted.signed is None:
        return
    try:
        trusted.checkpoint = checkpoints.parse_text(note.parse(trusted.signed).text)
        if trusted.log_key is not None:
            checkpoints.open_checkpoint(trusted.signed, log_key=trusted.log_key)
            trusted.sealed = True
        else:
            findings.add("tree.no_key", Place(CHECKPOINT))
    except NoteError as error:
        findings.add("tree.unsealed", Place(CHECKPOINT), detail=str(error))


def _load_older(folder: PackageFolder, findings: Findings, trusted: Trusted) -> None:
    """Earlier checkpoints that the package brings: `checkpoints/<size>`."""
    for path in sorted(path for path in folder.files if path.startswith(OLDER)):
        content = _read(folder, path, findings)
        if content is None or trusted.log_key is None:
            continue
        try:
            older = checkpoints.open_checkpoint(content, log_key=trusted.log_key)
        except NoteError as error:
            findings.add("tree.unsealed", Place(path), detail=str(error))
            continue
        trusted.wanted.append((Check.TREE, Place(path), older))


def _load_since(findings: Findings, trusted: Trusted, since: bytes) -> None:
    """The checkpoint that the reader kept from an earlier day."""
    if trusted.log_key is None:
        findings.add("since.no_key", _SINCE)
        return
    try:
        kept = checkpoints.open_checkpoint(since, log_key=trusted.log_key)
    except NoteError as error:
        findings.add("since.unsealed", _SINCE, detail=str(error))
        return
    trusted.wanted.append((Check.SINCE, _SINCE, kept))


def _check_witnesses(findings: Findings, trusted: Trusted) -> None:
    if trusted.policy is None or trusted.signed is None or not trusted.sealed:
        findings.skip(Check.WITNESSES, "unsealed")
        return
    try:
        checked = trusted.policy.check(trusted.signed)
    except NoteError as error:
        findings.add("witnesses.refused", Place(CHECKPOINT), detail=str(error))
        return
    cosigned, listed = len(checked.cosigned_at_s), len(trusted.policy.witnesses)
    findings.summarise(Check.WITNESSES, cosigned=cosigned, listed=listed, quorum=trusted.policy.quorum)
    for reason in checked.reasons:
        findings.add("witnesses.missing", Place(CHECKPOINT), detail=reason)
    if trusted.policy.quorum == "none":
        findings.attend("witnesses.none_asked", Place(POLICY), cosigned=cosigned, listed=listed)


def check_roots(findings: Findings, trusted: Trusted, *, size: int, roots: dict[int, bytes]) -> None:
    """Compare the roots over the entries themselves with those sealed (checks 4 and 14).

    `size` is how many entries there are without a gap; `roots` holds the root at each size that was asked
    for.
    """
    if trusted.checkpoint is not None:
        _compare(findings, Check.TREE, "root", Place(CHECKPOINT), trusted.checkpoint, size, roots)
    for check, place, older in trusted.wanted:
        if trusted.checkpoint is not None and older.size > trusted.checkpoint.size:
            findings.add(f"{check}.went_back", place, kept=older.size, size=trusted.checkpoint.size)
        elif trusted.checkpoint is not None and older.size == trusted.checkpoint.size:
            if older.root != trusted.checkpoint.root:
                findings.add(f"{check}.fork", place, size=older.size)
        else:
            _compare(findings, check, "fork", place, older, size, roots)
        if check is Check.SINCE:
            findings.summarise(Check.SINCE, kept=older.size, size=size)


def _compare(
    findings: Findings,
    check: Check,
    reason: str,
    place: Place,
    sealed: Checkpoint,
    size: int,
    roots: dict[int, bytes],
) -> None:
    found = roots.get(sealed.size)
    if found is None:
        findings.add(f"{check}.too_few", place, found=size, expected=sealed.size)
    elif found != sealed.root:
        code, expected = f"{check}.{reason}", sealed.root.hex()
        findings.add(code, place, size=sealed.size, found=found.hex(), expected=expected)
