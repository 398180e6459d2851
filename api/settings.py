"""Every setting of the program: an environment name, a default, and a sentence for `doctor`.

Secrets are files in the home, readable by their owner only. One may be given from outside, by whatever keeps secrets
there: the vault's key; its value is shown nowhere.
"""

import base64
import binascii
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from domain.kernel.bank_sides import FUNDS


class BadSetting(Exception):
    """A setting has a value that cannot be used; the message names it and says what is expected."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as `doctor` and the README list it."""

    name: str
    default: str
    meaning: str
    secret: bool = False


CATALOGUE: tuple[Setting, ...] = (
    Setting("MINGZHANG_HOME", "./var", "存放密钥、内嵌数据库和文件的文件夹"),
    Setting("MINGZHANG_HOST", "127.0.0.1", "网页服务监听的地址"),
    Setting("MINGZHANG_PORT", "8000", "网页服务监听的端口"),
    Setting(
        "MINGZHANG_PROXIES",
        "",
        "反向代理的地址或网段，用逗号分开：来访地址信它们转告的；为空时都不信",
    ),
    Setting("MINGZHANG_PUBLIC_URL", "", "对外公布的网址；为空时用监听的地址和端口"),
    Setting("MINGZHANG_DATABASE_URL", "", "外部 PostgreSQL（15 及以上）；为空时用内嵌数据库"),
    Setting("MINGZHANG_PG_BIN", "", "内嵌数据库所用 PostgreSQL 程序的文件夹；为空时自动寻找"),
    Setting("MINGZHANG_RUN_AS", "", "以 root 启动时，内嵌数据库改用的系统账户；为空时自动寻找"),
    Setting("MINGZHANG_SECRET_FILE", "", "命令行办理人的口令文件，只有本人可读；为空时在终端询问"),
    Setting("MINGZHANG_SIGNER", "", "签名进程的套接字文件；为空时用文件夹下的 signer/socket，没有在运行就随用随开"),
    Setting("MINGZHANG_PAYER_ACCOUNT", "", "付款账户，写入代发文件表头"),
    Setting(
        "MINGZHANG_PAYER_FUNDS",
        "quota",
        "付款账户里是什么：quota 零余额账户用款额度（对账单余额不含额度），balance 实有资金；月末据此核对银行余额",
    ),
    Setting("MINGZHANG_BANK_SCHEMAS", "", "银行报文格式定义（.xsd）的文件夹；为空时不核对银行文件是否符合"),
    Setting("MINGZHANG_TILES_URL", "", "公布账本（检查点、哈希块、记录）的地方，fsspec 网址；为空时是文件夹下的 log"),
    Setting("MINGZHANG_AUDITOR_PHONE", "", "账本校验未通过时，页面上给出的审计电话"),
    Setting(
        "MINGZHANG_VAULT_KEY",
        "",
        "保险库密钥（32 字节的 base64），由外部的密钥管理给出；为空时用 keys/vault.key",
        secret=True,
    ),
    Setting("MINGZHANG_REWARD_BUDGET", "移动网格员有效信息奖励/劳务费", "奖励占用的预算：项目/支出分类"),
    Setting("MINGZHANG_ALLOWANCE_BUDGET", "专职网格员津贴/劳务费", "专职网格员津贴占用的预算：项目/支出分类"),
    Setting("MINGZHANG_FONTS", "/usr/share/fonts/opentype/noto", "公示单所用字体（思源黑体 Noto Sans CJK SC）的文件夹"),
    Setting("MINGZHANG_TSA_URL", "", "时间戳机构（RFC 3161）的网址；为空时不盖时间戳"),
    Setting("MINGZHANG_TSA_CERTIFICATE", "", "时间戳机构的根证书文件（PEM）"),
)
VAULT_KEY_BYTES = 32
_DEFAULTS = {setting.name: setting.default for setting in CATALOGUE}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings as read from the environment."""

    home: Path
    host: str
    port: int
    proxies: tuple[str, ...]
    public_url: str
    database_url: str
    pg_bin: Path | None
    run_as: str | None
    secret_file: Path | None
    signer: Path | None
    payer_account: str
    payer_funds: str
    bank_schemas: Path | None
    auditor_phone: str
    tiles_url: str
    vault_key: bytes | None = field(repr=False)
    reward_budget: tuple[str, str]
    allowance_budget: tuple[str, str]
    fonts: Path
    tsa_url: str
    tsa_certificate: Path | None

    @property
    def keys(self) -> Path:
        """The folder of key files."""
        return self.home / "keys"

    @property
    def signer_state(self) -> Path:
        """The folder in which the signer remembers what it signed last."""
        return self.home / "signer"

    @property
    def signer_socket(self) -> Path:
        """Where the signer of the home listens."""
        return self.signer or self.signer_state / "socket"

    @property
    def timestamps(self) -> Path:
        """The folder of time stamps."""
        return self.home / "timestamps"

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
        proxies=_networks(value["MINGZHANG_PROXIES"]),
        public_url=value["MINGZHANG_PUBLIC_URL"],
        database_url=value["MINGZHANG_DATABASE_URL"],
        pg_bin=Path(value["MINGZHANG_PG_BIN"]) if value["MINGZHANG_PG_BIN"] else None,
        run_as=value["MINGZHANG_RUN_AS"] or None,
        signer=_place(value["MINGZHANG_SIGNER"]),
        secret_file=Path(value["MINGZHANG_SECRET_FILE"]) if value["MINGZHANG_SECRET_FILE"] else None,
        payer_account=value["MINGZHANG_PAYER_ACCOUNT"],
        payer_funds=_funds(value["MINGZHANG_PAYER_FUNDS"]),
        bank_schemas=_place(value["MINGZHANG_BANK_SCHEMAS"]),
        auditor_phone=value["MINGZHANG_AUDITOR_PHONE"],
        tiles_url=value["MINGZHANG_TILES_URL"],
        vault_key=_vault_key(value["MINGZHANG_VAULT_KEY"]),
        reward_budget=_budget("MINGZHANG_REWARD_BUDGET", value),
        allowance_budget=_budget("MINGZHANG_ALLOWANCE_BUDGET", value),
        fonts=Path(value["MINGZHANG_FONTS"]),
        tsa_url=value["MINGZHANG_TSA_URL"],
        tsa_certificate=Path(value["MINGZHANG_TSA_CERTIFICATE"]) if value["MINGZHANG_TSA_CERTIFICATE"] else None,
    )


def _place(text: str) -> Path | None:
    """A file or folder by its whole path; none where nothing is set."""
    return Path(text).expanduser().absolute() if text else None


def _networks(text: str) -> tuple[str, ...]:
    """IP addresses and networks. Raises BadSetting: a name, or a star for everybody, is none."""
    named = tuple(one.strip() for one in text.split(",") if one.strip())
    for one in named:
        try:
            ipaddress.ip_network(one)
        except ValueError:
            raise BadSetting(f"MINGZHANG_PROXIES 应为 IP 地址或网段（如 10.0.0.0/8），现有 {one!r}") from None
    return named


def _funds(text: str) -> str:
    """What the paying account holds. Raises BadSetting."""
    if text not in FUNDS:
        raise BadSetting(f"MINGZHANG_PAYER_FUNDS 应为 {'、'.join(sorted(FUNDS))} 之一，现为 {text!r}")
    return text


def _budget(name: str, value: Mapping[str, str]) -> tuple[str, str]:
    """Project and class of a budget."""
    project, _, spending_class = value[name].partition("/")
    if not project.strip() or not spending_class.strip():
        raise BadSetting(f"{name} 应为“项目/支出分类”，现为 {value[name]!r}")
    return project.strip(), spending_class.strip()


def _vault_key(text: str) -> bytes | None:
    """The vault's key from the environment. Raises BadSetting, which never repeats what was given."""
    if not text:
        return None
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != VAULT_KEY_BYTES:
        raise BadSetting("MINGZHANG_VAULT_KEY 应为 32 字节密钥的 base64（44 个字符）")
    return key
