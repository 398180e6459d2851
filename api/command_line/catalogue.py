"""Which subcommands there are, and loading one only when it is asked for.

`verify` and `witness` work with the base installation; the others need the server's packages, and whoever lacks them
is told what to install.
"""

import argparse
import gc
import importlib
from dataclasses import dataclass
from importlib import metadata
from typing import Final, Protocol, cast

INSTALL: Final = "pip install 'mingzhang[server]'"
RECORDS: Final = "已确认的记录都在；再次运行同一命令会接着做完。"
LOOKS: Final = "它只看不改，什么也没有变；需要时再运行一次。"
WRITES_OUT: Final = "账本没有变；没写完的文件夹不能用，请删掉它，再运行一次。"
_OURS: Final = ("api", "audit", "domain", "journal", "migrations", "projections")


class Subcommand(Protocol):
    """What every module of a subcommand offers."""

    DESCRIPTION: str
    EXAMPLE: str

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None:
        """Declare what it takes."""

    def run(self, arguments: argparse.Namespace, /) -> int:
        """Do it; returns the exit code. Raises what went wrong."""


@dataclass(frozen=True, slots=True)
class Named:
    """A subcommand in the overview: its word, its module, what it is for, and how things stand if Ctrl-C ends it."""

    name: str
    module: str
    summary: str
    interrupted: str = RECORDS


CATALOGUE: Final = (
    Named("init", "begin", "建立一个县的账本：密钥、数据库、首任管理员"),
    Named("serve", "serve", "启动网页服务"),
    Named("demo", "demo", "装入虚构的演示县并启动，供试用"),
    Named("rehearse", "rehearse", "演练：由脚本人员把已导入的事件核查、认定、奖励、发放一遍"),
    Named("doctor", "doctor", "检查设置、数据库、密钥、账本是否正常、是否安全", LOOKS),
    Named("migrate", "migrate", "把数据库升级到本版本"),
    Named("rebuild", "rebuild", "从账本重建全部查询表"),
    Named("signer", "signer", "运行签名进程；丢失记忆后以公布的检查点重新开始"),
    Named("log", "log", "账本本身：策略、更换账本密钥、封账"),
    Named("account", "account", "管理工作人员及其登录账号"),
    Named("catalogue", "service_catalogue", "事项清单：公布随程序提供的清单，查看某一天的清单"),
    Named("workflow", "workflow", "流程和工作日历：查看、发布、启用"),
    Named("import", "import_register", "导入登记簿"),
    Named("import-members", "import_members", "导入移动网格员花名册，登记为申请"),
    Named("import-points", "import_points", "导入纸质积分台账，登记期初余额"),
    Named("import-subsidies", "import_subsidies", "导入一个村的补贴发放名单，提出一版，等另一个人确认"),
    Named("import-places", "import_places", "导入本县的区划：代码表、变更表、历史代码"),
    Named("books", "books", "账簿：科目余额表、总账、明细账、日记账、凭证，导出 CSV 和 xlsx；科目表"),
    Named("budget", "budget", "预算：执行情况，登记下达、调整，年度结账"),
    Named("allowance", "allowance", "专职网格员津贴：按名单登记，查看"),
    Named("points", "points", "积分：公布规则、试算、到期"),
    Named("village", "village", "村账：导入现金、银行存款日记账，写出报表"),
    Named("station", "station", "驿站：开办、管理员、物资定价，入库、盘点、报损，库存"),
    Named("exchange", "exchange", "兑换：兑换码、柜台确认、撤销、退回"),
    Named("payout", "payout", "按月发放：拟发、冻结、审批、代发文件、回盘、关闭"),
    Named("reconcile", "reconcile", "银行对账：登记对账单、勾对、差异"),
    Named("close", "month_end", "月结：月末核对，提出，由另一个人封账"),
    Named("vault", "vault", "保险库：删除个人信息、查看打开记录、备份、更换密钥"),
    Named("timestamp", "timestamp", "请时间戳机构为最新的检查点加盖时间戳"),
    Named("disclose", "disclose", "村务公开：应公开的和超期的，拟定、审查、公布、答复、结束、归档"),
    Named("poster", "poster", "公示单：把公布的一版画成 PDF 并登记，凭审计包重画核对"),
    Named("publish", "publish", "把最新的检查点和哈希块公布出去（服务运行时会自己做）"),
    Named("fsck", "fsck", "从记录重算哈希树，与数据库、签名进程、公布的文件逐一比较", LOOKS),
    Named("witness", "witness", "在另一个单位做见证人：为别的账本的检查点签名（不需要服务器）"),
    Named("export", "export", "导出审计包", WRITES_OUT),
    Named("verify", "verify", "离线检查审计包（不需要服务器）", LOOKS),
)
NAMES: Final = tuple(named.name for named in CATALOGUE)


class MissingPackages(Exception):
    """The server's packages are not installed; the message is the sentence for the user."""


def version() -> str:
    """The installed version."""
    return metadata.version("mingzhang")


def find(name: str) -> Named | None:
    """The subcommand of that name."""
    return next((named for named in CATALOGUE if named.name == name), None)


def load(named: Named) -> Subcommand:
    """Import the subcommand's module. Raises MissingPackages where a package of the server is not installed."""
    gc.disable()  # nothing that is being imported is garbage, and looking for some takes a tenth of the time
    try:
        return cast("Subcommand", importlib.import_module(f"api.command_line.{named.module}"))
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in _OURS:
            raise
        raise MissingPackages(
            f"“mingzhang {named.name}”需要服务器组件（缺少 {missing}）。请运行：{INSTALL}\n"
            "只检查审计包（mingzhang verify）不需要它们。"
        ) from error
    finally:
        gc.enable()
