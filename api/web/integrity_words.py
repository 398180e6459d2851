"""What broke where, in Chinese: for whoever must stop, and for the auditor he calls.

The core says it in English, exactly; that sentence follows as technical detail, for whoever has to repair it.
"""

from typing import Final

from api.web.phrases import fitting, phrases

_KINDS: Final = phrases(
    (
        (
            r".*log index (\d+) differs from what was published.*",
            r"索引 \1 的记录与公布过的不是同一份：存下的内容被改动过",
        ),
        (r".*the log has a gap: log index (\d+) is missing", r"账本缺索引 \1 的记录"),
        # the signer
        (
            r".*database holds (\d+) entries, the published (\S+) covers (\d+).*",
            r"数据库只有 \1 条记录，已公布的 \2 却有 \3 条：恢复的是旧备份。请先恢复不少于 \3 条的备份，再采用检查点",
        ),
        (
            r".*database holds (\d+) entries, the witness (\S+) covers (\d+).*",
            r"数据库只有 \1 条记录，见证人 \2 却见证过 \3 条：恢复的是旧备份。请先恢复不少于 \3 条的备份，再采用检查点",
        ),
        (
            r".*checkpoint to adopt covers (\d+) entries, the witness (\S+) covers (\d+)",
            r"这个检查点只到 \1 条，见证人 \2 见证过 \3 条。请改用 \2 出示的检查点",
        ),
        (
            r".*the witness (\S+) of size (\d+) is no beginning of the database",
            r"数据库的前 \2 条记录不是见证人 \1 见证过的。请恢复与见证一致的数据库备份",
        ),
        (
            r".*checkpoint to adopt covers (\d+) entries, the published (\S+) covers (\d+)",
            r"这个检查点只到 \1 条，已公布的 \2 到 \3 条。请改用公布文件夹里最新的 \2",
        ),
        (
            r".*published (\S+) of size (\d+) is no beginning of the database",
            r"数据库的前 \2 条记录不是公布的 \1 里的。请恢复与公布一致的数据库备份",
        ),
        (r".*the published (\S+) is not one of (\S+): .*", r"公布的 \1 不是 \2 签的。请核对公布的地址和账本密钥"),
        (
            r".*a checkpoint is published, but the signer knows of none.*",
            "已有公布的检查点，签名进程却没有记忆：它的文件夹丢失了。请运行 mingzhang signer --adopt",
        ),
        (
            r".*the journal holds (\d+) entries, but (\d+) were signed.*",
            r"账本只有 \1 条记录，签过名的却有 \2 条：恢复的是旧备份",
        ),
        (r".*journal's root at size (\d+) is not the one that was signed", r"账本的前 \1 条记录与签过名的不是同一份"),
        (
            r".*database holds (\d+) entries of the (\d+) that are to be signed",
            r"数据库里只有 \1 条记录，要签名的是 \2 条",
        ),
        (
            r".*stored entries (\d+) to (\d+) do not give the root.*",
            r"索引 \1 至 \2 的记录，存下的内容与要签名的不一致",
        ),
        (r".*stored hashes do not give the root.*size (\d+)", r"存下的哈希与前 \1 条记录的签名不一致"),
        (r".*head of size (\d+) does not extend the signed one of (\d+).*", r"\1 条记录的账本不是签过名的 \2 条的延续"),
        (r".*entry (\d+) stands behind the event that closed the journal", r"账本已终结，后面却还有索引 \1 的记录"),
        (
            r".*the signer has no memory, but.*",
            "签名进程的记忆不见了，账本却已有记录。请放回它的文件夹（备份要是最新的），"
            "或用最新公布的检查点重新开始：mingzhang signer --adopt 检查点文件",
        ),
        (r".*signer's memory cannot be read: (.*)", r"签名进程的记忆读不出来：\1"),
        (r".*the signer has a memory.*", "签名进程已有记忆，不能用别的代替"),
        (
            r".*first (\d+) entries of the database are not those of the checkpoint.*",
            r"数据库的前 \1 条记录不是这个检查点的",
        ),
        (r".*this is no checkpoint of (\S+): .*", r"这不是 \1 的检查点"),
        (r".*checkpoint of (\S+) was signed by a key whose file is not here", r"签 \1 的那把密钥文件不在这里"),
        (r".*the checkpoint is not signed by (.*), as.*", r"检查点上没有 \1 的签名"),
        # the database
        (
            r".*the head says (\d+) entries, the last stored one is number (\d+)",
            r"表头说共 \1 条记录，最后存下的编号是 \2（编号从 1 起）",
        ),
        (r".*stored entries do not give the root of the head at size (\d+)", r"存下的记录与 \1 条记录的树根不一致"),
        (r".*stored tree has no (?:edge|tiles) (?:at|for) size (\d+).*", r"\1 条记录的哈希不全"),
        (r".*the tree has no node.*", "存下的哈希不全"),
        (r".*the journal has no head", "数据库里没有账本的表头"),
        (r".*the (?:database refused the batch|tables refused the append).*", "数据库拒绝了一笔不合规则的写入"),
        (r".*does not begin with its (?:genesis|policy)|.*the genesis of .* is missing", "账本不是从创世记录开始的"),
        (r".*polic(?:y|ies).* cannot be (?:read|used).*", "账本里的信任规则读不出来"),
        (r".*(?:stands where|a stored entry cannot be read).*", "有一条存下的记录读不出来，或放错了位置"),
        (r".*of the entries (\d+) to (\d+), only (\d+) are there", r"索引 \1 至 \2 的记录里只有 \3 条还在"),
        # what was published
        (
            r"(?:.*\D)?(\d+) entries are published \((.*)\), but only (\d+) are signed.*",
            r"已公布 \1 条（\2），签过名的却只有 \3 条：恢复的是旧备份",
        ),
        (r".*the published (\S+) of size (\d+) is no beginning.*", r"公布的 \1（\2 条）不是现在账本的开头"),
        (
            r".*witness (\S+) has cosigned another journal.*",
            r"见证人 \1 见证过另一份账本：有人拿着同一把密钥另记了一本账",
        ),
        (r".*checkpoint does not bear the signatures.*", "检查点上的签名不符合信任规则"),
        (r".*published (?:file|tile|bundle) (\S+?):? .*", r"公布的文件 \1 缺失或内容不对"),
        (r".*published checkpoint (?:cannot be read|does not follow).*", "公布的检查点读不出来，或不符合信任规则"),
        (r".*published tiles do not prove entry (\d+).*", r"公布的文件证明不了索引 \1 的记录"),
        (r".*entries do not give the root that was signed for size (\d+)", r"前 \1 条记录与签过名的不一致"),
        # the vault, read models, witnesses
        (r".*(?:wrong vault key|under another key).*", "保险库打不开：密钥不对，或内容被改动"),
        (r".*the vault's value for (\w+) is not.*", r"保险库里的一项内容与账本的指纹不符（\1）"),
        (r".*the kept file (\w+) has other bytes", r"存下的文件内容被改动（\1）"),
        (r".*read models? .*stopped.*", "查询表停在一条无法读入的记录上"),
        (r".*the witness's state.*", "见证人的记忆损坏"),
    )
)
_UNKNOWN: Final = "记录、签名和存下的内容对不上"


def broken(error: Exception | str) -> str:
    """What is broken and where, and the exact English behind it."""
    text = str(error).strip()
    fits = fitting(_KINDS, text)
    return with_detail(_UNKNOWN if fits is None else fits[1], text)


def with_detail(chinese: str, detail: Exception | str) -> str:
    """A Chinese sentence, and what the program said itself."""
    return f"{chinese}。技术细节：{str(detail).strip()}"
