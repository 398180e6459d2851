"""What can go wrong in the journal that is neither a refusal nor bad data in a file."""


class IntegrityError(Exception):
    """Integrity is broken. Everything that depends on the journal stops; nothing goes on after an ignored one."""


class UndecodableEvent(IntegrityError):
    """A stored event whose type and version this code does not know, or whose data its type refuses."""


class Busy(Exception):
    """The queue of the writer is full; nothing was recorded, and the same command may be sent again."""


class Unavailable(Exception):
    """The database or the disk gave out. If an append was under way, its key tells on retry whether it was recorded."""
