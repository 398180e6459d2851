"""`mingzhang verify`: the offline auditor's check, offered here as a subcommand; it needs nothing of the server."""

from audit.cli import add_arguments, run

__all__ = ["DESCRIPTION", "EXAMPLE", "add_arguments", "run"]

DESCRIPTION = """
离线检查审计包，不需要网络、数据库和服务器，也不信任它们：文件、结构、签名、权限、连续性、哈希树、检查点、
分录平衡、限额、职责分离、奖励标准、账表、月度公示、附件、银行文件、时间戳。所有问题都列出，并指出文件、字节、记录索引和事件。
--json 输出 verdict、exit_code、origin、size、root、log_key、rehearsal 和 checks；每项 check 有 number、check、status
（passed 通过、failed 不通过、attention 注意、not_run 未执行）、reason_text、summary、count 和 findings；每个 finding 有
code、place（file、offset、row、index、event）、facts 和中文 text。
请留存每次检查时包里的 checkpoint 文件，下次用 --since 证明账本只增不改。
"""
EXAMPLE = """
mingzhang verify 审计包-2026-03
mingzhang verify 审计包-2026-03 --since 上次的checkpoint --json
mingzhang verify 审计包-2026-03 --policy 我信任的.policy
"""
