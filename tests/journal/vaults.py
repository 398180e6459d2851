"""A vault on a fresh database, and a journal that says of a person that he is erased, without a program around it."""

from uuid import UUID

import psycopg

from migrations.roles import Access

KEY, NEXT_KEY = b"\x05" * 32, b"\x06" * 32
PERSON, OTHER = UUID(int=1), UUID(int=2)


def rows(database: Access, query: str) -> list[tuple[object, ...]]:
    """What the owner of the database sees."""
    with psycopg.connect(database.owner) as connection:
        return connection.execute(query).fetchall()


def whose(database: Access) -> set[object]:
    """Under whose key the vault keeps anything, or has a key or a mask."""
    union = (
        "SELECT person_id FROM vault.person_keys UNION SELECT person_id FROM vault.personal_values"
        " UNION SELECT person_id FROM vault.masks"
    )
    return {person for (person,) in rows(database, union)}


def say_erased(database: Access, person_id: UUID) -> None:
    """The journal's word, as far as the vault looks at it."""
    with psycopg.connect(database.owner) as connection:
        connection.execute(
            "INSERT INTO journal.events (originator_id, originator_version, topic, state, notification_id)"
            " SELECT %s, 2, 'person.erased/1', 'x', coalesce(max(notification_id), 0) + 1 FROM journal.events",
            (person_id,),
        )
