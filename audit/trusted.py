"""What the reader believes before looking at any event: the log's keys, the witnesses' keys, the sealed checkpoint.

What must not be broken: keys come from the reader if he has any, else from the package, and then the report says that
they must be compared with what was announced elsewhere. Nothing is believed of a checkpoint that no key signed. What
needs the events (the policy in force at a size, the roots) is `audit.seals`.
"""

from dataclasses import dataclass, field, replace

from audit.findings import Check, Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from journal import checkpoint as checkpoints
from journal import note
from journal.checkpoint import Checkpoint
from journal.note import ED25519, NoteError, VerifierKey
from journal.trust import Log, Policy, PolicyError

CHECKPOINT = "checkpoint"
POLICY = "trust.policy"
OLDER = "checkpoints/"
_LIMIT_BYTES = 1 << 20


@dataclass
class Trusted:
    """`judging` is the policy that the checkpoint was judged by; `checkpoint` is believed only if `sealed`.

    `policy_text` is the package's own; `older` are the signed checkpoints that it brings, by path.
    """

    log_key: VerifierKey | None = None
    own_policy: bool = False
    policy_text: bytes | None = None
    judging: Policy | None = None
    signed: bytes | None = None
    checkpoint: Checkpoint | None = None
    sealed: bool = False
    older: dict[str, bytes] = field(default_factory=dict)

    @property
    def origin(self) -> str | None:
        """The name of the log, as far as it is known."""
        if self.checkpoint is not None:
            return self.checkpoint.origin
        return self.log_key.name if self.log_key else None


def load(
    folder: PackageFolder, findings: Findings, *, log_key: VerifierKey | None, policy: Policy | None = None
) -> Trusted:
    """Read policy and checkpoints; judge the seal (check 4) and the witnesses (15).

    `policy` is the reader's own: it is then what the checkpoint is judged by.
    """
    trusted = Trusted(log_key=log_key, own_policy=policy is not None)
    _load_policy(folder, findings, trusted, policy)
    _load_checkpoint(folder, findings, trusted)
    for path in sorted(path for path in folder.files if path.startswith(OLDER)):
        content = _read(folder, path, findings)
        if content is not None:
            trusted.older[path] = content
    return trusted


def _read(folder: PackageFolder, path: str, findings: Findings) -> bytes | None:
    try:
        return folder.read(path, limit=_LIMIT_BYTES)
    except UnreadableFile as error:
        findings.add(f"tree.{error.reason}", Place(path), detail=error.detail)
        return None


def _load_policy(folder: PackageFolder, findings: Findings, trusted: Trusted, policy: Policy | None) -> None:
    trusted.policy_text = _read(folder, POLICY, findings)
    packaged = _parsed(findings, trusted.policy_text) if trusted.policy_text is not None else None
    trusted.judging = policy or packaged
    keys = [log.key for log in trusted.judging.logs] if trusted.judging else []
    if trusted.judging is not None and len({key.name for key in keys}) != 1:
        findings.add("tree.policy_logs", Place(POLICY), count=len({key.name for key in keys}))
    if trusted.log_key is None:
        if keys:
            trusted.log_key = keys[0]
            if policy is None:
                findings.attend("tree.key_from_package", Place(POLICY), key="、".join(map(str, keys)))
        return
    if trusted.judging is None:
        trusted.judging = Policy((Log(trusted.log_key),)) if trusted.log_key.algorithm == ED25519 else None
    elif trusted.log_key in keys:
        # The reader knows this key: another that stands beside it, while keys are being changed, proves nothing to him.
        trusted.judging = replace(trusted.judging, logs=(Log(trusted.log_key),))


def _parsed(findings: Findings, text: bytes) -> Policy | None:
    try:
        return Policy.parse(text)
    except PolicyError as error:
        findings.add("tree.policy", Place(POLICY), detail=str(error))
        return None


def _load_checkpoint(folder: PackageFolder, findings: Findings, trusted: Trusted) -> None:
    trusted.signed = _read(folder, CHECKPOINT, findings)
    if trusted.signed is None:
        findings.skip(Check.WITNESSES, "unsealed")
        return
    place, policy = Place(CHECKPOINT), trusted.judging
    try:
        trusted.checkpoint = checkpoints.parse_text(note.parse(trusted.signed).text)
        if policy is None:
            findings.add("tree.no_key", place)
        else:
            sealing = replace(policy, witnesses=(), groups=(), quorum="none")
            sealing.check(trusted.signed)
            trusted.sealed = True
    except NoteError as error:
        findings.add("tree.unsealed", place, detail=str(error))
    if trusted.sealed and policy is not None:
        check_witnesses(findings, policy, trusted.signed, place)
    else:
        findings.skip(Check.WITNESSES, "unsealed")


def check_witnesses(findings: Findings, policy: Policy, signed: bytes, place: Place) -> None:
    """Whether the witnesses that a policy asks for cosigned a checkpoint that its log signed."""
    try:
        checked = policy.check(signed)
    except NoteError as error:
        findings.add("witnesses.refused", place, detail=str(error))
        return
    cosigned, listed = len(checked.cosigned_at_s), len(policy.witnesses)
    if place.file == CHECKPOINT:
        findings.summarise(Check.WITNESSES, cosigned=cosigned, listed=listed, quorum=policy.quorum)
    for reason in checked.reasons:
        findings.add("witnesses.missing", place, detail=reason)
    if policy.quorum == "none" and place.file == CHECKPOINT:
        findings.attend("witnesses.none_asked", Place(POLICY), cosigned=cosigned, listed=listed)
