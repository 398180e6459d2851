"""Dual roles (双重角色): who holds two roles between which a chain wants two persons.

Nobody can act twice in one chain: every step refuses that. A person with two such roles is flagged all the same: who
deals with him should look twice, and a small county may have nobody else to take the other part.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Final

from domain.kernel.places import Division, contains

PARTS_OF_ROLE: Final[Mapping[str, frozenset[str]]] = {
    "member": frozenset({"reporter"}),
    "grid_worker": frozenset({"verifier"}),
    "grid_leader": frozenset({"verifier"}),
    "department_handler": frozenset({"handler"}),
    "county_officer": frozenset({"decider", "maker"}),
    "county_approver": frozenset({"checker"}),
}
"""The parts of the chain from a report to its payment for which each role is there; other roles have none of their own.

A member or a grid worker may handle a matter too, where the workflow says so: that makes no pair of roles that the
table does not flag already.
"""


def dual_roles(held: Iterable[tuple[str, Division]]) -> tuple[tuple[str, str], ...]:
    """The pairs of roles held at the same time, each in an area, that meet in one chain and must not be one person.

    Two roles meet where one's area lies in the other's. A pair is in the order of its roles' codes; each stands once.
    """
    pairs = {
        (role, other)
        for (role, area), (other, other_area) in combinations(sorted(set(held)), 2)
        if (contains(area, other_area) or contains(other_area, area)) and _apart(role, other)
    }
    return tuple(sorted(pairs))


def _apart(role: str, other: str) -> bool:
    """Whether the two roles are there for different parts of a chain."""
    parts, others = PARTS_OF_ROLE.get(role, frozenset()), PARTS_OF_ROLE.get(other, frozenset())
    return bool(parts and others) and parts != others
