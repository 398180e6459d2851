"""Computes what a disclosure says from read models that all stand at the same place of the log.

What must not be broken: every figure of a document follows from the first `position` entries and from nothing else, so
that whoever has these entries computes the same bytes. A maker reads the tables of its own models only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol
from uuid import UUID

from psycopg import Connection, IsolationLevel

from domain.kernel.documents import Document, referred
from domain.kernel.places import Division
from projections.read_model import ReadModel

Parameters = Mapping[str, str]

POSITIONS: Final = "SELECT model, position, stopped_event FROM read.positions WHERE model = ANY (%s)"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a row is about: a person, or a household that its head stands for; the server alone knows it."""

    kind: str  # person, household
    identity: UUID


@dataclass(frozen=True, slots=True)
class Made:
    """A document, and for its tables whose rows are about somebody: who, row by row (None: nobody)."""

    document: Document
    subjects: Mapping[str, tuple[Subject | None, ...]] = field(default_factory=dict)


class Maker(Protocol):
    """A module of this package: how one kind is computed. Its twin in `audit.rules.disclosed` must give the same."""

    @property
    def QUERY(self) -> str: ...  # noqa: N802 - modules spell constants so

    @property
    def MODELS(self) -> Sequence[ReadModel]: ...  # noqa: N802 - likewise

    def document(
        self, conn: Connection[Any], *, division: Division, period: str, parameters: Parameters, position: int
    ) -> Made:
        """The document of a place and a period, as the models stand, inside the caller's snapshot.

        In its `ref` cells stand whole identities: what it is disclosed with, `make` puts there.
        """


class NotTogether(Exception):
    """The read models do not stand at one place: one is behind, or has stopped. Asking again a little later helps."""


def make(conn: Connection[Any], maker: Maker, *, division: Division, period: str, parameters: Parameters) -> Made:
    """Compute a document in one snapshot, at the position where the maker's models stand.

    `conn` has no transaction open. Raises NotTogether.
    """
    before = conn.isolation_level
    conn.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with conn.transaction():
            position = _position(conn, maker.MODELS)
            made = maker.document(conn, division=division, period=period, parameters=parameters, position=position)
            return replace(made, document=referred(made.document))
    finally:
        conn.isolation_level = before


def _position(conn: Connection[Any], models: Sequence[ReadModel]) -> int:
    names = [model.NAME for model in models]
    found = conn.execute(POSITIONS, (names,)).fetchall()
    stopped = [f"{model} before {event}" for model, _, event in found if event is not None]
    places = {position for _, position, _ in found}
    if stopped or len(found) != len(names) or len(places) != 1:
        raise NotTogether(", ".join(stopped) or ", ".join(f"{model} at {position}" for model, position, _ in found))
    return int(places.pop())
