"""The slips for whoever says something on paper: what it is about stands on it already, the rest is written by hand."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final

from api.posters.sheets import BANNER, Posting, heading_of
from api.web.identity import Identity
from api.web.qr import qr_file
from domain.kernel.places import Division

TEMPLATE: Final = Path(__file__).with_name("slip.typ")
LINES: Final = 8
CODE_WORDS: Final = "也可以扫码在网上提"

OBJECTION_TITLE: Final = "村务公开异议单"
OBJECTION_FIELDS: Final = ("编号（登记后由村里填）：", "哪一张表、第几行：", "姓名、电话（可以不填）：", "日期：")
OBJECTION_QUESTION: Final = "哪里不对，您知道的情况是怎样的："
OBJECTION_NOTE: Final = (
    "请交给村务监督委员会成员或投进意见箱。您写的话和姓名只有登记的人、负责答复的人和村务监督委员会成员看得到，"
    "不公开；拟定这份公示的人不能答复，登记以后也看不到原话。公开的是查实的结果和答复，会和这份公示放在一起。"
    "工作人员把它登记进账本后，会给您一个编号，凭编号可以查答复。"
)

SUGGESTION_TITLE: Final = "意见建议单"
SUGGESTION_FIELDS: Final = ("单号（由村里编）：", "姓名、电话（可以不填）：", "日期：")
SUGGESTION_QUESTION: Final = "您想说什么："
SUGGESTION_NOTE: Final = (
    "请交给村里的工作人员或投进意见箱。您写的话和姓名只有登记的人和负责答复的人看得到，不公开；"
    "受理后公开的是一句不含姓名的摘要和答复。"
    "工作人员把它登记进账本后，会给您一个编号，凭编号可以查答复。"
)


@dataclass(frozen=True, slots=True)
class Slip:
    """Everything on a slip. `code` is a QR code as SVG; `posted` is the day (year, month, day) that it bears."""

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


def objection_slip(posting: Posting) -> Slip:
    """The slip for objecting to a posted version."""
    about = f"对{heading_of(posting)}公示第 {posting.version} 版有异议（{posting.until.isoformat()} 前提出）。"
    return _slip(
        title=OBJECTION_TITLE,
        village=posting.path[-1],
        about=about,
        fields=OBJECTION_FIELDS,
        question=OBJECTION_QUESTION,
        note=OBJECTION_NOTE,
        url=posting.url,
        on=posting.since,
        rehearsal=posting.rehearsal,
    )


def suggestion_slip(division: Division, name: str, *, identity: Identity, on: date) -> Slip:
    """The slip for suggesting something to a village, as it is printed on a day; `name`: what the village is called."""
    return _slip(
        title=SUGGESTION_TITLE,
        village=name,
        about=f"给{name}提意见、建议。",
        fields=SUGGESTION_FIELDS,
        question=SUGGESTION_QUESTION,
        note=SUGGESTION_NOTE,
        url=f"{identity.base_url}/v/{division}/suggest",
        on=on,
        rehearsal=identity.rehearsal,
    )


def _slip(
    *,
    title: str,
    village: str,
    about: str,
    fields: tuple[str, ...],
    question: str,
    note: str,
    url: str,
    on: date,
    rehearsal: bool,
) -> Slip:
    return Slip(
        banner=BANNER if rehearsal else None,
        title=title,
        author=village,
        posted=(on.year, on.month, on.day),
        about=about,
        fields=fields,
        question=question,
        lines=LINES,
        code=qr_file(url),
        code_says=f"二维码，内容是网址 {url}",
        code_words=CODE_WORDS,
        note=note,
    )
