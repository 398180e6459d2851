"""What door and program say to each other, over a pair of sockets (`AF_UNIX`, `SOCK_SEQPACKET`): a message is one word.

From the door: SERVE, with a connection that the program is to serve. From the program: STOP, CHANGED, or the beginning
of the addresses that are to be forgotten, which is a path. The end of the lane is the word to leave.
"""

from typing import Final

SERVE: Final = b"serve"
STOP: Final = b"stop"
"""Nothing that was made before is to be handed out any more."""
CHANGED: Final = b"changed"
"""Somebody changed something here, and may look at once what came of it."""
EVERYTHING: Final = b"/"
MESSAGE_BYTES_MAX: Final = 4096
