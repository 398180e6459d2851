"""What broke is told with all the digits of its numbers, whatever stands before them."""

import pytest

from api.web.integrity_words import _KINDS, _UNKNOWN, broken

SAID = {
    "the record at log index 345 differs from what was published: x": "索引 345 的记录",
    "the log has a gap: log index 345 is missing": "账本缺索引 345 的记录",
    "the database holds 30 entries, the published checkpoint covers 34: x": "已公布的 checkpoint 却有 34 条",
    "the checkpoint to adopt covers 22 entries, the published pending covers 34": "已公布的 pending 到 34 条",
    "the database holds 30 entries, the witness w1 covers 34: x": "见证人 w1 却见证过 34 条",
    "the checkpoint to adopt covers 22 entries, the witness w1 covers 34": "见证人 w1 见证过 34 条",
    "the witness w1 of size 34 is no beginning of the database": "前 34 条记录不是见证人 w1",
    "the published checkpoint of size 34 is no beginning of the database": "前 34 条记录不是公布的 checkpoint",
    "the published pending is not one of a.example: no known key signed it": "公布的 pending 不是 a.example 签的",
    "a checkpoint is published, but the signer knows of none: its memory was lost": "签名进程却没有记忆",
    "the journal holds 120 entries, but 345 were signed: an older backup": "只有 120 条记录，签过名的却有 345 条",
    "the journal's root at size 345 is not the one that was signed": "前 345 条记录",
    "the database holds 120 entries of the 345 that are to be signed": "只有 120 条记录，要签名的是 345 条",
    "the stored entries 120 to 345 do not give the root that is to be signed": "索引 120 至 345 的记录",
    "the stored hashes do not give the root that was signed at size 345": "前 345 条记录的签名",
    "the head of size 120 does not extend the signed one of 345: x": "120 条记录的账本不是签过名的 345 条的延续",
    "entry 345 stands behind the event that closed the journal": "后面却还有索引 345 的记录",
    "the signer has no memory, but the journal goes on": "记忆不见了",
    "the signer's memory cannot be read: /srv/12": "记忆读不出来：/srv/12",
    "the signer has a memory; nothing may be put into its place": "已有记忆",
    "the first 345 entries of the database are not those of the checkpoint: it holds 120": "前 345 条记录",
    "this is no checkpoint of a.example: no known key signed this note": "这不是 a.example 的检查点",
    "this checkpoint of a.example was signed by a key whose file is not here": "签 a.example 的那把密钥",
    "the checkpoint is not signed by a.example+12, as the policy asks": "没有 a.example+12 的签名",
    "the head says 120 entries, the last stored one is number 345": "表头说共 120 条记录，最后存下的编号是 345",
    "the stored entries do not give the root of the head at size 345": "与 345 条记录的树根",
    "the stored tree has no tiles for size 345: x": "345 条记录的哈希不全",
    "the tree has no node (0, 345)": "存下的哈希不全",
    "the journal has no head": "没有账本的表头",
    "the database refused the batch: x": "数据库拒绝",
    "the journal does not begin with its policy": "创世记录",
    "the policy in force at size 345 cannot be read: x": "信任规则读不出来",
    "a stored entry cannot be read: x": "有一条存下的记录",
    "of the entries 120 to 345, only 119 are there": "索引 120 至 345 的记录里只有 119 条还在",
    "34 entries are published (checkpoint), but only 30 are signed: x": "已公布 34 条（checkpoint），签过名的却只有 30",
    "the signer: 34 entries are published (checkpoint), but only 30 are signed": "已公布 34 条",
    "the published pending of size 345 is no beginning of what is signed now": "公布的 pending（345 条）",
    "witness w.example has cosigned another journal: a checkpoint of size 345": "见证人 w.example 见证过",
    "the checkpoint does not bear the signatures that its policy asks for: x": "检查点上的签名",
    "the published bundle tile/entries/x012/345: too short": "公布的文件 tile/entries/x012/345 缺失",
    "the published tile tile/0/345 is missing or of a wrong length": "公布的文件 tile/0/345 缺失",
    "the published checkpoint cannot be read: x": "公布的检查点读不出来",
    "the published tiles do not prove entry 345: x": "证明不了索引 345 的记录",
    "the entries do not give the root that was signed for size 345": "前 345 条记录与签过名的不一致",
    "the vault is kept under another key: wrong vault key": "保险库打不开",
    "the vault's value for ab12 is not the one committed to": "指纹不符（ab12）",
    "the kept file ab12 has other bytes": "内容被改动（ab12）",
    "the read models stopped following: x": "查询表停在",
    "the witness's state /w is damaged: x": "见证人的记忆损坏",
}


@pytest.mark.parametrize("text", SAID)
def test_every_sentence_keeps_its_numbers_whole(text: str) -> None:
    assert SAID[text] in broken(text).partition("技术细节")[0]
    assert broken(text).endswith(text)


def test_every_pattern_has_its_example() -> None:
    met = {next(pattern for pattern, _ in _KINDS if pattern.fullmatch(text)) for text in SAID}
    assert met == {pattern for pattern, _ in _KINDS}


def test_what_no_pattern_knows_stays_as_detail() -> None:
    assert broken("something 345").startswith(_UNKNOWN)
