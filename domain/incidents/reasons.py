"""The closed lists of an incident: where reports come from, and why something was decided."""

from collections.abc import Mapping
from typing import Final

SOURCES: Final = frozenset({"app", "wechat", "hotline", "register", "open311", "staff"})
"""`staff`: a visitor at the counter; `register`: a row of a register that was kept elsewhere."""

OWN_SOURCES: Final = frozenset({"app", "open311"})
"""By which somebody reports for himself; by every other one what he said is written down by another (代录)."""

TICKETED_SOURCES: Final = frozenset({"hotline"})
"""Sources that give every matter a number of their own, by which a transcription can be checked."""

VERIFICATION_REASONS: Final[Mapping[str, bool]] = {
    "seen_on_site": True,
    "photo_matches": True,
    "confirmed_by_telephone": True,
    "confirmed_by_reply": True,
    "not_found": False,
    "wrong_place": False,
    "photo_does_not_match": False,
    "unclear": False,
}
"""Why a report was confirmed (True) or not confirmed (False)."""

VALIDITY_REASONS: Final[Mapping[str, bool]] = {
    "meets_catalogue": True,
    "not_in_catalogue": False,
    "not_confirmed": False,
    "duplicate": False,
    "own_duty": False,
    "untrue": False,
}
"""Why a report counts (True) or does not count (False)."""

CLOSURE_REASONS: Final[Mapping[str, bool]] = {
    "solved_on_site": True,
    "solved_by_photo": True,
    "reporter_agrees": True,
    "not_solved": False,
    "partly_solved": False,
    "came_back": False,
}
"""Why a matter is solved (True) or not (False)."""

DECLINE_REASONS: Final = frozenset(
    {"not_in_catalogue", "outside_area", "place_unclear", "in_court_or_petition", "already_answered", "no_content"}
)
"""Why a matter is not taken on."""

RETURN_REASONS: Final = frozenset({"not_our_duty", "wrong_area", "facts_missing", "needs_several_departments"})
"""Why a department gives a matter back."""

SUSPENSION_REASONS: Final = frozenset({"waits_for_weather", "waits_for_budget", "waits_for_procedure", "in_court"})
"""Why the clock of a matter stands still."""

EXTENSION_REASONS: Final = frozenset({"complex", "several_departments", "materials_awaited", "weather"})
"""Why a step has longer."""

REOPENING_REASONS: Final = frozenset({"came_back", "reporter_dissatisfied", "handled_wrongly", "supervision"})
"""Why a matter is taken up again."""

REASSIGNMENT_REASONS: Final = frozenset({"not_their_duty", "overdue", "person_absent", "needs_expertise"})
"""Why a matter goes to somebody else."""

CALL_BACK_OUTCOMES: Final = frozenset({"satisfied", "fairly_satisfied", "dissatisfied", "not_reached"})
"""What the reporter said when asked afterwards."""

CHANNELS: Final = frozenset({"telephone", "message", "wechat", "visit", "letter", "page"})
"""How somebody was told."""

STARS_MAX: Final = 5
POSTING_DAYS_MAX: Final = 365
DEPARTMENTS_MAX: Final = 20
