"""The schema of the read models: made from the models' own DDL, with a record of which DDL that was.

What must not be broken: a model is never applied to tables of another version of it. Whoever finds another digest
stops and asks for a rebuild.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from projections.read_model import ReadModel, digest

LIVE = "read"
NEXT = "read_next"

# One lock for whoever writes to the live schema, one for whoever builds the next: two random numbers.
LIVE_LOCK = 0x6D7A_7265_6164_0001
NEXT_LOCK = 0x6D7A_7265_6164_0002

POSITIONS_DDL = """
CREATE TABLE IF NOT EXISTS positions (
    model         text PRIMARY KEY,
    position      bigint NOT NULL CHECK (position >= 0),
    digest        text NOT NULL,
    stopped_event text,
    stopped_error text,
    stopped_at    timestamptz,
    CHECK ((stopped_event IS NULL) = (stopped_error IS NULL))
)
"""

ENTER = "SELECT set_config('search_path', %s, true)"
LOCK = "SELECT pg_advisory_xact_lock(%s)"
DIGESTS = "SELECT model, digest FROM positions"
INSERT_MODEL = "INSERT INTO positions (model, position, digest) VALUES (%s, 0, %s)"


class NeedsRebuild(Exception):
    """The tables in the database are of another version of these models: `mingzhang rebuild` makes them anew."""

    def __init__(self, models: Sequence[str]) -> None:
        self.models = tuple(models)
        super().__init__("read models to rebuild: " + ", ".join(self.models))


@dataclass(frozen=True, slots=True)
class Roles:
    """The database roles, which may all be one: the projector writes read models, the readers read them."""

    projector: str
    readers: tuple[str, ...]


def install(conn: Connection[Any], models: Sequence[ReadModel], *, roles: Roles) -> None:
    """Make the schema and the tables of models that are not there yet; doing it again changes nothing.

    Run as the projector (or a member of it): a rebuild replaces what it owns. A new model starts at position 0. Raises
    NeedsRebuild if a model is there with another DDL.
    """
    with conn.transaction():
        conn.execute(LOCK, (LIVE_LOCK,))
        create(conn, models, schema=LIVE)
        grant(conn, schema=LIVE, roles=roles)


def create(conn: Connection[Any], models: Sequence[ReadModel], *, schema: str) -> None:
    """Make what is missing in a schema, inside the caller's transaction. Raises NeedsRebuild."""
    found = conn.execute("SELECT to_regnamespace(%s) IS NOT NULL", (schema,)).fetchone()
    if found is None or not found[0]:
        conn.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    conn.execute(ENTER, (schema,))
    conn.execute(POSITIONS_DDL)
    installed: dict[str, str] = dict(conn.execute(DIGESTS).fetchall())
    check_digests(installed, [model for model in models if model.NAME in installed])
    for model in models:
        if model.NAME not in installed:
            conn.execute(model.DDL.encode())
            conn.execute(INSERT_MODEL, (model.NAME, digest(model)))


def check_digests(installed: dict[str, str], models: Sequence[ReadModel]) -> None:
    """Raise NeedsRebuild unless each of these models is installed exactly as this code has it."""
    other = [model.NAME for model in models if installed.get(model.NAME) != digest(model)]
    if other:
        raise NeedsRebuild(other)


def grant(conn: Connection[Any], *, schema: str, roles: Roles) -> None:
    """Let the projector write and the readers read every table of a schema."""
    rights = {roles.projector: "SELECT, INSERT, UPDATE, DELETE", **dict.fromkeys(roles.readers, "SELECT")}
    if roles.projector in roles.readers:
        rights[roles.projector] = "SELECT, INSERT, UPDATE, DELETE"
    for role, allowed in rights.items():
        names = {"schema": sql.Identifier(schema), "role": sql.Identifier(role)}
        conn.execute(sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**names))
        conn.execute(
            sql.SQL("GRANT {allowed} ON ALL TABLES IN SCHEMA {schema} TO {role}").format(
                allowed=sql.SQL(allowed), **names
            )
        )
