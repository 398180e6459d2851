"""What `fsck` finds, in Chinese: what is wrong, where, and the particulars."""

from collections.abc import Mapping
from typing import Final

from api.web.format_words import said
from api.web.integrity_words import broken
from api.web.phrases import Phrase, fitting, phrases
from api.web.witness_words import lacking
from journal.fsck import Finding

MEANINGS: Final[Mapping[str, str]] = {
    "balance.differs": "账户余额表与分录加出的不同",
    "bundle.unreadable": "公布的记录文件缺失或读不出",
    "checkpoint.beyond": "检查点的条数比现有记录多：记录被截短，或恢复了旧备份",
    "checkpoint.misplaced": "检查点的文件名与条数不符",
    "checkpoint.no_policy": "找不到这个检查点适用的信任规则",
    "checkpoint.quorum": "检查点的见证签名不够",
    "checkpoint.root": "检查点的根与记录算出的不同",
    "checkpoint.signature": "检查点的签名不成立",
    "checkpoint.unreadable": "检查点读不懂",
    "entries.gap": "记录不连续",
    "file.beyond": "公布的文件超出了现有记录",
    "file.differs": "公布的文件与记录算出的不同",
    "file.missing": "公布的文件缺失",
    "file.unexpected": "不该有的文件",
    "head.differs": "数据库里的账本头与记录算出的不同",
    "policy.differs": "公布的信任规则不是账本里规定的",
    "signer.behind": "公布的比签名进程记得的多：签名进程的记忆退回过",
    "tree.differs": "数据库里的哈希与记录算出的不同",
}
_PLACES: Final[Mapping[str, str]] = {"signer": "签名进程的记忆", "journal.head": "账本头"}
_DETAILS: Final[Mapping[str, tuple[Phrase, ...]]] = {
    code: phrases(table)
    for code, table in {
        "balance.differs": [(r"(\S+) (-?\d+), (-?\d+)", r"\1，表上 \2，按分录应为 \3")],
        "checkpoint.beyond": [(r"(\d+) > (\d+)", r"检查点共 \1 条，现有记录共 \2 条")],
        "checkpoint.misplaced": [(r"(\d+)", r"检查点共 \1 条")],
        "checkpoint.root": [(r"(\d+): (\w+), (\w+)", r"共 \1 条；检查点上是 \2，算出的是 \3")],
        "entries.gap": [(r"(\d+)", r"接着的是索引 \1")],
        "file.beyond": [(r"(\d+)", r"现有记录共 \1 条")],
        "file.differs": [(r"byte (\d+) of (\d+) \((\d+)\)", r"前 \1 字节相同；现有 \2 字节，应有 \3 字节")],
        "head.differs": [
            (r"(\d+), (\d+)", r"账本头写共 \1 条，读出 \2 条"),
            (r"(\w+), (\w+)", r"账本头写 \1，算出的是 \2"),
        ],
        "signer.behind": [(r"(\d+) < (\d+)", r"记得共 \1 条，公布的共 \2 条")],
        "tree.differs": [(r"(\d+)/(\d+)", r"第 \1 层，第 \2 块，都从 0 数起")],
    }.items()
}


def words_of(finding: Finding) -> str:
    """A finding as a line for people: what, where, and the particulars."""
    where = f"索引 {finding.where}" if finding.code == "entries.gap" else _PLACES.get(finding.where, finding.where)
    detail = _detail(finding)
    return f"{MEANINGS[finding.code]}：{where}" + (f"（{detail}）" if detail else "")


def _detail(finding: Finding) -> str:
    if not finding.detail:
        return ""
    fits = fitting(_DETAILS.get(finding.code, ()), finding.detail)
    if fits is not None:
        return fits[1]
    match finding.code:
        case "bundle.unreadable" | "entries.gap":
            return broken(finding.detail)
        case "checkpoint.quorum":
            return "；".join(lacking(reason) for reason in finding.detail.split("; "))
        case _:
            return said(finding.detail)
