"""Every seal against what the entries themselves say: the root at its size, and the policy in force there.

What must not be broken: a checkpoint is judged by the policy of its own time, as the journal states it; the package's
policy is the one in force at its checkpoint; and a checkpoint's file holds the signatures that count, once each, in
the order of the policy, so that no line can come, go or change places unseen.
"""

from contextlib import suppress
from dataclasses import replace

from audit.findings import Check, Findings, Place
from audit.rules.genesis import Genesis
from audit.tree import Tree
from audit.trusted import CHECKPOINT, POLICY, Trusted, check_witnesses
from journal import checkpoint as checkpoints
from journal import note
from journal.checkpoint import Checkpoint
from journal.note import NoteError, Signature, VerifierKey
from journal.trust import Log, Policy, PolicyError

SINCE = Place("--since")


def in_form(signed: bytes, policy: Policy) -> bytes:
    """A signed checkpoint as packages hold it: lines of the policy's keys only, each once, in the policy's order.

    Raises NoteError if the note is malformed.
    """
    parsed = note.parse(signed)
    kept: list[Signature] = []
    for key in (*(log.key for log in policy.logs), *(witness.key for witness in policy.witnesses)):
        of_key = [line for line in parsed.signatures if (line.name, line.key_id) == (key.name, key.key_hash)]
        kept.extend(of_key[:1])
    return bytes(note.Note(parsed.text, tuple(kept)))


class Seals:
    """Checks 4, 5, 14 and 15, once the entries were read."""

    def __init__(self, findings: Findings, trusted: Trusted, genesis: Genesis, tree: Tree) -> None:
        self._findings = findings
        self._trusted = trusted
        self._genesis = genesis
        self._tree = tree
        self._sealed: list[tuple[Checkpoint, frozenset[VerifierKey]]] = []  # that proved to be of this log

    def check(self, since: bytes | None) -> None:
        """Judge every checkpoint there is; `since` is the one that the reader kept."""
        trusted = self._trusted
        for path, signed in trusted.older.items():
            self._older(path, signed)
        if since is not None:
            self._since(since)
        if trusted.checkpoint is not None:
            self._compare(Check.TREE, "root", Place(CHECKPOINT), trusted.checkpoint)
            self._policy_in_force(trusted.checkpoint.size)
        if trusted.signed is not None and trusted.sealed:
            self._form(CHECKPOINT, trusted.signed, trusted.checkpoint.size if trusted.checkpoint else 0)
        self._log_key()

    def policy_at(self, size: int) -> Policy | None:
        """The policy in force for a checkpoint of that size, as the journal states it, else the package's."""
        found = self._genesis.in_force(size)
        text = found[1] if found else self._trusted.policy_text
        with suppress(PolicyError):
            return Policy.parse(text) if text is not None else None
        return None

    def _policy_in_force(self, size: int) -> None:
        found, text = self._genesis.in_force(size), self._trusted.policy_text
        if found is not None and text is not None and found[1] != text:
            self._findings.add("genesis.policy", replace(found[0], file=POLICY, offset=None))

    def _form(self, path: str, signed: bytes, size: int) -> None:
        policy = self.policy_at(size)
        if policy is not None and signed != in_form(signed, policy):
            self._findings.add("tree.signature_lines", Place(path))

    def _logs_at(self, size: int) -> list[Log]:
        """The log keys that may have signed a checkpoint of that size; the reader's own always may."""
        policy, own = self.policy_at(size), self._trusted.log_key
        keys = [log.key for log in policy.logs] if policy else []
        if own is not None and own not in keys and own.algorithm == note.ED25519:
            keys.append(own)
        return [Log(key) for key in keys]

    def _opened(self, signed: bytes, path: Place, check: Check) -> Checkpoint | None:
        """The checkpoint, if a log key of its time signed it."""
        try:
            size = checkpoints.size_of(signed)
            logs = tuple(self._logs_at(size))
            if not logs:
                self._findings.add(f"{check}.no_key", path)
                return None
            policy = Policy(logs)
            checked = policy.check(signed)
            signers = frozenset(note.verify(signed, [log.key for log in logs]).verified)
        except NoteError as error:
            self._findings.add(f"{check}.unsealed", path, detail=str(error))
            return None
        if self._trusted.origin not in (None, checked.checkpoint.origin):
            self._findings.add(f"{check}.unsealed", path, detail=f"a checkpoint of {checked.checkpoint.origin}")
            return None
        self._sealed.append((checked.checkpoint, signers))
        return checked.checkpoint

    def _older(self, path: str, signed: bytes) -> None:
        found = self._opened(signed, Place(path), Check.TREE)
        if found is None:
            return
        if path.rpartition("/")[2] != str(found.size):
            self._findings.add("tree.older_name", Place(path), size=found.size)
        self._form(path, signed, found.size)
        policy = self.policy_at(found.size)
        if policy is not None:
            check_witnesses(self._findings, policy, signed, Place(path))
        self._prefix(Check.TREE, Place(path), found)

    def _since(self, signed: bytes) -> None:
        found = self._opened(signed, SINCE, Check.SINCE)
        if found is not None:
            self._prefix(Check.SINCE, SINCE, found)
            self._findings.summarise(Check.SINCE, kept=found.size, size=self._tree.size)

    def _prefix(self, check: Check, place: Place, older: Checkpoint) -> None:
        latest = self._trusted.checkpoint
        if latest is not None and older.size > latest.size:
            self._findings.add(f"{check}.went_back", place, kept=older.size, size=latest.size)
        elif latest is not None and older.size == latest.size:
            if older.root != latest.root:
                self._findings.add(f"{check}.fork", place, size=older.size)
        else:
            self._compare(check, "fork", place, older)

    def _compare(self, check: Check, reason: str, place: Place, sealed: Checkpoint) -> None:
        if sealed.size > self._tree.size:
            self._findings.add(f"{check}.too_few", place, found=self._tree.size, expected=sealed.size)
            return
        found = self._tree.root(sealed.size)
        if found != sealed.root:
            code, expected = f"{check}.{reason}", sealed.root.hex()
            self._findings.add(code, place, size=sealed.size, found=found.hex(), expected=expected)

    def _log_key(self) -> None:
        """The key that the reader knows must be in force, or have handed over to the one that is."""
        trusted, genesis = self._trusted, self._genesis
        own = trusted.log_key
        if own is None:
            return
        if genesis.log_key is not None:
            text, place = genesis.log_key
            first = self.policy_at(0)
            if first is not None and text not in {str(log.key) for log in first.logs}:
                self._findings.add(
                    "genesis.log_key", place, found=text, expected=str(first.logs[0].key if first.logs else own)
                )
        size = trusted.checkpoint.size if trusted.checkpoint else self._tree.size
        policy = self.policy_at(size)
        keys = [log.key for log in policy.logs] if policy else []
        if not keys or own in keys:
            return
        if self._handed_over(own, keys):
            self._findings.attend("tree.key_rotated", Place(POLICY), old=str(own), new=str(keys[-1]))
        else:
            self._findings.add("tree.key_differs", Place(POLICY), found=str(keys[0]), expected=str(own))

    def _handed_over(self, own: VerifierKey, keys: list[VerifierKey]) -> bool:
        """Whether a checkpoint that the known key signed seals the event that named a key in force now."""
        named = [
            place.index for place, text in self._genesis.policies if any(str(key).encode() in text for key in keys)
        ]
        if not named:
            return False
        introduced = named[0] or 0
        return any(
            own in signers
            and introduced < sealed.size <= self._tree.size
            and self._tree.root(sealed.size) == sealed.root
            for sealed, signers in self._sealed
        )
