"""Processes that are to be killed: a server that records and publishes, and a witness. (The signer is its own module.)

Run as `python -m tests.faults.victims`; what it shall do comes on standard input, one line of JSON. Whatever was
acknowledged is told on standard output, a line each, written before anything else happens.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from journal.errors import Unavailable
from journal.signer_client import SignerClient
from journal.witness_server import serve_witness
from tests.faults.serving import WITNESS, Given, publish, server
from tests.journal.opened import LOG_KEY

FAILED = 3
"""The exit code of one that met an error, said so and ended."""


def record_and_publish(given: Given, keys: list[str]) -> None:
    """Record one event for each key, publish after each."""
    with SignerClient(Path(given.socket)) as client, server(given, client) as opened:
        for key in keys:
            tell({"key": key, "proof": opened.place(key=key).proof.decode()})
            publish(given, opened)


def record_as_told(given: Given) -> None:
    """Record one event for each key that comes, until there are no more; say also where it was not acknowledged."""
    with SignerClient(Path(given.socket)) as client, server(given, client) as opened:
        for key in map(str.strip, sys.stdin):
            try:
                tell({"key": key, "proof": opened.place(key=key).proof.decode()})
            except Unavailable as error:
                tell({"key": key, "unavailable": str(error)})


def be_witness(state: str, port: int) -> None:
    """Cosign until killed."""
    serve_witness(
        key=WITNESS,
        logs=[LOG_KEY],
        state=Path(state),
        host="127.0.0.1",
        port=port,
        ready=lambda _port: tell({"ready": os.getpid()}),
    )


def tell(message: dict[str, Any]) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


def main() -> int:
    asked = json.loads(sys.stdin.readline())
    try:
        if "given" in asked and asked["keys"] is None:
            record_as_told(Given(**asked["given"]))
        elif "given" in asked:
            record_and_publish(Given(**asked["given"]), asked["keys"])
        else:
            be_witness(asked["state"], asked["port"])
    except (OSError, Unavailable) as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
