"""Every setting of the program: an environment name, a default, and a sentence for `doctor`.

Secrets are never settings; they are files in the home, readable by their owner only.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class BadSetting(Exception):
    """A setting has a value that cannot be used; the message names it and says what is expected."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as `doctor` and the README list it."""

    name: str
    default: str
    meaning: str


CATALOGUE: tuple[Setting, ...] = (
    Setting("MINGZHANG_HOME", "./var", "存放密钥、内嵌数据库和文件的文件夹"),
    Setting("MINGZHANG_HOST", "127.0.0.1", "网页服务监听的地址"),
    Setting("MINGZHANG_PORT", "8000", "网页服务监听的端口"),
    Setting("MINGZHANG_PUBLIC_URL", "", "对外公布的网址；为空时用监听的地址和端口"),
    Setting("MINGZHANG_DATABASE_URL", "", "外部 PostgreSQL（15 及以上）；为空时用内嵌数据库"),
    Setting("MINGZHANG_PG_BIN", "", "内嵌数据库所用 PostgreSQL 程序的文件夹；为空时自动寻找"),
    Setting("MINGZHANG_RUN_AS", "", "以 root 启动时，内嵌数据库改用的系统账户；为空时自动寻找"),
    Setting("MINGZHANG_PAYER_ACCOUNT", "", "付款账户，写入代发文件表头"),
    Setting("MINGZHANG_AUDITOR_PHONE", "", "账本校验未通过时，页面上给出的审计电话"),
)
_DEFAULTS = {setting.name: setting.default for setting in CATALOGUE}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings as read from the environment."""

    home: Path
    host: str
    port: int
    public_url: str
    database_url: str
    pg_bin: Path | None
    run_as: str | None
    payer_account: str
    auditor_phone: str

    @property
    def keys(self) -> Path:
        """The folder of key files."""
        return self.home / "keys"

    @property
    def signer_state(self) -> Path:
        """The folder in which the signer remembers what it signed last."""
        return self.home / "signer"

    @property
    def base_url(self) -> str:
        """The address that pages and printed commands give, without a final slash."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises BadSetting for a bad port and for unknown MINGZHANG_ names (typing errors)."""
    unknown = sorted(
        name
        for name in environment
        if name.startswith("MINGZHANG_") and name not in _DEFAULTS and not name.startswith("MINGZHANG_TEST_")
    )
    if unknown:
        raise BadSetting(f"未知的设置：{'、'.join(unknown)}。可用的设置：{'、'.join(_DEFAULTS)}")
    value = {name: environment.get(name) or default for name, default in _DEFAULTS.items()}
    port = value["MINGZHANG_PORT"]
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise BadSetting(f"MINGZHANG_PORT 应为 1 到 65535 的整数，现为 {port!r}")
    return Settings(
        home=Path(value["MINGZHANG_HOME"]).expanduser().absolute(),
        host=value["MINGZHANG_HOST"],
        port=int(port),
        public_url=value["MINGZHANG_PUBLIC_URL"],
        database_url=value["MINGZHANG_DATABASE_URL"],
        pg_bin=Path(value["MINGZHANG_PG_BIN"]) if value["MINGZHANG_PG_BIN"] else None,
        run_as=value["MINGZHANG_RUN_AS"] or None,
        payer_account=value["MINGZHANG_PAYER_ACCOUNT"],
        auditor_phone=value["MINGZHANG_AUDITOR_PHONE"],
    )
