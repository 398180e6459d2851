"""Names as a public page may show them: 张*国, 欧阳**.

What must not be broken: of every name of two or more characters at least one stays hidden, and nothing is guessed back.
Names are masked by default wherever the public reads.
"""

import re
import unicodedata
from typing import Final

# The two-character surnames still borne. A longer list would mask ordinary names as if they were compound.
_COMPOUND_SURNAMES: Final = """
欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶
太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良
漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 左丘 东门 西门 第五 梁丘
歐陽 諸葛 司馬 東方 獨孤 萬俟 聞人 尉遲 濮陽 鍾離 長孫 鮮于
"""
COMPOUND_SURNAMES: Final = frozenset(_COMPOUND_SURNAMES.split())

_POINTS: Final = re.compile("[·•‧・･∙⋅]")
_INVISIBLE: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]")


def mask_name(name: str) -> str:
    """The name as anyone may read it. The rules, first that fits:

    1. parts joined by a point (买买提·艾力): the first part keeps its first character, the others keep none;
    2. Chinese characters only: two keep the first (张*); a compound surname of a name of three or more stays and the
       rest is hidden (欧阳**); three and four keep the first and the last (张*国); longer ones keep the first;
    3. letters and digits, as in a pseudonym (A00074011): five or more keep the first and the last three (A***011);
    4. anything else, as in Latin names, word by word: the first letter and three stars, however long (J*** S***).
    """
    clean = " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", name)).split())
    parts = [part.strip() for part in _POINTS.split(clean)]
    if len(parts) > 1:
        return "·".join([_first_only(parts[0]), *("*" * len(part) for part in parts[1:])])
    if len(clean) < 2:
        return "*"
    if all(map(_is_chinese, clean)):
        return _mask_chinese(clean)
    if clean.isascii() and clean.isalnum() and any(map(str.isdigit, clean)) and len(clean) >= 5:
        return f"{clean[0]}***{clean[-3:]}"
    return " ".join(f"{word[0]}***" for word in clean.split(" "))


def _first_only(part: str) -> str:
    return part[:1] + "*" * max(len(part) - 1, 1)


def _mask_chinese(name: str) -> str:
    if len(name) > 2 and name[:2] in COMPOUND_SURNAMES:
        return name[:2] + "*" * (len(name) - 2)
    if len(name) in (3, 4):
        return name[0] + "*" * (len(name) - 2) + name[-1]
    return _first_only(name)


def _is_chinese(character: str) -> bool:
    return character == "〇" or unicodedata.name(character, "").startswith("CJK ")
