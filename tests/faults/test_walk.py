"""Random walks through accidents. A walk that fails is walked again by `MINGZHANG_TEST_SEED=… pytest <this file>`.

`MINGZHANG_TEST_STEPS` makes it longer than continuous integration can wait for.
"""

import os
import random
import secrets
from pathlib import Path

import pytest

from migrations.roles import Access
from tests.conftest import Cluster
from tests.faults.walk import Walk
from tests.faults.world import begun
from tests.journal.signers import signer_home

ALWAYS = (20_261_122, 2_737_073_015)
"""The second one lost a connection in a way that libpq did not notice."""
STEPS = int(os.environ.get("MINGZHANG_TEST_STEPS", "24"))


def seeds() -> list[object]:
    """The one that was asked for; else those that are always the same, and a fresh one."""
    asked = os.environ.get("MINGZHANG_TEST_SEED")
    if asked:
        return [int(asked)]
    return [*ALWAYS, pytest.param(secrets.randbelow(2**32), id="fresh")]


@pytest.mark.parametrize("seed", seeds())
def test_whatever_happens_the_log_stays_whole(seed: int, database: Access, cluster: Cluster, tmp_path: Path) -> None:
    print(f"again: MINGZHANG_TEST_SEED={seed} MINGZHANG_TEST_STEPS={STEPS}")  # noqa: T201 - shown when it fails
    with signer_home(tmp_path / "home", database.auditor) as home, begun(database, home) as world:
        home.idle_s = 2.0
        walk = Walk(world, cluster, random.Random(seed))
        try:
            walk.steps(STEPS)
            walk.arrive()
        finally:
            print(*walk.taken, f"not acknowledged: {walk.unsure}", sep="\n")  # noqa: T201 - likewise
            walk.close()
        assert len(world.acknowledged) == len(walk.sent)
