"""How long a report has waited: since it happened, by its own word; until when it is due: by the record."""

from datetime import date, datetime

import psycopg

from domain.incidents import IncidentVerified
from domain.kernel.calendar import CHINA
from migrations.roles import Access
from projections import incident_courses
from projections.runner import Runner
from tests.projections.story import WORKER, Story


def test_it_waits_since_it_happened_and_not_since_it_was_written_down(
    installed: Access, runner: Runner, reader: psycopg.Connection
) -> None:
    story = Story().opened()
    story.today = date(2026, 3, 2)
    seen, today, earlier = (story.report(name) for name in ("rider", "walker", "driver"))
    event = IncidentVerified(verifier_id=WORKER, confirmed=True, reason="seen_on_site")
    story.record("incident", today, event, by=WORKER)
    story.today = date(2026, 3, 9)
    story.record("incident", earlier, event, by=WORKER, on=date(2026, 3, 4))
    story.append_to(installed.writer)
    runner.catch_up()
    rows = [incident_courses.one(reader, one) for one in (seen, today, earlier)]
    since = [row.waits_since.astimezone(CHINA).replace(microsecond=0) for row in rows if row is not None]
    assert since == [
        datetime(2026, 3, 2, 8, tzinfo=CHINA),  # the report's own time; it was recorded at nine
        datetime(2026, 3, 2, 9, tzinfo=CHINA),  # of the day of the record: the record
        datetime(2026, 3, 5, 0, tzinfo=CHINA),  # of an earlier day: when that was over
    ]
