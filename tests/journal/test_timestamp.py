"""An authority's answer counts only if it is about exactly this text and signed under a certificate trusted before."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journal.checkpoint import Checkpoint
from journal.timestamp import BadToken, check_token, checkpoint_text, read_roots, request_for
from tests.authority import Authority, make_authority, openssl

TEXT = checkpoint_text(Checkpoint("log.example/county", 17, b"\x11" * 32))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    return make_authority(tmp_path_factory.mktemp("authority") / "one")


@pytest.fixture(scope="module")
def answer(authority: Authority) -> bytes:
    """A good answer over TEXT."""
    return authority.reply(request_for(TEXT).der)


def fault_of(answer: bytes, authority: Authority, *, text: bytes = TEXT, nonce: int | None = None) -> str:
    with pytest.raises(BadToken) as raised:
        check_token(answer, text=text, roots=read_roots(authority.root.read_bytes()), nonce=nonce)
    return raised.value.fault


def test_what_is_stamped_are_the_three_lines_without_signatures() -> None:
    assert TEXT == b"log.example/county\n17\n" + b"ERERERERERERERERERERERERERERERERERERERERERE=\n"


def test_openssl_reads_the_request(authority: Authority) -> None:
    request = request_for(TEXT)
    printed = openssl("ts", "-query", "-in", "/dev/stdin", "-text", given=request.der).decode()
    assert "Hash Algorithm: sha256" in printed
    assert "Certificate required: yes" in printed
    assert f"{request.nonce:X}" in printed
    assert hashlib.sha256(TEXT).hexdigest()[:16] in printed.replace(" ", "").replace("-", "")
    assert request_for(TEXT).nonce != request.nonce


def test_a_good_answer(authority: Authority) -> None:
    request = request_for(TEXT)
    answer = authority.reply(request.der)
    stamp = check_token(answer, text=TEXT, roots=read_roots(authority.root.read_bytes()), nonce=request.nonce)
    assert stamp.authority == "CN=Test TSA"
    assert abs(stamp.stamped_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_openssl_judges_it_alike(authority: Authority, answer: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.tsr").write_bytes(answer)
    digest = hashlib.sha256(TEXT).hexdigest()
    words = ("ts", "-verify", "-digest", digest, "-in", tmp_path / "a.tsr", "-CAfile", authority.root)
    assert b"Verification: OK" in openssl(*words)


def test_a_text_that_was_not_stamped(authority: Authority, answer: bytes) -> None:
    other = checkpoint_text(Checkpoint("log.example/county", 18, b"\x11" * 32))
    assert fault_of(answer, authority, text=other) == "other_text"


def test_an_answer_to_another_request(authority: Authority, answer: bytes) -> None:
    """An old answer that somebody plays again."""
    assert fault_of(answer, authority, nonce=request_for(TEXT).nonce) == "other_request"


def test_a_certificate_that_nobody_trusts(answer: bytes, tmp_path: Path) -> None:
    """Of the same name, too: it is the key that counts."""
    assert fault_of(answer, make_authority(tmp_path / "one")) == "untrusted"


def test_a_refusal(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "md5.tsq").write_bytes(openssl("ts", "-query", "-digest", "00" * 16, "-md5"))
    openssl(
        "ts", "-reply", "-config", authority.folder / "tsa.cnf", "-queryfile", tmp_path / "md5.tsq",
        "-out", tmp_path / "no.tsr",
    )  # fmt: skip
    assert fault_of((tmp_path / "no.tsr").read_bytes(), authority) == "not_granted"


@pytest.mark.parametrize("garbage", [b"", b"<html>404</html>", b"\x30\x80", b"\x30\x03\x02\x01\x00", b"\x00" * 5000])
def test_an_answer_that_is_none(authority: Authority, garbage: bytes) -> None:
    assert fault_of(garbage, authority) in ("unreadable", "untrusted", "not_granted")


def test_no_byte_may_be_changed_unseen(authority: Authority, answer: bytes) -> None:
    """A byte outside of what is signed (a certificate more, say) may be another, if nothing that counts changes."""
    roots = read_roots(authority.root.read_bytes())
    good = check_token(answer, text=TEXT, roots=roots)
    caught = 0
    for position in range(len(answer)):
        changed = bytearray(answer)
        changed[position] ^= 1
        try:
            assert check_token(bytes(changed), text=TEXT, roots=roots) == good
        except BadToken:
            caught += 1
    assert caught > len(answer) / 2


def test_a_file_without_certificates() -> None:
    with pytest.raises(ValueError, match="PEM"):
        read_roots(b"no certificate")
