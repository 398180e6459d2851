"""How many must come, and how many must agree: shares as two whole numbers, so that nothing is rounded.

Source of the usual shares: 村民委员会组织法. 村民会议: more than half of the voters, or two thirds of the households;
村民代表会议 and 村民小组会议: two thirds; all of them decide by more than half of those present. Each place records its
own shares with the document that says so.
"""

from dataclasses import dataclass
from typing import Final

from domain.kernel.ids import EventName

MEETING_KINDS: Final = frozenset({"villagers", "households", "representatives", "group"})
"""村民会议 by voters, 村民会议 by a representative of each household, 村民代表会议, 村民小组会议."""

PRESENT: Final = "present"
ELIGIBLE: Final = "eligible"
PASSED_BY: Final = frozenset({PRESENT, ELIGIBLE})
"""Of whom the share that agrees is taken: of those who came, or of all who might have."""

PARTS_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `of`: two thirds is 2 of 3. `more`: it must be exceeded, as in "more than half"."""

    part: int
    of: int
    more: bool

    def is_one(self) -> bool:
        """Whether it is a share at all: above nothing, and such that everybody together reaches it."""
        highest = self.of - 1 if self.more else self.of
        return 1 <= self.part <= highest and self.of <= PARTS_MAX

    def reached(self, count: int, *, among: int) -> bool:
        """Whether so many among so many are the share."""
        have, need = count * self.of, among * self.part
        return have > need if self.more else have >= need


@dataclass(frozen=True, slots=True)
class MeetingRule:
    """When a kind of meeting may decide, and when it has decided; `event` is what set it."""

    kind: str
    quorum: Share
    passing: Share
    passed_by: str
    event: EventName

    def quorate(self, present: int, *, eligible: int) -> bool:
        """Whether enough have come."""
        return self.quorum.reached(present, among=eligible)

    def passes(self, agreed: int, *, present: int, eligible: int) -> bool:
        """Whether enough agree."""
        return self.passing.reached(agreed, among=eligible if self.passed_by == ELIGIBLE else present)
