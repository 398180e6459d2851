"""A signed note: a text that people can read, and below it who put their seal on it.

What must not be broken: the signed bytes are the text exactly as stored, with its final newline, and one note
has exactly one byte form. Whatever `parse` accepts, `bytes()` gives back unchanged, so no byte can be altered
unseen.

Keys, lines and notes stand in one module because they are one specification.

Source: C2SP signed-note v1.0.0; for the timestamped type, C2SP tlog-cosignature v1.0.1; RFC 8032 for Ed25519.
"""

import binascii
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Final, Protocol, Self

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

ED25519: Final = 0x01
COSIGNATURE_V1: Final = 0x04  # Ed25519 over a time and a checkpoint
ALGORITHMS: Final = frozenset({ED25519, COSIGNATURE_V1})
SIGNATURES_MAX: Final = 100
TIME_S_MAX: Final = 2**63 - 1

_DASH: Final = "— ".encode()
_PRIVATE: Final = "PRIVATE+KEY+"
_CONTROLS: Final = bytes(byte for byte in range(0x20) if byte != 0x0A)
# Unicode spaces and plus signs would make a line or a key text ambiguous; lone surrogates have no UTF-8 form.
_NAME: Final = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+")
_KEY_TEXT: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")


class NoteError(ValueError):
    """The note, signature line or key cannot be accepted; the message says why."""


def decode_base64(text: bytes) -> bytes:
    """Bytes of canonical base64 (RFC 4648 section 4, padded). Raises NoteError for any other spelling."""
    try:
        decoded = binascii.a2b_base64(text)
    except binascii.Error as error:
        raise NoteError(f"not base64: {error}") from error
    # Encoding again and comparing refuses stray characters, missing padding and unused
    # bits that are not zero.
    if binascii.b2a_base64(decoded, newline=False) != text:
        raise NoteError("base64 is not in its canonical form")
    return decoded


def encode_base64(raw: bytes) -> bytes:
    """Canonical base64 (RFC 4648 section 4, padded), without a newline."""
    return binascii.b2a_base64(raw, newline=False)


def verify_ed25519(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) is the key's (32 bytes) over `message`, by libsodium's strict rule.

    That rule refuses non-canonical and small-order points and a scalar that is not reduced, so whatever
    passes here also passes in OpenSSL, Go and Node.
    """
    # The binding trusts lengths: a short key would be read past its end, and a signature of another length
    # would move the border between signature and message.
    if len(public_key) != 32 or len(signature) != 64:
        return False
    try:
        crypto_sign_open(signature + message, public_key)
    except BadSignatureError:
        return False
    return True


def cosignature_message(text: bytes, *, time_s: int) -> bytes:
    """The bytes a witness signs: header, POSIX seconds, and the checkpoint's text with its final newline."""
    if not 0 <= time_s <= TIME_S_MAX:
        raise NoteError(f"a cosignature's time must be between 0 and 2^63-1 seconds, not {time_s}")
    return b"cosignature/v1\ntime %d\n%b" % (time_s, text)


def check_name(name: str) -> None:
    """Raises NoteError unless `name` can stand in a signature line and in a key text."""
    if not _NAME.fullmatch(name):
        raise NoteError(f"a key name is non-empty and holds no space, plus or control character: {name!r}")


@dataclass(frozen=True)
class VerifierKey:
    """A public key under its name. Text form: `<name>+<8 hex key ID>+<base64(type || key)>`."""

    name: str
    algorithm: int
    public_key: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.algorithm not in ALGORITHMS:
            raise NoteError(f"signature type {self.algorithm:#04x} is not supported")
        if len(self.public_key) != 32:
            raise NoteError(f"an Ed25519 public key has 32 bytes, not {len(self.public_key)}")

    @cached_property
    def key_hash(self) -> bytes:
        """The 4-byte key ID: SHA-256(name || newline || type || public key), truncated."""
        return sha256(b"%b\n%c%b" % (self.name.encode(), self.algorithm, self.public_key)).digest()[:4]

    @cached_property
    def line_start(self) -> bytes:
        """The beginning of this key's signature lines: a dash, its name, a space."""
        return b"%b%b " % (_DASH, self.name.encode())

    @cached_property
    def key_id(self) -> int:
        """The key ID as the big-endian number of C2SP; `key_hash` holds the same four bytes."""
        return int.from_bytes(self.key_hash, "big")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a verifier key text. Raises NoteError if it is malformed or its key ID is not this key's."""
        name, key_hash, encoded = _split_key_text(text)
        key = cls(name, encoded[0], encoded[1:])
        if key.key_hash != key_hash:
            raise NoteError(f"key ID {key_hash.hex()} of {name} does not belong to this key ({key.key_hash.hex()})")
        return key

    def __str__(self) -> str:
        encoded = encode_base64(bytes([self.algorithm]) + self.public_key).decode()
        return f"{self.name}+{self.key_hash.hex()}+{encoded}"


def _split_key_text(text: str) -> tuple[str, bytes, bytes]:
    """Split `<name>+<8 hex>+<base64>` into name, 4-byte key ID, and at least two decoded bytes."""
    match = _KEY_TEXT.fullmatch(text)
    if match is None:
        raise NoteError("a key text has the form <name>+<8 lower-case hex digits>+<base64>")
    encoded = decode_base64(match[3].encode())
    if len(encoded) < 2:
        raise NoteError("a key text holds a type byte and a key")
    return match[1], bytes.fromhex(match[2]), encoded


class Signer(Protocol):
    """Whatever can sign: a key in memory, a device, another process."""

    @property
    def verifier_key(self) -> VerifierKey:
        """The public half, under which the signature will be verified."""

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature over `message`."""


@dataclass(frozen=True)
class Ed25519Signer:
    """A private Ed25519 key in memory. Its representation never shows the seed."""

    verifier_key: VerifierKey
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != 32:
            raise NoteError(f"an Ed25519 seed has 32 bytes, not {len(self.seed)}")
        # A signature made with somebody else's public key inside would leak the private key.
        if crypto_sign_seed_keypair(self.seed)[0] != self.verifier_key.public_key:
            raise NoteError(f"the seed does not belong to the public key of {self.verifier_key.name}")

    @classmethod
    def from_seed(cls, name: str, seed: bytes, *, algorithm: int = ED25519) -> Self:
        """The key that follows from a 32-byte seed, under `name`. Use COSIGNATURE_V1 for a witness."""
        if len(seed) != 32:
            raise NoteError(f"an Ed25519 seed has 32 bytes, not {len(seed)}")
        return cls(VerifierKey(name, algorithm, crypto_sign_seed_keypair(seed)[0]), seed)

    @classmethod
    def generate(cls, name: str, *, algorithm: int = ED25519) -> Self:
        """A new key from the operating system's randomness."""
        return cls.from_seed(name, secrets.token_bytes(32), algorithm=algorithm)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of Go's x/mod: `PRIVATE+KEY+<name>+<8 hex key ID>+<base64(type || seed)>`."""
        if not text.startswith(_PRIVATE):
            raise NoteError("a private key text begins with PRIVATE+KEY+")
        name, key_hash, encoded = _split_key_text(text.removeprefix(_PRIVATE))
        signer = cls.from_seed(name, encoded[1:], algorithm=encoded[0])
        if signer.verifier_key.key_hash != key_hash:
            raise NoteError(f"key ID {key_hash.hex()} of {name} does not belong to this private key")
        return signer

    def private_text(self) -> str:
        """The secret in the form that `parse` reads. Keep it where secrets are kept."""
        key = self.verifier_key
        encoded = encode_base64(bytes([key.algorithm]) + self.seed).decode()
        return f"{_PRIVATE}{key.name}+{key.key_hash.hex()}+{encoded}"

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature over `message` (RFC 8032, deterministic)."""
        return crypto_sign(message, self.seed + self.verifier_key.public_key)[:64]


@dataclass(frozen=True)
class Signature:
    """One signature line: key name, 4-byte key ID, and the bytes that the key's type defines."""

    name: str
    key_id: bytes
    signature: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.key_id) != 4 or not self.signature:
            raise NoteError(f"the signature of {self.name} lacks its key ID or its bytes")

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """Read `— <name> <base64>` without its newline. Raises NoteError."""
        if not line.startswith(_DASH):
            raise NoteError("a signature line begins with an em dash and a space")
        name, _, encoded = line[len(_DASH) :].partition(b" ")
        decoded = decode_base64(encoded)
        try:
            return cls(name.decode(), decoded[:4], decoded[4:])
        except UnicodeDecodeError as error:
            raise NoteError("a key name is not valid UTF-8") from error

    def __bytes__(self) -> bytes:
        """The line with its newline."""
        return b"%b%b %b\n" % (_DASH, self.name.encode(), encode_base64(self.key_id + self.signature))


@dataclass(frozen=True)
class Note:
    """A text, ending in a newline, and 1 to 100 signatures. Nothing here is verified yet."""

    text: bytes
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        _check_text(self.text)
        if not 1 <= len(self.signatures) <= SIGNATURES_MAX:
            raise NoteError(f"a note carries 1 to {SIGNATURES_MAX} signatures, not {len(self.signatures)}")

    def __bytes__(self) -> bytes:
        return self.text + b"\n" + b"".join(map(bytes, self.signatures))


def _check_text(text: bytes) -> None:
    if not text.endswith(b"\n"):
        raise NoteError("a note's text ends in a newline")
    if len(text.translate(None, _CONTROLS)) != len(text):
        raise NoteError("a note holds no control character but newline")
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise NoteError(f"a note's text is not valid UTF-8: byte {error.start}") from error


def parse(note: bytes) -> Note:
    """Read a complete note; verify nothing. Raises NoteError unless every byte is as the format says."""
    blank = note.rfind(b"\n\n")
    if blank < 0:
        raise NoteError("no blank line parts the text from its signatures")
    block = note[blank + 2 :]
    if not block.endswith(b"\n"):
        raise NoteError("the last signature line has no newline")
    if block.count(b"\n") > SIGNATURES_MAX:
        raise NoteError(f"more than {SIGNATURES_MAX} signatures")
    return Note(note[: blank + 1], tuple(map(Signature.parse, block[:-1].split(b"\n"))))


def sign(text: bytes, *signers: Signer) -> bytes:
    """The complete note: `text` (UTF-8, ending in a newline) and a line for each signer, in their order."""
    _check_text(text)
    lines = []
    for signer in signers:
        key = signer.verifier_key
        if key.algorithm != ED25519:
            raise NoteError(f"{key.name} is a witness key: it signs checkpoints with their time, through `cosign`")
        lines.append(Signature(key.name, key.key_hash, signer.sign(text)))
    if len({(line.name, line.key_id) for line in lines}) != len(lines):
        raise NoteError("the same key signs twice")
    return bytes(Note(text, tuple(lines)))


def sign_line(text: bytes, signer: Signer) -> bytes:
    """As `sign` by one Ed25519 key, for a text of which only the last byte is a control character."""
    key = signer.verifier_key
    if key.algorithm != ED25519:
        raise NoteError(f"{key.name} is a witness key: it signs checkpoints with their time, through `cosign`")
    return b"%b\n%b%b\n" % (text, key.line_start, encode_base64(key.key_hash + signer.sign(text)))


class KeyRing:
    """Known keys by name and ID. Where many notes are verified, build it once."""

    def __init__(self, keys: Iterable[VerifierKey]) -> None:
        self._keys: dict[tuple[str, bytes], VerifierKey] = {}
        for key in keys:
            # Two keys behind one name and ID: a signature could not say whose it is.
            if self._keys.setdefault((key.name, key.key_hash), key) != key:
                raise NoteError(f"two known keys share the name {key.name} and the ID {key.key_hash.hex()}")

    def __iter__(self) -> Iterator[VerifierKey]:
        return iter(self._keys.values())

    def find(self, signature: Signature) -> VerifierKey | None:
        """The known key that this line claims to be from, or None."""
        return self._keys.get((signature.name, signature.key_id))


@dataclass(frozen=True)
class VerifiedNote:
    """What may be believed of a note: its text, who signed it (each once, in order), and witnesses' times."""

    text: bytes
    verified: tuple[VerifierKey, ...]
    cosigned_at_s: Mapping[VerifierKey, int]  # POSIX seconds that each verified cosignature names


def verify(note: Note | bytes, keys: Iterable[VerifierKey]) -> VerifiedNote:
    """Verify a note against known keys (a KeyRing, or any iterable of keys).

    Lines of unknown keys are ignored. Raises NoteError if the note is malformed, if any line of a known key
    fails, if no known key signed, or if the keys are ambiguous. A key that signed twice counts once, with its
    first time.
    """
    if isinstance(note, bytes):
        note = parse(note)
    ring = keys if isinstance(keys, KeyRing) else KeyRing(keys)
    times: dict[VerifierKey, int | None] = {}
    for line in note.signatures:
        key = ring.find(line)
        if key is not None:
            times.setdefault(key, _verified_time(key, note.text, line.signature))
    if not times:
        raise NoteError("no known key signed this note")
    cosigned_at_s = {key: time_s for key, time_s in times.items() if time_s is not None}
    return VerifiedNote(note.text, tuple(times), cosigned_at_s)


def _verified_time(key: VerifierKey, text: bytes, signature: bytes) -> int | None:
    """Verify one line of a known key, or raise NoteError; the time it names, if it is a cosignature."""
    time_s, message = None, text
    if key.algorithm == COSIGNATURE_V1:
        if len(signature) != 72:
            raise NoteError(f"the cosignature of {key.name} has {len(signature)} bytes, not 8 + 64")
        time_s = int.from_bytes(signature[:8], "big")
        message, signature = cosignature_message(text, time_s=time_s), signature[8:]
    if not verify_ed25519(key.public_key, message, signature):
        raise NoteError(f"the signature of {key.name} ({key.key_hash.hex()}) does not verify")
    return time_s
