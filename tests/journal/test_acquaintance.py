"""Before a new key signs alone: which witnesses know it. Before a lost memory is replaced: what they have seen."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from journal import checkpoint
from journal.acquaintance import seen_by, who_knows
from journal.cosigning import Cosigners
from journal.note import Ed25519Signer
from journal.trust import Policy
from tests.journal.publishing import KEY, ORIGIN, handed_in, line_of, numbered, policy, witnessing

NEXT = Ed25519Signer.from_seed(ORIGIN, b"\x02" * 32)
SOURCE = numbered(9)
SIGNED = checkpoint.sign(SOURCE.head(9), KEY, NEXT)
KNOWN = {"both": (KEY, NEXT), "behind": (KEY, NEXT), "old": (KEY,), "stranger": ()}


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Policy]:
    """A policy with witnesses of every kind; those that know the log have seen 5 of its 9 entries, one all of them."""
    with ExitStack() as stack:
        lines = []
        for name, keys in KNOWN.items():
            known = [one.verifier_key for one in keys]
            key, url, witness = stack.enter_context(witnessing(tmp_path, name, keys=known))
            if known:
                witness.add_checkpoint(handed_in(SOURCE, 0, 9 if name == "both" else 5))
            lines.append(line_of(name, key, url))
        away = Ed25519Signer.generate("away.example/witness", algorithm=0x04)
        silent = Ed25519Signer.generate("silent.example/witness", algorithm=0x04)
        yield policy(*lines, line_of("away", away, "http://127.0.0.1:1"), line_of("silent", silent))


def test_each_witness_says_whether_it_knows_the_key(asked: Policy) -> None:
    found = who_knows(asked, NEXT.verifier_key, signed=SIGNED, nodes=SOURCE.nodes(9), cosigners=Cosigners())
    assert {one.witness.name: one.knows for one in found} == {
        "both": True,
        "behind": True,  # it was shown the way from what it had seen
        "old": False,
        "stranger": False,
        "away": None,
        "silent": None,
    }
    assert [bool(one.problem) for one in found] == [False, False, True, True, True, True]


def test_a_checkpoint_without_that_keys_signature_asks_nobody(asked: Policy) -> None:
    found = who_knows(asked, NEXT.verifier_key, signed=SOURCE.signed(9), nodes=SOURCE.nodes(9), cosigners=Cosigners())
    assert {one.knows for one in found} == {None}


def test_what_the_witnesses_have_seen(asked: Policy) -> None:
    seen = seen_by(asked, origin=ORIGIN, cosigners=Cosigners())
    assert {name: int(signed.splitlines()[1]) for name, signed in seen.items()} == {"both": 9, "behind": 5, "old": 5}
