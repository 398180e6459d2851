"""What can go wrong between us and the database server, each with a code and one English sentence.

All of these are outages or set-up mistakes, never refusals of a rule: nothing was written when one is raised.
The command line translates by `code`; `facts` hold what the sentence names.
"""


class DatabaseError(Exception):
    """A failure with a permanent `code`, an English sentence and the `facts` that the sentence names."""

    def __init__(self, code: str, message: str, **facts: str | int) -> None:
        super().__init__(message)
        self.code = code
        self.facts = facts


class EmbeddedError(DatabaseError):
    """The embedded PostgreSQL could not be started, reached or stopped."""


class EmbeddedBusy(EmbeddedError):
    """Another process already runs the embedded PostgreSQL of this home; facts: home, pid, command, since."""


class MigrationError(DatabaseError):
    """The database and the numbered SQL files do not fit together, or a file failed."""


class Numbering(MigrationError):
    """The SQL files themselves are wrong: a number missing or doubled, a strange name, transaction control
    inside.
    """


class Changed(MigrationError):
    """A file that was already applied is not the file that was applied; facts: number, name."""


class Outdated(MigrationError):
    """The database is behind the code; facts: pending."""


class TooNew(MigrationError):
    """The database is newer than the code; facts: database, known (migration numbers)."""


class Failed(MigrationError):
    """A file was refused by PostgreSQL and rolled back; facts: file, line, sqlstate."""


class RolesRefused(DatabaseError):
    """The database roles could not be set up as asked."""
