"""The page that lies in every package and says, without this program, what it is and how to check it by hand.

What must not be broken: the page follows from the checkpoint, the entries and the keys alone, so that a verifier
writes it again and compares; and every command in it can be copied, and runs with coreutils, openssl, jq and python3.
"""

import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from shlex import quote

from journal import note
from journal.checkpoint import Checkpoint
from journal.note import NoteError, VerifierKey, encode_base64
from journal.trust import Policy

README = "README.txt"

_TEXT = """\
明账 Mingzhang 审计包：{origin}
记录 {size} 条　根 {root}
检查点文件 SHA-256 {seals}
账本密钥（请与县里另行公布的核对；不同，其余都不必看）：
{keys}\
一、内容　checkpoint 账本密钥和见证人签过的检查点（账本名、条数、根），请留存；checkpoints/ 更早的检查点；
  trust.policy 账本密钥、见证人和要求的见证数；entries/ 全部记录，每文件 256 条，每条前有 2 字节长度（大端）；
  ledgers/ 分录流水、余额表、账户表，及 beancount、hledger 账目（years/ 里逐年一份）：\
bean-check -C；hledger check -s ordereddates payees（1.27 起加 tags）；
  disclosures/ 月度公示的数字、村务公开各版及所示姓名；attachments/ 附件、statements/ 银行文件\
（digests.csv 是摘要；原件只在经授权时随包）；
  opened/ 经授权开启的值；timestamps/ 时间戳。账目都由记录推算得出。
二、用程序检查（不联网）　mingzhang verify 本文件夹 [--since 以前留存的checkpoint] [--log-key 公布的密钥]
三、不用我们的程序检查：在本文件夹里用 bash 逐段运行，临时文件写在 $T
    export LC_ALL=C; T=$(mktemp -d)
  1. 文件未变，检查点文件就是上面那些
    sha256sum -c --quiet manifest-sha256.txt && echo 文件未变
    cat checkpoint $(ls checkpoints/* 2>/dev/null | sort) | sha256sum
  2. 检查点的签名（C2SP signed-note：空行之前的三行，Ed25519；签名前有 4 字节密钥编号）
    der() {{ printf '\\60\\52\\60\\5\\6\\3\\53\\145\\160\\3\\41\\0'; openssl base64 -d -A | tail -c 32; }}
    sig() {{ sed -n '/^$/,$p' "$1" | grep -F -m 1 -e "— $2 " | sed 's/.* //' | openssl base64 -d -A | tail -c $3; }}
    printf %s {log_key} | der > $T/log.der
    head -n 3 checkpoint > $T/text; sig checkpoint {origin} 64 > $T/sig
    openssl pkeyutl -verify -pubin -keyform DER -inkey $T/log.der -rawin -in $T/text -sigfile $T/sig
{cosigned}{example}\
四、根（RFC 6962 第 2.1 节）：在本文件夹里运行下一行，它把再下面的程序抄成 $T/root.py 并运行；应得上面的条数和根
    T=${{T:-$(mktemp -d)}}; sed -n '/^import /,/^print(/p' README.txt > $T/root.py; python3 $T/root.py
{script}
五、含义　每条记录是一行 JSON（RFC 8785）加经办人的签名。密钥由 key.registered/1 登记、key.retired/1 停用、
  key.revoked/1 自某个索引起吊销；索引 0 的 log.opened/1 由其中的 founder_key 签名。动账记录的 postings 是
  [账户, 币种, 金额]，借正贷负，人民币以分计，每个账簿合计为零；按账户相加就是 trial-balance.csv。姓名、账号、文字只以
  SHA-256(0x00 ‖ 32 字节随机数 ‖ 值) 出现。时间戳在 timestamps/<token>.tsr，所盖的三行在同名的 .checkpoint。
{stamp}规范：C2SP signed-note、tlog-checkpoint、tlog-tiles、tlog-policy；RFC 6962、8785、8032、3161。
"""

_COSIGNED = """\
    见证人 {name}（C2SP tlog-cosignature：编号后 8 字节是见证的时间，签的是写明时间的两行和那三行）
    printf %s {key} | der > $T/w.der; sig checkpoint {word} 64 > $T/sig
    s=$(($(sig checkpoint {word} 72 | head -c 8 | od -A n -t u8 --endian=big))); date -d @$s
    {{ printf 'cosignature/v1\\ntime %s\\n' $s; cat $T/text; }} > $T/seen
    openssl pkeyutl -verify -pubin -keyform DER -inkey $T/w.der -rawin -in $T/seen -sigfile $T/sig
"""

_EXAMPLE = """\
  3. 一条记录（索引 {index}，从 0 起）和经办人的签名；他的公钥在登记记录里
    tail -c +{begin} {path} | head -c {length} > $T/entry
    head -n 1 $T/entry | tee $T/line | jq -r '[.type, .on, .role, .by] | join(" ")'
    who=$(jq -r '.role + " " + .by' $T/line)
    find entries -type f -exec grep -a -h -o '{{"at":.*}}$' {{}} + | jq -r --arg n "$who" \\
      'select(.type == "key.registered/1" and .data.role + " " + .data.person_id == $n).data.key,
       select(.type == "log.opened/1" and .role + " " + .by == $n).data.founder_key' | sort -u > $T/keys
    grep -F '+{key_id}+' $T/keys | sed 's/.*+{key_id}+//' | der > $T/key.der; sig $T/entry '{key_name}' 64 > $T/sig
    openssl pkeyutl -verify -pubin -keyform DER -inkey $T/key.der -rawin -in $T/line -sigfile $T/sig
  4. 这条记录在树里：叶 = SHA-256(0x00 ‖ 记录)，节点 = SHA-256(0x01 ‖ 左 ‖ 右)；逐层相连，应得上面的根
    h() {{ openssl dgst -sha256 -binary; }}; b() {{ printf %s "$1" | openssl base64 -d -A; }}
    {{ printf '\\0'; cat $T/entry; }} | h > $T/0
    for p in {path_words}; do {{
      printf '\\1'; case $p in L:*) b "${{p#L:}}"; cat $T/0;; *) cat $T/0; b "${{p#R:}}";; esac
    }} | h > $T/1; mv $T/1 $T/0; done; openssl base64 -A -in $T/0; echo
"""

_STAMP = """\
  最近一次的检查（更早的只换 t）：把时间戳机构公布的根证书存为 $T/tsa.pem；最后一行应得那三行里的条数和根
    t=timestamps/{token}; cat $t.checkpoint
    openssl ts -verify -data $t.checkpoint -in $t.tsr -CAfile $T/tsa.pem
    python3 $T/root.py {size}
"""

_SCRIPT = """\
import base64, hashlib, pathlib, sys
H, leaves = lambda b: hashlib.sha256(b).digest(), []
def root(x):
    if len(x) < 2: return x[0] if x else H(b"")
    k = 1 << ((len(x) - 1).bit_length() - 1)
    return H(b"\\x01" + root(x[:k]) + root(x[k:]))
def number(p): return int("".join(c for c in str(p.relative_to("entries")).split(".")[0] if c.isdigit()))
for p in sorted((p for p in pathlib.Path("entries").rglob("*") if p.is_file()), key=number):
    b = p.read_bytes()
    while b:
        n = 2 + int.from_bytes(b[:2], "big"); leaves.append(H(b"\\x00" + b[2:n])); b = b[n:]
leaves = leaves[:int(sys.argv[1])] if sys.argv[1:] else leaves
print(len(leaves), base64.b64encode(root(leaves)).decode())
"""


@dataclass(frozen=True)
class Example:
    """An entry that the page checks by hand: its index, file, offset of its bytes there, bytes, inclusion proof."""

    index: int
    path: str
    offset: int
    entry: bytes
    proof: Sequence[bytes]


@dataclass(frozen=True)
class Stamped:
    """The time stamp that the page checks by hand: the digest that names its files, and how many entries it covers."""

    token: str
    size: int


def example_index(size: int) -> int:
    """Which entry the page takes: the one in the middle."""
    return size // 2


def seals_digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the checkpoint files one after another, `checkpoint` first, in hex."""
    return sha256(b"".join(files[path] for path in sorted(files, key=str.encode))).hexdigest()


def explanation(
    checkpoint: Checkpoint,
    log_keys: Sequence[VerifierKey],
    *,
    seals: str,
    witness: VerifierKey | None,
    example: Example | None,
    stamp: Stamped | None,
) -> str:
    """The text of `README.txt` for a package with this checkpoint; it checks the first log key by hand.

    `witness`: whose cosignature it checks, if there is any; `stamp`: the last one that the journal names, likewise.
    """
    return _TEXT.format(
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=encode_base64(checkpoint.root).decode(),
        seals=seals,
        keys="".join(f"  {key}\n" for key in log_keys),
        log_key=str(log_keys[0]).split("+", 2)[2] if log_keys else "",
        cosigned=_cosigned(witness) if witness else "",
        example=_example(example, checkpoint.size) if example else "",
        stamp=_STAMP.format(token=stamp.token, size=stamp.size) if stamp else "",
        script=_SCRIPT.rstrip("\n"),
    )


def witness_of(policy: Policy, signed: bytes) -> VerifierKey | None:
    """The first witness of a policy that has cosigned a checkpoint; None for want of one."""
    try:
        cosigned = policy.check(signed).cosigned_at_s
    except NoteError:
        return None
    return next((witness.key for witness in policy.witnesses if witness.name in cosigned), None)


def _cosigned(witness: VerifierKey) -> str:
    return _COSIGNED.format(name=witness.name, word=quote(witness.name), key=str(witness).split("+", 2)[2])


def _example(example: Example, size: int) -> str:
    try:
        signature = note.parse(example.entry).signatures[0]
        name, key_id = signature.name, signature.key_id.hex()
    except NoteError:
        name = key_id = ""
    return _EXAMPLE.format(
        index=example.index,
        path=example.path,
        begin=example.offset + 1,
        length=len(example.entry),
        key_id=key_id,
        key_name=name,
        path_words=" ".join(_words(example, size)),
    )


def _words(example: Example, size: int) -> list[str]:
    """The proof's hashes, each with the side on which it stands (RFC 9162, 2.1.3.2)."""
    words, node, last = [], example.index, size - 1
    for sibling in example.proof:
        left = bool(node & 1) or node == last
        while left and not node & 1 and node:
            node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
        words.append(f"{'L' if left else 'R'}:{binascii.b2a_base64(sibling, newline=False).decode()}")
    return words
