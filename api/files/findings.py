"""What is wrong with a file, said all at once: which row, which column, which value, and why.

A finding never repeats a whole personal text: long values are shortened, names and letters are only counted.
Findings are values, because one bad row is no accident; `BadFile` is raised where the file as a whole cannot be used.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

FINDINGS_MAX: Final = 1_000
"""A refused file lists so many findings; a file with a million formulas needs no list of a million lines."""

SHOWN_CHARS_MAX: Final = 20

HEAD: Final = "文件头"
"""The place of what a file says, or fails to say, of itself as a whole."""
WHOLE: Final = "整个文件"
"""The place of what keeps a file from being read at all."""

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # the file as a whole
        "file.missing": "找不到这个文件，请核对路径",
        "file.unreadable": "这个文件打不开：{detail}",
        "file.empty": "文件是空的",
        "file.too_large": "文件超过 {limit}，请拆分后再导入",
        "file.not_xlsx": "这不是 xlsx 工作簿（看起来是{looks_like}），请用表格软件打开后“另存为 .xlsx”",
        "file.encrypted": "文件设有密码，请取消密码后再导入",
        "file.macros": "文件含有宏，请另存为不含宏的 .xlsx",
        "file.damaged": "文件已损坏或不完整（{detail}），请重新导出",
        "file.unpacked_too_large": "文件解压后超过 {limit}，疑似压缩炸弹，已拒绝",
        "file.ratio": "压缩率高得不正常（{detail}），疑似压缩炸弹，已拒绝",
        "file.doctype": "文件内含 DOCTYPE 声明，表格软件不会这样写，已拒绝",
        "file.too_many_rows": "超过 {limit} 行，请拆分后再导入",
        "file.too_many_columns": "超过 {limit} 列，请删去多余的列",
        "file.not_text": "这不是文本文件，请核对所选的文件和版式",
        "file.not_bank_file": "这不是{what}：没有一行以 {expected} 开头；请核对所选的文件和版式",
        "file.encoding": "文字编码既不是 UTF-8 也不是 GB18030",
        "file.more_findings": "还有 {count} 处问题没有列出，请先改正以上各处",
        "file.not_xls": "这不是 xls 或 xlsx 工作簿，或已损坏，请重新导出",
        "xml.malformed": "不是合格的 XML：{detail}",
        "xml.too_deep": "XML 嵌套超过 {limit} 层，已拒绝",
        "xml.too_many_elements": "XML 元素超过 {limit} 个，请拆分后再导入",
        "xml.too_many_attributes": "XML 元素的属性超过 {limit} 个，已拒绝",
        "xml.other_message": "不是所选版式的报文，应当是 {expected}",
        "sheet.missing": "没有找到工作表“{sheet}”，文件里有：{sheets}",
        "sheet.duplicate": "有两个同名的工作表",
        "sheet.no_rows": "工作表“{sheet}”第 {header_row} 行表头以下没有内容，请核对文件和工作表",
        "header.missing": "第 {header_row} 行没有“{header}”这一列",
        "header.duplicate": "表头“{header}”出现了不止一次",
        "header.merged": "表头有合并单元格（{ref}），请取消合并，每列各写一个表头",
        # a cell
        "cell.merged": "与别的单元格合并了（{ref}），这一行没有读入；请取消合并并逐行填写",
        "cell.merged_often": "合并单元格超过 {limit} 处，请先取消合并并逐行填写",
        "cell.formula": "单元格是公式，请“选择性粘贴为数值”后再导入",
        "cell.error": "单元格是错误值（如 #N/A）",
        "cell.too_long": "文字超过 {limit} 字",
        "cell.control_character": "含有看不见的控制字符",
        "cell.missing": "没有填写",
        "cell.not_text": "应当是文字",
        "cell.not_a_number": "应当是一个整数",
        "cell.formula_like": "不能以 = + - @ 开头，表格软件会把它当成公式",
        "cell.separator": "含有分隔符“{separator}”或换行，会把这一行拆坏",
        "cell.encoding": "含有 {encoding} 写不出的字",
        "time.unreadable": "不是可识别的时间，应如 2026/4/24 09:30",
        "time.day_only": "只有日期，没有几点几分；请补上时间，如 2026/4/24 09:30",
        "time.out_of_range": "年份不在 1949 至 2099 之间",
        "date.unreadable": "不是可识别的日期",
        "time.in_future": "时间还没有到，请核对年份",
        "division.unreadable": "区划代码应当是 12 位数字",
        "division.unknown": "本县没有登记这个区划，这一行没有导入",
        "division.not_valid": "这个区划代码在上报那天无效（还没有启用，或已由别的代码接替），这一行没有导入",
        # a register
        "source_ref.duplicate": "编号与第 {first_row} 行重复，这一行没有读入",
        "source_ref.unreadable": "编号应当是 1 至 64 个字符，不含空格；过长的数字编号请设为文本格式",
        "recorded.value": "与此前导入的不同：账本记的是 {recorded}，文件里是 {stated}；账本没有改动，请核对",
        "recorded.author": "这个编号此前导入时是另一位留言用户；账本没有改动，请核对编号",
        "recorded.text": "与此前导入的文字不同：账本记的是 {recorded} 字，文件里是 {stated} 字，从第 {at} 字起不同；"
        "账本没有改动，请核对",
        "recorded.reply_gone": "账本里有这条答复（{recorded}），文件里却没有；账本没有改动，请核对",
        "recorded.handled_otherwise": "这件事已由别人办理（{recorded}），文件里的答复没有导入",
        "author.erased": "这位留言用户的个人信息已依法删除，这一行没有导入",
        "handling.not_read": "{why}；这条答复没有读入",
        "handling.before_report": "答复时间早于留言时间，这条答复没有读入",
        "handling.without_time": "有答复意见而没有可用的答复时间，这条答复没有读入",
        # a village's cash or bank journal
        "journal.both_sides": "收入、支出要填一个，且只填一个",
        "journal.balance": "余额与上一行接不上，按收支应为 {expected} 元",
        "text.personal": "里面有{kind}（{found}）。摘要会公开，请在文件里删去再导入",
        "journal.day_back": "日期早于上面一行的 {day}，请按日期先后排列",
        "journal.account_unknown": "对方科目不在村账所用的科目表里，请写科目编号或全称",
        "journal.party_needed": "这个科目按往来户核算，请填往来户编号",
        "journal.party_unsuited": "往来户编号没有登记，或这个科目不按往来户核算",
        "journal.before_book": "日期早于村账的起始日 {since}",
        "journal.month_closed": "{month} 已经月结或正在月结，不能再记",
        "journal.opening": "日记账的期初余额是 {stated} 元，村账里（含未记账的凭证）是 {book} 元，"
        "请核对起止日期和期初余额",
        "journal.closing": "日记账的期末余额是 {stated} 元，导入后村账里（含未记账的凭证）会是 {book} 元；"
        "有现金和存款互转的，请先导入存款日记账",
        # lists of places, and what became of their codes
        "places.layout": "认不出这份文件：{expected}",
        "places.none": "文件里没有 {county} 的任何区划",
        "code.unreadable": "区划代码应当是 2 至 12 位数字",
        "code.level": "这一列应当是{expected}的代码",
        "code.above": "代码不在所写的上级 {above} 之下",
        "code.orphan": "上级 {above} 既没有登记，也不在文件里；这一行没有导入",
        "code.repeated": "代码与第 {first_row} 行重复，这一行没有读入",
        "change.kind": "不认识的种类，应当是 {expected}",
        "change.refused": "{why}这项变更没有导入",
        "recorded.name": "账本里这个代码叫“{recorded}”，文件里是“{stated}”；账本没有改动，改名请用变更表",
        "recorded.history": "账本里登记的沿革与文件不同；账本没有改动，请核对",
        # a roster of members
        "source_ref.personal": "编号不能用身份证号或手机号，请另编一个号",
        "phone.unreadable": "电话应当是 5 至 20 位数字，可以带 + 和 -",
        "allowance.nobody": "这个月没有叫这个名字的网格员，请核对姓名，或请管理员先授予角色",
        "allowance.namesakes": "这个月有几位网格员同名，请在页面上逐人填写",
        "allowance.twice": "这个人在名单里出现了不止一次",
        "occupation.unknown": "不认识的职业，版式里有的是：{known}",
        "place.not_known": "本县没有登记这个地方，请写登记的名称或 12 位代码；这一行没有导入",
        "place.ambiguous": "本县有 {count} 个地方叫这个名称，请写 12 位代码；这一行没有导入",
        "account.incomplete": "户名、账号、开户行要么都填，要么都不填；这一行没有读入",
        "recorded.personal": "与此前导入的不同；账本没有改动，请核对，确有变动请在成员或人员页面办理",
        "recorded.no_account": "账本里没有收款账户，文件里有；账本没有改动，请在人员页面登记",
        "person.erased": "这个人的个人信息已依法删除，这一行没有导入",
        # a points book
        "points.unreadable": "积分应当是不超过九位的整数",
        "points.above_most": "一本存折最多结转 {most} 分；请核对，确有更多的，请由村里按规则另行加分",
        "points.below_zero": "余额不能小于零；欠分的，先在账本外核清，再由村里按规则扣分",
        "holder.one_of_two": "户号和人员编号要填一个，也只能填一个",
        "holder.duplicate": "与第 {first_row} 行是同一户（人）；请核对，一户（人）只写一行",
        "holder.one_officer": "这一户（人）是您自己（家）的，或是由您登记、登记过成员的；请由另一位经办人导入",
        "household.not_known": "这个村没有登记这个户号，请核对，或先登记户",
        "person.not_known": "账本里没有这个人，请核对编号，或先登记人员",
        "recorded.balance": "账本已记期初余额 {recorded} 分，文件里是 {stated} 分；账本没有改动。原先记错了的，"
        "请登记人以外的人在账户页撤销那一笔结转，再导入",
        "account.moved_already": "这个账户已有积分往来，不能再补记期初余额；确有差错请按规则更正",
        "account.closed_already": "这个账户已经销户，不能记期初余额",
        # a subsidy list
        "quantity.unreadable": "数量应当大于零，最多三位小数",
        "subsidy.amount_differs": "金额是 {stated} 元，标准乘数量是 {computed} 元；请核对数量或标准，金额由程序算",
        # bank files
        "account.ruined": "账号被表格软件改成了科学计数法，数字已丢失，请按文本格式重新填写",
        "account.number_cell": "账号单元格是数值，末位数字或前导零可能已丢失，请按文本格式重新填写",
        "account.unreadable": "账号应当是 5 至 34 位数字或字母",
        "amount.unreadable": "不是可识别的金额",
        "amount.not_positive": "金额应当大于零",
        "id.unreadable": "应当是 1 至 35 个字母、数字或 . _ / -",
        "cnaps.unreadable": "联行号应当是 12 位数字",
        "record.kind": "不认识的行标识，应当是 {expected}",
        "record.fields": "应当有 {expected} 项，实有 {found} 项",
        "record.missing": "缺少{what}",
        "record.repeated": "{what}出现了不止一次，或不在应在的位置",
        "control.count": "笔数对不上：{where}写 {stated} 笔，明细实有 {counted} 笔",
        "control.total": "总金额对不上：{where}写 {stated} 元，明细合计 {counted} 元",
        "seq.order": "序号应当从 1 起连续，这里应为 {expected}",
        "seq.duplicate": "序号与第 {first_row} 行重复",
        "id.duplicate": "端到端标识与第 {first_row} 行重复",
        "lines.none": "没有一笔明细",
        "answer.settled_without_booking": "回盘写成功，却没有可用的记账日期或银行流水号，不能当作已到账",
        "answer.other_batch": "回盘的批次号与所发批次 {batch} 不符",
        "answer.other_payer": "回盘的付款账号与所发批次不符",
        "answer.not_sent": "所发批次里没有这一笔",
        "answer.amount": "金额与所发不符：所发 {sent} 元",
        "answer.seq": "序号与所发不符：所发为 {sent}",
        "answer.count": "成功笔数 {stated} 与状态不符：所发批次共 {sent} 笔",
        "answer.booked_in_future": "记账日期在今天（{today}）之后，银行不可能已经记账；请核对文件，向银行要正确的回盘",
        "answer.without_batch": "报文没有写批次号，不能据此认定整批的结果",
        # account statements
        "header.not_found": "前 {rows} 行里找不到表头，应当含有：{expected}",
        "amount.decimals": "金额超过两位小数",
        "amount.both_sides": "收入和支出两栏都有金额，或都没有",
        "amount.direction": "不认识的收支方向，应当是 {expected}",
        "currency.unreadable": "币种应当是三个字母的代码，或 {expected}",
        "currency.differs": "币种与账户的 {currency} 不同",
        "statement.none": "文件里没有对账单",
        "statement.several": "文件里有 {count} 份对账单，请逐份导入",
        "statement.no_entries": "文件里没有一笔明细，也没有写起止日期",
        "statement.closing": "期初余额加各笔发生额应为 {counted} 元，文件写期末余额 {stated} 元",
        "statement.balance": "余额不连续：按上一笔应为 {expected} 元，文件写 {stated} 元，中间可能缺了明细",
        "statement.span": "起止日期颠倒",
        "statement.outside": "记账日期不在对账单的起止日期 {span} 之内",
        "statement.booked_in_future": "记账日期在今天（{today}）之后，银行不可能已经记账；"
        "请核对文件，向银行要正确的对账单",
        "statement.until_in_future": "对账单的终止日期在今天（{today}）之后，还有的日子没有过完；"
        "请下载到今天为止的对账单，或过了那天再登记",
        "statement.count": "笔数对不上：{where}写 {stated} 笔，明细实有 {counted} 笔",
        "statement.sum": "合计对不上：{where}写 {stated} 元，明细合计 {counted} 元",
        "statement.not_writable": "这个版式只能读，不能写",
        # schemas of banks' messages
        "schema.none": "文件夹里没有 .xsd 文件",
        "schema.broken": "不是可用的格式定义（XSD）：{detail}",
        # a profile
        "profile.unknown": "自带的里面没有“{name}”；自带的有：{known}",
        "profile.syntax": "版式文件不是合格的 TOML：{detail}",
        "profile.no_reply": "这个版式没有演练银行的回盘格式",
        "profile.entry": "版式文件这一项不对：{detail}",
        # a points rule
        "rule.entry": "{part}：{what}",
        "rule.unknown_key": "没有“{key}”这一项，请核对拼写",
        "rule.missing_key": "缺少“{key}”这一项",
        "rule.wrong_value": "“{key}”应当是{expected}",
    }
)
"""Code -> Chinese sentence. Codes are permanent; a sentence's gaps are filled by `finding(..., **facts)`."""


@dataclass(frozen=True)
class Finding:
    """One thing wrong at one place. `row` counts from 1 as the file's own program shows it.

    None stands only with a file that could not be read at all.
    """

    file: str
    row: int | None
    column: str | None
    value: str
    code: str
    reason: str

    def __str__(self) -> str:
        value = f"（值：{self.value}）" if self.value else ""
        place = "" if self.row is None and self.column is None else f" {self.place}"
        return f"{self.file}{place}：{self.reason}{value}"

    @property
    def place(self) -> str:
        """Where it is, in words: `第 3 行 C 支出 列`, `文件头 第 1 行`, `整个文件`."""
        if self.row is None:
            return WHOLE if self.column is None else f"{self.column} 列"
        if self.column == HEAD:
            return f"{HEAD} 第 {self.row} 行"
        return f"第 {self.row} 行" if self.column is None else f"第 {self.row} 行 {self.column} 列"


def finding(
    code: str,
    *,
    file: str,
    row: int | None = None,
    column: str | None = None,
    value: str = "",
    **facts: object,
) -> Finding:
    """The finding of one code at one place; `facts` fill the sentence. Raises KeyError for a code not in the table."""
    return Finding(file, row, column, shortened(value), code, REASONS[code].format_map(facts))


def shortened(text: str) -> str:
    """At most 20 characters of a value, on one line, with its length if it was cut."""
    flat = " ".join(text.split())
    if len(flat) <= SHOWN_CHARS_MAX:
        return flat
    return f"{flat[:8]}…（共 {len(flat)} 字）"


def first_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, or the first thousand and one that counts the rest."""
    everything = tuple(findings)
    more = len(everything) - FINDINGS_MAX
    if more <= 0:
        return everything
    return (*everything[:FINDINGS_MAX], finding("file.more_findings", file=everything[0].file, count=more))


class BadFile(Exception):
    """The file cannot be used as a whole; `findings` says everything that was found, and nothing was taken from it."""

    findings: tuple[Finding, ...]

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = first_findings(findings)
        super().__init__(self.findings)

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings))
