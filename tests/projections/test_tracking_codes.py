"""Each report has a short code of its own; which of two that would share one keeps it, the log decides."""

from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

import psycopg
import pytest

from domain.incidents import IncidentReported
from domain.kernel.events import Commitment
from domain.kernel.short_codes import candidates
from migrations.roles import Access
from projections import tracking_codes
from projections.runner import Runner
from tests.domain.kernel.test_short_codes import ALIKE
from tests.projections.conftest import all_rows
from tests.projections.story import CODEC, VILLAGE, Story, person


def reported(story: Story, incident_id: UUID) -> None:
    """A report with an id of our choice."""
    event = IncidentReported(
        reporter_id=person("rider"),
        category="road",
        division=VILLAGE,
        text=Commitment("ab" * 32),
        source="app",
        reported_at=datetime(2026, 1, 5, tzinfo=UTC),
    )
    story.record("incident", incident_id, event, by=person("rider"))


@pytest.mark.parametrize("batch", [100, 1], ids=["in one batch", "in two"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_first_of_two_keeps_the_code(
    installed: Access, reader: psycopg.Connection, batch: int, order: tuple[int, int]
) -> None:
    first, second = (ALIKE[number] for number in order)
    story = Story().opened()
    for incident_id in (first, second):
        reported(story, incident_id)
    story.append_to(installed.writer)
    runner = Runner(installed.projector, CODEC, batch=batch)
    runner.catch_up()
    runner.close()
    codes = {first: next(candidates(first)), second: next(islice(candidates(second), 1, None))}
    assert tracking_codes.codes_of(reader, [first, second]) == codes
    assert {tracking_codes.incident_of(reader, code) for code in codes.values()} == {first, second}
    assert tracking_codes.incident_of(reader, "22222222") is None
    assert len(all_rows(installed)["tracking_codes"]) == 2
