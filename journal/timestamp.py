"""Time stamps of checkpoints: an authority outside the county confirms that a checkpoint existed at a moment.

What must not be broken: what is stamped are the three lines that the log signs, with the newline at the end of each and
without any signature (`checkpoint_text`), so that anybody can write them down again from origin, size and root; an
answer that does not name exactly their SHA-256, or is not signed under a certificate that was trusted beforehand, is
no time stamp.

Source: RFC 3161 (Time-Stamp Protocol), RFC 5816; C2SP tlog-checkpoint for the text. `openssl ts -verify` judges alike.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from journal.checkpoint import Checkpoint

SHA256: Final = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
GRANTED: Final = 0

# What a certificate that somebody has tampered with raises, besides failing to verify.
_UNTRUSTED: Final = (
    VerificationError,
    ValueError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)

Fault = Literal["unreadable", "not_granted", "other_text", "other_request", "untrusted"]


class BadToken(Exception):
    """An authority's answer is no time stamp of the text; `fault` says why."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Request:
    """A request in DER (application/timestamp-query), and the number that the answer must repeat."""

    der: bytes
    nonce: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a good answer says: when, and the name on the authority's certificate (RFC 4514)."""

    stamped_at: datetime
    authority: str


def checkpoint_text(checkpoint: Checkpoint) -> bytes:
    """The bytes that are stamped: origin, size and root, each on a line of its own; what the log's signature covers."""
    return checkpoint.text()


def request_for(text: bytes) -> Request:
    """Ask for a stamp over the SHA-256 of a text, with the authority's certificate in the answer."""
    made = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).build()
    nonce = made.nonce
    assert nonce is not None  # noqa: S101 - the builder's default is to draw one
    return Request(made.as_bytes(), nonce)


def read_roots(pem: bytes) -> list[x509.Certificate]:
    """The trusted certificates of a PEM file. Raises ValueError where it holds none."""
    return x509.load_pem_x509_certificates(pem)


def check_token(answer: bytes, *, text: bytes, roots: Sequence[x509.Certificate], nonce: int | None = None) -> Stamp:
    """Judge an authority's whole answer (TimeStampResp in DER) over a text. Raises BadToken.

    The certificate must have been valid at the moment of the stamp, not today. `nonce`: of the request, where known.
    """
    response = _decoded(answer)
    if response.status != GRANTED:
        raise BadToken("not_granted", f"status {response.status} {' '.join(response.status_string)}".strip())
    try:
        info = response.tst_info
    except ValueError as error:
        raise BadToken("unreadable", str(error)) from error
    imprint = info.message_imprint
    if imprint.hash_algorithm != SHA256 or imprint.message != hashlib.sha256(text).digest():
        raise BadToken("other_text", imprint.message.hex())
    if nonce is not None and info.nonce != nonce:
        raise BadToken("other_request", "the nonce differs")
    try:
        VerifierBuilder(roots=list(roots)).build().verify(response, hashlib.sha256(text).digest())
        authority = _signed_by(response)
    except _UNTRUSTED as error:
        raise BadToken("untrusted", str(error)) from error
    at = info.gen_time
    return Stamp(at if at.tzinfo is not None else at.replace(tzinfo=UTC), authority)


def _decoded(answer: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(_with_certificates_in_order(answer))
    except ValueError as error:
        raise BadToken("unreadable", str(error)) from error


def _with_certificates_in_order(answer: bytes) -> bytes:
    """The answer with its certificates in DER's order; as it is where it has none, or is no such structure.

    They are a SET, which no signature covers. OpenSSL's own authority, and who builds on it, hands them over in the
    order of the chain (BER, which RFC 5652 allows), and the strict reader would call that unreadable.
    """
    within = range(len(answer))
    for number, tag in _WAY_TO_CERTIFICATES:
        parts = _parts(answer, within)
        if len(parts) <= number or parts[number].tag != tag:
            return answer
        within = parts[number].content
    ordered = b"".join(sorted(answer[part.all.start : part.all.stop] for part in _parts(answer, within)))
    if len(ordered) != len(within):
        return answer
    return answer[: within.start] + ordered + answer[within.stop :]


class _Part(NamedTuple):
    """An element of DER: its tag, and where its content and all of it stand."""

    tag: int
    content: range
    all: range


# Response, token, its content, SignedData, certificates: which element of the one before, and its tag (RFC 5652).
_WAY_TO_CERTIFICATES: Final = ((0, 0x30), (1, 0x30), (1, 0xA0), (0, 0x30), (3, 0xA0))


def _parts(content: bytes, within: range) -> list[_Part]:
    """The elements that follow one another in a range; up to what has no definite length or does not fit."""
    found: list[_Part] = []
    at = within.start
    while at + 2 <= within.stop:
        first = content[at + 1]
        more = first & 0x7F if first & 0x80 else 0
        start = at + 2 + more
        stop = start + (int.from_bytes(content[at + 2 : start], "big") if more else first)
        if first == 0x80 or stop > within.stop:
            break
        found.append(_Part(content[at], range(start, stop), range(at, stop)))
        at = stop
    return found


def _signed_by(response: TimeStampResponse) -> str:
    """The name on the certificate that signed; `check_token` has made sure that there is exactly one signer."""
    (signer,) = response.signed_data.signer_infos
    certificates = map(x509.load_der_x509_certificate, response.signed_data.certificates)
    found = (one for one in certificates if (one.issuer, one.serial_number) == (signer.issuer, signer.serial_number))
    return next(found).subject.rfc4514_string()
