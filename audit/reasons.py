"""Why a note, a line, a policy or a file cannot be read, in the reader's language.

What must not be broken: the format modules speak English, as their specifications do; whatever of theirs reaches a
reader passes through here. A test goes through every sentence that they can say.
"""

import re

# The English sentence as a pattern; what its groups hold stands in the Chinese one by number.
_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"line (\d+): (.*)", "第 {0} 行：{1}"),
    (r"not a checkpoint: (.*)", "不是检查点：{0}"),
    (r"not base64: .*", "不是 base64"),
    (r"base64 is not in its canonical form", "base64 写法不规范"),
    (r"a cosignature's time must be .*", "见证时间超出范围"),
    (r"a key name is non-empty .*", "密钥名不合格式"),
    (r"signature type (\S+) is not supported", "不支持签名类型 {0}"),
    (r"an Ed25519 (?:public key|seed) has 32 bytes, not (.*)", "密钥应为 32 字节，却有 {0}"),
    (r"key ID (\S+) of (\S+) does not belong to this (?:private )?key.*", "{1} 的密钥编号 {0} 与密钥不符"),
    (r"a (?:private )?key text .*", "密钥的写法应为 <名称>+<8 位编号>+<base64>"),
    (r"the seed does not belong to .*", "私钥与公钥不符"),
    (r"the signature of (\S+) lacks .*", "{0} 的签名缺少密钥编号或内容"),
    (r"a signature line begins with .*", "签名行应以“— ”开头"),
    (r"a key name is not valid UTF-8", "密钥名不是 UTF-8"),
    (r"a note carries 1 to (\d+) signatures, not (\d+)", "签名应为 1 至 {0} 个，却有 {1} 个"),
    (r"more than (\d+) signatures", "签名多于 {0} 个"),
    (r"a note's text ends in a newline", "正文末尾缺少换行"),
    (r"a note holds no control character .*", "含有控制字符"),
    (r"a note's text is not valid UTF-8: byte (\d+)", "正文第 {0} 字节起不是 UTF-8"),
    (r"no blank line parts .*", "正文与签名之间没有空行"),
    (r"the last signature line has no newline", "末行签名缺少换行"),
    (r"\S+ is a witness key.*", "这是见证人的密钥，不能代表账本"),
    (r"the same key signs twice", "同一密钥签了两次"),
    (r"two known keys share .*", "两把密钥同名同号"),
    (r"no known key signed this note", "没有已知的密钥签名"),
    (r"the cosignature of (\S+) has .*", "{0} 的见证签名长度不对"),
    (r"the signature of (\S+) \((\S+)\) does not verify", "{0}（{1}）的签名不成立"),
    (r"no listed key of (\S+) signed .*", "没有 {0} 的账本密钥签名"),
    (r"a tree size is between .*", "条数超出范围"),
    (r"a root has 32 bytes, not (\d+)", "根应为 32 字节，却有 {0}"),
    (r"a checkpoint has exactly three lines.*", "检查点应恰为三行"),
    (r"a checkpoint of (\S+)(?:, signed by .*)?", "这是另一账本 {0} 的检查点"),
    (r"\S+ is not a (?:key|witness key).*", "密钥不属于这一方"),
    (r"not a decimal number .*", "条数不是规范的十进制数"),
    (r".* is one word: .*", "名称或地址应为一个词"),
    (r"\S+ has a witness key.*", "账本行里写的是见证人的密钥"),
    (r"witness (\S+) has a log's key.*", "见证人 {0} 的密钥其实是账本密钥"),
    (r"group (\S+): (\d+) of (\d+) members cannot be asked for", "分组 {0}：{2} 个成员里要不了 {1} 个"),
    (r"group (\S+) names (\S+), which .*", "分组 {0} 提到的 {1} 此前没有定义"),
    (r"the quorum names (\S+), which .*", "quorum 提到的 {0} 此前没有定义"),
    (r"a control character other than tab", "含有控制字符"),
    (r"a second quorum", "有两行 quorum"),
    (r"the last line has no newline", "末行缺少换行"),
    (r"a policy needs a quorum line.*", "缺少 quorum 行"),
    (r".*?(\S+) is listed twice", "{0} 列了两次"),
    (r"not a line of a policy: (.*)", "不是策略的行：{0}"),
    (r"a threshold is all, any or .*", "门槛应为 all、any 或不带前导零的数"),
    (r"witness (\S+) has not cosigned", "见证人 {0} 没有签"),
    (r"group (\S+) needs (\d+) of (\d+) members and has (\d+)", "分组 {0} 的 {2} 个成员要有 {1} 个，现有 {3} 个"),
    (r"data: a lone surrogate .*", "data 里有不成对的代理字符"),
    (r"not one line that ends in a newline", "不是以换行结尾的一行"),
    (r"longer than (\d+) bytes", "长于 {0} 字节"),
    (r"not a JSON object", "不是 JSON 对象"),
    (r"not in canonical form .*", "不是规范写法（RFC 8785）"),
    (r"nested too deeply", "嵌套过深"),
    (r"not (?:JSON|a line): .*", "不是 JSON"),
    (r"a number that is not an integer: (.*)", "有不是整数的数 {0}"),
    (r"envelope: missing (.*), unknown (.*)", "信封缺少 {0}，多出 {1}"),
    (r"v: (.*) is not (\d+)", "版本 {0} 不是 {1}"),
    (r"origin: empty", "账本名为空"),
    (r"seq: below 1", "序列号小于 1"),
    (r"data: not an object", "data 不是对象"),
    (r"at: (.*) is not an instant .*", "记录时间 {0} 不合格式"),
    (r"on: (.*) is not a day", "业务日期 {0} 不合格式"),
    (r"cause: (.*) is not an event name", "起因 {0} 不是事件名"),
    (r"(\S+): (.*) is not an integer below 2\^53", "{0}：{1} 不是 2^53 以内的整数"),
    (r"(\S+): key (.*) is not of its form", "{0}：字段名 {1} 不合格式"),
    (r"(\S+): (.*) is not of its form", "{0}：{1} 不合格式"),
    (r"(\S+): a value of type (\S+)", "{0}：不允许的值类型 {1}"),
    (r"postings: not a list with members", "分录不是非空的列表"),
    (r"(\S+): not \[account, commodity, amount\]", "{0}：应为 [账户, 币种, 金额]"),
    (r"(\S+): (.*) is not an? (?:account|commodity)", "{0}：{1} 不是账户或币种"),
    (r"postings do not sum to zero: (.*)", "合计不为零：{0}"),
    (r"a posting of zero to (\S+)", "账户 {0} 有一笔为零的分录"),
    (r"CNY and PTS meet in one entry", "人民币与积分混在一笔里"),
)
_PATTERNS = tuple((re.compile(pattern, re.DOTALL), chinese) for pattern, chinese in _SENTENCES)
_SYSTEM = {
    "ENOENT": "不存在",
    "ENOTDIR": "不是文件夹",
    "EISDIR": "是一个文件夹",
    "EACCES": "没有读取权限",
    "EPERM": "没有读取权限",
    "ELOOP": "是一个链接",
    "EIO": "读取出错，介质可能损坏",
    "ENAMETOOLONG": "名称过长",
    "?": "路径不合法或无法读取",
}
UNKNOWN = "格式不对"
_ENGLISH = re.compile(r"[A-Za-z][a-z]+( [a-zA-Z][a-z]+){2,}.*", re.DOTALL)


def chinese_reason(text: str) -> str:
    """The sentence in Chinese; names of system errors likewise. What is not English passes through."""
    if text in _SYSTEM:
        return _SYSTEM[text]
    for pattern, chinese in _PATTERNS:
        if found := pattern.fullmatch(text):
            return chinese.format(*(chinese_reason(group or "") for group in found.groups()))
    return UNKNOWN if _ENGLISH.fullmatch(text) else text
