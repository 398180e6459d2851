"""The vault, the published log and time stamps by command line: what an administrator runs now and then."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from api.context import database
from api.settings import read_settings
from migrations.embedded import EmbeddedPostgres
from tests.authority import make_authority, serving
from tests.conftest import temporary_home
from tests.journeys.commands import Commands, ok, refused, register_row, signer_of, write_register

BASIS = ("--reason", "consent_withdrawn", "--basis", "本人书面申请")


@pytest.fixture(scope="module")
def county() -> Iterator[Commands]:
    """A county in which two members are known and nobody has reported."""
    with temporary_home() as path, EmbeddedPostgres(path):
        made = Commands(path)
        ok(made.init())
        for login, name in (("ma.yi", "马一"), ("ma.er", "马二")):
            ok(made("account", "add", login, "--name", name, "--role", "member"))
        yield made
        signer_of(made).kill()


def person(county: Commands, login: str) -> str:
    line = next(line for line in ok(county("account", "list")).splitlines() if line.startswith(login))
    return line.split()[-1]


def test_a_person_is_erased_and_no_backup_brings_him_back(county: Commands, tmp_path: Path) -> None:
    yi, backup = person(county, "ma.yi"), tmp_path / "vault.mzv"
    assert "--reason" in refused(county("vault", "erase", yi), 2)
    assert "UUID" in refused(county("vault", "erase", "ma.yi", *BASIS), 2)
    assert "编号" in refused(county("vault", "erase", uuid4(), *BASIS), 1)
    assert "没有这条意见" in refused(county("vault", "erase-words", uuid4(), *BASIS), 1)
    assert "已备份" in ok(county("vault", "backup", backup))
    assert "马".encode() not in backup.read_bytes()
    erased = county("vault", "erase", yi, *BASIS)
    assert f"已删除 {yi} 的个人信息，记入账本：person/" in ok(erased)
    assert "rotate-key" in erased.stderr
    assert "ma.yi" not in ok(county("account", "list"))
    assert f"{yi} 已依法删除，没有取回" in ok(county("vault", "restore", backup))
    opened = ok(county("vault", "accesses"))
    assert opened.count("整个保险库") == 2
    assert "整个保险库" not in ok(county("vault", "accesses", "--person", yi))


def test_a_file_that_is_no_backup_of_this_vault_brings_nothing_back(county: Commands, tmp_path: Path) -> None:
    file = tmp_path / "vault.mzv"
    file.write_bytes(b"something else")
    assert "不是保险库的备份文件" in refused(county("vault", "restore", file), 2)
    ok(county("vault", "backup", tmp_path / "whole.mzv"))
    whole = bytearray((tmp_path / "whole.mzv").read_bytes())
    whole[len(whole) // 2] ^= 1
    file.write_bytes(whole)
    assert "没有取回任何内容" in refused(county("vault", "restore", file), 2)
    assert str(tmp_path / "none") in refused(county("vault", "restore", tmp_path / "none"), 2)


def test_the_vault_s_key_is_replaced_in_its_file_and_then_in_the_environment(county: Commands, tmp_path: Path) -> None:
    key, old_backup, given = county.home / "keys" / "vault.key", tmp_path / "old.mzv", tmp_path / "vault.key"
    ok(county("vault", "backup", old_backup))
    before = key.read_bytes()
    assert "已更换保险库密钥" in ok(county("vault", "rotate-key"))
    assert key.read_bytes() != before
    assert "另一把保险库密钥" in refused(county("vault", "restore", old_backup), 2)

    assert "MINGZHANG_VAULT_KEY" in ok(county("vault", "rotate-key", "--to", given))
    assert given.stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode(given.read_text())) == 32
    assert not key.exists()
    assert "密钥" in refused(county("vault", "accesses"), 2)
    environment = {"MINGZHANG_VAULT_KEY": given.read_text().strip()}
    ok(county("vault", "backup", tmp_path / "new.mzv", **environment))
    assert "请用 --to" in refused(county("vault", "rotate-key", **environment), 2)
    wrong = base64.b64encode(bytes(32)).decode()
    assert "保险库现用的不是 MINGZHANG_VAULT_KEY" in refused(county("vault", "accesses", MINGZHANG_VAULT_KEY=wrong), 2)
    key.touch(mode=0o600)
    key.write_bytes(base64.b64decode(given.read_text()))  # for the tests that follow
    ok(county("vault", "accesses"))


def test_a_log_is_published_and_examined_until_a_byte_is_wrong(county: Commands, tmp_path: Path) -> None:
    published = ok(county("publish"))
    size = int(re.findall(r"已公布，共 (\d+) 条", published)[0])
    assert size == county.position()
    assert f"已公布，共 {size} 条" in ok(county("fsck"))
    alone = json.loads(ok(county("fsck", "--files", "--json")))
    assert (alone["published"], alone["findings"]) == (size, [])
    (tile,) = [path for path in (county.home / "log" / "tile" / "0").rglob("*") if path.name == str(size)]
    whole = tile.read_bytes()
    tile.chmod(0o600)
    tile.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    for words in (("fsck",), ("fsck", "--files")):
        done = county(*words)
        assert done.returncode == 1
        assert f"tile/0/000.p/{size}" in done.stdout
        assert "请立即联系审计" in done.stdout
    tile.write_bytes(whole)
    assert "全部相符" in ok(county("fsck"))


def test_the_newest_checkpoint_is_time_stamped(county: Commands, tmp_path: Path) -> None:
    assert "MINGZHANG_TSA_URL" in refused(county("timestamp"), 2)
    with serving(make_authority(tmp_path / "authority")) as authority:
        asked = {"MINGZHANG_TSA_URL": authority.url, "MINGZHANG_TSA_CERTIFICATE": str(authority.root)}
        stamped = ok(county("timestamp", **asked))
        assert "CN=Test TSA" in stamped
        file = Path(stamped.splitlines()[1].partition("：")[2])
        assert file.is_file()
        assert "已经盖过时间戳" in county("timestamp", **asked).stderr
        ok(county("account", "add", "ma.san", "--name", "马三", "--role", "member"))
        authority.answering = lambda _query: b"no answer of an authority"
        assert "没有盖上时间戳" in refused(county("timestamp", **asked), 2)
    listed = ok(county("timestamp", "--list"))
    assert file.stem[:16] in listed
    assert "缺失" not in listed
    file.rename(tmp_path / "elsewhere")
    assert "缺失或被改动" in ok(county("timestamp", "--list"))


def test_a_bank_s_file_is_given_out_for_a_stated_reason_only(tmp_path: Path) -> None:
    with temporary_home() as path, EmbeddedPostgres(path):
        county = Commands(path)
        ok(county.init())
        ok(county("import", "messages", write_register(tmp_path / "r.xlsx", [register_row(n) for n in range(1, 13)])))
        ok(county("rehearse"))
        with database(read_settings(county.environment)) as access, psycopg.connect(access.owner) as connection:
            digests = [bytes(sha256).hex() for (sha256,) in connection.execute("SELECT sha256 FROM vault.files")]
        assert digests
        to = tmp_path / "voucher"
        assert "--basis" in refused(county("vault", "voucher", digests[0], "--to", to), 2)
        given = ("--to", to, "--basis", "县审计局调取通知书 3 号")
        assert "没有这个文件" in refused(county("vault", "voucher", "0" * 64, *given), 2)
        assert not to.exists()
        assert str(to) in ok(county("vault", "voucher", digests[0], *given))
        assert to.stat().st_mode & 0o777 == 0o600
        assert "县审计局调取通知书 3 号" in ok(county("vault", "accesses"))
        signer_of(county).kill()
