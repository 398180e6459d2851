"""Every Chinese sentence that the auditor's tool says, in one table.

It stands here and not in `api`, because whoever checks a package installs `audit` and not the server. What must not be
broken: every code that a check can report has a sentence here; a test goes through both.
"""

from collections.abc import Mapping

from audit.findings import Check, Fact, Finding, Place, Status
from audit.reasons import chinese_reason

STATUS: Mapping[Status, str] = {
    Status.PASSED: "通过",
    Status.FAILED: "不通过",
    Status.ATTENTION: "注意",
    Status.NOT_RUN: "未执行",
}

TITLES: Mapping[Check, str] = {
    Check.FILES: "文件齐全、未被改动",
    Check.STRUCTURE: "账页结构",
    Check.LINES: "逐条规范格式",
    Check.TREE: "默克尔根与检查点",
    Check.GENESIS: "账本的开立、策略与关闭",
    Check.SIGNATURES: "签名与当时有效的密钥",
    Check.ROLES: "当时的职责与辖区",
    Check.CONTINUITY: "编号连续、命令不重复",
    Check.POSTINGS: "分录平衡",
    Check.LIMITS: "限额从未突破",
    Check.DUTIES: "职责分离、一事一奖、一奖一付",
    Check.TARIFFS: "奖励标准与上下限",
    Check.LEDGERS: "公布的账表与重算一致",
    Check.SINCE: "包含您留存的检查点",
    Check.WITNESSES: "见证",
    Check.ATTACHMENTS: "附件",
    Check.DISCLOSURES: "公示复算",
    Check.BANK: "银行文件相符",
    Check.OPENED: "开启的值与承诺相符",
    Check.TIMESTAMPS: "时间戳",
}

VERDICTS: Mapping[str, str] = {
    "whole": "结论：完整。账本与检查点相符，未发现问题。",
    "findings": "结论：发现问题，见上。请保留本包和您手中的检查点，并联系审计人员。",
    "unreadable": "结论：无法检查，这里没有可读的审计包。",
}
REHEARSAL = "演练账本：其中的人、事、钱都不是真的。"
OMITTED = "……另有 {count} 条同类问题未逐条列出"

SUMMARIES: Mapping[Check, str] = {
    Check.FILES: "{files} 个文件",
    Check.STRUCTURE: "{bundles} 个账页，{entries} 条记录",
    Check.LINES: "{entries} 条",
    Check.GENESIS: "{county}，{origin}",
    Check.SIGNATURES: "{keys} 把密钥（登记由服务器保管 {server} 把，本人保管 {own} 把）",
    Check.CONTINUITY: "{events} 条记录，{streams} 个编号序列，{commands} 条命令",
    Check.POSTINGS: "{events} 条动账记录，{postings} 笔分录",
    Check.LIMITS: "逐笔核对 {balances} 次",
    Check.DUTIES: "{incidents} 件事件，{rewards} 笔奖励，{payments} 笔发放",
    Check.TARIFFS: "{rewards} 笔奖励",
    Check.LEDGERS: "{accounts} 个账户",
    Check.SINCE: "留存的检查点 {kept} 条，现有 {size} 条",
    Check.WITNESSES: "见证 {cosigned}/{listed}，策略要求：{quorum}",
    Check.ATTACHMENTS: "记录里有 {named} 个附件，随包 {here} 个，其余只有摘要",
    Check.DISCLOSURES: "{pages} 份月度公示，截至第 {position} 条；姓名掩码按开启的 {opened} 人核对",
    Check.BANK: "{files} 个文件，{lines} 行",
    Check.OPENED: "{values} 个值",
    Check.TIMESTAMPS: "{stamps} 个；由谁签发请用 openssl ts -verify 核对（见 README.txt）",
}

REASONS: Mapping[str, str] = {
    "no_since": "没有提供以前留存的检查点（--since），无法证明账本只增不改",
    "no_statements": "代发和回盘文件含收款账号，只在经授权（--opened）导出时随包；本包只有 {named} 个文件的摘要",
    "no_disclosures": "账本里没有奖励，没有月度公示",
    "not_opened": "本包没有经授权开启的值",
    "no_timestamps": "账本里没有时间戳",
    "no_entries": "没有一条可读的记录",
    "no_genesis": "首条记录不可读",
    "unsealed": "检查点未经账本密钥签名，见证无从核对",
}

_FILE_REASONS: Mapping[str, str] = {
    "missing": "缺少文件",
    "not_a_file": "应为普通文件，却不是",
    "too_large": "文件过大，超过 {detail} 字节，不予读取",
    "unreadable": "文件无法读取（{detail}）",
}
_TABLE_REASONS: Mapping[str, str] = {
    "heading": "表头或编码标记不符",
    "row": "此行读不出记录序号和行号",
    "differs": "公布为“{found}”，重算为“{expected}”",
    "extra_row": "公布了账本里没有的一行：“{found}”",
    "missing_row": "缺少这条记录的第 {number} 行",
}
_NAMED_REASONS: Mapping[str, str] = {
    **_TABLE_REASONS,
    "length": "文件长 {found} 字节，记录所载为 {expected}",
    "unnamed": "没有记录提到这个文件",
    "bytes": "文件名应是内容的 SHA-256，实为 {found}",
}

SENTENCES: Mapping[str, str] = {
    **{f"files.{reason}": text for reason, text in _FILE_REASONS.items()},
    "files.unlisted": "无法读取",
    "files.link": "是一个链接；审计包里不允许链接，未予打开",
    "files.special": "不是普通文件（管道、设备等），未予打开",
    "files.changed": "与清单第 {manifest_row} 行不符：清单为 {expected}，实为 {found}",
    "files.extra": "清单里没有这个文件",
    "files.empty_folder": "空文件夹，审计包里不应有",
    "files.readme": "说明与本包应有的不同，不要照它操作",
    "files.manifest_row": "清单此行不合格式：{row}",
    "files.manifest_order": "清单未按文件名排序或重复：{path}",
    "files.manifest_end": "清单末尾缺少换行",
    **{f"structure.{reason}": text for reason, text in _FILE_REASONS.items()},
    "structure.unexpected": "检查点所记的条数下，不应有这个账页",
    "structure.cut": "从此字节起无法再分出记录（账页共 {bytes} 字节）",
    "structure.width": "账页里有 {found} 条记录，应为 {expected} 条",
    "lines.too_long": "记录长 {bytes} 字节，超过上限",
    "lines.unreadable": "不是规范的签名记录：{detail}",
    "lines.signatures": "记录应有一个签名，却有 {count} 个",
    "lines.origin": "记录属于另一账本 {found}，应为 {expected}",
    "lines.unknown_type": "未知的事件类型 {type}",
    "lines.fields": "{type} 的字段缺失、多余或不合格式：{fields}",
    **{f"tree.{reason}": text for reason, text in _FILE_REASONS.items()},
    "tree.policy": "信任策略不合格式：{detail}",
    "tree.policy_logs": "信任策略的账本密钥应属同一账本，却有 {count} 个账本名",
    "tree.signature_lines": "签名行应恰为策略所列各方、各一次、按策略的次序",
    "tree.older_name": "文件名应为它的条数 {size}",
    "tree.key_rotated": "您指定的账本密钥 {old} 已按规程换成 {new}，交接有您的密钥签过的检查点为证",
    "tree.key_from_package": "账本密钥取自本包，请与县里另行公布的核对（或用 --log-key 指定）：{key}",
    "tree.key_differs": "信任策略的账本密钥是 {found}，与您指定的 {expected} 不同",
    "tree.no_key": "没有账本密钥，检查点的签名无从核对",
    "tree.unsealed": "检查点不可信：{detail}",
    "tree.root": "由 {size} 条记录算出的根是 {found}，检查点签的是 {expected}",
    "tree.too_few": "检查点签了 {expected} 条记录，从头起连续可读的只有 {found} 条",
    "tree.went_back": "较早的检查点有 {kept} 条，现在的只有 {size} 条：账本倒退了",
    "tree.fork": "较早的检查点（{size} 条）不是本账本的前段：账本有两个版本",
    "genesis.missing": "首条记录应为 log.opened/1，却是 {type}",
    "genesis.again": "账本被第二次开立",
    "genesis.rehearsal": "这是演练账本，不是真账",
    "genesis.origin": "首条记录所载账本名 {found} 与 {expected} 不符",
    "genesis.log_key": "首条记录所载账本密钥 {found} 与 {expected} 不符",
    "genesis.policy": "trust.policy 不是此检查点当时有效的信任策略（见这条记录）",
    "genesis.bad_policy": "所设信任策略不合格式：{detail}",
    "genesis.policy_logs": "所设信任策略的账本密钥不属于本账本 {origin}",
    "genesis.after_close": "账本已由 {closed} 关闭，此后不应再有记录",
    "genesis.founder": "首条记录由 {found} 签名，应为开立人 {expected}",
    "signatures.name": "签名所用密钥 {found} 不属于经办人，应为 {expected}",
    "signatures.unknown": "签名所用密钥 {key}（{key_id}）此前没有登记",
    "signatures.retired": "签名所用密钥 {key} 已在第 {at} 条停用",
    "signatures.revoked": "签名所用密钥 {key} 自此前起已被吊销，这条记录不可信，其后果仍在",
    "signatures.revoked_before": "签名所用密钥 {key} 早在第 {at} 条就已吊销",
    "signatures.undone": "签名所用密钥 {key} 自此前起已被吊销，这条记录不可信；其后果已经冲正或撤销",
    "signatures.bad": "签名不成立：{key}",
    "signatures.bad_key": "登记的密钥不合格式：{detail}",
    "signatures.key_name": "登记的密钥名 {found} 与持有人不符，应为 {expected}",
    "signatures.key_clash": "两把密钥同名同号：{key}（{key_id}）",
    "signatures.unregistered": "停用或吊销了一把没有登记的密钥",
    "signatures.registered_own": "{person} 登记了本人（{role}）的密钥，应由另一位管理员登记",
    "signatures.ended_own": "{person} 停用或吊销了本人（{role}）的密钥，应由另一位管理员办理",
    "signatures.second_key": "{person}（{role}）的上一把密钥仍然有效，又登记了一把",
    "signatures.one_administrator": "{person} 的上一把密钥由 {by} 停用或吊销，新密钥又由同一人登记，应由两位管理员办理",
    "signatures.server_holds": "{person}（{role}）的密钥由服务器代管，不能证明是本人签名",
    "roles.may_not": "职责 {role} 不得做出 {type}",
    "roles.not_held": "经办人 {person} 在 {on} 不担任 {role}",
    "roles.outside": "经办人 {person} 的 {role} 职责不含辖区 {division}",
    "roles.for_another": "职责 {role} 只能为本人办理：经办人 {person}，记录所载 {named}",
    "continuity.shared_identity": "同一标识被 {known} 和 {category} 两类共用",
    "continuity.category": "{type} 不应记在 {category} 序列里",
    "continuity.gap": "序列号应为 {expected}，却是 {found}：有记录缺失、重复或换位",
    "continuity.identity": "标识与内容不符，应为 {expected}",
    "continuity.cause": "所称起因 {cause} 此前不存在",
    "continuity.command": "命令号 {cmd} 被同一人 {by} 再次使用",
    "postings.unexpected": "{type} 不应有分录",
    "postings.missing": "{type} 应有分录，却没有",
    "postings.unbalanced": "分录不平：{detail}",
    "postings.differ": "分录与事件不符：实为 {found}；应为 {expected}",
    "limits.passed": "账户 {account}（{commodity}）突破限额，余额 {balance}",
    "duties.no_report": "所依据的事件没有上报记录",
    "duties.step_again": "同一环节办了两次：{part}",
    "duties.not_confirmed": "未经核实的事件被认定有效",
    "duties.not_handled": "未经办理的事件被认定有效",
    "duties.signed_by_another": "环节 {part} 所载的人是 {named}，签名的却是 {by}",
    "duties.acted_twice": "同一人 {person} 既是 {first} 又是 {second}",
    "duties.acted_in_chain": "{part} {person} 参与过所付奖励 {reward} 的前面环节",
    "duties.granted_twice": "事件 {incident} 已在 {earlier} 奖励过",
    "duties.not_valid": "事件 {incident} 未被认定有效，却发了奖励",
    "duties.differs": "{field} 为 {found}，按各环节记录应为 {expected}",
    "duties.no_reward": "奖励 {reward} 不存在",
    "duties.no_payment": "这笔发放没有编制记录",
    "duties.no_batch": "所属批次不存在",
    "duties.paid_twice": "奖励 {reward} 已在发放 {payment} 中，又被安排或支付一次",
    "duties.reversed": "奖励 {reward} 已冲正或正在发放，与此操作矛盾",
    "duties.not_scheduled": "奖励 {reward} 与所在发放的安排记录不符",
    "duties.payment_again": "同一笔发放编制了两次",
    "duties.payment_total": "发放金额 {found} 元，所含奖励合计 {expected} 元",
    "duties.account": "收款账户版本 {found} 不是当时有效的 {expected}",
    "duties.reward_of_another": "奖励 {reward} 不属于这名收款人、预算或辖区",
    "duties.order": "{type} 不能发生在状态 {state} 之后",
    "duties.open_line": "批次已关闭，第 {line} 行仍为 {state}",
    "duties.released": "奖励被放回待付，但发放 {payment} 并未失败或取消",
    "duties.no_answer": "银行回盘文件 {answer} 没有登记，或登记的笔数少于据此入账的笔数",
    "duties.line_numbers": "批次的行号不是从 1 起连续",
    "duties.unapproved": "批次未经复核，其中的发放已为 {state}",
    "duties.erased": "{person} 已由 {erased} 删除，此后不应再有 {type}",
    "tariffs.none": "{division} 在 {day} 没有奖励标准",
    "tariffs.other": "引用的标准 {found} 不是当日有效的 {expected}",
    "tariffs.amount": "奖励 {found} 元，标准 {tariff} 规定 {expected} 元",
    "tariffs.month": "归属月份 {found}，应为 {expected}",
    "tariffs.budget": "预算 {budget} 不是 {year} 年度的已下达预算",
    "tariffs.outside_band": "{amount} 元超出 {division} 的上下限 {least}–{most} 元",
    **{f"ledgers.{reason}": text for reason, text in _FILE_REASONS.items()},
    **{f"ledgers.{reason}": text for reason, text in _TABLE_REASONS.items()},
    "ledgers.missing_account": "缺少一行：“{expected}”",
    "ledgers.order": "行的次序或行末与重算不同",
    "ledgers.block": "这一段与重算不同、重复或多余，开头是“{found}”",
    "ledgers.missing_block": "缺少应有的一段",
    **{f"attachments.{reason}": text for reason, text in {**_FILE_REASONS, **_NAMED_REASONS}.items()},
    **{f"disclosures.{reason}": text for reason, text in _FILE_REASONS.items()},
    "disclosures.absent": "账本里有 {rewards} 笔奖励，包里却没有月度公示；每个包都应带公示",
    "disclosures.position": "公示没有写明账本位置，或位置超出本包的 {size} 条",
    "disclosures.extra_row": "账本里没有这个月、这个辖区的公示",
    "disclosures.missing_row": "缺少 {division} {month} 的公示",
    "disclosures.differs": "{division} {month} 的公示与重算不同，或其摘要不符",
    "disclosures.order": "各行没有按辖区排列",
    **{f"bank.{reason}": text for reason, text in {**_FILE_REASONS, **_NAMED_REASONS}.items()},
    "bank.layout": "版式 {profile} 不能在这里逐笔核对，只核对了摘要",
    "bank.row": "此行不合中性版式，或合计行与明细不符",
    "bank.unknown_line": "端到端标识 {id} 不在这个批次里，或重复",
    "bank.amount": "金额 {found} 元，账本为 {expected} 元",
    "bank.outcome": "银行的结果为 {found}，账本据此记为 {expected}",
    "bank.missing_line": "文件里没有端到端标识 {id}",
    "opened.unreadable": "文件无法读取",
    "opened.row": "此行不合格式",
    "opened.differs": "值和随机数算出的不是所写的承诺",
    "opened.twice": "同一承诺开启了两次",
    "opened.unnamed": "没有记录承诺过这个值",
    "opened.count": "末行的行数或摘要不符：有值缺失、多余或被改动",
    **{f"timestamps.{reason}": text for reason, text in _FILE_REASONS.items()},
    "timestamps.missing": "缺少时间戳文件（签发方 {authority}）",
    "timestamps.unnamed": "没有记录提到这个时间戳",
    "timestamps.too_early": "所盖检查点有 {size} 条，记录时账本还没有那么长",
    "timestamps.root": "{size} 条记录算出的根是 {expected}，盖时间戳的是 {found}",
    "timestamps.bytes": "时间戳的摘要或长度与记录所载不符",
    "timestamps.text": "此文件应恰是所盖检查点（{size} 条）的三行文字，却缺失、读不出或不符",
    "timestamps.imprint": "时间戳里没有 {size} 条检查点的摘要",
    "since.no_key": "没有账本密钥，留存的检查点无从核对",
    "since.unsealed": "留存的检查点不可信，或属于另一账本：{detail}",
    "since.went_back": "您留存的检查点有 {kept} 条，现在只有 {size} 条：账本倒退了",
    "since.fork": "您留存的检查点（{size} 条）不是本账本的前段：账本有两个版本",
    "since.too_few": "留存的检查点有 {expected} 条，从头起连续可读的只有 {found} 条",
    "witnesses.refused": "检查点上的见证签名不成立：{detail}",
    "witnesses.missing": "见证不足：{detail}",
    "witnesses.none_asked": "信任策略不要求见证（现有见证 {cosigned}/{listed}）；只有账本密钥一方签字",
    "unreadable.no_folder": "无法打开文件夹（{detail}）",
    "unreadable.no_package": "文件夹里没有审计包的任何文件",
}

# What a sentence says of a word that events store in English.
PARTS: Mapping[str, str] = {
    "reporter": "上报人",
    "transcriber": "代录人",
    "reply_transcriber": "回复代录人",
    "verifier": "核查人",
    "handler": "办理人",
    "decider": "认定人",
    "maker": "编制人",
    "checker": "复核人",
    "payee": "收款人",
}
_PART_FACTS = frozenset({"part", "first", "second"})

STAGES: Mapping[str, str] = {"events": "核对签名、重放记录", "files": "核对文件"}
REMAINING = "约剩 {seconds} 秒"

ACCOUNT_NAMES: Mapping[str, str] = {
    "fin:1011": "零余额账户用款额度",
    "fin:2307:payee": "其他应付款—应付个人",
    "fin:2307:transit": "其他应付款—代发在途",
    "fin:4001": "财政拨款收入",
    "fin:5001": "业务活动费用",
    "bud:6001": "财政拨款预算收入",
    "bud:7101": "行政支出",
    "bud:8001": "资金结存",
    "ind:appropriated": "预算指标—已下达",
    "ind:available": "预算指标—可用",
    "ind:committed": "预算指标—已承诺",
    "ind:spent": "预算指标—已支出",
}
LIMITS: Mapping[int, str] = {1: "余额不得为贷方", -1: "余额不得为借方", 0: "不限"}
TOTAL = "合计"
TRIAL_BALANCE_HEADING = ("账户", "币种或品种", "名称", "借方发生", "贷方发生", "借方余额", "贷方余额")
ACCOUNTS_HEADING = ("账户", "币种或品种", "账簿", "名称", "限额", "分录笔数")
NAMED_FILES_HEADING = ("记录序号", "行号", "事件", "种类", "SHA-256", "字节", "随包")
FILE_KINDS: Mapping[str, str] = {"photo": "照片", "payment_file": "代发文件", "bank_answer": "回盘文件"}
YES, NO = "是", "否"
JOURNAL_HEADING = (
    "记录序号",
    "分录序号",
    "事件",
    "类型",
    "业务日期",
    "记录时间",
    "账户",
    "名称",
    "币种或品种",
    "借方",
    "贷方",
)


def sentence(finding: Finding) -> str:
    """A finding in Chinese, without its place."""
    return SENTENCES[finding.code].format_map(_in_chinese(finding.facts))


def place_text(place: Place) -> str:
    """A place in Chinese: file, row or byte, log index, event."""
    parts = [
        place.file or "",
        f"第 {place.row} 行" if place.row is not None else "",
        f"字节 {place.offset}" if place.offset is not None else "",
        f"记录 {place.index}" if place.index is not None else "",
        place.event or "",
    ]
    return "，".join(part for part in parts if part)


def _in_chinese(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    shown = {name: PARTS.get(str(v), v) if name in _PART_FACTS else v for name, v in facts.items()}
    if isinstance(shown.get("detail"), str):
        shown["detail"] = chinese_reason(str(shown["detail"]))
    return shown


PACKAGE_ERRORS: Mapping[str, str] = {
    "not_empty": "{detail} 已存在且不为空。请换一个文件夹。",
    "bad_policy": "信任策略不合格式（{detail}）。",
    "policy_logs": "信任策略的账本密钥不属于同一账本。",
    "policy_not_in_force": "信任策略不是检查点当时有效的那一份。",
    "unsealed": "检查点与信任策略不符（{detail}）。",
    "no_disclosures": "月度公示读不出来，或比检查点新。请先启动服务器（或运行 mingzhang rebuild），稍后再导出。",
    "bad_older_checkpoint": "一个较早的检查点与当时的信任策略不符（{detail}）。",
    "too_many": "记录多于检查点所签的 {detail} 条。",
    "too_few": "记录少于检查点所签的条数（{detail}）。",
    "other_root": "由 {detail} 条记录算出的根与检查点不符。账本可能被改动，请立即联系审计人员。",
    "bad_bundle": "账页不能写出（{detail}）。",
    "bad_entry": "一条记录不能读出（{detail}）。",
}


def package_sentence(error: Exception) -> str:
    """Why no package was written; `error` is an `audit.package.PackageError`."""
    return PACKAGE_ERRORS[getattr(error, "code", "")].format(detail=chinese_reason(getattr(error, "detail", "")))
