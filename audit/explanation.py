"""The page that lies in every package and says, without this program, what it is and how to check it by hand."""

from journal.checkpoint import Checkpoint
from journal.note import VerifierKey, encode_base64

_TEXT = """\
明账 Mingzhang 审计包
====================
账本：{origin}
记录：{size} 条
根：  {root}
账本密钥：{key}
（请与县里另行公布的密钥核对。密钥不同，其余都不必看。）

一、里面有什么
  manifest-sha256.txt   所有文件的 SHA-256 清单
  checkpoint            账本密钥（和见证人）签过的检查点：账本名、条数、根。请留存，下次用来证明账本只增不改
  checkpoints/          更早的检查点（如有）
  trust.policy          账本密钥、见证人和所要求的见证数
  entries/              全部记录。每 256 条一个文件；每条前有 2 字节长度（大端）
  ledgers/              journal.csv 分录流水、trial-balance.csv 余额表、accounts.csv 账户表，都由记录推算得出

二、用程序检查（不联网）
  mingzhang verify 本文件夹 [--since 以前留存的checkpoint] [--log-key 公布的密钥]

三、不用我们的程序检查
  1. 文件未变：    sha256sum -c manifest-sha256.txt
  2. 根：每条记录的叶 = SHA-256(0x00 ‖ 记录)，节点 = SHA-256(0x01 ‖ 左 ‖ 右)；n 条时在小于 n 的最大 2 的幂处
     分左右（RFC 6962 第 2.1 节）。把下面几行存为 root.py，在本文件夹里运行 python3 root.py，应得上面的根：
{script}
  3. 检查点的签名：C2SP signed-note。签名行末尾的 base64 解开是 4 字节密钥编号和 64 字节 Ed25519 签名；
     被签的是空行之前的三行（含末尾换行）。公钥是账本密钥最后一段 base64 解开后去掉第一个字节。
  4. 每条记录也是一份 signed-note：一行 JSON（RFC 8785）和经办人的签名。经办人的公钥在更早的
     key.registered/1 记录里；第 0 条 log.opened/1 由其中的 founder_key 签名。
     密钥停用（key.retired/1）或吊销（key.revoked/1）后不再有效。
  5. 账：每条动账记录带有 postings = [账户, 币种, 金额]，借正贷负，人民币以分计；每个账簿内合计为零。
     把全部 postings 按账户相加，就是 trial-balance.csv。
  6. 姓名、账号、文字只以承诺 SHA-256(0x00 ‖ 32 字节随机数 ‖ 值) 出现，值不在本包里。

规范：C2SP signed-note、tlog-checkpoint、tlog-tiles、tlog-policy；RFC 6962、RFC 8785、RFC 8032。
"""

_SCRIPT = """\
import base64, hashlib, pathlib
H = lambda b: hashlib.sha256(b).digest()
def root(x):
    if len(x) < 2: return x[0] if x else H(b"")
    k = 1 << ((len(x) - 1).bit_length() - 1)
    return H(b"\\x01" + root(x[:k]) + root(x[k:]))
def number(p): return int("".join(c for c in str(p.relative_to("entries")).split(".")[0] if c.isdigit()))
leaves = []
for p in sorted((p for p in pathlib.Path("entries").rglob("*") if p.is_file()), key=number):
    b = p.read_bytes()
    while b:
        n = 2 + int.from_bytes(b[:2], "big"); leaves.append(H(b"\\x00" + b[2:n])); b = b[n:]
print(len(leaves), base64.b64encode(root(leaves)).decode())
"""


def explanation(checkpoint: Checkpoint, log_key: VerifierKey) -> str:
    """The text of `README.txt` for a package with this checkpoint."""
    return _TEXT.format(
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=encode_base64(checkpoint.root).decode(),
        key=log_key,
        script="".join(f"       {line}\n" for line in _SCRIPT.splitlines()).rstrip("\n"),
    )
