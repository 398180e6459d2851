"""The attacks on the log, each by whoever holds what it takes, and who notices it by which check.

The README shows this table; `python -m tests.faults.attacks` prints it. `tests/faults/test_attacks.py` stages every row
against a live log and compares what was noticed with what is written here.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.faults.point_stages import by_another_rule, credited_twice, nothing_handed_out, oversold
from tests.faults.stages import (
    OLD,
    RECENT,
    Stage,
    balance_raised,
    by_a_revoked_key,
    by_a_stranger,
    cut_off,
    edit_one_row,
    edited,
    flipped_bits,
    fork_cosigned,
    fork_published,
    fork_shown,
    in_the_package,
    insert,
    outside_the_role,
    page_figure,
    rewrite,
    tile_on_disk,
    yesterday,
)

BEGIN, END = "<!-- attacks:begin -->", "<!-- attacks:end -->"
APPEND, SIGNER, WITNESS, PUBLISHER = "append path", "signer", "witness", "publisher"
FSCK, VERIFY, SINCE = "fsck", "verify", "verify --since"
DETECTORS = (APPEND, SIGNER, WITNESS, PUBLISHER, FSCK, VERIFY, SINCE)


@dataclass(frozen=True)
class Attack:
    """One row. `restored`: what comes from yesterday's backup when the attack begins. `noticed`: codes or words of the
    check, for exactly the detectors that notice it.
    """

    name: str
    by: str
    stage: Stage
    noticed: Mapping[str, Sequence[str]]
    restored: frozenset[str] = field(default_factory=frozenset)


DATABASE, MEMORY, FILES = "database", "signer", "log"
OWNER, THIEF, GIVER = "owner of the database", "thief of the log's key", "giver of the package"

ATTACKS: Sequence[Attack] = (
    Attack(
        "an event edited, and nothing else",
        OWNER,
        edit_one_row(OLD),
        {
            FSCK: ("tree.differs", "checkpoint.root", "file.differs", "head.differs"),
            VERIFY: ("tree.root", "signatures.bad"),
            SINCE: ("since.fork",),
        },
    ),
    Attack(
        "a recent event edited, and nothing else",
        OWNER,
        edit_one_row(RECENT),
        {
            APPEND: ("do not give the root of the head",),
            FSCK: ("checkpoint.root", "file.differs", "head.differs"),
            VERIFY: ("tree.root", "signatures.bad"),
        },
    ),
    Attack(
        "an event edited, tree and head to match",
        OWNER,
        rewrite(lambda entries: [*entries[:OLD], edited(entries[OLD]), *entries[OLD + 1 :]]),
        {
            SIGNER: ("is not the one that was signed",),
            FSCK: ("checkpoint.root", "file.differs"),
            VERIFY: ("tree.root", "signatures.bad"),
        },
    ),
    Attack(
        "an event dropped, tree and head to match",
        OWNER,
        rewrite(lambda entries: [*entries[:OLD], *entries[OLD + 1 :]]),
        {
            SIGNER: ("an older backup was restored",),
            FSCK: ("checkpoint.beyond", "file.differs"),
            VERIFY: ("structure.missing",),
        },
    ),
    Attack(
        "two events swapped, tree and head to match",
        OWNER,
        rewrite(lambda entries: [*entries[:OLD], entries[OLD + 1], entries[OLD], *entries[OLD + 2 :]]),
        {
            SIGNER: ("is not the one that was signed",),
            FSCK: ("checkpoint.root", "file.differs"),
            VERIFY: ("tree.root",),
        },
    ),
    Attack(
        "an event inserted in the middle, tree and head to match",
        OWNER,
        rewrite(insert),
        {
            SIGNER: ("does not extend the signed one",),
            FSCK: ("checkpoint.root", "file.differs"),
            VERIFY: ("tree.root", "signatures.unknown"),
        },
    ),
    Attack(
        "the tail cut off, yesterday's checkpoint shown again",
        OWNER,
        cut_off,
        {
            SIGNER: ("an older backup was restored",),
            WITNESS: ("it has seen",),
            FSCK: ("checkpoint.beyond",),
            SINCE: ("since.went_back",),
        },
    ),
    Attack(
        "yesterday's backup of the database restored",
        "operator",
        yesterday,
        {
            SIGNER: ("an older backup was restored",),
            WITNESS: ("it has seen",),
            FSCK: ("checkpoint.beyond",),
            SINCE: ("since.went_back",),
        },
        frozenset({DATABASE}),
    ),
    Attack(
        "yesterday's backup restored, the signer's memory too",
        "operator",
        yesterday,
        {
            WITNESS: ("it has seen",),
            PUBLISHER: ("an older backup was restored",),
            FSCK: ("checkpoint.beyond", "signer.behind"),
            SINCE: ("since.went_back",),
        },
        frozenset({DATABASE, MEMORY}),
    ),
    Attack(
        "yesterday's backup restored, signer's memory and published files too",
        "operator",
        yesterday,
        {
            WITNESS: ("it has seen",),
            PUBLISHER: ("has cosigned another journal",),
            SINCE: ("since.went_back",),
        },
        frozenset({DATABASE, MEMORY, FILES}),
    ),
    Attack(
        "a fork shown to witness and auditor",
        THIEF,
        fork_shown,
        {WITNESS: ("it refused with 422",), VERIFY: ("witnesses.missing",), SINCE: ("since.fork",)},
    ),
    Attack(
        "a fork of the same size published",
        THIEF,
        fork_published,
        {
            WITNESS: ("it refused with 422",),
            PUBLISHER: ("is no beginning of what is signed now",),
            FSCK: ("checkpoint.root", "checkpoint.quorum"),
            VERIFY: ("witnesses.missing",),
            SINCE: ("since.fork",),
        },
    ),
    Attack(
        "a fork behind the true log, which the witness sees first",
        THIEF,
        fork_cosigned,
        {WITNESS: ("it refused with 422",), PUBLISHER: ("has cosigned another journal",)},
    ),
    Attack("an event by an unregistered key, at the end", OWNER, by_a_stranger, {VERIFY: ("signatures.unknown",)}),
    Attack("an event by a revoked key, at the end", OWNER, by_a_revoked_key, {VERIFY: ("signatures.revoked",)}),
    Attack("an event outside its signer's role, at the end", OWNER, outside_the_role, {VERIFY: ("roles.may_not",)}),
    Attack(
        "a balance raised in the table, and more granted than was appropriated",
        OWNER,
        balance_raised,
        {FSCK: ("balance.differs",), VERIFY: ("limits.passed",)},
    ),
    Attack(
        "points for a report by a rule that nobody published",
        OWNER,
        by_another_rule,
        {FSCK: ("balance.differs",), VERIFY: ("points.other_rule", "points.amount")},
    ),
    Attack(
        "a report's points credited twice",
        OWNER,
        credited_twice,
        {FSCK: ("balance.differs",), VERIFY: ("points.twice",)},
    ),
    Attack(
        "more handed out at a station than lay there",
        OWNER,
        oversold,
        {FSCK: ("balance.differs",), VERIFY: ("stations.below_zero", "limits.passed")},
    ),
    Attack(
        "points taken in an exchange, and no goods handed out",
        OWNER,
        nothing_handed_out,
        {FSCK: ("balance.differs",), VERIFY: ("stations.exchange_incomplete",)},
    ),
    Attack("a figure of the villagers' page changed", OWNER, page_figure, {VERIFY: ("disclosures.differs",)}),
    Attack("a published bundle changed on the disk", "owner of the disk", tile_on_disk, {FSCK: ("file.differs",)}),
    Attack(
        "a ledger of the package changed",
        GIVER,
        in_the_package("ledgers/journal.csv", b"10.00", b"10.01"),
        {VERIFY: ("ledgers.differs",)},
    ),
    Attack(
        "a disclosure of the package changed",
        GIVER,
        in_the_package("disclosures/*.jsonl", b"1000", b"1100"),
        {VERIFY: ("disclosures.differs",)},
    ),
    Attack("a bit of any byte of the package flipped", GIVER, flipped_bits, {VERIFY: ("files.changed",)}),
)


def markdown() -> str:
    """The table as the README shows it, between its markers."""
    rows = ["| attack | by the | noticed by |", "|---|---|---|"]
    for attack in ATTACKS:
        noticed = [
            f"{detector} ({_words(attack.noticed[detector])})" for detector in DETECTORS if detector in attack.noticed
        ]
        rows.append(f"| {attack.name} | {attack.by} | {'; '.join(noticed)} |")
    return "\n".join([BEGIN, *rows, END, ""])


def _words(reasons: Sequence[str]) -> str:
    """Codes as code, words of a message in quotation marks."""
    return ", ".join(f"`{reason}`" if "." in reason else f"“{reason}”" for reason in reasons)


if __name__ == "__main__":
    sys.stdout.write(markdown())
