"""Figures of a grid answer the rule that was in force: the narrowest area's, every factor once, weights of 100.

The score is in no event, so that there is none to be wrong; it follows from what is judged here.
"""

from typing import Any, ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from domain.kernel.places import Division, chain
from domain.kernel.scoring import POINTS_MAX, WEIGHTS_SUM


class Difficulty:
    """Check 22."""

    types: ClassVar[frozenset[str] | None] = frozenset({"difficulty_rule.published/1", "difficulty.inputs_recorded/1"})
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._rules: dict[str, list[tuple[str, str, list[str]]]] = {}  # division -> (since, event, factors)
        self._days: set[tuple[str, str]] = set()
        self._rule_count = self._grid_count = 0

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge a rule by its own sums, and figures by the rule of their day."""
        if entry.type == "difficulty_rule.published/1":
            self._rule(entry)
        else:
            self._figures(entry)

    def _rule(self, entry: Entry) -> None:
        self._rule_count += 1
        data: Any = entry.data
        weights = sum(factor["weight"] for factor in data["factors"])
        if weights != WEIGHTS_SUM:
            self._findings.add("difficulty.weights", entry.place, found=weights, expected=WEIGHTS_SUM)
        for factor in data["factors"]:
            points = [band["points"] for band in factor["bands"]]
            if not points or max(points) > POINTS_MAX:
                self._findings.add("difficulty.points", entry.place, factor=factor["code"])
        codes = sorted(factor["code"] for factor in data["factors"])
        self._rules.setdefault(data["division"], []).append((data["since"], entry.name, codes))

    def _figures(self, entry: Entry) -> None:
        self._grid_count += 1
        data = entry.data
        rule = self._in_force(data["division"], data["measured_on"])
        if rule is None or rule[1] != data["rule"]:
            self._findings.add("difficulty.rule", entry.place, found=data["rule"], expected=rule[1] if rule else "—")
        if rule is not None and sorted(one["factor"] for one in data["inputs"]) != rule[2]:
            self._findings.add("difficulty.factors", entry.place)
        day = entry.identity, data["measured_on"]
        if day in self._days:
            self._findings.add("difficulty.day_again", entry.place, day=data["measured_on"])
        self._days.add(day)

    def _in_force(self, division: str, day: str) -> tuple[str, str, list[str]] | None:
        for area in chain(Division(division)):
            begun = [rule for rule in self._rules.get(area, ()) if rule[0] <= day]
            if begun:
                return max(begun, key=lambda rule: rule[0])
        return None

    def finish(self, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Count what was seen."""
        self._findings.summarise(Check.DIFFICULTY, rules=self._rule_count, grids=self._grid_count)
