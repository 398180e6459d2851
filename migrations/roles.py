"""The accounts inside the database: who may change tables, who may add facts, who may only read.

What must not be broken: no role that serves requests owns a table, so none of them can take the railing off
the events table. Which role may do what to which table stands in the SQL files; here the roles and the
database are made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from migrations.errors import RolesRefused

KINDS = ("owner", "writer", "projector", "reader", "auditor")
READ_ONLY_KINDS = ("reader", "auditor")
LOCK_KEY = 0x6D7A726F6C6573  # "mzroles"

ROLE_ATTRIBUTES = "SELECT rolsuper, rolcreaterole, rolname FROM pg_roles WHERE rolname = current_user"


def role_names(prefix: str = "mz_") -> dict[str, str]:
    """Return the name of each role: owner, writer, projector, reader, auditor, with a prefix."""
    return {kind: f"{prefix}{kind}" for kind in KINDS}


DEFAULT_NAMES: Mapping[str, str] = MappingProxyType(role_names())


@dataclass(frozen=True)
class Access:
    """How to reach one database in each role. `separate` is False if one role has to do for everything:
    unsafe.

    The connection strings hold passwords: never log them.
    """

    database: str
    names: Mapping[str, str]
    separate: bool
    owner: str = field(repr=False)
    writer: str = field(repr=False)
    projector: str = field(repr=False)
    reader: str = field(repr=False)
    auditor: str = field(repr=False)
    why_not_separate: str = ""


def ensure_roles(admin_dsn: str, *, database: str | None, passwords: Mapping[str, str], prefix: str = "mz_") -> Access:
    """Make the five login roles and the database (owned by the owner) if need be; doing it again changes
    nothing.

    `admin_dsn`: a superuser, or a user with CREATEROLE (and CREATEDB, unless it owns the database already);
    `database`: None means the one that `admin_dsn` names; `passwords`: one for each of KINDS. If the user may
    not make roles, all five connection strings are its own and `separate` is False. Raises RolesRefused if a
    role of that name is a superuser.
    """
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        name = database or connection.info.dbname
        row = connection.execute(ROLE_ATTRIBUTES).fetchone()
        superuser, create_role, user = row or (False, False, connection.info.user)
        if not (superuser or create_role):
            return _single(admin_dsn, name, user=user, why=f"{user} may not create roles")
        names = role_names(prefix)
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])  # freed with the session
        try:
            with connection.transaction():
                for kind in KINDS:
                    _ensure_role(connection, names[kind], password=passwords[kind], kind=kind)
                # The projector's tables belong to it (a rebuild replaces them); the owner must be able to say so.
                connection.execute(
                    sql.SQL("GRANT {} TO {}").format(sql.Identifier(names["projector"]), sql.Identifier(names["owner"]))
                )
                if not superuser:  # the creator must be a member to hand a database to the owner
                    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(names["owner"])))
            _ensure_database(connection, name, names=names)
        except psycopg.errors.InsufficientPrivilege as error:
            why = f"{user} may not set them up: {error.diag.message_primary}"
            return _single(admin_dsn, name, user=user, why=why)
    return access_to(admin_dsn, database=name, passwords=passwords, prefix=prefix)


def access_to(admin_dsn: str, *, database: str, passwords: Mapping[str, str], prefix: str = "mz_") -> Access:
    """Return the connection strings of roles that exist, without asking the server. Host and port as in
    `admin_dsn`.
    """
    names = role_names(prefix)
    dsns = {
        kind: make_conninfo(admin_dsn, user=names[kind], password=passwords[kind], dbname=database) for kind in KINDS
    }
    return Access(database, names, separate=True, **dsns)


def grant_database(connection: psycopg.Connection, database: str, *, names: Mapping[str, str]) -> None:
    """Let only our roles connect to `database`. The projector may add schemas: it rebuilds beside and swaps."""
    of = sql.Identifier(database)
    roles = {kind: sql.Identifier(role) for kind, role in names.items()}
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(of))
    for rights, granted in (
        ("CONNECT", tuple(KINDS)),
        ("TEMPORARY", ("owner", "writer", "projector")),
        ("CREATE", ("owner", "projector")),
    ):
        to = sql.SQL(", ").join(roles[kind] for kind in granted)
        connection.execute(sql.SQL("GRANT {} ON DATABASE {} TO {}").format(sql.SQL(rights), of, to))


def _single(admin_dsn: str, database: str, *, user: str, why: str) -> Access:
    dsn = make_conninfo(admin_dsn, dbname=database)
    same = dict.fromkeys(KINDS, dsn)
    return Access(database, dict.fromkeys(KINDS, user), separate=False, why_not_separate=why, **same)


def _ensure_role(connection: psycopg.Connection, role: str, *, password: str, kind: str) -> None:
    """Create or correct one role. The server receives a SCRAM verifier, so that no log of it can hold a
    password.
    """
    found = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if found is not None and found[0]:
        raise RolesRefused(
            "roles.superuser", f"the role {role} is a superuser: rename it, or use another prefix", role=role
        )
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    verb = sql.SQL("CREATE" if found is None else "ALTER")
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(role), sql.Literal(verifier.decode()))
    )
    if kind in READ_ONLY_KINDS:
        connection.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(sql.Identifier(role)))


def _ensure_database(connection: psycopg.Connection, database: str, *, names: Mapping[str, str]) -> None:
    """Create the database, or hand one that exists to the owner."""
    of, owner = sql.Identifier(database), sql.Identifier(names["owner"])
    found = connection.execute(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [database]
    ).fetchone()
    if found is None:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(of, owner))
    elif found[0] != names["owner"]:
        _hand_over(connection, of, owner=owner)
    grant_database(connection, database, names=names)


def _hand_over(connection: psycopg.Connection, of: sql.Identifier, *, owner: sql.Identifier) -> None:
    """Make the owner own the database; where that is refused, let it make its tables in ours."""
    try:
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(of, owner))
    except psycopg.errors.InsufficientPrivilege:
        connection.execute(sql.SQL("GRANT CREATE, TEMPORARY ON DATABASE {} TO {}").format(of, owner))
        connection.execute(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(owner))
