"""Key files are made once, closed to others, and every person's key follows from the one master seed."""

from pathlib import Path
from uuid import UUID

import pytest

from journal import note
from journal.keys import (
    KeyFileError,
    ServerCustody,
    create_log_key,
    create_master,
    create_secret,
    read_log_key,
    read_secret,
)

ORIGIN = "test.example/mingzhang"
PERSON, OTHER = UUID(int=1), UUID(int=2)


def test_a_secret_is_written_once_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "secret"
    create_secret(path, b"first")
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyFileError, match="File exists"):
        create_secret(path, b"second")
    assert read_secret(path) == b"first"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_secret_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    create_secret(tmp_path / "secret", b"x")
    (tmp_path / "secret").chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_secret(tmp_path / "secret")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"nowhere: No such file"):
        read_secret(tmp_path / "nowhere")


def test_the_log_key_comes_back(tmp_path: Path) -> None:
    made = create_log_key(tmp_path / "log.key", origin=ORIGIN)
    read = read_log_key(tmp_path / "log.key")
    assert read == made
    assert made.verifier_key.name == ORIGIN
    assert note.verify(note.sign(b"text\n", read), [made.verifier_key]).verified == (made.verifier_key,)


@pytest.mark.parametrize("content", [b"", b"no key\n", b"\xff\xfe", b"PRIVATE+KEY+a+00000000+AQID\n"])
def test_a_file_that_holds_no_key_is_told(tmp_path: Path, content: bytes) -> None:
    create_secret(tmp_path / "log.key", content)
    with pytest.raises(KeyFileError, match="holds no log key"):
        read_log_key(tmp_path / "log.key")


def test_the_master_seed(tmp_path: Path) -> None:
    create_master(tmp_path / "a")
    create_master(tmp_path / "b")
    assert len(read_secret(tmp_path / "a")) == 32
    assert read_secret(tmp_path / "a") != read_secret(tmp_path / "b")
    with pytest.raises(KeyFileError, match="31 bytes"):
        ServerCustody(bytes(31), origin=ORIGIN)


def test_every_person_role_and_generation_has_a_key_of_its_own() -> None:
    custody = ServerCustody(bytes(32), origin=ORIGIN)
    keys = {
        custody.signer(person, role, generation=generation).verifier_key.public_key
        for person in (PERSON, OTHER)
        for role in ("member", "auditor")
        for generation in (1, 2)
    }
    assert len(keys) == 8
    assert custody.signer(PERSON, "member").verifier_key.name == f"{ORIGIN}/member/{PERSON}"


def test_keys_follow_from_the_seed_for_ever() -> None:
    """A published value: if it changed, restored backups could no longer sign as anybody."""
    key = ServerCustody(bytes(range(32)), origin=ORIGIN).signer(PERSON, "member").verifier_key
    assert str(key) == (
        "test.example/mingzhang/member/00000000-0000-0000-0000-000000000001+21d0ab4a+Af1Lsc656VsSgmO3dCuedfsrcRW/EANI9ZLbrVmydI2d"
    )
    other = ServerCustody(bytes(range(1, 33)), origin=ORIGIN).signer(PERSON, "member").verifier_key
    assert other.public_key != key.public_key
