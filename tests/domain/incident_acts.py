"""Taking any act of the kernel with facts that are right for it: what scenario and property tests walk with."""

from datetime import date
from uuid import UUID

from domain.incidents import Incident, Turn, decide_validity, filing, locating, record_handling, verify
from domain.kernel.workflow_steps import Limit, Workflow
from tests.domain.samples import LATER, NOW, TEXT, VILLAGE, person

TODAY = date(2026, 11, 22)
OTHER_REPORT = person("another incident")

FACTS: dict[str, dict[str, object]] = {
    "accept": {},
    "decline": {"reason": "outside_area"},
    "deliberate": {"present": 5, "opinion": TEXT},
    "dispatch": {"department": "县城管局", "handler_id": None},
    "reassign": {"department": "县住建局", "handler_id": None, "reason": "not_their_duty"},
    "claim": {},
    "whistle": {"departments": ["县城管局", "县住建局"]},
    "arrive": {"department": "县城管局"},
    "return": {"reason": "not_our_duty"},
    "suspend": {"reason": "waits_for_weather", "until": None, "today": TODAY},
    "resume": {},
    "extend": {"longer": Limit(2, "working_days"), "reason": "complex"},
    "feed_back": {"channel": "telephone", "message": TEXT},
    "close": {"solved": True, "reason": "solved_on_site"},
    "call_back": {"outcome": "satisfied"},
    "rate": {"stars": 5},
    "post": {"days": 7},
    "archive": {},
    "reopen": {"reason": "came_back"},
    "remind": {"channel": "telephone"},
    "supervise": {"document": "督〔2026〕1号", "instruction": None},
    "verify": {"confirmed": True, "reason": "seen_on_site"},
    "decide": {"valid": True, "reason": "meets_catalogue"},
}

_DECISIONS = {
    **{act: getattr(filing, act) for act in FACTS if hasattr(filing, act)},
    "return": filing.give_back,
    "verify": verify,
    "decide": decide_validity,
}


def take(
    incident: Incident | None, act: str, *, workflow: Workflow, role: str, actor_id: UUID, **changes: object
) -> object:
    """The event of an act. Raises Refusal."""
    turn = Turn(workflow, role)
    if act == "handle":
        moments = {"handled_at": LATER, "now": NOW}
        return record_handling(incident, turn=turn, handler_id=actor_id, actor_id=actor_id, reply=TEXT, **moments)
    if act == "locate":  # no workflow speaks of it
        return locating.locate(incident, turn=turn, actor_id=actor_id, **{"division": VILLAGE, **changes})
    if act == "merge":
        grounds = {"grounds": ["near_text"], "known_grounds": {"near_text"}}
        into = changes.pop("into", None)
        facts = {"incident_id": person("incident"), "into_id": OTHER_REPORT, "into": into, "into_recorded_first": True}
        facts |= {**grounds, **changes}
        return filing.merge(incident, turn=turn, actor_id=actor_id, **facts)
    return _DECISIONS[act](incident, turn=turn, actor_id=actor_id, **{**FACTS[act], **changes})
