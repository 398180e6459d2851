"""Rules of meetings (议事规则): how many of those entitled must come, and how many of them must agree.

What must not be broken: a meeting is judged by the rule under which it was called; a later rule changes no meeting that
was called before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.kernel.affairs import TITLE_CHARS_MAX, require_public
from domain.kernel.events import event
from domain.kernel.ids import StreamName, derived, event_name, stream_name
from domain.kernel.places import Division
from domain.kernel.quorums import MEETING_KINDS, PASSED_BY, MeetingRule, Share
from domain.kernel.refusals import Refusal


@event("meeting_rule.set/1")
class MeetingRuleSet:
    """From `since` on, meetings of a kind in this division need `quorum` to be held and `passing` to decide.

    `passed_by`: present or eligible, of whom `passing` is a share. `document` is the paper that says so.
    """

    division: Division
    kind: str
    quorum: Share
    passing: Share
    passed_by: str
    since: date
    document: str
    setter_id: UUID


@dataclass(frozen=True, slots=True)
class RuleSince:
    """A rule and the day from which it holds, until the next one of its kind."""

    rule: MeetingRule
    since: date


@dataclass(frozen=True, slots=True)
class MeetingRules:
    """Every rule that one division has set, in the order of setting."""

    division: Division
    rules: tuple[RuleSince, ...] = ()

    def in_force(self, kind: str, on: date) -> MeetingRule | None:
        """The rule of a kind of meeting on a day: the latest that had begun."""
        begun = [one for one in self.rules if one.rule.kind == kind and one.since <= on]
        return max(begun, key=lambda one: one.since).rule if begun else None


def rules_stream(division: Division) -> StreamName:
    """The stream of a division's rules."""
    return stream_name("meeting_rule", derived("meeting_rule", division))


def rule_in_force(layers: Sequence[MeetingRules | None], *, kind: str, on: date) -> MeetingRule | None:
    """The rule of a kind on a day; `layers` are a division's rules and those above it, narrowest first."""
    found = (layer.in_force(kind, on) for layer in layers if layer is not None)
    return next((rule for rule in found if rule is not None), None)


# Decide: what may happen, judged by the rules in force.


def set_rule(
    rules: MeetingRules | None,
    *,
    division: Division,
    division_known: bool,
    kind: str,
    quorum: Share,
    passing: Share,
    passed_by: str,
    since: date,
    today: date,
    document: str,
    actor_id: UUID,
) -> MeetingRuleSet:
    """Set a rule from today or a later day on.

    Refused, in this order: `place.unknown`, `meeting.kind_unknown`, `meeting_rule.share_invalid`,
    `meeting_rule.passed_by_unknown`, `meeting_rule.begins_in_past`, `meeting_rule.begins_before_last` (an earlier rule
    of the kind holds from that day or a later one), `affair.text_missing`, `affair.text_too_long`.
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if kind not in MEETING_KINDS:
        raise Refusal("meeting.kind_unknown", kind=kind)
    if not (quorum.is_one() and passing.is_one()):
        raise Refusal("meeting_rule.share_invalid")
    if passed_by not in PASSED_BY:
        raise Refusal("meeting_rule.passed_by_unknown", passed_by=passed_by)
    if since < today:
        raise Refusal("meeting_rule.begins_in_past", since=since)
    last = max((one.since for one in rules.rules if one.rule.kind == kind), default=None) if rules else None
    if last is not None and since <= last:
        raise Refusal("meeting_rule.begins_before_last", since=since, last=last)
    require_public(document, most=TITLE_CHARS_MAX)
    return MeetingRuleSet(
        division=division,
        kind=kind,
        quorum=quorum,
        passing=passing,
        passed_by=passed_by,
        since=since,
        document=document,
        setter_id=actor_id,
    )


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(rules: MeetingRules | None, event: MeetingRuleSet) -> MeetingRules:
    """The rules after one more."""
    before = rules or MeetingRules(event.division)
    name = event_name(rules_stream(event.division), len(before.rules) + 1)
    rule = MeetingRule(event.kind, event.quorum, event.passing, event.passed_by, name)
    return replace(before, rules=(*before.rules, RuleSince(rule, event.since)))
