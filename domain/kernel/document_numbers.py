"""Document numbers (文号) as they are compared: 横文明〔2026〕8号 is the same paper as 横文明［2026］ 8 号.

What must not be broken: a number as clerks usually write it stands for itself, so that what was recorded is found.
"""

import unicodedata
from typing import Final

_BRACKETS: Final = str.maketrans("([{【〖「『<《〈)]}】〗」』>》〉", "〔" * 10 + "〕" * 10)


def compared(document: str) -> str:
    """A document's number without what clerks write differently: brackets, wide signs, gaps, kinds of hyphens."""
    plain = unicodedata.normalize("NFKC", document).translate(_BRACKETS)
    return "".join("-" if unicodedata.category(sign) == "Pd" else sign for sign in plain if not sign.isspace())
