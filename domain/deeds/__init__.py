"""Deeds: what somebody did for the village, and who else says that he did; each ends in points by the rule in force.

What must not be broken: no module here gives points. A deed is confirmed by somebody else than who did it, and the
points that follow are decided by `domain.points`, in the same append.
"""
