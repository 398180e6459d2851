"""What every kind of disclosure needs, to be computed from the events alone.

What must not be broken: a fold takes every event of its types in the order of the log and never fails on one, however
odd; what it was not told of before, it leaves out. Other rules say what is wrong with such an event.
"""

from collections.abc import Mapping
from typing import Protocol

from audit.entries import Entry
from domain.kernel.documents import Document
from domain.kernel.places import Division

Parameters = Mapping[str, str]


class Fold(Protocol):
    """One kind's figures, as the events so far make them. Its twin in `projections.disclosed` must give the same."""

    @property
    def query(self) -> str:
        """The query that it computes, with its version: `rewards/1`."""

    @property
    def types(self) -> frozenset[str]:
        """The types of events that it is shown."""

    def apply(self, entry: Entry) -> None:
        """Take one event in."""

    def document(self, *, division: Division, period: str, parameters: Parameters, position: int) -> Document:
        """What was to be disclosed of a place and a period, after the events so far; `position` is how many.

        In its `ref` cells stand whole identities (`kernel.documents.referred` puts there what is disclosed). Raises
        KeyError or ValueError for a period or parameters that the query does not know.
        """
