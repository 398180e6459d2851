"""How far a report has gone, and who played which part in it, folded from its events by tables of this check alone.

What must not be broken: none of these tables is read from the program that records, so that its mistakes are not
repeated here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from audit.entries import Entry

_PARTS: Final[Mapping[str, str]] = {
    "verified": "verifier",
    "claimed": "handler",
    "arrived": "handler",
    "returned": "handler",
    "handled": "handler",
    "fed_back": "answerer",
    "closed": "closer",
    "called_back": "caller",
    "rated": "rater",
    "validity_decided": "decider",
    "supervised": "supervisor",
    "whistled": "supervisor",
}
"""The part that somebody plays by an act; of every other act the part is the act itself: its clerk."""
_PARTS_BEFORE: Final[Mapping[str, tuple[str, ...]]] = {
    "closed": ("verifier",),
    "fed_back": ("handler", "clerk"),
    "called_back": ("clerk",),
    "rated": ("clerk",),
}
"""The same under versions of a workflow that set no step apart: answering, rating and asking back were a clerk's."""
_CLERK: Final = "clerk"
ALIKE: Final = frozenset({"clerk", "transcriber"})
"""Whoever keeps the file may also write down what others say."""
JUDGING: Final = frozenset({"verify", "handle", "feed_back", "close", "call_back", "rate", "decide"})

ACTOR: Final[Mapping[str, str]] = {
    "verified": "verifier_id",
    "closed": "verifier_id",
    "claimed": "handler_id",
    "arrived": "handler_id",
    "returned": "handler_id",
    "validity_decided": "decider_id",
}
ACTS: Final[Mapping[str, str]] = {
    "accepted": "accept",
    "verified": "verify",
    "deliberated": "deliberate",
    "dispatched": "dispatch",
    "claimed": "claim",
    "arrived": "arrive",
    "handled": "handle",
    "fed_back": "feed_back",
    "closed": "close",
    "called_back": "call_back",
    "rated": "rate",
    "validity_decided": "decide",
    "posted": "post",
    "archived": "archive",
    "declined": "decline",
    "merged": "merge",
    "returned": "return",
    "reassigned": "reassign",
    "suspended": "suspend",
    "resumed": "resume",
    "extended": "extend",
    "reminded": "remind",
    "supervised": "supervise",
    "whistled": "whistle",
    "reopened": "reopen",
    "located": "locate",
}
_WITHOUT_HANDLING: Final = frozenset({"deliberate", "dispatch", "claim", "arrive", "handle", "close"})
AFTER_ARCHIVING: Final = frozenset({"reopen", "rate", "post", "supervise", "call_back"})
WHILE_SUSPENDED: Final = frozenset({"resume", "remind", "supervise"})
_KEPT: Final = frozenset({"accept", "verify", "deliberate", "decide"})
UNBOUND: Final[Mapping[str, frozenset[str]]] = {
    "verify": frozenset({"grid_worker"}),
    "handle": frozenset({"department_handler", "administrator"}),
    "decide": frozenset({"county_officer"}),
    "merge": frozenset({"county_officer", "grid_worker"}),
}
"""What may be done, and by whom, to a report that follows no workflow."""
_BESIDE: Final = frozenset(
    {
        "decline",
        "merge",
        "return",
        "reassign",
        "suspend",
        "resume",
        "extend",
        "remind",
        "supervise",
        "whistle",
        "reopen",
        "locate",
    }
)


@dataclass(slots=True)
class Report:
    """How far a report has gone."""

    workflow: str | None
    reported_at: str
    sensitive: bool
    division: str
    index: int
    parts: dict[str, set[str]]
    done: list[str] = field(default_factory=list)
    besides: list[str] = field(default_factory=list)
    confirmed: bool | None = None
    suspended: bool = False
    ended: str | None = None
    owner: str | None = None
    apart: frozenset[str] = frozenset()
    extended: list[Mapping[str, Any]] = field(default_factory=list)
    bound: str | None = None


def part_of(report: Report, word: str, actor: str) -> str:
    """The part that an act is taken in; under older versions several acts are one part, or one of two."""
    act = ACTS[word]
    if not report.apart and word in _PARTS_BEFORE:
        parts = _PARTS_BEFORE[word]
        held = [part for part in parts if actor in report.parts.get(part, ())]
        return held[0] if held else parts[-1]
    return _PARTS.get(word, act if act in report.apart else _CLERK)


def needed(report: Report, act: str) -> bool:
    """Whether a mandatory step is still to be done."""
    if act in report.done or (act == "post" and report.sensitive):
        return False
    return not (report.confirmed is False and act in _WITHOUT_HANDLING)


def advance(report: Report, entry: Entry, act: str) -> None:
    """How far the report has gone after an act."""
    data, steps = entry.data, act not in _BESIDE
    (report.done if steps else report.besides).append(act)
    if steps:
        report.extended = []
    match act:
        case "extend":
            report.extended.append(data["longer"])
        case "verify":
            report.confirmed = data["confirmed"]
        case "dispatch":
            report.owner = data.get("handler_id")
            report.bound = data["department"] if data.get("bound") else None
        case "reassign":
            report.done = [one for one in report.done if one not in ("claim", "arrive")]
            report.owner = data.get("handler_id")
            report.bound = data["department"] if data.get("bound") else None
        case "claim":
            report.owner = data["handler_id"]
        case "return":
            report.done = [one for one in report.done if one not in ("dispatch", "claim", "arrive")]
            report.owner = report.bound = None
        case "close" if not data["solved"]:
            report.done = [one for one in report.done if one not in ("handle", "feed_back", "close")]
        case "suspend" | "resume":
            report.suspended = act == "suspend"
        case "decline" | "merge" | "archive":
            report.ended = {"decline": "declined", "merge": "merged", "archive": "archived"}[act]
        case "reopen":
            report.done = [one for one in report.done if one in _KEPT]
            report.ended, report.owner, report.bound, report.suspended = None, None, None, False
