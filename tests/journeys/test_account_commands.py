"""Keys by command line: what an administrator cannot do by mistake, and what is said when the first one is gone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrations.embedded import EmbeddedPostgres
from tests.conftest import temporary_home
from tests.journeys.commands import Commands, ok, refused, signer_of, write_secret


@pytest.fixture
def county() -> Iterator[Commands]:
    with temporary_home() as path, EmbeddedPostgres(path):
        made = Commands(path)
        ok(made.init())
        yield made
        signer_of(made).kill()


def test_a_key_is_not_revoked_from_before_it_was_registered_nor_over_records_that_nobody_counted(
    county: Commands, tmp_path: Path
) -> None:
    added = ok(county("account", "add", "wang", "--name", "王五", "--role", "administrator"))
    code, secret = re.search(r"邀请码：(\S+)", added), write_secret(tmp_path / "wang", "four words of wang")
    his = {"MINGZHANG_SECRET_FILE": str(secret)}
    assert code is not None
    heard = re.search(r"密钥指纹：(\S+)", ok(county("account", "accept", "wang", "--code", code[1], **his)))
    assert heard is not None
    ok(county("account", "register", "wang", "--role", "administrator", "--fingerprint", heard[1]))
    revoking = ("account", "revoke", "admin", "--role", "administrator", "--reason", "stolen", "--as", "wang")
    before = county.position()
    said = refused(county(*revoking, "--from", 0, **his), 1)
    registered = re.search(r"这把密钥在索引 (\d+) 才登记", said)
    assert registered is not None, said
    said = refused(county(*revoking, "--from", registered[1], **his), 1)
    signed = re.search(r"已签了 (\d+) 条记录", said)
    assert signed is not None, said
    assert county.position() == before
    assert "已吊销 admin" in ok(county(*revoking, "--from", registered[1], "--confirm", signed[1], **his))
    said = refused(county("account", "add", "ma.yi", "--name", "马一", "--role", "member"), 1)
    assert "首任管理员已经没有可用的密钥" in said
    assert "--as" in said
    ok(county("account", "add", "ma.yi", "--name", "马一", "--role", "member", "--as", "wang", **his))
