"""Starting a signer where none runs: a process of its own, which outlives us by seconds and never for long."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from journal.errors import Unavailable
from journal.keys import KeyFileError
from journal.signer_protocol import KEYS, raise_error

START_TIMEOUT_S: Final = 30.0
IDLE_S: Final = 3.0
"""So long it waits for another client before it ends."""

_MODULE: Final = "journal.signer_process"


@dataclass(frozen=True)
class Launch:
    """How to start a signer: where its keys and memory are, and the connection string of a role that only reads."""

    keys: Path
    state: Path
    dsn: str
    log: Path
    idle_s: float = IDLE_S

    @property
    def database(self) -> str:
        """A name of the database that gives nothing away."""
        return sha256(self.dsn.encode()).hexdigest()

    def start(self, *, listening: Path) -> None:
        """Start one and wait until it listens, or until another has been faster.

        Raises KeyFileError, or Unavailable with its words, where it could not.
        """
        given = {
            "keys": str(self.keys),
            "state": str(self.state),
            "socket": str(listening),
            "dsn": self.dsn,
            "database": self.database,
            "idle_s": self.idle_s,
        }
        self.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        errors = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # What it needs to know is secret, so it goes through a pipe: arguments and environments can be looked at.
            ended = subprocess.run(  # noqa: S603 (our own program, no shell, no user input)
                [sys.executable, "-m", _MODULE],
                input=json.dumps(given).encode() + b"\n",
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                cwd="/",
                env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
                timeout=START_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"the signer does not start within {START_TIMEOUT_S:.0f} s: see {self.log}") from error
        finally:
            os.close(errors)
        try:
            answer = json.loads(ended.stdout)
        except ValueError:
            raise Unavailable(f"the signer did not start: see {self.log}") from None
        if answer.get("error") == KEYS:
            raise KeyFileError(str(answer["text"]))
        raise_error(answer)
