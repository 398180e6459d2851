"""The page of the package, written again and compared: nobody else may lead the reader's hand.

What must not be broken: it is compared only where it can be derived, from a sealed checkpoint whose root is that of the
entries; where these fail, the report says so already.
"""

from audit.entries import Bundle, path_of, read_bundle
from audit.explanation import README, Example, Stamped, example_index, explanation, seals_digest, witness_of
from audit.findings import Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.replay import Replay
from audit.trusted import CHECKPOINT, Trusted
from journal.tiles import TILE_WIDTH
from journal.trust import Policy, PolicyError

_LIMIT_BYTES = 1 << 20


def check(folder: PackageFolder, findings: Findings, trust: Trusted, replay: Replay, *, stamp: Stamped | None) -> None:
    """Compare `README.txt` with what it must be (check 1); `stamp` is the last that the journal names."""
    expected = _expected(folder, trust, replay, stamp)
    if expected is None:
        return
    try:
        found = folder.read(README, limit=_LIMIT_BYTES)
    except UnreadableFile as error:
        findings.add(f"files.{error.reason}", Place(README), detail=error.detail)
        return
    if found == expected:
        return
    rows, right = found.split(b"\n"), expected.split(b"\n")
    differing = (row for row, (one, other) in enumerate(zip(rows, right, strict=False), start=1) if one != other)
    findings.add("files.readme", Place(README, row=next(differing, min(len(rows), len(right)))))


def _expected(folder: PackageFolder, trust: Trusted, replay: Replay, stamp: Stamped | None) -> bytes | None:
    checkpoint, signed = trust.checkpoint, trust.signed
    if checkpoint is None or signed is None or not trust.sealed or trust.policy_text is None:
        return None
    if replay.tree.size != checkpoint.size or replay.tree.root(checkpoint.size) != checkpoint.root:
        return None
    try:
        policy = Policy.parse(trust.policy_text)
    except PolicyError:
        return None
    seals = seals_digest({CHECKPOINT: signed, **trust.older})
    return explanation(
        checkpoint,
        [log.key for log in policy.logs],
        seals=seals,
        witness=witness_of(policy, signed),
        example=_example(folder, replay),
        stamp=stamp,
    ).encode()


def _example(folder: PackageFolder, replay: Replay) -> Example | None:
    size = replay.tree.size
    if size == 0:
        return None
    index = example_index(size)
    n, place = divmod(index, TILE_WIDTH)
    width = min(TILE_WIDTH, size - n * TILE_WIDTH)
    bundle = Bundle(path_of(n, width), n * TILE_WIDTH, width)
    raws = read_bundle(folder, bundle)
    if place >= len(raws):
        return None
    raw = raws[place]
    return Example(index, bundle.path, raw.offset + 2, raw.content, replay.tree.proof(index))
