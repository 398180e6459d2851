"""Many rows of a read model, put straight into it: what tests of long lists begin with."""

import psycopg
from psycopg import sql

COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'read' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


def copied(conn: psycopg.Connection, table: str, count: int, *, where: str, **changed: str) -> None:
    """So many copies of the rows of a table; `changed`: column -> SQL, in which `n` counts the copies from 1."""
    names = [str(name) for (name,) in conn.execute(COLUMNS, (table,)).fetchall()]
    assert set(changed) <= set(names), f"{table} has no such column"
    values = [sql.SQL(changed[name]) if name in changed else sql.SQL("row.") + sql.Identifier(name) for name in names]  # type: ignore[arg-type]
    conn.execute(
        sql.SQL(
            "INSERT INTO read.{table} ({names}) SELECT {values} FROM read.{table} row, generate_series(1, {count}) n"
            " WHERE {where}"
        ).format(
            table=sql.Identifier(table),
            names=sql.SQL(", ").join(map(sql.Identifier, names)),
            values=sql.SQL(", ").join(values),
            count=sql.Literal(count),
            where=sql.SQL(where),  # type: ignore[arg-type]
        )
    )
