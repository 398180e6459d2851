"""The slip for whoever objects on paper: what it is about stands on it already, the rest is written by hand."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from api.posters.sheets import BANNER, Posting, qr_code
from api.web.disclosed.kinds import WORDS, disclosed_period_text

TEMPLATE: Final = Path(__file__).with_name("slip.typ")
TITLE: Final = "村务公开异议单"
FIELDS: Final = ("哪一张表、第几行：", "姓名、电话（可以不填）：", "日期：")
QUESTION: Final = "哪里不对，您知道的情况是怎样的："
CODE_WORDS: Final = "也可以扫码在网上提"
NOTE: Final = (
    "请交给村务监督委员会成员或投进意见箱。您写的话和姓名只有经办人看得到，不公开；公开的是查实的结果和答复，"
    "会和这份公示放在一起。工作人员把它登记进账本后，会给您一个编号，凭编号可以查答复。"
)
LINES: Final = 8


@dataclass(frozen=True, slots=True)
class Slip:
    """Everything on a slip. `code` is a QR code as SVG."""

    banner: str | None
    title: str
    author: str
    posted: tuple[int, int, int]
    about: str
    fields: tuple[str, ...]
    question: str
    lines: int
    code: str
    code_says: str
    code_words: str
    note: str

    def json(self) -> str:
        """For the template."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def slip_of(posting: Posting) -> Slip:
    """The slip of a posted version."""
    document, since = posting.document, posting.since
    what = f"{posting.path[-1]}{disclosed_period_text(document.period)}{WORDS[document.kind].title}"
    return Slip(
        banner=BANNER if posting.rehearsal else None,
        title=TITLE,
        author=posting.path[-1],
        posted=(since.year, since.month, since.day),
        about=f"对“{what}”公示第 {posting.version} 版有异议（{posting.until.isoformat()} 前提出）。",
        fields=FIELDS,
        question=QUESTION,
        lines=LINES,
        code=qr_code(posting.url),
        code_says=f"二维码，内容是网址 {posting.url}",
        code_words=CODE_WORDS,
        note=NOTE,
    )
