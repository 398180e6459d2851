"""Velocity: who reports far more than everybody else. A flag for a person to look at, never a verdict.

Reports of a diligent courier and of somebody who copies others look alike in number alone; so nothing follows from the
flag by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

REPORTS_MIN: Final = 20
"""Fewer reports than these in the period never raise a flag."""

TIMES_MORE: Final = 5
"""A reporter is flagged from so many times the number that nine of ten reporters do not pass."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """A reporter with his number of reports, and the number from which reporters of the period are flagged."""

    reporter_id: UUID
    reports: int
    flagged_from: int


def flagged_from(counts: Mapping[UUID, int]) -> int:
    """The number of reports from which a reporter of the period is flagged."""
    if not counts:
        return REPORTS_MIN
    ordered = sorted(counts.values())
    usual_most = ordered[(len(ordered) - 1) * 9 // 10]
    return max(REPORTS_MIN, TIMES_MORE * usual_most)


def unusual_reporters(counts: Mapping[UUID, int]) -> list[Unusual]:
    """Who reported far more than the others of the period, the most first. `counts`: reporter -> reports."""
    least = flagged_from(counts)
    found = [Unusual(reporter, reports, least) for reporter, reports in counts.items() if reports >= least]
    return sorted(found, key=lambda one: (-one.reports, one.reporter_id))
