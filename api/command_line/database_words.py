"""What a failure of the database's set-up means, and what to do, by its permanent code."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

DATABASE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "embedded.account": "内嵌数据库不能用这个系统账户运行。请核对 MINGZHANG_RUN_AS",
        "embedded.busy": "这个文件夹的数据库正由另一个进程运行",
        "embedded.damaged": "数据库文件夹不完整。请从备份恢复",
        "embedded.disk_full": "磁盘满了。请腾出空间再启动；已确认的记录没有丢失",
        "embedded.folder": "数据库的连接文件夹不属于我们。请删除它，或换一个较短的 MINGZHANG_HOME",
        "embedded.location": "数据库不在记录的位置。请恢复那个文件夹，或核对 MINGZHANG_HOME",
        "embedded.no_binaries": "没有可用的 PostgreSQL（15 及以上）。请安装 mingzhang[server]，或设置 MINGZHANG_PG_BIN",
        "embedded.memory": "内存或共享内存不够，数据库没有启动起来",
        "embedded.not_started": "数据库没有启动",
        "embedded.orphans": "上次留下的数据库进程还没有结束。请稍后再启动，或结束那些进程",
        "embedded.passwords": "数据库密码文件丢失或损坏。请从备份恢复 passwords.json",
        "embedded.slow": "数据库迟迟没有应答。请稍后再试",
        "embedded.start_failed": "数据库没有启动起来",
        "embedded.started": "数据库已经由本进程启动",
        "embedded.unstoppable": "数据库进程停不下来。请先结束它再启动",
        "embedded.unwritable": "数据库文件夹不能写。请核对权限，或用建立它的账户启动",
        "embedded.wrong_major": "数据是由另一个大版本的 PostgreSQL 写的。请装回那个版本",
        "migration.changed": "已执行过的迁移文件被改动。请恢复原文件，另加新的迁移",
        "migration.failed": "迁移失败，已全部撤回",
        "migration.numbering": "迁移文件编号不对",
        "migration.outdated": "数据库比程序旧。请运行：mingzhang migrate",
        "migration.placeholder": "迁移文件里的角色占位符不对",
        "migration.too_new": "数据库比程序新。请安装写它的那个版本，或更新的版本",
        "migration.transaction": "迁移文件自己开启或结束了事务，不能执行",
        "roles.superuser": "数据库里的角色是超级用户，不能用。请改名",
    }
)
