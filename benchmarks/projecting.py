"""Events projected a second: all our read models beside one view of the library's ProjectionRunner, in turns.

Both keep rows and position in one transaction. Ours applies batches to every read model; the library's applies one
event a transaction, here one row each.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import get_topic
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from benchmarks.ground import new_database, opened_ground
from domain.streams import event_types
from journal.codec import Codec
from projections import schema
from projections.models import MODELS
from projections.runner import Runner
from projections.schema import Roles


@dataclass(frozen=True)
class Projected:
    """Events a second by both."""

    ours: float
    library: float


def measure(superuser_dsn: str, *, events: int) -> Projected:
    """The same number of events for both, each from an empty view."""
    return Projected(ours(superuser_dsn, events=events), library(superuser_dsn, events=events))


def ours(superuser_dsn: str, *, events: int) -> float:
    """Appropriations into all read models; two of them hold rows of each."""
    access = new_database(superuser_dsn)
    roles = Roles(access.names["projector"], (access.names["reader"], access.names["auditor"], access.names["writer"]))
    with psycopg.connect(access.projector) as connection:
        schema.install(connection, MODELS, roles=roles)
    with opened_ground(access.writer) as ground:
        ground.fill(events)
        size, _ = ground.store.head()
    runner = Runner(access.projector, Codec(event_types()))
    begun = time.perf_counter()
    assert runner.catch_up() == size
    taken = time.perf_counter() - begun
    runner.close()
    return size / taken


class Appropriation(Aggregate):
    """The library's counterpart: an aggregate whose every event is one appropriation."""

    @event("Begun")
    def __init__(self) -> None:
        self.document = ""
        self.total_fen = 0

    @event("Appropriated")
    def appropriate(self, document: str, amount_fen: int) -> None:
        self.document = document
        self.total_fen += amount_fen


class Appropriations(Application[UUID]):
    """Holds the aggregate."""

    name = "appropriations"


class Rows(PostgresTrackingRecorder):
    """A view with one row for each event, written in the transaction of its position."""

    def __init__(self, datastore: PostgresDatastore, **named: Any) -> None:
        super().__init__(datastore, **named)
        self.table = SQL("{}.{}").format(Identifier(datastore.schema), Identifier("appropriation_rows"))
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS {} (id bigint PRIMARY KEY, document text, amount_fen bigint)").format(
                self.table
            )
        )
        self.insert = SQL("INSERT INTO {} VALUES (%s, %s, %s)").format(self.table)

    def add(self, document: str, amount_fen: int, tracking: Tracking) -> None:
        """One row and the position."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(self.insert, (tracking.notification_id, document, amount_fen), prepare=True)


class AppropriationRows(Projection[Rows]):
    """Writes a row for every event."""

    name = "appropriation_rows"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """A first event has no document."""
        self.view.add(getattr(domain_event, "document", ""), getattr(domain_event, "amount_fen", 0), tracking)


def library(superuser_dsn: str, *, events: int) -> float:
    """From the first event to the last, by the library's runner."""
    at = conninfo_to_dict(new_database(superuser_dsn, migrated=False).owner)
    environment = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(at["dbname"]),
        "POSTGRES_HOST": str(at["host"]),
        "POSTGRES_PORT": str(at.get("port", 5432)),
        "POSTGRES_USER": str(at["user"]),
        "POSTGRES_PASSWORD": str(at["password"]),
        "TRACKING_RECORDER_TOPIC": get_topic(Rows),
    }
    with closing_application(environment) as application:
        one = Appropriation()
        last = 0
        for number in range(events):
            one.appropriate(f"演练〔2026〕{number}号", 1_000_000_000)
            if number % 500 == 499 or number == events - 1:
                last = application.save(one)[-1].notification.id
    begun = time.perf_counter()
    with ProjectionRunner(
        application_class=Appropriations, projection_class=AppropriationRows, view_class=Rows, env=environment
    ) as runner:
        runner.wait(last, timeout=600)
        return last / (time.perf_counter() - begun)


@contextmanager
def closing_application(environment: dict[str, str]) -> Iterator[Appropriations]:
    """The application, closed in the end."""
    application = Appropriations(env=environment)
    try:
        yield application
    finally:
        application.close()
