"""Policies: one key is one voice, and a quorum that is lacking is named."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal import checkpoint, note, trust
from journal.checkpoint import Checkpoint, CheckpointError
from journal.merkle import EMPTY_ROOT
from journal.note import COSIGNATURE_V1, Ed25519Signer, NoteError, VerifierKey
from journal.trust import Group, Log, Policy, PolicyError, QuorumError, Witness

ORIGIN = "example.com/log"
LOG = Ed25519Signer.from_seed(ORIGIN, b"\x01" * 32)
OTHER_LOG = Ed25519Signer.from_seed("example.com/other", b"\x02" * 32)
WITNESSES = {
    name: Ed25519Signer.from_seed(f"witness.example/{name}", bytes([10 + i]) * 32, algorithm=COSIGNATURE_V1)
    for i, name in enumerate(["X1", "X2", "X3", "Y1", "Y2", "Y3"])
}
HEAD = Checkpoint(ORIGIN, 0, EMPTY_ROOT)


def vkey(name: str) -> str:
    return str(WITNESSES[name].verifier_key)


WITNESS_LINES = "".join(f"witness {name} {vkey(name)}\n" for name in WITNESSES)
# The example of the specification, with keys.
EXAMPLE = f"""\
log {LOG.verifier_key} https://example.com/log/

  # by the county
{WITNESS_LINES.replace(vkey("X1"), vkey("X1") + " https://witness.example/X1/")}
group\tX-witnesses  2 X1 X2 X3
group Y-witnesses any Y1 Y2 Y3\t
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def cosigned(*names: str, head: Checkpoint = HEAD, log: Ed25519Signer = LOG) -> bytes:
    lines = [checkpoint.cosign(head, WITNESSES[name], time_s=1763787098) for name in names]
    return checkpoint.add_cosignatures(checkpoint.sign(head, log), *lines)


def test_the_example_of_the_specification() -> None:
    policy = Policy.parse(EXAMPLE.encode())
    assert policy.logs == (Log(LOG.verifier_key, "https://example.com/log/"),)
    assert [witness.name for witness in policy.witnesses] == list(WITNESSES)
    assert policy.witnesses[0].url == "https://witness.example/X1/"
    assert policy.groups == (
        Group("X-witnesses", 2, ("X1", "X2", "X3")),
        Group("Y-witnesses", 1, ("Y1", "Y2", "Y3")),
        Group("X-and-Y", 2, ("X-witnesses", "Y-witnesses")),
    )
    assert policy.quorum == "X-and-Y"
    assert Policy.parse(bytes(policy)) == policy


@given(st.sets(st.sampled_from(sorted(WITNESSES))))
def test_the_quorum_of_the_example(names: set[str]) -> None:
    """Two of the X and one of the Y, whoever they are and whatever else is there."""
    checked = Policy.parse(EXAMPLE.encode()).check(cosigned(*sorted(names)))
    expected = len(names & {"X1", "X2", "X3"}) >= 2 and len(names & {"Y1", "Y2", "Y3"}) >= 1
    assert checked.satisfied == expected
    assert bool(checked.reasons) != expected
    assert set(checked.witnesses) == names
    assert set(checked.cosigned_at_s.values()) <= {1763787098}


def test_what_the_quorum_lacks_is_named() -> None:
    policy = Policy.parse(EXAMPLE.encode())
    signed = cosigned("X2", "Y1")
    checked = policy.check(signed)
    assert (checked.checkpoint, checked.log.key) == (HEAD, LOG.verifier_key)
    assert checked.reasons == (
        "group X-and-Y needs 2 of 2 members and has 1",
        "group X-witnesses needs 2 of 3 members and has 1",
        "witness X1 has not cosigned",
        "witness X3 has not cosigned",
    )
    with pytest.raises(QuorumError, match="witness X1 has not cosigned"):
        policy.require(signed)
    assert policy.require(cosigned("X1", "X2", "Y1")) == HEAD


def test_a_single_witness_or_none_as_quorum() -> None:
    lines = f"log {LOG.verifier_key}\n{WITNESS_LINES}"
    one, none = Policy.parse(f"{lines}quorum X1\n".encode()), Policy.parse(f"{lines}quorum none\n".encode())
    assert one.check(cosigned("X1")).satisfied
    assert one.check(cosigned("X2")).reasons == ("witness X1 has not cosigned",)
    assert none.check(cosigned()).satisfied
    assert none.check(cosigned("X2")).witnesses == ("X2",)


def test_published_cosigned_checkpoints(published: dict[str, Any], vectors: Path) -> None:
    vector = published["cosigned_checkpoint_made_here"]
    log, first, second = map(VerifierKey.parse, vector["vkeys"])
    group = Group("both", 2, ("one", "two"))
    policy = Policy((Log(log),), (Witness("one", first), Witness("two", second)), (group,), quorum="both")
    checked = policy.check(vector["signed_note"].encode())
    assert (checked.satisfied, checked.witnesses, checked.checkpoint.size) == (True, ("one", "two"), 70_000)
    # Both sides of a fork satisfy the policy: only comparing them shows the lie, and the witnesses' share in it.
    for name in ("checkpoint-35000.txt", "equivocating-checkpoint-35000.txt"):
        assert policy.check((vectors / name).read_bytes()).satisfied


def test_a_checkpoint_needs_a_listed_log_of_its_origin() -> None:
    policy = Policy((Log(LOG.verifier_key), Log(OTHER_LOG.verifier_key)))
    other_head = Checkpoint("example.com/other", 0, EMPTY_ROOT)
    assert policy.check(cosigned(head=other_head, log=OTHER_LOG)).log.key == OTHER_LOG.verifier_key
    with pytest.raises(CheckpointError, match=r"no listed key of example\.com/log signed"):
        policy.check(note.sign(HEAD.text(), OTHER_LOG))
    # A second log that signs as well does not hide the right one.
    assert policy.check(note.sign(HEAD.text(), OTHER_LOG, LOG)).log.key == LOG.verifier_key


def test_witnesses_alone_are_no_log() -> None:
    policy = Policy.parse(EXAMPLE.encode())
    lines = tuple(checkpoint.cosign(HEAD, signer, time_s=1) for signer in WITNESSES.values())
    with pytest.raises(CheckpointError, match="no listed key"):
        policy.check(bytes(note.Note(HEAD.text(), lines)))


def test_a_false_cosignature_rejects_the_checkpoint() -> None:
    policy = Policy.parse(EXAMPLE.encode())
    for_another_head = checkpoint.cosign(Checkpoint(ORIGIN, 1, EMPTY_ROOT), WITNESSES["Y3"], time_s=1)
    signed = checkpoint.add_cosignatures(cosigned("X1", "X2", "Y1"), for_another_head)
    with pytest.raises(NoteError, match=r"witness\.example/Y3 .* does not verify"):
        policy.check(signed)


def test_a_witness_that_cosigns_twice_counts_once() -> None:
    lines = f"log {LOG.verifier_key}\n{WITNESS_LINES}group two 2 X1 X2\nquorum two\n"
    policy = Policy.parse(lines.encode())
    again = checkpoint.cosign(HEAD, WITNESSES["X1"], time_s=1763787099)
    checked = policy.check(checkpoint.add_cosignatures(cosigned("X1"), again))
    assert (checked.satisfied, checked.witnesses) == (False, ("X1",))


SAME_KEY_OTHER_NAME = VerifierKey("witness.example/alias", COSIGNATURE_V1, WITNESSES["X1"].verifier_key.public_key)
LOG_ALIAS = VerifierKey("example.com/alias", note.ED25519, LOG.verifier_key.public_key)


@pytest.mark.parametrize(
    ("reason", "lines"),
    [
        ("line 1: not a line", "logs x"),
        ("line 1: not a line", f"log {LOG.verifier_key} https://a https://b"),
        ("line 1: not a line", "log"),
        ("line 1: a key text", "log example.com"),
        ("line 1: not a line", "witness X1"),
        ("line 1: .*witness key", f"log {vkey('X1')}"),
        ("line 1: .*log's key", f"witness X1 {LOG.verifier_key}"),
        ("line 2: log key .* twice", f"log {LOG.verifier_key}\nlog {LOG_ALIAS}"),
        ("line 2: witness key .* twice", f"witness X1 {vkey('X1')}\nwitness X2 {SAME_KEY_OTHER_NAME}"),
        ("line 2: name X1 .* twice", f"witness X1 {vkey('X1')}\nwitness X1 {vkey('X2')}"),
        ("line 2: name X1 .* twice", f"witness X1 {vkey('X1')}\ngroup X1 any X1"),
        ("line 1: name none .* twice", f"witness none {vkey('X1')}"),
        ("line 2: name none .* twice", f"witness X1 {vkey('X1')}\ngroup none any X1"),
        ("line 1: .*names X1, which is not defined", f"group g any X1\nwitness X1 {vkey('X1')}"),
        ("line 1: .*names g, which is not defined", "group g any g"),
        ("line 1: .*names none, which", "group g any none"),
        ("line 2: group member X1 .* twice", f"witness X1 {vkey('X1')}\ngroup g 1 X1 X1"),
        ("line 3: group member X1 .* twice", f"witness X1 {vkey('X1')}\ngroup g any X1\ngroup h any X1"),
        ("line 1: .*0 of 0 members", "group g all"),
        ("line 1: .*1 of 0 members", "group g any"),
        ("line 2: .*2 of 1 members", f"witness X1 {vkey('X1')}\ngroup g 2 X1"),
        ("line 1: a threshold is", "group g 0 X1"),
        ("line 1: a threshold is", "group g 01 X1"),
        ("line 1: a threshold is", "group g most X1"),
        ("line 1: a threshold is", "group g ２ X1"),
        ("line 1: .*quorum names X1, which", f"quorum X1\nwitness X1 {vkey('X1')}"),
        ("line 2: a second quorum", "quorum none\nquorum none"),
        ("line 1: not a line", "quorum"),
        ("line 1: not a line", "quorum a b"),
        ("needs a quorum line", "# nothing"),
        ("line 2: a control character", "quorum none\n# \r"),
        ("line 1: a control character", "# \x0b\nquorum none"),
        ("line 1: a control character", "# \x7f\nquorum none"),
    ],
)
def test_policies_that_do_not_hold_together(reason: str, lines: str) -> None:
    with pytest.raises(PolicyError, match=reason):
        Policy.parse(f"{lines}\n".encode())


def test_the_last_line_ends_too() -> None:
    for data in (b"", b"quorum none"):
        with pytest.raises(PolicyError):
            Policy.parse(data)


def test_octets_above_ascii_are_opaque() -> None:
    """A name of any octets survives, and a no-break space parts no words."""
    name = b"caf\xe9\xc2\xa0\xe6\x9d\x91"
    data = b"# \xff\nwitness " + name + b" " + vkey("X1").encode() + b"\nquorum " + name + b"\n"
    policy = Policy.parse(data)
    assert bytes(policy) == data.removeprefix(b"# \xff\n")
    assert len(policy.witnesses) == 1


def test_a_policy_made_by_hand_is_held_to_the_same_rules() -> None:
    one = Witness("X1", WITNESSES["X1"].verifier_key)
    with pytest.raises(PolicyError, match="quorum names"):
        Policy(witnesses=(one,), quorum="X2")
    with pytest.raises(PolicyError, match="one word"):
        Witness("two words", WITNESSES["X1"].verifier_key)
    with pytest.raises(PolicyError, match="one word"):
        Log(LOG.verifier_key, "https://example.com/\nquorum none")
    with pytest.raises(PolicyError, match="cannot be asked for"):
        Group("g", 0, ("X1",))


@given(st.binary(max_size=80), st.integers(0, len(EXAMPLE)), st.integers(0, 40))
def test_malformed_text_is_a_policy_error(noise: bytes, at: int, dropped: int) -> None:
    data = EXAMPLE.encode()
    try:
        policy = Policy.parse(data[:at] + noise + data[at + dropped :])
    except PolicyError:
        return
    assert Policy.parse(bytes(policy)) == policy


def test_thresholds_against_lying_witnesses() -> None:
    """More than two thirds: two such majorities share an honest witness while under a third lies."""
    assert [trust.threshold_against_lying(n) for n in range(1, 8)] == [1, 2, 3, 3, 4, 5, 5]
    for n in range(1, 40):
        assert 3 * trust.threshold_against_lying(n) > 2 * n
        assert trust.threshold_against_lying(n) <= n
