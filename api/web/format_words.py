"""What is wrong with a key, a note, a checkpoint or a trust policy, in Chinese.

The core says it in English, for programmers; this is the table by which clerks and operators read it.
"""

from typing import Final

from api.web.phrases import fitting, phrases
from api.web.words import system_error

_PATTERNS: Final = phrases(
    (
        # trust policies
        (r"line (\d+): (.*)", r"第 \1 行：\2"),
        (r"(.*) is one word: (.*)", r"\2 应当是一个词，中间不能有空格"),
        (r"a threshold is all, any or a number.*, not (.*)", r"门限应当是 all、any 或不以 0 开头的数，不能是 \1"),
        (r"(.*) has a witness key: a log signs.*", r"\1 是见证人的密钥，不能当账本的密钥"),
        (r"witness (.*) has a log's key.*", r"见证人 \1 用的是账本的密钥"),
        (r"group (.*): (\d+) of (\d+) members.*", r"组 \1 有 \3 个成员，不能要求 \2 个"),
        (r"group (.*) names (.*), which is not defined before it", r"组 \1 里的 \2 在它前面没有定义"),
        (r"the quorum names (.*), which is not defined before it", r"quorum 里的 \1 在它前面没有定义"),
        (r"a policy needs a quorum line.*", "没有 quorum 这一行；不要求见证时也要写 quorum none"),
        (r"(.*) (\S+) is listed twice", r"\2 列了两次"),
        (r"not a line of a policy: (.*)", r"看不懂这一行：\1"),
        (r"a control character other than tab", "含有制表符以外的控制字符"),
        (r"a second quorum", "quorum 写了两次"),
        (r"the last line has no newline", "最后一行没有换行"),
        (r"not UTF-8", "文字编码不是 UTF-8"),
        # keys and notes
        (r"not base64: .*", "不是 base64"),
        (r"base64 is not in its canonical form", "base64 的写法不规范"),
        (r"a cosignature's time must be .*, not (.*)", r"联署的时间 \1 超出范围"),
        (r"a key name is non-empty and .*: (.*)", r"密钥名称不能为空，也不能有空格、加号或控制字符：\1"),
        (r"a key name is not valid UTF-8", "密钥名称的编码不是 UTF-8"),
        (r"a key text has the form .*", "公钥应写作“名称+8 位小写十六进制+base64”，请整串抄下"),
        (r"a key text holds a type byte and a key", "公钥里没有类型和密钥"),
        (r"a private key text begins with PRIVATE\+KEY\+", "私钥应以 PRIVATE+KEY+ 开头"),
        (r"signature type (.*) is not supported", r"不支持签名类型 \1"),
        (r"an Ed25519 public key has 32 bytes, not (.*)", r"公钥应有 32 字节，却有 \1 字节"),
        (r"an Ed25519 seed has 32 bytes, not (.*)", r"私钥应有 32 字节，却有 \1 字节"),
        (r"key ID (.*) of (.*) does not belong to this (?:private )?key.*", r"\2 的编号 \1 与密钥不符，可能抄错了"),
        (r"the seed does not belong to the public key of (.*)", r"私钥与 \1 的公钥不是一对"),
        (r"the signature of (.*) lacks its key ID or its bytes", r"\1 的签名不完整"),
        (r"the signature of (.*) \((.*)\) does not verify", r"\1 的签名（\2）验证不过"),
        (r"the cosignature of (.*) has (.*) bytes, not .*", r"\1 的联署应有 72 字节，却有 \2 字节"),
        (r"a signature line begins with an em dash and a space", "签名行应以“— ”开头"),
        (r"a note carries 1 to (\d+) signatures, not (\d+)", r"签名应有 1 至 \1 个，却有 \2 个"),
        (r"more than (\d+) signatures", r"签名多于 \1 个"),
        (r"a note's text ends in a newline", "正文最后没有换行"),
        (r"a note's text is not valid UTF-8: byte (\d+)", r"正文第 \1 字节起不是 UTF-8"),
        (r"a note holds no control character but newline", "正文里有换行以外的控制字符"),
        (r"no blank line parts the text from its signatures", "正文和签名之间没有空行"),
        (r"the last signature line has no newline", "最后一行签名没有换行"),
        (r"(.*) is a witness key: it signs checkpoints.*", r"\1 是见证人的密钥，只能联署检查点"),
        (r"the same key signs twice", "同一把密钥签了两次"),
        (r"two known keys share the name (.*) and the ID (.*)", r"有两把密钥名称都是 \1、编号都是 \2"),
        (r"no known key signed this note", "没有已知密钥的签名"),
        # checkpoints
        (r"no listed key of (.*) signed this checkpoint", r"没有 \1 在册的密钥签过这个检查点"),
        (r"a checkpoint has exactly three lines, .*", "检查点应当正好三行，每行都有换行"),
        (r"a checkpoint of (.*), signed by the key of (.*)", r"这是 \1 的检查点，却由 \2 的密钥签名"),
        (r"(.*) is a witness key: it cannot speak for a log", r"\1 是见证人的密钥，不能代表账本"),
        (r"(.*) is not a witness key", r"\1 不是见证人的密钥"),
        (r"(.*) is not a key of (.*)", r"\1 不是 \2 的密钥"),
        (r"a tree size is .*, not (.*)", r"记录条数 \1 超出范围"),
        (r"a root has 32 bytes, not (.*)", r"根应有 32 字节，却有 \1 字节"),
        (r"not a checkpoint: (.*)", r"不是检查点：\1"),
        # key files
        (r"(.*) can be read by others \(mode (\d+)\).*", r"\1 别人也能读（权限 \2），请运行 chmod 600 \1"),
        (r"(.*) is open to others \(mode (\d+)\).*", r"文件夹 \1 别人也能进（权限 \2），请运行 chmod 700 \1"),
        (r"(.*) belongs to another account: .*", r"文件夹 \1 属于别的用户，请换一个签名进程自己的文件夹"),
        (r"(.*) holds no log key: (.*)", r"\1 里不是账本密钥：\2"),
        (r"the master seed has (.*) bytes, not 32", r"主种子应有 32 字节，却有 \1 字节"),
        # a witness's memory
        (r"the state (.*) cannot be made: .*", r"\1 不能建立，请核对路径和权限"),
        (r"the state (.*) is missing; .*", r"\1 不见了；丢了记忆的见证人要换新名称和新密钥，重新 init"),
        (r"(.*) is not the state of a witness", r"\1 不是见证人的记忆"),
        (r"(.*) has schema (\d+), this program knows (\d+): .*", r"\1 是较新的程序写的（第 \2 版），请用新程序"),
        (r"(.*) is the state of another witness than (.*)", r"\1 是另一个见证人的记忆，不是 \2 的"),
    )
)


def said(error: Exception | str) -> str:
    """The Chinese of an error of the formats, inner parts included; what no pattern knows stays as it is.

    An error of `api` says in Chinese what it means; of any other, what the operating system said tells more.
    """
    ours = type(error).__module__.startswith("api.")
    if isinstance(error, Exception) and isinstance(error.__cause__, OSError) and not ours:
        return f"{error.__cause__.filename or ''}：{system_error(error.__cause__)}".removeprefix("：")
    text = str(error)
    fits = fitting(_PATTERNS, text)
    if fits is None:
        return text
    found, made = fits
    last = found[found.lastindex] if found.lastindex else ""
    return made.replace(last, said(last)) if last else made
