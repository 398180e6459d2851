"""What the signer answers. After broken integrity it signs nothing more, until somebody has looked and started it anew.

The order of a seal: compare with what was signed last, verify the proof as a witness would, read the new entries back
and hash them, write the memory durably, sign, answer.
"""

from collections.abc import Mapping
from typing import Any, Final

from journal import merkle
from journal.checkpoint import Checkpoint
from journal.errors import IntegrityError, Unavailable
from journal.keys import KeyFileError
from journal.log_keys import LogKeys
from journal.signer import Examine, LogSigner
from journal.signer_protocol import BUSY_ELSEWHERE, INTEGRITY, KEYS, MALFORMED, UNAVAILABLE

Answer = dict[str, object]

SIZE_MAX: Final = 2**63 - 1

_READING: Final = frozenset({"hello", "last", "keys"})
"""What is answered also after the signer has stopped: whoever looks for the reason needs it."""


class SignerService:
    """Answers questions about one log, one at a time.

    `database`: a name of the database that it reads, or empty if its owner chose it; a client of another is told.
    """

    def __init__(self, signer: LogSigner, *, keys: LogKeys, examine: Examine, database: str = "") -> None:
        self._signer = signer
        self._keys = keys
        self._examine = examine
        self._database = database
        self.broken: str | None = None
        self.in_the_way = False  # of a client of another database

    def answer(self, question: Mapping[str, Any]) -> Answer:
        """The answer to a question, whatever it is."""
        if self.broken is not None and question.get("ask") not in _READING:
            return _error(INTEGRITY, f"the signer has stopped: {self.broken}")
        try:
            return self._answer(question)
        except IntegrityError as error:
            self.broken = str(error)
            return _error(INTEGRITY, self.broken)
        except KeyFileError as error:
            return _error(KEYS, str(error))
        except Unavailable as error:
            return _error(UNAVAILABLE, str(error))
        except OSError as error:
            return _error(UNAVAILABLE, f"the signer's disk: {error}")
        except (KeyError, TypeError, ValueError) as error:
            return _error(MALFORMED, f"not a question to a signer: {error!r}")

    def check(self, *, size: int, root: bytes) -> None:
        """Refuse a journal that has gone back, differs, or cannot be compared with anything. Raises IntegrityError."""
        self._signer.check(size=size, root=root)
        if size and self._signer.last() is None:
            self._examine(self._signer.last_head(), Checkpoint(self._signer.origin, size, root))

    def _answer(self, question: Mapping[str, Any]) -> Answer:
        match question["ask"]:
            case "hello":
                asked = question.get("database", "")
                if asked and self._database and asked != self._database:
                    self.in_the_way = True
                    return _error(BUSY_ELSEWHERE, "this signer works on another database")
                return {"origin": self._signer.origin, "stopped": self.broken}
            case "last":
                signed = self._signer.last()
                return {"checkpoint": signed.decode() if signed is not None else None}
            case "keys":
                return {"keys": [str(key) for key in self._keys.known()]}
            case "check":
                self.check(size=_size(question["size"]), root=_hash(question["root"]))
                return {}
            case "seal":
                return self._seal(question)
            case other:
                raise ValueError(other)

    def _seal(self, question: Mapping[str, Any]) -> Answer:
        size, old, root = _size(question["size"]), _size(question["old"]), _hash(question["root"])
        proof = [_hash(node) for node in question["proof"]]

        def prove(first: int, _second: int) -> list[bytes]:
            if first != old:
                raise _ProvenFromElsewhere(first)
            return proof

        try:
            return {"checkpoint": self._signer.seal(size=size, root=root, prove=prove).decode()}
        except _ProvenFromElsewhere as error:  # like a witness: prove it from there
            return {"size": error.size}


class _ProvenFromElsewhere(Exception):
    """The signer has signed another size than the proof begins with."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} were signed")
        self.size = size


def _error(kind: str, text: str) -> Answer:
    return {"error": kind, "text": text}


def _size(value: object) -> int:
    if type(value) is not int or not 0 <= value <= SIZE_MAX:
        raise ValueError(f"not a size: {value!r}")
    return value


def _hash(value: Any) -> bytes:
    raw = bytes.fromhex(value)
    if len(raw) != merkle.HASH_BYTES:
        raise ValueError("a hash has 32 bytes")
    return raw
